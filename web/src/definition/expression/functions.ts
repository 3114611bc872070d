/** The functions of the language by name. Null yields null but where it is said otherwise. */
import { ceil, floor, formatDecimal, fromWhole, round } from './decimal';
import { includes } from './logic';
import { ask, operand, type Builder, type Evaluate } from './node';
import { CALENDAR } from './moments';
import { nameOf, type Tree, type TypeName } from './tree';
import { isPresent, lacking, order, OUT_OF_RANGE, UNKNOWN, type Present, type Result } from './value';
import { toWire } from './write';

function onText(compute: (text: string) => Result): Builder {
  return (_node, operands) => {
    const first = operand(operands, 0);
    return (scope) => {
      const text = first(scope);
      return typeof text === 'string' ? compute(text) : lacking(text);
    };
  };
}

function onTexts(compute: (text: string, part: string) => Result): Builder {
  return (_node, operands) => {
    const first = operand(operands, 0);
    const second = operand(operands, 1);
    return (scope) => {
      const text = first(scope);
      const part = second(scope);
      return typeof text === 'string' && typeof part === 'string' ? compute(text, part) : lacking(text, part);
    };
  };
}

function onNumber(compute: (n: bigint) => Result): Builder {
  return (_node, operands) => {
    const first = operand(operands, 0);
    return (scope) => {
      const n = first(scope);
      return typeof n === 'bigint' ? compute(n) : lacking(n);
    };
  };
}

/** Whether an argument is a list; an absent list is an empty one. */
function isList(node: Tree): boolean {
  const type = node.a?.[0]?.t;
  return type !== undefined && nameOf(type) === 'list';
}

const EMPTY: readonly Present[] = [];

function onList(compute: (list: readonly Present[]) => Result): Builder {
  return (_node, operands) => {
    const first = operand(operands, 0);
    return (scope) => {
      const list = first(scope) ?? EMPTY;
      return Array.isArray(list) ? compute(list) : lacking(list);
    };
  };
}

const listContains: Builder = (_node, operands) => {
  const first = operand(operands, 0);
  const second = operand(operands, 1);
  return (scope) => {
    const list = first(scope) ?? EMPTY;
    const item = second(scope);
    return Array.isArray(list) && isPresent(item) ? includes(list, item) : lacking(list, item);
  };
};

const textContains = onTexts((text, part) => text.includes(part));

/** Characters are code points: a surrogate pair is one. */
function codePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) {
      count--;
    }
  }
  return count;
}

const textLength = onText((text) => fromWhole(codePoints(text)));
const listLength = onList((list) => fromWhole(list.length));

/** What `trim` takes away: space, tab, line ends and the ideographic space. JavaScript's own takes more. */
const TRIMMED = ' \t\n\r\u3000';

function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && TRIMMED.includes(text.charAt(start))) start++;
  while (end > start && TRIMMED.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Never null: null, empty text, an empty list or structure are empty. */
const isEmpty: Builder = (_node, operands) => {
  const first = operand(operands, 0);
  return (scope) => {
    const value = first(scope);
    if (value === null || value === '') return true;
    if (!isPresent(value)) return value;
    if (Array.isArray(value)) return value.length === 0;
    return typeof value === 'object' && 'json' in value && isBare(value.json);
  };
};

/** Whether a structure has nothing in it. */
function isBare(structure: unknown): boolean {
  if (structure === null) return true;
  return typeof structure === 'object' && Object.keys(structure).length === 0;
}

/** The least (or greatest) of what is there; of nothing null. Of an unknown value any might be it. */
export function extreme(values: readonly Result[], sign: 1 | -1): Result {
  if (values.includes(OUT_OF_RANGE)) return OUT_OF_RANGE;
  if (values.includes(UNKNOWN)) return UNKNOWN;
  const better = (best: Present, next: Present): Present => (order(next, best) * sign < 0 ? next : best);
  const present = values.filter(isPresent);
  return present.length === 0 ? null : present.reduce(better);
}

function extremeOf(sign: 1 | -1): Builder {
  return (_node, operands) => (scope) =>
    extreme(
      operands.map((part) => part(scope)),
      sign,
    );
}

/** The places are a literal, 0 where they are left out. */
const rounded: Builder = (node, operands) => {
  const places = node.a?.[1]?.v;
  return onNumber((n) => round(n, typeof places === 'number' ? places : 0))(node, operands);
};

/** How `text` writes values that are not written as on the wire. */
const WRITTEN: { readonly [T in TypeName]?: (value: Present) => Result } = {
  integer: (value) => (typeof value === 'bigint' ? formatDecimal(value) : UNKNOWN),
  boolean: (value) => String(value),
};

const text: Builder = (node, operands) => {
  const type = node.a?.[0]?.t ?? 'null';
  const first = operand(operands, 0);
  const write =
    WRITTEN[nameOf(type)] ??
    ((value: Present): Result => {
      const wire = toWire(value, type);
      return typeof wire === 'string' ? wire : UNKNOWN;
    });
  return (scope) => {
    const value = first(scope);
    return isPresent(value) ? write(value) : lacking(value);
  };
};

const within: Builder = (node, operands) => {
  const type = node.a?.[0]?.t;
  const first = operand(operands, 0);
  const second = operand(operands, 1);
  if (typeof type !== 'object' || !('reference' in type)) return ask;
  const object = type.reference;
  return (scope) => {
    const below = first(scope);
    const above = second(scope);
    if (typeof below !== 'string' || typeof above !== 'string') return lacking(below, above);
    return below === above || (scope.within?.(object, below, above) ?? UNKNOWN);
  };
};

const FUNCTIONS: Readonly<Record<string, Builder>> = {
  ...CALENDAR,
  is_empty: isEmpty,
  contains: (node, operands) => (isList(node) ? listContains : textContains)(node, operands),
  starts_with: onTexts((whole, part) => whole.startsWith(part)),
  ends_with: onTexts((whole, part) => whole.endsWith(part)),
  lower: onText((whole) => whole.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  upper: onText((whole) => whole.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  trim: onText(trim),
  len: (node, operands) => (isList(node) ? listLength : textLength)(node, operands),
  round: rounded,
  floor: onNumber(floor),
  ceil: onNumber(ceil),
  abs: onNumber((n) => (n < 0n ? -n : n)),
  min: extremeOf(1),
  max: extremeOf(-1),
  text,
  within,
};

/** A function of the language. */
export const call: Builder = (node, operands): Evaluate => FUNCTIONS[node.f ?? '']?.(node, operands) ?? ask;
