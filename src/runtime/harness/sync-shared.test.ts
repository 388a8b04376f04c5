// Cells, maps, mailboxes, circuit breakers and supervisors of TypeScript lanes: what names mean, versions, what dropped
// lanes leave behind, and the same again after the process was killed at any commit.
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import type { Harness } from './index.ts';
import { pipeline } from './index.ts';

const turn = () => new Promise((ok) => setImmediate(ok));
const codeOf = (error: unknown) => (error as { code: string }).code;
const sink = { write: () => undefined };

function refused(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return codeOf(error);
  }
  return 'nothing';
}

/** What a promise gives; time moves to the next timer when nothing happened for some turns. Undefined when given up. */
async function timed<T>(
  host: ReturnType<typeof createMockHost>,
  done: Promise<T>,
  isLost: () => boolean = () => false,
): Promise<T | undefined> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  done.then(end, end);
  for (let n = 1; !ended; n += 1) {
    if (isLost()) return undefined;
    await turn();
    if (n % 20 === 0) host.clock.advance(host.clock.nextDueInMs() ?? 0);
    if (n > 20_000) throw new Error('the run does not end');
  }
  return done;
}

async function outcomeOf<R>(body: (harness: Harness) => Promise<R>): Promise<R> {
  await using store = await openStore('memory:');
  const host = createMockHost();
  const program = pipeline('shares', async (harness, _input: null) => body(harness));
  const runtime = createRuntime({ store, pipelines: [program], host, sink });
  const result = await timed(host, runtime.start(program, null).done);
  if (result?.status === 'settled') return result.returned;
  throw result?.status === 'failed' ? result.error : new Error(result?.status);
}

describe('a shared cell', () => {
  it('is the same for all lanes of a group, and keeps what whoever came first put in', async () => {
    const got = await outcomeOf(async (harness) => {
      const lanes = await harness.parallel([1, 2, 3], async ({ sync }, n) => {
        const cell = sync.sharedCell('n', n * 10);
        return [sync.sharedGet(cell), sync.sharedSet(cell, n)];
      });
      const own = harness.sync.sharedCell('n', 'mine');
      return [lanes, harness.sync.sharedGet(own)];
    });
    expect(got).toEqual([
      [
        [10, 10],
        [1, 1],
        [2, 2],
      ],
      'mine',
    ]);
  });

  it('is written by a snapshot only when nobody wrote since', async () => {
    const got = await outcomeOf(async ({ sync }) => {
      const cell = sync.sharedCell('n', 1);
      const seen = sync.sharedSnapshot(cell);
      sync.sharedSet(cell, 2);
      sync.sharedSet(cell, 1);
      const byVersion = sync.sharedCas(cell, seen, 7);
      const byValue = sync.sharedCas(cell, { value: 1 }, 8);
      return [byVersion, byValue, sync.sharedSnapshot(cell), sync.sharedMetrics(cell)];
    });
    expect(got).toEqual([
      false,
      true,
      { value: 8, version: 3 },
      {
        read_count: 2,
        write_count: 3,
        cas_success_count: 1,
        cas_failure_count: 1,
        stale_read_count: 1,
        version: 3,
      },
    ]);
  });

  it('is found across groups in a scope that is wider', async () => {
    const got = await outcomeOf(async (harness) => {
      const name = { name: 'n', scope: 'workflow_run' } as const;
      await harness.parallel([1, 2, 3], async ({ sync }, n) => {
        const cell = sync.sharedCell(name, 0);
        return sync.sharedSet(cell, sync.sharedGet(cell) + n);
      });
      return harness.sync.sharedGet(harness.sync.sharedCell(name, 0));
    });
    expect(got).toBe(6);
  });
});

describe('a shared map', () => {
  it('has one version for all of its keys', async () => {
    const got = await outcomeOf(async ({ sync }) => {
      const map = sync.sharedMap<number>('m', { a: 1 });
      const seen = sync.sharedMapSnapshot(map, 'a');
      const before = [sync.sharedMapSet(map, 'b', 2) ?? null, sync.sharedMapSet(map, 'b', 3)];
      const stale = sync.sharedMapCas(map, 'a', seen, 9);
      const absent = sync.sharedMapCas(map, 'c', { value: undefined }, 4);
      const gone = sync.sharedMapDelete(map, 'a');
      const entries = sync.sharedMapEntries(map);
      return [seen, before, stale, absent, gone, entries, sync.sharedMapGet(map, 'a') ?? null];
    });
    expect(got).toEqual([
      { value: 1, version: 0 },
      [null, 2],
      false,
      true,
      1,
      [
        ['b', 3],
        ['c', 4],
      ],
      null,
    ]);
  });
});

