// Supervisors: loops with names that are started again when they end or fail. One task per supervisor takes what happens
// (a child ended, a pause is over, somebody wants it stopped) from a line and acts on it, one thing at a time.
import { bug } from '../../../base/index.ts';
import {
  boundsOf,
  type Outcome,
  type RunContext,
  type ServiceKey,
  type Suspending,
  startBeside,
  startHandler,
} from '../../run/index.ts';
import { Channel } from './channel.ts';
import { nowMs } from './circuit.ts';
import { syncErrors } from './errors.ts';
import { requestStop } from './stop.ts';
import {
  assertChildren,
  backoffMs,
  restartPolicy,
  type SupervisorChildSpec,
  type SupervisorSpec,
  strategyOf,
} from './supervisor-spec.ts';
import {
  type Child,
  Supervisor,
  type SupervisorEvent,
  type SupervisorMetrics,
  type SupervisorView,
} from './supervisor-state.ts';
import { use } from './use.ts';
import { pause, waitFor } from './wait.ts';

/** A supervisor by id, or by a dict that has one. */
export type SupervisorRef = string | { readonly id: string };

/** How long children may take to stop when nobody says. */
const STOP_MS = 5000;

type Happening =
  | {
      readonly kind: 'ended';
      readonly child: Child;
      readonly attempt: number;
      readonly outcome: Outcome;
    }
  | { readonly kind: 'due'; readonly child: Child }
  | { readonly kind: 'stop' }
  | { readonly kind: 'out_of_time' };

/** The supervisors of one run, with the line of each. */
interface Entry {
  readonly supervisor: Supervisor;
  readonly line: Channel;
}

const supervisorsKey: ServiceKey<Map<string, Entry>> = {
  name: 'work.supervisors',
  create: () => new Map(),
};

/** Starts a supervisor. It belongs to the run and outlives its starter; the end of the run ends it. */
export function startSupervisor(ctx: RunContext, spec: SupervisorSpec): SupervisorView {
  use(ctx, 'supervisor_start');
  assertChildren(spec.children);
  const strategy = strategyOf(spec.strategy);
  const children = spec.children.map((child, index) => newChild(child, index));
  const all = ctx.get(supervisorsKey);
  const id = `supervisor_${all.size + 1}`;
  const supervisor = new Supervisor(id, spec.name ?? id, strategy, children);
  const line = new Channel(id, Number.POSITIVE_INFINITY);
  all.set(id, { supervisor, line });
  supervisor.note('supervisor_started', nowMs(ctx));
  startBeside(ctx, boundsOf(ctx), ctx.task.nextCallback(ctx.task.lastOrdinal), {
    kind: 'generator',
    name: id,
    run: (own) => new Keeper(own, supervisor, line, spec.children).keep(),
  });
  return supervisor.view();
}

export function supervisorState(ctx: RunContext, ref: SupervisorRef): SupervisorView {
  use(ctx, 'supervisor_state');
  return entryOf(ctx, ref).supervisor.view();
}

/** What happened, oldest first; the last thousand. */
export function supervisorEvents(ctx: RunContext, ref: SupervisorRef): readonly SupervisorEvent[] {
  use(ctx, 'supervisor_events');
  return [...entryOf(ctx, ref).supervisor.events];
}

export function supervisorMetrics(ctx: RunContext, ref: SupervisorRef): SupervisorMetrics {
  use(ctx, 'supervisor_metrics');
  return { ...entryOf(ctx, ref).supervisor.counts };
}

/** The supervisors of this run, in the order they were started. */
export function listSupervisors(ctx: RunContext): readonly SupervisorView[] {
  return [...ctx.get(supervisorsKey).values()].map(({ supervisor }) => supervisor.view());
}

/** Asks the children to stop, waits for them, drops those that take longer, and tells how it ended. */
export function* stopSupervisor(
  ctx: RunContext,
  ref: SupervisorRef,
  timeoutMs: number = STOP_MS,
): Suspending<SupervisorView> {
  use(ctx, 'supervisor_stop');
  const { supervisor, line } = entryOf(ctx, ref);
  if (!supervisor.isOver) {
    line.offer({ kind: 'stop' } satisfies Happening);
    const over = yield* waitFor<boolean>(ctx, {
      what: `supervisor "${supervisor.name}" to stop`,
      timeoutMs,
      start: (wake) => supervisor.whenOver(() => wake(true)),
    });
    if (over === undefined) {
      line.offer({ kind: 'out_of_time' } satisfies Happening);
      if (!supervisor.isOver) {
        yield* ctx.block(`supervisor "${supervisor.name}" to be dropped`, (resume) =>
          supervisor.whenOver(() => resume({ ok: true, value: null })),
        );
      }
    }
  }
  return supervisor.view();
}

