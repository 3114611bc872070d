/** Values in the wire form, read as what their type says. */
import { parseDay, parseTime } from './calendar';
import { boundedWhole, bounded, fromWhole, ONE, parseDecimal } from './decimal';
import { parseInstant } from './instant';
import { nameOf, type Type, type TypeName } from './tree';
import { isPresent, OUT_OF_RANGE, UNKNOWN, type Present, type Result } from './value';

/** Reads one value. What is not of the type, or not exact any more, is unknown: the server has it. */
export type Reader = (wire: unknown) => Result;

/** Reads of a value that is there; undefined where it is not of the type. */
type Form = (wire: unknown) => Result | undefined;

function text(parse: (text: string) => Result | undefined): Form {
  return (wire) => (typeof wire === 'string' ? parse(wire) : undefined);
}

/** JavaScript's numbers are exact up to 2^53; larger ones have been changed on their way. */
function wholeOf(wire: unknown): bigint | undefined {
  if (Number.isSafeInteger(wire)) return BigInt(wire as number);
  return typeof wire === 'string' && /^-?\d{1,19}$/.test(wire) ? BigInt(wire) : undefined;
}

function integer(wire: unknown): Result | undefined {
  const whole = wholeOf(wire);
  return whole === undefined ? undefined : bounded(whole * ONE);
}

function duration(wire: unknown): Result | undefined {
  const whole = wholeOf(wire);
  return whole === undefined ? undefined : boundedWhole(whole);
}

function decimal(wire: unknown): Result | undefined {
  if (typeof wire === 'string') return parseDecimal(wire);
  if (typeof wire !== 'number') return undefined;
  return Number.isSafeInteger(wire) ? fromWhole(wire) : parseDecimal(String(wire));
}

function reference(wire: unknown): Result | undefined {
  if (typeof wire === 'string') return wire === '' ? undefined : wire;
  const id = typeof wire === 'object' && wire !== null && 'id' in wire ? wire.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** A reference to any object names the object beside the id. */
function link(wire: unknown): Result | undefined {
  const id = reference(wire);
  if (typeof id !== 'string' || typeof wire !== 'object' || wire === null) return id;
  const object = 'object' in wire ? wire.object : undefined;
  return typeof object === 'string' ? { object, id } : id;
}

function structure(wire: unknown): Result {
  return { json: wire };
}

const FORMS: Readonly<Record<Exclude<TypeName, 'list'>, Form>> = {
  null: () => undefined,
  boolean: (wire) => (typeof wire === 'boolean' ? wire : undefined),
  integer,
  decimal,
  text: text((wire) => wire),
  select: text((wire) => wire),
  date: text(parseDay),
  datetime: text(parseInstant),
  time: text(parseTime),
  duration,
  reference,
  address: structure,
  json: structure,
  children: () => undefined,
};

function formOf(type: Type): Form {
  if (typeof type === 'object' && 'list' in type) return listOf(readerOf(type.list));
  if (type === 'reference') return link;
  const name = nameOf(type);
  return (name === 'list' ? undefined : FORMS[name]) ?? (() => undefined);
}

/** A list is known where every entry is. */
function listOf(read: Reader): Form {
  return (wire) => {
    if (!Array.isArray(wire)) return undefined;
    const entries: Present[] = [];
    for (const item of wire) {
      const entry = read(item);
      if (!isPresent(entry)) return entry === OUT_OF_RANGE ? OUT_OF_RANGE : undefined;
      entries.push(entry);
    }
    return entries;
  };
}

/** The reader of a type. It keeps the last value, for most fields are the same at the next keystroke. */
export function readerOf(type: Type): Reader {
  const form = formOf(type);
  let last: unknown = null;
  let value: Result = null;
  return (wire) => {
    if (wire === null) return null;
    if (wire === undefined) return UNKNOWN;
    // An object or list may have been changed in place.
    if (wire !== last || typeof wire === 'object') {
      value = form(wire) ?? UNKNOWN;
      last = wire;
    }
    return value;
  };
}
