// Friction events without secrets, context packs, and what repeated friction suggests.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import {
  contextPackSuggestions,
  frictionEvalFixture,
  frictionEvent,
  readContextPack,
} from './index.ts';

const report = (more: JsonObject = {}): JsonObject => ({
  kind: 'missing_context',
  source: 'release',
  actor: 'ada',
  tool: 'ci',
  redacted_summary: 'Nobody knew which build was live',
  ...more,
});

const codeOf = (call: () => unknown): string => {
  try {
    call();
    return 'nothing thrown';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('a friction event', () => {
  it('keeps no raw text and nothing that looks like a credential, at any depth', () => {
    const event = frictionEvent(
      report({
        redacted_summary: 'Login with password: hunter22, then Authorization: Bearer abc.def-123',
        raw_prompt: 'all of it',
        metadata: {
          query: 'deploys api_key="k 1" where live',
          apiKey: 'k1',
          rawContent: 'everything',
          secret_ref: 'CI_TOKEN',
          max_tokens: 7,
          nested: [{ session_token: 'x', note: 'sk-aaaaaaaaaaaaaaaaaaaaaaaa' }],
        },
      }),
    );
    const text = JSON.stringify(event);
    for (const leak of [
      'hunter22',
      'abc.def',
      'all of it',
      '"k1"',
      'k 1',
      'everything',
      'sk-aa',
      '"x"',
    ]) {
      expect(text, leak).not.toContain(leak);
    }
    expect(event.redacted_summary).toBe(
      'Login with password: [redacted], then Authorization: [redacted]',
    );
    expect(event.metadata).toEqual({
      query: 'deploys api_key=[redacted] where live',
      apiKey: '[redacted]',
      secret_ref: 'CI_TOKEN',
      max_tokens: 7,
      nested: [{ session_token: '[redacted]', note: '[redacted]' }],
    });
  });

  it('is refused with an unknown kind, without words, or with a cost below nothing', () => {
    expect(codeOf(() => frictionEvent(report({ kind: 'boredom' })))).toBe('HARN-REC-022');
    expect(codeOf(() => frictionEvent(report({ redacted_summary: ' ' })))).toBe('HARN-REC-021');
    expect(codeOf(() => frictionEvent(report({ estimated_cost_usd: -1 })))).toBe('HARN-REC-021');
    expect(codeOf(() => frictionEvent(7))).toBe('HARN-REC-021');
  });
});

describe('a context pack', () => {
  it('gets its id from its name and its defaults', () => {
    expect(readContextPack({ name: 'Release Notes, weekly' })).toMatchObject({
      version: 1,
      id: 'release_notes_weekly',
      refresh_policy: { mode: 'on_demand', stale_after: null },
      secrets: [],
    });
  });

  it('is refused when it holds a secret, lacks a name, or fills a slot that is not there', () => {
    const bad: readonly Json[] = [
      { name: 'p', secrets: [{ name: 'T', value: 'hunter22' }] },
      { owner: 'ada' },
      { name: 'p', version: 2 },
      { name: 'p', included_queries: [{ id: 'q', query: 'x', output_slot: 'gone' }] },
      { name: 'p', included_queries: [{ id: 'q' }] },
      { name: 'p', output_slots: [{ name: 'a' }, { name: 'a' }] },
      [],
    ];
    expect(bad.map((one) => codeOf(() => readContextPack(one)))).toEqual(
      bad.map(() => 'HARN-REC-023'),
    );
  });
});

describe('repeated friction', () => {
  const times = (count: number, more: JsonObject = {}) =>
    Array.from({ length: count }, (_, i) =>
      report({ id: `e${i}`, estimated_time_ms: 1000, ...more }),
    );

  it('suggests a pack of what came up often enough, with what its repeats have cost', () => {
    const metadata = {
      query: 'live builds',
      capability: 'ci.read',
      output_slot: 'builds',
      secret_ref: 'CI',
    };
    const events = [
      ...times(3, { recurrence_hints: ['live builds'], estimated_cost_usd: 0.1, metadata }),
      ...times(1, { source: 'elsewhere' }),
    ];
    const suggestions = contextPackSuggestions(events, { owner: 'release team' });
    expect(suggestions).toMatchObject([
      {
        title: 'Context pack: live builds (release)',
        recommended_artifact: 'context_pack',
        occurrences: 3,
        evidence: ['e0', 'e1', 'e2'],
        estimated_savings: { estimated_time_saved_ms: 2000, estimated_cost_saved_usd: 0.2 },
        candidate_manifest: {
          id: 'live_builds',
          owner: 'release team',
          included_queries: [{ id: 'builds', query: 'live builds', output_slot: 'builds' }],
          secrets: [{ name: 'CI', capability: 'ci.read', required: true }],
          capabilities: ['ci.read'],
        },
      },
    ]);
    expect(contextPackSuggestions(events, { min_occurrences: 4 })).toEqual([]);
    expect(contextPackSuggestions({ events })).toEqual(contextPackSuggestions(events));
  });

  it('drafts a manifest that can be read whatever the queries of its events fill', () => {
    const differing = [
      report({ metadata: { query: 'a', output_slot: 'one' } }),
      report({ metadata: { query: 'b', output_slot: 'one' } }),
      report({ metadata: { query: 'c', output_slot: 'two' } }),
      report({ metadata: { query: 'd' } }),
    ];
    const [suggestion] = contextPackSuggestions(differing);
    const queries = suggestion?.candidate_manifest.included_queries ?? [];
    expect(queries.map(({ query }) => query)).toEqual(['a', 'b', 'c', 'd']);
    expect(new Set(queries.map(({ id }) => id)).size).toBe(4);
  });

  it('suggests a workflow where no judgement is needed', () => {
    const kind = 'expensive_model_used_for_deterministic_step';
    expect(contextPackSuggestions(times(2, { kind }))).toMatchObject([
      { recommended_artifact: 'workflow' },
    ]);
  });

  it('is held against what is expected of it, and the report says what is missing', () => {
    const events = times(2);
    const fixture = (expected: JsonObject) =>
      frictionEvalFixture({ events, expected_suggestions: [expected] });
    expect(fixture({ title_contains: 'CI' })).toMatchObject({ pass: true, suggestion_count: 1 });
    expect(fixture({ required_capability: 'ci.read' })).toMatchObject({
      pass: false,
      failures: ['expected at least 1 suggestion(s) with required_capability "ci.read", got 0'],
    });
    expect(fixture({ min_suggestions: 2 }).pass).toBe(false);
  });
});
