// Operators on streams for which it matters when a value comes. Each source is pulled by a task of its own into a
// channel; who is first then follows from the schedule, which replay repeats.
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import { Channel, receive, select, sleepMs } from '../runtime/work/index.ts';
import { END, type HarnSource, type Pulled, type Value } from '../values/index.ts';
import { HarnChannel } from './sync-values.ts';

export type RunPull = (ctx: RunContext) => Suspending<Pulled>;

/** A value on its way, or the error that ended its source. */
type Parcel = { readonly value: Value } | { readonly error: unknown };

/** A source that is pulled ahead, or a channel as it is. */
interface Feed {
  readonly channel: Channel;
  readonly isParcel: boolean;
}

/** Begins to pull a source, one value ahead. A channel needs nobody to pull it. */
function feedOf(ctx: RunContext, source: HarnSource): Feed {
  if (source instanceof HarnChannel) return { channel: source.channel, isParcel: false };
  const channel = new Channel('stream', 1);
  ctx.startTask(ctx.task.nextCallback(ctx.task.lastOrdinal), (own) => fill(own, source, channel));
  return { channel, isParcel: true };
}

function* fill(ctx: RunContext, source: HarnSource, channel: Channel): Suspending<null> {
  try {
    for (;;) {
      const value = (yield* source.nextSteps(ctx) as Suspending<Pulled>) as Pulled;
      if (value === END) break;
      yield* offer(ctx, channel, { value });
    }
  } catch (error) {
    yield* offer(ctx, channel, { error });
  }
  channel.close();
  return null;
}

function* offer(ctx: RunContext, channel: Channel, parcel: Parcel): Suspending<void> {
  if (channel.offer(parcel) !== 'full') return;
  yield* ctx.block('whoever pulls a stream', (resume) =>
    channel.addSender({ value: parcel, done: () => resume({ ok: true, value: null }) }),
  );
}

function unpack(taken: { readonly value: unknown }, { isParcel }: Feed): Value {
  if (!isParcel) return taken.value as Value;
  const parcel = taken.value as Parcel;
  if ('error' in parcel) throw parcel.error;
  return parcel.value;
}

/** Values of all sources as they come; those that are there at once in turn. */
export function merged(sources: readonly HarnSource[]): RunPull {
  let feeds: readonly Feed[] | undefined;
  let turn = 0;
  return function* (ctx) {
    feeds ??= sources.map((source) => feedOf(ctx, source));
    // From the one after the last on, so that none is left out.
    const order = feeds.map(
      (_, i) => (feeds as readonly Feed[])[(turn + i) % sources.length] as Feed,
    );
    const channels = order.map((feed) => feed.channel);
    const taken = yield* select(ctx, channels);
    if (taken === undefined) return END;
    const feed = order[taken.index] as Feed;
    turn = feeds.indexOf(feed) + 1;
    return unpack(taken, feed);
  };
}

/** All values of the source that gives one first. */
export function raced(sources: readonly HarnSource[]): RunPull {
  let winner: Feed | undefined;
  return function* (ctx) {
    if (winner !== undefined) {
      const next = yield* receive(ctx, winner.channel);
      return next === undefined ? END : unpack(next, winner);
    }
    const feeds = sources.map((source) => feedOf(ctx, source));
    const taken = yield* select(
      ctx,
      feeds.map((feed) => feed.channel),
    );
    if (taken === undefined) return END;
    winner = feeds[taken.index] as Feed;
    return unpack(taken, winner);
  };
}

/** At least so long between two values. */
export function throttled(source: HarnSource, ms: number): RunPull {
  let isFirst = true;
  return function* (ctx) {
    const value = (yield* source.nextSteps(ctx) as Suspending<Pulled>) as Pulled;
    if (!isFirst && value !== END) yield* sleepMs(ctx, ms);
    isFirst = false;
    return value;
  };
}

/** The last value once nothing came for so long. */
export function debounced(source: HarnSource, ms: number): RunPull {
  let feed: Feed | undefined;
  return function* (ctx) {
    feed ??= feedOf(ctx, source);
    let last: Pulled = END;
    let taken = yield* receive(ctx, feed.channel);
    while (taken !== undefined) {
      last = unpack(taken, feed);
      const { channel } = feed;
      // Without a pause whatever is there at once counts as one burst; the source gets a turn to give it.
      taken = yield* select(ctx, [channel], channel.isOver ? 0 : Math.max(1, ms));
    }
    return last;
  };
}
