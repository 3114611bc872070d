/** Values in the wire form, as a record would carry them. */
import { formatDay, formatTime } from './calendar';
import { formatDecimal, ONE } from './decimal';
import { formatInstant } from './instant';
import { nameOf, type Type, type TypeName } from './tree';
import { isPresent, type Present, type Result } from './value';

/**
 * A value as a record carries it: decimals, days, instants and times are strings, integers and
 * seconds are numbers (strings from 2^53, where numbers are not exact), a reference is its id, one
 * to any object `{"object", "id"}`.
 */
export type WireValue =
  null | boolean | number | string | { readonly [member: string]: unknown } | readonly WireValue[];

type Writer = (value: Present) => WireValue;

function whole(n: bigint): WireValue {
  const number = Number(n);
  return Number.isSafeInteger(number) ? number : n.toString();
}

const asIs: Writer = (value) => value as WireValue;

const numeric =
  (write: (n: bigint) => WireValue): Writer =>
  (value) =>
    write(value as bigint);

const counted =
  (write: (n: number) => WireValue): Writer =>
  (value) =>
    write(value as number);

/** Each writer takes what `value.ts` says the type's values are; the tree's types make sure of it. */
const WRITERS: Readonly<Record<Exclude<TypeName, 'list'>, Writer>> = {
  null: asIs,
  boolean: asIs,
  integer: numeric((n) => whole(n / ONE)),
  decimal: numeric(formatDecimal),
  text: asIs,
  select: asIs,
  date: counted(formatDay),
  datetime: numeric(formatInstant),
  time: counted(formatTime),
  duration: numeric(whole),
  reference: asIs,
  address: structure,
  json: structure,
  children: asIs,
};

function structure(value: Present): WireValue {
  return (value as { readonly json: WireValue }).json;
}

/** The value of a part of that type in the wire form; null where there is none. */
export function toWire(value: Result, type: Type): WireValue {
  if (!isPresent(value)) return null;
  if (typeof type === 'object' && 'list' in type) {
    const { list } = type;
    return Array.isArray(value) ? value.map((entry: Present) => toWire(entry, list)) : null;
  }
  const name = nameOf(type);
  return name === 'list' ? null : WRITERS[name](value);
}
