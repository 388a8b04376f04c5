// Channels, locks, atomics and races of TypeScript lanes: their order, what ended lanes leave behind, limits, waits that
// cannot end, and the same again after the process was killed at any commit.
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import type { Harness } from './index.ts';
import { pipeline } from './index.ts';

const turn = () => new Promise((ok) => setImmediate(ok));
const codeOf = (error: unknown) => (error as { code: string }).code;

/** Runs a body to its end; time moves to the next timer when nothing happened for some turns. */
async function outcomeOf<R>(body: (harness: Harness) => Promise<R>): Promise<R> {
  await using store = await openStore('memory:');
  const host = createMockHost();
  const program = pipeline('shares', async (harness, _input: null) => body(harness));
  const runtime = createRuntime({
    store,
    pipelines: [program],
    host,
    sink: { write: () => undefined },
  });
  const { done } = runtime.start(program, null);
  let ended = false;
  void done.finally(() => {
    ended = true;
  });
  for (let n = 1; !ended; n += 1) {
    await turn();
    if (n % 20 === 0) host.clock.advance(host.clock.nextDueInMs() ?? 0);
    if (n > 20_000) throw new Error('the run does not end');
  }
  const result = await done;
  if (result.status === 'settled') return result.returned;
  throw result.status === 'failed' ? result.error : new Error(result.status);
}

describe('a channel between lanes', () => {
  it('gives values in the order in which they were sent and ends when it is closed', async () => {
    const got = await outcomeOf(async ({ sync, spawn }) => {
      const ch = sync.channel<number>(2);
      const sender = spawn(async (lane) => {
        for (let n = 0; n < 6; n += 1) await lane.sync.send(ch, n);
        lane.sync.closeChannel(ch);
        return lane.sync.send(ch, 9);
      });
      const values: number[] = [];
      for await (const value of sync.values(ch)) values.push(value);
      return [values, await sender.join(), await sync.receive(ch), sync.channelIsClosed(ch)];
    });
    expect(got).toEqual([[0, 1, 2, 3, 4, 5], false, null, true]);
  });

  it('without places holds the sender until its value is taken', async () => {
    const log: string[] = [];
    await outcomeOf(async ({ sync, spawn }) => {
      const ch = sync.channel<string>(0);
      const sender = spawn(async (lane) => {
        log.push('sending');
        await lane.sync.send(ch, 'x');
        log.push('sent');
      });
      const receiver = spawn(async (lane) => {
        await lane.clock.sleepMs(50);
        log.push('taking');
        await lane.sync.receive(ch);
      });
      await sender.join();
      await receiver.join();
      return null;
    });
    expect(log).toEqual(['sending', 'taking', 'sent']);
  });

  it('does not lose a value that was given to a lane which is cancelled before it goes on', async () => {
    const got = await outcomeOf(async ({ sync, spawn, clock }) => {
      const ch = sync.channel<number>(4);
      const doomed = spawn(async (lane) => lane.sync.receive(ch));
      const heir = spawn(async (lane) => lane.sync.receive(ch));
      await clock.sleepMs(1);
      await sync.send(ch, 1);
      // The value is on its way to this lane, which has not had its turn since.
      doomed.cancel();
      return heir.join();
    });
    expect(got).toBe(1);
  });

  it.each([
    ['a capacity below zero', ({ sync }: Harness) => sync.channel(-1)],
    ['undefined as a value', ({ sync }: Harness) => sync.send(sync.channel(), undefined as never)],
    ['what is no channel', ({ sync }: Harness) => sync.receive({ name: 'x', capacity: 1 })],
    ['what is no atomic', ({ sync }: Harness) => sync.atomicGet({})],
    ['a negative limit', ({ sync }: Harness) => sync.select([], { timeoutMs: -1 })],
    ['a gate without places', ({ sync }: Harness) => sync.gate('g', 0, () => 1)],
  ])('refuses %s', async (_what, act) => {
    const refused = outcomeOf(async (harness) => {
      await act(harness);
      return null;
    });
    await expect(refused).rejects.toMatchObject({ code: 'HARN-SYN-001' });
  });
});

describe('select', () => {
  it('takes from the first channel of the list that has a value, and says which', async () => {
    const got = await outcomeOf(async ({ sync }) => {
      const words = sync.channel<string>();
      const numbers = sync.channel<number>();
      await sync.send(numbers, 7);
      const first = await sync.select([words, numbers]);
      await sync.send(numbers, 8);
      await sync.send(words, 'w');
      const second = await sync.select([words, numbers]);
      return [first?.index, first?.value, first?.channel === numbers, second?.value];
    });
    expect(got).toEqual([1, 7, true, 'w']);
  });

  it('gives up when its time is up, and at once with a limit of 0', async () => {
    const got = await outcomeOf(async ({ sync, clock }) => {
      const ch = sync.channel<number>();
      const before = clock.nowMs();
      const now = await sync.select([ch], { timeoutMs: 0 });
      const between = clock.nowMs() - before;
      const later = await sync.select([ch], { timeoutMs: 250 });
      await sync.send(ch, 1);
      return [now, between, later, clock.nowMs() - before, sync.tryReceive(ch)];
    });
    expect(got).toEqual([null, 0, null, 250, 1]);
  });
});

