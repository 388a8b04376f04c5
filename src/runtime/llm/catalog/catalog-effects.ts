// What programs may learn of providers and models: the catalog, where keys are there, what a name stands for.
import { type Json, type JsonObject, ownEntry } from '../../../base/index.ts';
import type { HostEnv } from '../../host/index.ts';
import { defineSyncEffect } from '../../run/index.ts';
import { llmConfigKey } from '../config.ts';
import { llmErrors } from '../errors.ts';
import { llmMocksKey } from '../mock.ts';
import { isAvailable } from '../providers/endpoint.ts';
import type { ProviderConfig } from '../providers/known.ts';
import { destination } from '../route.ts';
import { capabilitiesOf, rulingOf } from './capabilities.ts';
import { Catalog, catalogKey, SHIPPED } from './catalog.ts';
import type { ModelTier, ResolvedModel } from './models.ts';
import type { LlmTables } from './tables.ts';

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
    (env, name: string): ResolvedModel => env.get(catalogKey).resolve(name),
  ),
  pick_model: defineSyncEffect(
    { name: 'llm.pick_model', ...told },
    (env, target: string): { id: string; provider: string; tier: ModelTier } => {
      if (target === '') throw llmErrors.noTier({ target });
      const { id, provider, tier } = env.get(catalogKey).resolve(target);
      return { id, provider, tier };
    },
  ),
  model_tier: defineSyncEffect(
    { name: 'llm.model_tier', ...told },
    (env, model: string): ModelTier => env.get(catalogKey).tier(model),
  ),
  infer_provider: defineSyncEffect(
    { name: 'llm.infer_provider', ...told },
    (env, model: string): string => env.get(catalogKey).infer(model)?.provider ?? 'anthropic',
  ),
  providers: defineSyncEffect(
    { name: 'llm.providers', ...told },
    (env): readonly string[] => env.get(catalogKey).names,
  ),
  known_models: defineSyncEffect({ name: 'llm.known_models', ...told }, (env): readonly string[] =>
    Object.keys(env.get(catalogKey).aliases).sort(),
  ),
  qc_default_model: defineSyncEffect(
    { name: 'llm.qc_default_model', ...told },
    (_env, provider: string): string | null => ownEntry(QC_MODELS, provider) ?? null,
  ),
  config: defineSyncEffect(
    { name: 'llm.config', ...told },
    (env, provider: string | null = null): JsonObject | null => {
      const catalog = env.get(catalogKey);
      if (provider !== null) return configOf(catalog.provider(provider));
      return Object.fromEntries(catalog.providers.map((one) => [one.name, configOf(one)]));
    },
  ),
  available_providers: defineSyncEffect(
    { name: 'llm.available_providers', ...seen },
    (env): readonly string[] => availableProviders(env.host.env, env.get(catalogKey)),
  ),
  model_info: defineSyncEffect(
    { name: 'llm.model_info', ...seen },
    (env, name: string): JsonObject => {
      const catalog = env.get(catalogKey);
      const resolved = catalog.resolve(name);
      const known = catalog.provider(resolved.provider);
      return {
        ...resolved,
        catalog: catalogEntry(catalog, resolved.id),
        capabilities: capabilitiesOf(resolved.provider, resolved.id, rulingOf(env)),
        auth_available: known === undefined || isAvailable(known, env.host.env),
        qc_default_model: ownEntry(QC_MODELS, resolved.provider) ?? null,
      };
    },
  ),
  provider_catalog: defineSyncEffect(
    { name: 'llm.provider_catalog', ...seen },
    (env): JsonObject => {
      const catalog = env.get(catalogKey);
      return {
        providers: catalog.providers.map((one) => ({ name: one.name, ...configOf(one) })),
        aliases: Object.entries(catalog.aliases).map(([name, to]) => ({ name, ...to })),
        models: catalog.models.map(({ id }) => catalogEntry(catalog, id)),
        qc_defaults: { ...QC_MODELS },
        available_providers: availableProviders(env.host.env, catalog),
      };
    },
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
      const catalog = env.get(catalogKey);
      const { provider, model } = destination(wish, env.host.env, env.get(llmConfigKey), catalog);
      const known = catalog.provider(provider);
      const isSet = known !== undefined && isAvailable(known, env.host.env);
      return { provider, model, api_key_set: isSet };
    } catch {
      return { provider: null, model: null, api_key_set: false };
    }
  }),
};

/** How many tokens the model of a call can take; null when that is not known. */
export const contextWindow = defineSyncEffect(
  { name: 'llm.context_window', ...seen },
  (env, provider: string | null, model: string | null): number | null => {
    const wish = { provider, model, tape: null, mocked: env.get(llmMocksKey).active };
    try {
      const catalog = env.get(catalogKey);
      const to = destination(wish, env.host.env, env.get(llmConfigKey), catalog);
      return catalog.row(to.model)?.context ?? null;
    } catch {
      // The call itself says what is wrong with it.
      return null;
    }
  },
);

/** Providers that can be asked as the environment is; prepared answers always can. */
export function availableProviders(env: HostEnv, catalog: Catalog): readonly string[] {
  const asked = catalog.providers.filter((provider) => isAvailable(provider, env));
  return ['mock', ...asked.map(({ name }) => name)];
}

function configOf(known: ProviderConfig | undefined): JsonObject | null {
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
function catalogEntry(catalog: Catalog, id: string): JsonObject | null {
  const row = catalog.row(id);
  const price = catalog.price(id, row?.provider);
  if (row === undefined && price === undefined) return null;
  return {
    id: row?.id ?? id,
    provider: row?.provider ?? null,
    tier: row?.tier ?? catalog.tier(id),
    context_window: row?.context ?? null,
    max_output: row?.max_output ?? null,
    pricing: price === undefined ? null : pricingOf(price),
  };
}

function pricingOf(price: NonNullable<ReturnType<Catalog['price']>>): Json {
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

/** The models of the catalog, with what can be asked of them here; `tables` is what a project says of models. */
export function listModels(env: HostEnv, tables?: LlmTables): readonly ModelRow[] {
  const catalog = tables === undefined ? SHIPPED : new Catalog(tables);
  const ruling = {
    rules: catalog.capabilityRules,
    familyOf: (provider: string) => catalog.familyOf(provider),
  };
  return catalog.models.map(({ id, provider, tier, context, max_output }) => {
    const price = catalog.price(id, provider);
    const can = capabilitiesOf(provider, id, ruling);
    const known = catalog.provider(provider);
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
