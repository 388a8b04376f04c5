// Pruning real runs: which may go, what goes with them, and that a prune killed on the way is finished by the next.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime, pruneRuns, RUN_KEEPERS } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { deliverHandoff, listHandoffs } from '../lifecycle/index.ts';
import {
  journalTopic,
  listRuns,
  loadJournal,
  loadRecord,
  runLeaseName,
  runNeeds,
} from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type Harness, pipeline } from './index.ts';

const BIG = 'x'.repeat(40_000);
const newHost = () => createMockHost({ files: { '/work/big.txt': BIG } });

/** Runs a body to its end (or to where it parks) and answers the id of its run. */
async function ran(
  store: Store,
  host: MockHost,
  body: (harness: Harness) => Promise<Json>,
): Promise<string> {
  const program = pipeline('work', body);
  const sink = { write: () => undefined };
  const llm = { mocks: [{ text: 'hello' }] };
  const runtime = createRuntime({ store, host, sink, llm, pipelines: [program] });
  const handle = runtime.start(program, null as never);
  await handle.done;
  host.clock.advance(1_000);
  return handle.id;
}

const writes = async (harness: Harness): Promise<Json> => {
  const text = await harness.fs.readText('/work/big.txt');
  await harness.fs.writeText('/work/out.txt', 'done');
  return text.length;
};

async function topicsAndBlobs(store: Store) {
  const events = await store.readAll({ limit: 10_000 });
  const blobs = events.flatMap(({ payload }) => (payload as { blob?: string }).blob ?? []);
  return { topics: await store.topics('runs.'), blobs };
}

