// RunContext: immutable, explicit, the first argument of every runtime function and the hidden first argument of every
// compiled Harn function. One per task; it says who acts (the task), for whom (the run) and with what authority.
import type { Clock, Json } from '../../base/index.ts';
import type { Host } from '../host/index.ts';
import type { Authority } from './authority.ts';
import type { Effect, EffectSpec, ServiceKey, SyncEffect } from './effect.ts';
import { runErrors } from './errors.ts';
import type { Site } from './journal-entry.ts';
import type { Op, Outcome, Suspending, TickOp } from './op.ts';
import { assertSeen } from './opaque.ts';
import type { OutputBuffer, OutputStream } from './output.ts';
import { placed } from './place.ts';
import type { RunCore } from './run-core.ts';
import { ExecutionScope } from './scope.ts';
import type { Task } from './task.ts';
import { unitOf } from './unit-state.ts';

export class RunContext {
  readonly run: RunCore;
  readonly task: Task;
  readonly authority: Authority;
  /** Text of a task that is joined later collects here. */
  readonly buffer: OutputBuffer | undefined;
  /** Where the task works. */
  readonly scope: ExecutionScope;
  /** Counters of compiled code: open calls that are counted, and all of them so far. Per context, that is per task. */
  depth = 0;
  calls = 0;
  /** The place of the latest call that may be an effect, as compiled code numbers it; -1 when there is none. */
  at = -1;

  constructor(
    run: RunCore,
    task: Task,
    authority: Authority,
    buffer?: OutputBuffer,
    scope: ExecutionScope = ExecutionScope.root,
  ) {
    this.run = run;
    this.task = task;
    this.authority = authority;
    this.buffer = buffer;
    this.scope = scope;
  }

  get runId(): string {
    return this.run.id;
  }

  get clock(): Clock {
    return this.run.clock;
  }

  get host(): Host {
    return this.run.host;
  }

  /** A typed service of this run. */
  get<T>(key: ServiceKey<T>): T {
    return this.run.service(key);
  }

  /** The same task with less authority. */
  withAuthority(authority: Authority): RunContext {
    const ctx = new RunContext(this.run, this.task, authority, this.buffer, this.scope);
    ctx.at = this.at;
    return ctx;
  }

  /** The same task through a handle: what both the caller and the handle may do. */
  through(handle: Authority): RunContext {
    return this.withAuthority(handle.within(this.authority));
  }

  /** The same task in another place. */
  withScope(scope: ExecutionScope): RunContext {
    const ctx = new RunContext(this.run, this.task, this.authority, this.buffer, scope);
    ctx.at = this.at;
    return ctx;
  }

  /** Where the program stands, for the checks of the journal. */
  get site(): Site | undefined {
    return this.at < 0 ? undefined : this.run.siteOf?.(this.at);
  }

  /** Asks for an effect from a generator; the scheduler answers. Sync effects do not suspend. */
  *perform<A extends readonly unknown[], R>(
    effect: Effect<A, R>,
    args: A,
    site?: Site,
  ): Suspending<R> {
    this.authority.check(effect.spec);
    const given = scopedArgs(this.scope, effect.spec, args);
    const op = effectOp(effect, given, site ?? this.site, this.scope, this.authority);
    if (effect.sync) return this.run.performer.sync(this.task, op) as R;
    try {
      return (yield op) as R;
    } catch (error) {
      throw placed(error);
    }
  }

  /** Asks for an effect from a lane (an async function). */
  async request<A extends readonly unknown[], R>(
    effect: Effect<A, R>,
    args: A,
    site?: Site,
  ): Promise<R> {
    this.#assertMayAsk(effect.spec.name);
    this.authority.check(effect.spec);
    const given = scopedArgs(this.scope, effect.spec, args);
    const op = effectOp(effect, given, site, this.scope, this.authority);
    try {
      return (await this.run.performer.request(this.task, op)) as R;
    } catch (error) {
      throw placed(error);
    }
  }

  /** A named step of a lane: an effect with a body, recorded as one unit. */
  async requestStep<R>(effect: Effect<[], R>, name: string): Promise<R> {
    this.#assertMayAsk(effect.spec.name);
    const op = { ...effectOp(effect, []), step: name };
    return this.run.performer.request(this.task, op) as Promise<R>;
  }

  /** An effect that answers at once: clock, chance, environment, output. */
  sync<A extends readonly unknown[], R>(effect: SyncEffect<A, R>, args: A, site?: Site): R {
    assertSeen(this.runId, effect.spec.name);
    this.authority.check(effect.spec);
    if (!this.scope.isRoot) {
      const answer = effect.spec.answered?.(this.scope, args);
      if (answer !== undefined) return answer;
    }
    return this.run.performer.sync(
      this.task,
      effectOp(effect, args, effect.spec.class === 'ambient' ? (site ?? this.site) : undefined),
    ) as R;
  }

  /** Writes text; that of a task to be joined waits for the join. */
  write(stream: OutputStream, text: string): void {
    if (stream === 'stdout' && this.buffer !== undefined) this.buffer.push(text);
    else this.run.output.write(stream, text);
  }

  /** Called by loops; see interrupt.ts. */
  tick(): TickOp | undefined {
    return this.run.interrupts.tick(this.task);
  }

