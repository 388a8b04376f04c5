// How often a provider is asked: so many requests in any minute, for all runs of a process together. A request that
// comes too early waits for its turn before it is paid for. Which turn it got is recorded, so a replay waits for nothing
// and asks for no turn again.
import { type Clock, HarnError, isJsonObject, type Json } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import {
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  type Task,
  unitOf,
} from '../run/index.ts';
import { llmErrors } from './errors.ts';
import { rateOf } from './rate-env.ts';
import type { LlmRoute } from './route.ts';

const MINUTE_MS = 60_000;
const MAX_BACKOFF_MS = 30_000;
const RETRIED: readonly unknown[] = ['rate_limit', 'overloaded', 'transient_network', 'timeout'];

/** When each provider was or will be asked, in the last minute and later. */
const turns = new WeakMap<Clock, Map<string, number[]>>();

/** The limits that a program has set, by provider; 0 is none, whatever the environment says. */
class RateLimits {
  readonly byProvider = new Map<string, number>();
  /** Turns that `with_rate_limit` has taken for a call that is still to come. */
  readonly prepaid = new WeakMap<Task, Map<string, number>>();
}

export const llmRatesKey: ServiceKey<RateLimits> = {
  name: 'llm.rates',
  create: () => new RateLimits(),
};

/** Takes the next turn of a provider and gives how long to wait for it. */
const takeTurn = defineSyncEffect(
  { name: 'llm.rate_turn', class: 'ambient', access: 'read' },
  (env, provider: string, rpm: number): number => {
    const nowMs = env.clock.nowMs();
    const byProvider = turns.get(env.host.clock) ?? new Map<string, number[]>();
    turns.set(env.host.clock, byProvider);
    const taken = (byProvider.get(provider) ?? []).filter((at) => at > nowMs - MINUTE_MS);
    const before = taken[taken.length - rpm];
    const turnMs = Math.max(nowMs, before === undefined ? nowMs : before + MINUTE_MS);
    byProvider.set(provider, [...taken, turnMs]);
    return Math.ceil(turnMs - nowMs);
  },
);

/** What the environment allows, as it was when this was first asked. */
const rateFromEnv = defineSyncEffect(
  { name: 'llm.rate_from_env', class: 'ambient', access: 'read' },
  (env, provider: string): number | null => rateOf(env.host.env, provider),
);

export const llmRateEffects = {
  /** Sets (`{rpm}`), lifts (`{rpm: 0}`) or tells the limit of a provider. */
  rate_limit: defineSyncEffect(
    { name: 'llm.rate_limit', class: 'local', access: 'write' },
    (env, provider: string, options: Json = null): number | boolean | null => {
      const { byProvider } = env.get(llmRatesKey);
      if (options === null) return byProvider.get(provider) || null;
      const rpm = isJsonObject(options) ? options['rpm'] : options;
      if (typeof rpm !== 'number' || !Number.isInteger(rpm) || rpm < 0) {
        throw llmErrors.badRate({});
      }
      byProvider.set(provider, rpm);
      return true;
    },
  ),
};

/** Waits until a call of this route may be made. */
export function* waitForTurn(ctx: RunContext, route: LlmRoute): Suspending<void> {
  const { provider, kind } = route;
  if (kind !== 'network' && provider !== 'mock') return;
  const rates = ctx.get(llmRatesKey);
  const rpm = rates.byProvider.get(provider) ?? route.rpm ?? 0;
  if (rpm === 0) return;
  if (usePrepaid(rates, ctx.task, provider)) return;
  yield* turn(ctx, provider, rpm);
}

function* turn(ctx: RunContext, provider: string, rpm: number): Suspending<void> {
  const waitMs = ctx.sync(takeTurn, [provider, rpm]);
  if (waitMs > 0) yield* ctx.perform(clockEffects.sleep_ms, [waitMs]);
}

function usePrepaid(rates: RateLimits, task: Task, provider: string): boolean {
  for (let at: Task | undefined = task; at !== undefined; at = at.parent) {
    const left = rates.prepaid.get(at)?.get(provider) ?? 0;
    if (left === 0) continue;
    unitOf(task)?.enterOnReplay();
    rates.prepaid.get(at)?.set(provider, left - 1);
    return true;
  }
  return false;
}

/** Options of `withRateLimit`. */
export type RateOptions = {
  /** Further attempts after a failure that may pass; 5 by default. */
  readonly max_retries?: number | null;
  /** Before the second attempt, in ms; 1000 by default, doubled each time up to 30 s. */
  readonly backoff_ms?: number | null;
};

/**
 * Takes a turn of a provider and does `body`, again after failures that may pass, by the category that the
 * error has (`rate_limit`, `overloaded`,
 * `transient_network`, `timeout`). The first model call of that provider in it has its turn by that.
 */
export function* withRateLimit<T>(
  ctx: RunContext,
  payer: Task,
  provider: string,
  options: RateOptions,
  body: () => Suspending<T>,
): Suspending<T> {
  const retries = natural('max_retries', options.max_retries ?? 5);
  let pauseMs = natural('backoff_ms', options.backoff_ms ?? 1000);
  const rates = ctx.get(llmRatesKey);
  for (let attempt = 0; ; attempt += 1) {
    const set = rates.byProvider.get(provider);
    const rpm = set ?? ctx.sync(rateFromEnv, [provider]) ?? 0;
    if (rpm > 0) {
      yield* turn(ctx, provider, rpm);
      rates.prepaid.set(payer, new Map([[provider, 1]]));
    }
    try {
      return yield* body();
    } catch (error) {
      const failure = factsOf(ctx, error);
      if (attempt >= retries || !RETRIED.includes(failure['category'])) throw error;
      const asked = failure['retry_after_ms'];
      const waitMs = typeof asked === 'number' ? Math.max(asked, pauseMs) : pauseMs;
      yield* ctx.perform(clockEffects.sleep_ms, [Math.min(waitMs, MAX_BACKOFF_MS)]);
      pauseMs *= 2;
    } finally {
      rates.prepaid.delete(payer);
    }
  }
}

/** What an error says of itself: one of the runtime, a value thrown by a program, or an error of TypeScript with a category. */
function factsOf(ctx: RunContext, error: unknown): { readonly [name: string]: unknown } {
  if (HarnError.is(error)) return error.data;
  const thrown = ctx.run.codec?.toJson(error);
  if (isJsonObject(thrown)) return thrown;
  return typeof error === 'object' && error !== null ? { ...error } : {};
}

function natural(option: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw llmErrors.badOption({ option, expected: 'a number from 0' });
}
