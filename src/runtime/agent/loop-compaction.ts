// When and how a loop compacts its conversation, read from its options. Off unless one of them asks for it: a
// conversation that changes by itself is a surprise, and how much a model can take is not known for every model.
import { isJsonObject, type Json } from '../../base/index.ts';
import type { LlmOptions } from '../llm/index.ts';
import { type CompactParts, type CompactPlan, readCompactOptions } from './compact-options.ts';
import { loopErrors } from './errors.ts';

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

/** What `auto_compact: true` means without a threshold, in estimated tokens: most models take more. */
const DEFAULT_THRESHOLD = 96_000;

/** Options of a loop that are about compaction. */
export const COMPACTION_OPTIONS: readonly string[] = [
  ...['compaction', 'auto_compact', 'compact_threshold', 'compact_keep_last'],
  ...['compact_keep_first', 'compact_strategy'],
];

/** The plan; undefined: the loop never compacts. */
export function loopCompaction(
  given: Given,
  llm: LlmOptions,
  parts: CompactParts,
): CompactPlan | undefined {
  const { compaction, auto_compact, compact_threshold, compact_strategy } = given;
  const about = isJsonObject(compaction) ? compaction : {};
  const rule = (typeof compaction === 'string' ? compaction : about['strategy']) ?? null;
  if (compaction === false || auto_compact === false || rule === 'none') return undefined;
  const isAsked = [compaction, auto_compact, compact_threshold].some((one) => one !== undefined);
  if (!isAsked) return undefined;
  const strategy =
    rule ?? compact_strategy ?? (parts.compact === undefined ? 'truncate' : 'custom');
  const found = RULES[String(strategy)];
  if (found === undefined) {
    const expected = `one of none, ${Object.keys(RULES).join(', ')}`;
    throw loopErrors.badOption({ option: 'compaction', expected });
  }
  const threshold = compact_threshold ?? about['threshold'] ?? DEFAULT_THRESHOLD;
  if (typeof threshold !== 'number' || !Number.isInteger(threshold) || threshold < 1) {
    throw loopErrors.badOption({ option: 'compact_threshold', expected: 'an int of at least 1' });
  }
  const keepLast = given['compact_keep_last'] ?? about['keep_last_n'] ?? found.keepLast ?? null;
  const options = {
    ...modelOf(llm),
    strategy: found.engine,
    keep_last: keepLast,
    keep_first: given['compact_keep_first'] ?? about['keep_first_n'] ?? null,
    target_tokens: threshold,
  };
  const plan = readCompactOptions('agent_loop', options, parts);
  return { ...plan, strategy: String(strategy), truncateOnFailure: strategy === 'hybrid' };
}

/** The summary is asked of the model that the loop works with. */
function modelOf({ provider, model, tape, llm_retries }: LlmOptions): LlmOptions {
  return Object.fromEntries(
    Object.entries({ provider, model, tape, llm_retries }).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  );
}
