// Channels and select: order, room, closing, what happens to values of dropped tasks.
import { describe, expect, it } from 'vitest';
import { cancelSpawned } from '../task.ts';
import { closeChannel, makeChannel, receive, select, send, tryReceive } from './channel.ts';
import { all, go, outcomeOf } from './sync-run.fixture.ts';

describe('a channel', () => {
  it('gives values in the order in which they were sent', async () => {
    const got = await outcomeOf(function* (ctx) {
      const ch = makeChannel(ctx, 'c', 2);
      const sender = go(ctx, function* (child) {
        for (let i = 0; i < 6; i += 1) yield* send(child, ch, i);
        closeChannel(child, ch);
        return null;
      });
      const values: unknown[] = [];
      for (;;) {
        const taken = yield* receive(ctx, ch);
        if (taken === undefined) break;
        values.push(taken.value);
      }
      yield* all(ctx, [sender]);
      return values;
    });
    expect(got).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('without a buffer lets the sender go on only when its value was taken', async () => {
    const log: string[] = [];
    await outcomeOf(function* (ctx) {
      const ch = makeChannel(ctx, 'c', 0);
      const sender = go(ctx, function* (child) {
        log.push('sending');
        yield* send(child, ch, 1);
        log.push('sent');
        return null;
      });
      const other = go(ctx, function* (child) {
        log.push('other');
        log.push(`got ${(yield* receive(child, ch))?.value}`);
        return null;
      });
      return yield* all(ctx, [sender, other]);
    });
    expect(log).toEqual(['sending', 'other', 'got 1', 'sent']);
  });

  it('lets nil be sent, told apart from the end', async () => {
    const got = await outcomeOf(function* (ctx) {
      const ch = makeChannel(ctx);
      yield* send(ctx, ch, null);
      closeChannel(ctx, ch);
      return [yield* receive(ctx, ch), (yield* receive(ctx, ch)) === undefined];
    });
    expect(got).toEqual([{ value: null, index: 0, channel: expect.anything() }, true]);
  });

  it('wakes everybody when it is closed: receivers get the end, senders are refused', async () => {
    const got = await outcomeOf(function* (ctx) {
      const empty = makeChannel(ctx, 'empty', 1);
      const full = makeChannel(ctx, 'full', 1);
      yield* send(ctx, full, 'kept');
      const waiting = [
        go(ctx, function* (child) {
          return (yield* receive(child, empty)) === undefined;
        }),
        go(ctx, (child) => send(child, full, 'refused')),
        go(ctx, function* (child) {
          closeChannel(child, empty);
          closeChannel(child, full);
          return yield* send(child, full, 'late');
        }),
      ];
      const answers = yield* all(ctx, waiting);
      return [answers, tryReceive(ctx, full)?.value, tryReceive(ctx, full) === undefined];
    });
    expect(got).toEqual([[true, false, false], 'kept', true]);
  });

  it('does not lose a value that was handed to a task which is dropped before it goes on', async () => {
    const got = await outcomeOf(function* (ctx) {
      const ch = makeChannel(ctx, 'c', 4);
      const doomed = go(ctx, (child) => receive(child, ch));
      const heir = go(ctx, (child) => receive(child, ch));
      const sender = go(ctx, function* (child) {
        // Both are woken with a value, and neither has gone on yet.
        yield* send(child, ch, 1);
        yield* send(child, ch, 2);
        cancelSpawned(child, doomed);
        return null;
      });
      yield* all(ctx, [sender]);
      const second = (yield* all(ctx, [heir])) as { value: number }[];
      return [second[0]?.value, (yield* receive(ctx, ch))?.value];
    });
    expect(got).toEqual([2, 1]);
  });

  it('forgets a sender that is dropped while it waits', async () => {
    const got = await outcomeOf(function* (ctx) {
      const ch = makeChannel(ctx, 'c', 0);
      const doomed = go(ctx, (child) => send(child, ch, 'never'));
      const sender = go(ctx, (child) => send(child, ch, 'this'));
      yield* all(ctx, [
        go(ctx, function* (child) {
          yield* [];
          cancelSpawned(child, doomed);
          return null;
        }),
      ]);
      const taken = (yield* receive(ctx, ch))?.value;
      yield* all(ctx, [sender]);
      return taken;
    });
    expect(got).toBe('this');
  });

  it.each([-1, 1.5, Number.NaN])('refuses a capacity of %d', async (capacity) => {
    const made = outcomeOf(function* (ctx) {
      yield* [];
      makeChannel(ctx, 'c', capacity);
      return null;
    });
    await expect(made).rejects.toMatchObject({ code: 'HARN-SYN-001' });
  });
});

describe('select', () => {
  it('takes from the first of the list that has a value, and nothing from the others', async () => {
    const got = await outcomeOf(function* (ctx) {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => makeChannel(ctx, name, 2));
      if (a === undefined || b === undefined || c === undefined) return null;
      yield* send(ctx, b, 'b1');
      yield* send(ctx, c, 'c1');
      const first = yield* select(ctx, [a, b, c]);
      return [first?.index, first?.value, b.length, c.length];
    });
    expect(got).toEqual([1, 'b1', 0, 1]);
  });

  it('waits for whichever channel comes first and leaves the lines of the others', async () => {
    const got = await outcomeOf(function* (ctx) {
      const a = makeChannel(ctx, 'a', 1);
      const b = makeChannel(ctx, 'b', 1);
      const chooser = go(ctx, function* (child) {
        const taken = yield* select(child, [a, b]);
        return taken?.channel.name;
      });
      const sender = go(ctx, function* (child) {
        yield* send(child, b, 1);
        yield* send(child, a, 2);
        return null;
      });
      const [name] = yield* all(ctx, [chooser, sender]);
      return [name, a.length, b.length];
    });
    expect(got).toEqual(['b', 1, 0]);
  });

  it('gives up when the time is up, and at once with a limit of 0', async () => {
    const got = await outcomeOf(function* (ctx) {
      const ch = makeChannel(ctx);
      const started = ctx.clock.monotonicMs();
      const none = yield* select(ctx, [ch], 0);
      const between = ctx.clock.monotonicMs() - started;
      const late = yield* select(ctx, [ch], 250);
      return [none === undefined, between, late === undefined, ctx.clock.monotonicMs() - started];
    });
    expect(got).toEqual([true, 0, true, 250]);
  });

  it('ends when all channels are closed and empty', async () => {
    const got = await outcomeOf(function* (ctx) {
      const a = makeChannel(ctx, 'a');
      const b = makeChannel(ctx, 'b');
      const chooser = go(ctx, function* (child) {
        return (yield* select(child, [a, b])) === undefined;
      });
      const closer = go(ctx, function* (child) {
        yield* [];
        closeChannel(child, a);
        closeChannel(child, b);
        return null;
      });
      return (yield* all(ctx, [chooser, closer]))[0];
    });
    expect(got).toBe(true);
  });
});

describe('a wait that nothing can end', () => {
  it('is an error that names every task and what it waits for', async () => {
    const stuck = outcomeOf(function* (ctx) {
      const ch = makeChannel(ctx, 'never');
      return yield* all(ctx, [go(ctx, (child) => receive(child, ch))]);
    });
    await expect(stuck).rejects.toMatchObject({
      code: 'HARN-RUN-006',
      message: expect.stringContaining('task_root:spawn:1 (a value of channel "never")'),
    });
  });
});
