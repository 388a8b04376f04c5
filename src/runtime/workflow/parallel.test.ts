// Stages side by side: what overlaps, what bounds it, what comes of those that lose, and that the record does not
// depend on who was faster.
import { describe, expect, it } from 'vitest';
import { HarnError, type JsonObject } from '../../base/index.ts';
import { runErrors, type Suspending } from '../run/index.ts';
import { withDeadline } from '../work/index.ts';
import type { WorkflowResult } from './execute.ts';
import { fork, path, run, stages, timeless } from './parallel-run.fixture.ts';

describe('branches of a workflow', () => {
  it('run at the same time, and the record does not tell who was faster', async () => {
    const graph = fork({ strategy: 'all' });
    const first = await run({ graph, order: ['a', 'b', 'c'] });
    const second = await run({ graph, order: ['c', 'a', 'b'] });
    expect([first.works.most, second.works.most]).toEqual([3, 3]);
    expect(path(first.result)).toEqual(['fan', 'a', 'b', 'c', 'j', 'end']);
    expect(timeless(second.result)).toBe(timeless(first.result));
  });

  it('are in the record in the order of the graph, however far one is ahead', async () => {
    const graph = {
      entry: 'fan',
      nodes: { fan: { kind: 'fork' }, a: {}, a2: {}, b: {}, b2: {}, b3: {}, j: { kind: 'join' } },
      edges: [
        { from: 'fan', to: 'a' },
        { from: 'fan', to: 'b' },
        { from: 'a', to: 'a2' },
        { from: 'a2', to: 'j' },
        { from: 'b', to: 'b2' },
        { from: 'b2', to: 'b3' },
        { from: 'b3', to: 'j' },
      ],
    };
    const first = await run({ graph, order: ['b', 'b2', 'b3', 'a', 'a2', 'j'] });
    const second = await run({ graph, order: ['a', 'b', 'a2', 'b2', 'b3', 'j'] });
    expect(path(first.result)).toEqual(['fan', 'a', 'b', 'a2', 'b2', 'b3', 'j']);
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

describe('a map', () => {
  const map = (strategy: JsonObject, items = ['x', 'y', 'z', 'u', 'v']) => ({
    entry: 'm',
    nodes: {
      m: { kind: 'map', map_policy: { items, max_concurrent: 3 }, join_policy: strategy },
    },
  });
  const itemsOf = (result: WorkflowResult) =>
    (stages(result)[0] as { metadata: { map?: { stages: JsonObject[] } } }).metadata.map?.stages ??
    [];

  it('works at so many items at a time, and its record is in their order', async () => {
    const graph = map({ strategy: 'all' });
    const first = await run({ graph, order: ['x', 'y', 'z', 'u', 'v'] });
    const second = await run({ graph, order: ['z', 'y', 'u', 'x', 'v'] });
    expect(first.works.most).toBe(3);
    expect(timeless(second.result)).toBe(timeless(first.result));
    expect(itemsOf(first.result)).toMatchObject(
      [1, 2, 3, 4, 5].map((n) => ({ index: n - 1, status: 'completed' })),
    );
    const id = stages(first.result)[0]?.id;
    expect(itemsOf(first.result)[4]).toMatchObject({
      id: `${id}:item:5`,
      visible_text: 'v done',
      produced_artifact_ids: [`${id}:artifact:5`],
    });
  });

  it('stops what it needs no more, and says of each item what became of it', async () => {
    const { works, result } = await run({
      graph: map({ strategy: 'quorum', min_completed: 2 }),
      order: ['z', 'x'],
    });
    expect(works.aborted.sort()).toEqual(['u', 'y']);
    expect(itemsOf(result).map(({ status }) => status)).toEqual([
      'completed',
      'cancelled',
      'completed',
      'cancelled',
      'skipped',
    ]);
    expect(result.artifacts).toMatchObject([{ text: 'x done' }, { text: 'z done' }]);
  });
});

describe('a deadline around a workflow', () => {
  it('reaches every branch', async () => {
    const { works, result } = await run({
      graph: fork({ strategy: 'all' }),
      order: ['a'],
      within: (ctx, body) => caught(withDeadline(ctx, 30_000, body)),
    });
    expect(works.aborted).toEqual(['b', 'c']);
    expect(result).toBe(runErrors.$code('deadline'));
  });
});

describe('a run that goes on', () => {
  it('has the inputs of a join that came before it failed', async () => {
    const graph = fork({ strategy: 'all', require_all_inputs: true }, ['a', 'b', 'c']);
    const failed = await run({
      graph: { ...graph, nodes: { ...(graph['nodes'] as JsonObject), late: {} }, edges: LATE },
      order: ['a', 'b', 'c'],
      broken: ['late'],
    });
    expect(failed.result.status).toBe('failed');
    expect(failed.result.run['pending_nodes']).toEqual(['late', 'j']);
    const whole = { ...graph, nodes: { ...(graph['nodes'] as JsonObject), late: {} }, edges: LATE };
    const ended = await run({
      graph: whole,
      order: ['late'],
      options: { resume_run: failed.result.run },
    });
    expect(ended.result.status).toBe('completed');
    expect(path(ended.result)).toEqual(['fan', 'a', 'b', 'c', 'late', 'late', 'j', 'end']);
    expect(ended.result.artifacts.at(-1)).toMatchObject({
      text: 'a done\n\nb done\n\nc done\n\nlate done',
    });
  });

  it('may have a graph that was edited, and is told what it misses', async () => {
    const id = { id: 'flow', version: 2 };
    const graph: JsonObject = { ...fork({ strategy: 'all' }), ...id };
    const { result: paused } = await run({
      graph,
      order: ['a', 'b'],
      options: { max_steps: 3, max_parallel: 2 },
    });
    expect(paused.run['pending_nodes']).toEqual(['c', 'j']);
    const nodes = graph['nodes'] as JsonObject;
    const edges = graph['edges'] as JsonObject[];
    const more = {
      ...graph,
      version: 3,
      nodes: { ...nodes, post: {} },
      edges: [...edges, { from: 'end', to: 'post' }],
    };
    const options = { resume_run: paused.run };
    const { result } = await run({ graph: more, order: ['c', 'post'], options });
    expect(path(result)).toEqual(['fan', 'a', 'b', 'c', 'j', 'end', 'post']);
    expect(result.run['metadata']).toMatchObject({ workflow_version: 3, resumed: true });

    const { c: _c, ...without } = nodes;
    const other = {
      ...graph,
      version: 1,
      nodes: without,
      edges: edges.filter(({ from, to }) => from !== 'c' && to !== 'c' && from !== 'a'),
    };
    const refused = run({ graph: other, order: [], options });
    await expect(refused).rejects.toMatchObject({
      code: 'HARN-WFL-020',
      data: {
        reasons: [
          'version 1 is older than the recorded version 2',
          'node "c" is pending and is not in the graph',
          '"a" has come to the join "j" and no edge leads there any more',
        ].join('; '),
      },
    });
    const changed = { ...graph, nodes: { ...nodes, c: { kind: 'reduce' } } };
    expect((await run({ graph: changed, order: [], options })).result.status).toBe('completed');
  });
});

/** The way to the join is longer for c. */
const LATE: JsonObject[] = [
  ...['a', 'b', 'c'].map((to) => ({ from: 'fan', to })),
  { from: 'a', to: 'j' },
  { from: 'b', to: 'j' },
  { from: 'c', to: 'late' },
  { from: 'late', to: 'j' },
  { from: 'j', to: 'end' },
];

/** What it gives, or the code of its error. */
function* caught(body: Suspending<unknown>): Suspending<unknown> {
  try {
    return yield* body;
  } catch (error) {
    return HarnError.is(error) ? error.code : String(error);
  }
}

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
