// Rules of capabilities as people write them: `[[provider.<name>]]` tables with `model_match`.
import { isJsonObject, type Json } from '../../../base/index.ts';
import { llmErrors } from '../errors.ts';
import type { CapabilityRule } from './capability-rules.ts';

/** What rules may say of a model. */
export type Capabilities = {
  readonly native_tools: boolean;
  readonly defer_loading: boolean;
  /** Forms of search of tools that the provider does itself, preferred first. */
  readonly tool_search: readonly string[];
  readonly max_tools: number | null;
  readonly prompt_caching: boolean;
  readonly thinking_modes: readonly string[];
  readonly interleaved_thinking_supported: boolean;
  readonly anthropic_beta_features: readonly string[];
  readonly vision_supported: boolean;
  readonly requires_completion_tokens: boolean;
  readonly reasoning_effort_supported: boolean;
};

export const NONE: Capabilities = {
  native_tools: false,
  defer_loading: false,
  tool_search: [],
  max_tools: null,
  prompt_caching: false,
  thinking_modes: [],
  interleaved_thinking_supported: false,
  anthropic_beta_features: [],
  vision_supported: false,
  requires_completion_tokens: false,
  reasoning_effort_supported: false,
};

/** Rules by provider. */
export type Rules = { readonly [provider: string]: readonly CapabilityRule[] };

/** Reads `{provider: {<name>: [rule, ...]}}`. A rule that makes no sense is refused, and with it all of them. */
export function readRules(parsed: Json): Rules {
  const providers = isJsonObject(parsed) ? parsed['provider'] : undefined;
  if (!isJsonObject(providers)) throw bad('has no [[provider.<name>]]');
  return Object.fromEntries(
    Object.entries(providers).map(([name, rules]) => {
      if (!Array.isArray(rules)) throw bad(`[[provider.${name}]] must be a list of tables`);
      return [name, rules.map((rule: Json) => readRule(name, rule))];
    }),
  );
}

function readRule(provider: string, rule: Json): CapabilityRule {
  const at = `[[provider.${provider}]]`;
  if (!isJsonObject(rule) || typeof rule['model_match'] !== 'string') {
    throw bad(`${at} needs model_match`);
  }
  for (const [field, value] of Object.entries(rule)) {
    if (field === 'model_match') continue;
    if (field === 'version_min') {
      const isPair = Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);
      if (!isPair) throw bad(`${at} version_min must be [major, minor]`);
      continue;
    }
    const like = Object.hasOwn(NONE, field) ? NONE[field as keyof Capabilities] : undefined;
    if (like === undefined) throw bad(`${at} has an unknown field "${field}"`);
    const isRight =
      like === null
        ? typeof value === 'number'
        : Array.isArray(like)
          ? Array.isArray(value) && value.every((one: Json) => typeof one === 'string')
          : typeof value === typeof like;
    if (!isRight) throw bad(`${at} ${field} has the wrong type`);
  }
  return rule as unknown as CapabilityRule;
}

function bad(problem: string): Error {
  return llmErrors.badCapabilities({ problem });
}
