// What a worker gets from its parent and what it carries on: budgets, policies, artifacts, transcripts, sub-agents.
import { describe, expect, it } from 'vitest';
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import {
  budgetLeft,
  intersect,
  resumeAgent,
  sendInput,
  spawnAgent,
  spendTokens,
  subAgentRun,
  suspendAgent,
  type WorkerCycle,
  type WorkerKind,
  waitAgent,
} from './index.ts';
import { body, newWorld, resultOf, turnConfig, turnKind } from './worker-run.fixture.ts';

describe('a token budget', () => {
  it('is taken out of its parent and given back', async () => {
    const result = await resultOf(
      function* (ctx) {
        const left: Json[] = [];
        const note = () => left.push(budgetLeft(ctx).left ?? null);
        const worker = yield* spawnAgent(
          ctx,
          { task: 'x', token_budget: 40 },
          {
            body: body(function* (inner) {
              const first = spendTokens(inner, 30);
              let code = '';
              try {
                yield* spawnAgent(
                  inner,
                  { task: 'y', token_budget: 11 },
                  { body: body(function* () {}) },
                );
              } catch (error) {
                code = HarnError.is(error) ? error.code : '';
              }
              const { exceeded } = spendTokens(inner, 15);
              return [first.left ?? null, code, exceeded];
            }),
          },
        );
        note();
        const done = yield* waitAgent(ctx, worker);
        note();
        return [left, done['result']] as Json;
      },
      { options: { token_budget: 100 } },
    );
    expect(result).toEqual([
      [60, 55],
      [10, 'HARN-WRK-016', true],
    ]);
  });

  it('is for the whole life of a worker: one that is resumed has what is left', async () => {
    const parking: WorkerKind = {
      mode: 'parking',
      *run(ctx, { resume }) {
        yield* [];
        const { left = null } = spendTokens(ctx, resume === undefined ? 30 : 5);
        if (resume === undefined) return { status: 'parked', payload: left };
        return { status: 'completed', payload: left };
      },
    };
    const result = await resultOf(
      function* (ctx) {
        const config = { task: 'x', mode: 'parking', token_budget: 40 };
        const worker = yield* spawnAgent(ctx, config);
        const parked = yield* waitAgent(ctx, worker);
        const between = budgetLeft(ctx).left ?? null;
        yield* resumeAgent(ctx, worker, 'go on');
        const done = yield* waitAgent(ctx, worker);
        return [parked['result'] ?? null, between, done['result'] ?? null];
      },
      { options: { token_budget: 100 }, kinds: [parking] },
    );
    expect(result).toEqual([10, 70, 5]);
  });
});

