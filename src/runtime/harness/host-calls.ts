// The host boundary in TypeScript: `harness.host`, what `host_call` and its companions are in Harn.
import type { Json, JsonObject } from '../../base/index.ts';
import { type CommandRules, commandPolicies, hostCalls } from '../boundary/index.ts';
import type { Handler, RunContext } from '../run/index.ts';
import { notData } from './family.ts';
import type { Harness } from './tree.ts';

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
  /**
   * Runs `body` with a harness whose commands, and those of all it starts, are under a policy. Rejects with HARN-HOS-010 when
   * the policy cannot be read.
   *
   * @example
   * await harness.host.withCommandPolicy({ deny_patterns: ['*rm -rf*'] }, (inner) => inner.agent.loop(task));
   */
  withCommandPolicy<T>(
    policy: CommandPolicyOptions,
    body: (inner: Harness) => Promise<T>,
  ): Promise<T>;
}

/** A policy for commands; see docs/host.md for what hooks are told and may answer. */
export interface CommandPolicyOptions extends CommandRules {
  /** Before a command: nothing, or one of `{deny}`, `{require_approval}`, `{rewrite}`, `{dry_run}`, `{explain_only}`. */
  readonly pre?: (about: JsonObject) => Json | undefined | Promise<Json | undefined>;
  /** Behind it: nothing, `{result}`, or remarks that are kept in the envelope. */
  readonly post?: (about: JsonObject) => Json | undefined | Promise<Json | undefined>;
}

function hookOf(name: string, hook: CommandPolicyOptions['pre']): Handler | undefined {
  if (hook === undefined) return undefined;
  return {
    kind: 'async',
    name,
    fn: hook,
    run: async (_, [about]) => (await hook(about as JsonObject)) ?? null,
  };
}

/** The host handle of a context. */
export function hostHandle(ctx: RunContext, harnessOf: (ctx: RunContext) => Harness): HostHandle {
  const lane = (body: Parameters<typeof ctx.runFromLane>[1]) =>
    ctx.runFromLane(ctx.task.nextGroup('host'), body) as Promise<never>;
  return notData('harness.host', {
    call: (name: string, params?: JsonObject) =>
      lane((inner) => hostCalls.call(inner, name, params)),
    capabilities: () => hostCalls.capabilities(ctx),
    has: (capability: string, operation?: string) => hostCalls.has(ctx, capability, operation),
    tools: () => hostCalls.tools(ctx),
    callTool: (name: string, args?: JsonObject) =>
      lane((inner) => hostCalls.callTool(inner, name, args)),
    withCommandPolicy: <T>(options: CommandPolicyOptions, body: (inner: Harness) => Promise<T>) => {
      const { pre, post, ...rules } = options;
      return lane(function* (inner) {
        const policy = {
          ...commandPolicies.readRules(rules as unknown as JsonObject),
          pre: hookOf('pre', pre),
          post: hookOf('post', post),
        };
        return yield* commandPolicies.with(inner, policy, () =>
          inner.join(inner.startLane(`${inner.task.id}:policy`, (deep) => body(harnessOf(deep)))),
        );
      });
    },
  });
}