describe('pruning runs', () => {
  it('deletes journals, rows, leases and blobs of the oldest, and keeps the newest whole', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const old = await ran(store, host, writes);
    const young = await ran(store, host, writes);
    const { blobs } = await topicsAndBlobs(store);
    expect(new Set(blobs).size).toBe(1);
    const report = await pruneRuns({ store, host, keep: 1 });
    expect(report.runs).toMatchObject([{ runId: old, status: 'completed', path: null }]);
    expect(report.journalBytes).toBeGreaterThan(500);
    expect(await store.topics('runs.')).toEqual([journalTopic(young)]);
    expect((await listRuns(store)).map(({ run_id }) => run_id)).toEqual([young]);
    expect(await store.lease(runLeaseName(old))).toBeUndefined();
    // Both had read the same bytes: they go with the last.
    expect(await store.hasBlob(blobs[0] as string)).toBe(true);
    await pruneRuns({ store, host, keep: 0 });
    expect(await store.hasBlob(blobs[0] as string)).toBe(false);
    expect(await store.topics('runs.')).toEqual([]);
    expect((await pruneRuns({ store, host, keep: 0 })).runs).toEqual([]);
  });

  it('goes by age, says what would go, and leaves it when asked to', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const old = await ran(store, host, writes);
    const endedBeforeMs = host.clock.nowMs();
    await ran(store, host, writes);
    const rules = { store, host, endedBeforeMs };
    const { runs, freedBytes } = await pruneRuns({ ...rules, dryRun: true });
    expect(runs.map(({ runId }) => runId)).toEqual([old]);
    expect(freedBytes).toBe(0);
    expect(await store.topics('runs.')).toHaveLength(2);
    await pruneRuns(rules);
    expect(await store.topics('runs.')).toHaveLength(1);
  });

  it('never lets go of a run that is parked or held', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const program = pipeline('asks', async (harness) => harness.interaction.askUser('Go on?'));
    const sink = { write: () => undefined };
    const runtime = createRuntime({ store, host, sink, pipelines: [program] });
    const handle = runtime.start(program, null as never);
    await new Promise((done) => setImmediate(done));
    await handle.park();
    const ended = await ran(store, host, writes);
    const holder = { host: 'elsewhere', bootId: 'b', pid: 1, startTime: '1' };
    const lease = await store.acquireLease(runLeaseName(ended), holder);
    const { runs, kept } = await pruneRuns({ store, host, keep: 0 });
    expect(runs).toEqual([]);
    expect(kept).toMatchObject([
      { runId: ended, reason: expect.stringContaining('elsewhere') as string },
    ]);
    await store.releaseLease(lease);
    expect((await pruneRuns({ store, host, keep: 0 })).runs).toHaveLength(1);
    expect(await store.topics('runs.')).toEqual([journalTopic(handle.id)]);
  });

  it('keeps a run while a handoff of it waits, and its tree while one of it goes on', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const child = pipeline('child', async (_harness, input: Json) => input);
    const elsewhere = await ran(store, host, async (harness) => {
      await harness.handoffTo('nobody', { n: 1 });
      return 1;
    });
    const needsOf = await runNeeds(store, RUN_KEEPERS);
    expect(await needsOf(elsewhere)).toMatchObject([expect.stringContaining('handoff')]);
    const { kept } = await pruneRuns({ store, host, keep: 0 });
    expect(kept.map(({ runId }) => runId)).toEqual([elsewhere]);

    const [handoff] = await listHandoffs(store, { runId: elsewhere });
    const { start } = await loadJournal(store, elsewhere);
    await deliverHandoff(store, handoff?.handoff_id ?? '', {
      start: () => ({ ...start, pipeline: 'child', parent_run_id: elsewhere }),
      nowMs: host.clock.nowMs(),
    });
    const again = await pruneRuns({ store, host, keep: 0 });
    expect(again.kept).toMatchObject([
      {
        runId: elsewhere,
        reason: expect.stringContaining('of the same tree is running') as string,
      },
    ]);
    const sink = { write: () => undefined };
    const runtime = createRuntime({ store, host, sink, pipelines: [child] });
    for (const run of await runtime.recover()) await run.done;
    expect((await pruneRuns({ store, host, keep: 0 })).runs).toHaveLength(2);
  });

  it('killed after any of its commits leaves every run whole or gone, and is finished by the next', async () => {
    for (let limit = 0; limit < 9; limit += 1) {
      const store = await openStore('memory:');
      const host = newHost();
      const ids = [await ran(store, host, writes), await ran(store, host, writes)];
      const stopped = stoppingStore(store, limit);
      const pruning = pruneRuns({ store: stopped.store, host, keep: 0 });
      await Promise.race([pruning, turns(60)]);
      for (const id of ids) {
        const row = (await listRuns(store)).find(({ run_id }) => run_id === id);
        if (row === undefined) expect(await store.latest(journalTopic(id))).toBeUndefined();
        else expect(await loadRecord(store, id)).toMatchObject({ status: 'completed' });
      }
      // Who was killed holds its leases as a process that is gone.
      await releaseAll(store);
      await pruneRuns({ store, host, keep: 0 });
      expect(await store.topics('runs.')).toEqual([]);
      expect(await store.leases('run:')).toEqual([]);
    }
  });

  it('takes along what only runs that are gone have said in their sessions', async () => {
    const store = await openStore('memory:');
    const host = newHost();
    const say = (id: string) => async (harness: Harness) => {
      await harness.agent.loop({ task: 'hello', session_id: harness.agent.open(id) });
      return 1;
    };
    await ran(store, host, say('first'));
    await ran(store, host, say('second'));
    const sessions = async () =>
      (await store.topics()).filter((topic) => /^agent\.sessions|agent_events/.test(topic));
    const before = await sessions();
    expect(before.length).toBeGreaterThanOrEqual(2);
    await pruneRuns({ store, host, keep: 1 });
    expect(await sessions()).toEqual(before.filter((topic) => topic.endsWith('second')));
  });
});

async function releaseAll(store: Store): Promise<void> {
  for (const lease of await store.leases('run:')) await store.releaseLease(lease);
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((done) => setImmediate(done));
}
