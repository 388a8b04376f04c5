// Permissions of one agent: `{allow, deny, on_escalation}` below the policy in force. Deny wins; what is not allowed can
// be escalated to a callback, which grants once, for the session, or the tool for the session, but never beyond the policy.
//
// Rules are data. Code in them (predicates, the callback) stands in the data as `{"@code": n}` and travels beside it; where
// it did not come along, a rule to deny holds and a rule to allow does not.
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  callHandler,
  globMatches,
  type Handler,
  isTruthy,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { loopErrors } from './errors.ts';
import { argTexts } from './tool-policy.ts';
import type { TranscriptEvent } from './transcript.ts';

/** Stands for code in permissions that are data. */
export const CODE_PLACE = '@code';

type Code = Handler | 'missing';

interface Rule {
  readonly tool: string;
  /** Undefined: whatever the arguments are. */
  readonly when: { readonly patterns: readonly string[] } | { readonly code: Code } | undefined;
}

/** Permissions as a loop uses them. */
export interface Permissions {
  /** Undefined: everything that is not denied. */
  readonly allow: readonly Rule[] | undefined;
  readonly deny: readonly Rule[];
  readonly onEscalation: Code | undefined;
}

/** A call to be decided on. */
export interface PermissionCall {
  readonly tool: string;
  readonly callId: string;
  readonly args: JsonObject;
  readonly sessionId: string;
  /** What was granted for the session; see `grantKey`. */
  readonly grants: Set<string>;
}

export type Decision =
  | { readonly allowed: true; readonly events: readonly TranscriptEvent[] }
  | {
      readonly allowed: false;
      readonly reason: string;
      readonly events: readonly TranscriptEvent[];
    };

/** Reads the option `permissions`. */
export function parsePermissions(
  given: Json | undefined,
  code: readonly (Handler | undefined)[] = [],
): Permissions | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isJsonObject(given)) throw bad('a dict {allow, deny, on_escalation}');
  const { allow = null, deny = null, on_escalation: escalation = null, ...others } = given;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined)
    throw bad(`without "${unknown}": it knows allow, deny and on_escalation`);
  return {
    allow: allow === null ? undefined : rulesOf(allow, code),
    deny: deny === null ? [] : rulesOf(deny, code),
    onEscalation: escalation === null ? undefined : codeOf(escalation, code),
  };
}

function rulesOf(given: Json, code: readonly (Handler | undefined)[]): readonly Rule[] {
  if (Array.isArray(given)) {
    return given.map((tool: Json) => {
      if (typeof tool !== 'string') throw bad('made of lists of tool names, or dicts by tool name');
      return { tool, when: undefined };
    });
  }
  if (!isJsonObject(given)) throw bad('made of lists of tool names, or dicts by tool name');
  return Object.entries(given).map(([tool, when]) => ({ tool, when: conditionOf(when, code) }));
}

function conditionOf(given: Json, code: readonly (Handler | undefined)[]): Rule['when'] {
  if (given === true || given === null) return undefined;
  if (typeof given === 'string') return { patterns: [given] };
  if (Array.isArray(given) && given.every((one: Json) => typeof one === 'string')) {
    return { patterns: given as readonly string[] };
  }
  return { code: codeOf(given, code) };
}

function codeOf(given: Json, code: readonly (Handler | undefined)[]): Code {
  const place = isJsonObject(given) ? given[CODE_PLACE] : undefined;
  if (typeof place !== 'number') throw bad('made of patterns and functions of the arguments');
  return code[place] ?? 'missing';
}

/** What a grant for the session is remembered by. */
export function grantKey(tool: string, args: Json): string {
  return `${tool} ${canonicalJson(args)}`;
}

/** The same for every call of a tool, whatever its arguments are. */
function toolKey(tool: string): string {
  return `${tool} *`;
}

/** The grants for the session among events of its history. */
export function grantsIn(events: readonly TranscriptEvent[]): readonly string[] {
  return events.flatMap(({ kind, metadata }) => {
    const about = isJsonObject(metadata) ? metadata : {};
    if (kind !== 'PermissionGrant') return [];
    if (about['scope'] === 'tool') return [toolKey(String(about['tool']))];
    if (about['scope'] !== 'session') return [];
    return [grantKey(String(about['tool']), about['args'] ?? null)];
  });
}

