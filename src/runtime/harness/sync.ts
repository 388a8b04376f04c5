// What lanes share and wait for: channels, select, locks, atomics, races, and what sync-shared and sync-supervisors add. Every call belongs to the lane whose handle is
// used: its place in the call tree names the wait, and what it holds goes back when it ends in any way.

import type { RunContext } from '../run/index.ts';
import {
  Atomic,
  acquire,
  atomicCas,
  atomicGet,
  atomicSet,
  atomicUpdate,
  Channel,
  channelIsClosed,
  closeChannel,
  type LockMetrics,
  type LockRequest,
  lockMetrics,
  makeAtomic,
  makeChannel,
  parallelRace,
  release,
  type Selected,
  select,
  send,
  tryReceive,
} from '../work/index.ts';
import { need } from './arguments.ts';
import { notData } from './family.ts';
import { bad, call, checkLimit, takeFor } from './sync-call.ts';
import {
  type CircuitMethods,
  circuitMethods,
  type MailboxMethods,
  mailboxMethods,
  type SharedMethods,
  sharedMethods,
} from './sync-shared.ts';
import { type SupervisorMethods, supervisorMethods } from './sync-supervisors.ts';
import type { LaneFn, ParallelOptions } from './tasks.ts';
import type { Harness } from './tree.ts';

/** Says what a channel or an atomic carries; types only. */
declare const carried: unique symbol;

/** What can be sent: everything but undefined, which stands for the end. */
export type Sendable = NonNullable<unknown> | null;

/** A channel, whatever it carries. */
export interface AnyChannel {
  readonly name: string;
  /** How many values it keeps; with 0 a sender waits until its value is taken. */
  readonly capacity: number;
}

/** Values from lane to lane, first in first out. Any lane of the run may hold it; each uses it by its own `sync`. */
export interface SyncChannel<T> extends AnyChannel {
  readonly [carried]?: (value: T) => T;
}

/** A value that lanes share. Read and written by the `sync` of each. */
export interface SyncAtomic<T> {
  readonly [carried]?: (value: T) => T;
}

/** What `select` took, and from where. */
export type SyncSelected<C> =
  C extends SyncChannel<infer T>
    ? { readonly index: number; readonly value: T; readonly channel: C }
    : never;

/** A lock that this lane holds. `await using` gives it back; so does the end of the lane. */
export interface HeldLock extends AsyncDisposable {
  /** Gives it back; false when that was done before. */
  release(): boolean;
}

