/** What an expression reads, so that a form computes anew only what a change can change. */
import type { Root, Tree } from './tree';

/** A field that is read: through references, and of children (`lines`, then the child's field). */
export interface ReadPath {
  readonly root: Root;
  readonly fields: readonly string[];
}

/** What an expression reads, each thing once, in the order of first appearance. */
export interface Dependencies {
  readonly paths: readonly ReadPath[];
  readonly parameters: readonly string[];
  /** `today()` or `now()` is used. */
  readonly clock: boolean;
  /** Objects whose tree `within` walks. */
  readonly trees: readonly string[];
}

/** Where a node stands: inside a function over children bare names are the child's. */
type Place = (root: Root, fields: readonly string[]) => ReadPath;

const outside: Place = (root, fields) => ({ root, fields });

/** Collects without repeating. */
class Found {
  readonly paths = new Map<string, ReadPath>();
  readonly parameters = new Set<string>();
  readonly trees = new Set<string>();
  clock = false;

  add(path: ReadPath): void {
    const key = `${path.root}:${path.fields.join('.')}`;
    if (!this.paths.has(key)) this.paths.set(key, path);
  }
}

type Collect = (node: Tree, found: Found, place: Place) => Place;

function ownPath(node: Tree, place: Place): ReadPath {
  return place(
    node.root ?? 'row',
    (node.steps ?? []).map(([, field]) => field),
  );
}

/** What a node itself reads, by `op`; each yields the place of the nodes inside. */
const COLLECT: Readonly<Record<string, Collect>> = {
  path: (node, found, place) => {
    found.add(ownPath(node, place));
    return place;
  },
  parameter: (node, found, place) => {
    found.parameters.add(node.name ?? '');
    return place;
  },
  today: collectClock,
  now: collectClock,
  call: (node, found, place) => {
    const type = node.a?.[0]?.t;
    const isTree = node.f === 'within' && typeof type === 'object' && 'reference' in type;
    if (isTree) found.trees.add(type.reference);
    return place;
  },
  children: (node, found, place) => {
    const children = ownPath(node, place);
    found.add(children);
    return (root, fields) => {
      if (root === 'row') return { root: children.root, fields: [...children.fields, ...fields] };
      return { root: root === 'record' ? (node.outer ?? 'row') : root, fields };
    };
  },
};

function collectClock(_node: Tree, found: Found, place: Place): Place {
  found.clock = true;
  return place;
}

function collect(node: Tree, found: Found, place: Place): void {
  const inside = COLLECT[node.op]?.(node, found, place) ?? place;
  for (const part of node.a ?? []) collect(part, found, inside);
}

/** What an expression reads. */
export function dependencies(tree: Tree): Dependencies {
  const found = new Found();
  collect(tree, found, outside);
  return {
    paths: [...found.paths.values()],
    parameters: [...found.parameters],
    clock: found.clock,
    trees: [...found.trees],
  };
}

/** The fields read directly of a record, by default of the one that bare names are fields of. */
export function fieldsRead(tree: Tree, root: Root = 'row'): string[] {
  const own = dependencies(tree).paths.filter((path) => path.root === root);
  return [...new Set(own.map(({ fields }) => fields[0] ?? ''))];
}
