// The host boundary in TypeScript: `harness.host`, what `host_call` and its companions are in Harn.
import type { Json, JsonObject } from '../../base/index.ts';
import { hostCall, hostCapabilities, hostHas, hostToolCall, hostTools } from '../boundary/index.ts';
import type { RunContext } from '../run/index.ts';
import { notData } from './family.ts';

/** What the host offers: this process by itself, the embedding program, and what a test prepared. */
export interface HostHandle {
  /**
   * Calls `capability.operation`. Rejects with HARN-HOS-001 when nobody serves it.
   *
   * @example
   * const text = await harness.host.call('workspace.read_text', { path: 'notes.md' });
   */
  call<T extends Json = Json>(name: string, params?: JsonObject): Promise<T>;
  /** `{capability: {description, operations: {operation: {description}}}}`. */
  capabilities(): { readonly [capability: string]: JsonObject };
  /** Whether a capability, or an operation of it, can be called. */
  has(capability: string, operation?: string): boolean;
  /** The tools of the embedding program: `{name, description, schema, deprecated}` each. */
  tools(): readonly JsonObject[];
  callTool<T extends Json = Json>(name: string, args?: JsonObject): Promise<T>;
}

/** The host handle of a context. */
export function hostHandle(ctx: RunContext): HostHandle {
  const lane = (body: Parameters<typeof ctx.runFromLane>[1]) =>
    ctx.runFromLane(ctx.task.nextGroup('host'), body) as Promise<never>;
  return notData('harness.host', {
    call: (name: string, params?: JsonObject) => lane((inner) => hostCall(inner, name, params)),
    capabilities: () => hostCapabilities(ctx),
    has: (capability: string, operation?: string) => hostHas(ctx, capability, operation),
    tools: () => hostTools(ctx),
    callTool: (name: string, args?: JsonObject) => lane((inner) => hostToolCall(inner, name, args)),
  });
}
