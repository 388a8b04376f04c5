// Workflows as they run: branches, joins, maps, retries, checks, repair, resume, replay, and kills at every commit.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { llmMockEffects } from '../llm/index.ts';
import {
  defineEffect,
  type Handler,
  journalTopic,
  type RunBody,
  type RunContext,
} from '../run/index.ts';
import { type WorkflowResult, workflowExecute } from './execute.ts';
import type { ExecuteCode } from './execution.ts';
import { live, newStore, resultOf, returnedBy } from './workflow-run.fixture.ts';

interface StageFacts {
  readonly node_id: string;
  readonly status: string;
  readonly outcome: string;
  readonly branch: string | null;
  readonly visible_text: string | null;
  readonly attempts: readonly { readonly status: string; readonly error: string | null }[];
  readonly verification: JsonObject | null;
  readonly artifacts: readonly {
    readonly kind: string;
    readonly text: string;
    readonly lineage: readonly string[];
  }[];
  readonly metadata: JsonObject;
}

const stagesOf = ({ run }: WorkflowResult) => run['stages'] as unknown as readonly StageFacts[];
const path = (result: WorkflowResult) => stagesOf(result).map(({ node_id }) => node_id);

type Given = (input: { readonly [field: string]: Json }, ctx: RunContext) => unknown;

/** Code of a node: plain TypeScript, or a generator that uses effects. */
function code(fn: Given): Handler {
  return {
    kind: 'generator',
    name: 'code',
    run: function* (ctx, [input]) {
      const result = fn(input as never, ctx);
      if (
        typeof result === 'object' &&
        result !== null &&
        Symbol.iterator in result &&
        !Array.isArray(result)
      ) {
        return yield* result as Generator<never, unknown>;
      }
      return result;
    },
  };
}

const nodesOf = (handlers: { readonly [node: string]: Given }): ExecuteCode => ({
  nodes: Object.fromEntries(
    Object.entries(handlers).map(([id, fn]) => [id, { handler: code(fn) }]),
  ),
});

function execute(
  graph: Json,
  artifacts: Json = [],
  options: JsonObject = {},
  given: ExecuteCode = {},
) {
  return resultOf((ctx) =>
    workflowExecute(ctx, 'the task', graph, artifacts, options, given),
  ) as Promise<WorkflowResult>;
}

const mock = { mode: 'llm', model_policy: { provider: 'mock' } };

