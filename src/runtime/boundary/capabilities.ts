// What hosts offer. The embedding program declares capabilities as data with functions; each operation is an effect of its
// own with the class it was declared with, so a replay knows its outcomes and a kill in the middle follows its policy.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  defineEffect,
  type Effect,
  type EffectEnv,
  type OnUnknown,
  type Probe,
  type RunContext,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { boundaryErrors } from './errors.ts';

/** What an operation is told about the call. */
export interface HostOperationCall {
  /** The same on every attempt: hand it to whoever can recognise a repetition. */
  readonly idempotencyKey: string;
  /** Aborted when nobody waits for the call any more. */
  readonly signal: AbortSignal;
  readonly runId: string;
  /** True when an earlier life of the run began this call and its end is not known. */
  readonly reissued: boolean;
}

type Serve = (params: JsonObject, call: HostOperationCall) => Json | Promise<Json>;

/** One operation of a capability. */
export interface HostOperation {
  readonly description?: string;
  /** `read`: asked again when no outcome was recorded. `mutation` (the default): its intent is durable before the call. */
  readonly class?: 'read' | 'mutation';
  /** What a resume does with a mutation whose end is not known; `fail` by default. `probe` needs one. */
  readonly onUnknown?: OnUnknown;
  /** Finds out whether a mutation of an earlier life took place. */
  readonly probe?: (
    params: JsonObject,
    call: HostOperationCall,
  ) => Probe<Json> | Promise<Probe<Json>>;
  /** Does it. What it returns must be JSON data; what it throws, the program gets. */
  readonly call: Serve;
}

/** A capability: named operations that belong together, such as `editor`. */
export interface HostCapability {
  readonly description?: string;
  readonly operations: { readonly [name: string]: HostOperation };
}

/** A tool of the host, for programs that look for tools when they run. */
export interface HostTool extends HostOperation {
  /** JSON Schema of its arguments. */
  readonly schema?: JsonObject;
  /** Why it should no longer be used. */
  readonly deprecated?: string;
}

/** What the embedding program offers to runs. */
export interface HostOffer {
  readonly capabilities?: { readonly [name: string]: HostCapability };
  readonly tools?: { readonly [name: string]: HostTool };
}

/** What this process serves by itself; it performs declared effects, and is journaled by those. */
export interface OwnOperation {
  readonly description: string;
  readonly run: (ctx: RunContext, params: JsonObject) => Suspending<Json>;
}

export interface OwnCapability {
  readonly description: string;
  readonly operations: { readonly [name: string]: OwnOperation };
}

/** Capabilities that this process serves; rooms further right add theirs. */
export type OwnCapabilities = { readonly [name: string]: OwnCapability };

/** What the embedder of this run offers. */
export const hostOfferKey: ServiceKey<HostOffer> = {
  name: 'boundary.offer',
  create: () => ({}),
};

/** What rooms right of this one serve. */
export const furtherCapabilitiesKey: ServiceKey<OwnCapabilities> = {
  name: 'boundary.further',
  create: () => ({}),
};

const effects = new WeakMap<HostOperation, Effect<[JsonObject], Json>>();

/** The effect behind an operation of the embedder. */
export function effectOf(name: string, operation: HostOperation): Effect<[JsonObject], Json> {
  let effect = effects.get(operation);
  if (effect === undefined) {
    effect = makeEffect(name, operation);
    effects.set(operation, effect);
  }
  return effect;
}

function makeEffect(name: string, operation: HostOperation): Effect<[JsonObject], Json> {
  const { probe, onUnknown = 'fail' } = operation;
  const run = (env: EffectEnv, params: JsonObject) => operation.call(params, callOf(env));
  if (operation.class === 'read') {
    return defineEffect({ name: `host.${name}`, class: 'read', access: 'read' }, run);
  }
  return defineEffect(
    {
      name: `host.${name}`,
      class: 'mutation',
      access: 'mutate',
      onUnknown,
      ...(probe === undefined
        ? {}
        : { probe: (env: EffectEnv, [params]: [JsonObject]) => probe(params, callOf(env)) }),
    },
    run,
  );
}

function callOf(env: EffectEnv): HostOperationCall {
  const { idempotencyKey, runId, reissued } = env;
  return {
    idempotencyKey,
    runId,
    reissued,
    get signal() {
      return env.signal;
    },
  };
}

/** The text of a parameter, or the refusal. */
export function textParam(operation: string, params: JsonObject, name: string): string {
  const value = params[name];
  if (typeof value === 'string') return value;
  throw boundaryErrors.badParams({ operation, detail: `\`${name}\` must be a text` });
}

/** A parameter that may be left out. */
export function optionalParam<T extends 'string' | 'number' | 'boolean'>(
  operation: string,
  params: JsonObject,
  name: string,
  type: T,
): { string: string; number: number; boolean: boolean }[T] | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === type) return value as never;
  throw boundaryErrors.badParams({ operation, detail: `\`${name}\` must be a ${type}` });
}

/** A dict of texts that may be left out. */
export function textsParam(
  operation: string,
  params: JsonObject,
  name: string,
): { readonly [key: string]: string } | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined) return undefined;
  if (isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string')) {
    return value as { readonly [key: string]: string };
  }
  throw boundaryErrors.badParams({ operation, detail: `\`${name}\` must be a dict of texts` });
}
