// llm.completion: going on with a text, or filling the gap between two. Asked as a conversation, because that is what servers
// of models have in common; the answer is the missing text and nothing else.
import type { RunContext, Suspending } from '../run/index.ts';
import { callParsed } from './call.ts';
import { catalogKey } from './catalog/catalog.ts';
import { type LlmOptions, parseCall } from './options.ts';
import type { LlmResult } from './result.ts';

const CONTINUE = [
  'You complete text. Answer with the text that comes next and nothing else: no quotes, no fences, no comments.',
  'Do not repeat what is there already.',
].join(' ');

/** Asks for what follows `prefix`, up to `suffix` where there is one. */
export function* llmCompletion(
  ctx: RunContext,
  prefix: string,
  suffix: string | null = null,
  system: string | null = null,
  options: LlmOptions = {},
): Suspending<LlmResult> {
  const gap = suffix === null || suffix === '' ? '' : `\n</before>\n<after>\n${suffix}\n</after>`;
  const asked = gap === '' ? `<before>\n${prefix}\n</before>` : `<before>\n${prefix}${gap}`;
  const rules = system === null ? CONTINUE : `${CONTINUE}\n\n${system}`;
  const call = parseCall(asked, rules, options, ctx.get(catalogKey).names);
  const completion = { prefix, suffix: suffix ?? '' };
  return yield* callParsed(ctx, { ...call, request: { ...call.request, completion } });
}
