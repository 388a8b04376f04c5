// Choosing artifacts for a prompt: filters, order and budgets of a context policy, and how the chosen ones read.
import { dataJson, dataText, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Artifact, artifactJson, estimateTokens, kindOf, tokensOf } from './artifact.ts';
import { artifactErrors } from './artifact-errors.ts';

/** What may be shown, in what order, and how much of it. */
export interface ContextPolicy {
  readonly maxArtifacts: number | undefined;
  /** Of `maxTokens`, so many stay free. */
  readonly maxTokens: number | undefined;
  readonly reserveTokens: number;
  readonly includeKinds: readonly string[];
  readonly excludeKinds: readonly string[];
  readonly prioritizeKinds: readonly string[];
  /** These are shown whatever the filters and budgets say. */
  readonly pinnedIds: readonly string[];
  readonly includeStages: readonly string[];
  readonly preferRecent: boolean;
  readonly preferFresh: boolean;
  readonly render: 'text' | 'markdown' | 'json';
}

/** Reads a policy as programs write it. */
export function readContextPolicy(given: Json | undefined): ContextPolicy {
  if (given !== undefined && given !== null && !isJsonObject(given)) {
    throw artifactErrors.badPolicy({ field: 'it', expected: 'a dict' });
  }
  const policy = given ?? {};
  const render = policy['render'] ?? 'text';
  if (render !== 'text' && render !== 'markdown' && render !== 'json') {
    throw artifactErrors.badPolicy({ field: 'render', expected: '"text", "markdown" or "json"' });
  }
  return {
    maxArtifacts: count(policy, 'max_artifacts'),
    maxTokens: count(policy, 'max_tokens'),
    reserveTokens: count(policy, 'reserve_tokens') ?? 0,
    includeKinds: names(policy, 'include_kinds').map(kindOf),
    excludeKinds: names(policy, 'exclude_kinds').map(kindOf),
    prioritizeKinds: names(policy, 'prioritize_kinds').map(kindOf),
    pinnedIds: names(policy, 'pinned_ids'),
    includeStages: names(policy, 'include_stages'),
    preferRecent: policy['prefer_recent'] === true,
    preferFresh: policy['prefer_fresh'] === true,
    render,
  };
}

/** The artifacts that a policy admits, in the order they are shown. */
export function selectArtifacts(
  artifacts: readonly Artifact[],
  policy: ContextPolicy,
): readonly Artifact[] {
  const isPinned = ({ id }: Artifact) => policy.pinnedIds.includes(id);
  const admitted = artifacts.filter((one) => isPinned(one) || isAdmitted(one, policy));
  const ordered = admitted
    .map((artifact, index) => ({ artifact, index }))
    .sort((a, b) => compare(a.artifact, b.artifact, policy) || a.index - b.index)
    .map(({ artifact }) => artifact);
  const tokens =
    policy.maxTokens === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, policy.maxTokens - policy.reserveTokens);
  const most = policy.maxArtifacts ?? Number.POSITIVE_INFINITY;
  const chosen: Artifact[] = [];
  let used = 0;
  for (const artifact of ordered) {
    const cost = tokensOf(artifact);
    const fits = chosen.length < most && used + cost <= tokens;
    if (!fits && !isPinned(artifact)) continue;
    chosen.push(artifact);
    used += cost;
  }
  return chosen;
}

/** How artifacts read in a prompt. */
export function renderArtifacts(artifacts: readonly Artifact[], policy: ContextPolicy): string {
  if (policy.render === 'json') return dataJson(artifacts.map(artifactJson), 2);
  return artifacts
    .map((artifact) => {
      const body = bodyOf(artifact);
      const title = artifact.title ?? artifact.id;
      if (policy.render === 'markdown') return `## ${title}\n_${facts(artifact)}_\n\n${body}`;
      return `[${title}] ${facts(artifact)}\n${body}`;
    })
    .join('\n\n');
}

/** The text of an artifact, or its data as JSON. */
export function bodyOf({ text, data }: Artifact): string {
  return text ?? (data === null ? '' : dataText(data));
}

