// Starting a pipeline under an id of the caller's: once, whoever starts it, however often, and wherever it is killed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HarnError } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime, pruneRuns } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { listRuns, loadStart, runErrors, runIdOf, runLeaseName } from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type Pipeline, pipeline, type Result, type Runtime } from './index.ts';

const newHost = () => createMockHost({ files: { '/work/in.txt': 'twenty' } });
const quiet = { write: () => undefined };

/** Pays once per run that is carried out: every payment is a line of the file. */
const pay = pipeline('pay', async (harness, order: { name: string }) => {
  const amount = await harness.fs.readText('/work/in.txt');
  await harness.fs.append('/work/paid.txt', `${order.name}: ${amount}\n`);
  await harness.step('tell', () => 'told');
  return { order: order.name, amount };
});
const ORDER = { name: 'A-1' };
const PAID = { status: 'settled', returned: { order: 'A-1', amount: 'twenty' } };
const ID = { id: 'order A-1' };

function runtimeOf(
  store: Store,
  host: MockHost,
  ...pipelines: Pipeline<never, unknown>[]
): Runtime {
  const all = pipelines.length === 0 ? [pay as Pipeline<never, unknown>] : pipelines;
  return createRuntime({ store, host, sink: quiet, pipelines: all });
}

const paidIn = async (host: MockHost) =>
  (await host.fs.exists('/work/paid.txt')) ? host.fs.readText('/work/paid.txt') : '';

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((done) => setImmediate(done));
}

async function refusal(promise: Promise<unknown>): Promise<HarnError> {
  const error = await promise.then(
    () => new Error('it was not refused'),
    (caught: unknown) => caught,
  );
  if (!HarnError.is(error)) throw error;
  return error;
}

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'harn-start-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BACKENDS = {
  memory: () => openStore('memory:'),
  sqlite: () => {
    files += 1;
    return openStore(`sqlite:${path.join(folder, `${files}.sqlite`)}`);
  },
} as const;

