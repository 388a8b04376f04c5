// The catalog of one run: what is shipped, and before it what the project says. A run keeps the tables that it began with,
// so a resumed run finds the same names behind the same words, whatever the files say by then.
import {
  type HarnError,
  isJsonObject,
  type Json,
  type JsonObject,
  nearestName,
} from '../../../base/index.ts';
import type { ServiceKey } from '../../run/index.ts';
import { llmErrors } from '../errors.ts';
import { costOf, type Price, priceOf, type TokenCounts } from '../prices.ts';
import {
  inferProvider,
  knownProvider,
  PROVIDER_NAMES,
  type ProviderConfig,
} from '../providers/known.ts';
import type { LlmRequest } from '../request.ts';
import type { CapabilityRule } from './capability-rules.ts';
import { globFits } from './glob.ts';
import {
  aliasOf,
  CATALOG_MODELS,
  type CatalogModel,
  catalogModel,
  MODEL_ALIASES,
  type ModelTier,
  type ResolvedModel,
  tierOf,
} from './models.ts';
import { type LlmTables, providerFrom } from './tables.ts';

/** A model of a provider. */
export type Place = { readonly id: string; readonly provider: string };

/** Where a call goes instead: a provider, a model, or both. */
export type FallbackStep = { readonly provider: string | null; readonly model: string | null };

const tableOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

export class Catalog {
  readonly #tables: LlmTables;
  readonly #providers = new Map<string, ProviderConfig>();

  constructor(tables: LlmTables = {}) {
    this.#tables = tables;
    for (const [name, table] of Object.entries(tableOf(tables['providers']))) {
      this.#providers.set(name, providerFrom(name, table as JsonObject));
    }
  }

