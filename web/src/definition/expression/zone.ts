/**
 * The calendar in the site's time zone.
 *
 * Offsets come from the browser's own data (`Intl`), so no table of zones is shipped. All zones were
 * compared with the server's data: they are the same, but where a release of the zone data has since
 * corrected history. The server knows no changes after 2099, so none are made here either.
 */
import { type Day } from './calendar';
import { DAY, SECOND, boundedInstant, parseInstant, secondsOf, type Instant } from './instant';
import { OUT_OF_RANGE, UNKNOWN } from './value';

/** Where days begin: the seconds by which the wall clock is ahead of UTC at an instant. */
export interface Zone {
  offset(seconds: number): number;
}

/** The engine's clock and the site's time zone, fixed for one evaluation. */
export interface Clock {
  /** What `now()` is. */
  readonly now: bigint;
  /** What `today()` is. */
  readonly today: number | typeof UNKNOWN;
  /** Null where the browser does not know the zone: then days of instants are unknown. */
  readonly zone: Zone | null;
}

/**
 * The clock of an evaluation.
 *
 * @param zone - the site's time zone, such as `Asia/Shanghai`: not the browser's, not the user's
 * @param now - the instant, by default the browser's; RFC 3339 where it is text
 * @throws RangeError where `now` is text that is no instant
 */
export function clockAt(zone: string, now: Date | string = new Date()): Clock {
  const instant = typeof now === 'string' ? parseInstant(now) : BigInt(now.getTime()) * 1_000_000n;
  if (instant === undefined) throw new RangeError(`not an instant: ${now.toString()}`);
  const known = zoneOf(zone);
  return { now: instant, today: known === null ? UNKNOWN : dayAt(known, instant), zone: known };
}

const zones = new Map<string, Zone | null>();

/** The zone of that name, made once. */
function zoneOf(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const made = makeZone(name);
  zones.set(name, made);
  return made;
}

/** Asking `Intl` takes microseconds; a form asks for the same few instants again and again. */
const KEPT = 4096;

/** 2099-12-31T23:59:59Z: the offset of that second holds ever after, as on the server. */
const LAST_CHANGE = 4_102_444_799;

const OFFSET_FORM = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

function makeZone(name: string): Zone | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return null;
  }
  const kept = new Map<number, number>();
  return {
    offset(seconds) {
      const at = Math.min(seconds, LAST_CHANGE);
      const known = kept.get(at);
      if (known !== undefined) return known;
      const found = readOffset(format.format(at * 1000));
      if (kept.size >= KEPT) kept.clear();
      kept.set(at, found);
      return found;
    },
  };
}

/** The end of `1/1/1970, GMT+08:00`. Before standard time offsets have seconds. */
function readOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET_FORM.exec(text) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

/** The day an instant falls on at the site. A zone may carry it beyond the year 9999. */
export function dayAt(zone: Zone, instant: bigint): number {
  const seconds = secondsOf(instant);
  return Math.floor((seconds + zone.offset(seconds)) / DAY);
}

/** The first instant of a day at the site. */
export function startOfDay(zone: Zone, day: number): Instant {
  return instantAt(zone, day * DAY, 0n);
}

/** Moves the day of an instant, keeping the wall clock. */
export function shift(zone: Zone, instant: bigint, by: (day: number) => Day): Instant {
  const seconds = secondsOf(instant);
  const local = seconds + zone.offset(seconds);
  const day = Math.floor(local / DAY);
  const moved = by(day);
  if (moved === OUT_OF_RANGE) return OUT_OF_RANGE;
  const fraction = instant - BigInt(seconds) * SECOND;
  return instantAt(zone, moved * DAY + (local - day * DAY), fraction);
}

/**
 * The instant a clock on the site's wall shows `local` (seconds). Of two (the hour is repeated) the
 * first; where the hour is skipped, as much later as is skipped.
 */
function instantAt(zone: Zone, local: number, fraction: bigint): Instant {
  const first = candidates(zone, local)[0];
  // The offset in force before the gap carries over it.
  const before = first === undefined ? candidates(zone, local - DAY).at(-1) : undefined;
  const seconds = first ?? (before === undefined ? undefined : before + DAY);
  return seconds === undefined ? OUT_OF_RANGE : boundedInstant(BigInt(seconds) * SECOND + fraction);
}

/** The instants (seconds) at which the wall shows `local`, the earliest first: none, one or two. */
function candidates(zone: Zone, local: number): number[] {
  // No offset is as long as a day, so the day before and the day after frame every change near by.
  const offsets = new Set([zone.offset(local - DAY), zone.offset(local + DAY)]);
  const instants = [...offsets].map((offset) => local - offset);
  return instants.filter((at) => at + zone.offset(at) === local).sort((a, b) => a - b);
}