describe('locks of lanes', () => {
  it('are given in the order of asking, one at a time', async () => {
    const log: string[] = [];
    await outcomeOf(async ({ parallel }) =>
      parallel([3, 1, 2], (lane, n) =>
        lane.sync.mutex('m', async () => {
          log.push(`+${n}`);
          await lane.clock.sleepMs(n);
          log.push(`-${n}`);
        }),
      ),
    );
    expect(log).toEqual(['+3', '-3', '+1', '-1', '+2', '-2']);
  });

  it.each<[string, number, (lane: Harness, fn: () => Promise<void>) => Promise<void>]>([
    ['a mutex', 1, ({ sync }, fn) => sync.mutex('k', fn)],
    ['a semaphore', 2, ({ sync }, fn) => sync.semaphore('k', { capacity: 4, permits: 2 }, fn)],
    ['a gate', 3, ({ sync }, fn) => sync.gate('k', 3, fn)],
    ['a writer', 1, ({ sync }, fn) => sync.rwlock('k', 'write', fn)],
    ['a reader', 6, ({ sync }, fn) => sync.rwlock('k', 'read', fn)],
  ])('as %s let at most %d in', async (_what, limit, within) => {
    let now = 0;
    let most = 0;
    await outcomeOf(({ parallel }) =>
      parallel([1, 2, 3, 4, 5, 6], (lane) =>
        within(lane, async () => {
          now += 1;
          most = Math.max(most, now);
          await lane.clock.sleepMs(5);
          now -= 1;
        }),
      ),
    );
    expect([most, now]).toEqual([limit, 0]);
  });

  it('go back at the end of a scope, a throw, a return and a cancel', async () => {
    const got = await outcomeOf(async ({ sync, spawn, clock }) => {
      const isFree = async () => {
        await using held = await sync.acquire({ kind: 'mutex', key: 'm', timeoutMs: 0 });
        return held !== null;
      };
      const free: boolean[] = [];
      await sync
        .mutex('m', () => {
          throw new Error('no');
        })
        .catch(() => undefined);
      free.push(await isFree());
      // Never given back by hand.
      await spawn((lane) => lane.sync.acquire({ kind: 'mutex', key: 'm' }).then(() => 1)).join();
      free.push(await isFree());
      const doomed = spawn((lane) => lane.sync.mutex('m', () => lane.clock.sleepMs(60_000)));
      await clock.sleepMs(1);
      free.push(await isFree());
      doomed.cancel();
      free.push(await isFree());
      return [free, sync.lockMetrics('mutex', 'm')[0]?.current_held];
    });
    expect(got).toEqual([[true, true, false, true], 0]);
  });

  it('are not kept by a lane that returned while it still waited', async () => {
    const got = await outcomeOf(async ({ sync, spawn, clock }) => {
      const held = await sync.acquire({ kind: 'mutex', key: 'm' });
      await spawn(async (lane) => {
        void lane.sync.acquire({ kind: 'mutex', key: 'm' });
        await lane.clock.sleepMs(1);
      }).join();
      held?.release();
      await clock.sleepMs(1);
      return [held?.release(), sync.lockMetrics('mutex', 'm')[0]?.current_held];
    });
    expect(got).toEqual([false, 0]);
  });

  it('can be waited for with a limit', async () => {
    const got = await outcomeOf(async ({ sync, spawn, clock }) => {
      await using _held = await sync.acquire({ kind: 'mutex', key: 'm' });
      const before = clock.nowMs();
      const other = spawn((lane) =>
        lane.sync
          .acquire({ kind: 'mutex', key: 'm', timeoutMs: 30 })
          .then((permit) => permit === null),
      );
      return [await other.join(), clock.nowMs() - before];
    });
    expect(got).toEqual([true, 30]);
  });

  it('that can never come are an error which names who waits for what', async () => {
    const stuck = outcomeOf(({ sync }) => sync.mutex('m', () => sync.mutex('m', () => null)));
    await expect(stuck).rejects.toMatchObject({
      code: 'HARN-RUN-006',
      message: expect.stringContaining('mutex "m"'),
    });
    await expect(outcomeOf(({ sync }) => sync.receive(sync.channel()))).rejects.toMatchObject({
      code: 'HARN-RUN-006',
    });
  });

  it('are part of the capability runtime', async () => {
    const code = await outcomeOf(async (harness) => {
      const { sync } = harness.without('runtime');
      return sync.mutex('m', () => 'in').catch(codeOf);
    });
    expect(code).toBe('HARN-CAP-201');
  });
});

