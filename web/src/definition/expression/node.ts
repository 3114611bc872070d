/** What a tree is compiled into: closures, so that no name is looked up and no literal read per evaluation. */
import type { Scope } from './scope';
import type { Tree } from './tree';
import { UNKNOWN, type Result } from './value';

/** A compiled part. */
export type Evaluate = (scope: Scope) => Result;

/** Makes a node of its compiled operands. */
export type Builder = (node: Tree, operands: readonly Evaluate[]) => Evaluate;

/** What this program does not know, only the server can say. */
export const ask: Evaluate = () => UNKNOWN;

/** The operand at a place. A tree from the server has all it needs; of another nothing is known. */
export function operand(operands: readonly Evaluate[], index: number): Evaluate {
  return operands[index] ?? ask;
}
