// From repeated friction to suggestions: groups of events of one cause, each with its evidence, what it would save, and a
// draft of the manifest that people review. A function of the events: nothing is asked, and no model judges.
import type { Json, JsonObject } from '../../base/index.ts';
import { type ContextPack, readContextPack, slugOf } from './context-pack.ts';
import { recErrors } from './errors.ts';
import { type FrictionEvent, frictionEvents } from './friction-event.ts';
import { listOf, maybe, number, record, text, textAt, type ValueOf } from './shape.ts';

const optionsShape = record({ min_occurrences: maybe(number), owner: maybe(text) });

/** One thing worth gathering beforehand, or doing without a model. */
export type ContextPackSuggestion = {
  readonly _type: 'context_pack_suggestion';
  readonly id: string;
  readonly title: string;
  readonly recommended_artifact: 'context_pack' | 'workflow';
  readonly kind: string;
  readonly occurrences: number;
  /** The ids of the events. */
  readonly evidence: readonly string[];
  readonly examples: readonly string[];
  readonly estimated_savings: {
    readonly occurrences: number;
    readonly estimated_time_saved_ms: number;
    readonly estimated_cost_saved_usd: number;
  };
  readonly risk_notes: readonly string[];
  readonly privacy_notes: readonly string[];
  readonly candidate_manifest: ContextPack;
};

/** Steps that need no judgement once they are known: these become programs. */
const WORKFLOW_KINDS: ReadonlySet<string> = new Set([
  'expensive_model_used_for_deterministic_step',
  'manual_handoff',
  'approval_stall',
]);

const EXAMPLES = 3;

/** Suggestions of what came up at least `min_occurrences` times (2), the most frequent first. */
export function contextPackSuggestions(
  given: Json,
  options: Json = null,
): readonly ContextPackSuggestion[] {
  const { min_occurrences: min, owner } = optionsShape(options ?? {}, '');
  if (min !== null && (!Number.isInteger(min) || min < 1)) {
    throw recErrors.wrongField({ field: 'min_occurrences', expected: 'an int above 0' });
  }
  const groups = new Map<string, FrictionEvent[]>();
  for (const event of frictionEvents(given)) {
    const cause = JSON.stringify([event.kind, event.source, topicOf(event)]);
    groups.set(cause, [...(groups.get(cause) ?? []), event]);
  }
  return [...groups.values()]
    .filter((events) => events.length >= (min ?? 2))
    .sort((a, b) => b.length - a.length)
    .map((events) => suggestionOf(events, owner));
}

/** What an event is about: its first hint, else what was used. */
function topicOf({ recurrence_hints: [hint], tool, provider, kind }: FrictionEvent): string {
  return (hint ?? tool ?? provider ?? kind).trim().toLowerCase();
}

function suggestionOf(
  events: readonly FrictionEvent[],
  owner: string | null,
): ContextPackSuggestion {
  const [first] = events as readonly [FrictionEvent, ...FrictionEvent[]];
  const isWorkflow = WORKFLOW_KINDS.has(first.kind);
  const topic = topicOf(first);
  const about = first.source === null ? topic : `${topic} (${first.source})`;
  // The first time nobody could have known: what comes after it could have been spared.
  const later = events.slice(1);
  const manifest = manifestOf(events, { topic, owner });
  const secrets = manifest.secrets.map(({ name }) => name);
  return {
    _type: 'context_pack_suggestion',
    id: `suggestion_${slugOf(`${first.kind} ${first.source ?? ''} ${topic}`)}`,
    title: `${isWorkflow ? 'Workflow' : 'Context pack'}: ${about}`,
    recommended_artifact: isWorkflow ? 'workflow' : 'context_pack',
    kind: first.kind,
    occurrences: events.length,
    evidence: events.map(({ id }) => id),
    examples: [...new Set(events.map((event) => event.redacted_summary))].slice(0, EXAMPLES),
    estimated_savings: {
      occurrences: later.length,
      estimated_time_saved_ms: sum(later.map((event) => event.estimated_time_ms)),
      estimated_cost_saved_usd: sum(later.map((event) => event.estimated_cost_usd)),
    },
    risk_notes: ['A draft: review queries, capabilities and freshness before anyone relies on it.'],
    privacy_notes: [
      'Summaries and metadata were struck out where they looked like credentials; read the examples.',
      ...(secrets.length === 0 ? [] : [`It needs secrets of the host: ${secrets.join(', ')}.`]),
    ],
    candidate_manifest: manifest,
  };
}

function sum(numbers: readonly (number | null)[]): number {
  const total = numbers.reduce<number>((before, number) => before + (number ?? 0), 0);
  // Dollars in tenths of cents add up to tails that nobody asked for.
  return Math.round(total * 1e9) / 1e9;
}