describe('a policy', () => {
  it('narrows and never widens', () => {
    const parent = {
      tools: ['read', 'write'],
      capabilities: { fs: ['read'] },
      side_effect_level: 'workspace_write',
      recursion_limit: 3,
      workspace_roots: ['/work'],
    };
    expect(
      intersect(parent, {
        tools: ['read'],
        side_effect_level: 'network',
        recursion_limit: 9,
        workspace_roots: ['/work/a', '/etc'],
      }),
    ).toEqual({
      tools: ['read'],
      capabilities: { fs: ['read'] },
      side_effect_level: 'workspace_write',
      recursion_limit: 3,
      workspace_roots: ['/work/a'],
    });
    const messages = [
      { tools: ['read', 'shell'] },
      { capabilities: { fs: ['write'] } },
      { capabilities: { net: [] } },
    ].map((wanted) => {
      try {
        intersect(parent, wanted);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(messages).toEqual([
      'spawn_agent: requested tools exceed host ceiling: shell',
      'spawn_agent: requested capability operations exceed host ceiling: fs.write',
      'spawn_agent: requested capability exceeds host ceiling: net',
    ]);
  });
});

/** A kind that ends at once and shows what it was given. */
function mirror(mode: string, seen: WorkerCycle[]): WorkerKind {
  return {
    mode,
    *run(_ctx, cycle) {
      yield* [];
      seen.push(cycle);
      const messages = [1, 2, 3, 4].map((n) => ({ role: 'user', content: `${cycle.task} ${n}` }));
      return {
        status: 'completed',
        payload: { ok: true },
        transcript: { id: `t${seen.length}`, messages, events: [], metadata: {} },
        artifacts: [{ id: `a${seen.length}`, kind: 'note' }],
        childRunPath: `/runs/${seen.length}`,
      };
    },
  };
}

describe('what a worker carries into its next piece of work', () => {
  const twice = async (config: JsonObject, mode: string) => {
    const seen: WorkerCycle[] = [];
    const summary = await resultOf(
      function* (ctx) {
        const worker = yield* spawnAgent(ctx, { task: 'one', ...config });
        yield* waitAgent(ctx, worker);
        yield* sendInput(ctx, worker, 'two');
        return yield* waitAgent(ctx, worker);
      },
      { kinds: [mirror(mode, seen)] },
    );
    return { seen, summary: summary as JsonObject };
  };
  const graph = { nodes: { act: { kind: 'stage' } } };

  it('is all of it by default, with the last cycle as the parent of a workflow', async () => {
    const { seen } = await twice({ graph }, 'workflow');
    expect(seen[1]?.transcript).toMatchObject({ id: 't1' });
    expect(seen[1]?.config).toMatchObject({
      artifacts: [{ id: 'a1' }],
      options: {
        resume_path: '/runs/1',
        parent_worker_id: seen[1]?.worker.id,
        transcript: { id: 't1' },
      },
      graph: {
        nodes: {
          act: { metadata: { worker_session_id: `worker_session_${seen[1]?.worker.id}_act` } },
        },
      },
    });
  });

  it('is a transcript of its own when it forks, none and another session when it is reset', async () => {
    const forked = await twice({ graph, carry: { transcript_mode: 'fork' } }, 'workflow');
    const copy = forked.seen[1]?.transcript as JsonObject;
    expect(copy['id']).not.toBe('t1');
    expect(copy['metadata']).toEqual({ parent_transcript_id: 't1' });
    const { seen } = await twice({ node: {}, carry: { transcript_mode: 'reset' } }, 'stage');
    expect(seen[1]?.transcript).toBeNull();
    const sessions = seen.map(({ config }) => (config['node'] as JsonObject)['metadata']);
    expect(sessions[0]).not.toEqual(sessions[1]);
  });

  it('is the end of the transcript and a summary when it is compacted', async () => {
    const { seen } = await twice({ node: {}, carry: { transcript_mode: 'compact' } }, 'stage');
    const kept = seen[1]?.transcript as JsonObject;
    expect(kept['messages']).toHaveLength(2);
    expect(kept['summary']).toBe('user: one 1\nuser: one 2');
  });

  it('leaves the artifacts of the config when nothing is carried, and no path when workflows start anew', async () => {
    const { seen } = await twice(
      {
        graph,
        artifacts: [{ id: 'given' }],
        carry: { artifact_mode: 'none', resume_workflow: false },
      },
      'workflow',
    );
    expect(seen[1]?.config['artifacts']).toEqual([{ id: 'given' }]);
    expect(seen[1]?.config['options']).not.toHaveProperty('resume_path');
  });

  it('is a digest when a resumption does not continue the transcript', async () => {
    const seen: Json[] = [];
    const kind = turnKind(newWorld());
    const watching: WorkerKind = {
      mode: kind.mode,
      run(ctx, cycle) {
        seen.push(cycle.transcript);
        return kind.run(ctx, cycle);
      },
    };
    await resultOf(
      function* (ctx) {
        const worker = yield* spawnAgent(ctx, turnConfig('w', 2));
        yield* suspendAgent(ctx, worker, 'x');
        yield* waitAgent(ctx, worker);
        yield* resumeAgent(ctx, worker, null, false);
        return yield* waitAgent(ctx, worker);
      },
      { kinds: [watching] },
    );
    expect(seen[1]).toMatchObject({ messages: [{ role: 'user', content: 'user: w' }] });
  });
});

describe('a sub-agent', () => {
  it('answers in the foreground without a worker, and is one in the background', async () => {
    const seen: WorkerCycle[] = [];
    const result = await resultOf(
      function* (ctx) {
        const tool = () => 'called';
        const envelope = yield* subAgentRun(ctx, 'task', { allowed_tools: ['read'] }, { tool });
        const options = { background: true, model: 'm', session_id: 's1', questions: ['why'] };
        const handle = (yield* subAgentRun(ctx, 'later', options)) as JsonObject;
        const done = yield* waitAgent(ctx, handle);
        return [
          envelope,
          handle['mode'],
          done['status'],
          (done['provenance'] as JsonObject)['session_id'],
        ] as Json;
      },
      { kinds: [mirror('sub_agent', seen)] },
    );
    expect(result).toEqual([{ ok: true }, 'sub_agent', 'completed', 's1']);
    expect(Object.keys(seen[0]?.attachments ?? {})).toEqual(['tool']);
    expect(seen[0]?.policy).toEqual({ tools: ['read'] });
    expect(seen[1]?.config['spec']).toMatchObject({
      task: 'later',
      options: { model: 'm', session_id: 's1' },
    });
  });
});
