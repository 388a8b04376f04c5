// Escalations that ask, time out, choose the way on, lose, or hand over; and handoffs between stages.
import { describe, expect, it } from 'vitest';
import { createDeferred, type Json, type JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { answerQuestion, listQuestions, questionIndex } from '../human/index.ts';
import { listHandoffs } from '../lifecycle/index.ts';
import { defineEffect, type Handler, type RunBody } from '../run/index.ts';
import { type WorkflowResult, workflowExecute } from './execute.ts';
import { path, stages, turnOfLoop } from './parallel-run.fixture.ts';
import { live, newStore, returnedBy } from './workflow-run.fixture.ts';

interface Told {
  /** What the person says; without it nobody does. */
  readonly answer?: string;
  /** A node that is done when the question is there. */
  readonly until?: string;
  readonly code?: { readonly [node: string]: (input: JsonObject) => Json };
}

async function run(graph: JsonObject, { answer, until, code = {} }: Told = {}) {
  const store = await newStore();
  await store.declare(questionIndex);
  const host = createMockHost({ seed: 2 });
  const nodes = Object.fromEntries(
    Object.entries(code).map(([id, fn]): [string, { handler: Handler }] => [
      id,
      { handler: { kind: 'async', name: id, run: async (_, [input]) => fn(input as JsonObject) } },
    ]),
  );
  const body: RunBody = function* (ctx) {
    return (yield* workflowExecute(ctx, 'ship it', graph, [], {}, { nodes })) as unknown as Json;
  };
  const question = createDeferred<string>();
  const untilAsked = defineEffect(
    { name: 'test.until_asked', class: 'read', access: 'read' },
    () => question.promise,
  );
  if (until !== undefined) {
    const handler: Handler = {
      kind: 'generator',
      name: until,
      run: (ctx) => ctx.perform(untilAsked, []),
    };
    nodes[until] = { handler };
  }
  let asked: readonly JsonObject[] = [];
  const person = async () => {
    for (let turn = 0; turn < 400 && asked.length === 0; turn += 1) {
      await turnOfLoop();
      asked = (await listQuestions(store, { status: 'open' })) as unknown as JsonObject[];
    }
    question.resolve('done');
    if (answer === undefined || asked.length === 0) return;
    const nowMs = host.clock.nowMs();
    await answerQuestion(store, String(asked[0]?.['request_id']), { answer, nowMs });
  };
  const [life] = await Promise.all([live(() => body, { store, host }), person()]);
  return { result: returnedBy(life) as WorkflowResult, asked, store };
}

const asking = (policy: JsonObject): JsonObject => ({
  entry: 'sign',
  nodes: {
    sign: { kind: 'escalation', escalation_policy: { mode: 'ask', reason: 'Ship it?', ...policy } },
    yes: { kind: 'reduce' },
    no: { kind: 'reduce' },
    late: { kind: 'reduce' },
  },
  edges: [
    { from: 'sign', to: 'yes', branch: 'ship' },
    { from: 'sign', to: 'no' },
    { from: 'sign', to: 'late', branch: 'failed' },
  ],
});

describe('an escalation', () => {
  it('asks a person, and the answer chooses the way on', async () => {
    const { result, asked } = await run(asking({ choices: ['ship', 'hold'] }), { answer: 'ship' });
    expect(asked).toMatchObject([{ prompt: 'Ship it?', details: { node_id: 'sign' } }]);
    expect(path(result)).toEqual(['sign', 'yes']);
    expect(stages(result)[0]).toMatchObject({
      outcome: 'answered',
      branch: 'ship',
      metadata: { escalation: { answer: 'ship', reason: 'Ship it?' } },
      artifacts: [{ kind: 'escalation', text: 'ship' }],
    });
    const hold = await run(asking({ choices: ['ship', 'hold'] }), { answer: 'hold' });
    expect(path(hold.result)).toEqual(['sign', 'no']);
  });

  it('goes on with its default, or by the way of failures, when nobody answers in time', async () => {
    const calm = await run(asking({ timeout: '2s', default: 'ship' }));
    expect(path(calm.result)).toEqual(['sign', 'yes']);
    const late = await run(asking({ timeout: '2s' }));
    expect(path(late.result)).toEqual(['sign', 'late']);
    expect(stages(late.result)[0]).toMatchObject({ status: 'failed', outcome: 'error' });
  });

  it('withdraws its question when another branch wins', async () => {
    const { result, asked, store } = await run(
      {
        entry: 'fan',
        nodes: {
          fan: { kind: 'fork' },
          sign: { kind: 'escalation', escalation_policy: { mode: 'ask' } },
          work: { kind: 'stage' },
          one: { kind: 'join', join_policy: { strategy: 'first' } },
        },
        edges: [
          { from: 'fan', to: 'sign' },
          { from: 'fan', to: 'work' },
          { from: 'sign', to: 'one' },
          { from: 'work', to: 'one' },
        ],
      },
      { until: 'work' },
    );
    expect(stages(result).map(({ node_id, status }) => `${node_id} ${status}`)).toContain(
      'sign cancelled',
    );
    expect(await listQuestions(store, { status: 'open' })).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('hands the work over, durably, with what is known', async () => {
    const { result, store } = await run({
      entry: 'tell',
      nodes: {
        tell: {
          kind: 'escalation',
          escalation_policy: {
            mode: 'handoff',
            reason: 'it is on fire',
            target: { kind: 'human', id: 'ada', label: 'Ada' },
          },
        },
      },
    });
    const [row] = await listHandoffs(store, {});
    expect(row).toMatchObject({ target_pipeline: 'ada' });
    expect(stages(result)[0]).toMatchObject({
      outcome: 'handed_off',
      metadata: { escalation: { handoff_id: row?.handoff_id } },
    });
    expect(result.run['handoffs']).toMatchObject([
      {
        source_persona: 'tell',
        task: 'ship it',
        reason: 'it is on fire',
        target_persona_or_human: { kind: 'human', label: 'Ada' },
      },
    ]);
  });
});

describe('a handoff between stages', () => {
  const graph: JsonObject = {
    entry: 'plan',
    nodes: {
      plan: { kind: 'stage', output_contract: { output_kinds: ['handoff'] } },
      build: { kind: 'stage', input_contract: { input_kinds: ['handoff'], min_inputs: 1 } },
    },
    edges: [{ from: 'plan', to: 'build' }],
  };

  it('is complete: what the stage does not say is filled in from the graph', async () => {
    let seen = '';
    const { result } = await run(graph, {
      code: {
        plan: () => 'the parser is ready',
        build: ({ context }) => {
          seen = String(context);
          return 'built';
        },
      },
    });
    expect(seen).toContain('<reason>the parser is ready</reason>');
    expect(result.run['handoffs']).toMatchObject([
      { source_persona: 'plan', target_persona_or_human: { id: 'build' }, task: 'ship it' },
    ]);
    expect(result.status).toBe('completed');
  });

  it('that nobody can act on fails its stage', async () => {
    const { result } = await run(graph, {
      code: { plan: () => ({ text: 'x', data: { task: '' } }), build: () => 'built' },
    });
    expect(result.status).toBe('failed');
    expect(String(stages(result)[0]?.metadata['error'])).toContain('output contract');
  });
});
