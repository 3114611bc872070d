/** What an expression reads of the records: fields through references, parameters, parts of addresses. */
import { operand, type Builder } from './node';
import { readerOf } from './read';
import type { Scope, WireRecord } from './scope';
import type { Tree } from './tree';
import { lacking, type Result, UNKNOWN } from './value';

/**
 * What a reference is shown by. An object may have a field of that name (a user's job title), which
 * is something else, so through a reference `title` is not known.
 */
const TITLE = 'title';

/** Walks to the end of the steps: what stands there in the wire form, undefined where it is not known. */
export function walker(node: Tree): (scope: Scope) => unknown {
  const root = node.root ?? 'row';
  const fields = (node.steps ?? []).map(([, field]) => field);
  return ({ records }) => {
    let here: unknown = records[root];
    for (let i = 0; i < fields.length; i++) {
      // An absent reference makes the whole path null; a bare id says nothing of its record.
      if (here === null) return null;
      if (typeof here !== 'object' || (i > 0 && fields[i] === TITLE)) return undefined;
      here = (here as WireRecord)[fields[i] ?? ''];
    }
    return here;
  };
}

export const path: Builder = (node) => {
  const walk = walker(node);
  const read = readerOf(node.t);
  return (scope) => read(walk(scope));
};

export const parameter: Builder = (node) => {
  const read = readerOf(node.t);
  const name = node.name ?? '';
  return ({ parameters }) => read(parameters?.[name]);
};

export const literal: Builder = (node) => {
  const value = readerOf(node.t)(node.v);
  return () => value;
};

/** A part of an address; a part that an address lacks is null, for an address is known as a whole. */
export const part: Builder = (node, operands) => {
  const address = operand(operands, 0);
  const name = node.name ?? '';
  return (scope) => {
    const value = address(scope);
    return typeof value === 'object' && value !== null && 'json' in value
      ? textAt(value.json, name)
      : lacking(value);
  };
};

function textAt(structure: unknown, name: string): Result {
  if (typeof structure !== 'object' || structure === null) return UNKNOWN;
  const found = (structure as WireRecord)[name];
  return typeof found === 'string' ? found : null;
}
