// Options of model calls.

import type { OptionBag } from '../../lang/builtin-spec.ts';
import type { LlmCallOptions } from '../../runtime/agent/index.ts';
import type { LlmOptions, RateOptions, StructuredOptions } from '../../runtime/llm/index.ts';
import { bag, type OptionTexts, type RowOptions, rows, type TextsOf } from './option.ts';

const COUNT = 'int';
const NUMBER = 'int | float';

/** Of every model call, and so of every loop. */
export const MODEL_TEXTS: TextsOf<LlmOptions> = {
  provider: ['string', 'Who is asked, by name, or `auto`.'],
  model: ['string', 'A model by id or alias.'],
  model_tier: ['string', 'The model for a tier where none is named: `small`, `mid` or `frontier`.'],
  route_policy: [
    'string',
    'Chooses among those whose keys are here: `manual`, `always(id)`, `cheapest_over_quality(tier)`, `fastest_over_quality(tier)`.',
  ],
  fallback_chain: ['list', 'Whom to ask in turn when the one before cannot answer; `[]`: nobody.'],
  vision: ['bool', 'The model has to take images.'],
  max_tokens: [COUNT, 'The most tokens of the answer.'],
  temperature: [NUMBER, 'How much chance there is in the answer.'],
  top_p: [NUMBER, 'Only the likeliest tokens that make up this share.'],
  top_k: [COUNT, 'Only so many of the likeliest tokens.'],
  stop: ['string | list', 'Texts at which the answer ends.'],
  seed: [COUNT, 'Where chance begins, for providers that can repeat it.'],
  frequency_penalty: [NUMBER, 'Makes words less likely the more often they were said.'],
  presence_penalty: [NUMBER, 'Makes words less likely that were said at all.'],
  timeout_ms: ['int | float | duration', 'The time for each attempt, in milliseconds.'],
  timeout: ['int | float | duration', 'The same in seconds.'],
  messages: ['list', 'The whole conversation, in place of the prompt.'],
  tools: ['list | dict', 'What the model may call: a registry, or a list of descriptions.'],
  tool_choice: ['any', 'Which tool the model has to call: `auto`, `none`, `required` or a name.'],
  tool_search: ['any', 'Holds tools with `defer_loading` back until a search finds them.'],
  output_format: ['any', '`text`, `json`, or `{kind, schema}`.'],
  output: ['any', 'An older name of `output_format`.'],
  response_format: ['string', 'An older name of `output_format`: `json`.'],
  schema: ['any', 'The schema of the answer; an older form of `output_format`.'],
  json_schema: ['any', 'The same as `schema`.'],
  output_schema: ['any', 'The same as `schema`.'],
  output_validation: [
    'string',
    'What happens to an answer that does not fit: `error`, `warn`, `off`.',
  ],
  schema_retries: [COUNT, 'Further attempts for an answer that does not fit.'],
  schema_retry_nudge: ['string | bool', 'The words of the correction; false: none.'],
  thinking: ['any', 'True, or `{mode, budget_tokens | level}`.'],
  interleaved_thinking: ['bool', 'Lets Claude think between calls of tools.'],
  anthropic_beta_features: ['string | list', 'Features to ask an Anthropic server for, by name.'],
  llm_retries: [COUNT, 'Further attempts after a failure that may pass.'],
  llm_backoff_ms: ['int | float | duration', 'The pause before the second attempt.'],
  cache: ['bool', 'Asks for the caching of prompts.'],
  budget: [
    'dict',
    '`{max_cost_usd, max_input_tokens, max_output_tokens, total_budget_usd}`: a call that may cost more is not made.',
  ],
  structural_experiment: ['any', 'Another form of the same prompt, by name or as a closure.'],
  tape: ['string', 'The recorded answers to answer from.'],
  stream: ['bool', 'Accepted; the result does not depend on it.'],
};

const DELTA: OptionTexts = {
  on_delta: ['closure', 'Called with every piece of the answer, in order.'],
};

const CALL: TextsOf<LlmCallOptions> = {
  ...MODEL_TEXTS,
  transcript: ['any', 'A conversation to go on from.'],
};

const STRUCTURED: TextsOf<StructuredOptions> = {
  ...MODEL_TEXTS,
  system: ['string', 'The system prompt.'],
  retries: [COUNT, 'The same as `schema_retries`; 3 by default.'],
};

const REPAIR: OptionTexts = {
  repair: ['any', 'Asks once more for an answer that does not fit: true, or options of that call.'],
};

const RATE: TextsOf<RateOptions> = {
  max_retries: [COUNT, 'Further attempts after a failure that may pass; 5 by default.'],
  backoff_ms: ['int | float | duration', 'The pause before the second attempt, 1000 by default.'],
};

/** Fields for the bodies of requests stand under the name of the provider. */
export function modelBag(...parts: Parameters<typeof bag>): OptionBag {
  return { ...bag(...parts), handsOnDicts: true };
}

export const MODEL_OPTIONS: RowOptions = {
  ...rows(['llm.call', 'llm.call_safe', 'llm.stream'], modelBag({ ...CALL, ...DELTA })),
  ...rows(['llm.completion'], modelBag({ ...CALL, ...DELTA })),
  ...rows(['llm.call_structured', 'llm.call_structured_safe'], modelBag(STRUCTURED)),
  ...rows(['llm.call_structured_result'], modelBag({ ...STRUCTURED, ...REPAIR })),
  ...rows(['llm.with_rate_limit'], bag(RATE)),
};
