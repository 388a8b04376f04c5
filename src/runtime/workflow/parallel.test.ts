// Stages side by side: what overlaps, what bounds it, what comes of those that lose, and that the record does not
// depend on who was faster.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { defineEffect, type Effect, type Handler, type RunContext } from '../run/index.ts';
import { type WorkflowResult, workflowExecute } from './execute.ts';
import { live, newStore, returnedBy } from './workflow-run.fixture.ts';

const turnOfLoop = () => new Promise<void>((ok) => setImmediate(ok));

/** Work that ends when the test says so. */
class Works {
  readonly begun: string[] = [];
  readonly aborted: string[] = [];
  most = 0;
  readonly #open = new Map<string, () => void>();
  readonly effect: Effect<[string], string> = defineEffect(
    { name: 'test.work', class: 'read', access: 'read' },
    (env, what: string) =>
      new Promise<string>((resolve) => {
        this.begun.push(what);
        env.signal.addEventListener('abort', () => this.aborted.push(what));
        this.#open.set(what, () => resolve(`${what} done`));
        this.most = Math.max(this.most, this.#open.size);
      }),
  );

  /** Ends everything, whenever it begins, in this order; what is not named stays. */
  async endAll(order: readonly string[]): Promise<void> {
    for (const what of order) {
      for (let turn = 0; turn < 500 && !this.#open.has(what); turn += 1) await turnOfLoop();
      // Those that begin with it begin now.
      for (let turn = 0; turn < 20; turn += 1) await turnOfLoop();
      const end = this.#open.get(what);
      this.#open.delete(what);
      end?.();
    }
  }
}

interface Scene {
  readonly graph: JsonObject;
  readonly order: readonly string[];
  readonly options?: JsonObject;
}

async function run({ graph, order, options = {} }: Scene) {
  const works = new Works();
  const nodes = Object.fromEntries(
    Object.keys(graph['nodes'] as JsonObject).map((id): [string, { handler: Handler }] => [
      id,
      {
        handler: {
          kind: 'generator',
          name: id,
          run: function* (ctx: RunContext, [input]) {
            const { item } = input as { item: string | null };
            const seen = (input as { artifacts: { text: string }[] }).artifacts;
            if (id === 'boom') throw new Error('boom');
            const text = yield* ctx.perform(works.effect, [item ?? id]);
            return { text, artifacts: [{ kind: 'part', text, metadata: { saw: seen.length } }] };
          },
        },
      },
    ]),
  );
  const host = createMockHost({ seed: 5 });
  const body = function* (ctx: RunContext) {
    return (yield* workflowExecute(ctx, 't', graph, [], options, { nodes })) as unknown as Json;
  };
  const [life] = await Promise.all([
    live(() => body, { store: await newStore(), host }),
    works.endAll(order),
  ]);
  return { works, result: returnedBy(life) as WorkflowResult };
}

const stages = ({ run: { stages: all } }: WorkflowResult) =>
  all as unknown as readonly {
    readonly id: string;
    readonly node_id: string;
    readonly status: string;
    readonly artifacts: readonly { readonly id: string; readonly metadata: JsonObject }[];
    readonly metadata: JsonObject;
  }[];
const path = (result: WorkflowResult) => stages(result).map(({ node_id }) => node_id);

const fork = (join: Json, ways = ['a', 'b', 'c']): JsonObject => ({
  entry: 'fan',
  nodes: {
    fan: { kind: 'fork' },
    ...Object.fromEntries(ways.map((id) => [id, { kind: 'stage' }])),
    j: { kind: 'join', join_policy: join },
    end: { kind: 'reduce', context_policy: { include_kinds: ['part'] } },
  },
  edges: [
    ...ways.map((to) => ({ from: 'fan', to })),
    ...ways.map((from) => ({ from, to: 'j' })),
    { from: 'j', to: 'end' },
  ],
});

describe('branches of a workflow', () => {
  it('run at the same time, and the record does not tell who was faster', async () => {
    const graph = fork({ strategy: 'all' });
    const first = await run({ graph, order: ['a', 'b', 'c'] });
    const second = await run({ graph, order: ['c', 'a', 'b'] });
    expect([first.works.most, second.works.most]).toEqual([3, 3]);
    expect(path(first.result)).toEqual(['fan', 'a', 'b', 'c', 'j', 'end']);
    const timeless = ({ run: record, artifacts }: WorkflowResult) => {
      const plain = JSON.stringify({ record, artifacts });
      return plain
        .replaceAll(String(record['id']), 'RUN')
        .replace(/"(?:created_at|persisted_at|timestamp|started_at|finished_at)":"[^"]*"/g, '""');
    };
    expect(timeless(second.result)).toBe(timeless(first.result));
  });

  it('see what came before them and not what their siblings made', async () => {
    const graph = fork({ strategy: 'all' });
    const { result } = await run({ graph, order: ['b', 'c', 'a'] });
    const saw = stages(result).flatMap(({ artifacts }) =>
      artifacts.flatMap(({ metadata }) => metadata['saw'] ?? []),
    );
    expect(saw).toEqual([0, 0, 0]);
    expect(result.artifacts.at(-1)).toMatchObject({ text: 'a done\n\nb done\n\nc done' });
  });

  it('run no more at a time than max_parallel', async () => {
    const graph = fork({ strategy: 'all' }, ['a', 'b', 'c', 'd', 'e']);
    const { works, result } = await run({
      graph,
      order: ['a', 'b', 'c', 'd', 'e'],
      options: { max_parallel: 2 },
    });
    expect(works.most).toBe(2);
    expect(result.status).toBe('completed');
    await expect(run({ graph, order: [], options: { max_parallel: 0 } })).rejects.toMatchObject({
      code: 'HARN-WFL-007',
    });
  });

  it('are stopped and say so when a join has its quorum without them', async () => {
    const graph = fork({ strategy: 'quorum', min_completed: 2 });
    const { works, result } = await run({ graph, order: ['c', 'a'] });
    expect(works.aborted).toEqual(['b']);
    expect(result.status).toBe('completed');
    const [, , b, , j] = stages(result);
    expect(b).toMatchObject({ node_id: 'b', status: 'cancelled' });
    expect(j?.metadata).toMatchObject({ cancelled_stages: [b?.id], skipped_nodes: [] });
    expect(result.run['pending_nodes']).toEqual([]);
  });

  it('are stopped when one of them fails for good, and are pending with it', async () => {
    const graph = fork({ strategy: 'all' }, ['a', 'boom', 'c']);
    const { works, result } = await run({ graph, order: [] });
    expect(works.aborted).toEqual(['a', 'c']);
    expect(result.status).toBe('failed');
    expect(result.run['pending_nodes']).toEqual(['boom', 'a', 'c']);
    expect(stages(result).map(({ node_id, status }) => [node_id, status])).toEqual([
      ['fan', 'completed'],
      ['a', 'cancelled'],
      ['boom', 'failed'],
      ['c', 'cancelled'],
    ]);
  });

  it('put aside the tokens they may use, so that together they keep within the whole', async () => {
    const graph = fork({ strategy: 'all' });
    const wanting = { kind: 'stage', model_policy: { token_budget: 60 } };
    const nodes = { ...(graph['nodes'] as JsonObject), a: wanting, b: wanting, c: wanting };
    const { works, result } = await run({
      graph: { ...graph, nodes },
      order: ['a', 'b', 'c'],
      options: { token_budget: 130 },
    });
    expect(works.most).toBe(2);
    expect(result.status).toBe('completed');
    const short = await run({
      graph: { ...graph, nodes },
      order: [],
      options: { token_budget: 50 },
    });
    expect(short.result).toMatchObject({
      status: 'paused',
      run: { pending_nodes: ['a', 'b', 'c'], metadata: { paused_because: 'token_budget' } },
    });
  });

  it('that share a conversation take turns in it', async () => {
    const graph = fork({ strategy: 'all' });
    const shared = { kind: 'stage', model_policy: { session_id: 'one' } };
    const nodes = { ...(graph['nodes'] as JsonObject), a: shared, b: shared };
    const { works } = await run({ graph: { ...graph, nodes }, order: ['a', 'b', 'c'] });
    expect(works.most).toBe(2);
  });
});

describe('a replay of stages that ran side by side', () => {
  it.each([
    ['all', { strategy: 'all' }, ['c', 'a', 'b']],
    ['first', { strategy: 'first' }, ['b']],
    ['quorum', { strategy: 'quorum', min_completed: 2 }, ['c', 'b']],
  ])('gives the stages of the record, winners and losers: %s', async (_, join, order) => {
    const graph = fork(join);
    const { result } = await run({ graph, order });
    const again = await run({ graph, order: [], options: { replay_run: result.run } });
    expect(again.works.begun).toEqual([]);
    const facts = (one: WorkflowResult) =>
      stages(one).map(({ node_id, status, artifacts }) => [node_id, status, artifacts.length]);
    expect(facts(again.result)).toEqual(facts(result));
    expect(again.result.status).toBe(result.status);
  });

  it('ends where the record failed', async () => {
    const graph = fork({ strategy: 'all' }, ['a', 'boom', 'c']);
    const { result } = await run({ graph, order: ['a'] });
    const again = await run({ graph, order: [], options: { replay_run: result.run } });
    expect(again.result.run['pending_nodes']).toEqual(result.run['pending_nodes']);
    expect(path(again.result)).toEqual(path(result));
    expect(again.result.status).toBe('failed');
  });
});
