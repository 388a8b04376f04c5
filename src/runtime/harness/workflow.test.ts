// Workflows in TypeScript pipelines: functions as the work of nodes, resumed after a kill.
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { pipeline } from './index.ts';

const never = new Promise<never>(() => undefined);

const GRAPH = {
  act: { retry_policy: { max_attempts: 2 } },
  verify: { assert_text: 'v2' },
  repair: { mode: 'llm', model_policy: { provider: 'mock' } },
};

/** A pipeline whose check fails once; `asked` is the outside. */
function program(asked: string[], alive = () => true) {
  return pipeline('flow', async (harness, task: string) => {
    await harness.fs.mkdir('/out');
    const plan = harness.agent.artifact({ kind: 'plan', text: 'first plan' });
    const result = await harness.agent.workflowExecute({
      task,
      graph: GRAPH,
      artifacts: [harness.agent.artifactDerive(plan, 'summary', { text: 'short' })],
      options: { persist_path: '/runs/flow.json' },
      nodes: {
        act: async (inner, { node_id, artifacts }) => {
          await inner.fs.writeText(`/out/${node_id}`, artifacts.map(({ text }) => text).join());
          if (alive()) asked.push(node_id);
          return (await inner.fs.exists('/out/repair')) ? 'v2' : 'v1';
        },
        repair: async (inner, { node_id }) => {
          await inner.fs.writeText('/out/repair', 'done');
          if (alive()) asked.push(node_id);
          return alive() ? 'v2' : never;
        },
      },
    });
    await harness.agent.workflow.publishQuery('flow', 'status', result.status);
    const { run } = result;
    const stages = run['stages'] as unknown as readonly { node_id: string }[];
    return {
      path: stages.map(({ node_id }) => node_id),
      status: result.status,
      published: await harness.agent.workflow.query('flow', 'status'),
    };
  });
}

const EXPECTED = {
  path: ['act', 'verify', 'repair', 'verify'],
  status: 'completed',
  published: 'completed',
};

describe('a workflow in a TypeScript pipeline', () => {
  it('runs functions as the work of its nodes', async () => {
    await using store = await openStore('memory:');
    const host = createMockHost();
    const flow = program([]);
    const runtime = createRuntime({ store, pipelines: [flow], host });
    const result = await runtime.start(flow, 'make it').done;
    expect(result).toMatchObject({ status: 'settled', returned: EXPECTED });
    expect(await host.fs.readText('/out/act')).toBe('short');
  });

  it('ends as if nothing had happened when it is killed after any commit and resumed', async () => {
    let lives = 0;
    for (let n = 0; n < 60; n += 1) {
      await using store = await openStore('memory:');
      const host = createMockHost();
      const { store: dying, alive } = stoppingStore(store, n);
      const first = program([], alive);
      const handle = createRuntime({ store: dying, pipelines: [first], host }).start(first, 'x');
      let ended = false;
      void handle.done.then(() => {
        ended = true;
      });
      for (let turn = 0; turn < 800 && alive() && !ended; turn += 1) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      for (let turn = 0; turn < 20; turn += 1) await new Promise((ok) => setImmediate(ok));
      if ((await store.latest(`runs.${handle.id}`)) === undefined) continue;
      const again = program([]);
      const runtime = createRuntime({ store, pipelines: [again], host });
      const resumed = await runtime.resume(handle.id, { force: true });
      expect(await resumed.done, `killed after ${n}`).toMatchObject({
        status: 'settled',
        returned: EXPECTED,
      });
      lives += 1;
    }
    expect(lives).toBeGreaterThan(8);
  });
});