function facts({ kind, source, freshness, priority }: Artifact): string {
  const parts = [`kind=${kind}`];
  if (source !== null) parts.push(`source=${source}`);
  if (freshness !== null) parts.push(`freshness=${freshness}`);
  parts.push(`priority=${priority}`);
  return parts.join(' ');
}

function isAdmitted({ kind, stage }: Artifact, policy: ContextPolicy): boolean {
  const { includeKinds, excludeKinds, includeStages } = policy;
  if (includeKinds.length > 0 && !includeKinds.includes(kind)) return false;
  if (excludeKinds.includes(kind)) return false;
  return includeStages.length === 0 || (stage !== null && includeStages.includes(stage));
}

const FRESHNESS: readonly string[] = ['live', 'fresh', 'recent', 'normal', 'stale', 'expired'];

/** Pinned first, then the kinds asked for, priority, freshness, age, relevance, and what costs less. */
function compare(a: Artifact, b: Artifact, policy: ContextPolicy): number {
  const rank = (list: readonly string[], name: string) => {
    const at = list.indexOf(name);
    return at === -1 ? list.length : at;
  };
  const steps = [
    Number(policy.pinnedIds.includes(b.id)) - Number(policy.pinnedIds.includes(a.id)),
    rank(policy.prioritizeKinds, a.kind) - rank(policy.prioritizeKinds, b.kind),
    b.priority - a.priority,
    policy.preferFresh ? freshnessOf(a) - freshnessOf(b) : 0,
    policy.preferRecent
      ? Number(a.created_at < b.created_at) - Number(a.created_at > b.created_at)
      : 0,
    (b.relevance ?? 0) - (a.relevance ?? 0),
    tokensOf(a) - tokensOf(b),
  ];
  return steps.find((step) => step !== 0) ?? 0;
}

function freshnessOf({ freshness }: Artifact): number {
  const at = FRESHNESS.indexOf(freshness ?? 'normal');
  return at === -1 ? FRESHNESS.indexOf('normal') : at;
}

/** Longest text of one artifact that an adaptive choice shows whole. */
const ADAPTIVE_CHARS = 20_000;

/** Drops copies of the same text, cuts what is very long, then chooses under the policy. */
export function selectAdaptive(
  artifacts: readonly Artifact[],
  policy: ContextPolicy,
): readonly Artifact[] {
  const best = new Map<string, Artifact>();
  for (const artifact of artifacts) {
    const key = artifact.text?.trim() ?? JSON.stringify([artifact.id, artifact.data]);
    const known = best.get(key);
    if (known === undefined || compare(artifact, known, policy) < 0) best.set(key, artifact);
  }
  const limit = Math.min(ADAPTIVE_CHARS, (policy.maxTokens ?? ADAPTIVE_CHARS) * 4);
  const cut = [...best.values()].map((artifact): Artifact => {
    const text = artifact.text === null ? null : microcompact(artifact.text, limit);
    if (text === artifact.text || text === null) return artifact;
    const metadata: JsonObject = { ...artifact.metadata, microcompacted: true };
    return { ...artifact, text, estimated_tokens: estimateTokens(text), metadata };
  });
  return selectArtifacts(cut, policy);
}

/** A text that is too long without its middle. */
export function microcompact(text: string, maxChars = ADAPTIVE_CHARS): string {
  if (text.length <= maxChars) return text;
  const half = Math.max(0, Math.floor((maxChars - 60) / 2));
  const tail = half === 0 ? '' : text.slice(-half);
  return `${text.slice(0, half)}\n[... ${text.length - 2 * half} characters snipped ...]\n${tail}`;
}

function count(policy: JsonObject, field: string): number | undefined {
  const value = policy[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value >= 0) return value;
  throw artifactErrors.badPolicy({ field, expected: 'a number of at least 0' });
}

function names(policy: JsonObject, field: string): readonly string[] {
  const value = policy[field];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item: Json) => typeof item === 'string')) {
    return value as readonly string[];
  }
  throw artifactErrors.badPolicy({ field, expected: 'a list of texts' });
}
