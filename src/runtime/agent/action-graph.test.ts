// Plans as data: what planners write, in order and in batches; and the plan that people see.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import {
  actionGraph,
  actionGraphBatches,
  actionGraphFlow,
  actionGraphRender,
  planEntries,
  planFrom,
  planRender,
  planWithApproval,
} from './index.ts';

const PLAN: JsonObject = {
  goal: 'Mend the clock',
  summary: 'Look, then mend.',
  steps: [
    { id: 'look', kind: 'inspect', title: 'Look at the gears', tools: ['read_file'] },
    { id: 'oil', title: 'Oil them', tools: ['apply_patch'] },
    { id: 'wind', title: 'Wind it', tools: ['edit'], after: 'oil' },
    {
      id: 'hear',
      phase: 'verify',
      title: 'Listen',
      tools: ['shell'],
      dependsOn: ['wind', 'ghost'],
    },
  ],
};

const idsOf = (batches: readonly { readonly action_ids: readonly string[] }[]) =>
  batches.map(({ action_ids }) => action_ids);

describe('an action graph', () => {
  it('has one shape for what planners write in many words', () => {
    const { task, summary, actions, warnings } = actionGraph(PLAN);
    expect([task, summary]).toEqual(['Mend the clock', 'Look, then mend.']);
    expect(actions.map(({ phase }) => phase)).toEqual(['research', 'execute', 'execute', 'verify']);
    expect(actions.map(({ tool_class }) => tool_class)).toEqual(['read', 'write', 'write', 'exec']);
    expect(actions.map(({ depends_on }) => depends_on)).toEqual([
      [],
      ['action-1'],
      ['action-2'],
      ['action-3'],
    ]);
    expect(warnings).toEqual(['action-4 depends on "ghost", which is not part of the plan']);
    expect(actionGraph(['just', 'texts']).actions.map(({ title }) => title)).toEqual([
      'just',
      'texts',
    ]);
  });

  it('in normal form is itself', () => {
    const graph = actionGraph(PLAN);
    expect(actionGraph(graph as unknown as Json)).toBe(graph);
  });

  it.each<[string, Json, string]>([
    ['without a list', { task: 'x' }, 'HARN-PLN-001'],
    ['with a step that says nothing', { steps: [{ id: 'a' }] }, 'HARN-PLN-002'],
    [
      'that waits for itself',
      {
        steps: [
          { id: 'a', title: 'A', after: 'b' },
          { id: 'b', title: 'B', after: 'a' },
        ],
      },
      'HARN-PLN-003',
    ],
  ])('is refused %s', (_name, plan, code) => {
    expect(() => actionGraph(plan)).toThrow(expect.objectContaining({ code }));
  });

  it('is done in batches, without what is done already', () => {
    expect(idsOf(actionGraphBatches(PLAN))).toEqual([
      ['action-1'],
      ['action-2'],
      ['action-3'],
      ['action-4'],
    ]);
    expect(idsOf(actionGraphBatches(PLAN, ['look', 'action-2']))).toEqual([
      ['action-3'],
      ['action-4'],
    ]);
  });

  it('reads as markdown by phase', () => {
    expect(actionGraphRender(PLAN).split('\n')).toEqual([
      '# Mend the clock',
      'Look, then mend.',
      '## RESEARCH',
      '- action-1 Look at the gears (tools: read_file)',
      '## EXECUTE',
      '- action-2 Oil them (tools: apply_patch; depends on: action-1)',
      '- action-3 Wind it (tools: edit; depends on: action-2)',
      '## VERIFY',
      '- action-4 Listen (tools: shell; depends on: action-3)',
    ]);
  });

  it('is a workflow of one stage per batch, and of the checks it has not itself', () => {
    const verify = { command: 'make test', mode: 'llm' };
    const whole = actionGraphFlow(PLAN, { name: 'clock', verify, evaluate: { mode: 'llm' } });
    expect(Object.keys(whole['nodes'] as JsonObject)).toEqual([
      'batch_1_research',
      'batch_2_execute',
      'batch_3_execute',
      'batch_4_verify',
      'evaluate',
    ]);
    expect((whole['nodes'] as JsonObject)['batch_4_verify']).toMatchObject({
      kind: 'verify',
      mode: 'llm',
      verify: { command: 'make test' },
    });
    const short = actionGraphFlow(['do it'], { verify: { assert_text: 'done' } });
    expect(short).toMatchObject({ entry: 'batch_1_execute', edges: [{ to: 'verify' }] });
    expect(() => actionGraphFlow({ steps: [] })).toThrow('nothing to do');
  });

  it('never does an action before what it depends on, and every action once', () => {
    const step = fc.record({
      kind: fc.constantFrom('research', 'work', 'verify', 'evaluate'),
      tools: fc.subarray(['read', 'edit', 'run']),
      back: fc.array(fc.nat(11), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (drawn) => {
        // Only dependencies on earlier ones, so that there is no circle.
        const steps = drawn.map(({ back, ...rest }, i) => ({
          ...rest,
          id: `s${i}`,
          title: `step ${i}`,
          depends_on: back.filter((at) => at < i).map((at) => `s${at}`),
        }));
        const { actions } = actionGraph({ steps });
        const batches = actionGraphBatches({ steps });
        const at = new Map(
          batches.flatMap((b) => b.action_ids.map((id) => [id, b.index] as const)),
        );
        expect(at.size).toBe(actions.length);
        for (const { id, depends_on } of actions) {
          for (const before of depends_on)
            expect(at.get(before)).toBeLessThan(at.get(id) as number);
        }
        for (const batch of batches) {
          expect(new Set(batch.actions.map((a) => `${a.phase} ${a.tool_class}`)).size).toBe(1);
        }
      }),
    );
  });
});

describe('a plan', () => {
  const plan = planFrom({
    summary: 'Two steps',
    steps: [{ content: 'look', status: 'done' }, { title: 'mend', priority: 'high' }, 'tell'],
    assumptions: 'it ticks',
    verification_commands: ['make test'],
  });

  it('has one shape, with known words for statuses', () => {
    expect(plan.schema_version).toBe('harn.plan.v1');
    expect(plan.steps.map(({ content, status }) => [content, status])).toEqual([
      ['look', 'completed'],
      ['mend', 'pending'],
      ['tell', 'pending'],
    ]);
    expect(plan.assumptions).toEqual(['it ticks']);
    expect(planFrom(plan as unknown as Json)).toEqual(plan);
  });

  it('gives entries, markdown, and keeps what people said', () => {
    expect(planEntries(['a'])).toEqual([{ content: 'a', priority: 'medium', status: 'pending' }]);
    expect(planRender(plan as unknown as Json)).toContain('- [x] look');
    const said = { approved: true, reviewers: ['lead'], reason: 'fine', approved_at: 'now' };
    expect(planWithApproval(plan as unknown as Json, said).approval).toEqual({
      state: 'approved',
      reviewers: ['lead'],
      reason: 'fine',
      approved_at: 'now',
    });
    expect(planWithApproval(plan as unknown as Json, { approved: false }).approval.state).toBe(
      'denied',
    );
  });

  it.each<[Json]>([['words'], [{ steps: 'x' }], [[{ status: 'done' }]]])(
    'is not read from %j',
    (given) => {
      expect(() => planFrom(given)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^HARN-PLN-/) }),
      );
    },
  );
});
