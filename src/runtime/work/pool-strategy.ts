// Which queued task runs next, and what happens to a task when there is no room: pure rules, by name.
import { isJsonObject, type Json } from '../../base/index.ts';
import { poolErrors } from './pool-errors.ts';

/** What a strategy looks at. */
export interface Queued {
  readonly priority: number;
  readonly key: string | null;
}

/** How a pool chooses. `key` names the submit option that fair turns go by. */
export type QueueStrategy =
  | { readonly kind: 'fifo' | 'lifo' | 'priority' }
  | { readonly kind: 'fair_round_robin'; readonly key: string };

/** The place in the queue of the task to run next. The queue is in order of submission and not empty. */
export function pickNext(
  strategy: QueueStrategy,
  queue: readonly Queued[],
  lastKey: string | undefined,
): number {
  switch (strategy.kind) {
    case 'fifo':
      return 0;
    case 'lifo':
      return queue.length - 1;
    case 'priority': {
      const highest = Math.max(...queue.map((task) => task.priority));
      return queue.findIndex((task) => task.priority === highest);
    }
    case 'fair_round_robin': {
      const keys = [...new Set(queue.map(fairKey))];
      const last = lastKey === undefined ? -1 : keys.indexOf(lastKey);
      const next = keys[(last + 1) % keys.length];
      return queue.findIndex((task) => fairKey(task) === next);
    }
  }
}

/** The turn a task belongs to; tasks without a key share one. */
export function fairKey(task: Queued): string {
  return task.key ?? '';
}

const STRATEGIES = ['fifo', 'lifo', 'priority', 'fair_round_robin'] as const;

/** Reads the `queue` option: a name, or `{kind, key}`. */
export function parseStrategy(value: Json | undefined): QueueStrategy {
  if (value === undefined || value === null) return { kind: 'priority' };
  const named = isJsonObject(value) ? (value['kind'] ?? value['strategy']) : value;
  if (typeof named !== 'string') throw bad('queue', 'a strategy by name, or a dict with its kind');
  const kind = STRATEGIES.find((known) => known === named);
  if (kind === undefined) throw unknown('queue strategy', named, STRATEGIES);
  if (kind !== 'fair_round_robin') return { kind };
  const key = isJsonObject(value) ? (value['key'] ?? value['key_field'] ?? 'key') : 'key';
  if (typeof key !== 'string' || key === '') throw bad('queue.key', 'the name of a submit option');
  return { kind, key };
}

/** What happens to a task that finds no free slot. */
export type Backpressure =
  | { readonly kind: 'unbounded' | 'fail_fast' }
  | { readonly kind: 'queue'; readonly max_depth: number; readonly on_full: OnFull }
  | { readonly kind: 'ring_buffer'; readonly max_depth: number };

const ON_FULL = ['block_submitter', 'drop_oldest', 'drop_newest', 'fail_submitter'] as const;
type OnFull = (typeof ON_FULL)[number];

/** What to do with a task that is being submitted. */
export type Admission =
  | { readonly do: 'accept' | 'wait' | 'fail_full' | 'fail_fast' }
  /** The head of the queue, or the new task, is rejected with this. */
  | {
      readonly do: 'drop_oldest' | 'drop_newest';
      readonly reason: string;
      readonly policy: string;
    };

/** The rule: a free slot and an empty queue always accept; beyond that the policy decides. */
export function admit(policy: Backpressure, freeSlot: boolean, depth: number): Admission {
  if (freeSlot && depth === 0) return { do: 'accept' };
  switch (policy.kind) {
    case 'unbounded':
      return { do: 'accept' };
    case 'fail_fast':
      return { do: 'fail_fast' };
    case 'ring_buffer': {
      const reason = 'ring_buffer_drop_oldest';
      if (depth < policy.max_depth) return { do: 'accept' };
      return { do: 'drop_oldest', reason, policy: 'ring_buffer' };
    }
    case 'queue':
      return depth < policy.max_depth ? { do: 'accept' } : whenFull(policy.on_full);
  }
}

function whenFull(onFull: OnFull): Admission {
  switch (onFull) {
    case 'block_submitter':
      return { do: 'wait' };
    case 'fail_submitter':
      return { do: 'fail_full' };
    case 'drop_oldest':
    case 'drop_newest':
      return { do: onFull, reason: `${onFull}_queue_full`, policy: onFull };
  }
}

const POLICIES = ['unbounded', 'fail_fast', 'queue', 'ring_buffer'] as const;

/** Reads the `backpressure` option: nothing, a name, or `{kind, max_depth, on_full}`. */
export function parseBackpressure(value: Json | undefined): Backpressure {
  if (value === undefined || value === null) return { kind: 'unbounded' };
  const named = isJsonObject(value) ? (value['kind'] ?? value['strategy']) : value;
  if (typeof named !== 'string') {
    throw bad('backpressure', 'a policy by name, or a dict with its kind');
  }
  const kind = POLICIES.find((known) => known === named);
  if (kind === undefined) throw unknown('backpressure policy', named, POLICIES);
  if (kind === 'unbounded' || kind === 'fail_fast') return { kind };
  const given = isJsonObject(value) ? value : {};
  const depth = given['max_depth'] ?? given['capacity'];
  if (typeof depth !== 'number' || !Number.isInteger(depth) || depth < 1) {
    throw bad('backpressure.max_depth', 'an int of at least 1');
  }
  if (kind === 'ring_buffer') return { kind, max_depth: depth };
  const wanted = given['on_full'] ?? 'block_submitter';
  const onFull = ON_FULL.find((known) => known === wanted);
  if (onFull === undefined) {
    throw unknown('backpressure on_full policy', String(wanted), ON_FULL);
  }
  return { kind, max_depth: depth, on_full: onFull };
}

function bad(option: string, expected: string): Error {
  return poolErrors.badOption({ option, expected });
}

function unknown(option: string, choice: string, known: readonly string[]): Error {
  return poolErrors.unknownChoice({ option, choice, known: known.join(', ') });
}
