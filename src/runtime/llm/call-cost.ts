// What a call may cost in tokens, before it is made.
import { canonicalJson, type Json } from '../../base/index.ts';
import type { LlmRequest } from './request.ts';

/** Assumed of an answer whose call does not say how long it may get (`max_tokens`). */
export const ASSUMED_ANSWER_TOKENS = 32_768;

/** Of text of code or of European languages; others take up to one token for each character. */
const ASCII_CHARS_PER_TOKEN = 3;

/** Tokens that a request may use at most: its text, estimated on the high side, and the longest answer it allows. */
export function mostOf({ system, messages, tools, max_tokens: answer }: LlmRequest): number {
  const text = canonicalJson([system, messages, tools ?? null] as unknown as Json);
  let ascii = 0;
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 128) ascii += 1;
  const input = Math.ceil(ascii / ASCII_CHARS_PER_TOKEN) + (text.length - ascii);
  return input + (answer ?? ASSUMED_ANSWER_TOKENS);
}
