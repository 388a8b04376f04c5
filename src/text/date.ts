// Calendar dates: parsing, strftime formatting and IANA time zones (from the platform's Intl data). An instant is a
// number of seconds since the Unix epoch, with fractions down to microseconds. Nothing here reads a clock.

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
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** How far the clocks of a zone are ahead of UTC at an instant. */
function offsetAt(zone: string, seconds: number): number {
  if (zone === 'UTC') return 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
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
    weekday: (((days + 4) % 7) + 7) % 7,
    offsetSeconds,
    zone,
  };
}

/** The instant at which the clocks of a zone show this. Where clocks jump, the later reading of the offset counts. */
export function instantFromCivil(parts: CivilParts, zone = 'UTC'): number {
  const local = secondsOf(parts);
  const guess = local - offsetAt(zone, local);
  const seconds = local - offsetAt(zone, guess);
  return seconds + parts.micros / 1e6;
}

const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?$/;

/** The instant of an ISO 8601 or RFC 3339 text, or of one with the numbers in that order; undefined for others. */
export function parseDate(text: string): number | undefined {
  const match = ISO.exec(text.trim());
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
  return instantFromCivil(parts) - parseOffset(zone);
}

/** Older programs pass dates in other spellings whose numbers come in the order year, month, day. */
function componentsOf(text: string): readonly (string | undefined)[] {
  const numbers = text.match(/\d+/g) ?? [];
  return numbers.length >= 3 ? [text, ...numbers.slice(0, 6)] : [];
}

function parseOffset(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60);
}

function pad(n: number, width: number): string {
  return n < 0 ? `-${String(-n).padStart(width, '0')}` : String(n).padStart(width, '0');
}

function offsetText(seconds: number, separator: string): string {
  const minutes = Math.abs(Math.trunc(seconds / 60));
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${separator}${pad(minutes % 60, 2)}`;
}

/** The short name of a zone at an instant, such as PDT. */
function abbreviation(instant: number, zone: string): string {
  const shortName = (locale: string) =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' })
      .formatToParts(instant * 1000)
      .find(({ type }) => type === 'timeZoneName')?.value ?? zone;
  // American English abbreviates American zones only, British English the European ones.
  const american = shortName('en-US');
  return american.startsWith('GMT') ? shortName('en-GB') : american;
}

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
  j: (c) => pad(daysFromCivil(c.year, c.month, c.day) - daysFromCivil(c.year, 1, 1) + 1, 3),
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
  Z: (c, instant) => (c.zone === 'UTC' ? 'UTC' : abbreviation(instant, c.zone)),
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
  const whole = format.replace(/%([FTXRDxrcv+])/g, (_, code: string) => COMPOSED[code] as string);
  return whole.replace(
    /%(\.?[369]?f|:z|[A-Za-z%])/g,
    (text, code: string) => CODES[code]?.(civil, instant) ?? text,
  );
}
