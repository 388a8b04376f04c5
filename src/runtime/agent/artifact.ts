// Artifacts: typed pieces of context with where they came from, how fresh they are and what they cost to show. Immutable
// data; deriving one from others keeps the lineage. Building the common kinds is artifact-build.ts, choosing among
// many artifact-select.ts.
import { dataText, isJsonObject, type Json, type JsonObject, ownEntry } from '../../base/index.ts';
import { clockEffects, randomEffects } from '../io/index.ts';
import type { RunContext } from '../run/index.ts';
import { artifactErrors } from './artifact-errors.ts';

/** One artifact. The fields and their order are those of run records. */
export type Artifact = {
  readonly _type: 'artifact';
  readonly id: string;
  readonly kind: string;
  readonly title: string | null;
  readonly text: string | null;
  readonly data: Json;
  /** Where it came from: `workspace`, `stage`, a tool. */
  readonly source: string | null;
  readonly created_at: string;
  readonly freshness: string | null;
  /** 0..100; what is higher is chosen first. */
  readonly priority: number;
  /** Ids of the artifacts it was made of, oldest first. */
  readonly lineage: readonly string[];
  /** 0..1. */
  readonly relevance: number | null;
  readonly estimated_tokens: number | null;
  readonly stage: string | null;
  readonly metadata: JsonObject;
};

/** Where an id and a time come from when the caller gives none. */
export interface ArtifactOrigin {
  readonly newId: () => string;
  readonly now: () => string;
}

/** Ids and times of a running program: drawn once, the same on replay. */
export function artifactOrigin(ctx: RunContext): ArtifactOrigin {
  return {
    newId: () => `artifact_${ctx.sync(randomEffects.uuid_v7, [])}`,
    now: () => ctx.sync(clockEffects.date_iso, []),
  };
}

/** How much what kind matters when nobody says so. */
const PRIORITIES: { readonly [kind: string]: number } = {
  verification_result: 95,
  test_result: 95,
  verification_bundle: 95,
  worker_result: 95,
  review_decision: 90,
  apply_intent: 90,
  diff_review: 88,
  handoff: 85,
  diff: 85,
  git_diff: 85,
  patch: 85,
  patch_set: 85,
  patch_proposal: 85,
  plan: 80,
  editor_selection: 75,
  command_result: 70,
  workspace_file: 65,
  workspace_snapshot: 60,
  analysis_note: 55,
  summary: 55,
  transcript_summary: 50,
};
const DEFAULT_PRIORITY = 40;

/** Older and shorter names of kinds. */
const KINDS: { readonly [name: string]: string } = {
  file: 'workspace_file',
  selection: 'editor_selection',
  snapshot: 'workspace_snapshot',
  transcript: 'transcript_summary',
  verification: 'verification_result',
  test: 'test_result',
  command: 'command_result',
};

/** A complete artifact from the fields given. What is complete already comes back equal. */
export function readArtifact(given: Json | undefined, origin: ArtifactOrigin): Artifact {
  if (!isJsonObject(given)) throw artifactErrors.notArtifact({});
  const kind = kindOf(given['kind']);
  const text = textField(given, 'text');
  return {
    _type: 'artifact',
    id: textField(given, 'id') || origin.newId(),
    kind,
    title: textField(given, 'title'),
    text,
    data: given['data'] ?? null,
    source: textField(given, 'source'),
    created_at: textField(given, 'created_at') || origin.now(),
    freshness: textField(given, 'freshness'),
    priority: numberField(given, 'priority') ?? ownEntry(PRIORITIES, kind) ?? DEFAULT_PRIORITY,
    lineage: lineageOf(given['lineage']),
    relevance: numberField(given, 'relevance'),
    estimated_tokens:
      numberField(given, 'estimated_tokens') ?? (text === null ? null : estimateTokens(text)),
    stage: textField(given, 'stage'),
    metadata: isJsonObject(given['metadata']) ? given['metadata'] : {},
  };
}

/** A list of artifacts; each is completed. */
export function readArtifacts(
  given: Json | undefined,
  origin: ArtifactOrigin,
): readonly Artifact[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw artifactErrors.notList({});
  return given.map((item: Json) => readArtifact(item, origin));
}

/** A new artifact made of another one: the lineage goes on. */
export function deriveArtifact(
  parent: Json | undefined,
  kind: string,
  extra: JsonObject,
  origin: ArtifactOrigin,
): Artifact {
  const from = readArtifact(parent, origin);
  const lineage = [...from.lineage, from.id, ...lineageOf(extra['lineage'])];
  return readArtifact(
    {
      source: from.id,
      relevance: from.relevance,
      stage: from.stage,
      ...extra,
      kind,
      lineage: [...new Set(lineage)],
    },
    origin,
  );
}

/** About how many tokens a text costs: a quarter of its bytes. */
export function estimateTokens(text: string): number {
  return Math.ceil(new TextEncoder().encode(text).length / 4);
}

/** What an artifact costs to show, at least one token. */
export function tokensOf(artifact: Artifact): number {
  const shown = artifact.text ?? (artifact.data === null ? '' : dataText(artifact.data));
  return Math.max(1, artifact.estimated_tokens ?? estimateTokens(shown));
}

/** The artifact as plain data. */
export function artifactJson(artifact: Artifact): JsonObject {
  return artifact as unknown as JsonObject;
}

/** The present name of a kind. */
export function kindOf(kind: Json | undefined): string {
  const name = typeof kind === 'string' ? kind.trim() : '';
  return ownEntry(KINDS, name) ?? (name === '' ? 'artifact' : name);
}

function lineageOf(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((id: Json): id is string => typeof id === 'string');
}

function textField(given: JsonObject, name: string): string | null {
  const value = given[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  throw artifactErrors.wrongField({ field: name, expected: 'text' });
}

function numberField(given: JsonObject, name: string): number | null {
  const value = given[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value;
  throw artifactErrors.wrongField({ field: name, expected: 'a number' });
}
