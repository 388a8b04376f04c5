// Time, as `harness.clock` and the older globals; virtual time as `harness.testing`.
import { clockEffects, testClockEffects } from '../runtime/io/index.ts';
import { intFromNumber, type List, makeFloat, typeOf, type Value } from '../values/index.ts';
import { toMs } from './data.ts';
import { dateDict } from './dates.ts';
import type { BuiltinRow } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

const int = (value: number): Value => intFromNumber(value);
const float = (value: number): Value => makeFloat(value);
const none = () => [];
const ms = ([duration]: List) => [toMs(duration, 0)];

/** A wait that cannot be read must not be none. */
function waitOf(duration: Value | undefined): number {
  const wait = toMs(duration, Number.NaN);
  if (!Number.isNaN(wait)) return wait;
  const detail = `expected a duration or milliseconds, got ${typeOf(duration ?? null)}`;
  throw wrong.argument({ builtin: 'sleep', detail });
}

export function clockRows(): readonly BuiltinRow[] {
  return [
    effectRow('clock.now_ms() -> int', clockEffects.now_ms, {
      doc: 'Milliseconds since 1970-01-01 UTC.',
      aliases: ['now_ms'],
      args: none,
      result: int,
    }),
    effectRow('clock.monotonic_ms() -> int', clockEffects.monotonic_ms, {
      doc: 'Milliseconds that never go back; they stand still while nobody holds the run.',
      aliases: ['monotonic_ms'],
      args: none,
      result: int,
    }),
    effectRow('clock.elapsed() -> int', clockEffects.elapsed, {
      doc: 'Milliseconds since the run began.',
      aliases: ['elapsed'],
      args: none,
      result: int,
    }),
    effectRow('clock.timestamp() -> float', clockEffects.timestamp, {
      doc: 'Seconds since 1970-01-01 UTC, with a fraction.',
      aliases: ['timestamp'],
      args: none,
      result: float,
    }),
    effectRow('clock.date_iso() -> string', clockEffects.date_iso, {
      doc: 'The present as RFC 3339 in UTC.',
      aliases: ['date_iso', 'date_now_iso'],
      args: none,
    }),
    effectRow('clock.now() -> dict', clockEffects.timestamp, {
      doc: 'The present in UTC: year, month, day, hour, minute, second, weekday, timestamp, iso8601.',
      aliases: ['date_now'],
      args: none,
      result: (seconds: number) => dateDict(seconds, 'UTC'),
    }),
    effectRow('clock.sleep_ms(duration: any) -> nil', clockEffects.sleep_ms, {
      doc: 'Waits for a duration or a number of milliseconds. A second or more survives a restart.',
      aliases: ['sleep', 'sleep_ms'],
      args: ([duration]) => [waitOf(duration)],
    }),
    effectRow('testing.clock_set(unix_ms: any) -> nil', testClockEffects.clock_set, {
      doc: 'Freezes time at an instant.',
      aliases: ['mock_time'],
      args: ms,
    }),
    effectRow('testing.clock_advance(duration: any) -> int', testClockEffects.clock_advance, {
      doc: 'Moves virtual time and answers the new instant.',
      aliases: ['advance_time'],
      args: ms,
      result: int,
    }),
    effectRow('testing.clock_reset() -> nil', testClockEffects.clock_reset, {
      doc: 'Back to real time.',
      aliases: ['unmock_time'],
      args: none,
    }),
  ];
}
