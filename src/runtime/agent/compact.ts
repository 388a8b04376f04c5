// Compaction: the older part of a conversation becomes a summary that models see instead. Nothing is lost: what was
// archived stays in the transcript as an asset, and a `compaction` event says where.
import {
  HarnError,
  isJsonObject,
  type Json,
  type JsonObject,
  shortHash,
} from '../../base/index.ts';
import { llmCall } from '../llm/index.ts';
import { callHandler, type RunContext, type Suspending } from '../run/index.ts';
import {
  type Cut,
  cutMessages,
  estimateMessageTokens,
  formatMessages,
  maskedSummary,
  truncatedSummary,
} from './compact-cut.ts';
import type { CompactPlan } from './compact-options.ts';
import { Emitter } from './emitter.ts';
import { transcriptErrors } from './errors.ts';
import { type Session, sessionsKey } from './session.ts';
import type { Transcript, TranscriptMessage } from './transcript.ts';

/** What a compaction came to; undefined where there was nothing to do. */
type Compaction = { readonly transcript: Transcript; readonly facts: CompactionFacts } | undefined;

/** What the history and whoever watches are told. */
export type CompactionFacts = {
  /** `manual`: a program asked for it; `auto`: a loop did it by itself. */
  readonly mode: string;
  /** The rule that was asked for. */
  readonly strategy: string;
  /** How the summary was made. */
  readonly engine_strategy: string;
  readonly archived_messages: number;
  readonly estimated_tokens_before: number;
  readonly estimated_tokens_after: number;
  readonly snapshot_asset_id: string;
};

/** Compacts a transcript that a program holds. Subscribers of an open session with its id hear of it. */
export function* compactTranscript(
  ctx: RunContext,
  transcript: Transcript,
  plan: CompactPlan,
): Suspending<Transcript> {
  const done = yield* compacted(ctx, transcript, plan, 'manual');
  if (done === undefined) return transcript;
  const session = ctx.get(sessionsKey).find(transcript.id);
  if (session !== undefined) yield* tell(ctx, session, done.facts);
  return done.transcript;
}

/** Compacts what was said in a session. False where there was nothing to do. */
export function* compactSession(
  ctx: RunContext,
  session: Session,
  plan: CompactPlan,
  mode: 'manual' | 'auto',
): Suspending<boolean> {
  const done = yield* compacted(ctx, session.transcript, plan, mode);
  if (done === undefined) return false;
  session.replace(done.transcript);
  yield* tell(ctx, session, done.facts);
  return true;
}

/** Compacts a list of messages: its head, one message with the summary, and its end. */
export function* compactMessages(
  ctx: RunContext,
  messages: readonly TranscriptMessage[],
  plan: CompactPlan,
): Suspending<readonly TranscriptMessage[]> {
  const cut = cutFor(messages, plan);
  if (cut === undefined) return messages;
  const content = yield* summaryOf(ctx, cut, null, plan);
  return [...cut.head, { role: 'user', content }, ...cut.kept];
}

/** The parts of a conversation that is worth a compaction. */
function cutFor(messages: readonly TranscriptMessage[], plan: CompactPlan): Cut | undefined {
  const { keepFirst, keepLast, threshold } = plan;
  if (threshold !== undefined && estimateMessageTokens(messages) <= threshold) return undefined;
  const cut = cutMessages(messages, keepLast, keepFirst);
  return cut.archived.length === 0 ? undefined : cut;
}

/** By itself a loop archives at least this part of its threshold: else one whose end alone is too long would do it at every turn. */
const LEAST_SHARE = 0.1;

function isWorthIt({ archived }: Cut, { threshold = 0 }: CompactPlan): boolean {
  return estimateMessageTokens(archived) >= threshold * LEAST_SHARE;
}

function* compacted(
  ctx: RunContext,
  transcript: Transcript,
  plan: CompactPlan,
  mode: 'manual' | 'auto',
): Suspending<Compaction> {
  const messages = transcript.messages.toArray();
  const cut = cutFor(messages, plan);
  if (cut === undefined || (mode === 'auto' && !isWorthIt(cut, plan))) return undefined;
  const summary = yield* summaryOf(ctx, cut, transcript.summary, plan);
  const asset = snapshotAsset(transcript, mode === 'auto' ? cut.archived : messages);
  const kept = [...cut.head, ...cut.kept];
  const facts: CompactionFacts = {
    mode,
    strategy: plan.strategy,
    engine_strategy: plan.summary === undefined ? plan.engine : 'given',
    archived_messages: cut.archived.length,
    estimated_tokens_before: estimateMessageTokens(messages),
    estimated_tokens_after: estimateMessageTokens([{ role: 'user', content: summary }, ...kept]),
    snapshot_asset_id: String(asset['id']),
  };
  return {
    transcript: transcript.withAsset(asset).compacted(kept, summary, facts),
    facts,
  };
}