/** Locks, channels and shared values of one run. Nothing of it leaves the run or is written down. */
export interface SyncHandle
  extends SharedMethods,
    MailboxMethods,
    CircuitMethods,
    SupervisorMethods {
  /** Makes a channel. `capacity` is 256 if not said. HARN-SYN-001 when it is no int of 0 or more. */
  channel<T extends Sendable>(capacity?: number, name?: string): SyncChannel<T>;
  /** Sends and waits for room. False when the channel is closed, also while waiting. */
  send<T extends Sendable>(channel: SyncChannel<T>, value: T): Promise<boolean>;
  /** The next value, waiting for one; undefined when the channel is closed and empty. */
  receive<T extends Sendable>(channel: SyncChannel<T>): Promise<T | undefined>;
  /** The next value if there is one now. */
  tryReceive<T extends Sendable>(channel: SyncChannel<T>): T | undefined;
  /** All that comes, until the channel is closed and empty. Leaving the loop early leaves the rest in it. */
  values<T extends Sendable>(channel: SyncChannel<T>): AsyncIterableIterator<T>;
  /** No more values are accepted; those in it can still be taken. */
  closeChannel(channel: AnyChannel): void;
  channelIsClosed(channel: AnyChannel): boolean;
  /**
   * One value of the first channel in the list that has one, waiting `timeoutMs` (0: not at all). Undefined when the time
   * is up or, without a limit, when all are closed and empty.
   */
  select<C extends AnyChannel>(
    channels: readonly C[],
    options?: { readonly timeoutMs?: number },
  ): Promise<SyncSelected<C> | undefined>;
  /** Runs `fn` while no other lane is in a mutex of this key. Not re-entrant. */
  mutex<R>(key: string, fn: () => Promise<R> | R): Promise<R>;
  /** Runs `fn` with `permits` (1) of `capacity`. HARN-SYN-002 when the key is known with another capacity. */
  semaphore<R>(
    key: string,
    places: { readonly capacity: number; readonly permits?: number },
    fn: () => Promise<R> | R,
  ): Promise<R>;
  /** Runs `fn` as one of at most `limit` at once. */
  gate<R>(key: string, limit: number, fn: () => Promise<R> | R): Promise<R>;
  /** Runs `fn` beside other readers (`read`) or alone (`write`). */
  rwlock<R>(key: string, mode: 'read' | 'write', fn: () => Promise<R> | R): Promise<R>;
  /** Takes a lock of any kind for this lane: `await using`. Null when `timeoutMs` is up; 0 does not wait. */
  acquire(request: LockRequest): Promise<HeldLock | null>;
  /** The counters of the locks of a kind and a key, or of all, in the order of their first use. Times in ms. */
  lockMetrics(kind?: LockRequest['kind'], key?: string): readonly LockMetrics[];
  /** Makes a shared value. */
  atomic<T>(initial: T): SyncAtomic<T>;
  atomicGet<T>(atomic: SyncAtomic<T>): T;
  /** Writes and gives what was there before. */
  atomicSet<T>(atomic: SyncAtomic<T>, value: T): T;
  /** Replaces the value by what `change` makes of it, and gives what was there before. */
  atomicUpdate<T>(atomic: SyncAtomic<T>, change: (value: T) => T): T;
  /** Adds and gives what was there before. */
  atomicAdd(atomic: SyncAtomic<number>, by: number): number;
  /** Writes only when the value is `expected` (by `Object.is`); whether it did. */
  atomicCas<T>(atomic: SyncAtomic<T>, expected: T, value: T): boolean;
  /**
   * Runs `fn` once per item and gives the first value; the other lanes are dropped. HARN-SYN-004 with every reason when
   * all fail, HARN-SYN-005 without items.
   */
  race<T, R>(
    items: readonly T[],
    fn: LaneFn<[T, number], R>,
    options?: ParallelOptions,
  ): Promise<R>;
}

/** The sync handle of a context. */
export function syncHandle(ctx: RunContext, harnessFor: (ctx: RunContext) => Harness): SyncHandle {
  return notData('harness.sync', {
    ...channelMethods(ctx),
    ...lockMethods(ctx),
    ...atomicMethods(ctx),
    ...sharedMethods(ctx),
    ...mailboxMethods(ctx),
    ...circuitMethods(ctx),
    ...supervisorMethods(ctx, harnessFor),
    race: (items, fn, options = {}) =>
      call(ctx, (inner) => {
        need('harness.sync.race', 'the function', 'a function', fn);
        const pairs = items.map((item, index) => [item, index] as const);
        const run = (lane: RunContext, [pair]: readonly unknown[]) =>
          fn(harnessFor(lane), ...(pair as (typeof pairs)[number]));
        return parallelRace(
          inner,
          pairs,
          { kind: 'async', name: fn.name, run },
          {
            maxConcurrent: options.maxConcurrent,
            errorText: (error) => (error instanceof Error ? error.message : String(error)),
          },
        );
      }) as never,
  });
}

type ChannelMethods = Pick<
  SyncHandle,
  | 'channel'
  | 'send'
  | 'receive'
  | 'tryReceive'
  | 'values'
  | 'closeChannel'
  | 'channelIsClosed'
  | 'select'
>;

/** Takes from the first of these that has something, for a lane. */
async function takeAny(
  ctx: RunContext,
  from: readonly Channel[],
  timeoutMs?: number,
): Promise<Selected | undefined> {
  return takeFor(
    ctx,
    (inner) => select(inner, from, timeoutMs),
    ({ channel, value }) => channel.putBack(value),
  );
}

/** All that comes through a channel, for a lane. */
export async function* channelValues(
  ctx: RunContext,
  from: Channel,
): AsyncGenerator<unknown, undefined> {
  for (let got = await takeAny(ctx, [from]); got !== undefined; got = await takeAny(ctx, [from])) {
    yield got.value;
  }
}

