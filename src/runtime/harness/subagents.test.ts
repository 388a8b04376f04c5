// A model that has been given workers: it pauses and resumes them by tool calls; killed anywhere in between.
import { describe, expect, it } from 'vitest';
import { createDeferred, type Json, type JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { readAgentEvents } from '../agent/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { listWorkers } from '../work/index.ts';
import { defineTool } from './agent.ts';
import { pipeline } from './index.ts';

/** A program that leaves a worker, which waits to be told, to its model. */
const story = pipeline('story', async ({ agent }) => {
  const config = {
    name: 'clerk',
    task: 'file it',
    options: { resume_when: { on_event: 'never' } },
  };
  const worker = await agent.workerSpawn(config, async (_inner, task) => `did: ${task}`);
  const handle = String(worker['id']);
  const loop = await agent.loop({ task: 'see to it', session_id: 'parent', subagents: true });
  const { status, result } = await agent.workerWait(handle);
  return { handle, loop: loop.status, status, result } as unknown as Json;
});

const ask = (name: string, args: JsonObject): JsonObject => ({
  text: '',
  tool_calls: [{ id: `call_${name}`, name, arguments: args }],
});

function runtimeOf(store: Store, mocks: readonly JsonObject[], seed: number, program = story) {
  const host = createMockHost({ seed });
  const sink = { write: () => undefined };
  return createRuntime({ store, pipelines: [program], host, llm: { mocks }, sink });
}

const plan = (handle: string): readonly JsonObject[] => [
  ask('subagent_pause', { handle, reason: 'not yet' }),
  ask('subagent_pause', { handle: '/elsewhere/worker.json', reason: 'who?' }),
  ask('subagent_resume', { handle, input: 'go on' }),
  { text: 'All is done.' },
];

/** The ids that a run with a seed draws are those of any run with it. */
async function handleOf(seed: number, program = story): Promise<string> {
  await using store = await openStore('memory:');
  const mocks = [{ text: 'Nothing to do.' }];
  const { done } = runtimeOf(store, mocks, seed, program).start(program, null as never);
  for (;;) {
    const [row] = await listWorkers(store);
    if (row !== undefined) return row.id;
    await Promise.race([done, new Promise((ok) => setImmediate(ok))]);
  }
}

describe('a loop with the tools of its workers', () => {
  it('pauses and resumes them by what its model calls, and says so in its history', async () => {
    await using store = await openStore('memory:');
    const handle = await handleOf(7);
    const done = await runtimeOf(store, plan(handle), 7).start(story, null as never).done;
    expect(done).toMatchObject({ returned: { handle, loop: 'done', result: 'did: go on' } });
    const events = (await readAgentEvents(store, 'parent')).map(({ event }) => event);
    const audits = events.flatMap((event) => (event.type === 'tool_call_audit' ? [event] : []));
    expect(audits).toMatchObject([
      {
        tool_name: 'subagent_pause',
        audit: { handle, initiator: 'parent', reason: 'not yet', status: 'suspended' },
      },
      { tool_name: 'subagent_resume', audit: { handle, initiator: 'parent', status: 'running' } },
    ]);
    const failed = events.filter((event) => event.type === 'tool_call_update' && event.error);
    expect(failed).toHaveLength(1);
  });

  it('comes to the same when it is killed after any commit and resumed', async () => {
    const handle = await handleOf(7);
    let kills = 0;
    for (let n = 0; n < 60; n += 1) {
      await using store = await openStore('memory:');
      const { store: dying, alive } = stoppingStore(store, n);
      const run = runtimeOf(dying, plan(handle), 7).start(story, null as never);
      let ended = false;
      void run.done.then(() => {
        ended = true;
      });
      while (alive() && !ended) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended && alive()) break;
      kills += 1;
      const known = (await store.latest(`runs.${run.id}`)) !== undefined;
      if (!known) continue;
      const again = runtimeOf(store, plan(handle), 8);
      const result = await (await again.resume(run.id, { force: true })).done;
      const returned = { handle, loop: 'done', status: 'completed', result: 'did: go on' };
      expect(result, `killed after ${n}`).toMatchObject({ returned });
    }
    expect(kills).toBeGreaterThan(5);
  });
});

