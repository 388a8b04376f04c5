// Examples of builtins: dates in zones, and durations.
import type { Examples } from './example.ts';

export const DATE_EXAMPLES: Examples = {
  date_add: {
    source:
      'println(date_format(date_add(date_parse("2024-02-28"), duration_days(1)), "%Y-%m-%d"))',
    prints: '2024-02-29',
  },
  date_diff: {
    source:
      'let wait = date_diff(date_parse("2024-03-01"), date_parse("2024-02-28"))\nprintln(duration_to_human(wait))',
    prints: '2d',
  },
  date_format: {
    source:
      'let at = date_parse("2024-07-01T12:30:00Z")\nprintln(date_format(at, "%d %b %Y, %H:%M", "Europe/Berlin"))',
    prints: '01 Jul 2024, 14:30',
  },
  date_from_components: {
    source: 'println(date_from_components({year: 1970, month: 1, day: 2, hour: 1}))',
    prints: '90000',
  },
  date_in_zone: {
    source:
      'let there = date_in_zone(date_parse("2024-01-01T00:00:00Z"), "America/New_York")\nprintln("${there.year}, hour ${there.hour}")',
    prints: '2023, hour 19',
  },
  date_to_zone: {
    source: 'println(date_to_zone(date_parse("2024-01-01T00:00:00Z"), "Asia/Tokyo"))',
    prints: '2024-01-01T09:00:00+09:00',
  },
  month_name: { source: 'println(month_name(date_parse("2024-02-29")))', prints: 'February' },
  duration_ms: { source: 'println(duration_ms(1500) == 1500ms)', prints: 'true' },
  duration_seconds: {
    source: 'println(duration_seconds(90) == duration_minutes(1.5))',
    prints: 'true',
  },
  duration_minutes: { source: 'println(duration_to_seconds(duration_minutes(3)))', prints: '180' },
  duration_hours: { source: 'println(duration_to_human(duration_hours(50)))', prints: '2d 2h' },
  duration_days: { source: 'println(duration_to_seconds(duration_days(1)))', prints: '86400' },
  duration_to_human: { source: 'println(duration_to_human(11642s))', prints: '3h 14m' },
  duration_to_seconds: { source: 'println(duration_to_seconds(2500ms))', prints: '2' },
};
