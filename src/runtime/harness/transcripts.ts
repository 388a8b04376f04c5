// Transcripts in TypeScript: what needs a run. The pure functions over documents are `transcripts` at the front door.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type CompactParts,
  sessionCalls,
  type TranscriptMessage,
  transcriptCalls,
} from '../agent/index.ts';
import type { Handler, RunContext, Suspending } from '../run/index.ts';

/** How a conversation is compacted. */
export interface CompactCall {
  /** `llm` (default), `truncate`, `observation_mask`, or `custom` with `summarize`. */
  readonly strategy?: 'llm' | 'truncate' | 'observation_mask' | 'custom';
  /** So many messages stay at the end; 10 by default, 12 of a session. */
  readonly keepLast?: number;
  readonly keepFirst?: number;
  /** Nothing happens to a conversation of at most so many estimated tokens. */
  readonly targetTokens?: number;
  /** Results of tools are shortened to so many characters before anything is archived. */
  readonly toolOutputMaxChars?: number;
  /** What the conversation may be at most afterwards, in estimated tokens. */
  readonly hardLimitTokens?: number;
  /** How it gets there; `truncate` by default. */
  readonly hardLimitStrategy?: 'llm' | 'truncate' | 'observation_mask' | 'custom';
  /** The summary, when the caller has one. */
  readonly summary?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Writes the summary of the messages that are archived. */
  readonly summarize?: (messages: readonly TranscriptMessage[]) => Promise<string> | string;
  /** With `observation_mask`: what stands for an archived message; null leaves it to the rule. */
  readonly mask?: (message: TranscriptMessage) => Promise<string | null> | string | null;
  /** What stands for a long result of a tool (16,000 characters unless `toolOutputMaxChars` says so); null leaves it to the rule. */
  readonly compress?: (text: string, maxChars: number) => Promise<string | null> | string | null;
  /** Writes the prompt that a model is asked with. */
  readonly prompt?: (facts: {
    readonly archived_count: number;
    readonly formatted_messages: string;
  }) => Promise<string> | string;
}

/** Methods of `harness.agent` on transcripts. Documents are plain JSON. */
export interface TranscriptMethods {
  /** An empty transcript under a new id. */
  transcript(metadata?: JsonObject): JsonObject;
  /** A copy under a new id. */
  transcriptFork(
    transcript: Json,
    options?: { readonly messages?: boolean; readonly summary?: boolean },
  ): JsonObject;
  /** The document with its older part as a summary; what was archived stays in it as an asset. */
  transcriptCompact(transcript: Json, options?: CompactCall): Promise<JsonObject>;
  /** Messages with the older ones as one that sums them up. */
  transcriptAutoCompact(
    messages: readonly Json[],
    options?: CompactCall,
  ): Promise<readonly TranscriptMessage[]>;
  /** Compacts a session and gives how many messages stay. */
  compact(id: string, options?: CompactCall): Promise<number>;
}

/** The methods of a context. */
export function transcriptMethods(ctx: RunContext): TranscriptMethods {
  const run = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('agent'), body);
  return {
    transcript: (metadata) => transcriptCalls.create(ctx, metadata ?? null),
    transcriptFork: (transcript, options) =>
      transcriptCalls.fork(ctx, transcript, (options ?? null) as Json),
    transcriptCompact: (transcript, options) =>
      run((inner) => transcriptCalls.compact(inner, transcript, ...readCall(options))),
    transcriptAutoCompact: (messages, options) =>
      run((inner) => transcriptCalls.autoCompact(inner, messages, ...readCall(options))),
    compact: (id, options) => run((inner) => sessionCalls.compact(inner, id, ...readCall(options))),
  };
}

function readCall(call: CompactCall = {}): readonly [Json, CompactParts] {
  const { keepLast, keepFirst, targetTokens, summarize, prompt, mask, compress, ...more } = call;
  const { toolOutputMaxChars, hardLimitTokens, hardLimitStrategy, ...rest } = more;
  const data: JsonObject = {
    ...(rest as JsonObject),
    keep_last: keepLast ?? null,
    keep_first: keepFirst ?? null,
    target_tokens: targetTokens ?? null,
    tool_output_max_chars: toolOutputMaxChars ?? null,
    hard_limit_tokens: hardLimitTokens ?? null,
    hard_limit_strategy: hardLimitStrategy ?? null,
  };
  const handlers = {
    ...(summarize === undefined ? {} : { compact: handlerOf(summarize as Callback) }),
    ...(prompt === undefined ? {} : { prompt: handlerOf(prompt as Callback) }),
    ...(mask === undefined ? {} : { mask: handlerOf(mask as Callback) }),
    ...(compress === undefined ? {} : { compress: handlerOf(compress as Callback) }),
  };
  return [data, handlers];
}

type Callback = (...args: readonly unknown[]) => Promise<string | null> | string | null;

function handlerOf(callback: Callback): Handler {
  return {
    kind: 'async',
    name: callback.name,
    run: async (_lane, args) => callback(...args),
  };
}
