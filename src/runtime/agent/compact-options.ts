// The options of a compaction, read once: which strategy, how much stays, when it is worth it, who is asked.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { LlmOptions } from '../llm/index.ts';
import type { Handler } from '../run/index.ts';
import { transcriptErrors } from './errors.ts';

/** How the archived part is told: by a model, in the words it began with, with long output masked, or by a callback. */
export type CompactEngine = 'llm' | 'truncate' | 'observation_mask' | 'custom';

const ENGINES: readonly string[] = ['llm', 'truncate', 'observation_mask', 'custom'];

/** Callbacks of a program. */
export interface CompactParts {
  /** `(archived messages)` to a text or `{summary}`. */
  readonly compact?: Handler | undefined;
  /** `({archived_count, formatted_messages})` to the prompt that a model is asked with. */
  readonly prompt?: Handler | undefined;
}

/** What is to be done. */
export interface CompactPlan {
  /** The name of the rule as it was asked for; `engine` is how it is done. */
  readonly strategy: string;
  readonly engine: CompactEngine;
  readonly keepFirst: number;
  readonly keepLast: number;
  /** Nothing happens to a conversation of at most so many tokens. */
  readonly threshold: number | undefined;
  /** The summary, when the caller has one. */
  readonly summary: string | undefined;
  /** For the model call. */
  readonly llm: LlmOptions;
  readonly parts: CompactParts;
  /** Whether a model that fails is replaced by the words the archived part began with. */
  readonly truncateOnFailure: boolean;
}

const KEEP_LAST = 10;

/** Names of one thing, the first is ours. */
const NAMES = {
  strategy: ['strategy', 'compact_strategy'],
  keepLast: ['keep_last', 'compact_keep_last', 'keep_last_n'],
  keepFirst: ['keep_first', 'compact_keep_first'],
  threshold: ['target_tokens', 'token_threshold', 'compact_threshold'],
  summary: ['summary'],
} as const;

/** What a compaction hands on to the model. */
const LLM_NAMES: readonly string[] = [
  ...['provider', 'model', 'max_tokens', 'temperature', 'timeout_ms', 'llm_retries', 'tape'],
  ...['llm_backoff_ms', 'seed', 'top_p'],
];

/** Reads options as programs write them. A name that nobody knows is refused. */
export function readCompactOptions(
  fn: string,
  given: Json | undefined,
  parts: CompactParts = {},
): CompactPlan {
  if (given !== undefined && given !== null && !isJsonObject(given)) {
    throw transcriptErrors.badOption({ fn, option: 'options', expected: 'a dict' });
  }
  const options = defined((given ?? {}) as JsonObject);
  const known: readonly string[] = [...Object.values(NAMES).flat(), ...LLM_NAMES];
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) throw transcriptErrors.unknownOption({ fn, option });
  }
  const summary = named(options, NAMES.summary);
  if (summary !== undefined && typeof summary !== 'string') {
    throw transcriptErrors.badOption({ fn, option: 'summary', expected: 'a text' });
  }
  const engine = engineOf(fn, named(options, NAMES.strategy), parts);
  return {
    strategy: engine,
    engine,
    keepFirst: intOf(fn, 'keep_first', named(options, NAMES.keepFirst)) ?? 0,
    keepLast: intOf(fn, 'keep_last', named(options, NAMES.keepLast)) ?? KEEP_LAST,
    threshold: intOf(fn, 'target_tokens', named(options, NAMES.threshold)),
    summary,
    llm: Object.fromEntries(
      Object.entries(options).filter(([name]) => LLM_NAMES.includes(name)),
    ) as LlmOptions,
    parts,
    truncateOnFailure: false,
  };
}

function engineOf(fn: string, given: Json | undefined, parts: CompactParts): CompactEngine {
  if (given === undefined) return parts.compact === undefined ? 'llm' : 'custom';
  if (typeof given !== 'string' || !ENGINES.includes(given)) {
    const expected = `one of ${ENGINES.join(', ')}`;
    throw transcriptErrors.badOption({ fn, option: 'strategy', expected });
  }
  if (given === 'custom' && parts.compact === undefined) {
    throw transcriptErrors.badOption({ fn, option: 'compact_callback', expected: 'a closure' });
  }
  return given as CompactEngine;
}

function intOf(fn: string, option: string, value: Json | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw transcriptErrors.badOption({ fn, option, expected: 'an int from 0' });
}

function named(options: JsonObject, names: readonly string[]): Json | undefined {
  const name = names.find((one) => options[one] !== undefined);
  return name === undefined ? undefined : options[name];
}

function defined(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
}
