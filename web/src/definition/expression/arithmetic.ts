/** Arithmetic by operator and the kinds of its operands. */
import { addDays } from './calendar';
import { bounded, boundedWhole, divide, fromWhole, multiply, ONE, toNumber } from './decimal';
import { boundedInstant, SECOND } from './instant';
import { ask, operand, type Builder, type Evaluate } from './node';
import { nameOf, type Type } from './tree';
import { lacking, OUT_OF_RANGE, type Result } from './value';

type Binary = (left: Evaluate, right: Evaluate) => Evaluate;

/** An operation on two values that are counted in `bigint`. */
function exact(compute: (a: bigint, b: bigint) => Result): Binary {
  return (left, right) => (scope) => {
    const a = left(scope);
    const b = right(scope);
    return typeof a === 'bigint' && typeof b === 'bigint' ? compute(a, b) : lacking(a, b);
  };
}

/** Division by zero is null, whatever is divided. */
function quotient(compute: (a: bigint, b: bigint) => Result): Binary {
  return (left, right) => (scope) => {
    const a = left(scope);
    const b = right(scope);
    if (b === 0n && a !== OUT_OF_RANGE) return null;
    return typeof a === 'bigint' && typeof b === 'bigint' ? compute(a, b) : lacking(a, b);
  };
}

function moveDay(sign: 1 | -1): Binary {
  return (left, right) => (scope) => {
    const day = left(scope);
    const n = right(scope);
    if (typeof day !== 'number' || typeof n !== 'bigint') return lacking(day, n);
    return addDays(day, sign * toNumber(n));
  };
}

const daysBetween: Binary = (left, right) => (scope) => {
  const a = left(scope);
  const b = right(scope);
  return typeof a === 'number' && typeof b === 'number' ? fromWhole(a - b) : lacking(a, b);
};

const join: Binary = (left, right) => (scope) => {
  const a = left(scope);
  const b = right(scope);
  return typeof a === 'string' && typeof b === 'string' ? a + b : lacking(a, b);
};

/** A length of time a number of times. */
const times = (seconds: bigint, n: bigint): Result => boundedWhole(seconds * (n / ONE));

const OPERATIONS: Readonly<Record<string, Binary>> = {
  'number + number': exact((a, b) => bounded(a + b)),
  'number - number': exact((a, b) => bounded(a - b)),
  'number * number': exact(multiply),
  'number / number': quotient(divide),
  'number % number': quotient((a, b) => a % b),
  'text + text': join,
  'date + number': moveDay(1),
  'date - number': moveDay(-1),
  'date - date': daysBetween,
  // Whole seconds, toward zero, as `bigint` divides.
  'datetime - datetime': exact((a, b) => (a - b) / SECOND),
  'datetime + duration': exact((a, b) => boundedInstant(a + b * SECOND)),
  'datetime - duration': exact((a, b) => boundedInstant(a - b * SECOND)),
  'duration + duration': exact((a, b) => boundedWhole(a + b)),
  'duration - duration': exact((a, b) => boundedWhole(a - b)),
  'duration * number': exact(times),
  'number * duration': exact((n, seconds) => times(seconds, n)),
};

/** The kinds that operators tell apart. */
function kindOf(type: Type | undefined): string {
  const name = type === undefined ? 'null' : nameOf(type);
  if (name === 'integer' || name === 'decimal') return 'number';
  return name === 'select' ? 'text' : name;
}

export const arithmetic: Builder = (node, operands) => {
  const [left, right] = node.a ?? [];
  const operation = OPERATIONS[`${kindOf(left?.t)} ${node.op} ${kindOf(right?.t)}`];
  return operation?.(operand(operands, 0), operand(operands, 1)) ?? ask;
};

/** `-a` of a number or a length of time, whose ranges have no sign. */
export const negate: Builder = (_node, operands) => {
  const inner = operand(operands, 0);
  return (scope) => {
    const value = inner(scope);
    return typeof value === 'bigint' ? -value : lacking(value);
  };
};
