// What restricts a worker besides its policy: authority that was taken from it, command policies around its start. In its own
// run it simply has them; for another run that goes on with it they are kept in its snapshot, and hold inside of what
// restricts whoever goes on.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { commandPolicies } from '../boundary/index.ts';
import type { Authority, Carried, RunContext } from '../run/index.ts';
import { codeSourceKey } from './worker-code.ts';

/** Null: nothing but what restricts its run. */
export type WorkerBounds = {
  /** Rules as `Authority.without` takes them. */
  readonly denied: readonly string[];
  readonly command_policies: readonly JsonObject[];
  /** Hooks that no other run finds again. */
  readonly missing: readonly string[];
} | null;

function hooksOf(ctx: RunContext) {
  const { source } = ctx.get(codeSourceKey);
  return {
    refOf: (fn: object) => source.refOf(fn),
    hook: (ref: JsonObject) => source.callback(ref),
  };
}

/** What of a place is kept for a worker that starts there with some authority. */
export function workerBounds(ctx: RunContext, authority: Authority): WorkerBounds {
  const denied = authority.beyond(ctx.run.authority);
  const { policies, missing } = commandPolicies.save(ctx, hooksOf(ctx));
  if (denied.length === 0 && policies.length === 0) return null;
  return { denied, command_policies: policies, missing };
}

/** From a snapshot. */
export function workerBoundsFrom(given: Json | undefined): WorkerBounds {
  if (!isJsonObject(given)) return null;
  const list = (key: string) => {
    const value = given[key];
    return Array.isArray(value) ? (value as readonly Json[]) : [];
  };
  return {
    denied: list('denied').map(String),
    command_policies: list('command_policies').filter(isJsonObject),
    missing: list('missing').map(String),
  };
}

/** What holds for a worker from elsewhere, inside of what holds for the caller. */
export function enforced(
  ctx: RunContext,
  name: string,
  bounds: WorkerBounds,
): {
  readonly authority: Authority;
  readonly carried: Carried;
  readonly missing: readonly string[];
} {
  const { denied = [], command_policies: policies = [], missing = [] } = bounds ?? {};
  const made = commandPolicies.withSaved(ctx, policies, hooksOf(ctx));
  return {
    authority: ctx.authority.without(denied, `what worker ${name} was started with`),
    carried: { attached: made.attached, locals: {} },
    missing: [...missing, ...made.missing],
  };
}