/** A sub-agent at work in the background, and a parent whose model has its tools. */
function busyStory() {
  const atWork = createDeferred<void>();
  const goOn = createDeferred<void>();
  const dig = defineTool({
    name: 'dig',
    description: 'digs',
    mutates: false,
    handler: async () => {
      atWork.resolve();
      await goOn.promise;
      return 'a hole';
    },
  });
  const note = defineTool({
    name: 'note',
    description: 'notes that the worker is at work, or lets it go on',
    mutates: false,
    parameters: { on: 'bool' },
    handler: async ({ on }) => {
      if (on === true) goOn.resolve();
      else await atWork.promise;
      return 'noted';
    },
  });
  const program = pipeline('story', async ({ agent }) => {
    const digger = { background: true, name: 'digger', tools: [dig], session_id: 'digger' };
    const handle = (await agent.subAgentRun('DIG here', digger)) as JsonObject;
    const { id } = handle as { readonly id: string };
    const tools = agent.lifecycleTools([note], { subagents: true });
    const loop = await agent.loop({ task: 'watch it', session_id: 'parent', tools });
    const [{ status } = { status: null }] = agent.workerList();
    const worker =
      status === 'cancelled' || status === 'stopped' ? null : await agent.workerWait(id);
    return { loop: loop.status, status, ended: worker?.['status'] ?? null, id } as Json;
  });
  return program;
}

const DIG = {
  match: '*DIG*',
  consume_match: true,
  text: '',
  tool_calls: [{ id: 'd', name: 'dig', arguments: {} }],
};
const WATCH = { match: '*watch it*', consume_match: true };
const DUG = { match: '*DIG*', text: 'Dug.' };

describe('a worker that is busy', () => {
  async function watched(calls: (handle: string) => readonly JsonObject[]) {
    const handle = await handleOf(7, busyStory());
    await using store = await openStore('memory:');
    const parent = [...calls(handle), { text: 'Seen to.' }].map((mock) => ({ ...mock, ...WATCH }));
    const mocks = [DIG, DUG, ...parent];
    const { done } = runtimeOf(store, mocks, 7, busyStory()).start(busyStory(), null as never);
    const result = await done;
    const said = (await readAgentEvents(store, 'digger')).map(({ event }) => event.type);
    return { result, said, workers: await listWorkers(store) };
  }

  it('ends its tool and stops before its next turn when a model pauses it', async () => {
    const { result, said, workers } = await watched((handle) => [
      ask('note', { on: false }),
      ask('subagent_pause', { handle, reason: 'wait' }),
      ask('note', { on: true }),
    ]);
    expect(result).toMatchObject({
      returned: { loop: 'done', status: 'suspended', ended: 'suspended' },
    });
    expect(workers).toMatchObject([{ status: 'suspended' }]);
    // Its tool came to its end, and its model was not asked again.
    expect(said.filter((type) => type === 'turn_end')).toHaveLength(1);
    expect(said.filter((type) => type === 'tool_call_update')).toHaveLength(1);
  });

  it('is told and goes on when it is resumed, however soon', async () => {
    const { result, said } = await watched((handle) => [
      ask('note', { on: false }),
      ask('subagent_pause', { handle, reason: 'wait' }),
      ask('note', { on: true }),
      ask('subagent_resume', { handle, input: 'go on' }),
    ]);
    expect(result).toMatchObject({ returned: { loop: 'done', ended: 'completed' } });
    expect(said.filter((type) => type === 'turn_end')).toHaveLength(2);
  });

  it.each([true, false])('ends at once when a model stops it (graceful: %s)', async (graceful) => {
    const { result, said } = await watched((handle) => [
      ask('note', { on: false }),
      ask('subagent_stop', { handle, graceful, reason: 'enough' }),
      ask('note', { on: true }),
    ]);
    const status = graceful ? 'stopped' : 'cancelled';
    expect(result).toMatchObject({ returned: { loop: 'done', status } });
    expect(said.filter((type) => type === 'turn_end')).toHaveLength(0);
  });

  it('says no to a model that names a worker that has ended', async () => {
    const { result } = await watched((handle) => [
      ask('note', { on: true }),
      ask('subagent_stop', { handle }),
      ask('subagent_pause', { handle, reason: 'late' }),
      ask('subagent_resume', { handle }),
    ]);
    expect(result).toMatchObject({ returned: { loop: 'done' } });
  });
});
