import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  civilFromInstant,
  formatDate,
  instantFromCivil,
  isValidDate,
  isZone,
  parseDate,
} from './date.ts';

const DAY = 86_400;
const instant = fc.integer({ min: -100_000 * DAY, max: 100_000 * DAY });

test('the calendar agrees with the platform', () => {
  fc.assert(
    fc.property(instant, (seconds) => {
      expect(formatDate(seconds, '%Y-%m-%dT%H:%M:%S')).toBe(
        new Date(seconds * 1000).toISOString().slice(0, 19),
      );
      expect(civilFromInstant(seconds).weekday).toBe(new Date(seconds * 1000).getUTCDay());
    }),
  );
});

test('a date survives the way to its parts and back', () => {
  fc.assert(
    fc.property(
      instant,
      fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York'),
      (seconds, zone) => {
        const civil = civilFromInstant(seconds, zone);
        const back = instantFromCivil(civil, zone);
        // In the hour that clocks repeat, either reading is right.
        expect([seconds, seconds - 3600, seconds + 3600]).toContain(back);
        expect(parseDate(formatDate(seconds, '%+'))).toBe(seconds);
      },
    ),
  );
});

describe('parsing', () => {
  test.each<[string, number | undefined]>([
    ['1970-01-01', 0],
    ['1970-01-02T00:00:00Z', DAY],
    ['1970-01-01 00:01', 60],
    ['1970-01-01T02:00:00+02:00', 0],
    ['1970-01-01T00:00:00.250-0100', 3600.25],
    ['1970/1/2', DAY],
    ['2024-02-29', 1_709_164_800],
    ['2023-02-29', undefined],
    ['2024-13-01', undefined],
    ['2024-01-32', undefined],
    ['2024-01-01T24:00:00Z', undefined],
    ['not a date', undefined],
  ])('%s', (text, expected) => {
    expect(parseDate(text)).toBe(expected);
  });
});

describe('formatting', () => {
  const spring = 1_777_138_329.481;
  test.each([
    ['%A %a %B %b %j %u %e', 'UTC', 'Saturday Sat April Apr 115 6 25'],
    ['%I:%M %p %y %%', 'UTC', '05:32 PM 26 %'],
    ['%3f %6f %f %.3f', 'UTC', '481 481000 481000000 .481'],
    ['%H %Z %z %:z', 'America/Los_Angeles', '10 PDT -0700 -07:00'],
    ['%H %Z', 'Europe/Berlin', '19 CEST'],
    ['%F %T %D %R', 'UTC', '2026-04-25 17:32:09 04/25/26 17:32'],
    ['%Q', 'UTC', '%Q'],
  ])('%s in %s', (format, zone, expected) => {
    expect(formatDate(spring, format, zone)).toBe(expected);
  });

  test('before the epoch too', () => {
    expect(formatDate(-1000, '%Y-%m-%d %H:%M:%S')).toBe('1969-12-31 23:43:20');
  });
});

test('zones and days that do not exist are known as such', () => {
  expect([
    isZone('Mars/Base'),
    isZone('UTC'),
    isValidDate(1900, 2, 29),
    isValidDate(2000, 2, 29),
  ]).toEqual([false, true, false, true]);
});
