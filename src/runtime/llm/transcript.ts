// Model calls in the live stream of a run: one `transcript` event when a call is made and one when it ends. Emitted in
// the task's own turn, so a resumed run goes on with the same numbers.
import { HarnError, type Json } from '../../base/index.ts';
import { emitRunEvent, type RunContext, timestamp } from '../run/index.ts';
import { toKept } from './durable-data.ts';
import type { ModelCall } from './durable-model.ts';
import { failureOf } from './errors.ts';
import type { LlmRequest } from './request.ts';
import type { LlmNumbers } from './result.ts';
import type { LlmRoute } from './route.ts';
import type { Routing } from './route-policy.ts';

/** What is told of a request: how it was asked, never what. */
export type AskedFacts = {
  readonly max_tokens: number | null;
  readonly temperature: number | null;
  readonly tool_choice: Json;
  readonly native_tool_count: number;
  readonly message_count: number;
};

/** Of a call of ours. */
export function requestFacts(request: LlmRequest): AskedFacts {
  return {
    max_tokens: request.max_tokens ?? null,
    temperature: request.temperature ?? null,
    tool_choice: request.tool_choice ?? null,
    native_tool_count: request.tools?.length ?? 0,
    message_count: request.messages.length,
  };
}

/** Of a call of a model object. */
export function modelFacts({ options }: ModelCall): AskedFacts {
  return {
    max_tokens: options.maxOutputTokens ?? null,
    temperature: options.temperature ?? null,
    tool_choice: toKept(options.toolChoice),
    native_tool_count: options.tools?.length ?? 0,
    message_count: options.prompt.length,
  };
}

/** A call is being made. */
export function emitRequest(ctx: RunContext, facts: AskedFacts, route: LlmRoute): void {
  emit(ctx, 'provider_call_request', {
    type: 'provider_call_request',
    timestamp: timestamp(route.started_at_ms),
    call_id: route.call_id,
    provider: route.provider,
    model: route.model,
    ...facts,
  });
}

/** A policy chose whom a call asks. */
export function emitRouting(ctx: RunContext, { call_id }: LlmRoute, routing: Routing): void {
  emit(ctx, 'routing_decision', { type: 'routing_decision', call_id, ...routing });
}

/** A call was answered: its numbers, and what was said where that is known here. */
export function emitResponse(ctx: RunContext, route: LlmRoute, answer: LlmNumbers): void {
  const { duration_ms: responseMs, stop_reason: _stop, ...told } = answer;
  emit(ctx, 'provider_call_response', {
    type: 'provider_call_response',
    call_id: route.call_id,
    provider: route.provider,
    ...told,
    cache_creation_input_tokens: answer.cache_write_tokens,
    response_ms: responseMs,
  });
}

/** A call ended without an answer. */
export function emitFailure(ctx: RunContext, route: LlmRoute, error: unknown): void {
  const failure = HarnError.is(error) ? failureOf(error, route) : null;
  emit(ctx, 'provider_call_response', {
    type: 'provider_call_response',
    call_id: route.call_id,
    provider: route.provider,
    model: route.model,
    error: failure === null ? null : { category: failure.category, message: failure.message },
  });
}

function emit(ctx: RunContext, kind: string, payload: Json): void {
  emitRunEvent(ctx, { event_type: 'transcript', kind, payload });
}
