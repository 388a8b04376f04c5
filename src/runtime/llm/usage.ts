// Tokens and cost in the run record, folded from the outcomes of model calls. An answer too large for its journal entry
// leaves its numbers in a note beside it, so the fold never needs the answer itself.
import { isJsonObject, isLongerThan, type Json, type JsonObject } from '../../base/index.ts';
import type { JournalEntry, RecordSection } from '../run/index.ts';
import { type LlmAnswer, type LlmNumbers, toNumbers, usageOf } from './result.ts';
import type { LlmRoute } from './route.ts';

/** The `usage` of a run record. Calls without a known price are counted, not taken for free. */
export type LlmUsageRecord = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_duration_ms: number;
  readonly call_count: number;
  /** US dollars of the calls whose price is known. */
  readonly total_cost: number;
  readonly known_cost_usd: number;
  readonly unpriced_calls: number;
  readonly usage_unknown_calls: number;
  readonly models: readonly string[];
};

const NOTHING: LlmUsageRecord = {
  input_tokens: 0,
  output_tokens: 0,
  total_duration_ms: 0,
  call_count: 0,
  total_cost: 0,
  known_cost_usd: 0,
  unpriced_calls: 0,
  usage_unknown_calls: 0,
  models: [],
};

/** Above this an outcome may be kept outside of its entry. Less than the journal's own limit, to be on the safe side. */
const NOTE_ABOVE_CHARS = 12 * 1024;

/** The numbers to note beside a large outcome; undefined when the outcome itself will be in the journal. */
export function usageFacts(
  answer: LlmAnswer,
  route: LlmRoute,
  outcome: Json = answer,
): JsonObject | undefined {
  return numberFacts(toNumbers(answer), route, outcome);
}

/** The same for an outcome whose numbers stand apart. */
export function numberFacts(
  numbers: LlmNumbers,
  { call_id: callId }: LlmRoute,
  outcome: Json,
): JsonObject | undefined {
  if (!isLongerThan(outcome, NOTE_ABOVE_CHARS)) return undefined;
  return { llm_usage: { ...numbers, call_id: callId } };
}

/** Where each effect has its numbers: in its outcome as a whole, or in one field of it. */
const NUMBERS_IN: { readonly [effect: string]: string } = {
  'llm.stream': 'answer',
  'llm.generate': 'numbers',
  'llm.generate_stream': 'numbers',
};

/** Folds `usage` into the run record. */
export const llmUsageSection: RecordSection<LlmUsageRecord> = {
  key: 'usage',
  initial: NOTHING,
  fold(state: LlmUsageRecord, entry: JournalEntry): LlmUsageRecord {
    if (entry.kind === 'intent_noted') {
      const noted = entry.facts['llm_usage'];
      return isJsonObject(noted) ? add(state, noted) : state;
    }
    if (entry.kind !== 'outcome' || entry.status !== 'ok') return state;
    const field = NUMBERS_IN[entry.effect];
    if (field === undefined && entry.effect !== 'llm.call') return state;
    const { value } = entry;
    if (!isJsonObject(value) || isLongerThan(value, NOTE_ABOVE_CHARS)) return state;
    const numbers = field === undefined ? value : value[field];
    return isJsonObject(numbers) ? add(state, numbers) : state;
  },
};

function add(state: LlmUsageRecord, numbers: { readonly [key: string]: Json }): LlmUsageRecord {
  const answer = numbers as unknown as LlmNumbers;
  const usage = usageOf(answer);
  const cost = answer.cost_usd;
  const total = state.total_cost + (cost ?? 0);
  return {
    input_tokens: state.input_tokens + usage.input_tokens,
    output_tokens: state.output_tokens + usage.output_tokens,
    total_duration_ms: state.total_duration_ms + answer.duration_ms,
    call_count: state.call_count + 1,
    total_cost: total,
    known_cost_usd: total,
    unpriced_calls: state.unpriced_calls + (cost === null ? 1 : 0),
    usage_unknown_calls: state.usage_unknown_calls + (usage.unknown ? 1 : 0),
    models: state.models.includes(answer.model) ? state.models : [...state.models, answer.model],
  };
}
