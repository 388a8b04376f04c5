// What only some providers know: thinking, features by name, and fields of one's own, in the words of each library.
import type { JsonObject } from '../../../base/index.ts';
import type { LlmRequest, LlmThinking } from '../request.ts';
import type { ProviderConfig } from './known.ts';

/** How many tokens to think with, when thinking is asked for without saying. */
const DEFAULT_BUDGET_TOKENS = 8_000;

/** The options of a provider's library; undefined when there are none. */
export function toProviderOptions(
  request: LlmRequest,
  provider: ProviderConfig,
  model: string,
): { readonly [name: string]: JsonObject } | undefined {
  const { thinking } = request;
  switch (provider.wire) {
    case 'anthropic':
      return named('anthropic', {
        ...anthropicThinking(thinking),
        ...anthropicBetas(request, model),
      });
    case 'google':
      return named('google', googleThinking(thinking, model));
    case 'openai':
      return named('openai', {
        ...effort(thinking),
        // In strict mode the server refuses most schemas that people write; the answer is checked here anyway.
        ...(request.output.kind === 'json' && request.output.strict !== true
          ? { strictJsonSchema: false }
          : {}),
      });
    case 'openai-compatible': {
      const fields = compatibleThinking(thinking, provider.name);
      // The library passes fields under its own name on to the body, but knows only its own under a general one.
      return Object.keys(fields).length === 0 ? undefined : { [provider.name]: fields };
    }
  }
}

function named(name: string, fields: JsonObject): { [name: string]: JsonObject } | undefined {
  return Object.keys(fields).length === 0 ? undefined : { [name]: fields };
}

function anthropicThinking(thinking: LlmThinking | undefined): JsonObject {
  switch (thinking?.mode) {
    case 'enabled': {
      const budgetTokens = thinking.budget_tokens ?? DEFAULT_BUDGET_TOKENS;
      return { thinking: { type: 'enabled', budgetTokens } };
    }
    case 'adaptive':
      return { thinking: { type: 'adaptive' } };
    case 'effort':
      return { effort: thinking.level };
    default:
      return {};
  }
}

const INTERLEAVED = 'interleaved-thinking-2025-05-14';
const TOOL_SEARCH = 'advanced-tool-use-2025-11-20';

function anthropicBetas(request: LlmRequest, model: string): JsonObject {
  const betas = new Set(request.anthropic_beta_features ?? []);
  const byItself = request.thinking?.mode === 'enabled' && interleaves(model);
  if (request.interleaved_thinking === true || byItself) betas.add(INTERLEAVED);
  if (request.tool_search !== undefined) betas.add(TOOL_SEARCH);
  return betas.size === 0 ? {} : { anthropicBeta: [...betas] };
}

/** Models that can think between calls of tools once they are told to think. */
export function interleaves(model: string): boolean {
  return /^(?:anthropic\/)?claude-opus-4/.test(model);
}

const GOOGLE_BUDGETS = { low: 1_024, medium: 8_192, high: 24_576 } as const;

function googleThinking(thinking: LlmThinking | undefined, model: string): JsonObject {
  const config = (fields: JsonObject) => ({ thinkingConfig: fields });
  switch (thinking?.mode) {
    case undefined:
      return {};
    case 'disabled':
      return config({ thinkingBudget: 0 });
    case 'adaptive':
      return config({ includeThoughts: true, thinkingBudget: -1 });
    case 'enabled': {
      const thinkingBudget = thinking.budget_tokens ?? DEFAULT_BUDGET_TOKENS;
      return config({ includeThoughts: true, thinkingBudget });
    }
    case 'effort':
      return config({
        includeThoughts: true,
        ...(/gemini-[3-9]/.test(model)
          ? { thinkingLevel: thinking.level }
          : { thinkingBudget: GOOGLE_BUDGETS[thinking.level] }),
      });
  }
}

function effort(thinking: LlmThinking | undefined): JsonObject {
  return thinking?.mode === 'effort' ? { reasoningEffort: thinking.level } : {};
}

/** Servers of this wire format switch thinking in two ways: one router has a field of its own, others their template. */
function compatibleThinking(thinking: LlmThinking | undefined, provider: string): JsonObject {
  switch (thinking?.mode) {
    case undefined:
      return {};
    case 'effort':
      return { reasoningEffort: thinking.level };
    case 'disabled':
      return provider === 'openrouter'
        ? { reasoning: { enabled: false } }
        : { chat_template_kwargs: { enable_thinking: false } };
    case 'adaptive':
    case 'enabled': {
      const budget = thinking.mode === 'enabled' ? thinking.budget_tokens : undefined;
      if (provider !== 'openrouter') return { chat_template_kwargs: { enable_thinking: true } };
      return { reasoning: budget === undefined ? { enabled: true } : { max_tokens: budget } };
    }
  }
}
