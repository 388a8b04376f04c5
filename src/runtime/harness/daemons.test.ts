// Daemons by their handles in TypeScript: queues, stop and resume, other runs, kills.
import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, systemClock } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { answerQuestion, listQuestions } from '../human/index.ts';
import { diffRuns, loadRecordFile } from '../records/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type Harness, type Pipeline, pipeline } from './index.ts';

const MOCKS = ['ready', 'first', 'second', 'third'].map((text) => ({ text }));

const runtimeOf = (
  store: Store,
  program: Pipeline<never, unknown>,
  host: MockHost = createMockHost(),
) => {
  const sink = { write: () => undefined };
  return createRuntime({ store, pipelines: [program], host, llm: { mocks: MOCKS }, sink });
};

async function told<T = JsonObject>(
  body: (harness: Harness) => Promise<unknown>,
  { store, host }: { readonly store?: Store; readonly host?: MockHost } = {},
): Promise<T> {
  const program = pipeline('daemons', body as (harness: Harness) => Promise<Json>);
  const own = store ?? (await openStore('memory:'));
  const result = await runtimeOf(own, program, host).start(program, null as never).done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned as T;
}

const spawn = ({ agent }: Harness, more: JsonObject = {}) =>
  agent.daemonSpawn({ name: 'd', task: 'wait', stateDir: '/state', session_id: 's', ...more });

const contents = (snapshot: JsonObject) =>
  (snapshot['recorded_messages'] as JsonObject[]).map(({ content }) => content);

describe('a daemon with a handle', () => {
  it('is idle when it is there, and deals with its events one by one', async () => {
    const seen = await told(async (harness) => {
      const { agent } = harness;
      const handle = await spawn(harness, { max_iterations: 3 });
      const first = await agent.daemonSnapshot(handle);
      await agent.daemonTrigger(handle, { n: 1 });
      await agent.daemonTrigger(handle, { n: 2 });
      const result = (await agent.daemonWait(handle)) as JsonObject;
      return { handle, first, result, last: await agent.daemonSnapshot(handle) };
    });
    expect(seen['handle']).toMatchObject({ name: 'd', status: 'running', persist_path: '/state' });
    expect(seen['first']).toMatchObject({
      daemon_state: 'idle',
      total_iterations: 1,
      queued_event_count: 0,
      inflight_event: null,
      event_queue_capacity: 1024,
    });
    expect(seen['result']).toMatchObject({ status: 'budget_exhausted' });
    expect(seen['last']).toMatchObject({ status: 'budget_exhausted', total_iterations: 3 });
    expect(contents(seen['last'] as JsonObject)).toEqual([
      ...['wait', 'ready', 'An event for you: {"n":1}', 'first'],
      ...['An event for you: {"n":2}', 'second'],
    ]);
  });

  it('keeps what it has not dealt with when it is stopped, for another run too', async () => {
    const store = await openStore('memory:');
    const host = createMockHost();
    const stopped = await told(
      async (harness) => {
        const handle = await spawn(harness);
        await harness.agent.daemonStop(handle);
        const late = harness.agent.daemonTrigger(handle, 1).catch((e: { code: string }) => e.code);
        return { late: await late, snapshot: await harness.agent.daemonSnapshot(handle) };
      },
      { store, host },
    );
    expect(stopped).toMatchObject({ late: 'HARN-MSG-006', snapshot: { status: 'stopped' } });
    const again = await told(
      async ({ agent }) => {
        const handle = await agent.daemonResume('/state');
        const before = await agent.daemonSnapshot(handle);
        await agent.daemonTrigger(handle, 'more');
        while (Number((await agent.daemonSnapshot(handle))['total_iterations']) < 2) {
          await Promise.resolve();
        }
        return { before, after: await agent.daemonSnapshot(handle) };
      },
      { store, host },
    );
    expect(again['before']).toMatchObject({ status: 'running', total_iterations: 1 });
    expect(contents(again['after'] as JsonObject).slice(0, 3)).toEqual([
      'wait',
      'ready',
      'An event for you: more',
    ]);
  });

  it('refuses what it has no room for, and configs that mean nothing', async () => {
    const codes = await told<Json>(async (harness) => {
      const { agent } = harness;
      const code = (call: Promise<unknown>) =>
        call.then(() => 'ok').catch((e: { code: string }) => e.code);
      const handle = await spawn(harness, { eventQueueCapacity: 1 });
      const results = [await code(agent.daemonTrigger(handle, 1))];
      results.push(await code(agent.daemonTrigger(handle, 2)));
      results.push(await code(agent.daemonTrigger('daemon_x', 1)));
      results.push(await code(agent.daemonSpawn({ task: '', stateDir: '/x' })));
      results.push(await code(spawn(harness, { max_iteration: 3 })));
      return results;
    });
    const list = codes as string[];
    expect(list.filter((code) => code !== 'ok' && code !== 'HARN-MSG-003')).toEqual([
      'HARN-MSG-005',
      'HARN-MSG-004',
      'HARN-AGL-006',
    ]);
  });

  it('comes to the same when its run is killed after any commit and resumed', async () => {
    const story = () =>
      pipeline('story', async (harness: Harness) => {
        const handle = await spawn(harness, { max_iterations: 3 });
        await harness.agent.daemonTrigger(handle, { n: 1 });
        await harness.agent.daemonTrigger(handle, { n: 2 });
        await harness.agent.daemonWait(handle);
        return contents(await harness.agent.daemonSnapshot(handle)) as Json;
      });
    let kills = 0;
    for (let n = 0; n < 80; n += 1) {
      await using store = await openStore('memory:');
      const host = createMockHost();
      const { store: dying, alive } = stoppingStore(store, n);
      const program = story();
      const handle = runtimeOf(dying, program, host).start(program, null as never);
      let ended = false;
      void handle.done.then(() => {
        ended = true;
      });
      for (let i = 0; i < 2000 && alive() && !ended; i += 1) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      kills += 1;
      const isKnown = (await store.latest(`runs.${handle.id}`)) !== undefined;
      const again = runtimeOf(store, program, host);
      const run = isKnown
        ? await again.resume(handle.id, { force: true })
        : again.start(program, null as never);
      expect(await run.done, `killed after ${n}`).toMatchObject({
        status: 'settled',
        returned: [
          ...['wait', 'ready', 'An event for you: {"n":1}', 'first'],
          ...['An event for you: {"n":2}', 'second'],
        ],
      });
    }
    expect(kills).toBeGreaterThan(8);
  }, 60_000);

  it('is driven by one run at a time', async () => {
    const store = await openStore('memory:');
    const host = createMockHost();
    const first = pipeline('first', async (harness: Harness) => {
      await spawn(harness);
      await harness.interaction.askUser('go on?');
      return 'over' as Json;
    });
    const one = runtimeOf(store, first, host).start(first, null as never);
    const asked = async () => (await listQuestions(store, { status: 'open', limit: 1 }))[0];
    while ((await asked()) === undefined) await new Promise((ok) => setImmediate(ok));
    const resume = () =>
      told<Json>(
        ({ agent }) =>
          agent
            .daemonResume('/state')
            .then(() => 'taken')
            .catch(({ code, data }: { code: string; data: JsonObject }) => [code, data['status']]),
        { store, host },
      );
    expect(await resume()).toEqual(['HARN-MSG-009', 'running']);
    await one.park('later');
    expect(await resume()).toEqual(['HARN-MSG-009', 'parked']);
    const again = await runtimeOf(store, first, host).resume(one.id);
    const question = await asked();
    await answerQuestion(store, String(question?.request_id), {
      answer: 'yes',
      reviewer: undefined,
      reason: undefined,
      nowMs: 1,
    });
    expect(await again.done).toMatchObject({ status: 'settled', returned: 'over' });
    expect(await resume()).toBe('taken');
  });

  it('is not woken by time before its starter has said what it is about to say', async () => {
    for (let k = 0; k < 5; k += 1) {
      const seen = await told<JsonObject>(
        async (harness) => {
          const { agent } = harness;
          const handle = await spawn(harness, { wake_interval_ms: 1, max_iterations: 2 });
          for (let n = 0; n < 10; n += 1) await agent.daemonSnapshot(handle);
          await agent.daemonTrigger(handle, 'mine');
          return agent.daemonWait(handle);
        },
        { host: Object.assign(createMockHost(), { clock: systemClock }) },
      );
      const { messages } = seen['transcript'] as { messages: JsonObject[] };
      expect(messages[2]?.['content']).toBe('An event for you: mine');
    }
  });
});