/** Decides on a call. The policy has let it pass before. */
export function* decide(
  ctx: RunContext,
  permissions: Permissions,
  call: PermissionCall,
): Suspending<Decision> {
  if (call.grants.has(toolKey(call.tool)) || call.grants.has(grantKey(call.tool, call.args))) {
    const granted = decisionEvent('PermissionGrant', call, {
      scope: 'session',
      reason: 'granted before',
    });
    return { allowed: true, events: [granted] };
  }
  const reason = yield* refusal(ctx, permissions, call);
  if (reason === undefined) {
    return { allowed: true, events: [decisionEvent('PermissionGrant', call, { scope: 'rule' })] };
  }
  const { onEscalation } = permissions;
  if (onEscalation === undefined || onEscalation === 'missing') {
    return { allowed: false, reason, events: [] };
  }
  return yield* escalate(ctx, onEscalation, call, reason);
}

function* refusal(
  ctx: RunContext,
  { allow, deny }: Permissions,
  call: PermissionCall,
): Suspending<string | undefined> {
  for (const rule of deny) {
    if (yield* applies(ctx, rule, call, true)) return `"${call.tool}" is denied by its permissions`;
  }
  if (allow === undefined) return undefined;
  for (const rule of allow) if (yield* applies(ctx, rule, call, false)) return undefined;
  return `"${call.tool}" is not allowed by its permissions`;
}

function* applies(
  ctx: RunContext,
  { tool, when }: Rule,
  call: PermissionCall,
  unknown: boolean,
): Suspending<boolean> {
  if (!globMatches(tool, call.tool)) return false;
  if (when === undefined) return true;
  if ('patterns' in when) {
    const texts = argTexts(call.args);
    return texts.some((text) => when.patterns.some((pattern) => globMatches(pattern, text)));
  }
  if (when.code === 'missing') return unknown;
  return isTruthy((yield* callHandler(ctx, when.code, [call.args])) as Json | undefined);
}

function* escalate(
  ctx: RunContext,
  handler: Handler,
  call: PermissionCall,
  reason: string,
): Suspending<Decision> {
  const { tool, args, callId, sessionId } = call;
  const request = {
    _type: 'permission_request',
    tool,
    args,
    reason,
    tool_call_id: callId,
    session_id: sessionId,
  };
  const answer = ((yield* callHandler(ctx, handler, [request])) ?? null) as Json;
  const asked = decisionEvent('PermissionEscalation', call, { reason });
  const about = isJsonObject(answer) ? answer : {};
  const scope = answer === true ? 'once' : about['grant'];
  const why = typeof about['reason'] === 'string' ? about['reason'] : undefined;
  if (scope !== 'once' && scope !== 'session' && scope !== 'tool') {
    return { allowed: false, reason: why ?? reason, events: [asked] };
  }
  if (scope === 'session') call.grants.add(grantKey(tool, args));
  if (scope === 'tool') call.grants.add(toolKey(tool));
  const granted = decisionEvent('PermissionGrant', call, {
    scope,
    approver: about['approver'] ?? null,
    reason: why ?? reason,
  });
  return { allowed: true, events: [asked, granted] };
}

/** That a call was not made, for the history. */
export function denial(
  call: Pick<PermissionCall, 'tool' | 'callId' | 'args'>,
  reason: string,
): TranscriptEvent {
  return decisionEvent('PermissionDeny', call, { reason });
}

/** A decision on a call, for the history. */
export function decisionEvent(
  kind: string,
  { tool, callId, args }: Pick<PermissionCall, 'tool' | 'callId' | 'args'>,
  facts: JsonObject,
): TranscriptEvent {
  const reason = facts['reason'];
  const text = typeof reason === 'string' ? `${tool}: ${reason}` : tool;
  const metadata = { tool, tool_call_id: callId, args, ...facts };
  return { kind, role: 'system', visibility: 'internal', text, metadata };
}

function bad(expected: string): Error {
  return loopErrors.badOption({ option: 'permissions', expected });
}
