// What people are told of one model and of providers: what a name stands for, what it costs, what it can do, where a call
// goes when it fails, and whether the key is there. Of a key never more than that.
import type { HostEnv } from '../../host/index.ts';
import { llmErrors } from '../errors.ts';
import { firstOf, isAvailable } from '../providers/endpoint.ts';
import { capabilitiesOf, type ModelCapabilities } from './capabilities.ts';
import { Catalog, nearestModel, SHIPPED, unknownProvider } from './catalog.ts';
import type { ModelTier } from './models.ts';
import type { LlmTables } from './tables.ts';

/** A provider, and whether calls of it can be made as the environment is. */
export type ProviderSummary = {
  readonly provider: string;
  /** `not_needed` also where the environment gives an address of one's own. */
  readonly key: 'set' | 'missing' | 'not_needed';
  /** The variables that may hold the key; the first that has a value counts. */
  readonly key_env: readonly string[];
  readonly default_model: string | null;
};

/** All that is known of a model. */
export type ModelDetails = {
  /** As it was asked for. */
  readonly name: string;
  /** Whether `name` is an alias. */
  readonly alias: string | null;
  readonly model: string;
  readonly tier: ModelTier;
  /** Whether the catalog has it; a model that it has not can be asked all the same. */
  readonly known: boolean;
  /** Tokens of input and answer together; null where that is not known. */
  readonly context: number | null;
  readonly max_output: number | null;
  /** US dollars per million tokens; null where they are not known. */
  readonly pricing: {
    readonly input_per_mtok: number;
    readonly output_per_mtok: number;
    readonly cache_read_per_mtok: number;
    readonly cache_write_per_mtok: number;
  } | null;
  readonly capabilities: ModelCapabilities;
  /** Other names for it. */
  readonly aliases: readonly string[];
  /** Where a call goes next that has failed. */
  readonly fallbacks: readonly {
    readonly provider: string | null;
    readonly model: string | null;
  }[];
} & ProviderSummary;

const catalogOf = (tables: LlmTables | undefined) =>
  tables === undefined ? SHIPPED : new Catalog(tables);

/** The providers that can be asked over a network. */
export function listProviders(env: HostEnv, tables?: LlmTables): readonly ProviderSummary[] {
  const catalog = catalogOf(tables);
  return catalog.providers.map(({ name }) => providerSummary(catalog, env, name));
}

function providerSummary(catalog: Catalog, env: HostEnv, provider: string): ProviderSummary {
  const known = catalog.provider(provider);
  if (known === undefined) return { provider, key: 'not_needed', key_env: [], default_model: null };
  const isSet = firstOf(env, known.keyEnv) !== undefined;
  const withoutOne = isAvailable(known, env) ? 'not_needed' : 'missing';
  return {
    provider,
    key: isSet ? 'set' : withoutOne,
    key_env: known.keyEnv,
    default_model: known.model ?? null,
  };
}

/**
 * All that is known of an alias, a model, `provider:model` or a provider (its default model); `tables` is what a project
 * says of models. Throws `HARN-LLM-132` for a provider that nobody knows and `HARN-LLM-136` for a name that shows no
 * provider, both with the name that may be meant.
 */
export function describeModel(env: HostEnv, name: string, tables?: LlmTables): ModelDetails {
  const catalog = catalogOf(tables);
  refusePrefix(catalog, name);
  const { provider, model } = placeOf(catalog, name);
  const row = catalog.row(model);
  const price = catalog.price(model, provider);
  const ruling = {
    rules: catalog.capabilityRules,
    familyOf: (one: string) => catalog.familyOf(one),
  };
  return {
    name,
    alias: catalog.alias(name) === undefined ? null : name,
    model,
    ...providerSummary(catalog, env, provider),
    tier: catalog.tier(model),
    known: row !== undefined,
    context: row?.context ?? null,
    max_output: row?.max_output ?? null,
    pricing:
      price === undefined
        ? null
        : {
            input_per_mtok: price.input,
            output_per_mtok: price.output,
            cache_read_per_mtok: price.cachedInput,
            cache_write_per_mtok: price.keptInput,
          },
    capabilities: capabilitiesOf(provider, model, ruling),
    aliases: Object.entries(catalog.aliases).flatMap(([alias, to]) =>
      to.id === model && to.provider === provider ? [alias] : [],
    ),
    fallbacks: catalog.fallbacks({ provider, model }),
  };
}

function placeOf(
  catalog: Catalog,
  name: string,
): { readonly provider: string; readonly model: string } {
  const byDefault = catalog.provider(name)?.model;
  if (byDefault !== undefined) return { provider: name, model: byDefault };
  if (catalog.provider(name) !== undefined) throw llmErrors.noModel({ provider: name });
  const alias = catalog.alias(name);
  const found = alias === undefined ? catalog.infer(name) : { ...alias, model: alias.id };
  if (found !== undefined) return { provider: found.provider, model: found.model };
  const row = catalog.row(name);
  if (row !== undefined) return { provider: row.provider, model: name };
  const suggestion = nearestModel(catalog, name) ?? nearestProvider(catalog, name);
  throw llmErrors.unknownModel({ model: name, ...(suggestion && { suggestion }) });
}

function nearestProvider(catalog: Catalog, name: string): string | undefined {
  const { suggestion } = unknownProvider(catalog, name).data;
  return typeof suggestion === 'string' ? suggestion : undefined;
}

/**
 * `opnai:gpt-4o`: before a model that the catalog has, a word that is no provider is a slip. Before others it may be part of
 * a name (`llama3.2:3b`).
 */
export function refusePrefix(catalog: Catalog, name: string): void {
  const [, prefix = '', rest = ''] = /^([^:]+):(.+)$/s.exec(name) ?? [];
  const isOurs = catalog.names.includes(prefix) || catalog.row(name) !== undefined;
  if (rest === '' || isOurs || catalog.alias(name) !== undefined) return;
  if (catalog.row(rest) !== undefined) throw unknownProvider(catalog, prefix);
}

/**
 * The model that may be meant by one that the catalog does not have, of a provider whose models it has; undefined where there
 * is nothing to remark. It may be newer than the catalog.
 */
export function likelyModel(
  catalog: Catalog,
  { provider, model }: { readonly provider: string; readonly model: string },
): string | undefined {
  if (catalog.row(model) !== undefined) return undefined;
  const ids = catalog.models.flatMap(({ id, provider: of }) => (of === provider ? [id] : []));
  const near = nearestModel(catalog, model);
  return near !== undefined && ids.includes(near) ? near : undefined;
}
