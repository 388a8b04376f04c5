// The options of a compaction, read once: which strategy, how much stays, when it is worth it, who is asked.
import { isJsonObject, type Json, type JsonObject, nearestName } from '../../base/index.ts';
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
  /** `(archived message)` to what stands for it where output is masked; null: the fixed rule. */
  readonly mask?: Handler | undefined;
  /** `(text of a tool's result, most characters)` to the text in its place; null: the fixed rule. */
  readonly compress?: Handler | undefined;
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
  /** Results of tools are shortened to so many characters first; undefined: they stay as they are. */
  readonly outputChars: number | undefined;
  /** What the conversation may be at most afterwards, in estimated tokens, and how it gets there. */
  readonly hardLimit: number | undefined;
  readonly hardEngine: CompactEngine;
  /** The summary, when the caller has one. */
  readonly summary: string | undefined;
  /** For the model call. */
  readonly llm: LlmOptions;
  readonly parts: CompactParts;
  /** Whether a model that fails is replaced by the words the archived part began with. */
  readonly truncateOnFailure: boolean;
}

const KEEP_LAST = 10;

/** Characters of a tool's result where there is code that shortens it and nothing says to how many. */
const OUTPUT_CHARS = 16_000;

/** Names of one thing, the first is ours. */
const NAMES = {
  strategy: ['strategy', 'compact_strategy'],
  keepLast: ['keep_last', 'compact_keep_last', 'keep_last_n'],
  keepFirst: ['keep_first', 'compact_keep_first'],
  threshold: ['target_tokens', 'token_threshold', 'compact_threshold'],
  summary: ['summary'],
  outputChars: ['tool_output_max_chars'],
  hardLimit: ['hard_limit_tokens'],
  hardStrategy: ['hard_limit_strategy'],
} as const;

/** Options that are code: whoever reads a program takes them out before. */
const CODE_NAMES: readonly string[] = [
  ...['compact_callback', 'custom_compactor', 'mask_callback', 'compress_callback'],
];

/** What a compaction hands on to the model. */
const LLM_NAMES: readonly string[] = [
  ...['provider', 'model', 'max_tokens', 'temperature', 'timeout_ms', 'llm_retries', 'tape'],
  ...['llm_backoff_ms', 'seed', 'top_p'],
];

/** Reads options as programs write them. A name that nobody knows is refused; `keepLast` is how much stays by default. */
export function readCompactOptions(
  fn: string,
  given: Json | undefined,
  parts: CompactParts = {},
  keepLast: number = KEEP_LAST,
): CompactPlan {
  if (given !== undefined && given !== null && !isJsonObject(given)) {
    throw transcriptErrors.badOption({ fn, option: 'options', expected: 'a dict' });
  }
  const options = defined((given ?? {}) as JsonObject);
  for (const option of Object.keys(options)) assertKnown(fn, option);
  const summary = named(options, NAMES.summary);
  if (summary !== undefined && typeof summary !== 'string') {
    throw transcriptErrors.badOption({ fn, option: 'summary', expected: 'a text' });
  }
  const engine = engineOf(fn, 'strategy', named(options, NAMES.strategy), parts);
  const hardLimit = intOf(fn, 'hard_limit_tokens', named(options, NAMES.hardLimit));
  const hardStrategy = named(options, NAMES.hardStrategy);
  if (hardStrategy !== undefined && hardLimit === undefined) {
    const expected = 'left out where there is no hard_limit_tokens';
    throw transcriptErrors.badOption({ fn, option: 'hard_limit_strategy', expected });
  }
  const hardEngine = engineOf(fn, 'hard_limit_strategy', hardStrategy ?? 'truncate', parts);
  assertUsed(fn, parts, [engine, hardEngine]);
  const outputChars = intOf(fn, 'tool_output_max_chars', named(options, NAMES.outputChars));
  return {
    strategy: engine,
    engine,
    keepFirst: intOf(fn, 'keep_first', named(options, NAMES.keepFirst)) ?? 0,
    keepLast: intOf(fn, 'keep_last', named(options, NAMES.keepLast)) ?? keepLast,
    threshold: intOf(fn, 'target_tokens', named(options, NAMES.threshold)),
    outputChars: outputChars ?? (parts.compress === undefined ? undefined : OUTPUT_CHARS),
    hardLimit,
    hardEngine,
    summary,
    llm: Object.fromEntries(
      Object.entries(options).filter(([name]) => LLM_NAMES.includes(name)),
    ) as LlmOptions,
    parts,
    truncateOnFailure: false,
  };
}

function assertKnown(fn: string, option: string): void {
  const known: readonly string[] = [...Object.values(NAMES).flat(), ...LLM_NAMES];
  if (known.includes(option)) return;
  if (CODE_NAMES.includes(option)) {
    throw transcriptErrors.badOption({ fn, option, expected: 'a closure' });
  }
  const suggestion = nearestName(option, [...known, ...CODE_NAMES], 2);
  throw transcriptErrors.unknownOption({
    fn,
    option,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

/** Code that would never be called is a mistake. */
function assertUsed(fn: string, parts: CompactParts, engines: readonly CompactEngine[]): void {
  const refused = (option: string, engine: CompactEngine) => {
    if (engines.includes(engine)) return;
    const expected = `left out where the strategy is not ${engine}`;
    throw transcriptErrors.badOption({ fn, option, expected });
  };
  if (parts.compact !== undefined) refused('compact_callback', 'custom');
  if (parts.mask !== undefined) refused('mask_callback', 'observation_mask');
}

function engineOf(
  fn: string,
  option: string,
  given: Json | undefined,
  parts: CompactParts,
): CompactEngine {
  if (given === undefined) {
    if (parts.compact !== undefined) return 'custom';
    return parts.mask === undefined ? 'llm' : 'observation_mask';
  }
  if (typeof given !== 'string' || !ENGINES.includes(given)) {
    const expected = `one of ${ENGINES.join(', ')}`;
    throw transcriptErrors.badOption({ fn, option, expected });
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
