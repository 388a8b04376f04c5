// Approval policies: which calls of an agent are made without asking, never, or only after somebody agreed. A policy in
// force holds for everything below it: it rides in the capability policy of the scope, and of several the strictest decides.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { askOffered } from '../boundary/index.ts';
import { joinPath, resolvePath } from '../host/index.ts';
import { humanErrors, requestApproval } from '../human/index.ts';
import { fsEffects } from '../io/index.ts';
import {
  defineEffect,
  globMatches,
  type RunContext,
  type Suspending,
  whereItLeads,
} from '../run/index.ts';
import { workersKey } from '../work/index.ts';
import { loopErrors } from './errors.ts';
import { decisionEvent } from './permissions.ts';
import { pathParamsOf } from './tool-annotations.ts';
import { argTexts } from './tool-policy.ts';
import type { Tool } from './tools.ts';
import type { TranscriptEvent } from './transcript.ts';

/** The key of a capability policy under which the approval policies in force stand, outermost first. */
export const APPROVAL_KEY = 'approval_policies';

const LISTS = ['auto_approve', 'auto_deny', 'require_approval', 'write_path_allowlist'] as const;

interface ApprovalPolicy {
  readonly auto_approve: readonly string[];
  readonly auto_deny: readonly string[];
  readonly require_approval: readonly string[];
  /** Undefined: anything may be written. An empty list: nothing. */
  readonly write_path_allowlist: readonly string[] | undefined;
}

/** A call to be decided on. */
export interface ApprovalCall {
  readonly tool: Pick<Tool, 'name' | 'mutates' | 'annotations'>;
  readonly callId: string;
  readonly sessionId: string;
  readonly args: JsonObject;
}

/** What the policies alone say. */
export type Verdict =
  | { readonly kind: 'approved' }
  | { readonly kind: 'ask'; readonly reason: string }
  | { readonly kind: 'denied'; readonly reason: string };

const APPROVED: Verdict = { kind: 'approved' };

/** Reads one policy as programs write it; what does not belong there is refused. */
export function parseApprovalPolicy(given: Json): ApprovalPolicy {
  if (!isJsonObject(given)) throw bad(`a dict of ${LISTS.join(', ')}`);
  for (const [name, value] of Object.entries(given)) {
    if (!(LISTS as readonly string[]).includes(name)) {
      throw bad(`without "${name}": it knows ${LISTS.join(', ')}`);
    }
    const isList = Array.isArray(value) && value.every((one: Json) => typeof one === 'string');
    if (value !== null && !isList) throw bad(`with a list of patterns as ${name}`);
  }
  const list = (name: (typeof LISTS)[number]) =>
    (given[name] ?? undefined) as readonly string[] | undefined;
  return {
    auto_approve: list('auto_approve') ?? [],
    auto_deny: list('auto_deny') ?? [],
    require_approval: list('require_approval') ?? [],
    write_path_allowlist: list('write_path_allowlist'),
  };
}

/** A capability policy that has an approval policy besides; relative paths are meant from where the caller works. */
export function withApprovals(
  ctx: RunContext,
  policy: JsonObject | undefined,
  approvals: Json,
): JsonObject {
  const { write_path_allowlist: places } = parseApprovalPolicy(approvals);
  const own = approvals as JsonObject;
  const layer =
    places === undefined
      ? own
      : { ...own, write_path_allowlist: places.map((place) => resolvePath(placeOf(ctx), place)) };
  const before = policy?.[APPROVAL_KEY];
  return { ...policy, [APPROVAL_KEY]: [...(Array.isArray(before) ? before : []), layer] };
}

/** The approval policies in force, outermost first. */
export function approvalsInForce(ctx: RunContext): readonly JsonObject[] {
  const list = ctx.scope.policy?.[APPROVAL_KEY] ?? [];
  if (Array.isArray(list) && list.every(isJsonObject)) return list as readonly JsonObject[];
  throw bad(`in the policy a list of dicts, as ${APPROVAL_KEY}`);
}

