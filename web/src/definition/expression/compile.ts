/** From the tree to closures: one builder for each `op`. */
import { arithmetic, negate } from './arithmetic';
import { children } from './children';
import { choose, coalesce, select } from './choice';
import { call } from './functions';
import { and, COMPARISONS, isIn, not, or } from './logic';
import { ask, type Builder, type Evaluate } from './node';
import { literal, parameter, part, path } from './path';
import type { Tree } from './tree';

const BUILDERS: Readonly<Record<string, Builder>> = {
  ...COMPARISONS,
  '+': arithmetic,
  '-': arithmetic,
  '*': arithmetic,
  '/': arithmetic,
  '%': arithmetic,
  neg: negate,
  '!': not,
  '&&': and,
  '||': or,
  '??': coalesce,
  in: isIn,
  if: choose,
  switch: select,
  literal,
  path,
  parameter,
  part,
  call,
  children,
  today: () => (scope) => scope.clock.today,
  now: () => (scope) => scope.clock.now,
};

/** Compiles a tree and what is in it. What this program does not know yields `unknown`. */
export function compileTree(tree: Tree): Evaluate {
  const build = BUILDERS[tree.op];
  return build === undefined ? ask : build(tree, (tree.a ?? []).map(compileTree));
}
