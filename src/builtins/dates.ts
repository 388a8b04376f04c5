// Builtins about dates and durations that read no clock. A date is a number of seconds since the Unix epoch, an int
// when whole, or a dict with such parts as date_in_zone gives.

import {
  type CivilTime,
  civilFromInstant,
  formatDate,
  instantFromCivil,
  isValidDate,
  isZone,
  MONTHS,
  parseDate,
  WEEKDAYS,
} from '../text/index.ts';
import {
  asDouble,
  type Dict,
  dictGet,
  display,
  HarnDuration,
  intFromNumber,
  isDict,
  makeFloat,
  type SyncFunction,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

/** Whole seconds as an int, fractions as a float. */
function timestamp(instant: number): Value {
  return Number.isInteger(instant) ? intFromNumber(instant) : makeFloat(instant);
}

/** As far as the calendars of the platform go on both sides of the epoch. */
const FARTHEST = 8.64e12;

function instantOf(name: string, date: Value): number {
  const number = asDouble(date);
  if (number !== undefined) {
    if (Math.abs(number) <= FARTHEST) return number;
    throw wrong.argument({ builtin: name, detail: `no calendar has the timestamp ${number}` });
  }
  if (!isDict(date))
    throw wrong.argument({ builtin: name, detail: 'expected a timestamp or a date dict' });
  const own = asDouble(dictGet(date, 'timestamp') ?? null);
  return own ?? instantFromParts(name, date, 'UTC');
}

function instantFromParts(name: string, parts: Dict, zone: string): number {
  const part = (key: string, fallback?: number): number => {
    const given = dictGet(parts, key) ?? null;
    const value = given === null ? fallback : asDouble(given);
    if (value !== undefined) return value;
    const detail = given === null ? `${key} is required` : `${key} must be a number`;
    throw wrong.argument({ builtin: name, detail });
  };
  const within = (key: string, value: number, below: number, isWhole = true): number => {
    if (value >= 0 && value < below && (!isWhole || Number.isInteger(value))) return value;
    throw wrong.argument({ builtin: name, detail: `there is no ${key} ${value}` });
  };
  const second = within('second', part('second', 0), 60, false);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  if (![year, month, day].every(Number.isInteger) || !isValidDate(year, month, day))
    throw wrong.date({ text: `${year}-${month}-${day}` });
  return instantFromCivil(
    {
      year,
      month,
      day,
      hour: within('hour', part('hour', 0), 24),
      minute: within('minute', part('minute', 0), 60),
      second: Math.floor(second),
      micros: Math.round((second % 1) * 1e6),
    },
    zone,
  );
}

function zoneOf(value: Value): string {
  if (value === null) return 'UTC';
  const zone = display(value);
  if (!isZone(zone)) throw wrong.zone({ zone });
  return zone;
}

/** The dict that date_in_zone and date_now give. */
export function dateDict(instant: number, zone: string): Dict {
  const civil: CivilTime = civilFromInstant(instant, zone);
  return {
    day: civil.day,
    hour: civil.hour,
    iso8601: rfc3339(instant, zone),
    minute: civil.minute,
    month: civil.month,
    offset_seconds: civil.offsetSeconds,
    second: civil.second,
    timestamp: timestamp(instant),
    weekday: civil.weekday,
    year: civil.year,
    zone,
  };
}

export function rfc3339(instant: number, zone: string): string {
  return formatDate(instant, '%Y-%m-%dT%H:%M:%S%.f%:z', zone);
}

function durationArg(name: string, value: Value): HarnDuration {
  if (value instanceof HarnDuration) return value;
  throw wrong.argument({ builtin: name, detail: 'expected a duration' });
}

/** The largest units that a duration has, at most two: `3h 14m`. */
function humanDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const;
  let left = Math.abs(ms);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count}${unit}`);
    left -= count * size;
  }
  return parts.length === 0 ? '0s' : (ms < 0 ? '-' : '') + parts.slice(0, 2).join(' ');
}

function durationOf(name: string, unitMs: number): SyncFunction {
  return (_, n = null) => {
    const ms = (asDouble(n) ?? Number.NaN) * unitMs;
    if (Number.isFinite(ms)) return new HarnDuration(Math.trunc(ms));
    throw wrong.argument({ builtin: name, detail: `expected a finite number, got ${display(n)}` });
  };
}

const UNITS: readonly (readonly [string, string, number])[] = [
  ['duration_ms', 'milliseconds', 1],
  ['duration_seconds', 'seconds', 1_000],
  ['duration_minutes', 'minutes', 60_000],
  ['duration_hours', 'hours', 3_600_000],
  ['duration_days', 'days', 86_400_000],
];

function durationRows(): readonly BuiltinRow[] {
  return [
    ...UNITS.map(([name, unit, ms]) =>
      builtin(
        `${name}(n: number) -> duration`,
        { doc: `A duration of so many ${unit}.` },
        durationOf(name, ms),
      ),
    ),
    builtin(
      'duration_to_seconds(duration: any) -> int',
      { doc: 'The whole seconds of a duration.' },
      (_, duration) => Math.trunc(durationArg('duration_to_seconds', duration).ms / 1000),
    ),
    builtin(
      'duration_to_human(duration: any) -> string',
      { doc: 'A duration in its two largest units, such as "3h 14m".' },
      (_, duration) => humanDuration(durationArg('duration_to_human', duration).ms),
    ),
    builtin(
      'date_add(date: any, duration: any) -> int | float',
      { doc: 'The timestamp a duration later.' },
      (_, date, duration) =>
        timestamp(instantOf('date_add', date) + durationArg('date_add', duration).ms / 1000),
    ),
    builtin(
      'date_diff(a: any, b: any) -> duration',
      { doc: 'How much later a is than b; negative when it is earlier.' },
      (_, a, b) =>
        new HarnDuration(
          Math.round((instantOf('date_diff', a) - instantOf('date_diff', b)) * 1000),
        ),
    ),
  ];
}

export function dateRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'date_parse(text: string) -> int | float',
      {
        doc: 'The timestamp of an ISO 8601 or RFC 3339 date; fails on a day that the calendar lacks.',
      },
      (_, text) => {
        const instant = parseDate(display(text));
        if (instant === undefined) throw wrong.date({ text: display(text) });
        return timestamp(instant);
      },
    ),
    builtin(
      'date_format(date: any, format: string?, zone: string?) -> string',
      {
        doc: 'A date in strftime notation, `%Y-%m-%d %H:%M:%S` unless given, on the clocks of a zone.',
      },
      (_, date, format = null, zone = null) =>
        formatDate(
          instantOf('date_format', date),
          format === null ? '%Y-%m-%d %H:%M:%S' : display(format),
          zoneOf(zone),
        ),
    ),
    builtin(
      'date_in_zone(date: any, zone: string) -> dict',
      { doc: 'What the clocks of a zone show: year, month, day, hour, ... and the offset.' },
      (_, date, zone) => dateDict(instantOf('date_in_zone', date), zoneOf(zone)),
    ),
    builtin(
      'date_to_zone(date: any, zone: string) -> string',
      { doc: 'The RFC 3339 text of a date with the offset of a zone.' },
      (_, date, zone) => rfc3339(instantOf('date_to_zone', date), zoneOf(zone)),
    ),
    builtin(
      'date_from_components(parts: dict, zone: string?) -> int | float',
      { doc: 'The timestamp of year, month, day and optional hour, minute, second in a zone.' },
      (_, parts, zone = null) =>
        timestamp(
          instantFromParts('date_from_components', isDict(parts) ? parts : {}, zoneOf(zone)),
        ),
    ),
    builtin(
      'weekday_name(date: any, zone: string?) -> string',
      { doc: 'The name of the day of the week.' },
      (_, date, zone = null) =>
        WEEKDAYS[civilFromInstant(instantOf('weekday_name', date), zoneOf(zone)).weekday] as string,
    ),
    builtin(
      'month_name(date: any, zone: string?) -> string',
      { doc: 'The name of the month.' },
      (_, date, zone = null) =>
        MONTHS[civilFromInstant(instantOf('month_name', date), zoneOf(zone)).month - 1] as string,
    ),
    ...durationRows(),
  ];
}