/** What the policies in force say about a call; the strictest one decides. */
export function* approvalVerdict(ctx: RunContext, call: ApprovalCall): Suspending<Verdict> {
  const policies = approvalsInForce(ctx).map(parseApprovalPolicy);
  if (policies.length === 0) return APPROVED;
  for (const { auto_deny } of policies) {
    const pattern = matching(auto_deny, call);
    if (pattern === undefined) continue;
    const reason = `"${call.tool.name}" matches the deny pattern "${pattern}" of the approval policy`;
    return { kind: 'denied', reason };
  }
  const outside = yield* outsideOfAllowlists(ctx, policies, call);
  if (outside !== undefined) return { kind: 'denied', reason: outside };
  for (const { auto_approve, require_approval } of policies) {
    if (matching(auto_approve, call) !== undefined) continue;
    const pattern = matching(require_approval, call);
    if (pattern === undefined) continue;
    return { kind: 'ask', reason: `"${call.tool.name}" needs approval ("${pattern}")` };
  }
  return APPROVED;
}

function matching(patterns: readonly string[], { tool }: ApprovalCall): string | undefined {
  return patterns.find((pattern) => globMatches(pattern, tool.name));
}

/** Where paths really lead; recorded, so that a resumed turn decides the same. Null: a link to what is not there. */
const ledTo = defineEffect(
  { name: 'tools.paths_lead_to', class: 'read', access: 'read' },
  async (env, paths: readonly string[]): Promise<readonly (string | null)[]> =>
    Promise.all(paths.map(async (path) => (await whereItLeads(env.host.fs, path)) ?? null)),
);

function* outsideOfAllowlists(
  ctx: RunContext,
  policies: readonly ApprovalPolicy[],
  { tool, args }: ApprovalCall,
): Suspending<string | undefined> {
  const lists = policies.flatMap(({ write_path_allowlist: list }) =>
    list === undefined ? [] : [list.map(fixedPart)],
  );
  const texts = tool.mutates ? pathsOf({ tool, args }) : [];
  if (lists.length === 0 || texts.length === 0) return undefined;
  const paths = texts.map((text) => resolvePath(placeOf(ctx), text));
  const folders = [...new Set(lists.flatMap((list) => list.map(({ folder }) => folder)))];
  const led = yield* ctx.perform(ledTo, [[...paths, ...folders]]);
  const realOf = new Map(folders.map((folder, k) => [folder, led[paths.length + k] ?? null]));
  const fits = (path: string) => (pattern: FixedPart) => {
    const folder = realOf.get(pattern.folder) ?? null;
    return folder !== null && globMatches(joinPath(folder, pattern.rest), path);
  };
  const beyond = paths.find((_path, k) => {
    const real = led[k] ?? null;
    return real === null || !lists.every((list) => list.some(fits(real)));
  });
  if (beyond === undefined) return undefined;
  return `"${tool.name}" may not write to ${beyond}: the approval policy does not list it`;
}

interface FixedPart {
  readonly folder: string;
  readonly rest: string;
}

/** A pattern as the folder that it names outright and the rest, so that links on the way to the folder do not matter. */
function fixedPart(pattern: string): FixedPart {
  const star = pattern.search(/[*?]/);
  const cut = pattern.lastIndexOf('/', star === -1 ? pattern.length : star);
  if (cut === -1) return { folder: '.', rest: pattern };
  return { folder: pattern.slice(0, cut) || '/', rest: pattern.slice(cut + 1) };
}

const pathsOf = ({ tool, args }: Pick<ApprovalCall, 'tool' | 'args'>): readonly string[] =>
  pathParamsOf(tool.annotations).flatMap((param) => argTexts(args, param));

const placeOf = (ctx: RunContext): string => ctx.scope.cwd ?? ctx.sync(fsEffects.cwd, []);

/** What was answered. `args` are others than the model gave where the host put them in place. */
export type Approval = {
  readonly events: readonly TranscriptEvent[];
} & (
  | { readonly granted: true; readonly args: JsonObject }
  | { readonly granted: false; readonly reason: string }
);

/** Asks for one call: the embedding program where it decides on permissions, else people, durably. */
export function* askApproval(
  ctx: RunContext,
  call: ApprovalCall,
  reason: string,
): Suspending<Approval> {
  const { tool, callId, args } = call;
  const about = { tool: tool.name, callId, args };
  const asked = decisionEvent('PermissionEscalation', about, { reason });
  const answer = yield* answerTo(ctx, call);
  if (!answer.granted) return { granted: false, reason: answer.reason, events: [asked] };
  const { approver, why = reason } = answer;
  const facts = { scope: 'once', approver, reason: why };
  const events = [asked, decisionEvent('PermissionGrant', about, facts)];
  return { granted: true, args: answer.args ?? args, events };
}

