/** Three-valued logic with a fourth answer, `unknown`; comparison and membership. */
import { operand, type Builder, type Evaluate } from './node';
import type { Scope } from './scope';
import {
  isPresent,
  lacking,
  order,
  OUT_OF_RANGE,
  same,
  UNKNOWN,
  type Lacking,
  type Present,
  type Result,
  type Truth,
} from './value';

/** A result as a truth; what is none is unknown. */
export function truth(result: Result): Truth {
  return typeof result === 'boolean' || result === null || result === OUT_OF_RANGE ? result : UNKNOWN;
}

export const not: Builder = (_node, operands) => {
  const inner = operand(operands, 0);
  return (scope) => {
    const value = truth(inner(scope));
    return typeof value === 'boolean' ? !value : value;
  };
};

/** Once something is unknown, a later failure need not be met by the server: it may have stopped before. */
function failed(soFar: Truth): Lacking {
  return soFar === UNKNOWN ? UNKNOWN : OUT_OF_RANGE;
}

/** Unknown stays unknown, null makes the rest null. */
function weaker(soFar: Truth, next: null | typeof UNKNOWN): Lacking {
  return soFar === UNKNOWN ? UNKNOWN : next;
}

/** `&&` ends at false, `||` at true. */
function chain(operands: readonly Evaluate[], end: boolean, scope: Scope): Truth {
  let result: Truth = !end;
  for (const part of operands) {
    const value = truth(part(scope));
    if (value === end) return end;
    if (value === OUT_OF_RANGE) return failed(result);
    if (typeof value !== 'boolean') result = weaker(result, value);
  }
  return result;
}

export const and: Builder = (_node, operands) => (scope) => chain(operands, false, scope);

export const or: Builder = (_node, operands) => (scope) => chain(operands, true, scope);

function comparison(test: (order: number) => boolean): Builder {
  return (_node, operands) => {
    const left = operand(operands, 0);
    const right = operand(operands, 1);
    return (scope) => {
      const a = left(scope);
      const b = right(scope);
      if (!isPresent(a) || !isPresent(b)) return lacking(a, b);
      const found = order(a, b);
      return Number.isNaN(found) ? UNKNOWN : test(found);
    };
  };
}

/** The comparisons by symbol. */
export const COMPARISONS: Readonly<Record<string, Builder>> = {
  '==': comparison((found) => found === 0),
  '!=': comparison((found) => found !== 0),
  '<': comparison((found) => found < 0),
  '<=': comparison((found) => found <= 0),
  '>': comparison((found) => found > 0),
  '>=': comparison((found) => found >= 0),
};

export const isIn: Builder = (_node, operands) => {
  const item = operand(operands, 0);
  const entries = operands.slice(1);
  return (scope) => {
    const wanted = item(scope);
    if (wanted === OUT_OF_RANGE) return OUT_OF_RANGE;
    let result: Truth = false;
    for (const entry of entries) {
      const value = entry(scope);
      if (value === OUT_OF_RANGE) return failed(result);
      if (isPresent(wanted) && isPresent(value)) {
        if (same(wanted, value)) return true;
      } else {
        result = weaker(result, wanted === null || value === null ? null : UNKNOWN);
      }
    }
    return result;
  };
};

/** Whether an item is in a list. */
export function includes(list: readonly Present[], item: Present): boolean {
  return list.some((entry) => same(entry, item));
}
