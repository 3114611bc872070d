/** Instants, in nanoseconds since 1970-01-01T00:00:00Z, which is what the server's clock can tell apart. */
import { boundedDay, dayFrom, formatDay, formatTime, secondsFrom } from './calendar';
import { OUT_OF_RANGE } from './value';

/** Nanoseconds of a second. */
export const SECOND = 1_000_000_000n;

/** Seconds of a day. */
export const DAY = 86_400;

/** An instant, or the mark that its day at Greenwich is outside the years 1 to 9999. */
export type Instant = bigint | typeof OUT_OF_RANGE;

/** The whole seconds of an instant, toward the past. */
export function secondsOf(instant: bigint): number {
  const seconds = instant / SECOND;
  return Number(instant % SECOND < 0n ? seconds - 1n : seconds);
}

/** Refuses an instant outside the years 1 to 9999. */
export function boundedInstant(instant: bigint): Instant {
  const day = boundedDay(Math.floor(secondsOf(instant) / DAY));
  return day === OUT_OF_RANGE ? OUT_OF_RANGE : instant;
}

const FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339 with its offset, seconds may be left out; undefined where it is no instant. */
export function parseInstant(text: string): bigint | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const part = (index: number): number => Number(found[index] ?? 0);
  const day = dayFrom(part(1), part(2), part(3));
  const seconds = secondsFrom(part(4), part(5), part(6));
  if (day === undefined || seconds === undefined || part(9) > 23 || part(10) > 59) return undefined;
  const ahead = (part(9) * 3600 + part(10) * 60) * (found[8] === '-' ? -1 : 1);
  const fraction = (found[7] ?? '').slice(0, 9).padEnd(9, '0');
  const instant = BigInt(day * DAY + seconds - ahead) * SECOND + BigInt(fraction);
  return boundedInstant(instant) === OUT_OF_RANGE ? undefined : instant;
}

/** `2026-01-31T01:00:00Z`, with 3, 6 or 9 digits of a fraction where there is one. */
export function formatInstant(instant: bigint): string {
  const seconds = secondsOf(instant);
  const day = Math.floor(seconds / DAY);
  const rest = instant - BigInt(seconds) * SECOND;
  return `${formatDay(day)}T${formatTime(seconds - day * DAY)}${fractionOf(rest)}Z`;
}

function fractionOf(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '';
  const digits = nanoseconds.toString().padStart(9, '0');
  if (digits.endsWith('000000')) return `.${digits.slice(0, 3)}`;
  return digits.endsWith('000') ? `.${digits.slice(0, 6)}` : `.${digits}`;
}
