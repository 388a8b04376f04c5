// What programs may learn of providers and models: the catalog, where keys are there, what a name stands for.
import type { Json, JsonObject } from '../../../base/index.ts';
import type { HostEnv } from '../../host/index.ts';
import { defineSyncEffect } from '../../run/index.ts';
import { llmConfigKey } from '../config.ts';
import { llmErrors } from '../errors.ts';
import { llmMocksKey } from '../mock.ts';
import { priceOf } from '../prices.ts';
import { isAvailable } from '../providers/endpoint.ts';
import {
  inferProvider,
  knownProvider,
  PROVIDER_NAMES,
  type ProviderConfig,
} from '../providers/known.ts';
import { destination } from '../route.ts';
import { capabilitiesOf, capabilityRulesKey } from './capabilities.ts';
import {
  CATALOG_MODELS,
  catalogModel,
  MODEL_ALIASES,
  type ModelTier,
  type ResolvedModel,
  resolveModel,
  tierOf,
} from './models.ts';

const told = { class: 'local', access: 'read' } as const;
const seen = { class: 'ambient', access: 'read' } as const;

/** The model that repairs answers cheaply, by provider. */
const QC_MODELS: { readonly [provider: string]: string } = {
  anthropic: 'claude-3-5-haiku-20241022',
  openai: 'gpt-4o-mini',
  gemini: 'gemini-2.5-flash',
  ollama: 'llama3.2',
};

export const llmCatalogEffects = {
  resolve_model: defineSyncEffect(
    { name: 'llm.resolve_model', ...told },
    (_env, name: string): ResolvedModel => resolveModel(name),
  ),
  pick_model: defineSyncEffect(
    { name: 'llm.pick_model', ...told },
    (_env, target: string): { id: string; provider: string; tier: ModelTier } => {
      if (target === '') throw llmErrors.noTier({ target });
      const { id, provider, tier } = resolveModel(target);
      return { id, provider, tier };
    },
  ),
  model_tier: defineSyncEffect(
    { name: 'llm.model_tier', ...told },
    (_env, model: string): ModelTier => tierOf(model),
  ),
  infer_provider: defineSyncEffect(
    { name: 'llm.infer_provider', ...told },
    (_env, model: string): string => inferProvider(model)?.provider ?? 'anthropic',
  ),
  providers: defineSyncEffect(
    { name: 'llm.providers', ...told },
    (): readonly string[] => PROVIDER_NAMES,
  ),
  known_models: defineSyncEffect({ name: 'llm.known_models', ...told }, (): readonly string[] =>
    Object.keys(MODEL_ALIASES).sort(),
  ),
  qc_default_model: defineSyncEffect(
    { name: 'llm.qc_default_model', ...told },
    (_env, provider: string): string | null => QC_MODELS[provider] ?? null,
  ),
  config: defineSyncEffect(
    { name: 'llm.config', ...told },
    (_env, provider: string | null = null): JsonObject | null => {
      if (provider !== null) return configOf(provider);
      return Object.fromEntries(real().map(({ name }) => [name, configOf(name)]));
    },
  ),
  available_providers: defineSyncEffect(
    { name: 'llm.available_providers', ...seen },
    (env): readonly string[] => availableProviders(env.host.env),
  ),
  model_info: defineSyncEffect(
    { name: 'llm.model_info', ...seen },
    (env, name: string): JsonObject => {
      const resolved = resolveModel(name);
      const known = knownProvider(resolved.provider);
      const { rules } = env.get(capabilityRulesKey);
      return {
        ...resolved,
        catalog: catalogEntry(resolved.id),
        capabilities: capabilitiesOf(resolved.provider, resolved.id, rules),
        auth_available: known === undefined || isAvailable(known, env.host.env),
        qc_default_model: QC_MODELS[resolved.provider] ?? null,
      };
    },
  ),
  provider_catalog: defineSyncEffect(
    { name: 'llm.provider_catalog', ...seen },
    (env): JsonObject => ({
      providers: real().map(({ name }) => ({ name, ...configOf(name) })),
      aliases: Object.entries(MODEL_ALIASES).map(([name, to]) => ({ name, ...to })),
      models: CATALOG_MODELS.map(({ id }) => catalogEntry(id)),
      qc_defaults: { ...QC_MODELS },
      available_providers: availableProviders(env.host.env),
    }),
  ),
  /** Where a call goes that says nothing; nothing of a key but whether it is there. */
  info: defineSyncEffect({ name: 'llm.info', ...seen }, (env): JsonObject => {
    const wish = {
      provider: null,
      model: null,
      tape: null,
      mocked: env.get(llmMocksKey).active,
    };
    try {
      const { provider, model } = destination(wish, env.host.env, env.get(llmConfigKey));
      const known = knownProvider(provider);
      const isSet = known !== undefined && isAvailable(known, env.host.env);
      return { provider, model, api_key_set: isSet };
    } catch {
      return { provider: null, model: null, api_key_set: false };
    }
  }),
};

