// Where a call goes: the provider and the model, from the call, the environment and the settings of the run. The answer
// is recorded with the call's id, so a resumed run asks whom it asked before, whatever the environment says by then.
// Addresses and keys are read at the moment of the call and never recorded.
import { uuidV7 } from '../../base/index.ts';
import type { HostEnv } from '../host/index.ts';
import { defineSyncEffect } from '../run/index.ts';
import {
  type Catalog,
  catalogKey,
  nearestModel,
  requireProvider,
  SHIPPED,
  unknownProvider,
} from './catalog/catalog.ts';
import { type LlmConfig, llmConfigKey } from './config.ts';
import { llmErrors } from './errors.ts';
import { endpointOf } from './providers/endpoint.ts';
import { rateOf } from './rate-env.ts';
import { type RoutePolicy, type Routing, routeBy } from './route-policy.ts';

/** Refuses every call that would leave the machine. */
const DISABLED = 'HARN_LLM_CALLS_DISABLED';

/** What a caller said about where to go. */
export type LlmWish = {
  readonly provider: string | null;
  readonly model: string | null;
  readonly tape: string | null;
  /** Answers were prepared in this run: a call that names no provider takes them. */
  readonly mocked: boolean;
  /** Answers are prepared and not used up: they answer whatever provider a call names. */
  readonly queued?: boolean;
  /** Chooses provider and model in place of the caller. */
  readonly policy?: RoutePolicy;
};

/** Where one call goes. */
export type LlmRoute = {
  readonly call_id: string;
  /** `network` costs money and time; the others are answered here. */
  readonly kind: 'mock' | 'tape' | 'network';
  readonly provider: string;
  readonly model: string;
  readonly tape: string | null;
  readonly started_at_ms: number;
  /** An experiment with all prompts, by the environment. */
  readonly experiment?: string;
  /** What a policy decided. */
  readonly routing?: Routing;
  /** Requests a minute that the environment allows this provider. */
  readonly rpm?: number;
};

/** Decides where a call goes and gives it its id. */
export const llmBegin = defineSyncEffect(
  { name: 'llm.begin', class: 'ambient', access: 'read' },
  (env, wish: LlmWish): LlmRoute => {
    const startedAtMs = Math.floor(env.clock.nowMs());
    const catalog = env.get(catalogKey);
    const config = env.get(llmConfigKey);
    // Prepared answers are not left for a provider that a policy would choose.
    const isPrepared = wish.mocked && wish.queued !== true;
    const chooses = !isPrepared && config.defaultProvider !== 'mock';
    const routing =
      chooses && wish.policy ? routeBy(wish.policy, catalog, env.host.env) : undefined;
    const to = destination({ ...wish, ...routing?.selected }, env.host.env, config, catalog);
    const rpm = rateOf(env.host.env, to.provider) ?? catalog.provider(to.provider)?.rpm ?? null;
    const experiment = nonEmpty(env.host.env, 'HARN_STRUCTURAL_EXPERIMENT');
    return {
      call_id: `llm_call_${uuidV7(startedAtMs, env.host.random)}`,
      ...to,
      started_at_ms: startedAtMs,
      ...(rpm === null ? {} : { rpm }),
      ...(routing === undefined ? {} : { routing }),
      ...(experiment === undefined ? {} : { experiment }),
    };
  },
);

type Destination = Omit<LlmRoute, 'call_id' | 'started_at_ms' | 'rpm' | 'experiment' | 'routing'>;

