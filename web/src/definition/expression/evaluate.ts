/**
 * Expressions in the browser: conditions, formulas and defaults as the server evaluates them.
 *
 * The server parses and checks an expression and sends its tree. {@link compile} makes closures of
 * the tree once; evaluating then reads the record and computes, so that a form can do it at every
 * key. The results are those of the server's evaluator: both run one table of cases
 * (`conformance.json`). What the page cannot know is `unknown`; `scope.ts` says exactly when.
 *
 * Read in this order: `tree` (what comes), `scope` (what it is evaluated on), `value`, `decimal`,
 * `calendar`, `instant`, `zone` (what is computed with), `read` and `write` (the wire form), `node`
 * and `compile` with its builders `path`, `logic`, `choice`, `arithmetic`, `functions`, `moments`,
 * `children`; and `dependencies`.
 */
import { compileTree } from './compile';
import { truth } from './logic';
import type { Evaluate } from './node';
import type { Scope } from './scope';
import type { Tree } from './tree';
import { OUT_OF_RANGE, UNKNOWN, type Result } from './value';
import { toWire, type WireValue } from './write';

/** What came of an evaluation. */
export type Outcome<T = WireValue> =
  /** The value, by default in the wire form. The server finds the same. */
  | { readonly kind: 'value'; readonly value: T }
  /** Only the server can say. */
  | { readonly kind: 'unknown' }
  /** The expression fails, with the server's code. */
  | { readonly kind: 'error'; readonly code: 'number_out_of_range' };

/** A compiled expression. It keeps nothing of a scope, but for fields it need not read again. */
export interface Program {
  /** The value. */
  evaluate(scope: Scope): Outcome;
  /** Whether a condition holds; null does not. */
  holds(scope: Scope): Outcome<boolean>;
}

const unknown: Outcome<never> = { kind: 'unknown' };
const outOfRange: Outcome<never> = { kind: 'error', code: 'number_out_of_range' };

function outcome<T>(result: Result, write: (result: Result) => T): Outcome<T> {
  if (result === UNKNOWN) return unknown;
  return result === OUT_OF_RANGE ? outOfRange : { kind: 'value', value: write(result) };
}

/**
 * Compiles a tree.
 *
 * @param tree - as the server sends it; it is not changed, and must not be changed later
 */
export function compile(tree: Tree): Program {
  const run: Evaluate = compileTree(tree);
  return {
    evaluate: (scope) => outcome(run(scope), (result) => toWire(result, tree.t)),
    holds: (scope) => outcome(truth(run(scope)), (result) => result === true),
  };
}

const programs = new WeakMap<Tree, Program>();

/** The program of a tree, compiled when it is first needed. */
function programOf(tree: Tree): Program {
  const known = programs.get(tree);
  if (known !== undefined) return known;
  const made = compile(tree);
  programs.set(tree, made);
  return made;
}

/** The value of an expression. The tree is compiled once, as long as it is the same object. */
export function evaluate(tree: Tree, scope: Scope): Outcome {
  return programOf(tree).evaluate(scope);
}

/** Whether a condition holds; null does not. Unknown is left to the caller: usually to the server. */
export function holds(tree: Tree, scope: Scope): Outcome<boolean> {
  return programOf(tree).holds(scope);
}
