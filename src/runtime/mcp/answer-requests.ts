// What servers ask in the middle of a call, answered by the run: models through its own model calls, people through its own
// questions. Each request and each answer stand in the journal, so a call that is made again finds what was had.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { askUser, humanErrors } from '../human/index.ts';
import { type LlmStopReason, llmCall } from '../llm/index.ts';
import { defineEffect, type RunContext, type Suspending } from '../run/index.ts';
import type { AskPolicy, McpSampling } from './ask-policy.ts';
import type { Answer, AskingCall, ServerRequest } from './asking-call.ts';

const MAX_REQUESTS = 10;

const nextRequest = defineEffect(
  {
    name: 'tools.mcp_request',
    class: 'read',
    access: 'read',
    identity: ([server]: readonly [string, AskingCall]) => [server],
  },
  (env, _server: string, asking: AskingCall): Promise<ServerRequest> => asking.next(env.signal),
);

/** Whose call it is. */
export interface Asker {
  readonly server: string;
  readonly tool: string;
  readonly policy: AskPolicy;
}

/** Sees to what the server of a call asks for, one request after another, until it is dropped with the call. */
export function* answerRequests(
  ctx: RunContext,
  asking: AskingCall,
  asker: Asker,
): Suspending<never> {
  let sampled = 0;
  for (;;) {
    const request = yield* ctx.perform(nextRequest, [asker.server, asking]);
    if (request.kind === 'sampling') sampled += 1;
    const asked = asking.take(request);
    try {
      asked.settle(yield* answered(ctx, asking, asker, request, sampled));
    } catch (error) {
      // Messages of ours can say more about the run than servers are to know.
      const code = HarnError.is(error) ? ` (${error.code})` : '';
      asked.settle(refused(`there is no answer${code}`));
      if (!isRefusal(error)) throw error;
    }
  }
}

function* answered(
  ctx: RunContext,
  asking: AskingCall,
  asker: Asker,
  { kind, params }: ServerRequest,
  sampled: number,
): Suspending<Answer> {
  const { sampling, elicitation } = asker.policy;
  if (kind === 'sampling') {
    if (sampling === undefined) return refused('sampling is not allowed');
    if (sampled > (sampling.max_requests ?? MAX_REQUESTS)) {
      return refused('this call has had all the answers of models that it may have');
    }
    return yield* sample(ctx, sampling, params);
  }
  if (elicitation === undefined) return refused('people are not asked');
  asking.awaitsPeople = true;
  try {
    return yield* elicit(ctx, asker, params);
  } finally {
    asking.awaitsPeople = false;
  }
}

/** What a run may not do, cannot pay for, or gets no answer to, its server is told; all else is not about the request. */
function isRefusal(error: unknown): boolean {
  return HarnError.is(error) && /^HARN-(?:LLM|CAP|POL|HIL)-/.test(error.code);
}

function refused(reason: string): Answer {
  return { ok: false, reason };
}

function* sample(ctx: RunContext, policy: McpSampling, params: JsonObject): Suspending<Answer> {
  if (params['tools'] !== undefined) return refused('models are not offered tools of servers');
  const messages = messagesOf(params['messages']);
  if (messages === undefined) return refused('only text and images can be asked about');
  const { max_requests: _max, max_tokens: most = Number.POSITIVE_INFINITY, ...route } = policy;
  const { systemPrompt, temperature, stopSequences, maxTokens } = params;
  const result = yield* llmCall(ctx, '', typeof systemPrompt === 'string' ? systemPrompt : null, {
    ...route,
    messages,
    max_tokens: Math.min(most, Number(maxTokens)),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(Array.isArray(stopSequences) ? { stop: stopSequences as readonly string[] } : {}),
  });
  const { text, model, stop_reason: reason } = result;
  const content = { type: 'text', text };
  return {
    ok: true,
    result: { role: 'assistant', content, model, stopReason: STOP_REASONS[reason] ?? reason },
  };
}

const STOP_REASONS: { readonly [reason in LlmStopReason]?: string } = {
  end_turn: 'endTurn',
  max_tokens: 'maxTokens',
  stop_sequence: 'stopSequence',
};

/** The messages of a request as `llm.call` takes them; undefined when something else than text and images is in them. */
function messagesOf(given: Json | undefined): readonly JsonObject[] | undefined {
  const messages: JsonObject[] = [];
  for (const one of Array.isArray(given) ? (given as readonly Json[]) : []) {
    if (!isJsonObject(one)) return undefined;
    const { role, content } = one;
    const blocks = Array.isArray(content) ? (content as readonly Json[]) : [content ?? null];
    const parts = blocks.map(blockOf);
    if (parts.some((part) => part === undefined)) return undefined;
    messages.push({ role: role ?? 'user', content: parts as readonly JsonObject[] });
  }
  return messages.length === 0 ? undefined : messages;
}

function blockOf(block: Json): JsonObject | undefined {
  if (!isJsonObject(block)) return undefined;
  const { type, text, data, mimeType } = block;
  if (type === 'text' && typeof text === 'string') return { type, text };
  if (type !== 'image' || typeof data !== 'string') return undefined;
  return { type, base64: data, media_type: mimeType ?? 'image/png' };
}

const NO = ['decline', 'cancel'];

/** A question of the run. People answer with what fits the schema of the server, or with `decline` or `cancel`. */
function* elicit(ctx: RunContext, asker: Asker, params: JsonObject): Suspending<Answer> {
  const { message, requestedSchema: wanted, mode = 'form' } = params;
  if (mode !== 'form' || !isJsonObject(wanted ?? null)) return refused('only forms are filled in');
  const { server, tool } = asker;
  const prompt = `${server} (${tool}) asks: ${String(message)}`;
  const schema = { anyOf: [wanted as JsonObject, { enum: NO }] };
  try {
    const answer = yield* askUser(ctx, prompt, { schema }, { mcp_server: server, mcp_tool: tool });
    if (!isJsonObject(answer)) return { ok: true, result: { action: answer } };
    return { ok: true, result: { action: 'accept', content: answer } };
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    return { ok: true, result: { action: 'cancel' } };
  }
}

function isUnanswered(error: unknown): boolean {
  if (!HarnError.is(error)) return false;
  return [humanErrors.$code('timeout'), humanErrors.$code('cancelled')].includes(error.code);
}
