// The span of a model call: which model was asked, and what it cost. Never what was said.
import { type RunContext, type RunSpan, runSpansKey } from '../run/index.ts';
import { GEN_AI } from '../trace/index.ts';
import type { LlmNumbers } from './result.ts';
import type { LlmRoute } from './route.ts';

export function openCallSpan(ctx: RunContext, route: LlmRoute): RunSpan {
  const { call_id, model, provider } = route;
  return ctx.get(runSpansKey).start(ctx.task, 'llm_call', model, {
    attributes: {
      [GEN_AI.operationName]: 'chat',
      [GEN_AI.providerName]: provider,
      [GEN_AI.requestModel]: model,
      call_id,
      model,
      provider,
    },
  });
}

export function endCallSpan(span: RunSpan, answer: LlmNumbers): void {
  const { input_tokens: input, output_tokens: output, cost_usd: cost } = answer;
  span.set({
    [GEN_AI.responseModel]: answer.model,
    [GEN_AI.responseFinishReasons]: [answer.stop_reason],
    ...(input === null ? {} : { [GEN_AI.usageInputTokens]: input, input_tokens: input }),
    ...(output === null ? {} : { [GEN_AI.usageOutputTokens]: output, output_tokens: output }),
    ...(cost === null ? {} : { cost_usd: cost }),
    cache_read_tokens: answer.cache_read_tokens,
    cache_write_tokens: answer.cache_write_tokens,
  });
  span.end('ok');
}
