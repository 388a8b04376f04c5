// Mutation sessions: what the changes that a worker makes belong to, for audits, hosts and records. A worker has a session
// of its own below the one around it: whose it is not said to be otherwise, it is the run, the scope and the approval
// policy of whoever started it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, ServiceKey } from '../run/index.ts';
import { currentSessionKey } from './current-session.ts';
import { intersect } from './worker-policy.ts';

/** A port: a capability policy with an approval policy besides, checked; the agent room knows what those are. */
export const approvalLayersKey: ServiceKey<{
  readonly layer: (ctx: RunContext, approvals: Json) => JsonObject;
}> = {
  name: 'work.approval_layers',
  create: () => ({ layer: (_ctx, approvals) => ({ approval_policies: [approvals] }) }),
};

/** What of the mutation session around is also that of a worker started here. */
export function inheritedAudit(ctx: RunContext): JsonObject {
  const { mutation, policy } = ctx.scope;
  const layers = policy?.['approval_policies'];
  const innermost = Array.isArray(layers) ? (layers.at(-1) as Json | undefined) : undefined;
  return {
    parent_session_id:
      mutation?.['session_id'] ?? ctx.get(currentSessionKey).sessionOf(ctx) ?? null,
    run_id: mutation?.['run_id'] ?? ctx.runId,
    mutation_scope: mutation?.['mutation_scope'] ?? 'read_only',
    approval_policy: mutation?.['approval_policy'] ?? innermost ?? null,
  };
}

/** The mutation session of a worker: what it was given, and what it inherits of the rest. */
export function auditOf(
  given: JsonObject,
  inherited: JsonObject,
  { id, mode, uuid }: { readonly id: Json; readonly mode: string; readonly uuid: string },
): JsonObject {
  const said = Object.entries(given).filter(([, value]) => value !== null && value !== '');
  return {
    session_id: `session_${uuid}`,
    ...inherited,
    ...Object.fromEntries(said),
    worker_id: id,
    execution_kind: mode,
  };
}

/** A policy under the approval policy that a worker is given with its audit; that of whoever starts it stays in force. */
export function underAudit(ctx: RunContext, policy: Json, { approval_policy }: JsonObject): Json {
  const approvals = approval_policy ?? null;
  if (approvals === null || (isJsonObject(approvals) && Object.keys(approvals).length === 0)) {
    return policy;
  }
  return intersect(policy, ctx.get(approvalLayersKey).layer(ctx, approvals));
}
