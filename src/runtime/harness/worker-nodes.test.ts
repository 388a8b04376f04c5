// Functions as the work of nodes in the graphs of workers: called, called again after a kill, found again in another
// process, and missed by name.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type AgentTool, defineTool, pipeline, type StageFn, type WorkerConfig } from './index.ts';

const GRAPH = {
  entry: 'read',
  nodes: { read: { kind: 'stage' }, file: { kind: 'stage' } },
  edges: [{ from: 'read', to: 'file' }],
};

/** The two functions, and what they did outside. */
function work() {
  const done: string[] = [];
  const read: StageFn = async (harness, { task }) => {
    await harness.fs.writeText(`/work/${task}.txt`, 'read');
    return `read ${task}`;
  };
  const file: StageFn = (_harness, { artifacts }) => {
    done.push('file');
    return { text: `filed: ${artifacts.map(({ text }) => text).join(' and ')}` };
  };
  return { done, nodes: { read, file } };
}

interface Life {
  readonly store: Store;
  readonly config: WorkerConfig;
  readonly seed?: number;
  readonly stages?: { readonly [name: string]: StageFn };
  readonly tools?: readonly AgentTool[];
  readonly mocks?: readonly JsonObject[];
}

function lifeOf({ store, config, seed = 1, stages = {}, tools = [], mocks = [] }: Life) {
  const host = createMockHost({ seed });
  const spawns = pipeline('spawns', async ({ agent }) => {
    const { id } = (await agent.workerSpawn(config)) as { id: string };
    if (config['options'] !== undefined) return id;
    const { result, status, error } = await agent.workerWait(id);
    return { result, status, error } as Json;
  });
  const sink = { write: () => undefined };
  const pipelines = [spawns];
  const llm = { mocks };
  const runtime = createRuntime({ store, pipelines, host, sink, stages, tools, llm });
  return { runtime, spawns, host };
}

const textOf = ({ result }: { result: { artifacts: { text: string }[] } }) =>
  result.artifacts.at(-1)?.text;

describe('a worker with functions at its nodes', () => {
  it('calls those of its graph', async () => {
    await using store = await openStore('memory:');
    const { nodes } = work();
    const { runtime, spawns } = lifeOf({ store, config: { task: 'a', graph: GRAPH, nodes } });
    const ended = await runtime.start(spawns, null as never).done;
    expect(ended).toMatchObject({ status: 'settled', returned: { status: 'completed' } });
    expect(textOf((ended as unknown as { returned: never }).returned)).toBe('filed: read a');
  });

  it('calls the one of a node on its own', async () => {
    await using store = await openStore('memory:');
    const config = {
      task: 'b',
      node: { kind: 'stage' },
      stage: (_harness: unknown, { task }: { task: string }) => `alone with ${task}`,
    };
    const { runtime, spawns } = lifeOf({ store, config });
    const ended = await runtime.start(spawns, null as never).done;
    expect(ended).toMatchObject({
      returned: { status: 'completed', result: { result: { visible_text: 'alone with b' } } },
    });
  });

  it('gives the agents of its nodes the tools that are named for them', async () => {
    await using store = await openStore('memory:');
    const seen: string[] = [];
    const look = defineTool<{ at: string }>({
      name: 'look',
      description: 'Looks',
      parameters: { at: 'string' },
      mutates: false,
      handler: ({ at }) => {
        seen.push(at);
        return 'a door';
      },
    });
    const graph = { entry: 'scout', nodes: { scout: { kind: 'stage', mode: 'agent' } }, edges: [] };
    const call = { id: 'c1', name: 'look', arguments: { at: 'the wall' } };
    const mocks = [{ text: '', tool_calls: [call] }, { text: 'There is a door.' }];
    const config = { task: 'scout', graph, nodeTools: { scout: [look] } };
    const { runtime, spawns } = lifeOf({ store, config, mocks });
    const ended = await runtime.start(spawns, null as never).done;
    expect(ended).toMatchObject({ returned: { status: 'completed' } });
    expect(seen).toEqual(['the wall']);
  });

  it('ends the same when it is killed after any commit', async () => {
    let kills = 0;
    for (let n = 0; n < 60; n += 1) {
      await using store = await openStore('memory:');
      const { nodes } = work();
      const config = { task: 'a', graph: GRAPH, nodes };
      const { store: dying, alive } = stoppingStore(store, n);
      const life = lifeOf({ store: dying, config });
      const started = life.runtime.start(life.spawns, null as never);
      let ended = false;
      void started.done.then(() => {
        ended = true;
      });
      while (alive() && !ended) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      kills += 1;
      if ((await store.latest(`runs.${started.id}`)) === undefined) continue;
      const again = lifeOf({ store, config, seed: 2 });
      const resumed = await again.runtime.resume(started.id, { force: true });
      const result = await resumed.done;
      expect(result, `killed after ${n}`).toMatchObject({ returned: { status: 'completed' } });
      const text = textOf((result as unknown as { returned: never }).returned);
      expect(text, `killed after ${n}`).toBe('filed: read a');
    }
    expect(kills).toBeGreaterThan(3);
  });
});

describe('such a worker beyond its run', () => {
  const PARKED = { options: { resume_when: { on_event: 'never' } } };

  it('goes on with the functions that another process was given under the same names', async () => {
    await using store = await openStore('memory:');
    const first = work();
    const config = { task: 'c', graph: GRAPH, nodes: first.nodes, ...PARKED };
    const life = lifeOf({ store, config, stages: first.nodes });
    const left = await life.runtime.start(life.spawns, null as never).done;
    const id = (left as unknown as { returned: string }).returned;
    const second = work();
    const { runtime } = lifeOf({ store, config, seed: 2, stages: second.nodes });
    const ended = await (await runtime.workers.resume(id)).done;
    expect(ended).toMatchObject({ status: 'settled', returned: { status: 'completed' } });
    expect([first.done, second.done]).toEqual([[], ['file']]);
  });

  it('is refused by a program without one of them, which is named', async () => {
    await using store = await openStore('memory:');
    const { nodes } = work();
    const config = { task: 'd', graph: GRAPH, nodes, ...PARKED };
    const life = lifeOf({ store, config, stages: nodes });
    const left = await life.runtime.start(life.spawns, null as never).done;
    const id = (left as unknown as { returned: string }).returned;
    const { runtime } = lifeOf({ store, config, seed: 2, stages: { read: nodes.read } });
    expect(await (await runtime.workers.resume(id)).done).toMatchObject({
      status: 'failed',
      error: {
        code: 'HARN-WRK-030',
        message: expect.stringContaining('the function of its node "file"') as string,
      },
    });
  });
});