/** The rules, in order of precedence; see the documentation of providers. */
export function destination(
  wish: LlmWish,
  env: HostEnv,
  config: LlmConfig,
  catalog: Catalog = SHIPPED,
): Destination {
  const named = wish.provider === 'auto' ? null : wish.provider;
  if (named !== null && !catalog.names.includes(named)) {
    throw unknownProvider(catalog, named);
  }
  const wished = wish.model ?? env.get('HARN_LLM_MODEL') ?? null;
  const alias = wished === null ? undefined : catalog.alias(wished);
  const model = alias?.id ?? wished;
  const mock: Destination = { kind: 'mock', provider: 'mock', model: model ?? 'mock', tape: null };
  if (named === 'mock' || config.mocks !== undefined) return mock;
  if (named !== null && named !== 'tape' && wish.queued === true) {
    return { ...mock, provider: named, model: model ?? catalog.provider(named)?.model ?? 'mock' };
  }
  const tape = wish.tape ?? config.tape ?? nonEmpty(env, 'HARN_LLM_TAPE');
  if (tape !== undefined) return { kind: 'tape', provider: 'tape', model: model ?? 'tape', tape };
  if (named === 'tape') throw llmErrors.noTape({});
  if (named === null && wish.mocked) return mock;
  const auto = wish.provider === 'auto';
  const by = { env, config, catalog, auto };
  const chosen = choose(named ?? alias?.provider ?? null, model, by);
  if (chosen === undefined) return mock;
  if (chosen.provider === 'mock') return mock;
  return network(chosen, env, catalog);
}

/** The same for a model object of the AI SDK, which knows its own server and key. */
export function modelDestination(
  { provider, model, queued }: { provider: string; model: string; queued: boolean },
  env: HostEnv,
  config: LlmConfig,
): Destination {
  if (config.mocks !== undefined || queued) return { kind: 'mock', provider, model, tape: null };
  const tape = config.tape ?? nonEmpty(env, 'HARN_LLM_TAPE');
  if (tape !== undefined) return { kind: 'tape', provider: 'tape', model, tape };
  refuseWhenDisabled(provider, env);
  return { kind: 'network', provider, model, tape: null };
}

interface Chosen {
  readonly provider: string;
  readonly model: string | null;
}

interface ChoosingBy {
  readonly env: HostEnv;
  readonly config: LlmConfig;
  readonly catalog: Catalog;
  readonly auto: boolean;
}

function choose(
  named: string | null,
  model: string | null,
  { env, config, catalog, auto }: ChoosingBy,
): Chosen | undefined {
  if (named !== null) return { provider: named, model };
  const fromEnv = nonEmpty(env, 'HARN_LLM_PROVIDER');
  if (!auto && fromEnv !== undefined && fromEnv !== 'auto') return { provider: fromEnv, model };
  if (config.defaultProvider !== undefined) return { provider: config.defaultProvider, model };
  // What the project says of this model.
  const own = model === null ? undefined : catalog.declared(model);
  if (own !== undefined) return own;
  // An address of one's own says more than the look of a model's name.
  for (const provider of ['local', 'openai']) {
    const known = catalog.provider(provider);
    if (known?.baseUrlEnv.some((name) => nonEmpty(env, name) !== undefined)) {
      return { provider, model };
    }
  }
  const inferred = model === null ? undefined : catalog.infer(model);
  if (inferred !== undefined) return inferred;
  const usual = nonEmpty(env, 'HARN_DEFAULT_PROVIDER') ?? catalog.defaultProvider;
  if (usual !== undefined) return { provider: usual, model };
  if (nonEmpty(env, 'OPENAI_API_KEY') !== undefined) return { provider: 'openai', model };
  // Who names a model wants that model: an invented answer would pass for its own.
  if (model !== null) {
    const suggestion = nearestModel(catalog, model);
    throw llmErrors.noProvider({ model, ...(suggestion && { suggestion }) });
  }
  return undefined;
}

function network({ provider, model }: Chosen, env: HostEnv, catalog: Catalog): Destination {
  refuseWhenDisabled(provider, env);
  const known = requireProvider(catalog, provider);
  endpointOf(known, env);
  const fromEnv = known.modelEnv
    .map((name) => nonEmpty(env, name))
    .find((one) => one !== undefined);
  const chosen = model ?? fromEnv ?? known.model;
  if (chosen === undefined) throw llmErrors.noModel({ provider });
  return { kind: 'network', provider, model: chosen, tape: null };
}

function refuseWhenDisabled(provider: string, env: HostEnv): void {
  if (nonEmpty(env, DISABLED) === undefined) return;
  throw llmErrors.disabled({ provider, variable: DISABLED });
}

function nonEmpty(env: HostEnv, name: string): string | undefined {
  const value = env.get(name);
  return value === undefined || value === '' ? undefined : value;
}
