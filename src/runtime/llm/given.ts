// Answers that leave no network: prepared ones, and those of a tape. Which one a call gets is settled in its task's own
// turn, before the call itself.
import type { EffectEnv, RunContext } from '../run/index.ts';
import { catalogKey } from './catalog/catalog.ts';
import { type LlmMockTaken, llmMockTake, mockAnswer } from './mock.ts';
import type { LlmRequest } from './request.ts';
import type { LlmAnswer } from './result.ts';
import type { LlmRoute } from './route.ts';
import { llmTapesKey, llmTapeTurn } from './tape.ts';

/** A prepared answer, or a place on a tape. */
export type Given = { readonly mock: LlmMockTaken; readonly turn: number };

const NO_MOCK: LlmMockTaken = { mock: null, cached: false };

/** What this call gets, if it is answered here. */
export function givenFor(ctx: RunContext, request: LlmRequest, route: LlmRoute): Given {
  return {
    mock: route.kind === 'mock' ? ctx.sync(llmMockTake, [request]) : NO_MOCK,
    turn: route.kind === 'tape' ? ctx.sync(llmTapeTurn, [request]) : 0,
  };
}

/** The answer, without asking anybody. */
export async function answerHere(
  env: EffectEnv,
  request: LlmRequest,
  route: LlmRoute,
  given: Given,
): Promise<LlmAnswer> {
  if (route.kind === 'mock') return mockAnswer(request, route, given.mock, env.get(catalogKey));
  return env.get(llmTapesKey).answer(route.tape ?? '', request, given.turn);
}