function channelMethods(ctx: RunContext): ChannelMethods {
  const take = (from: readonly Channel[], timeoutMs?: number) => takeAny(ctx, from, timeoutMs);
  return {
    channel: (capacity, name) => makeChannel(ctx, name, capacity) as never,
    send: async (channel, value) => {
      const to = channelOf('send', channel);
      if (value === undefined) throw bad('send', 'the value', 'anything but undefined');
      return call(ctx, (inner) => send(inner, to, value));
    },
    receive: async (channel) => (await take([channelOf('receive', channel)]))?.value as never,
    tryReceive: (channel) => tryReceive(ctx, channelOf('tryReceive', channel))?.value as never,
    values: ((channel: AnyChannel) =>
      channelValues(ctx, channelOf('values', channel))) as ChannelMethods['values'],
    closeChannel: (channel) => closeChannel(ctx, channelOf('closeChannel', channel)),
    channelIsClosed: (channel) => channelIsClosed(ctx, channelOf('channelIsClosed', channel)),
    select: async (channels, { timeoutMs } = {}) => {
      const from = channels.map((channel) => channelOf('select', channel));
      checkLimit('select', timeoutMs);
      return (await take(from, timeoutMs)) as never;
    },
  };
}

type LockMethods = Pick<
  SyncHandle,
  'mutex' | 'semaphore' | 'gate' | 'rwlock' | 'acquire' | 'lockMetrics'
>;

function lockMethods(ctx: RunContext): LockMethods {
  const take = async (request: LockRequest): Promise<HeldLock | null> => {
    checkLimit('acquire', request.timeoutMs);
    // The lane owns it, not the call that waited for it.
    const permit = await call(ctx, function* (inner) {
      const granted = yield* acquire(inner, request, ctx.task);
      // A lane may return without awaiting what it asked for: it cannot give back any more.
      if (!ctx.task.alive) granted?.giveBack();
      return granted;
    });
    if (permit === null) return null;
    return {
      release: () => release(ctx, permit),
      [Symbol.asyncDispose]: async () => permit.giveBack(),
    };
  };
  const inside = async <R>(request: LockRequest, fn: () => Promise<R> | R): Promise<R> => {
    const held = await take(request);
    try {
      return await fn();
    } finally {
      await held?.[Symbol.asyncDispose]();
    }
  };
  return {
    mutex: (key, fn) => inside({ kind: 'mutex', key }, fn),
    semaphore: (key, { capacity, permits }, fn) =>
      inside({ kind: 'semaphore', key, capacity, permits }, fn),
    gate: (key, limit, fn) => inside({ kind: 'gate', key, capacity: limit }, fn),
    rwlock: (key, mode, fn) => inside({ kind: 'rwlock', key, mode }, fn),
    acquire: take,
    lockMetrics: (kind, key) => lockMetrics(ctx, kind, key),
  };
}

type AtomicMethods = Pick<
  SyncHandle,
  'atomic' | 'atomicGet' | 'atomicSet' | 'atomicUpdate' | 'atomicAdd' | 'atomicCas'
>;

function atomicMethods(ctx: RunContext): AtomicMethods {
  return {
    atomic: (initial) => makeAtomic(ctx, initial) as never,
    atomicGet: (atomic) => atomicGet(ctx, atomicOf('atomicGet', atomic)),
    atomicSet: (atomic, value) => atomicSet(ctx, atomicOf('atomicSet', atomic), value),
    atomicUpdate: (atomic, change) => atomicUpdate(ctx, atomicOf('atomicUpdate', atomic), change),
    atomicAdd: (atomic, by) =>
      atomicUpdate(ctx, atomicOf('atomicAdd', atomic), (value) => value + by),
    atomicCas: (atomic, expected, value) =>
      atomicCas(ctx, atomicOf('atomicCas', atomic), { expected, value, same: Object.is }),
  };
}

function channelOf(method: string, channel: unknown): Channel {
  if (channel instanceof Channel) return channel;
  throw bad(method, 'the channel', 'one made by harness.sync.channel');
}

function atomicOf<T>(method: string, atomic: SyncAtomic<T>): Atomic<T> {
  const given: unknown = atomic;
  if (given instanceof Atomic) return given as Atomic<T>;
  throw bad(method, 'the atomic', 'one made by harness.sync.atomic');
}
