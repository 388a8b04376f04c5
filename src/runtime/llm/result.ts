// The answer of a model: what the journal keeps of it (LlmAnswer, nothing twice) and what a program gets (LlmResult, the
// documented dict with its views of the same text).
import type { Json } from '../../base/index.ts';
import type { ExperimentFacts } from './experiment.ts';
import { cacheSavingsOf } from './prices.ts';
import type { LlmOutput, LlmReasoning, LlmToolCall } from './request.ts';
import type { LlmRoute } from './route.ts';

/** Why a model stopped. */
export type LlmStopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'tool_use'
  | 'stop_sequence'
  | 'content_filter'
  | 'other';

/** What providers, mocks and tapes give, and the outcome that is recorded. */
export type LlmAnswer = {
  readonly text: string;
  readonly model: string;
  readonly stop_reason: LlmStopReason;
  readonly tool_calls: readonly LlmToolCall[];
  readonly thinking: string | null;
  /** The thoughts one by one, where the provider wants them back with the next request. */
  readonly reasoning?: readonly LlmReasoning[];
  /** A summary of the thoughts, where the provider gives one. */
  readonly thinking_summary?: string;
  /** Tokens were counted for an answer that has nothing in it, where a provider is known to lose answers so. */
  readonly is_empty?: true;
  /** Null when the provider did not say. */
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  /** US dollars; null when the price is not known. */
  readonly cost_usd: number | null;
  readonly duration_ms: number;
};

/** An answer without what was said. */
export type LlmNumbers = Omit<
  LlmAnswer,
  'text' | 'tool_calls' | 'thinking' | 'reasoning' | 'thinking_summary' | 'is_empty'
>;

/** The numbers of an answer. */
export function toNumbers(answer: LlmAnswer): LlmNumbers {
  const { text: _text, tool_calls: _calls, thinking: _thinking, ...rest } = answer;
  const { reasoning: _reasoning, thinking_summary: _summary, is_empty: _empty, ...numbers } = rest;
  return numbers;
}

/** Tokens and cost of one call. */
export type LlmUsage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_hit_ratio: number;
  readonly cache_savings_usd: number;
  readonly cost_usd: number | null;
  /** True when the provider did not report tokens; the counts are then 0. */
  readonly unknown: boolean;
};

/** One part of an answer. */
export type LlmAnswerBlock =
  | { readonly type: 'reasoning'; readonly text: string; readonly visibility: 'private' }
  | { readonly type: 'output_text'; readonly text: string; readonly visibility: 'public' }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly arguments: Json;
      readonly visibility: 'internal';
    };

/** What llm.call gives. */
export type LlmResult = {
  readonly text: string;
  /** The text for people: without the tags some prompts ask for. */
  readonly visible_text: string;
  readonly prose: string;
  readonly canonical_text: string;
  readonly model: string;
  readonly provider: string;
  readonly call_id: string;
  readonly stop_reason: LlmStopReason;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_hit_ratio: number;
  readonly cache_savings_usd: number;
  readonly cost_usd: number | null;
  readonly duration_ms: number;
  readonly usage: LlmUsage;
  /** The parsed JSON when JSON was asked for; null when there is none in the text. */
  readonly data: Json;
  readonly tool_calls: readonly LlmToolCall[];
  readonly thinking: string | null;
  readonly thinking_summary: string | null;
  readonly private_reasoning: string | null;
  /** For the `reasoning` of the message that repeats this answer; null when the provider wants nothing back. */
  readonly reasoning: readonly LlmReasoning[] | null;
  readonly blocks: readonly LlmAnswerBlock[];
  /** The experiment that formed the request, where there was one. */
  readonly structural_experiment?: ExperimentFacts;
};

/** The result a program gets for an answer. */
export function toResult(answer: LlmAnswer, route: LlmRoute, output: LlmOutput): LlmResult {
  const usage = usageOf(answer);
  const { unknown: _unknown, cost_usd: costUsd, ...tokens } = usage;
  const prose = proseOf(answer.text);
  return {
    text: answer.text,
    visible_text: prose,
    prose,
    canonical_text: answer.text,
    model: answer.model,
    provider: route.provider,
    call_id: route.call_id,
    stop_reason: answer.stop_reason,
    ...tokens,
    cost_usd: costUsd,
    duration_ms: answer.duration_ms,
    usage,
    data: output.kind === 'json' ? (jsonIn(answer.text) ?? null) : null,
    tool_calls: answer.tool_calls,
    thinking: answer.thinking,
    thinking_summary: answer.thinking_summary ?? null,
    reasoning: answer.reasoning ?? null,
    private_reasoning: answer.thinking,
    blocks: blocksOf(answer),
  };
}

/** Tokens and cost of an answer. */
export function usageOf(answer: LlmNumbers): LlmUsage {
  const input = answer.input_tokens ?? 0;
  const cached = answer.cache_read_tokens;
  return {
    input_tokens: input,
    output_tokens: answer.output_tokens ?? 0,
    cache_read_tokens: cached,
    cache_write_tokens: answer.cache_write_tokens,
    cache_creation_input_tokens: answer.cache_write_tokens,
    cache_hit_ratio: input === 0 ? 0 : Math.min(1, cached / input),
    cache_savings_usd: cacheSavingsOf(answer.model, cached, answer.cache_write_tokens),
    cost_usd: answer.cost_usd,
    unknown: answer.input_tokens === null || answer.output_tokens === null,
  };
}

function blocksOf(answer: LlmAnswer): readonly LlmAnswerBlock[] {
  const blocks: LlmAnswerBlock[] = [];
  if (answer.thinking !== null) {
    blocks.push({ type: 'reasoning', text: answer.thinking, visibility: 'private' });
  }
  if (answer.text !== '') {
    blocks.push({ type: 'output_text', text: answer.text, visibility: 'public' });
  }
  for (const call of answer.tool_calls) {
    blocks.push({ type: 'tool_call', ...call, visibility: 'internal' });
  }
  return blocks;
}

/** The text between `<assistant_prose>` tags where there are any, otherwise all of it. */
function proseOf(text: string): string {
  const parts = [...text.matchAll(/<assistant_prose>([\s\S]*?)<\/assistant_prose>/g)];
  if (parts.length === 0) return text;
  return parts.map((part) => (part[1] as string).trim()).join('\n\n');
}

/** The JSON in a text: all of it, what a code fence holds, or the outermost braces or brackets. */
export function jsonIn(text: string): Json | undefined {
  const fence = /```(?:json)?\s*\n([\s\S]*?)\n?```/.exec(text)?.[1];
  for (const candidate of [text, fence, between(text, '{', '}'), between(text, '[', ']')]) {
    if (candidate === undefined) continue;
    try {
      return JSON.parse(candidate) as Json;
    } catch {
      // Not this one; models put JSON in several places.
    }
  }
  return undefined;
}

function between(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open);
  const end = text.lastIndexOf(close);
  return start === -1 || end <= start ? undefined : text.slice(start, end + 1);
}