function entryOf(ctx: RunContext, ref: SupervisorRef): Entry {
  const id = typeof ref === 'string' ? ref : ref.id;
  const all = ctx.get(supervisorsKey);
  const named = [...all.values()].find(({ supervisor }) => supervisor.name === id);
  const entry = all.get(id) ?? named;
  if (entry === undefined) throw syncErrors.unknownSupervisor({ id });
  return entry;
}

function newChild(spec: SupervisorChildSpec, index: number): Child {
  return {
    index,
    name: spec.name,
    kind: spec.kind ?? 'generic_task',
    policy: restartPolicy(spec.restart),
    lease: spec.active_lease ?? null,
    status: 'waiting',
    attempt: 0,
    restarts: 0,
    recent: [],
    lastError: null,
    waitReason: null,
    nextAtMs: null,
    task: undefined,
    timer: undefined,
  };
}

/** The task of a supervisor. */
class Keeper {
  readonly #ctx: RunContext;
  readonly #supervisor: Supervisor;
  readonly #line: Channel;
  readonly #specs: readonly SupervisorChildSpec[];

  constructor(
    ctx: RunContext,
    supervisor: Supervisor,
    line: Channel,
    specs: readonly SupervisorChildSpec[],
  ) {
    this.#ctx = ctx;
    this.#supervisor = supervisor;
    this.#line = line;
    this.#specs = specs;
  }

  *keep(): Suspending<null> {
    const { children } = this.#supervisor;
    for (const child of children) this.#start(child);
    while (children.some((child) => child.task !== undefined || child.timer !== undefined)) {
      this.#take(yield* this.#next());
    }
    const unwell = children.some(({ status }) => status === 'failed' || status === 'suppressed');
    const { status } = this.#supervisor;
    this.#note('supervisor_shutdown');
    if (status === 'stopping') this.#supervisor.over('stopped');
    else if (status === 'running') this.#supervisor.over(unwell ? 'failed' : 'completed');
    else this.#supervisor.over(status);
    return null;
  }

