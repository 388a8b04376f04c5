// A model that has been given workers: it pauses and resumes them by tool calls; killed anywhere in between.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { readAgentEvents } from '../agent/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { listWorkers } from '../work/index.ts';
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

function runtimeOf(store: Store, mocks: readonly JsonObject[], seed: number) {
  const host = createMockHost({ seed });
  const sink = { write: () => undefined };
  return createRuntime({ store, pipelines: [story], host, llm: { mocks }, sink });
}

const plan = (handle: string): readonly JsonObject[] => [
  ask('subagent_pause', { handle, reason: 'not yet' }),
  ask('subagent_pause', { handle: '/elsewhere/worker.json', reason: 'who?' }),
  ask('subagent_resume', { handle, input: 'go on' }),
  { text: 'All is done.' },
];

/** The ids that a run with a seed draws are those of any run with it. */
async function handleOf(seed: number): Promise<string> {
  await using store = await openStore('memory:');
  const mocks = [{ text: 'Nothing to do.' }];
  const { done } = runtimeOf(store, mocks, seed).start(story, null as never);
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
      for (let i = 0; i < 900 && alive() && !ended; i += 1) {
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
