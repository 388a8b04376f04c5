// Model calls that go on from a transcript and give the next one: `llm_call` as programs know it. The call itself belongs
// to the room of models, which knows requests and answers only.
import { type Json, type JsonObject, shortHash } from '../../base/index.ts';
import {
  type LlmCallEnvelope,
  type LlmOptions,
  type LlmParts,
  type LlmResult,
  llmCall,
  llmCallSafe,
} from '../llm/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { Transcript, type TranscriptMessage } from './transcript.ts';
import { readTranscript } from './transcript-read.ts';

/** Options of a call, and the transcript that it goes on from; the prompt is then what the user says next. */
export type LlmCallOptions = LlmOptions & { readonly transcript?: Json };

/** What a call gives, with the conversation it was part of. */
export type LlmCallResult = LlmResult & { readonly transcript: JsonObject };

/** Asks a model; the result has the conversation with the answer at its end. */
export function* llmCallWithTranscript(
  ctx: RunContext,
  prompt: string,
  system: string | null,
  options: LlmCallOptions,
  parts: LlmParts = {},
): Suspending<LlmCallResult> {
  const asked = conversation(prompt, options);
  const result = yield* llmCall(ctx, prompt, system, asked.options, parts);
  return { ...result, transcript: answered(asked, result) };
}

/** The same without throwing: `{ok, response, error}`. */
export function* llmCallSafeWithTranscript(
  ctx: RunContext,
  prompt: string,
  system: string | null,
  options: LlmCallOptions,
  parts: LlmParts = {},
): Suspending<LlmCallEnvelope> {
  const asked = conversation(prompt, options);
  const envelope = yield* llmCallSafe(ctx, prompt, system, asked.options, parts);
  const { response } = envelope;
  if (response === null) return envelope;
  const transcript = answered(asked, response);
  return { ...envelope, response: { ...response, transcript } as LlmCallResult };
}

interface Asked {
  readonly options: LlmOptions;
  readonly before: Transcript | undefined;
  readonly said: readonly TranscriptMessage[];
}

function conversation(prompt: string, { transcript, ...options }: LlmCallOptions): Asked {
  const user: readonly TranscriptMessage[] =
    prompt === '' ? [] : [{ role: 'user', content: prompt }];
  if (transcript === undefined || transcript === null) {
    const given = options.messages;
    const said = Array.isArray(given) ? (given as readonly TranscriptMessage[]) : user;
    return { options, before: undefined, said };
  }
  const before = readTranscript('llm_call', transcript, () => '');
  const { summary } = before;
  const recap: readonly TranscriptMessage[] =
    summary === null ? [] : [{ role: 'user', content: summary }];
  const messages = [...recap, ...before.messages.toArray(), ...user];
  return { options: { ...options, messages }, before, said: user };
}

/** Named for what was said, so that a replay gives the same without drawing an id. */
function answered({ before, said }: Asked, result: LlmResult): JsonObject {
  const { text, tool_calls, reasoning, structural_experiment: experiment } = result;
  const calls = tool_calls.length === 0 ? {} : { tool_calls: tool_calls as unknown as Json };
  const thoughts = reasoning === null ? {} : { reasoning: reasoning as unknown as Json };
  const answer: TranscriptMessage = { role: 'assistant', content: text, ...thoughts, ...calls };
  const all = [...said, answer];
  const from = before ?? Transcript.empty(`transcript_${shortHash(JSON.stringify(all))}`);
  const told = from.append(...all);
  if (experiment === undefined) return told.toJson();
  const metadata = { structural_experiment: experiment as unknown as Json };
  const event = { kind: 'provider_payload', role: 'system', visibility: 'internal', metadata };
  return told.withEvent(event).toJson();
}