describe('the record of a run with a daemon', () => {
  async function recordOf() {
    await using store = await openStore('memory:');
    const host = createMockHost();
    const program = pipeline('daemons', async (harness) => {
      const handle = await spawn(harness);
      await harness.agent.daemonTrigger(handle, { note: 'x'.repeat(400) });
      await harness.agent.daemonStop(handle);
      await harness.agent.daemonResume('/state');
      await harness.agent.daemonSnapshot(handle);
      await harness.agent.daemonStop(handle);
      return null;
    });
    const sink = { write: () => undefined };
    const records = { folder: '/runs' };
    const llm = { mocks: MOCKS };
    const options = { store, pipelines: [program], host, llm, sink, records };
    const run = createRuntime(options).start(program, null as never);
    await run.done;
    return loadRecordFile(host.fs, `/runs/${run.id}.json`);
  }

  it('tells what happened to it, in order, and is no difference between two equal runs', async () => {
    const record = await recordOf();
    const events = record.observability?.daemon_events ?? [];
    const kinds = ['spawned', 'triggered', 'stopped', 'resumed', 'snapshotted', 'stopped'];
    expect(events.map(({ kind }) => kind)).toEqual(kinds);
    expect(new Set(events.map(({ daemon_id }) => daemon_id)).size).toBe(1);
    expect(events[0]).toMatchObject({ name: 'd', persist_path: '/state', payload_summary: 'wait' });
    expect(events[1]?.payload_summary).toMatch(/^\{"note":"x+\.\.\.$/);
    expect(events[1]?.payload_summary?.length).toBe(163);
    expect(events.every(({ timestamp }) => timestamp.endsWith('Z'))).toBe(true);
    const diff = diffRuns(record, await recordOf());
    expect(diff).toMatchObject({ identical: true, observability_diffs: [] });
  });
});