  *#next(): Suspending<Happening> {
    const now = this.#line.poll();
    if (now !== undefined) return now.value as Happening;
    const { name } = this.#supervisor;
    return (yield* this.#ctx.block(`children of supervisor "${name}"`, (resume) => {
      const leave = this.#line.addReceiver({
        take: (value) => {
          leave();
          resume({ ok: true, value });
        },
        closed: () => undefined,
      });
      return leave;
    })) as Happening;
  }

  #take(happening: Happening): void {
    const stopping = this.#supervisor.status !== 'running';
    switch (happening.kind) {
      case 'ended':
        if (happening.attempt !== happening.child.attempt) return;
        happening.child.task = undefined;
        this.#ended(happening.child, happening.outcome, stopping);
        return;
      case 'due':
        happening.child.timer = undefined;
        if (!stopping) this.#restart(happening.child);
        return;
      case 'stop':
        if (!stopping) this.#stop();
        return;
      default:
        for (const child of this.#supervisor.children) this.#halt(child, 'stopped', 'out_of_time');
    }
  }

  #start(child: Child): void {
    const { id } = this.#supervisor;
    child.attempt += 1;
    child.status = 'running';
    child.waitReason = null;
    child.nextAtMs = null;
    const { attempt } = child;
    this.#supervisor.counts.started += 1;
    this.#note(attempt === 1 ? 'child_started' : 'child_restarted', child);
    const about = {
      attempt,
      child_kind: child.kind,
      child_name: child.name,
      restart_count: child.restarts,
      supervisor_id: id,
    };
    const spec = this.#specs[child.index] ?? bug('a child without a task');
    const taskId = `${this.#ctx.task.id}:child:${child.index}:${attempt}`;
    child.task = startHandler(this.#ctx, taskId, spec.task, [about]);
    child.task.onDone((outcome) => {
      this.#line.offer({ kind: 'ended', child, attempt, outcome } satisfies Happening);
    });
  }

  #restart(child: Child): void {
    const { children, counts } = this.#supervisor;
    const affected = children.filter(
      (each) => each === child || each.waitReason === `restart_of:${child.name}`,
    );
    // Its time of rest counts as a fresh start.
    if (child.status === 'circuit_open') child.recent = [];
    for (const each of affected) {
      each.restarts += 1;
      counts.restarted += 1;
      this.#start(each);
    }
  }

  #ended(child: Child, outcome: Outcome, stopping: boolean): void {
    const { counts } = this.#supervisor;
    const { mode } = child.policy;
    if (outcome.ok || stopping) {
      child.status = 'stopped';
      counts.stopped += 1;
      this.#note('child_stopped', child);
      if (!stopping && mode === 'always') this.#again(child);
      return;
    }
    child.status = 'failed';
    child.lastError = textOf(outcome.error);
    counts.failed += 1;
    this.#note('child_failed', child, child.lastError);
    if (mode !== 'never') this.#again(child);
    else this.#giveUp();
  }

  /** A child that should run again: after a pause, or not before its circuit closes, or never. */
  #again(child: Child): void {
    const { policy } = child;
    const now = nowMs(this.#ctx);
    child.recent = child.recent.filter((at) => now - at <= policy.window_ms);
    if (child.recent.length < policy.max_restarts) {
      const delay = backoffMs(policy, child.recent.length, child.index + child.attempt);
      child.recent.push(now);
      child.status = 'waiting';
      child.waitReason = 'restart_backoff';
      this.#arm(child, delay, now);
      this.#holdSiblings(child);
      return;
    }
    this.#supervisor.counts.suppressed += 1;
    this.#note('child_suppressed', child, 'restart_cap_exceeded');
    child.waitReason = 'restart_cap_exceeded';
    if (policy.circuit_open_ms > 0) {
      child.status = 'circuit_open';
      this.#arm(child, policy.circuit_open_ms, now);
      return;
    }
    child.status = 'suppressed';
    this.#giveUp();
  }

  #arm(child: Child, delayMs: number, now: number): void {
    child.nextAtMs = now + delayMs;
    const id = this.#ctx.task.nextCallback(this.#ctx.task.lastOrdinal);
    child.timer = this.#ctx.startTask(id, (own) => pause(own, delayMs));
    child.timer.onDone(() => this.#line.offer({ kind: 'due', child } satisfies Happening));
  }

  /** Those whom the failure of a child takes along: they end now and start again with it. */
  #holdSiblings(child: Child): void {
    const { strategy, children } = this.#supervisor;
    if (strategy !== 'one_for_all' && strategy !== 'rest_for_one') return;
    for (const each of children) {
      const goesAlong = strategy === 'one_for_all' ? each !== child : each.index > child.index;
      if (!goesAlong || each.task === undefined) continue;
      this.#halt(each, 'waiting', `restart_of:${child.name}`);
    }
  }

  #stop(): void {
    this.#supervisor.status = 'stopping';
    this.#note('supervisor_stopping');
    for (const child of this.#supervisor.children) {
      if (child.task !== undefined) requestStop(this.#ctx, child.task);
      else if (child.timer !== undefined || child.status === 'waiting') {
        this.#halt(child, 'stopped', null);
      }
    }
  }

  /** A child that will not run again; with `escalate_to_parent` the end of all. */
  #giveUp(): void {
    const { strategy, children, counts } = this.#supervisor;
    if (strategy !== 'escalate_to_parent') return;
    counts.escalated += 1;
    this.#note('child_escalated');
    this.#supervisor.status = 'escalated';
    for (const child of children) {
      if (child.task !== undefined || child.timer !== undefined) this.#halt(child, 'stopped', null);
    }
  }

  /** Ends a child now, whatever it does. */
  #halt(child: Child, status: Child['status'], reason: string | null): void {
    const { scheduler } = this.#ctx.run;
    if (child.timer !== undefined) scheduler.drop(child.timer);
    if (child.task !== undefined) {
      scheduler.drop(child.task);
      this.#supervisor.counts.stopped += 1;
      this.#note('child_stopped', child, reason);
    } else if (child.timer === undefined && status === 'stopped' && child.status !== 'waiting')
      return;
    child.timer = undefined;
    child.task = undefined;
    child.status = status;
    child.waitReason = reason;
    child.nextAtMs = null;
  }

  #note(kind: string, child?: Child, reason: string | null = null): void {
    this.#supervisor.note(kind, nowMs(this.#ctx), child, reason);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
