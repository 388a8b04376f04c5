// Time and chance, as `harness.clock`, `harness.random` and the older globals; virtual time as `harness.testing`.
import { clockEffects, randomEffects, testClockEffects } from '../runtime/index.ts';
import { intFromNumber, type List, makeFloat, type Value } from '../values/index.ts';
import { toMs, toNumber } from './data.ts';
import type { BuiltinRow } from './define.ts';
import { effectRow } from './effect-row.ts';

const int = (value: number): Value => intFromNumber(value);
const float = (value: number): Value => makeFloat(value);
const none = () => [];
const ms = ([duration]: List) => [toMs(duration, 0)];

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
      aliases: ['date_iso'],
      args: none,
    }),
    effectRow('clock.sleep_ms(duration: any) -> nil', clockEffects.sleep_ms, {
      doc: 'Waits for a duration or a number of milliseconds. A second or more survives a restart.',
      aliases: ['sleep', 'sleep_ms'],
      args: ms,
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

export function randomRows(): readonly BuiltinRow[] {
  return [
    effectRow('random.f64() -> float', randomEffects.f64, {
      doc: 'A float in [0, 1).',
      aliases: ['random'],
      args: none,
      result: float,
    }),
    effectRow('random.u64() -> int', randomEffects.u64, {
      doc: 'A large int that is not negative.',
      args: none,
      result: int,
    }),
    effectRow('random.range(min: int, max: int) -> int', randomEffects.range, {
      doc: 'An int between both bounds, bounds included.',
      aliases: ['random_int'],
      args: ([min, max]) => [toNumber(min), toNumber(max)],
      result: int,
    }),
    effectRow('random.choice(items: list) -> any', randomEffects.index, {
      doc: 'One of the items; nil for an empty list.',
      aliases: ['random_choice'],
      args: ([items]) => [(items as List).length],
      result: (index: number | null, [items]) =>
        index === null ? null : ((items as List)[index] ?? null),
    }),
    effectRow('random.shuffle(items: list) -> list', randomEffects.permutation, {
      doc: 'The items in random order.',
      aliases: ['random_shuffle'],
      args: ([items]) => [(items as List).length],
      result: (order: number[], [items]) => order.map((i) => (items as List)[i] ?? null),
    }),
    effectRow('random.uuid() -> string', randomEffects.uuid, {
      doc: 'A random UUID (version 4).',
      aliases: ['uuid'],
      args: none,
    }),
    effectRow('random.uuid_v7() -> string', randomEffects.uuid_v7, {
      doc: 'A UUID that sorts by time (version 7).',
      aliases: ['uuid_v7'],
      args: none,
    }),
    effectRow('random.ed25519_keypair() -> dict', randomEffects.ed25519_keypair, {
      doc: 'New keys for signatures as `{private, public}` in hex. The journal of the run has both.',
      aliases: ['ed25519_keypair'],
      args: none,
    }),
    effectRow('random.x25519_keypair() -> dict', randomEffects.x25519_keypair, {
      doc: 'New keys to agree on a secret as `{private, public}` in hex. The journal of the run has both.',
      aliases: ['x25519_keypair'],
      args: none,
    }),
    effectRow('random.seed(seed: int) -> nil', randomEffects.seed, {
      doc: 'From here on this run draws a repeatable sequence.',
      aliases: ['rng_seed'],
      args: ([seed]) => [toNumber(seed)],
    }),
  ];
}