describe('a workflow', () => {
  it('asks the model per stage, keeps transcripts, and saves its record', async () => {
    const host = createMockHost();
    const graph = {
      entry: 'act',
      nodes: {
        act: { ...mock, kind: 'stage' },
        check: { ...mock, kind: 'verify', verify: { assert_text: 'fine' } },
      },
      edges: [{ from: 'act', to: 'check' }],
    };
    const body: RunBody = function* (ctx) {
      ctx.sync(llmMockEffects.mock_enqueue, [{ text: 'done' }]);
      ctx.sync(llmMockEffects.mock_enqueue, [{ text: 'looks fine' }]);
      return (yield* workflowExecute(ctx, 'the task', graph, [], {
        persist_path: '/r/run.json',
      })) as unknown as Json;
    };
    const result = (await resultOf(body, host)) as WorkflowResult;
    expect(result).toMatchObject({
      status: 'completed',
      path: '/r/run.json',
      run: { _type: 'run_record', usage: { call_count: 2 } },
    });
    const [act, check] = stagesOf(result);
    expect(act).toMatchObject({
      visible_text: 'done',
      outcome: 'success',
      artifacts: [{ kind: 'artifact', text: 'done' }],
    });
    expect(check).toMatchObject({
      outcome: 'verified',
      branch: 'passed',
      verification: { ok: true },
    });
    expect(check?.artifacts[0]?.lineage).toHaveLength(1);
    const saved = JSON.parse(await host.fs.readText('/r/run.json')) as JsonObject;
    expect(saved).toEqual(result.run);
    expect(saved['checkpoints']).toMatchObject([
      { reason: 'start' },
      { reason: 'stage_complete' },
      { reason: 'stage_complete' },
      { reason: 'finalize' },
    ]);
  });

  it('shares a conversation between nodes of one session', async () => {
    const stage = {
      kind: 'stage',
      mode: 'llm',
      model_policy: { provider: 'mock', session_id: 's' },
    };
    const result = await execute({
      entry: 'a',
      nodes: { a: stage, b: stage },
      edges: [{ from: 'a', to: 'b' }],
    });
    const lengths = stagesOf(result).map(
      (stage) =>
        (stage as never as { transcript: { messages: Json[] } }).transcript.messages.length,
    );
    expect(lengths).toEqual([2, 4]);
  });

  it('takes the branch of a condition and joins what a fork began', async () => {
    const graph = {
      entry: 'gate',
      nodes: {
        gate: { kind: 'condition', metadata: { contains_text: 'go' } },
        fan: { kind: 'fork' },
        left: { kind: 'stage' },
        far: { kind: 'stage' },
        right: { kind: 'stage' },
        both: { kind: 'join', join_policy: { require_all_inputs: true } },
        sum: {
          kind: 'reduce',
          context_policy: { include_kinds: ['part'] },
          reduce_policy: { separator: '+', output_kind: 'plan' },
        },
        never: { kind: 'stage' },
      },
      edges: [
        { from: 'gate', to: 'fan', branch: 'true' },
        { from: 'gate', to: 'never', branch: 'false' },
        { from: 'fan', to: 'right' },
        { from: 'fan', to: 'left' },
        { from: 'left', to: 'far' },
        { from: 'far', to: 'both' },
        { from: 'right', to: 'both' },
        { from: 'both', to: 'sum' },
      ],
    };
    const part = (text: string) => () => ({ text, artifacts: [{ kind: 'part', text }] });
    const given = nodesOf({ left: part('L'), far: part('F'), right: part('R') });
    const result = await execute(graph, [{ kind: 'note', text: 'go on' }], {}, given);
    expect(path(result)).toEqual(['gate', 'fan', 'right', 'left', 'far', 'both', 'sum']);
    expect(stagesOf(result).at(-1)?.artifacts).toMatchObject([{ kind: 'plan', text: 'R+L+F' }]);
  });

  it('goes ahead at the first input of a join that asks for one, and leaves the others', async () => {
    const graph = {
      entry: 'fan',
      nodes: {
        fan: { kind: 'fork' },
        a: { kind: 'stage' },
        b: { kind: 'stage' },
        one: { kind: 'join', join_policy: { strategy: 'first' } },
      },
      edges: [
        { from: 'fan', to: 'a' },
        { from: 'fan', to: 'b' },
        { from: 'a', to: 'one' },
        { from: 'b', to: 'one' },
      ],
    };
    const result = await execute(graph, [], {}, nodesOf({ a: () => 'a', b: () => 'b' }));
    expect(stagesOf(result).map(({ node_id, status }) => [node_id, status])).toEqual([
      ['fan', 'completed'],
      ['a', 'completed'],
      ['b', 'cancelled'],
      ['one', 'completed'],
    ]);
    expect(result.run['completed_nodes']).toEqual(['fan', 'a', 'one']);
    expect(result.status).toBe('completed');
  });

  it('maps beside each other and keeps failures beside successes', async () => {
    const map = (strategy: JsonObject) => ({
      entry: 'm',
      nodes: {
        m: {
          kind: 'map',
          map_policy: { items: ['a', 'boom', 'c'], output_kind: 'part', max_concurrent: 2 },
          join_policy: strategy,
        },
      },
    });
    const given = nodesOf({
      m: ({ item }) => {
        if (item === 'boom') throw new Error('no boom');
        return `<${String(item)}>`;
      },
    });
    const all = await execute(map({ strategy: 'all' }), [], {}, given);
    expect(stagesOf(all)[0]).toMatchObject({
      status: 'completed',
      outcome: 'partial',
      visible_text: '<a>\n\n<c>',
      metadata: { map: { completed: 2, failures: [{ index: 1, error: 'no boom' }] } },
    });
    const first = await execute(map({ strategy: 'first' }), [], {}, given);
    expect(first.artifacts).toHaveLength(1);
    const quorum = await execute(map({ strategy: 'quorum', min_completed: 3 }), [], {}, given);
    expect(quorum).toMatchObject({ status: 'failed' });
  });

  it('tries a stage again and tells it what its check found', async () => {
    const seen: Json[] = [];
    const graph = {
      entry: 'a',
      nodes: {
        a: {
          kind: 'stage',
          verify: { assert_text: 'right' },
          retry_policy: { max_attempts: 3, repair: true },
        },
      },
    };
    const result = await execute(
      graph,
      [],
      {},
      nodesOf({
        a: ({ attempt, feedback }) => {
          seen.push(feedback ?? null);
          return attempt === 2 ? 'right' : 'wrong';
        },
      }),
    );
    expect(seen).toEqual([null, 'Missing text: right']);
    expect(stagesOf(result)[0]).toMatchObject({
      status: 'completed',
      attempts: [{ status: 'failed' }, { status: 'completed' }],
    });
  });

  it('loops between a check and its repair until the check passes', async () => {
    const host = createMockHost();
    let tries = 0;
    host.onCommand('make test', () => {
      tries += 1;
      return { exitCode: tries === 3 ? 0 : 1, stdout: `run ${tries}` };
    });
    const graph = { act: {}, verify: { command: 'make test' }, repair: {} };
    const given = nodesOf({ act: () => 'written', repair: () => 'mended' });
    const result = (await resultOf(
      (ctx) => workflowExecute(ctx, 't', graph, [], {}, given),
      host,
    )) as WorkflowResult;
    expect(path(result)).toEqual(['act', 'verify', 'repair', 'verify', 'repair', 'verify']);
    expect(result.status).toBe('completed');
    expect(stagesOf(result)[1]?.verification).toMatchObject({
      kind: 'command',
      exit_status: 1,
      stdout: 'run 1',
      ok: false,
    });
  });

  it('fails where nothing is made for a failure', async () => {
    const graph = {
      entry: 'a',
      nodes: { a: { kind: 'stage', retry_policy: { max_attempts: 2 } }, b: { kind: 'stage' } },
      edges: [{ from: 'a', to: 'b' }],
    };
    const result = await execute(
      graph,
      [],
      {},
      nodesOf({
        a: () => {
          throw new Error('broken');
        },
        b: () => 'b',
      }),
    );
    expect(result).toMatchObject({ status: 'failed', run: { pending_nodes: ['a'] } });
    expect(stagesOf(result)[0]).toMatchObject({
      outcome: 'error',
      metadata: { error: 'broken' },
      attempts: [{}, { error: 'broken' }],
    });
  });

  it('refuses inputs below the contract and says so in the record', async () => {
    const graph = {
      entry: 'a',
      nodes: { a: { kind: 'stage', input_contract: { input_kinds: ['plan'], min_inputs: 1 } } },
    };
    const result = await execute(
      graph,
      [{ kind: 'note', text: 'x' }],
      {},
      nodesOf({ a: () => 'a' }),
    );
    expect(stagesOf(result)[0]?.metadata['error']).toContain('0 of at least 1 inputs');
  });

  it('shows the requirements of a later check to the stages before it', async () => {
    const host = createMockHost({ files: { '/c.json': '{"required_paths": ["src/a.ts"]}' } });
    const graph = {
      entry: 'a',
      nodes: {
        a: { kind: 'stage' },
        v: {
          kind: 'verify',
          verify: {
            assert_text: 'x',
            contract_path: '/c.json',
            required_identifiers: ['rateLimit'],
          },
        },
      },
      edges: [{ from: 'a', to: 'v' }],
    };
    let prompt = '';
    const given = nodesOf({
      a: (input) => {
        prompt = String(input['prompt']);
        return 'x';
      },
    });
    const result = (await resultOf(
      (ctx) => workflowExecute(ctx, 't', graph, [], {}, given),
      host,
    )) as WorkflowResult;
    expect(prompt).toContain('- required_identifiers: rateLimit');
    expect(prompt).toContain('- required_paths: src/a.ts');
    expect(result.status).toBe('completed');
  });

  it('pauses at its step limit and goes on from the record', async () => {
    const graph = {
      entry: 'a',
      nodes: { a: {}, b: {}, c: {} },
      edges: [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
      ],
    };
    const given = nodesOf({ a: () => 'a', b: () => 'b', c: () => 'c' });
    const paused = await execute(graph, [], { max_steps: 2 }, given);
    expect(paused).toMatchObject({ status: 'paused', run: { pending_nodes: ['c'] } });
    const ended = await execute(graph, [], { resume_run: paused.run }, given);
    expect(path(ended)).toEqual(['a', 'b', 'c']);
    expect(ended.run['id']).toBe(paused.run['id']);
    const again = await execute(graph, [], { resume_run: ended.run }, given);
    expect(path(again)).toEqual(['a', 'b', 'c']);
    await expect(
      execute({ ...graph, name: 'other' }, [], { resume_run: ended.run }),
    ).rejects.toMatchObject({ code: 'HARN-WFL-012' });
  });

  it('replays recorded stages without doing anything', async () => {
    const graph = { entry: 'a', nodes: { a: {}, b: {} }, edges: [{ from: 'a', to: 'b' }] };
    const first = await execute(graph, [], {}, nodesOf({ a: () => 'a', b: () => 'b' }));
    const replayed = await execute(graph, [], {
      replay_run: first.run,
      replay_mode: 'deterministic',
    });
    expect(stagesOf(replayed).map((stage) => stage.visible_text)).toEqual(['a', 'b']);
    expect(replayed.run['metadata']).toMatchObject({
      replay_mode: 'deterministic',
      replayed_from: first.run['id'],
    });
    const longer = {
      ...graph,
      nodes: { ...graph.nodes, c: {} },
      edges: [...graph.edges, { from: 'b', to: 'c' }],
    };
    await expect(execute(longer, [], { replay_run: first.run })).rejects.toMatchObject({
      code: 'HARN-WFL-010',
    });
    await expect(
      execute({ ...graph, entry: 'b' }, [], { replay_run: first.run }),
    ).rejects.toMatchObject({ code: 'HARN-WFL-011' });
    await expect(execute(graph, [], { replay_mode: 'deterministic' })).rejects.toMatchObject({
      code: 'HARN-WFL-009',
    });
  });

  it('delegates a subagent node to a worker and says so in what it made', async () => {
    const graph = {
      entry: 'd',
      nodes: {
        d: {
          kind: 'subagent',
          ...mock,
          output_contract: { output_kinds: ['summary'] },
          metadata: { worker_name: 'w', request: { source: 'flow' } },
        },
      },
    };
    const result = await execute(graph);
    const [stage] = stagesOf(result);
    expect(stage).toMatchObject({
      status: 'completed',
      outcome: 'subagent_completed',
      branch: 'success',
      metadata: {
        worker: { name: 'w', status: 'completed', request: { payload: { source: 'flow' } } },
      },
    });
    expect(stage?.artifacts).toMatchObject([
      { kind: 'summary', metadata: { delegated: true } },
      { kind: 'worker_result', data: { worker_id: stage?.metadata['worker_id'] } },
    ]);
  });

  it('refuses a graph that is not valid and options it does not know', async () => {
    await expect(execute({ entry: 'x', nodes: { a: {} } })).rejects.toMatchObject({
      code: 'HARN-WFL-006',
    });
    await expect(execute({ nodes: { a: {} } }, [], { max_step: 1 })).rejects.toMatchObject({
      code: 'HARN-WFL-007',
    });
  });
});

