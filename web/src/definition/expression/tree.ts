/*
 * The JSON form of a checked expression, as the server sends it. Its head in
 * `crates/expression/src/json.rs` says what each `op` carries.
 */
import type * as Schema from '../schema.gen';

/** A record that an expression speaks of. `row` is what bare names are fields of. */
export type Root = Schema.TreeRoot;

/** The type of a part. Null is a value of every type. */
export type Type = Schema.TreeType;

/**
 * A node of the tree. Which members are there depends on `op`; a node that says something this
 * program does not know yields `unknown`, so that an older page asks a newer server.
 */
export type Tree = Schema.Tree;

/** The name of a type without what it carries: `{"decimal": 2}` is `decimal`. */
export type TypeName = Extract<Type, string> | 'children' | 'list';

/** The bare name of a type. */
export function nameOf(type: Type): TypeName {
  if (typeof type === 'string') return type;
  if ('decimal' in type) return 'decimal';
  if ('reference' in type) return 'reference';
  return 'list' in type ? 'list' : 'children';
}
