// When and how a loop compacts its conversation. It does so before a turn, when the conversation has become longer than its
// model can well take. How much that is is looked up once, when the conversation is no longer short, and recorded.
import { isJsonObject, type Json } from '../../base/index.ts';
import { contextWindow, type LlmOptions, trace } from '../llm/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { compactSession } from './compact.ts';
import { estimateMessageTokens } from './compact-cut.ts';
import { type CompactParts, type CompactPlan, readCompactOptions } from './compact-options.ts';
import { loopErrors } from './errors.ts';
import { fieldsOption } from './option-readers.ts';
import type { Session } from './session.ts';

type Given = { readonly [name: string]: Json };

/** Rules by their published names; `keepLast` where the rule itself says how much stays. */
const RULES: {
  readonly [rule: string]: { readonly engine: string; readonly keepLast?: number };
} = {
  truncate: { engine: 'truncate' },
  observation_mask: { engine: 'observation_mask' },
  llm: { engine: 'llm' },
  custom: { engine: 'custom' },
  summarize_middle: { engine: 'llm' },
  summarize_all: { engine: 'llm', keepLast: 0 },
  hybrid: { engine: 'llm' },
};

/** Where compaction begins unless the model can take less, in estimated tokens. */
const MOST = 96_000;

/** The part of what a model can take that a conversation may fill: answers, tools and the system prompt need room, too. */
const SHARE = 0.75;

/** Shorter conversations are for every model; nothing is looked up for them. */
const SHORT = 2000;

const LIMITS = ['tool_output_max_chars', 'hard_limit_tokens', 'hard_limit_strategy'] as const;

/** Options of a loop that are about compaction. */
export const COMPACTION_OPTIONS: readonly string[] = [
  ...['compaction', 'auto_compact', 'compact_threshold', 'compact_keep_last'],
  ...['compact_keep_first', 'compact_strategy'],
  ...LIMITS,
];

/** Fields of `compaction` as a dict. */
const FIELDS: readonly string[] = [
  ...['strategy', 'keep_last_n', 'keep_last', 'keep_first_n', 'keep_first'],
  ...['threshold', 'token_threshold'],
  ...LIMITS,
];

/** The plan; undefined: the loop never compacts. A plan without a threshold has that of its model. */
export function loopCompaction(
  given: Given,
  llm: LlmOptions,
  parts: CompactParts,
): CompactPlan | undefined {
  const { compaction, auto_compact, compact_threshold, compact_strategy } = given;
  const about = isJsonObject(compaction) ? fieldsOption('compaction', compaction, FIELDS) : {};
  if (typeof compaction === 'number' || Array.isArray(compaction)) {
    throw loopErrors.badOption({ option: 'compaction', expected: 'a text, a bool or a dict' });
  }
  const rule = (typeof compaction === 'string' ? compaction : about['strategy']) ?? null;
  if (compaction === false || auto_compact === false || rule === 'none') return undefined;
  const strategy = rule ?? compact_strategy ?? ruleOfCode(parts);
  const found = Object.hasOwn(RULES, String(strategy)) ? RULES[String(strategy)] : undefined;
  if (found === undefined) {
    const expected = `one of none, ${Object.keys(RULES).join(', ')}`;
    throw loopErrors.badOption({ option: 'compaction', expected });
  }
  const threshold = compact_threshold ?? about['threshold'] ?? about['token_threshold'] ?? null;
  if (
    threshold !== null &&
    !(typeof threshold === 'number' && Number.isInteger(threshold) && threshold >= 1)
  ) {
    throw loopErrors.badOption({ option: 'compact_threshold', expected: 'an int of at least 1' });
  }
  const either = (...names: readonly (Json | undefined)[]) =>
    names.find((one) => one !== undefined) ?? null;
  const options = {
    ...modelOf(llm),
    strategy: found.engine,
    keep_last: either(
      given['compact_keep_last'],
      about['keep_last_n'],
      about['keep_last'],
      found.keepLast,
    ),
    keep_first: either(given['compact_keep_first'], about['keep_first_n'], about['keep_first']),
    target_tokens: threshold,
    ...Object.fromEntries(LIMITS.map((name) => [name, either(given[name], about[name])])),
  };
  const plan = readCompactOptions('agent_loop', options, parts);
  return { ...plan, strategy: String(strategy), truncateOnFailure: strategy === 'hybrid' };
}

/** The rule where only code was given. */
function ruleOfCode({ compact, mask }: CompactParts): string {
  if (compact !== undefined) return 'custom';
  return mask === undefined ? 'hybrid' : 'observation_mask';
}

/** The summary is asked of the model that the loop works with. */
function modelOf({ provider, model, tape, llm_retries }: LlmOptions): LlmOptions {
  return Object.fromEntries(
    Object.entries({ provider, model, tape, llm_retries }).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  );
}

/** The compactions of one loop. */
export class LoopCompaction {
  readonly #ctx: RunContext;
  readonly #session: Session;
  readonly #llm: LlmOptions;
  #ofModel: number | undefined;

  constructor(ctx: RunContext, session: Session, llm: LlmOptions) {
    this.#ctx = ctx;
    this.#session = session;
    this.#llm = llm;
  }

  /** Compacts what has become too long; false: nothing has. */
  *run(plan: CompactPlan): Suspending<boolean> {
    const threshold = plan.threshold ?? this.#thresholdOfModel();
    const whole = { ...plan, threshold };
    if (!(yield* compactSession(this.#ctx, this.#session, whole, 'auto'))) return false;
    const { strategy } = plan;
    trace(this.#ctx, { type: 'context_compaction', session_id: this.#session.id, strategy });
    return true;
  }

  #thresholdOfModel(): number {
    if (this.#ofModel !== undefined) return this.#ofModel;
    if (estimateMessageTokens(this.#session.transcript.messages.toArray()) <= SHORT) return MOST;
    const { provider = null, model = null } = this.#llm;
    const window = this.#ctx.sync(contextWindow, [provider, model]);
    this.#ofModel = window === null ? MOST : Math.min(MOST, Math.floor(window * SHARE));
    return this.#ofModel;
  }
}
