// Channels: values from task to task, first in first out. A channel has a buffer (of no place at all, if so wished: then
// a sender waits until somebody takes the value). Nothing is lost on the way: a value handed to a task that is dropped
// before it goes on goes to the next one.
import { bug } from '../../../base/index.ts';
import type { RunContext, Suspending } from '../../run/index.ts';
import { syncErrors } from './errors.ts';
import { use } from './use.ts';
import { Handover, waitFor } from './wait.ts';

/** How many values a channel keeps when nobody says. */
const DEFAULT_CAPACITY = 256;

/** Who waits for a value. */
interface Receiver {
  readonly take: (value: unknown) => void;
  readonly closed: () => void;
}

/** Who waits for room. */
interface Sender {
  readonly value: unknown;
  readonly done: (accepted: boolean) => void;
}

/** The state of a channel. What programs call stands below. */
export class Channel {
  readonly name: string;
  readonly capacity: number;
  readonly #receivers = new Set<Receiver>();
  readonly #senders = new Set<Sender>();
  #items: unknown[] = [];
  #head = 0;
  #closed = false;
  #failure: { readonly error: unknown } | undefined;
  /** Called once, when the channel closes. */
  #onClose: (() => void) | undefined;

  constructor(name: string, capacity: number) {
    this.name = name;
    this.capacity = capacity;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** How many values are there to be taken at once. */
  get length(): number {
    return this.#items.length - this.#head + (this.capacity === 0 ? this.#senders.size : 0);
  }

  /** No value is left and none will come. */
  get isOver(): boolean {
    return this.#closed && this.length === 0;
  }

  /** Gives a value to whoever waits, or keeps it. */
  offer(value: unknown): 'accepted' | 'closed' | 'full' {
    if (this.#closed) return 'closed';
    const receiver = first(this.#receivers);
    if (receiver !== undefined) receiver.take(value);
    else if (this.#items.length - this.#head < this.capacity) this.#items.push(value);
    else return 'full';
    return 'accepted';
  }

  /** The next value; undefined when there is none now. */
  poll(): { readonly value: unknown } | undefined {
    if (this.#head === this.#items.length) {
      const sender = first(this.#senders);
      if (sender === undefined) return undefined;
      this.#admit(sender);
      return { value: sender.value };
    }
    const value = this.#items[this.#head];
    this.#head += 1;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    const sender = this.#items.length - this.#head < this.capacity && first(this.#senders);
    if (sender) {
      this.#admit(sender);
      this.#items.push(sender.value);
    }
    return { value };
  }

  /** A value whose receiver is gone: to the next one, or back to the front. */
  putBack(value: unknown): void {
    const receiver = first(this.#receivers);
    if (receiver !== undefined) receiver.take(value);
    else if (this.#head === 0) this.#items.unshift(value);
    else {
      this.#head -= 1;
      this.#items[this.#head] = value;
    }
  }

  addReceiver(receiver: Receiver): () => void {
    this.#receivers.add(receiver);
    return () => this.#receivers.delete(receiver);
  }

  addSender(sender: Sender): () => void {
    this.#senders.add(sender);
    return () => this.#senders.delete(sender);
  }

  /** Closes the channel for a reason: whoever finds it empty gets the error, once. */
  fail(error: unknown): void {
    if (this.#closed) return;
    this.#failure = { error };
    this.close();
  }

  /** Throws the reason why the channel was closed, once nothing is left in it. */
  throwFailure(): void {
    const failure = this.isOver ? this.#failure : undefined;
    this.#failure = failure === undefined ? this.#failure : undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Whoever fills this channel learns from `fn` that nobody wants more. One at most. */
  whenClosed(fn: () => void): void {
    this.#onClose = fn;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose?.();
    for (const sender of [...this.#senders]) {
      this.#senders.delete(sender);
      sender.done(false);
    }
    for (const receiver of [...this.#receivers]) receiver.closed();
  }

  #admit(sender: Sender): void {
    this.#senders.delete(sender);
    sender.done(true);
  }
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  for (const item of set) return item;
  return undefined;
}

/** Makes a channel. Capacity 0 makes senders wait until their value is taken. */
export function makeChannel(
  ctx: RunContext,
  name = 'default',
  capacity = DEFAULT_CAPACITY,
): Channel {
  use(ctx, 'channel');
  if (!Number.isSafeInteger(capacity) || capacity < 0) {
    throw syncErrors.badOption({
      call: 'channel',
      option: 'the capacity',
      expected: 'an int of 0 or more',
    });
  }
  return new Channel(name, capacity);
}

/** Sends a value and waits for room. False when the channel is closed, also while waiting. */
export function* send(ctx: RunContext, channel: Channel, value: unknown): Suspending<boolean> {
  use(ctx, 'send');
  const now = channel.offer(value);
  if (now !== 'full') return now === 'accepted';
  const accepted = yield* waitFor<boolean>(ctx, {
    what: `room in channel "${channel.name}"`,
    start: (wake) => channel.addSender({ value, done: wake }),
  });
  return accepted ?? bug('a send that timed out');
}

/** Takes the next value, waiting for one. Undefined when the channel is closed and empty. */
export function* receive(
  ctx: RunContext,
  channel: Channel,
): Suspending<{ readonly value: unknown } | undefined> {
  use(ctx, 'receive');
  return yield* takeAny(ctx, [channel], undefined);
}

/** Takes the next value if there is one now. */
export function tryReceive(
  ctx: RunContext,
  channel: Channel,
): { readonly value: unknown } | undefined {
  use(ctx, 'receive');
  return channel.poll();
}

/** No more values are accepted; those in the buffer can still be taken. */
export function closeChannel(ctx: RunContext, channel: Channel): void {
  use(ctx, 'close_channel');
  channel.close();
}

/** Whether a channel was closed; values may still be in it. */
export function channelIsClosed(ctx: RunContext, channel: Channel): boolean {
  use(ctx, 'channel_is_closed');
  return channel.isClosed;
}

/** What `select` took, and from where. */
export interface Selected {
  readonly index: number;
  readonly value: unknown;
  readonly channel: Channel;
}

/**
 * Takes one value from the first of some channels that has one; of several the first in the list. With a limit of 0 it
 * does not wait. Undefined when the time is up or, without a limit, when all channels are closed and empty.
 */
export function* select(
  ctx: RunContext,
  channels: readonly Channel[],
  timeoutMs?: number,
): Suspending<Selected | undefined> {
  use(ctx, 'channel_select');
  return yield* takeAny(ctx, channels, timeoutMs);
}

function* takeAny(
  ctx: RunContext,
  channels: readonly Channel[],
  timeoutMs: number | undefined,
): Suspending<Selected | undefined> {
  for (const [index, channel] of channels.entries()) {
    const taken = channel.poll();
    if (taken !== undefined) return { index, value: taken.value, channel };
  }
  if (timeoutMs !== undefined && timeoutMs <= 0) return undefined;
  const isOver = () => timeoutMs === undefined && channels.every((channel) => channel.isOver);
  const failures = () => {
    for (const channel of channels) channel.throwFailure();
  };
  failures();
  if (isOver()) return undefined;
  const handover = new Handover(ctx.task);
  const names = channels.map((channel) => `"${channel.name}"`).join(', ');
  const selected = yield* waitFor<Selected | undefined>(ctx, {
    what: channels.length === 1 ? `a value of channel ${names}` : `a value of channels ${names}`,
    timeoutMs,
    start: (wake) => {
      const leaving: (() => void)[] = [];
      const leave = () => {
        for (const each of leaving.splice(0)) each();
      };
      for (const [index, channel] of channels.entries()) {
        const take = (value: unknown) => {
          leave();
          handover.give(() => channel.putBack(value));
          wake({ index, value, channel });
        };
        const closed = () => {
          if (!isOver()) return;
          leave();
          wake(undefined);
        };
        leaving.push(channel.addReceiver({ take, closed }));
      }
      return leave;
    },
  });
  handover.done();
  if (selected === undefined) failures();
  return selected;
}
