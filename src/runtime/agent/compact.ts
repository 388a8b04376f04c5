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
  CHARS_PER_TOKEN,
  type Cut,
  cutBelow,
  cutMessages,
  estimateMessageTokens,
  formatMessages,
  maskedSummary,
  shortText,
  truncatedSummary,
} from './compact-cut.ts';
import type { CompactEngine, CompactPlan } from './compact-options.ts';
import { type Shortened, shortenOutputs } from './compact-output.ts';
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
  /** How the summary was made; `tool_output`: shortening results of tools was enough, and nothing is archived. */
  readonly engine_strategy: string;
  readonly archived_messages: number;
  /** How many results of tools were shortened. */
  readonly shortened_outputs: number;
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
  const done = yield* reduced(ctx, messages, null, plan);
  if (done === undefined) return messages;
  const { summary, cut } = done;
  if (summary === null) return cut.kept;
  return [...cut.head, { role: 'user', content: summary }, ...cut.kept];
}

/** A conversation that became shorter; without a summary where shortening results of tools was enough. */
interface Reduced {
  readonly cut: Cut;
  readonly summary: string | null;
  readonly engine: string;
  readonly shortened: number;
}

/** Shortens results of tools, then archives what is too much. Undefined where there is nothing to do. */
function* reduced(
  ctx: RunContext,
  whole: readonly TranscriptMessage[],
  earlier: string | null,
  plan: CompactPlan,
  least = 0,
): Suspending<Reduced | undefined> {
  const limit = limitOf(plan);
  const before = estimateMessageTokens(whole);
  if (limit !== undefined && before <= limit) return undefined;
  const short = yield* shortenOutputs(ctx, whole, plan);
  const { messages, count } = short;
  const after = estimateMessageTokens(messages);
  const isEnough = count > 0 && limit !== undefined && after <= limit;
  const cut = isEnough ? undefined : cutMessages(messages, plan.keepLast, plan.keepFirst);
  const archived = estimateMessageTokens(cut?.archived ?? []);
  if (before - after + archived < least) return undefined;
  if (cut === undefined || cut.archived.length === 0) return onlyShortened(short);
  const summary = yield* summaryOf(ctx, cut, earlier, plan, plan.engine);
  const engine = plan.summary === undefined ? plan.engine : 'given';
  const { hardLimit } = plan;
  if (hardLimit === undefined || sizeOf(cut, summary) <= hardLimit) {
    return { cut, summary, engine, shortened: count };
  }
  return { ...(yield* forced(ctx, messages, earlier, plan, hardLimit)), shortened: count };
}

function onlyShortened({ messages, count }: Shortened): Reduced | undefined {
  if (count === 0) return undefined;
  const cut = { head: [], archived: [], kept: messages };
  return { cut, summary: null, engine: 'tool_output', shortened: count };
}

/** What a conversation may be before something is done about it. */
function limitOf({ threshold, hardLimit }: CompactPlan): number | undefined {
  if (threshold === undefined || hardLimit === undefined) return threshold;
  return Math.min(threshold, hardLimit);
}

function sizeOf({ head, kept }: Cut, summary: string): number {
  return estimateMessageTokens([{ role: 'user', content: summary }, ...head, ...kept]);
}

/** Below the hard limit, as far as the last message allows: fewer messages stay, and the summary is cut to the room. */
function* forced(
  ctx: RunContext,
  messages: readonly TranscriptMessage[],
  earlier: string | null,
  plan: CompactPlan,
  limit: number,
) {
  const cut = cutBelow(messages, limit, plan.keepLast, plan.keepFirst);
  const told = yield* summaryOf(ctx, cut, earlier, plan, plan.hardEngine);
  const room = (limit - sizeOf(cut, '')) * CHARS_PER_TOKEN;
  const summary = sizeOf(cut, told) <= limit ? told : shortText(told, Math.max(room, LEAST_CHARS));
  return { cut, summary, engine: plan.summary === undefined ? plan.hardEngine : 'given' };
}

/** A summary is never shorter than this for the sake of a hard limit. */
const LEAST_CHARS = 80;

/** By itself a loop gets rid of at least this part of its threshold: else one whose end alone is too long would do it at every turn. */
const LEAST_SHARE = 0.1;

function* compacted(
  ctx: RunContext,
  transcript: Transcript,
  plan: CompactPlan,
  mode: 'manual' | 'auto',
): Suspending<Compaction> {
  const messages = transcript.messages.toArray();
  const least = mode === 'auto' ? (limitOf(plan) ?? 0) * LEAST_SHARE : 0;
  const done = yield* reduced(ctx, messages, transcript.summary, plan, least);
  if (done === undefined) return undefined;
  const { cut, engine, shortened } = done;
  const summary = done.summary ?? transcript.summary;
  const isWhole = mode === 'manual' || shortened > 0;
  const asset = snapshotAsset(transcript, isWhole ? messages : cut.archived);
  const kept = [...cut.head, ...cut.kept];
  const facts: CompactionFacts = {
    mode,
    strategy: plan.strategy,
    engine_strategy: engine,
    archived_messages: cut.archived.length,
    shortened_outputs: shortened,
    estimated_tokens_before: estimateMessageTokens(messages),
    estimated_tokens_after: sizeOf(cut, summary ?? ''),
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
  engine: CompactEngine,
): Suspending<string> {
  if (plan.summary !== undefined) return plan.summary;
  const { archived } = cut;
  const head = `[auto-compacted ${archived.length} messages: ${engine}]`;
  const before = earlier === null ? [] : [earlier];
  const told = yield* toldBy(ctx, cut, earlier, plan, engine);
  // A model and a callback see the earlier summary and fold it in; the fixed rules stand after it.
  const isFolded = engine === 'llm' || engine === 'custom';
  return [...(isFolded ? [] : before), head, told].join('\n');
}

function* toldBy(
  ctx: RunContext,
  { archived, head, kept }: Cut,
  earlier: string | null,
  plan: CompactPlan,
  engine: CompactEngine,
): Suspending<string> {
  const whole: readonly TranscriptMessage[] =
    earlier === null ? archived : [{ role: 'user', content: earlier }, ...archived];
  switch (engine) {
    case 'truncate':
      return truncatedSummary(archived);
    case 'observation_mask':
      return maskedSummary(archived, yield* maskedBy(ctx, archived, plan));
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

/** What the program's code shows of each message; null where it leaves it to the rule. */
function* maskedBy(
  ctx: RunContext,
  archived: readonly TranscriptMessage[],
  { parts }: CompactPlan,
): Suspending<readonly (string | null)[]> {
  if (parts.mask === undefined) return [];
  const shown: (string | null)[] = [];
  for (const message of archived) {
    const given = ((yield* callHandler(ctx, parts.mask, [message])) ?? null) as Json;
    if (given !== null && typeof given !== 'string') {
      throw transcriptErrors.badAnswer({ fn: 'mask_callback', expected: 'a text or nil' });
    }
    shown.push(given);
  }
  return shown;
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
  const { snapshot_asset_id: _asset, shortened_outputs: _shortened, ...told } = facts;
  const emitter = new Emitter(ctx, session, session.outbox);
  yield* emitter.emit({ type: 'transcript_compacted', ...told });
}
