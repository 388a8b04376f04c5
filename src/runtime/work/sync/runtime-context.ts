// Who is acting: the task, where it stands in the tree, for whom it works, and the values that a program keeps with it.
import type { RunContext } from '../../run/index.ts';
import { runSpansKey, type Task } from '../../run/index.ts';
import { currentSessionKey } from '../current-session.ts';
import { workersKey } from '../worker-registry.ts';
import { groupOf } from './scope.ts';
import { listSupervisors } from './supervisor.ts';
import type { SupervisorView } from './supervisor-state.ts';
import { use } from './use.ts';

/** The context of a task. What is not there is null. */
export interface RuntimeContextView {
  readonly task_id: string;
  readonly parent_task_id: string | null;
  readonly root_task_id: string;
  /** `root`, `spawn`, `parallel`, `parallel_each`, ... */
  readonly task_name: string;
  readonly task_group_id: string | null;
  readonly scope_id: string | null;
  readonly workflow_id: string | null;
  readonly run_id: string;
  readonly stage_id: string | null;
  readonly worker_id: string | null;
  readonly agent_session_id: string | null;
  readonly parent_agent_session_id: string | null;
  readonly root_agent_session_id: string | null;
  readonly agent_name: string | null;
  readonly trigger_id: string | null;
  readonly trigger_event_id: string | null;
  readonly binding_key: string | null;
  readonly tenant_id: string | null;
  readonly provider: string | null;
  readonly trace_id: string;
  readonly span_id: string;
  readonly scheduler_key: string | null;
  readonly runner: string | null;
  readonly capacity_class: string | null;
  readonly context_values: { readonly [name: string]: unknown };
  readonly cancelled: boolean;
  readonly debug: { readonly supervisors: readonly SupervisorView[] };
}

/** The context of the calling task. */
export function runtimeContext(ctx: RunContext): RuntimeContextView {
  use(ctx, 'context');
  const { task } = ctx;
  const worker = ctx.get(workersKey).ofTask(task);
  const session = ctx.get(currentSessionKey).sessionOf(ctx);
  const span = ctx.get(runSpansKey).currentOf(task);
  const group = groupOf(task) ?? null;
  return {
    task_id: task.id,
    // The task above the root is the run's own and no part of the program.
    parent_task_id: task.parent?.parent === undefined ? null : task.parent.id,
    root_task_id: rootOf(task).id,
    task_name: nameOf(task),
    task_group_id: group,
    scope_id: group,
    workflow_id: null,
    run_id: ctx.runId,
    stage_id: null,
    worker_id: worker?.id ?? null,
    agent_session_id: session,
    parent_agent_session_id: null,
    root_agent_session_id: null,
    agent_name: worker?.worker.name ?? null,
    trigger_id: null,
    trigger_event_id: null,
    binding_key: null,
    tenant_id: null,
    provider: null,
    trace_id: span.traceId,
    span_id: span.spanId,
    scheduler_key: null,
    runner: null,
    capacity_class: null,
    context_values: task.locals,
    cancelled: task.isStopping,
    debug: { supervisors: listSupervisors(ctx) },
  };
}

/** The values that the task keeps; children start with a copy. */
export function contextValues(ctx: RunContext): { readonly [name: string]: unknown } {
  use(ctx, 'context_values');
  return ctx.task.locals;
}

export function contextGet(ctx: RunContext, name: string): unknown {
  use(ctx, 'context_get');
  return Object.hasOwn(ctx.task.locals, name) ? ctx.task.locals[name] : undefined;
}

/** Keeps a value with a task and gives what was there before. */
export function contextSet(
  ctx: RunContext,
  name: string,
  value: unknown,
  task: Task = ctx.task,
): unknown {
  use(ctx, 'context_set');
  const before = Object.hasOwn(task.locals, name) ? task.locals[name] : undefined;
  task.locals = { ...task.locals, [name]: value };
  return before;
}

/** Takes a value away and gives what it was. */
export function contextClear(ctx: RunContext, name: string): unknown {
  use(ctx, 'context_clear');
  const { [name]: before, ...rest } = ctx.task.locals;
  ctx.task.locals = rest;
  return before;
}

function rootOf(task: Task): Task {
  let root = task;
  for (let at: Task | undefined = task; at?.parent !== undefined; at = at.parent) root = at;
  return root;
}

/** What made the task, from its id: `task_root:spawn:1`, `task_root:parallel:1:0`, `task_root/3:0` (a callback). */
function nameOf(task: Task): string {
  if (task.id === 'task_root') return 'root';
  return /:([a-z_]+):\d+(?::\d+)?$/.exec(task.id)?.[1] ?? 'callback';
}
