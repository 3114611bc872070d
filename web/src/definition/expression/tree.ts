/**
 * The JSON form of a checked expression, as the server sends it. Its head in
 * `crates/expression/src/json.rs` says what each `op` carries.
 */

/** A record that an expression speaks of. `row` is what bare names are fields of. */
export type Root = 'row' | 'record' | 'old' | 'user' | 'initiator' | 'approver' | 'assignee' | 'event';

/** The type of a part. Null is a value of every type. */
export type Type =
  | 'null'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'text'
  | 'select'
  | 'date'
  | 'datetime'
  | 'time'
  | 'duration'
  | 'reference'
  | 'address'
  | 'json'
  | { readonly decimal: number }
  | { readonly reference: string }
  | { readonly children: string }
  | { readonly list: Type };

/** A literal of a `switch` arm with the type it must be read as. */
export interface CaseLiteral {
  readonly t: Type;
  readonly v: unknown;
}

/**
 * A node of the tree. Which members are there depends on `op`; a node that says something this
 * program does not know yields `unknown`, so that an older page asks a newer server.
 */
export interface Tree {
  readonly op: string;
  readonly t: Type;
  /** Operands. */
  readonly a?: readonly Tree[];
  /** `literal`: the value. */
  readonly v?: unknown;
  /** `path`, `children`: where the steps start. */
  readonly root?: Root;
  /** `path`, `children`: object and field of each step. */
  readonly steps?: readonly (readonly [object: string, field: string])[];
  /** `parameter`, `part`: the name. */
  readonly name?: string;
  /** `call`, `children`: the function. */
  readonly f?: string;
  /** `children`: what `record` is inside, seen from outside. */
  readonly outer?: Root;
  /** `switch`: the literals of each arm. */
  readonly cases?: readonly (readonly CaseLiteral[])[];
  /** `switch`: whether the last operand is the default. */
  readonly default?: boolean;
}

/** The name of a type without what it carries: `{"decimal": 2}` is `decimal`. */
export type TypeName = Extract<Type, string> | 'children' | 'list';

/** The bare name of a type. */
export function nameOf(type: Type): TypeName {
  if (typeof type === 'string') return type;
  if ('decimal' in type) return 'decimal';
  if ('reference' in type) return 'reference';
  return 'list' in type ? 'list' : 'children';
}
