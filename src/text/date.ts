// Calendar dates: parsing, strftime formatting and IANA time zones (from the platform's Intl data). An instant is a
// number of seconds since the Unix epoch, with fractions down to microseconds. Nothing here reads a clock.

import { ownEntry } from '../base/index.ts';

/** A date and time of day on some clock. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly offsetSeconds: number;
  /** The IANA name. */
  readonly zone: string;
}

/** What is needed to name an instant; the rest of a CivilTime follows from it. */
export type CivilParts = Pick<
  CivilTime,
  'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'micros'
>;

export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const DAY = 86_400;

/** Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that leap days end them. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Whether the calendar has this day. */
export function isValidDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const back = civilFromDays(daysFromCivil(year, month, day));
  return back.month === month && back.day === day;
}

function secondsOf(parts: CivilParts): number {
  const { year, month, day, hour, minute, second } = parts;
  return daysFromCivil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
}

/** Whether the platform knows a time zone of this name. */
export function isZone(zone: string): boolean {
  try {
    formatOf('en-US', { timeZone: zone, ...CLOCK_PARTS });
    return true;
  } catch {
    return false;
  }
}

const CLOCK_PARTS = {
  calendar: 'gregory',
  hourCycle: 'h23',
  era: 'short',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

/** To make a format costs far more than to use it. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 256;

function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${options.timeZone} ${options.timeZoneName ?? ''}`;
  const known = FORMATS.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(locale, options);
  if (FORMATS.size >= MOST_FORMATS) FORMATS.clear();
  FORMATS.set(key, format);
  return format;
}

/** How far the clocks of a zone are ahead of UTC at an instant. */
function offsetAt(zone: string, seconds: number): number {
  if (zone === 'UTC') return 0;
  const format = formatOf('en-US', { timeZone: zone, ...CLOCK_PARTS });
  const parts = new Map(
    format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  const local = secondsOf({
    year,
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
    micros: 0,
  });
  return local - seconds;
}

/** What the clocks of a zone show at an instant. */
export function civilFromInstant(instant: number, zone = 'UTC'): CivilTime {
  const total = Math.floor(instant);
  const rounded = Math.round((instant - total) * 1e6);
  const seconds = rounded === 1e6 ? total + 1 : total;
  const offsetSeconds = offsetAt(zone, seconds);
  const local = seconds + offsetSeconds;
  const days = Math.floor(local / DAY);
  const inDay = local - days * DAY;
  return {
    ...civilFromDays(days),
    hour: Math.floor(inDay / 3600),
    minute: Math.floor(inDay / 60) % 60,
    second: inDay % 60,
    micros: rounded % 1e6,
    weekday: weekdayOf(days),
    offsetSeconds,
    zone,
  };
}

/**
 * The instant at which the clocks of a zone show this. What they show twice is the first of both; what they jump over
 * counts as if they had not been changed yet, which is so much later on the changed ones.
 */
export function instantFromCivil(parts: CivilParts, zone = 'UTC'): number {
  const local = secondsOf(parts);
  const [before, after] = [offsetAt(zone, local - DAY), offsetAt(zone, local + DAY)];
  const isChanged =
    offsetAt(zone, local - before) !== before && offsetAt(zone, local - after) === after;
  return local - (isChanged ? after : before) + parts.micros / 1e6;
}

const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?$/;
/** ISO 8601 without separators. */
const BASIC =
  /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d+))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
/** A day of a week, a day of a year. */
const WEEK_DATE = /^(\d{4})-?W(\d{2})(?:-?([1-7]))?$/;
const ORDINAL_DATE = /^(\d{4})-(\d{3})$/;

/** The instant of an ISO 8601 or RFC 3339 text, or of one with the numbers in that order; undefined for others. */
export function parseDate(given: string): number | undefined {
  const text = given.trim();
  const counted = WEEK_DATE.exec(text) ?? ORDINAL_DATE.exec(text);
  if (counted !== null) return countedDate(counted);
  const match = ISO.exec(text) ?? BASIC.exec(text);
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] =
    match ?? componentsOf(text);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const parts = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    micros: Number(fraction.slice(0, 6).padEnd(6, '0')),
  };
  if (!isValidDate(parts.year, parts.month, parts.day)) return undefined;
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 60) return undefined;
  const offset = parseOffset(zone);
  return offset === undefined ? undefined : instantFromCivil(parts) - offset;
}

/** Of a year and a week with its day, or a year and the number of a day in it. */
function countedDate(match: RegExpExecArray): number | undefined {
  const year = Number(match[1]);
  const count = Number(match[2]);
  const newYear = daysFromCivil(year, 1, 1);
  if (match.length === 3) {
    const isInYear = count >= 1 && count <= daysFromCivil(year + 1, 1, 1) - newYear;
    return isInYear ? (newYear + count - 1) * DAY : undefined;
  }
  // The first week has the first Thursday, so always the fourth of January.
  const fourth = newYear + 3;
  const days = fourth - ((weekdayOf(fourth) + 6) % 7) + (count - 1) * 7 + Number(match[3] ?? 1) - 1;
  return isoWeek(days).year === year && count >= 1 ? days * DAY : undefined;
}

