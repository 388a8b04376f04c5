// What a model of a provider can do: the first rule that fits, those of the run before the shipped ones.
import { isJsonObject, type Json } from '../../../base/index.ts';
import { defineSyncEffect, type ServiceKey } from '../../run/index.ts';
import { llmErrors } from '../errors.ts';
import { CAPABILITY_FAMILIES, CAPABILITY_RULES, type CapabilityRule } from './capability-rules.ts';

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

/** The answer for one model. */
export type ModelCapabilities = Capabilities & {
  readonly provider: string;
  readonly model: string;
  readonly thinking: boolean;
};

const NONE: Capabilities = {
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

type Rules = { readonly [provider: string]: readonly CapabilityRule[] };

/** The first rule for a model; undefined when none says anything of it. */
function ruleFor(provider: string, model: string, own: Rules): CapabilityRule | undefined {
  // The mock stands for whichever maker the name points to.
  if (provider === 'mock') {
    return ruleFor('anthropic', model, own) ?? ruleFor('openai', model, own);
  }
  const family = CAPABILITY_FAMILIES[provider];
  const rules = [
    ...(own[provider] ?? []),
    ...(CAPABILITY_RULES[provider] ?? []),
    ...(family === undefined ? [] : [...(own[family] ?? []), ...(CAPABILITY_RULES[family] ?? [])]),
  ];
  const name = model.toLowerCase();
  return rules.find((rule) => fits(rule, name));
}

function fits({ model_match: match, version_min: least }: CapabilityRule, name: string): boolean {
  if (!globFits(match.toLowerCase(), name)) return false;
  if (least === undefined) return true;
  const version = versionOf(name);
  return version !== undefined && version >= least[0] * 1000 + least[1];
}

function globFits(glob: string, name: string): boolean {
  const escaped = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(name);
}

/** 4007 for `claude-opus-4-7`, 5004 for `gpt-5.4-preview`. */
function versionOf(name: string): number | undefined {
  const found = /(?:claude-[a-z]+-|gpt-)(\d+)(?:[-.](\d{1,2})(?!\d))?/.exec(name);
  return found === null ? undefined : Number(found[1]) * 1000 + Number(found[2] ?? 0);
}

/** What a model can do; nothing for one that no rule knows. */
export function capabilitiesOf(
  provider: string,
  model: string,
  own: Rules = {},
): ModelCapabilities {
  const { model_match: _match, version_min: _least, ...said } = ruleFor(provider, model, own) ?? {};
  const all: Capabilities = { ...NONE, ...said };
  return { provider, model, ...all, thinking: all.thinking_modes.length > 0 };
}

/** Whether any rule says something of a model. */
export function isKnownModel(provider: string, model: string, own: Rules): boolean {
  return ruleFor(provider, model, own) !== undefined;
}

/** The rules that a run has installed, by provider. */
export const capabilityRulesKey: ServiceKey<{ rules: Rules }> = {
  name: 'llm.capability_rules',
  create: () => ({ rules: {} }),
};

const local = { class: 'local', access: 'write' } as const;

export const llmCapabilityEffects = {
  capabilities: defineSyncEffect(
    { name: 'llm.capabilities', class: 'local', access: 'read' },
    (env, provider: string, model: string): ModelCapabilities =>
      capabilitiesOf(provider, model, env.get(capabilityRulesKey).rules),
  ),
  capabilities_install: defineSyncEffect(
    { name: 'llm.capabilities_install', ...local },
    (env, rules: Json) => {
      env.get(capabilityRulesKey).rules = readRules(rules);
      return null;
    },
  ),
  capabilities_clear: defineSyncEffect({ name: 'llm.capabilities_clear', ...local }, (env) => {
    env.get(capabilityRulesKey).rules = {};
    return null;
  }),
};

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
