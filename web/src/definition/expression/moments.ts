/** Functions over days and instants. Instants are cut into days in the site's time zone. */
import { addDays, addMonths, civil, startOf, type Civil, type Day } from './calendar';
import { fromWhole, toNumber } from './decimal';
import { operand, type Builder } from './node';
import { lacking, OUT_OF_RANGE, UNKNOWN, type Lacking, type Result } from './value';
import { dayAt, shift, startOfDay, type Clock } from './zone';

/** The day of a date or an instant. */
function dayOfMoment(moment: Result, { zone }: Clock): number | Lacking {
  if (typeof moment === 'number') return moment;
  if (typeof moment !== 'bigint') return lacking(moment);
  return zone === null ? UNKNOWN : dayAt(zone, moment);
}

/** A function of the day of a moment. */
function onDay(compute: (day: number) => Result): Builder {
  return (_node, operands) => {
    const first = operand(operands, 0);
    return (scope) => {
      const day = dayOfMoment(first(scope), scope.clock);
      return typeof day === 'number' ? compute(day) : day;
    };
  };
}

function partOfDay(part: keyof Civil): Builder {
  return onDay((day) => fromWhole(civil(day)[part]));
}

/** Moves the day of a moment; of an instant the wall clock stays. */
function moved(moment: Result, { zone }: Clock, by: (day: number) => Day): Result {
  if (typeof moment === 'number') return by(moment);
  if (typeof moment !== 'bigint') return lacking(moment);
  return zone === null ? UNKNOWN : shift(zone, moment, by);
}

function moving(by: (day: number, n: number) => Day): Builder {
  return (_node, operands) => {
    const first = operand(operands, 0);
    const second = operand(operands, 1);
    return (scope) => {
      const moment = first(scope);
      const n = second(scope);
      if (typeof n !== 'bigint') return lacking(moment, n);
      return moved(moment, scope.clock, (day) => by(day, toNumber(n)));
    };
  };
}

const daysBetween: Builder = (_node, operands) => {
  const first = operand(operands, 0);
  const second = operand(operands, 1);
  return (scope) => {
    const from = dayOfMoment(first(scope), scope.clock);
    const to = dayOfMoment(second(scope), scope.clock);
    return typeof from === 'number' && typeof to === 'number' ? fromWhole(to - from) : lacking(from, to);
  };
};

function firstInstant(day: Result, { zone }: Clock): Result {
  if (typeof day !== 'number') return lacking(day);
  return zone === null ? UNKNOWN : startOfDay(zone, day);
}

/** The first day of a unit, of an instant that day's first instant. The unit is a literal. */
const startOfUnit: Builder = (node, operands) => {
  const word = node.a?.[0]?.v;
  const unit = typeof word === 'string' ? word : 'day';
  const second = operand(operands, 1);
  return (scope) => {
    const moment = second(scope);
    const day = dayOfMoment(moment, scope.clock);
    if (typeof day !== 'number') return day;
    const start = startOf(unit, day);
    if (start === OUT_OF_RANGE || typeof moment === 'number') return start;
    return firstInstant(start, scope.clock);
  };
};

/** By name. */
export const CALENDAR: Readonly<Record<string, Builder>> = {
  days_between: daysBetween,
  add_days: moving(addDays),
  add_months: moving(addMonths),
  start_of: startOfUnit,
  year: partOfDay('year'),
  month: partOfDay('month'),
  day: partOfDay('day'),
  date: onDay((day) => day),
  datetime: (_node, operands) => {
    const first = operand(operands, 0);
    return (scope) => firstInstant(first(scope), scope.clock);
  },
};