describe.each(['memory', 'sqlite'] as const)('a start under an id, in %s', (backend) => {
  it('runs once; later starts give what is recorded, and run nothing', async () => {
    await using store = await BACKENDS[backend]();
    const host = newHost();
    const runtime = runtimeOf(store, host);
    const first = await runtime.start(pay, ORDER, ID);
    expect(first).toMatchObject({ how: 'started', startId: ID.id });
    const result = await first.done;
    expect(result).toMatchObject(PAID);
    const again = await runtimeOf(store, host).start(pay, { ...ORDER }, ID);
    expect(again).toMatchObject({ how: 'recorded', id: first.id });
    expect(await again.done).toEqual(result);
    expect(await paidIn(host)).toBe('A-1: twenty\n');
    expect(await runIdOf(store, ID.id)).toBe(first.id);
    expect(await listRuns(store)).toMatchObject([{ run_id: first.id, start_id: ID.id }]);
    expect(result.record.metadata['start_id']).toBe(ID.id);
  });

  it('of two runtimes at once starts in one', async () => {
    await using store = await BACKENDS[backend]();
    const host = newHost();
    host.processes.addLiving(await host.system.identity());
    const racing = [runtimeOf(store, host), runtimeOf(store, host), runtimeOf(store, host)];
    const runs = await Promise.all(racing.map((runtime) => runtime.start(pay, ORDER, ID)));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    const kinds = runs.map(({ how }) => how);
    expect(kinds.filter((how) => how === 'started' || how === 'resumed')).toHaveLength(1);
    for (const { done } of runs) expect(await done).toMatchObject(PAID);
    expect(await paidIn(host)).toBe('A-1: twenty\n');
    expect(await listRuns(store)).toHaveLength(1);
  });

  it('is refused for other work, says what differs, and changes nothing', async () => {
    await using store = await BACKENDS[backend]();
    const host = newHost();
    const later = pipeline('pay', pay.fn, { version: '2' });
    const other = pipeline('other', async () => 1);
    const { id, done } = await runtimeOf(store, host).start(pay, ORDER, ID);
    await done;
    const before = await store.topics();
    const error = await refusal(runtimeOf(store, host).start(pay, { name: 'A-2' }, ID));
    expect(error).toMatchObject({
      code: runErrors.$code('startIdTaken'),
      data: { id: ID.id, run: id, differs: ['input'] },
    });
    expect(error.hint).toContain(id);
    const runtime = runtimeOf(store, host, later as never, other as never);
    expect((await refusal(runtime.start(later, ORDER, ID))).data['differs']).toEqual([
      `version (${pay.version}, now 2)`,
    ]);
    expect((await refusal(runtime.start(other, null, ID))).data['differs']).toEqual([
      'pipeline',
      'input',
    ]);
    const strict = createRuntime({ store, host, sink: quiet, pipelines: [pay], deny: ['net'] });
    expect((await refusal(strict.start(pay, ORDER, ID))).data['differs']).toEqual([
      'denied capabilities',
    ]);
    expect(await store.topics()).toEqual(before);
    expect(await paidIn(host)).toBe('A-1: twenty\n');
  });

  it('starts anew when the run of the id was deleted, as a run of its own', async () => {
    await using store = await BACKENDS[backend]();
    const host = newHost();
    const first = await runtimeOf(store, host).start(pay, ORDER, ID);
    await first.done;
    await pruneRuns({ store, host, keep: 0 });
    expect(await runIdOf(store, ID.id)).toBeUndefined();
    expect((await store.topics()).filter((topic) => topic.startsWith('run_ids.'))).toEqual([]);
    const second = await runtimeOf(store, host).start(pay, { name: 'A-2' }, ID);
    expect(second.how).toBe('started');
    expect(second.id).not.toBe(first.id);
    await second.done;
    expect(await paidIn(host)).toBe('A-1: twenty\nA-2: twenty\n');
  });

  it('killed at every commit and started again each time, does its work once', async () => {
    for (const lastIsWritten of [false, true]) {
      let kills = 0;
      for (let killAfter = 0; ; killAfter += 1) {
        expect(killAfter, 'it never came to its end').toBeLessThan(60);
        await using store = await BACKENDS[backend]();
        const host = newHost();
        // Each life dies one commit later than the one before; what the caller does is the same in all of them.
        let result: Result<unknown> | undefined;
        const life = async (limit: number) => {
          const stopped = stoppingStore(store, limit, undefined, { lastIsWritten });
          void runtimeOf(stopped.store, host)
            .start(pay, ORDER, ID)
            .then((run) => run.done)
            .then((ended) => {
              result = ended;
            });
          for (let n = 0; n < 400 && result === undefined && stopped.alive(); n += 1)
            await turns(1);
          await turns(20);
        };
        await life(killAfter);
        const wasKilled = result === undefined;
        for (let more = 1; result === undefined && more < 60; more += 1) await life(more);
        expect(result, `killed after ${killAfter}`).toMatchObject(PAID);
        expect(await paidIn(host), `killed after ${killAfter}`).toBe('A-1: twenty\n');
        expect(await listRuns(store)).toHaveLength(1);
        if (!wasKilled) break;
        kills += 1;
      }
      expect(kills).toBeGreaterThan(4);
    }
  });
});

