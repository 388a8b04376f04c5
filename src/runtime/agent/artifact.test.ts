// Artifacts: completing, deriving, choosing under budgets, packing, differences, handoffs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Artifact, type ArtifactOrigin, deriveArtifact, readArtifact } from './artifact.ts';
import {
  defaultScores,
  packContext,
  prepareContext,
  readAssembleOptions,
  readScores,
} from './artifact-assemble.ts';
import { artifactBuilders } from './artifact-build.ts';
import { lineDiff } from './artifact-diff.ts';
import { handoffArtifact, handoffContext, readHandoff } from './artifact-handoff.ts';
import {
  readContextPolicy,
  renderArtifacts,
  selectAdaptive,
  selectArtifacts,
} from './artifact-select.ts';

function origin(): ArtifactOrigin {
  let n = 0;
  return {
    newId: () => {
      n += 1;
      return `artifact_${n}`;
    },
    now: () => `2026-01-01T00:00:${String(n).padStart(2, '0')}Z`,
  };
}

const make = (fields: object, o = origin()): Artifact => readArtifact(fields as never, o);
const ids = (list: readonly Artifact[]) => list.map(({ id }) => id);

describe('an artifact', () => {
  it('is completed once: reading what is complete changes nothing', () => {
    const first = make({ kind: 'file', text: 'héllo' });
    expect(first).toMatchObject({ kind: 'workspace_file', estimated_tokens: 2, priority: 65 });
    expect(make(first)).toEqual(first);
  });

  it('names the field that has the wrong type', () => {
    expect(() => make({ kind: 'summary', text: 3 })).toThrow(
      expect.objectContaining({ code: 'HARN-ART-003', data: { field: 'text', expected: 'text' } }),
    );
  });

  it('keeps the whole lineage over derivations', () => {
    const o = origin();
    const a = make({ kind: 'resource', text: 'a', relevance: 0.4 }, o);
    const b = deriveArtifact(a, 'plan', { text: 'b' }, o);
    const c = deriveArtifact(b, 'summary', {}, o);
    expect(c.lineage).toEqual([a.id, b.id]);
    expect(c).toMatchObject({ kind: 'summary', relevance: 0.4, source: b.id });
  });

  it('of a review chain points back to the diff', () => {
    const o = origin();
    const diff = artifactBuilders.diff(o, 'a.ts', 'old\nsame', 'new\nsame');
    const review = artifactBuilders.diff_review(o, diff, 'looks right');
    const decision = artifactBuilders.review_decision(o, review, 'accepted');
    expect(diff.text).toBe('--- a/a.ts\n+++ b/a.ts\n-old\n+new\n same');
    expect(decision).toMatchObject({
      lineage: [diff.id, review.id],
      data: { decision: 'accepted' },
    });
  });
});

describe('a selection', () => {
  const list = [
    make({ id: 'low', kind: 'note', text: 'x'.repeat(40), priority: 10 }),
    make({ id: 'plan', kind: 'plan', text: 'y'.repeat(40) }),
    make({ id: 'file', kind: 'workspace_file', text: 'z'.repeat(40), stage: 'act' }),
  ];

  it('goes by priority inside its budget and passes over what does not fit', () => {
    const big = make({ id: 'big', kind: 'plan', priority: 99, text: 'b'.repeat(400) });
    const chosen = selectArtifacts(
      [...list, big],
      readContextPolicy({ max_tokens: 25, reserve_tokens: 5 }),
    );
    expect(ids(chosen)).toEqual(['plan', 'file']);
  });

  it('filters by kind and stage and puts asked-for kinds first', () => {
    const policy = (given: object) => readContextPolicy(given as never);
    expect(ids(selectArtifacts(list, policy({ include_kinds: ['file'] })))).toEqual(['file']);
    expect(ids(selectArtifacts(list, policy({ include_stages: ['act'] })))).toEqual(['file']);
    expect(
      ids(selectArtifacts(list, policy({ exclude_kinds: ['plan'], prioritize_kinds: ['note'] }))),
    ).toEqual(['low', 'file']);
  });

  it('shows what is pinned whatever else the policy says', () => {
    const policy = readContextPolicy({
      pinned_ids: ['low'],
      include_kinds: ['plan'],
      max_artifacts: 1,
    });
    expect(ids(selectArtifacts(list, policy))).toEqual(['low']);
  });

  it('never costs more than the budget, and keeps no order of its own', () => {
    const one = fc.record({
      kind: fc.constantFrom('plan', 'note', 'diff'),
      text: fc.string(),
      priority: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.nat(60), (given, max) => {
        const o = origin();
        const all = given.map((fields) => make(fields, o));
        const policy = readContextPolicy({ max_tokens: max });
        const chosen = selectArtifacts(all, policy);
        const cost = chosen.reduce((sum, a) => sum + Math.max(1, a.estimated_tokens ?? 0), 0);
        expect(cost).toBeLessThanOrEqual(max);
        expect(chosen.map((a) => a.priority)).toEqual(
          chosen.map((a) => a.priority).sort((x, y) => y - x),
        );
      }),
    );
  });

  it('that adapts drops copies and cuts what is too long', () => {
    const chosen = selectAdaptive(
      [
        make({ id: 'a', text: 'same', relevance: 0.2 }),
        make({ id: 'b', text: 'same', relevance: 0.9 }),
        make({ id: 'c', text: 'w'.repeat(9000) }),
      ],
      readContextPolicy({ max_tokens: 1000 }),
    );
    expect(ids(chosen)).toContain('b');
    expect(ids(chosen)).not.toContain('a');
    expect(chosen.find(({ id }) => id === 'c')?.metadata).toEqual({ microcompacted: true });
  });

  it('renders title, facts and text', () => {
    const text = renderArtifacts(
      [make({ kind: 'plan', title: 'The plan', text: 'do it' })],
      readContextPolicy(null),
    );
    expect(text).toBe('[The plan] kind=plan priority=80\ndo it');
  });
});