function manifestOf(
  events: readonly FrictionEvent[],
  { topic, owner }: { readonly topic: string; readonly owner: string | null },
): ContextPack {
  const [first] = events as readonly [FrictionEvent, ...FrictionEvent[]];
  const all = (field: string) => distinct(events.map(({ metadata }) => textAt(metadata, field)));
  const slots = all('output_slot');
  const named = new Set<string>();
  const queries = distinct(
    events.map(({ metadata, provider }) => {
      const query = textAt(metadata, 'query');
      const slot = textAt(metadata, 'output_slot');
      return query === '' ? '' : JSON.stringify({ provider, query, slot });
    }),
  ).map((row, i) => {
    const { provider, query, slot } = JSON.parse(row) as { [name: string]: string | null };
    const isFirst = slot !== '' && !named.has(slot as string);
    if (isFirst) named.add(slot as string);
    const id = isFirst ? slot : `query_${i + 1}`;
    return { id, provider, query, output_slot: slot === '' ? null : slot };
  });
  const capability = all('capability')[0] ?? null;
  return readContextPack({
    name: topic,
    owner: owner ?? first.actor,
    description: `Drafted from ${events.length} reports of ${first.kind}.`,
    triggers: [
      { kind: first.kind, source: first.source, match_hint: first.recurrence_hints[0] ?? null },
    ],
    included_queries: queries as readonly JsonObject[],
    included_tools: distinct(events.map(({ tool }) => tool ?? '')).map((name) => ({
      name,
      capability,
      deterministic: true,
    })),
    secrets: all('secret_ref').map((name) => ({ name, capability, required: true })),
    capabilities: all('capability'),
    output_slots: slots.map((name) => ({ name, artifact_kind: 'context' })),
    fallback_instructions:
      'Ask one question about what is missing when this context is not enough.',
  });
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((one) => one !== ''))];
}

const expectationShape = record({
  min_suggestions: maybe(number),
  recommended_artifact: maybe(text),
  title_contains: maybe(text),
  required_capability: maybe(text),
  required_output_slot: maybe(text),
  manifest_name_contains: maybe(text),
});
type Expectation = ValueOf<typeof expectationShape>;

const frictionFixtureShape = record({
  expected_suggestions: listOf(expectationShape),
});

/** What came of holding friction against what is expected of it. */
export type FrictionEvalReport = {
  readonly pass: boolean;
  readonly failures: readonly string[];
  readonly event_count: number;
  readonly suggestion_count: number;
  readonly suggestions: readonly ContextPackSuggestion[];
};

/** Evaluates `{events, options?, expected_suggestions?}`. */
export function frictionEvalFixture(fixture: Json): FrictionEvalReport {
  const { expected_suggestions: expected } = frictionFixtureShape(fixture, '');
  const given = (fixture ?? {}) as JsonObject;
  const suggestions = contextPackSuggestions(given['events'] ?? [], given['options'] ?? null);
  const failures = expected.flatMap((one) => expectationFailures(one, suggestions));
  return {
    pass: failures.length === 0,
    failures,
    event_count: frictionEvents(given['events'] ?? []).length,
    suggestion_count: suggestions.length,
    suggestions,
  };
}

/** What is missing: enough suggestions that are all that is asked of them. */
export function suggestionFailures(
  expected: Json,
  suggestions: readonly ContextPackSuggestion[],
): readonly string[] {
  return expectationFailures(expectationShape(expected, ''), suggestions);
}

function expectationFailures(
  want: Expectation,
  suggestions: readonly ContextPackSuggestion[],
): readonly string[] {
  const fits = suggestions.filter((suggestion) => isExpected(want, suggestion)).length;
  const least = want.min_suggestions ?? 1;
  if (fits >= least) return [];
  const asked = Object.entries(want)
    .filter(([name, value]) => value !== null && name !== 'min_suggestions')
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const like = asked.length === 0 ? '' : ` with ${asked.join(', ')}`;
  return [`expected at least ${least} suggestion(s)${like}, got ${fits}`];
}

function isExpected(want: Expectation, suggestion: ContextPackSuggestion): boolean {
  const { title, recommended_artifact: artifact, candidate_manifest: manifest } = suggestion;
  const has = (part: string | null, text: string) =>
    part === null || text.toLowerCase().includes(part.toLowerCase());
  const { required_capability: capability, required_output_slot: slot } = want;
  return (
    (want.recommended_artifact === null || want.recommended_artifact === artifact) &&
    has(want.title_contains, title) &&
    has(want.manifest_name_contains, manifest.name) &&
    (capability === null || manifest.capabilities.includes(capability)) &&
    (slot === null || manifest.output_slots.some(({ name }) => name === slot))
  );
}
