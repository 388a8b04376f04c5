// What a model of a provider can do: the first rule that fits, those of the run before the shipped ones.
import type { Json } from '../../../base/index.ts';
import { defineSyncEffect, type EffectEnv, type ServiceKey } from '../../run/index.ts';
import { CAPABILITY_FAMILIES, CAPABILITY_RULES, type CapabilityRule } from './capability-rules.ts';
import { catalogKey } from './catalog.ts';
import { globFits } from './glob.ts';
import { type Capabilities, NONE, type Rules, readRules } from './read-rules.ts';

/** The answer for one model. */
export type ModelCapabilities = Capabilities & {
  readonly provider: string;
  readonly model: string;
  readonly thinking: boolean;
};

/** Rules before the shipped ones, and whose rules count after a provider's own. */
export interface Ruling {
  readonly rules: Rules;
  readonly familyOf?: (provider: string) => string | undefined;
}

const SHIPPED_ONLY: Ruling = { rules: {} };

/** The first rule for a model; undefined when none says anything of it. */
function ruleFor(provider: string, model: string, by: Ruling): CapabilityRule | undefined {
  // The mock stands for whichever maker the name points to.
  if (provider === 'mock') {
    return ruleFor('anthropic', model, by) ?? ruleFor('openai', model, by);
  }
  const own = by.rules;
  const family = by.familyOf?.(provider) ?? CAPABILITY_FAMILIES[provider];
  const rules = [
    ...(own[provider] ?? []),
    ...(CAPABILITY_RULES[provider] ?? []),
    ...(family === undefined ? [] : [...(own[family] ?? []), ...(CAPABILITY_RULES[family] ?? [])]),
  ];
  const name = model.toLowerCase();
  return rules.find((rule) => fits(rule, name));
}

function fits({ model_match: match, version_min: least }: CapabilityRule, name: string): boolean {
  if (!globFits(match, name)) return false;
  if (least === undefined) return true;
  const version = versionOf(name);
  return version !== undefined && version >= least[0] * 1000 + least[1];
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
  by: Ruling = SHIPPED_ONLY,
): ModelCapabilities {
  const { model_match: _match, version_min: _least, ...said } = ruleFor(provider, model, by) ?? {};
  const all: Capabilities = { ...NONE, ...said };
  return { provider, model, ...all, thinking: all.thinking_modes.length > 0 };
}

/** Whether any rule says something of a model. */
export function isKnownModel(provider: string, model: string, by: Ruling): boolean {
  return ruleFor(provider, model, by) !== undefined;
}

/** The rules that a run has installed, by provider. */
export const capabilityRulesKey: ServiceKey<{ rules: Rules }> = {
  name: 'llm.capability_rules',
  create: () => ({ rules: {} }),
};

/** The rules of a run: what it has installed, then what its project says. */
export function rulingOf(run: Pick<EffectEnv, 'get'>): Ruling {
  const catalog = run.get(catalogKey);
  const { rules: installed } = run.get(capabilityRulesKey);
  const declared = catalog.capabilityRules;
  const names = new Set([...Object.keys(installed), ...Object.keys(declared)]);
  const rules = Object.fromEntries(
    [...names].map((name) => [name, [...(installed[name] ?? []), ...(declared[name] ?? [])]]),
  );
  return { rules, familyOf: (provider) => catalog.familyOf(provider) };
}

const local = { class: 'local', access: 'write' } as const;

export const llmCapabilityEffects = {
  capabilities: defineSyncEffect(
    { name: 'llm.capabilities', class: 'local', access: 'read' },
    (env, provider: string, model: string): ModelCapabilities =>
      capabilitiesOf(provider, model, rulingOf(env)),
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
