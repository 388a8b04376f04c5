// Calling the host by `capability.operation`: what was prepared for a test answers first, then what the embedding program
// offers, then this process. The manifest says what there is to call.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import {
  effectOf,
  furtherCapabilitiesKey,
  type HostOperation,
  hostOfferKey,
  type OwnCapabilities,
} from './capabilities.ts';
import { boundaryErrors } from './errors.ts';
import { hostMocksKey, mockedAnswer } from './mock.ts';
import { OWN_CAPABILITIES } from './own-capabilities.ts';

/** Calls an operation of the host. `params` is a dict; nothing stands for an empty one. */
function* hostCall(ctx: RunContext, name: string, params: Json = null): Suspending<Json> {
  const dot = name.indexOf('.');
  if (dot < 1 || dot === name.length - 1) throw boundaryErrors.badName({ name });
  const capability = name.slice(0, dot);
  const operation = name.slice(dot + 1);
  const given = paramsOf(name, params);
  const mocked = mockedAnswer(ctx, { capability, operation, params: given });
  if (mocked !== undefined) return mocked.value;
  const offered = operationIn(ctx.get(hostOfferKey).capabilities, capability, operation);
  if (offered !== undefined)
    return yield* served(ctx, { name, capability, operation }, offered, given);
  const own = operationIn(ownCapabilities(ctx), capability, operation);
  if (own !== undefined) return (yield* own.run(ctx, given)) ?? null;
  const known = Object.keys(hostCapabilities(ctx)).join(', ');
  throw boundaryErrors.unknownOperation({ operation: name, known: `this host has ${known}` });
}

function paramsOf(name: string, params: Json): JsonObject {
  if (params === null) return {};
  if (isJsonObject(params)) return params;
  throw boundaryErrors.badParams({ operation: name, detail: 'the arguments must be a dict' });
}

interface Named {
  readonly name: string;
  readonly capability: string;
  readonly operation: string;
}

function* served(
  ctx: RunContext,
  { name, capability, operation }: Named,
  offered: HostOperation,
  params: JsonObject,
): Suspending<Json> {
  if (!isGranted(ctx.scope.policy, capability, operation)) {
    throw boundaryErrors.beyondPolicy({ operation: name });
  }
  return (yield* ctx.perform(effectOf(name, offered), [params])) ?? null;
}

/** Whether the policy of the place where the caller works has the operation; the effects of this process have their own rules. */
function isGranted(policy: JsonObject | null, capability: string, operation: string): boolean {
  const granted = policy?.['capabilities'];
  if (!isJsonObject(granted) || Object.keys(granted).length === 0) return true;
  const operations = granted[capability];
  if (!Array.isArray(operations)) return false;
  return operations.length === 0 || (operations as readonly Json[]).includes(operation);
}

function ownCapabilities(ctx: RunContext): OwnCapabilities {
  return { ...OWN_CAPABILITIES, ...ctx.get(furtherCapabilitiesKey) };
}

function operationIn<O>(
  capabilities: {
    readonly [name: string]: { readonly operations: { readonly [name: string]: O } };
  } = {},
  capability: string,
  operation: string,
): O | undefined {
  if (!Object.hasOwn(capabilities, capability)) return undefined;
  const { operations = {} } = capabilities[capability] ?? {};
  return Object.hasOwn(operations, operation) ? operations[operation] : undefined;
}

type Described = {
  readonly description?: string;
  readonly operations: { readonly [name: string]: { readonly description?: string } };
};

/** What can be called here: `{capability: {description, operations: {operation: {description}}}}`. */
function hostCapabilities(ctx: RunContext): { readonly [name: string]: JsonObject } {
  const manifest: {
    [name: string]: { description: string; operations: { [name: string]: Json } };
  } = {};
  const add = (name: string, { description = '', operations }: Described) => {
    const known = manifest[name] ?? { description, operations: {} };
    const added = Object.entries(operations).map(([operation, about]) => [
      operation,
      { description: about.description ?? '' },
    ]);
    manifest[name] = {
      ...known,
      operations: { ...known.operations, ...Object.fromEntries(added) },
    };
  };
  for (const [name, about] of Object.entries(ownCapabilities(ctx))) add(name, about);
  const { capabilities = {} } = ctx.get(hostOfferKey);
  for (const [name, about] of Object.entries(capabilities)) add(name, about);
  const mocks = ctx.run.has(hostMocksKey.name) ? ctx.get(hostMocksKey).mocks : [];
  for (const { capability, operation } of mocks) {
    const about = { [operation]: { description: 'Prepared for a test.' } };
    add(capability, { description: 'Prepared for a test.', operations: about });
  }
  return manifest;
}

/** Whether a capability, or an operation of it, can be called. */
function hostHas(ctx: RunContext, capability: string, operation?: string): boolean {
  const found = hostCapabilities(ctx)[capability];
  if (found === undefined || operation === undefined) return found !== undefined;
  return Object.hasOwn(found['operations'] as JsonObject, operation);
}

/** The tools of the host: `{name, description, schema, deprecated}` each. */
function hostTools(ctx: RunContext): readonly JsonObject[] {
  const { tools = {} } = ctx.get(hostOfferKey);
  return Object.entries(tools).map(([name, { description = '', schema, deprecated }]) => ({
    name,
    description,
    schema: schema ?? null,
    deprecated: deprecated ?? null,
  }));
}

/** The capability whose operations are tools of this process: called by name where the host has none such. */
const OWN_TOOLS = 'tools';

/** Calls a tool of the host. */
function* hostToolCall(ctx: RunContext, name: string, args: Json = null): Suspending<Json> {
  const { tools = {} } = ctx.get(hostOfferKey);
  const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (tool === undefined) {
    const own = operationIn(ownCapabilities(ctx), OWN_TOOLS, name);
    if (own !== undefined) return (yield* own.run(ctx, paramsOf(name, args))) ?? null;
    throw boundaryErrors.unknownTool({ name, known: Object.keys(tools).join(', ') });
  }
  return (yield* ctx.perform(effectOf(`tool.${name}`, tool), [paramsOf(name, args)])) ?? null;
}

/** Calling the host, under one name for other rooms. */
export const hostCalls = {
  call: hostCall,
  capabilities: hostCapabilities,
  has: hostHas,
  tools: hostTools,
  callTool: hostToolCall,
};