describe('an assembled context', () => {
  it('cuts long artifacts, ranks by the query and keeps to the budget', () => {
    const long = ['one two three', 'four parser six', 'seven eight nine'].join('\n\n');
    const given = [make({ id: 'long', text: long }), make({ id: 'none' })];
    const options = readAssembleOptions({
      budget_tokens: 8,
      query: 'parser',
      microcompact_threshold: 4,
    });
    const prepared = prepareContext(given, options);
    const packed = packContext(prepared, defaultScores(prepared));
    expect(packed).toMatchObject({
      total_tokens: 8,
      included: [{ artifact_id: 'long', chunks_total: 3, chunks_included: 2 }],
    });
    expect((packed['chunks'] as readonly { text: string }[])[0]?.text).toBe('four parser six');
    expect(packed['dropped']).toEqual([
      expect.objectContaining({ artifact_id: 'none', reason: 'no_text' }),
      expect.objectContaining({ artifact_id: 'long', reason: 'budget_exceeded' }),
    ]);
  });

  it('drops copies and refuses scores that do not fit', () => {
    const prepared = prepareContext(
      [
        make({ id: 'a', text: 'the same words here' }),
        make({ id: 'b', text: 'The same words here!' }),
      ],
      readAssembleOptions({ dedup: 'semantic' }),
    );
    expect(prepared.chunks).toHaveLength(1);
    expect(() => readScores([1, 2], prepared)).toThrow(
      expect.objectContaining({ code: 'HARN-ART-006' }),
    );
  });
});

describe('a line difference', () => {
  it('holds both texts whole', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const diff = lineDiff(a.join('\n'), b.join('\n'));
        const side = (skip: string) =>
          diff.filter((line) => line[0] !== skip).map((line) => line.slice(1));
        expect(side('+')).toEqual(a);
        expect(side('-')).toEqual(b);
      }),
    );
  });
});

describe('a handoff', () => {
  const fields = {
    source_persona: 'merge_captain',
    target_persona_or_human: 'review_captain',
    task: 'Review it',
    reason: 'the queue asks',
    confidence: 3,
    allowed_side_effects: ['comment_on_pr'],
  };

  it('is complete, checked, and the same again out of its artifact', () => {
    const o = origin();
    const handoff = readHandoff(fields, o);
    expect(handoff).toMatchObject({
      confidence: 1,
      target_persona_or_human: { kind: 'persona', label: 'review_captain' },
    });
    const artifact = handoffArtifact(handoff, o);
    expect(readHandoff(artifact as never, o)).toEqual(handoff);
    expect(handoffContext(artifact as never, o)).toContain(
      '<allowed_side_effect>comment_on_pr</allowed_side_effect>',
    );
  });

  it('without a reason is refused', () => {
    expect(() => readHandoff({ ...fields, reason: ' ' }, origin())).toThrow(/reason is required/);
  });
});