describe('a mailbox', () => {
  it('is known by its name to lanes below, gives messages in order and ends when it is closed', async () => {
    const got = await outcomeOf(async ({ sync, spawn }) => {
      const box = sync.mailboxOpen<string>('orders', 2);
      const clerk = spawn(async (lane) => {
        for (const order of ['a', 'b', 'c']) await lane.sync.mailboxSend('orders', order);
        lane.sync.mailboxClose('orders');
        return lane.sync.mailboxSend('orders', 'd');
      });
      const taken: unknown[] = [];
      for (;;) {
        const message = await sync.mailboxReceive(box);
        if (message === undefined) break;
        taken.push(message);
      }
      const late = await clerk.join();
      return [taken, late, await sync.mailboxSend('nobody', 1), sync.mailboxMetrics(box)];
    });
    expect(got).toEqual([
      ['a', 'b', 'c'],
      false,
      false,
      {
        depth: 0,
        capacity: 2,
        sent_count: 3,
        received_count: 3,
        failed_send_count: 1,
        closed: true,
      },
    ]);
  });

  it('does not lose a message that was given to a lane which is cancelled before it goes on', async () => {
    const got = await outcomeOf(async ({ sync, spawn, clock }) => {
      const box = sync.mailboxOpen<number>('n');
      const doomed = spawn(async (lane) => lane.sync.mailboxReceive(box));
      const heir = spawn(async (lane) => lane.sync.mailboxReceive(box));
      await clock.sleepMs(1);
      await sync.mailboxSend(box, 1);
      doomed.cancel();
      return [(await heir.join()) ?? null, sync.mailboxMetrics(box).received_count];
    });
    expect(got).toEqual([1, 1]);
  });

  it('is made anew after it was closed', async () => {
    const got = await outcomeOf(async ({ sync }) => {
      const first = sync.mailboxOpen<number>('n');
      sync.mailboxClose(first);
      const again = sync.mailboxOpen<number>('n');
      await sync.mailboxSend('n', 5);
      return [sync.mailboxTryReceive(first) ?? null, sync.mailboxTryReceive(again)];
    });
    expect(got).toEqual([null, 5]);
  });
});

describe('a circuit breaker', () => {
  it('opens after failures in a row, lets a trial through after a rest, and closes by a success', async () => {
    const got = await outcomeOf(async ({ sync, clock }) => {
      const api = sync.circuitBreaker('api', { threshold: 2, resetMs: 1000 });
      const states = [sync.circuitRecordFailure(api), sync.circuitRecordFailure(api)];
      const open = sync.circuitCheck(api);
      await clock.sleepMs(1000);
      const rested = sync.circuitCheck(api);
      const again = sync.circuitRecordFailure(api);
      sync.circuitRecordSuccess(api);
      return [states, open, rested, again, sync.circuitCheck(api)];
    });
    expect(got).toEqual([[false, true], 'open', 'half_open', true, 'closed']);
  });
});

describe('a supervisor', () => {
  it('starts a lane again when it fails, after pauses that grow', async () => {
    const got = await outcomeOf(async ({ sync, clock }) => {
      const attempts: string[] = [];
      const keeper = sync.supervisorStart({
        name: 'desk',
        children: [
          {
            name: 'clerk',
            restart: { backoffMs: 100, factor: 3 },
            task: async (lane, { child_name, attempt }) => {
              attempts.push(`${child_name} ${attempt}`);
              await lane.clock.sleepMs(10);
              if (attempt < 3) throw new Error(`no ${attempt}`);
              return 'well';
            },
          },
        ],
      });
      await clock.sleepMs(5000);
      const { status, children } = sync.supervisorState(keeper);
      const kinds = sync.supervisorEvents('desk').map(({ kind }) => kind);
      return [attempts, status, children[0]?.last_error, sync.supervisorMetrics('desk'), kinds[0]];
    });
    expect(got).toEqual([
      ['clerk 1', 'clerk 2', 'clerk 3'],
      'completed',
      'no 2',
      { started: 3, stopped: 1, failed: 2, restarted: 2, suppressed: 0, escalated: 0 },
      'supervisor_started',
    ]);
  });

  it('asks its lanes to stop and drops those that go on', async () => {
    const got = await outcomeOf(async ({ sync, clock }) => {
      const { id } = sync.supervisorStart({
        children: [
          { name: 'polite', task: (lane) => lane.clock.sleepMs(60_000) },
          {
            name: 'deaf',
            restart: 'never',
            task: async (lane) => {
              for (;;) await lane.clock.sleepMs(60_000).catch(() => undefined);
            },
          },
        ],
      });
      await clock.sleepMs(10);
      const { status } = await sync.supervisorStop(id, { timeoutMs: 100 });
      return status;
    });
    expect(got).toBe('stopped');
  });
});

