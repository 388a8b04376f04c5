// Time as a program sees it. Readings are recorded; a sleep of a second or more is a durable wait that keeps its
// instant over a restart. A program under test may freeze time and move it.
import {
  defineEffect,
  defineSyncEffect,
  type RunCore,
  type ServiceKey,
  timestamp,
} from '../run/index.ts';
import { ioErrors } from './errors.ts';

/** Sleeps shorter than this are not worth a durable row. */
const DURABLE_SLEEP_MS = 1000;

/** When the program began, by its own monotonic time. */
const monoKey: ServiceKey<() => number> = {
  name: 'io.mono',
  create: (services) => () => (services as RunCore).journal.monoMs(),
};

const reading = { class: 'ambient', access: 'read' } as const;
const local = { class: 'local', access: 'write' } as const;

export const clockEffects = {
  /** Wall time in ms since the Unix epoch. */
  now_ms: defineSyncEffect({ name: 'clock.now_ms', ...reading }, (env) =>
    Math.floor(env.clock.nowMs()),
  ),
  /** The run's own time in ms: never goes back, stands still while nobody holds the run. */
  monotonic_ms: defineSyncEffect({ name: 'clock.monotonic_ms', ...reading }, (env) =>
    Math.floor(env.clock.isMocked ? env.clock.monotonicMs() : env.get(monoKey)()),
  ),
  /** Ms since the run began, in the run's own time. */
  elapsed: defineSyncEffect({ name: 'clock.elapsed', ...reading }, (env) =>
    Math.floor(env.clock.isMocked ? env.clock.monotonicMs() : env.get(monoKey)()),
  ),
  /** Wall time in seconds with a fraction. */
  timestamp: defineSyncEffect(
    { name: 'clock.timestamp', ...reading },
    (env) => env.clock.nowMs() / 1000,
  ),
  /** Wall time as RFC 3339 in UTC. */
  date_iso: defineSyncEffect({ name: 'clock.date_iso', ...reading }, (env) =>
    timestamp(env.clock.nowMs()),
  ),
  /** Waits. Killed while waiting, the run waits on for what is left. */
  sleep_ms: defineEffect(
    {
      name: 'clock.sleep_ms',
      class: 'ambient',
      access: 'observe',
      replayed: (env, [ms]: readonly [number]) => {
        // Virtual time lives in memory: sleeping moved it, and so must the replay of the sleep.
        env.clock.advance(ms);
      },
      wait: ([ms]: readonly [number], nowMs) =>
        ms >= DURABLE_SLEEP_MS ? { kind: 'timer', due_ms: nowMs + ms } : undefined,
    },
    async (env, ms: number) => {
      if (ms <= 0) return;
      await env.clock.sleepUntil(env.dueMs ?? env.clock.nowMs() + ms, env.signal);
    },
  ),
};

/** What a date can tell: 8.64e15 milliseconds either side of 1970. */
function instant(ms: number): number {
  if (Math.abs(ms) <= 8.64e15) return ms;
  throw ioErrors.noInstant({ ms: String(ms) });
}

/** Virtual time for programs under test. */
export const testClockEffects = {
  clock_set: defineSyncEffect({ name: 'testing.clock_set', ...local }, (env, ms: number) => {
    env.clock.mock(instant(ms));
    return null;
  }),
  /** Moves virtual time and answers the new reading; without a mock it freezes the present first. */
  clock_advance: defineSyncEffect(
    { name: 'testing.clock_advance', ...local },
    (env, ms: number) => {
      instant(env.clock.nowMs() + ms);
      if (!env.clock.isMocked) env.clock.mock(env.clock.nowMs());
      env.clock.advance(ms);
      return env.clock.nowMs();
    },
  ),
  clock_reset: defineSyncEffect({ name: 'testing.clock_reset', ...local }, (env) => {
    env.clock.unmock();
    return null;
  }),
};