  /** Waits inside this process until `start` calls back. */
  *block(
    what: string,
    start: (resume: (outcome: Outcome) => void) => (() => void) | undefined,
    describe?: () => string,
  ): Suspending<unknown> {
    try {
      return yield { kind: 'block', what, start, describe };
    } catch (error) {
      throw placed(error);
    }
  }

  /** Starts a generator task below this one. */
  startTask(
    id: string,
    body: (ctx: RunContext) => Generator<Op, unknown, unknown>,
    { authority = this.authority, buffer, scope = this.scope, carried }: TaskOptions = {},
  ): Task {
    unitOf(this.task)?.enterOnReplay();
    const task = this.run.scheduler.addTask(id, this.task, (own) => {
      own.ctx = new RunContext(this.run, own, authority, buffer ?? this.buffer, scope);
      return body(own.ctx);
    });
    return carrying(task, carried);
  }

  /** Starts a lane below this one. */
  startLane(
    id: string,
    body: (ctx: RunContext) => Promise<unknown>,
    { authority = this.authority, scope = this.scope, carried }: Omit<TaskOptions, 'buffer'> = {},
  ): Task {
    unitOf(this.task)?.enterOnReplay();
    const task = this.run.scheduler.addLane(id, this.task, (own) => {
      own.ctx = new RunContext(this.run, own, authority, this.buffer, scope);
      return body(own.ctx);
    });
    return carrying(task, carried);
  }

  /** Waits for a task and gives its value or throws its error. */
  *join(task: Task): Suspending<unknown> {
    return yield* this.block(`join ${task.id}`, (resume) => task.onDone(resume));
  }

  /** Runs a generator as a child task and gives a lane its result; for runtime functions called from TypeScript. */
  async runFromLane<T>(id: string, body: (ctx: RunContext) => Suspending<T>): Promise<T> {
    this.#assertMayAsk(id.slice(id.lastIndexOf('/') + 1));
    const child = this.startTask(id, body);
    child.isCall = true;
    return new Promise<T>((resolve, reject) => {
      child.onDone((outcome) => {
        this.run.scheduler.wake(this.task, () =>
          this.run.scheduler.lendTurn(this.task, () => {
            if (outcome.ok) resolve(outcome.value as T);
            else reject(outcome.error);
          }),
        );
      });
    });
  }

  /** A lane that has returned has no turn to give: its harness must not be used by what outlives it. */
  #assertMayAsk(asked: string): void {
    assertSeen(this.runId, asked);
    if (this.task.status === 'done') throw runErrors.laneOver({ lane: this.task.id });
  }
}

/** What a task is started with instead of what its starter has. */
export interface TaskOptions {
  readonly authority?: Authority;
  readonly buffer?: OutputBuffer;
  readonly scope?: ExecutionScope;
  readonly carried?: Carried | undefined;
}

/** What a task takes over from the one that starts it. */
export type Carried = Pick<Task, 'attached' | 'locals'>;

/** A task begins when its turn comes, so it has all this from its first step on. */
function carrying(task: Task, carried: Carried | undefined): Task {
  if (carried !== undefined) {
    task.attached = carried.attached;
    task.locals = carried.locals;
  }
  return task;
}

/** The arguments of a call as they are meant where the caller works. */
function scopedArgs<A extends readonly unknown[], R>(
  scope: ExecutionScope,
  spec: EffectSpec<A, R>,
  args: A,
): A {
  return scope.isRoot || spec.scoped === undefined
    ? args
    : (spec.scoped(scope, args) as unknown as A);
}

function effectOp<A extends readonly unknown[], R>(
  effect: Effect<A, R>,
  args: A,
  site?: Site,
  scope: ExecutionScope = ExecutionScope.root,
  authority?: Authority,
) {
  const isBound = scope.roots.length > 0;
  return {
    kind: 'effect' as const,
    effect: effect as unknown as Effect<readonly unknown[], unknown>,
    args: args as readonly unknown[],
    site,
    authority,
    ...(isBound ? { roots: scope.roots } : {}),
  };
}

/** A user's function as the runtime calls it: a generator (Harn) or async (TypeScript). */
export type Handler =
  | {
      readonly kind: 'generator';
      readonly name: string;
      /** The program's own function behind it, by which another run finds it again. */
      readonly fn?: object;
      readonly run: (ctx: RunContext, args: readonly unknown[]) => Suspending<unknown>;
    }
  | {
      readonly kind: 'async';
      readonly name: string;
      readonly fn?: object;
      readonly run: (ctx: RunContext, args: readonly unknown[]) => Promise<unknown>;
    };

/** What a handler gives back, as JSON where it must be kept. */
export type HandlerResult = Json | undefined;

/** Starts a handler as a child task with this id. */
export function startHandler(
  ctx: RunContext,
  id: string,
  handler: Handler,
  args: readonly unknown[],
  options: TaskOptions = {},
): Task {
  if (handler.kind === 'generator')
    return ctx.startTask(id, (child) => handler.run(child, args), options);
  return ctx.startLane(id, (child) => handler.run(child, args), options);
}

/** Calls a handler as a callback of the caller's latest effect and waits for it. */
export function* callHandler(
  ctx: RunContext,
  handler: Handler,
  args: readonly unknown[],
): Suspending<unknown> {
  const id = ctx.task.nextCallback(ctx.task.lastOrdinal);
  const child = startHandler(ctx, id, handler, args);
  return yield* ctx.join(child);
}
