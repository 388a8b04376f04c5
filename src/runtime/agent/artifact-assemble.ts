// Packing artifacts into a token budget: long ones are cut into chunks at natural boundaries, copies are dropped, chunks
// are ranked and packed, and every decision says why. Pure: a ranker of the caller's is called between the two steps.
import { type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { type Artifact, estimateTokens } from './artifact.ts';
import { artifactErrors } from './artifact-errors.ts';

/** One piece of an artifact. Its id is made of its text: the same input gives the same ids. */
export type ContextChunk = {
  readonly id: string;
  readonly artifact_id: string;
  readonly artifact_kind: string;
  readonly title: string | null;
  readonly source: string | null;
  readonly text: string;
  readonly estimated_tokens: number;
  readonly chunk_index: number;
  readonly chunk_count: number;
  readonly score: number;
};

/** How to pack; see `readAssembleOptions`. */
export interface AssembleOptions {
  readonly budgetTokens: number;
  readonly dedup: 'none' | 'chunked' | 'semantic';
  readonly semanticOverlap: number;
  readonly strategy: 'recency' | 'relevance' | 'round_robin';
  readonly query: string | null;
  readonly threshold: number;
}

type Dropped = { readonly artifact_id: string; readonly chunk_id: string | null } & JsonObject;

/** Chunks to rank, and what was left out before. */
export interface Prepared {
  readonly options: AssembleOptions;
  readonly chunks: readonly ContextChunk[];
  readonly dropped: readonly Dropped[];
  /** Rank of an artifact by age, 0 for the newest. */
  readonly ages: ReadonlyMap<string, number>;
}

const DEDUPS: readonly string[] = ['none', 'chunked', 'semantic'];
const STRATEGIES: readonly string[] = ['recency', 'relevance', 'round_robin'];

/** Reads options as programs write them. */
export function readAssembleOptions(given: JsonObject): AssembleOptions {
  const number = (option: string, otherwise: number, max = Number.POSITIVE_INFINITY) => {
    const value = given[option] ?? otherwise;
    if (typeof value === 'number' && value >= 0 && value <= max) return value;
    throw artifactErrors.badOption({ option, expected: 'a number in range' });
  };
  const oneOf = (option: string, names: readonly string[], otherwise: string) => {
    const value = given[option] ?? otherwise;
    if (typeof value === 'string' && names.includes(value)) return value;
    throw artifactErrors.badOption({ option, expected: `one of ${names.join(', ')}` });
  };
  const query = given['query'];
  return {
    budgetTokens: number('budget_tokens', 8000),
    dedup: oneOf('dedup', DEDUPS, 'chunked') as AssembleOptions['dedup'],
    semanticOverlap: number('semantic_overlap', 0.85, 1),
    strategy: oneOf('strategy', STRATEGIES, 'relevance') as AssembleOptions['strategy'],
    query: typeof query === 'string' ? query : null,
    threshold: Math.max(1, number('microcompact_threshold', 2000)),
  };
}

/** Cuts artifacts into chunks and drops copies. */
export function prepareContext(artifacts: readonly Artifact[], options: AssembleOptions): Prepared {
  const dropped: Dropped[] = [];
  const all: ContextChunk[] = [];
  for (const artifact of artifacts) {
    const { id, text } = artifact;
    if (text === null || text.trim() === '') {
      const reason = text === null ? 'no_text' : 'empty_text';
      dropped.push({ artifact_id: id, chunk_id: null, reason, detail: null });
    } else all.push(...chunksOf(artifact, text, options.threshold));
  }
  const chunks: ContextChunk[] = [];
  const isCopy = copyFinder(options);
  for (const chunk of all) {
    const original = isCopy(chunk);
    if (original === undefined) chunks.push(chunk);
    else {
      const { artifact_id, id } = chunk;
      dropped.push({
        artifact_id,
        chunk_id: id,
        reason: 'duplicate',
        detail: `same as ${original}`,
      });
    }
  }
  const byAge = [...artifacts]
    .map(({ id, created_at }, index) => ({ id, created_at, index }))
    .sort((a, b) =>
      a.created_at === b.created_at ? b.index - a.index : a.created_at < b.created_at ? 1 : -1,
    );
  return { options, chunks, dropped, ages: new Map(byAge.map(({ id }, rank) => [id, rank])) };
}

/** Scores by words of the query: how many of them a chunk has, and how dense they stand. */
export function defaultScores({ chunks, options }: Prepared): readonly number[] {
  const wanted = new Set(words(options.query ?? ''));
  if (wanted.size === 0) return chunks.map(() => 0);
  return chunks.map(({ text }) => {
    const has = words(text);
    const hits = has.filter((word) => wanted.has(word));
    const covered = new Set(hits).size / wanted.size;
    return covered + (has.length === 0 ? 0 : (hits.length / has.length) * 0.25);
  });
}

/** Reads what a ranker of the caller's returned. */
export function readScores(given: Json, { chunks }: Prepared): readonly number[] {
  const ok =
    Array.isArray(given) &&
    given.length === chunks.length &&
    given.every((score: Json) => typeof score === 'number' && Number.isFinite(score));
  if (!ok) throw artifactErrors.badScores({ expected: chunks.length });
  return given as readonly number[];
}

/** Packs chunks into the budget and says why each is in or out. */
export function packContext(prepared: Prepared, scores: readonly number[]): JsonObject {
  const { options } = prepared;
  const scored = prepared.chunks.map((chunk, i) => ({ ...chunk, score: scores[i] ?? 0 }));
  const chosen: ContextChunk[] = [];
  const dropped: Dropped[] = [...prepared.dropped];
  const reasons: JsonObject[] = [];
  let total = 0;
  for (const chunk of inOrder(scored, prepared)) {
    const included = total + chunk.estimated_tokens <= options.budgetTokens;
    const { id, artifact_id, score } = chunk;
    if (included) {
      chosen.push(chunk);
      total += chunk.estimated_tokens;
    } else {
      const detail = `${chunk.estimated_tokens} tokens, ${options.budgetTokens - total} left`;
      dropped.push({ artifact_id, chunk_id: id, reason: 'budget_exceeded', detail });
    }
    const reason = included ? 'packed' : 'budget_exceeded';
    reasons.push({
      chunk_id: id,
      artifact_id,
      strategy: options.strategy,
      score,
      included,
      reason,
    });
  }
  return {
    chunks: chosen,
    included: summaries(chosen),
    dropped,
    reasons,
    total_tokens: total,
    budget_tokens: options.budgetTokens,
    strategy: options.strategy,
    dedup: options.dedup,
  };
}

/** The packed chunks as a prompt shows them. */
export function renderPacked(packed: JsonObject): string {
  const chunks = packed['chunks'] as readonly ContextChunk[];
  return chunks
    .map(({ title, artifact_id, artifact_kind, text, chunk_index: at, chunk_count: of }) => {
      const part = of > 1 ? ` part ${at + 1}/${of}` : '';
      return `[${title ?? artifact_id}] kind=${artifact_kind}${part}\n${text}`;
    })
    .join('\n\n');
}

function inOrder(chunks: readonly ContextChunk[], { options, ages }: Prepared) {
  const age = ({ artifact_id }: ContextChunk) => ages.get(artifact_id) ?? 0;
  if (options.strategy === 'relevance') {
    return [...chunks].sort(
      (a, b) => b.score - a.score || age(a) - age(b) || a.chunk_index - b.chunk_index,
    );
  }
  if (options.strategy === 'recency') {
    return [...chunks].sort((a, b) => age(a) - age(b) || a.chunk_index - b.chunk_index);
  }
  const queues = new Map<string, ContextChunk[]>();
  for (const chunk of chunks) {
    queues.set(chunk.artifact_id, [...(queues.get(chunk.artifact_id) ?? []), chunk]);
  }
  const rounds = Math.max(0, ...[...queues.values()].map((queue) => queue.length));
  return Array.from({ length: rounds }, (_, round) =>
    [...queues.values()].flatMap((queue) => queue[round] ?? []),
  ).flat();
}

function summaries(chosen: readonly ContextChunk[]): JsonObject[] {
  const ids = [...new Set(chosen.map(({ artifact_id }) => artifact_id))];
  return ids.map((id) => {
    const of = chosen.filter(({ artifact_id }) => artifact_id === id);
    return {
      artifact_id: id,
      artifact_kind: of[0]?.artifact_kind ?? '',
      chunks_included: of.length,
      chunks_total: of[0]?.chunk_count ?? 0,
      tokens_included: of.reduce((sum, chunk) => sum + chunk.estimated_tokens, 0),
    };
  });
}

function chunksOf(artifact: Artifact, text: string, threshold: number): readonly ContextChunk[] {
  const parts = estimateTokens(text) <= threshold ? [text] : split(text, threshold);
  return parts.map((part, index) => ({
    id: `${artifact.id}#${sha256(part).slice(0, 16)}`,
    artifact_id: artifact.id,
    artifact_kind: artifact.kind,
    title: artifact.title,
    source: artifact.source,
    text: part,
    estimated_tokens: estimateTokens(part),
    chunk_index: index,
    chunk_count: parts.length,
    score: 0,
  }));
}

const BOUNDARIES: readonly string[] = ['\n\n', '\n', ' '];

/** Parts of at most `threshold` tokens: paragraphs, else lines, else words. A longer word stays whole. */
function split(text: string, threshold: number, level = 0): readonly string[] {
  const boundary = BOUNDARIES[level];
  if (estimateTokens(text) <= threshold || boundary === undefined) return [text];
  const parts: string[] = [];
  let open = '';
  for (const piece of text.split(boundary).filter((one) => one.trim() !== '')) {
    const joined = open === '' ? piece : open + boundary + piece;
    if (estimateTokens(joined) <= threshold) {
      open = joined;
      continue;
    }
    if (open !== '') parts.push(open);
    const smaller = split(piece, threshold, level + 1);
    parts.push(...smaller.slice(0, -1));
    open = smaller.at(-1) ?? '';
  }
  return open === '' ? parts : [...parts, open];
}

/** Finds what a chunk is a copy of. */
function copyFinder({ dedup, semanticOverlap }: AssembleOptions) {
  const seen: { readonly id: string; readonly text: string; readonly grams: Set<string> }[] = [];
  return (chunk: ContextChunk): string | undefined => {
    if (dedup === 'none') return undefined;
    const text = chunk.text.trim();
    const grams = dedup === 'semantic' ? trigrams(text) : new Set<string>();
    const original = seen.find(
      (one) =>
        one.text === text || (dedup === 'semantic' && overlap(one.grams, grams) >= semanticOverlap),
    );
    if (original === undefined) seen.push({ id: chunk.id, text, grams });
    return original?.id;
  };
}

function trigrams(text: string): Set<string> {
  const plain = words(text).join(' ');
  const grams = new Set<string>();
  for (let i = 0; i + 3 <= plain.length; i += 1) grams.add(plain.slice(i, i + 3));
  return grams;
}

function overlap(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let both = 0;
  for (const gram of a) if (b.has(gram)) both += 1;
  return both / (a.size + b.size - both);
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}