/** The part that models no longer see, or the whole of it, as an asset of its own. */
function snapshotAsset(
  transcript: Transcript,
  messages: readonly TranscriptMessage[],
): JsonObject & { readonly id: string } {
  const { id, summary, metadata } = transcript;
  const hash = shortHash(JSON.stringify([id, summary, messages]));
  const data = { _type: 'transcript', version: 2, id, state: 'archived', summary, metadata };
  return {
    id: `asset_${hash}`,
    kind: 'transcript_snapshot',
    mime_type: 'application/json',
    visibility: 'internal',
    data: { ...data, messages, events: [], assets: [] },
  };
}

/** The archived part in few words, with the summary of an earlier compaction. */
function* summaryOf(
  ctx: RunContext,
  cut: Cut,
  earlier: string | null,
  plan: CompactPlan,
): Suspending<string> {
  if (plan.summary !== undefined) return plan.summary;
  const { archived } = cut;
  const head = `[auto-compacted ${archived.length} messages: ${plan.engine}]`;
  const before = earlier === null ? [] : [earlier];
  const told = yield* toldBy(ctx, cut, earlier, plan);
  // A model and a callback see the earlier summary and fold it in; the fixed rules stand after it.
  const isFolded = plan.engine === 'llm' || plan.engine === 'custom';
  return [...(isFolded ? [] : before), head, told].join('\n');
}

function* toldBy(
  ctx: RunContext,
  { archived, head, kept }: Cut,
  earlier: string | null,
  plan: CompactPlan,
): Suspending<string> {
  const whole: readonly TranscriptMessage[] =
    earlier === null ? archived : [{ role: 'user', content: earlier }, ...archived];
  switch (plan.engine) {
    case 'truncate':
      return truncatedSummary(archived);
    case 'observation_mask':
      return maskedSummary(archived);
    case 'custom':
      return yield* askCallback(ctx, whole, plan);
    case 'llm': {
      if (!plan.truncateOnFailure) return yield* askModel(ctx, whole, archived.length, plan);
      const told = yield* askedOrNothing(ctx, whole, archived.length, plan);
      const after = [{ role: 'user', content: told ?? '' }, ...head, ...kept];
      const isTooLong = estimateMessageTokens(after) > (plan.threshold ?? Number.POSITIVE_INFINITY);
      const short = truncatedSummary(whole);
      return told === undefined || (isTooLong && short.length < told.length) ? short : told;
    }
  }
}

/** Undefined: the model failed. */
function* askedOrNothing(
  ctx: RunContext,
  messages: readonly TranscriptMessage[],
  count: number,
  plan: CompactPlan,
): Suspending<string | undefined> {
  try {
    return yield* askModel(ctx, messages, count, plan);
  } catch (error) {
    // Only what the provider said: an interrupt of the run goes on.
    if (HarnError.is(error) && error.code.startsWith('HARN-LLM-')) return undefined;
    throw error;
  }
}

function* askCallback(
  ctx: RunContext,
  messages: readonly TranscriptMessage[],
  { parts }: CompactPlan,
): Suspending<string> {
  if (parts.compact === undefined) return truncatedSummary(messages);
  const given = (yield* callHandler(ctx, parts.compact, [messages])) as Json | undefined;
  const summary = isJsonObject(given) ? given['summary'] : given;
  if (typeof summary === 'string' && summary !== '') return summary;
  throw transcriptErrors.emptySummary({ fn: 'compact_callback' });
}

function* askModel(
  ctx: RunContext,
  messages: readonly TranscriptMessage[],
  count: number,
  { parts, llm }: CompactPlan,
): Suspending<string> {
  const formatted = formatMessages(messages);
  const facts = { archived_count: count, formatted_messages: formatted };
  const asked =
    parts.prompt === undefined ? undefined : yield* callHandler(ctx, parts.prompt, [facts]);
  const prompt = typeof asked === 'string' ? asked : `${INSTRUCTION}\n\n${formatted}`;
  const { text } = yield* llmCall(ctx, prompt, null, llm);
  return text.trim();
}

const INSTRUCTION =
  'Below is the older part of a conversation that goes on without it. Write down what has to be known to go on: ' +
  'the goal, decisions with their reasons, facts that were found out (names, paths, numbers, exact errors), ' +
  'what was done, and what is still open. No introduction, no advice.';

function* tell(ctx: RunContext, session: Session, facts: CompactionFacts): Suspending<void> {
  const { snapshot_asset_id: _asset, engine_strategy: _engine, ...told } = facts;
  const emitter = new Emitter(ctx, session, session.outbox);
  yield* emitter.emit({ type: 'transcript_compacted', ...told });
}