function real(): readonly ProviderConfig[] {
  return PROVIDER_NAMES.flatMap((name) => knownProvider(name) ?? []);
}

/** Providers that can be asked as the environment is. */
export function availableProviders(env: HostEnv): readonly string[] {
  return real()
    .filter((provider) => isAvailable(provider, env))
    .map(({ name }) => name);
}

function configOf(name: string): JsonObject | null {
  const known = knownProvider(name);
  if (known === undefined) return null;
  return {
    base_url: known.baseUrl ?? null,
    base_url_env: [...known.baseUrlEnv],
    auth_style: known.needsKey === 'never' ? 'none' : known.auth,
    auth_header: known.authHeader ?? null,
    auth_env: [...known.keyEnv],
    default_model: known.model ?? null,
    wire: known.wire,
  };
}

/** What the catalog has of a model; null when that is nothing. */
export function catalogEntry(id: string): JsonObject | null {
  const row = catalogModel(id);
  const price = priceOf(id);
  if (row === undefined && price === undefined) return null;
  return {
    id: row?.id ?? id,
    provider: row?.provider ?? null,
    tier: row?.tier ?? tierOf(id),
    context_window: row?.context ?? null,
    max_output: row?.max_output ?? null,
    pricing: price === undefined ? null : pricingOf(price),
  };
}

function pricingOf(price: NonNullable<ReturnType<typeof priceOf>>): Json {
  return {
    input_per_mtok: price.input,
    output_per_mtok: price.output,
    cache_read_per_mtok: price.cachedInput,
    cache_write_per_mtok: price.keptInput,
  };
}

/** One line of `harn models`. */
export type ModelRow = {
  readonly provider: string;
  readonly model: string;
  readonly tier: ModelTier;
  readonly context: number;
  readonly max_output: number;
  readonly input_per_mtok: number | null;
  readonly output_per_mtok: number | null;
  readonly capabilities: readonly string[];
  /** Whether calls can be made as the environment is. */
  readonly available: boolean;
};

/** The models of the catalog, with what can be asked of them here. */
export function listModels(env: HostEnv): readonly ModelRow[] {
  return CATALOG_MODELS.map(({ id, provider, tier, context, max_output }) => {
    const price = priceOf(id);
    const can = capabilitiesOf(provider, id);
    const known = knownProvider(provider);
    return {
      provider,
      model: id,
      tier,
      context,
      max_output,
      input_per_mtok: price?.input ?? null,
      output_per_mtok: price?.output ?? null,
      capabilities: [
        ...(can.native_tools ? ['tools'] : []),
        ...(can.vision_supported ? ['vision'] : []),
        ...(can.thinking ? ['thinking'] : []),
        ...(can.prompt_caching ? ['caching'] : []),
        ...(can.tool_search.length > 0 ? ['tool_search'] : []),
      ],
      available: known !== undefined && isAvailable(known, env),
    };
  });
}