/** 0 is Sunday. */
function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** The ISO 8601 week that a day is in; it belongs to the year of its Thursday. */
function isoWeek(days: number): { year: number; week: number } {
  const thursday = days - ((weekdayOf(days) + 6) % 7) + 3;
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

/** Older programs pass dates in other spellings whose numbers come in the order year, month, day. */
function componentsOf(text: string): readonly (string | undefined)[] {
  const numbers = text.match(/\d+/g) ?? [];
  return numbers.length >= 3 ? [text, ...numbers.slice(0, 6)] : [];
}

function parseOffset(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return hours > 23 || minutes > 59 ? undefined : sign * (hours * 3600 + minutes * 60);
}

function pad(n: number, width: number): string {
  return n < 0 ? `-${String(-n).padStart(width, '0')}` : String(n).padStart(width, '0');
}

function offsetText(seconds: number, separator: string): string {
  const minutes = Math.abs(Math.trunc(seconds / 60));
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${separator}${pad(minutes % 60, 2)}`;
}

/** Each abbreviates the zones of its part of the world and writes others as `GMT+3`. */
const ABBREVIATING = ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-ZA', 'en-CA'] as const;

/** The short name of a zone at an instant, such as PDT; its offset, such as +03, when nobody has a name for it. */
function abbreviation(instant: number, zone: string, offsetSeconds: number): string {
  for (const locale of ABBREVIATING) {
    const name = formatOf(locale, { timeZone: zone, timeZoneName: 'short' })
      .formatToParts(instant * 1000)
      .find(({ type }) => type === 'timeZoneName')?.value;
    if (name !== undefined && !/^GMT[+-]/.test(name)) return name;
  }
  return offsetText(offsetSeconds, '').replace(/00$/, '');
}

const dayOf = (c: CivilTime) => daysFromCivil(c.year, c.month, c.day);
/** 0 is the first of January. */
const dayOfYear = (c: CivilTime) => dayOf(c) - daysFromCivil(c.year, 1, 1);

type Code = (civil: CivilTime, instant: number) => string;

const CODES: { readonly [code: string]: Code } = {
  Y: (c) => pad(c.year, 4),
  C: (c) => pad(Math.floor(c.year / 100), 2),
  y: (c) => pad(((c.year % 100) + 100) % 100, 2),
  m: (c) => pad(c.month, 2),
  B: (c) => MONTHS[c.month - 1] as string,
  b: (c) => (MONTHS[c.month - 1] as string).slice(0, 3),
  h: (c) => (MONTHS[c.month - 1] as string).slice(0, 3),
  d: (c) => pad(c.day, 2),
  e: (c) => String(c.day).padStart(2, ' '),
  A: (c) => WEEKDAYS[c.weekday] as string,
  a: (c) => (WEEKDAYS[c.weekday] as string).slice(0, 3),
  w: (c) => String(c.weekday),
  u: (c) => String(c.weekday === 0 ? 7 : c.weekday),
  j: (c) => pad(dayOfYear(c) + 1, 3),
  H: (c) => pad(c.hour, 2),
  k: (c) => String(c.hour).padStart(2, ' '),
  I: (c) => pad(c.hour % 12 || 12, 2),
  l: (c) => String(c.hour % 12 || 12).padStart(2, ' '),
  p: (c) => (c.hour < 12 ? 'AM' : 'PM'),
  P: (c) => (c.hour < 12 ? 'am' : 'pm'),
  M: (c) => pad(c.minute, 2),
  S: (c) => pad(c.second, 2),
  f: (c) => pad(c.micros * 1000, 9),
  '3f': (c) => pad(Math.floor(c.micros / 1000), 3),
  '6f': (c) => pad(c.micros, 6),
  '9f': (c) => pad(c.micros * 1000, 9),
  '.f': (c) => (c.micros === 0 ? '' : `.${pad(c.micros, 6).replace(/(000)+$/, '')}`),
  '.3f': (c) => `.${pad(Math.floor(c.micros / 1000), 3)}`,
  '.6f': (c) => `.${pad(c.micros, 6)}`,
  z: (c) => offsetText(c.offsetSeconds, ''),
  ':z': (c) => offsetText(c.offsetSeconds, ':'),
  Z: (c, instant) => (c.zone === 'UTC' ? 'UTC' : abbreviation(instant, c.zone, c.offsetSeconds)),
  '::z': (c) => `${offsetText(c.offsetSeconds, ':')}:${pad(Math.abs(c.offsetSeconds) % 60, 2)}`,
  U: (c) => pad(Math.floor((dayOfYear(c) + 7 - c.weekday) / 7), 2),
  W: (c) => pad(Math.floor((dayOfYear(c) + 7 - ((c.weekday + 6) % 7)) / 7), 2),
  V: (c) => pad(isoWeek(dayOf(c)).week, 2),
  G: (c) => pad(isoWeek(dayOf(c)).year, 4),
  g: (c) => pad(((isoWeek(dayOf(c)).year % 100) + 100) % 100, 2),
  s: (_, instant) => String(Math.floor(instant)),
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};

const COMPOSED: { readonly [code: string]: string } = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
  v: '%e-%b-%Y',
  '+': '%Y-%m-%dT%H:%M:%S%.f%:z',
};

/** An instant in strftime notation, on the clocks of a zone. Unknown codes stay as written. */
export function formatDate(instant: number, format: string, zone = 'UTC'): string {
  const civil = civilFromInstant(instant, zone);
  const filled = (part: string): string =>
    part.replace(CODE, (text, padding: string, code: string) => {
      const composed = ownEntry(COMPOSED, code);
      if (composed !== undefined) return filled(composed);
      const written = ownEntry(CODES, code)?.(civil, instant);
      return written === undefined ? text : repadded(written, padding);
    });
  return filled(format);
}

/** `-` writes a number without what fills it up, `_` fills with spaces, `0` with zeros. */
const CODE = /%([-_0]?)(\.?[369]?f|:{0,2}z|[A-Za-z%+])/g;

function repadded(written: string, padding: string): string {
  if (padding === '' || !/^[ 0]*\d+$/.test(written)) return written;
  const digits = written.replace(/^[ 0]+(?=\d)/, '');
  return padding === '-' ? digits : digits.padStart(written.length, padding === '_' ? ' ' : '0');
}
