// `sub_agent_run`: one task for a sub-agent, in the foreground (its envelope is the answer) or as a worker. What a
// sub-agent does in its turns is the business of whoever registered the kind `sub_agent`.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { currentSessionKey } from './current-session.ts';
import { newWorker, startWorker } from './worker.ts';
import { inheritedAudit, underAudit } from './worker-audit.ts';
import {
  executionOf,
  objectOf,
  parseCarry,
  REQUEST_KEYS,
  requestOf,
  type SpawnRequest,
  textOf,
  type WorkerConfig,
} from './worker-config.ts';
import { workerErrors } from './worker-errors.ts';
import { absoluteRoots, resolveExecution, withExecution } from './worker-execution.ts';
import { type WorkerCycle, workerKindsKey } from './worker-kinds.ts';
import { narrowPolicy } from './worker-policy.ts';
import { assertMay, bookkeeping, workerStamp } from './worker-record.ts';
import { type Attachments, workersKey } from './worker-registry.ts';
import { summaryOf } from './worker-view.ts';

/** Options that are ours; the rest is the loop's. */
const CONSUMED: readonly string[] = [
  ...REQUEST_KEYS,
  'parent_session_id',
  'background',
  'carry',
  'returns',
  'allowed_tools',
  'name',
  'execution',
  'system',
  'session_id',
  'policy',
];

/** The request envelope: what is asked of the sub-agent. */
export function subAgentRequest(
  task: Json | undefined,
  given: Json,
  { uuid, parentSession }: { readonly uuid: string; readonly parentSession: string | null },
): JsonObject {
  const text = textOf(task);
  if (text.trim() === '') throw refuse('sub_agent_run: task is required');
  if (given !== null && !isJsonObject(given)) {
    throw refuse('sub_agent_run: options must be a dict or nil');
  }
  const options = objectOf(given);
  const allowed = options['allowed_tools'] ?? null;
  const isNames = Array.isArray(allowed) && allowed.every((name) => typeof name === 'string');
  if (allowed !== null && !isNames) {
    throw refuse('sub_agent_run.allowed_tools: expected a list of strings');
  }
  const policy = options['policy'] ?? null;
  if (policy !== null && !isJsonObject(policy)) {
    throw refuse('sub_agent_run: policy parse error: expected dict');
  }
  const returns = objectOf(options['returns']);
  const stray = Object.keys(returns).find((key) => key !== 'schema');
  if (stray !== undefined) {
    throw refuse(`sub_agent_run: returns knows \`schema\`, not \`${stray}\``);
  }
  const passed = Object.entries(options).filter(([key]) => !CONSUMED.includes(key));
  const session = textOf(options['session_id']).trim();
  return {
    _type: 'sub_agent_request',
    name: textOf(options['name']).trim() || 'sub-agent',
    task: text,
    system: options['system'] ?? null,
    options: Object.fromEntries(passed) as JsonObject,
    returns_schema: returns['schema'] ?? null,
    session_id: session === '' ? `sub_agent_session_${uuid}` : session,
    parent_session_id: options['parent_session_id'] ?? parentSession,
    background: options['background'] === true,
    carry: options['carry'] ?? null,
    execution: options['execution'] ?? null,
    policy,
    allowed_tools: allowed,
  };
}

/** Runs a sub-agent: its envelope, or the handle of a worker when `background` is set. */
export function* subAgentRun(
  ctx: RunContext,
  task: Json | undefined,
  options: Json,
  attachments: Attachments = {},
): Suspending<Json> {
  assertMay(ctx, 'sub_agent_run');
  const { uuid } = bookkeeping(ctx).sync(workerStamp, []);
  const parentSession = ctx.get(currentSessionKey).sessionOf(ctx);
  const request = subAgentRequest(task, options, { uuid, parentSession });
  const spawn = spawnRequest(request, objectOf(options));
  if (request['background'] === true) {
    return summaryOf((yield* startWorker(ctx, spawn, { attachments })).worker);
  }
  return yield* inForeground(ctx, spawn, attachments);
}

function spawnRequest(request: JsonObject, options: JsonObject): SpawnRequest {
  const { name, task, system, session_id, parent_session_id, returns_schema } = request;
  const text = String(task);
  const spec: JsonObject = {
    name: name ?? null,
    task: text,
    system: system ?? null,
    options: { ...objectOf(request['options']), session_id: session_id ?? null },
    returns_schema: returns_schema ?? null,
    session_id: session_id ?? null,
    parent_session_id: parent_session_id ?? null,
  };
  const config: WorkerConfig = { mode: 'sub_agent', spec };
  const tools = request['allowed_tools'];
  const budget = options['token_budget'];
  return {
    name: String(name),
    task: text,
    wait: false,
    config,
    carry: parseCarry(request['carry']),
    request: requestOf(text, options, config),
    execution: executionOf(request['execution']),
    audit: { session_id: session_id ?? null, parent_session_id: parent_session_id ?? null },
    resumeWhen: null,
    tools: Array.isArray(tools) ? (tools as readonly string[]) : undefined,
    policy: request['policy'] ?? null,
    without: [],
    parentWorkerId: null,
    parentStageId: null,
    tokenBudget: typeof budget === 'number' && budget >= 0 ? budget : undefined,
  };
}

/** In the caller's own task: no worker, nothing to suspend from outside. */
function* inForeground(
  ctx: RunContext,
  request: SpawnRequest,
  attachments: Attachments,
): Suspending<Json> {
  const kind = ctx.get(workerKindsKey).find('sub_agent');
  if (kind === undefined) throw workerErrors.noKind({ mode: 'sub_agent' });
  const spawner = ctx.get(workersKey).ofTask(ctx.task);
  const at = bookkeeping(ctx).sync(workerStamp, []);
  const wanted = absoluteRoots(ctx, request.policy);
  const narrowed = narrowPolicy(ctx.scope.policy, { ...request, policy: wanted });
  const policy = underAudit(ctx, narrowed, request.audit);
  const placed = {
    ...request,
    execution: resolveExecution(ctx, request.execution, `worker_${at.uuid}`, policy),
  };
  const spawnedBy = spawner?.id ?? null;
  const audit = inheritedAudit(ctx);
  const worker = newWorker(placed, { at, directory: '', policy, spawnedBy, audit });
  const { task, config, transcript, artifacts, execution } = worker;
  const cycle: WorkerCycle = {
    worker,
    task,
    config,
    transcript,
    artifacts,
    execution,
    policy,
    attachments,
    resume: undefined,
    gate: { requested: () => undefined },
  };
  const end = yield* withExecution(
    ctx.withScope(ctx.scope.with({ mutation: worker.audit })),
    execution,
    policy,
    (inner) => kind.run(inner, cycle),
    ({ status }) => status === 'parked',
  );
  return end.payload;
}

function refuse(problem: string) {
  return workerErrors.badConfig({ problem });
}