describe('a start under an id', () => {
  it('is the same handle for a run of this process, however many ask at once', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const runtime = runtimeOf(store, host);
    const started = await Promise.all([
      runtime.start(pay, ORDER, ID),
      runtime.start(pay, ORDER, ID),
      runtime.start(pay, ORDER, ID),
    ]);
    expect(started.map(({ how }) => how)).toEqual(['started', 'joined', 'joined']);
    const [first, second] = started;
    expect(second?.done).toBe(first?.done);
    expect(await second?.done).toMatchObject(PAID);
    expect(await paidIn(host)).toBe('A-1: twenty\n');
  });

  it('gives failures as they were, also those of the end of a run', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const thrown = pipeline('thrown', async () => {
      throw new Error('no money');
    });
    const late = pipeline('late', async (harness) => {
      harness.agent.pipelineOnFinish(() => {
        throw new Error('too late');
      });
      return 1;
    });
    for (const program of [thrown, late] as Pipeline<null, unknown>[]) {
      const runtime = runtimeOf(store, host, program as never);
      const first = await (await runtime.start(program, null, { id: program.name })).done;
      const again = await (await runtime.start(program, null, { id: program.name })).done;
      expect(first.status).toBe('failed');
      expect(again.status).toBe('failed');
      if (first.status !== 'failed' || again.status !== 'failed') continue;
      expect(again.error).toMatchObject({ code: first.error.code, message: first.error.message });
      expect(again.receipt).toEqual(first.receipt);
      expect(again.record).toEqual(first.record);
    }
  });

  it('goes on with a run that is parked', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const nap = pipeline('nap', async (harness) => {
      await harness.clock.sleepMs(5_000);
      return 'awake';
    });
    const first = await runtimeOf(store, host, nap as never).start(nap, null as never, ID);
    await turns(20);
    expect(await first.park()).toMatchObject({ status: 'parked' });
    const again = await runtimeOf(store, host, nap as never).start(nap, null as never, ID);
    expect(again).toMatchObject({ how: 'resumed', id: first.id });
    host.clock.advance(5_000);
    expect(await again.done).toMatchObject({ status: 'settled', returned: 'awake' });
  });

  it('waits for the end of a run that another process works on, and goes on with it should that process die', async () => {
    for (const fate of ['ends', 'dies', 'parks'] as const) {
      const store = await openStore('memory:');
      const here = newHost();
      const there = newHost();
      const nap = pipeline('nap', async (harness) => {
        await harness.clock.sleepMs(5_000);
        return 'awake';
      });
      const first = await runtimeOf(store, there, nap as never).start(nap, null as never, ID);
      await turns(20);
      const lease = await store.lease(runLeaseName(first.id));
      if (lease === undefined) throw new Error('nobody holds the run');
      here.processes.addLiving(lease.holder);
      const follower = await runtimeOf(store, here, nap as never).start(nap, null as never, ID);
      expect(follower).toMatchObject({ how: 'followed', id: first.id });
      expect((await refusal(follower.park())).code).toBe(runErrors.$code('heldElsewhere'));
      if (fate === 'parks') {
        const parked = await first.park();
        expect(parked.status).toBe('parked');
        const { record: _one, ...told } = await follower.done;
        const { record: _other, ...said } = parked;
        expect(told).toEqual(said);
        continue;
      }
      if (fate === 'ends') there.clock.advance(5_000);
      else {
        await here.process.endGroup(lease.holder);
        here.clock.advance(1_000);
        await turns(50);
        here.clock.advance(5_000);
      }
      expect(await follower.done, fate).toMatchObject({ status: 'settled', returned: 'awake' });
    }
  });

  it('asks whoever works on the run to end it when it is cancelled', async () => {
    const store = await openStore('memory:');
    const [here, there] = [newHost(), newHost()];
    const nap = pipeline('nap', async (harness) => harness.clock.sleepMs(5_000));
    const first = await runtimeOf(store, there, nap as never).start(nap, null as never, ID);
    await turns(20);
    const lease = await store.lease(runLeaseName(first.id));
    if (lease !== undefined) here.processes.addLiving(lease.holder);
    const follower = await runtimeOf(store, here, nap as never).start(nap, null as never, ID);
    follower.cancel('not needed');
    const result = await follower.done;
    expect(result).toMatchObject({ status: 'failed', receipt: { status: 'cancelled' } });
    if (result.status === 'failed') expect(result.error.message).toContain('not needed');
  });

  it('refuses what cannot be an id, also one that is missing by mistake', async () => {
    const store = await openStore('memory:');
    const runtime = runtimeOf(store, newHost());
    for (const id of [
      '',
      ' a',
      'a\n',
      'a\u0000b',
      'a\u200bb',
      '\ud800',
      'x'.repeat(257),
      7,
      null,
    ]) {
      const error = await refusal(runtime.start(pay, ORDER, { id: id as string }));
      expect(error.code, JSON.stringify(id)).toBe(runErrors.$code('badArgument'));
    }
    const missing = runtime.start(pay, ORDER, { id: undefined } as never) as never;
    expect((await refusal(missing)).code).toBe(runErrors.$code('badArgument'));
    expect(await store.topics()).toEqual([]);
    const strange = await runtime.start(pay, ORDER, { id: 'Aufträge/42: "späť" — 订单' });
    expect(await strange.done).toMatchObject(PAID);
  });

  it('keeps the id to the run itself: what it hands over has none', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const child = pipeline('child', async () => 1);
    const parent = pipeline('parent', async (harness) => {
      await harness.handoffTo('child', {});
      harness.agent.pipelineOnFinish(async (_own, value) => value);
      return 1;
    });
    const runtime = runtimeOf(store, host, child as never, parent as never);
    await (await runtime.start(parent, null as never, ID)).done;
    const rows = await listRuns(store);
    expect(rows).toHaveLength(2);
    for (const { run_id, pipeline: name } of rows) {
      const { start_id } = await loadStart(store, run_id);
      expect(start_id).toBe(name === 'parent' ? ID.id : undefined);
    }
  });
});
