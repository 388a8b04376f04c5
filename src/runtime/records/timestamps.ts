// Points in time as writers of run records have spelled them over the years: RFC 3339, seconds since 1970 as decimal
// text with or without a fraction, milliseconds, and ids that carry their time (UUID version 7).

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Seconds have ten digits until the year 2286; what is longer counts milliseconds. */
const LARGEST_SECONDS = 1e11;

/** Milliseconds since the Unix epoch; undefined when the text is no time in any known spelling. */
export function parseTimestampMs(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  const uuid = UUID_V7.exec(text);
  if (uuid !== null) return Number.parseInt(`${uuid[1]}${uuid[2]}`, 16);
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    return Math.round(number < LARGEST_SECONDS ? number * 1000 : number);
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** How long something took; undefined when either end is not known. */
export function durationMs(from: string | null, to: string | null): number | undefined {
  const [start, end] = [parseTimestampMs(from), parseTimestampMs(to)];
  return start === undefined || end === undefined ? undefined : Math.max(0, end - start);
}