  /** Every name that `provider` may have. */
  get names(): readonly string[] {
    if (this.#providers.size === 0) return PROVIDER_NAMES;
    return [...new Set([...PROVIDER_NAMES, ...this.#providers.keys()])];
  }

  /** The providers that can be asked over a network. */
  get providers(): readonly ProviderConfig[] {
    return this.names.flatMap((name) => this.provider(name) ?? []);
  }

  provider(name: string): ProviderConfig | undefined {
    return this.#providers.get(name) ?? knownProvider(name);
  }

  /** Who is asked when nobody says who, and nothing else does. */
  get defaultProvider(): string | undefined {
    return this.#tables['default_provider'] as string | undefined;
  }

  get aliases(): { readonly [name: string]: Place } {
    return { ...MODEL_ALIASES, ...this.#ownAliases };
  }

  get #ownAliases(): { readonly [name: string]: Place } {
    const own = tableOf(this.#tables['aliases']);
    return Object.fromEntries(
      Object.entries(own).map(([name, to]) => {
        const { id, provider } = to as { readonly id?: string; readonly provider?: string };
        const model = id ?? name;
        return [name, { id: model, provider: provider ?? this.placeOf(model).provider }];
      }),
    );
  }

  /** The model that an alias stands for; undefined for other names. */
  alias(name: string): Place | undefined {
    const own = this.#ownAliases;
    return Object.hasOwn(own, name) ? own[name] : aliasOf(name);
  }

  /** The provider a model's name points to, with the name to send; undefined when it points to none. */
  infer(model: string): { readonly provider: string; readonly model: string } | undefined {
    return this.declared(model) ?? inferProvider(model);
  }

  /** The same, by what the project says alone. */
  declared(model: string): { readonly provider: string; readonly model: string } | undefined {
    const own = this.#model(model)?.['provider'];
    if (typeof own === 'string') return { provider: own, model };
    const rule = this.#rule('inference_rules', model)?.['provider'];
    if (typeof rule === 'string') return { provider: rule, model };
    const [prefix = '', rest = ''] = model.split(/:(.*)/s);
    if (rest !== '' && this.#providers.has(prefix)) return { provider: prefix, model: rest };
    return undefined;
  }

  /** How able a model is. */
  tier(id: string): ModelTier {
    const said = this.#model(id)?.['tier'] ?? this.#rule('tier_rules', id)?.['tier'];
    if (said !== undefined) return said as ModelTier;
    const fallback = tableOf(this.#tables['tier_defaults'])['default'] as ModelTier | undefined;
    const byName = tierOf(id);
    return byName === 'mid' && catalogModel(id) === undefined ? (fallback ?? byName) : byName;
  }

  /** What a name stands for: an alias, `provider:model`, or a model whose name shows where it is. */
  resolve(name: string): ResolvedModel {
    const alias = this.alias(name);
    const { id, provider } = alias ?? this.placeOf(name);
    return {
      id,
      provider,
      alias: alias === undefined ? null : name,
      tool_format: provider === 'ollama' ? 'text' : 'native',
      tier: this.tier(id),
    };
  }

  placeOf(name: string): Place {
    const found = this.infer(name);
    if (found !== undefined) return { id: found.model, provider: found.provider };
    return { id: name, provider: catalogModel(name)?.provider ?? 'anthropic' };
  }

  /** All models that are known by name, those of the project first. */
  get models(): readonly CatalogModel[] {
    const own = Object.keys(tableOf(this.#tables['models'])).map((id) => this.#ownRow(id));
    return [...own, ...CATALOG_MODELS.filter(({ id }) => !own.some((row) => row.id === id))];
  }

  row(id: string): CatalogModel | undefined {
    return this.#model(id) === undefined ? catalogModel(id) : this.#ownRow(id);
  }

  #ownRow(id: string): CatalogModel {
    const shipped = catalogModel(id);
    const { context, max_output: longest } = tableOf(this.#model(id));
    return {
      id,
      provider: this.placeOf(id).provider,
      tier: this.tier(id),
      context: (context as number | undefined) ?? shipped?.context ?? 128_000,
      max_output: (longest as number | undefined) ?? shipped?.max_output ?? 16_384,
    };
  }

  /** The list price of a model, in US dollars per million tokens; undefined when it is not known. */
  price(model: string, provider?: string): Price | undefined {
    const own = tableOf(this.#model(model));
    const input = own['input_per_mtok'] as number | undefined;
    const output = own['output_per_mtok'] as number | undefined;
    if (input !== undefined && output !== undefined) {
      return {
        input,
        output,
        cachedInput: (own['cache_read_per_mtok'] as number | undefined) ?? input,
        keptInput: (own['cache_write_per_mtok'] as number | undefined) ?? input,
      };
    }
    const table = tableOf(tableOf(this.#tables['providers'])[provider ?? '']);
    const { cost_per_1k_in: each, cost_per_1k_out: answer } = table;
    if (typeof each === 'number' && typeof answer === 'number') {
      const perMillion = each * 1000;
      return {
        input: perMillion,
        output: answer * 1000,
        cachedInput: perMillion,
        keptInput: perMillion,
      };
    }
    return priceOf(model);
  }

  /** What a call costs; undefined when the price is not known. */
  cost(model: string, counts: TokenCounts, provider?: string): number | undefined {
    return costOf(model, counts, this.price(model, provider));
  }

  /** Milliseconds that a provider's answers take, as the project says. */
  latencyMs(provider: string): number | undefined {
    const table = tableOf(tableOf(this.#tables['providers'])[provider]);
    return table['latency_p50_ms'] as number | undefined;
  }

  /** What calls of a model ask for where they say nothing. */
  defaultsFor(model: string): Partial<LlmRequest> {
    const own = tableOf(this.#tables['model_defaults']);
    const fitting = Object.keys(own).filter((pattern) => globFits(pattern, model));
    // A longer pattern says more.
    const [best] = fitting.sort((a, b) => b.length - a.length);
    return best === undefined ? {} : (own[best] as Partial<LlmRequest>);
  }

  /** Where a call goes next that has failed at a provider: by what `[llm.fallbacks]` says of the model, else of the provider. */
  fallbacks({ provider, model }: { provider: string; model: string }): readonly FallbackStep[] {
    const own = tableOf(this.#tables['fallbacks']);
    const alias = Object.entries(this.aliases).find(
      ([name, to]) => own[name] !== undefined && to.id === model && to.provider === provider,
    )?.[0];
    const chain = own[model] ?? own[`${provider}:${model}`] ?? own[alias ?? provider] ?? [];
    return (chain as readonly string[]).map((name) => this.step(name));
  }

  /** A step of a chain by its name: a provider, an alias, a model or `provider:model`. */
  step(name: string): FallbackStep {
    if (this.names.includes(name)) return { provider: name, model: null };
    const [prefix = '', rest = ''] = name.split(/:(.*)/s);
    if (rest !== '' && this.provider(prefix) !== undefined) {
      return { provider: prefix, model: rest };
    }
    const { id, provider } = this.resolve(name);
    return { provider, model: id };
  }

  /** The rules of capabilities, by provider. */
  get capabilityRules(): { readonly [provider: string]: readonly CapabilityRule[] } {
    return tableOf(tableOf(this.#tables['capabilities'])['provider']) as unknown as {
      readonly [provider: string]: readonly CapabilityRule[];
    };
  }

  /** The provider whose rules count after a provider's own; undefined where the shipped families decide. */
  familyOf(provider: string): string | undefined {
    const families = tableOf(tableOf(this.#tables['capabilities'])['provider_family']);
    return families[provider] as string | undefined;
  }

  #model(id: string): JsonObject | undefined {
    const own = tableOf(this.#tables['models']);
    return Object.hasOwn(own, id) ? (own[id] as JsonObject) : undefined;
  }

  #rule(table: string, model: string): JsonObject | undefined {
    const rules = (this.#tables[table] ?? []) as unknown as readonly JsonObject[];
    return rules.find(({ pattern }) => globFits(pattern as string, model));
  }
}

/** What is shipped. */
export const SHIPPED = new Catalog();

/** The catalog of this run. */
export const catalogKey: ServiceKey<Catalog> = { name: 'llm.catalog', create: () => SHIPPED };

/** The error for a provider that nobody knows, with the name that may be meant. */
export function unknownProvider(catalog: Catalog, provider: string): HarnError {
  const known = catalog.names.join(', ');
  const suggestion = nearestName(provider, catalog.names, 2);
  return llmErrors.unknownProvider({ provider, known, ...(suggestion && { suggestion }) });
}

/** The alias or model of the catalog that may be meant by a name that is neither. */
export function nearestModel(catalog: Catalog, name: string): string | undefined {
  const ids = catalog.models.map(({ id }) => id);
  return nearestName(name, [...Object.keys(catalog.aliases), ...ids], 2);
}

/** Refuses a provider that nobody knows. */
export function requireProvider(catalog: Catalog, provider: string): ProviderConfig {
  const known = catalog.provider(provider);
  if (known !== undefined) return known;
  throw unknownProvider(catalog, provider);
}