describe('a workflow that is killed', () => {
  const graph = {
    entry: 'act',
    nodes: {
      act: { kind: 'stage', ...mock },
      fan: {
        kind: 'map',
        map_policy: { items: ['x', 'y', 'z'], max_concurrent: 2 },
        join_policy: { strategy: 'quorum', min_completed: 2 },
      },
      help: { kind: 'subagent', ...mock },
      check: { kind: 'verify', verify: { command: 'check' } },
      mend: { kind: 'stage' },
    },
    edges: [
      { from: 'act', to: 'fan' },
      { from: 'fan', to: 'help' },
      { from: 'help', to: 'check' },
      { from: 'check', to: 'mend', branch: 'failed' },
      { from: 'mend', to: 'check', branch: 'retry' },
    ],
  };

  function scene() {
    const done: string[] = [];
    const host = createMockHost({ seed: 7 });
    let checks = 0;
    host.onCommand('check', () => {
      checks += 1;
      return { exitCode: done.includes('mend') ? 0 : 1 };
    });
    const body = (alive: () => boolean): RunBody => {
      const touch = defineEffect(
        { name: 'test.touch', class: 'mutation', access: 'write', onUnknown: 'retry' },
        async (_env, what: string) => {
          if (alive()) done.push(what);
          await new Promise((ok) => setImmediate(ok));
          return alive() ? what : new Promise<never>(() => undefined);
        },
      );
      const touches = (input: { readonly [field: string]: Json }, ctx: RunContext) =>
        ctx.perform(touch, [String(input['item'] ?? input['node_id'])]);
      return function* (ctx) {
        const given = nodesOf({ fan: touches, mend: touches });
        const options = { persist_path: '/r/run.json' };
        return (yield* workflowExecute(ctx, 't', graph, [], options, given)) as unknown as Json;
      };
    };
    return { host, body, done, checks: () => checks };
  }

  /** What must not depend on kills: all but ids and times, which a new run draws anew. */
  function shape(value: unknown) {
    const { status, run } = value as WorkflowResult;
    const stages = stagesOf({ run } as WorkflowResult).map(
      ({ node_id, outcome, branch, visible_text, artifacts, attempts }) => ({
        node_id,
        outcome,
        branch,
        visible_text,
        kinds: artifacts.map(({ kind }) => kind),
        attempts: attempts.length,
      }),
    );
    const { transitions, checkpoints, completed_nodes } = run as unknown as {
      [k: string]: readonly unknown[];
    };
    return {
      status,
      stages,
      transitions: transitions?.length,
      checkpoints: checkpoints?.length,
      completed_nodes,
    };
  }

  it('after any commit ends as if nothing had happened', async () => {
    const whole = scene();
    const store = await newStore();
    const expected = shape(returnedBy(await live(whole.body, { store, host: whole.host })));
    expect(expected.stages.map(({ node_id }) => node_id)).toEqual([
      'act',
      'fan',
      'help',
      'check',
      'mend',
      'check',
    ]);
    let lives = 0;
    for (let n = 1; n < 120; n += 1) {
      const one = scene();
      const kept = await newStore();
      const first = await live(one.body, { store: kept, host: one.host, killAfter: n });
      if (first.result !== undefined) break;
      if ((await kept.latest(journalTopic(first.run.id))) === undefined) continue;
      const second = await live(one.body, { store: kept, host: one.host, resume: first.run.id });
      expect(shape(returnedBy(second)), `killed after ${n}`).toEqual(expected);
      // One effect may have been cut between its intent and its outcome; everything else was done once.
      const extra = one.done.length - new Set(one.done).size;
      expect(extra, `killed after ${n}`).toBeLessThanOrEqual(2);
      lives += 1;
    }
    expect(lives).toBeGreaterThan(9);
  }, 60_000);
});