type Answer =
  | {
      readonly granted: true;
      readonly args?: JsonObject;
      readonly approver: Json;
      readonly why?: string;
    }
  | { readonly granted: false; readonly reason: string };

function* answerTo(ctx: RunContext, call: ApprovalCall): Suspending<Answer> {
  const request = permissionRequest(ctx, call);
  const place = { capability: 'session', operation: 'request_permission' };
  const offered = yield* askOffered(ctx, { ...place, params: request });
  return offered === undefined ? yield* peopleSay(ctx, call) : hostSays(offered.value);
}

/** What a host answers: `{outcome: {outcome: "selected"}}`, `{granted, args?, reason?}`, or a bool. Else it is a no. */
function hostSays(answer: Json): Answer {
  const {
    granted = null,
    outcome = null,
    args = null,
    reason,
  } = isJsonObject(answer) ? answer : {};
  const selected = isJsonObject(outcome) ? outcome : {};
  const option = selected['optionId'] ?? '';
  const isSelected = selected['outcome'] === 'selected' && !/^(reject|deny)/.test(String(option));
  if (answer === true || granted === true || isSelected) {
    const approver = 'host';
    return { granted: true, approver, ...(isJsonObject(args) ? { args } : {}) };
  }
  return { granted: false, reason: typeof reason === 'string' ? reason : 'the host said no' };
}

function* peopleSay(ctx: RunContext, call: ApprovalCall): Suspending<Answer> {
  const { tool, callId, sessionId, args } = call;
  try {
    const record = yield* requestApproval(ctx, tool.name, {
      args,
      detail: { session_id: sessionId, tool_call_id: callId },
      principal: principalOf(ctx),
      evidence_refs: evidenceOf(call),
      undo_metadata: undoOf(ctx, call),
      capabilities_requested: capabilitiesOf(tool.annotations),
    });
    const { reviewers, reason } = record;
    return { granted: true, approver: reviewers, ...(reason === null ? {} : { why: reason }) };
  } catch (error) {
    if (!HarnError.is(error) || !NOS.has(error.code)) throw error;
    return { granted: false, reason: error.message };
  }
}

/** Ways in which nobody agreed. */
const NOS: ReadonlySet<string> = new Set([
  humanErrors.$code('denied'),
  humanErrors.$code('timeout'),
  humanErrors.$code('cancelled'),
]);

/** A call as the bridge protocol shows it to hosts that decide. */
function permissionRequest(ctx: RunContext, call: ApprovalCall): JsonObject {
  const { tool, callId, sessionId, args } = call;
  const undo = undoOf(ctx, call);
  return {
    sessionId,
    approvalRequest: {
      id: callId,
      action: tool.name,
      args,
      principal: principalOf(ctx),
      approvers_required: 1,
      evidence_refs: evidenceOf(call),
      undo_metadata: undo,
      capabilities_requested: capabilitiesOf(tool.annotations),
    },
    toolCall: { toolCallId: callId, toolName: tool.name, rawInput: args },
    mutation: { ...undo, approval_policy: approvalsInForce(ctx).at(-1) ?? null },
    declaredPaths: pathsOf(call),
  };
}

function evidenceOf(call: ApprovalCall): readonly JsonObject[] {
  return pathsOf(call).map((path) => ({
    kind: 'workspace_path',
    ref: path,
    metadata: { workspace_path: path },
  }));
}

function undoOf(ctx: RunContext, { tool, sessionId }: ApprovalCall): JsonObject {
  const scope = tool.annotations['mutation_classification'];
  return {
    session_id: sessionId,
    run_id: ctx.runId,
    worker_id: workerOf(ctx) ?? null,
    mutation_scope: scope ?? (tool.mutates ? 'apply_workspace' : 'read_only'),
  };
}

const workerOf = (ctx: RunContext): string | undefined =>
  ctx.run.has(workersKey.name) ? ctx.get(workersKey).ofTask(ctx.task)?.id : undefined;

const principalOf = (ctx: RunContext): string => workerOf(ctx) ?? ctx.run.start.pipeline;

function capabilitiesOf({ capabilities = null }: JsonObject): readonly string[] {
  return Object.entries(isJsonObject(capabilities) ? capabilities : {}).flatMap(([name, list]) =>
    Array.isArray(list) ? list.map((operation: Json) => `${name}.${String(operation)}`) : [],
  );
}

function bad(expected: string): Error {
  return loopErrors.badOption({ option: 'approval_policy', expected });
}
