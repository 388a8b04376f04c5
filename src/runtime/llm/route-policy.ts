// `route_policy`: where a call goes that says what it needs rather than whom to ask. Candidates are the models of the
// catalog whose providers can be asked here; the choice and what else was looked at are recorded with the call's route.
import type { HostEnv } from '../host/index.ts';
import type { Catalog } from './catalog/catalog.ts';
import { isModelTier, type ModelTier } from './catalog/models.ts';
import { llmErrors } from './errors.ts';
import { isAvailable } from './providers/endpoint.ts';

/** What a call asks for. */
export type RoutePolicy =
  | { readonly kind: 'always'; readonly id: string }
  | { readonly kind: 'cheapest' | 'fastest'; readonly atLeast: ModelTier };

/** A model that could be asked. */
export type RouteCandidate = {
  readonly provider: string;
  readonly model: string;
  readonly tier: ModelTier;
  /** US dollars for a million tokens of input and as many of output; null when nobody knows. */
  readonly usd_per_mtok: number | null;
  /** As the project says; null when it does not. */
  readonly latency_ms: number | null;
};

/** What was decided for a call. */
export type Routing = {
  readonly policy: string;
  /** Without a model it is the usual one of the provider. */
  readonly selected: { readonly provider: string; readonly model: string | null };
  /** All that were good enough, best first. */
  readonly alternatives: readonly RouteCandidate[];
};

/** Reads the option; undefined for `manual` and for nothing. Null: it makes no sense. */
export function parseRoutePolicy(given: string | null): RoutePolicy | undefined | null {
  if (given === null || given === 'manual') return undefined;
  const parts = /^(always|cheapest_over_quality|fastest_over_quality)\(\s*(\S+?)\s*\)$/.exec(given);
  const [, name = '', argument = ''] = parts ?? [];
  if (name === 'always') return { kind: 'always', id: argument };
  if (!isModelTier(argument)) return null;
  return { kind: name === 'cheapest_over_quality' ? 'cheapest' : 'fastest', atLeast: argument };
}

const TIERS: readonly ModelTier[] = ['small', 'mid', 'frontier'];

/** Where the policy sends a call. @throws HARN-LLM-204 when nothing that can be asked here is good enough. */
export function routeBy(policy: RoutePolicy, catalog: Catalog, env: HostEnv): Routing {
  if (policy.kind === 'always') {
    const selected = placeOf(catalog, policy.id);
    return { policy: `always(${policy.id})`, selected, alternatives: [] };
  }
  const { kind, atLeast } = policy;
  const name = `${kind}_over_quality(${atLeast})`;
  const alternatives = catalog.models
    .filter(({ tier, provider }) => {
      const known = catalog.provider(provider);
      const isGood = TIERS.indexOf(tier) >= TIERS.indexOf(atLeast);
      return isGood && known !== undefined && isAvailable(known, env);
    })
    .map(({ id, provider, tier }) => candidate(catalog, { id, provider, tier }))
    .sort((a, b) => rank(a, kind) - rank(b, kind));
  const [best] = alternatives;
  if (best === undefined) throw llmErrors.noCandidate({ policy: name });
  const { provider, model } = best;
  return { policy: name, selected: { provider, model }, alternatives };
}

/** An alias, `provider:model`, a provider or a model. */
function placeOf(catalog: Catalog, name: string): Routing['selected'] {
  const { provider, model } = catalog.step(name);
  return { provider: provider ?? catalog.placeOf(name).provider, model };
}

function candidate(
  catalog: Catalog,
  {
    id,
    provider,
    tier,
  }: { readonly id: string; readonly provider: string; readonly tier: ModelTier },
): RouteCandidate {
  const price = catalog.price(id, provider);
  const isFree = catalog.provider(provider)?.isFree === true;
  const usd = price === undefined ? (isFree ? 0 : null) : price.input + price.output;
  const latency = catalog.latencyMs(provider) ?? null;
  return { provider, model: id, tier, usd_per_mtok: usd, latency_ms: latency };
}

/** What is not known comes last; equals stay in the order of the catalog. */
function rank({ usd_per_mtok: usd, latency_ms: ms }: RouteCandidate, kind: 'cheapest' | 'fastest') {
  return (kind === 'cheapest' ? usd : ms) ?? Number.MAX_VALUE;
}