describe('atomics and races', () => {
  it('give what was there before, and write on condition', async () => {
    const got = await outcomeOf(async ({ sync, parallel }) => {
      const sum = sync.atomic(0);
      await parallel([1, 2, 3], async (lane, n) => lane.sync.atomicAdd(sum, n));
      const seen = [sync.atomicGet(sum), sync.atomicSet(sum, 10)];
      const won = [sync.atomicCas(sum, 6, 1), sync.atomicCas(sum, 10, 1)];
      return [seen, won, sync.atomicUpdate(sum, (n) => n * 5), sync.atomicGet(sum)];
    });
    expect(got).toEqual([[6, 6], [false, true], 1, 5]);
  });

  it('end with the first success, the others dropped; with every reason when all fail', async () => {
    const ended: number[] = [];
    const got = await outcomeOf(async ({ sync }) => {
      const first = await sync.race([30, 10, 20], async (lane, ms, index) => {
        await lane.clock.sleepMs(ms);
        ended.push(ms);
        return index;
      });
      const none = await sync
        .race(['a', 'b'], async (_lane, word) => Promise.reject(new Error(word)))
        .catch((error: Error) => [codeOf(error), error.message]);
      return [first, none];
    });
    expect(got).toEqual([1, ['HARN-SYN-004', expect.stringMatching(/a; b/)]]);
    expect(ended).toEqual([10]);
  });
});

/** Lanes that read, hand on, count under a lock and give up waiting; the order of all of it is the result. */
interface Life {
  readonly log: string[];
  /** What was in the log when the last write to the outside began: all of that is in the journal. */
  kept: readonly string[];
}

const story = (life: Life) =>
  pipeline('story', async (harness, _input: null) => {
    const { sync } = harness;
    const { log } = life;
    const found = sync.channel<string>(1);
    const count = sync.atomic(0);
    const readers = harness.spawn(async (outer) => {
      await outer.parallel(['a', 'b', 'c', 'd'], async (lane, name) => {
        const text = await lane.fs.readText(`/${name}`);
        await lane.sync.semaphore('two', { capacity: 2 }, async () => {
          log.push(`+${name}`);
          await lane.step(`look ${name}`, async () => turn());
          log.push(`-${name}`);
        });
        await lane.sync.send(found, `${text}${lane.sync.atomicAdd(count, 1)}`);
      });
      outer.sync.closeChannel(found);
    });
    for await (const text of sync.values(found)) {
      const before = [...log];
      await harness.fs.writeText(`/out-${text}`, text);
      life.kept = before;
      log.push(text);
    }
    await readers.join();
    const late = await sync.select([sync.channel<string>()], { timeoutMs: 5 });
    return { log, count: sync.atomicGet(count), late: late === undefined };
  });

const newHost = () => createMockHost({ files: { '/a': 'A', '/b': 'B', '/c': 'C', '/d': 'D' } });

describe('a program whose lanes share', () => {
  it('comes to the same order as in its journal when it is killed after any commit and resumed', async () => {
    let kills = 0;
    let longest = 0;
    for (let n = 1; n < 80; n += 1) {
      await using store = await openStore('memory:');
      const host = newHost();
      const dying = stoppingStore(store, n);
      const live = (on: typeof store) => {
        const life: Life = { log: [], kept: [] };
        const program = story(life);
        const sink = { write: () => undefined };
        const runtime = createRuntime({ store: on, pipelines: [program], host, sink });
        return { life, program, runtime };
      };
      const first = live(dying.store);
      const handle = first.runtime.start(first.program, null);
      let ended = false;
      const watch = (done: Promise<unknown>) =>
        void done.then(() => {
          ended = true;
        });
      watch(handle.done);
      const run = async (isOver: () => boolean) => {
        for (let i = 1; i < 3000 && !isOver(); i += 1) {
          await turn();
          if (i % 20 === 0) host.clock.advance(host.clock.nextDueInMs() ?? 0);
        }
      };
      await run(() => ended || !dying.alive());
      if (ended) break;
      kills += 1;
      if ((await store.latest(`runs.${handle.id}`)) === undefined) continue;
      const again = live(store);
      const resumed = await again.runtime.resume(handle.id, { force: true });
      watch(resumed.done);
      await run(() => ended);
      const result = await resumed.done;
      expect(result, `killed after ${n}`).toMatchObject({
        status: 'settled',
        returned: { log: again.life.log, count: 4, late: true },
      });
      // What the first life did before its writes is in its journal, so the second does the same in the same order.
      const { kept } = first.life;
      expect(again.life.log.slice(0, kept.length), `killed after ${n}`).toEqual(kept);
      expect(again.life.log.filter((line) => /^[A-D]/.test(line)).map((line) => line[1])).toEqual([
        '0',
        '1',
        '2',
        '3',
      ]);
      longest = Math.max(longest, first.life.kept.length);
    }
    expect(longest).toBeGreaterThan(8);
    expect(kills).toBeGreaterThan(8);
  });
});
