// What is known of providers and models, as `harness.llm` and the older globals.
import { llmEffects } from '../runtime/llm/index.ts';
import { parseExactToml } from '../text/index.ts';
import { display, type List, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { reading } from './data-formats.ts';
import type { BuiltinRow } from './define.ts';
import { type EffectMeta, effectRow } from './effect-row.ts';
import { fromExact } from './exact-data.ts';

const none = () => [];
const text = ([name]: List) => [display((name ?? null) as Value)];

export function llmCatalogRows(): readonly BuiltinRow[] {
  return [...nameRows(), ...tellingRows(), ...capabilityRows()];
}

function meta(alias: string, args: EffectMeta['args'], doc: string): EffectMeta {
  return { doc, aliases: [alias], ...(args === undefined ? {} : { args }) };
}

function nameRows(): readonly BuiltinRow[] {
  const { resolve_model, pick_model, model_tier, infer_provider, model_info } = llmEffects;
  return [
    effectRow(
      'llm.resolve_model(name: string) -> dict',
      resolve_model,
      meta(
        'llm_resolve_model',
        text,
        'What an alias, `provider:model` or a model stands for: `{id, provider, alias, tool_format, tier}`.',
      ),
    ),
    effectRow(
      'llm.pick_model(target: string, options: dict?) -> dict',
      pick_model,
      meta('llm_pick_model', text, 'The model for an alias or a tier: `{id, provider, tier}`.'),
    ),
    effectRow(
      'llm.model_tier(model: string) -> string',
      model_tier,
      meta('llm_model_tier', text, 'How able a model is: `small`, `mid` or `frontier`.'),
    ),
    effectRow(
      'llm.infer_provider(model: string) -> string',
      infer_provider,
      meta('llm_infer_provider', text, 'The provider that the name of a model points to.'),
    ),
    effectRow(
      'llm.model_info(model: string) -> dict',
      model_info,
      meta(
        'llm_model_info',
        text,
        'All that is known of a model: what its name stands for, `catalog` with prices, `capabilities`, `auth_available`.',
      ),
    ),
  ];
}

function tellingRows(): readonly BuiltinRow[] {
  const effects = llmEffects;
  return [
    effectRow(
      'llm.providers() -> list',
      effects.providers,
      meta('llm_providers', none, 'The names of all providers.'),
    ),
    effectRow(
      'llm.available_providers() -> list',
      effects.available_providers,
      meta(
        'llm_available_providers',
        none,
        'The providers that can be asked here: their key is there, or they need none.',
      ),
    ),
    effectRow(
      'llm.known_models() -> list',
      effects.known_models,
      meta('llm_known_models', none, 'The aliases of models.'),
    ),
    effectRow(
      'llm.qc_default_model(provider: string) -> string?',
      effects.qc_default_model,
      meta('llm_qc_default_model', text, 'The cheap model of a provider for checks and repairs.'),
    ),
    effectRow(
      'llm.provider_catalog() -> dict',
      effects.provider_catalog,
      meta(
        'llm_provider_catalog',
        none,
        'The whole catalog: `{providers, aliases, models, qc_defaults, available_providers}`.',
      ),
    ),
    effectRow(
      'llm.config(provider: string?) -> dict?',
      effects.config,
      meta(
        'llm_config',
        ([name = null]: List) => [name === null ? null : display(name)],
        'How a provider is reached: `{base_url, auth_style, auth_env, ...}`; without a name, all of them.',
      ),
    ),
    effectRow(
      'llm.info() -> dict',
      effects.info,
      meta(
        'llm_info',
        none,
        'Where a call goes that names nothing: `{provider, model, api_key_set}`.',
      ),
    ),
  ];
}

function capabilityRows(): readonly BuiltinRow[] {
  const { capabilities, capabilities_install, capabilities_clear } = llmEffects;
  return [
    effectRow('llm.capabilities(provider: string, model: string) -> dict', capabilities, {
      doc: 'What a model of a provider can do: `{native_tools, tool_search, thinking_modes, vision_supported, ...}`.',
      aliases: ['provider_capabilities'],
      args: ([provider = null, model = null]) => [display(provider), display(model)],
    }),
    effectRow('llm.capabilities_install(toml: string) -> nil', capabilities_install, {
      doc: 'Rules before the shipped ones, for this run: `[[provider.<name>]]` tables with `model_match`.',
      aliases: ['provider_capabilities_install'],
      args: ([toml = null]) => [
        toData(
          fromExact(reading('provider_capabilities_install', () => parseExactToml(display(toml)))),
        ),
      ],
    }),
    effectRow('llm.capabilities_clear() -> nil', capabilities_clear, {
      doc: 'Only the shipped rules again.',
      aliases: ['provider_capabilities_clear'],
      args: none,
    }),
  ];
}