describe('what cannot be meant', () => {
  it('is refused before anything happens', async () => {
    const codes = await outcomeOf(async ({ sync }) => {
      const cell = sync.sharedCell('n', 1);
      return [
        refused(() => sync.sharedCell('', 1)),
        refused(() => sync.sharedCell({ name: 'n', scope: 'galaxy' as never }, 1)),
        refused(() => sync.sharedGet({ key: 'n' })),
        refused(() => sync.sharedMapGet(cell as never, 'a')),
        refused(() => sync.sharedCas(cell, 1 as never, 2)),
        refused(() => sync.mailboxTryReceive('nobody')),
        refused(() => sync.circuitCheck('nobody')),
        refused(() => sync.circuitBreaker('x', { threshold: 0 })),
        refused(() => sync.supervisorState('nobody')),
        refused(() => sync.supervisorStart({ children: [] })),
        refused(() =>
          sync.supervisorStart({
            children: [{ name: 'a', restart: { pause: 1 } as never, task: async () => null }],
          }),
        ),
      ];
    });
    const wrong = 'HARN-SYN-001';
    expect(codes).toEqual([
      wrong,
      'HARN-SYN-009',
      wrong,
      wrong,
      wrong,
      wrong,
      'HARN-SYN-008',
      wrong,
      'HARN-SYN-011',
      wrong,
      wrong,
    ]);
  });
});

describe('killed at any commit', () => {
  it('a run that shares comes to the same end', async () => {
    const program = pipeline('desk', async (harness, _input: null) => {
      const { sync, spawn, step } = harness;
      const done = sync.sharedCell('done', 0);
      const box = sync.mailboxOpen<number>('work', 1);
      const keeper = sync.supervisorStart({
        children: [
          {
            name: 'worker',
            restart: { backoffMs: 1500 },
            task: async (lane, { attempt }) => {
              for (;;) {
                const n = await lane.sync.mailboxReceive(box);
                if (n === undefined) return null;
                const square = await lane.step(`square ${n}`, () => n * n);
                lane.sync.sharedSet(done, lane.sync.sharedGet(done) + square);
                if (n === 2 && attempt === 1) throw new Error('once');
              }
            },
          },
        ],
      });
      const sender = spawn(async (lane) => {
        for (const n of [1, 2, 3]) await lane.sync.mailboxSend(box, n);
        lane.sync.mailboxClose(box);
      });
      await sender.join();
      await harness.clock.sleepMs(3000);
      const { status, metrics } = sync.supervisorState(keeper);
      return [sync.sharedGet(done), status, metrics.restarted, await step('last', () => 'end')];
    });
    let kills = 0;
    for (let commits = 1; ; commits += 1) {
      await using store = await openStore('memory:');
      const host = createMockHost();
      const dying = stoppingStore(store, commits);
      const first = createRuntime({ store: dying.store, pipelines: [program], host, sink });
      const handle = first.start(program, null);
      const ended = await timed(host, handle.done, () => !dying.alive());
      if (ended !== undefined) break;
      kills += 1;
      if ((await store.latest(`runs.${handle.id}`)) === undefined) continue;
      const second = createRuntime({ store, pipelines: [program], host, sink });
      const { done } = await second.resume(handle.id, { force: true });
      expect(await timed(host, done), `killed after ${commits}`).toMatchObject({
        status: 'settled',
        returned: [14, 'completed', 1, 'end'],
      });
    }
    expect(kills).toBeGreaterThan(8);
  });
});
