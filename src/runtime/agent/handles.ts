// Long-running tools: work that a call starts and does not wait for. The caller gets a handle; the result is said to the
// model of its session on a later turn, or given to whoever waits for it. A handle is a task of the run beside its starter,
// so what it does is journaled like anything else, and its result comes at the same place in every replay.
//
// States: running -> completed | failed | cancelled.
import type { Json, JsonObject } from '../../base/index.ts';
import { uuidV7 } from '../../base/index.ts';
import { backgroundCommandsKey, backgroundEffects, clockEffects } from '../io/index.ts';
import { unsettledHubKey } from '../lifecycle/index.ts';
import {
  boundsOf,
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  startBeside,
  type Task,
  timestamp,
} from '../run/index.ts';
import { waitFor } from '../work/index.ts';
import { handleErrors } from './errors.ts';
import { feedbackOf, handleFailure } from './handle-result.ts';
import { type Feedback, type Session, type SessionRegistry, sessionsKey } from './session.ts';

/** A handle as programs and models see it. */
export type ToolHandle = {
  readonly handle_id: string;
  /** RFC 3339. */
  readonly started_at: string;
  readonly status: 'running';
  /** What is done, in one line. */
  readonly command_or_op_descriptor: string;
  readonly operation: string;
  /** Of commands: the process that runs. */
  readonly pid?: number;
};

/** What a handle came to. */
export type HandleResult = {
  readonly handle_id: string;
  readonly status: 'completed' | 'failed';
  readonly operation: string;
  readonly command_or_op_descriptor: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly duration_ms: number;
  readonly result?: Json;
  readonly error?: string;
  /** `unknown`: the process was killed while it ran, and how far it came nobody can tell. */
  readonly error_category?: 'tool_error' | 'unknown';
};

/** What is done beside the caller. */
export interface LongOperation {
  /** Its name: `walk_dir`. */
  readonly operation: string;
  readonly descriptor: string;
  /** Whether it is one command: then the handle is given when its process is known. */
  readonly isCommand?: boolean;
  /** Longer results are cut before a model sees them. */
  readonly maxOutputChars: number;
  readonly run: (ctx: RunContext) => Suspending<Json>;
}

export interface LongHandle extends LongOperation {
  readonly id: string;
  readonly startedAtMs: number;
  /** The task that started it. */
  readonly starter: Task;
  /** The session that it was started in; null: by the program itself. */
  readonly startedIn: string | null;
  /** The session whose model hears of its end. */
  sessionId: string | null;
  readonly waiters: Set<() => void>;
  task: Task | undefined;
  status: 'running' | 'completed' | 'failed' | 'cancelled';
  result: HandleResult | undefined;
  /** What it failed with. */
  error: unknown;
  /** What is said to the model and not taken up yet. */
  feedback: Feedback | undefined;
  /** Whether its result is still to be told. */
  isUntold: boolean;
}

/** The handles of one run. */
export class Handles {
  readonly #byId = new Map<string, LongHandle>();
  readonly #drop: (task: Task) => void;
  readonly #changed: () => void;
  readonly #sessions: SessionRegistry;

  constructor(ctx: RunContext) {
    const hub = ctx.get(unsettledHubKey);
    this.#drop = (task) => ctx.run.scheduler.drop(task);
    this.#changed = () => hub.changed();
    this.#sessions = ctx.get(sessionsKey);
    this.#sessions.watchers.add({
      driven: (at, session) => this.#adopt(at, session),
      ended: (session) => this.#sessionEnded(session),
    });
  }

  add(handle: LongHandle): void {
    this.#byId.set(handle.id, handle);
    this.#changed();
  }

  /** Forgets a handle that nobody was given. */
  remove(handle: LongHandle): void {
    this.#byId.delete(handle.id);
    this.#changed();
  }

  find(id: string): LongHandle | undefined {
    return this.#byId.get(id);
  }

  /** Those that run, in the order of their start. */
  running(): readonly LongHandle[] {
    return [...this.#byId.values()].filter(({ status }) => status === 'running');
  }

  /** Its work is done. */
  end(handle: LongHandle, result: HandleResult): void {
    if (handle.status !== 'running') return;
    handle.result = result;
    handle.status = result.status;
    handle.isUntold = handle.waiters.size === 0;
    this.#changed();
    for (const waiter of [...handle.waiters]) waiter();
    this.#tell(handle);
  }

  /** Ends it where it is; false when it has ended already. */
  cancel(handle: LongHandle): boolean {
    if (handle.status !== 'running') return false;
    handle.status = 'cancelled';
    if (handle.task !== undefined) this.#drop(handle.task);
    this.#changed();
    for (const waiter of [...handle.waiters]) waiter();
    return true;
  }

  /** Somebody has been told of its end: the model need not hear of it as well. */
  told(handle: LongHandle): void {
    handle.isUntold = false;
    const session = handle.sessionId === null ? undefined : this.#sessions.find(handle.sessionId);
    const at =
      handle.feedback === undefined ? -1 : (session?.feedback.indexOf(handle.feedback) ?? -1);
    if (at >= 0) session?.feedback.splice(at, 1);
    handle.feedback = undefined;
  }

  #tell(handle: LongHandle): void {
    const { sessionId, result, isUntold, maxOutputChars } = handle;
    const session = sessionId === null ? undefined : this.#sessions.find(sessionId);
    if (!isUntold || session === undefined || result === undefined) return;
    const { feedback, asset } = feedbackOf(result, maxOutputChars);
    handle.isUntold = false;
    handle.feedback = feedback;
    if (asset !== undefined) session.note((transcript) => transcript.withAsset(asset));
    session.feedback.push(feedback);
    session.tellNews();
  }

  /** What the program itself started is heard by the loop that it runs next. */
  #adopt(ctx: RunContext, session: Session): void {
    if (this.#sessions.currentOf(ctx.task) !== null) return;
    for (const handle of this.#byId.values()) {
      if (handle.sessionId !== null || !isBelow(ctx.task, handle.starter)) continue;
      handle.sessionId = session.id;
      this.#tell(handle);
    }
  }

  /** What was started in a session ends with it; what the program started is the program's again. */
  #sessionEnded(session: Session): void {
    for (const handle of this.#byId.values()) {
      if (handle.sessionId !== session.id) continue;
      if (handle.startedIn !== null) this.cancel(handle);
      else handle.sessionId = null;
    }
  }
}

function isBelow(task: Task, above: Task): boolean {
  for (let at: Task | undefined = task; at !== undefined; at = at.parent) {
    if (at === above) return true;
  }
  return false;
}

/** Where the handles of a run are. Made with the first one: it has to know who asks. */
export const handlesKey: ServiceKey<{ all: Handles | undefined }> = {
  name: 'agent.handles',
  create: () => ({ all: undefined }),
};

function handlesOf(ctx: RunContext): Handles {
  const place = ctx.get(handlesKey);
  place.all ??= new Handles(ctx);
  return place.all;
}

/** An id and an instant, recorded. */
const startStamp = defineSyncEffect(
  { name: 'tools.start_handle', class: 'ambient', access: 'observe' },
  (env): { readonly id: string; readonly at_ms: number } => {
    const atMs = Math.floor(env.clock.nowMs());
    return { id: `hso-${uuidV7(atMs, env.host.random)}`, at_ms: atMs };
  },
);

/** Memory of this run: whoever replays it has to come by here again. */
const registerHandle = defineSyncEffect(
  { name: 'tools.register_handle', class: 'local', access: 'observe' },
  (_env, handles: Handles, handle: LongHandle): null => {
    handles.add(handle);
    return null;
  },
);

/**
 * Starts an operation beside the caller: its handle. A command whose process cannot be started, or whose start is not known
 * after a kill, throws as it would without a handle; one that a policy keeps from running gives its envelope.
 */
export function* startLongRunning(
  ctx: RunContext,
  operation: LongOperation,
): Suspending<JsonObject> {
  const handles = handlesOf(ctx);
  const { id, at_ms: startedAtMs } = ctx.sync(startStamp, []);
  const taskId = ctx.task.nextCallback(ctx.task.lastOrdinal);
  const sessionId = ctx.get(sessionsKey).currentOf(ctx.task);
  const handle: LongHandle = {
    ...operation,
    id,
    startedAtMs,
    // A call of a TypeScript program is a task of its own.
    starter: ctx.task.isCall ? (ctx.task.parent ?? ctx.task) : ctx.task,
    startedIn: sessionId,
    sessionId,
    waiters: new Set(),
    task: undefined,
    status: 'running',
    result: undefined,
    error: undefined,
    feedback: undefined,
    isUntold: false,
  };
  ctx.sync(registerHandle, [handles, handle]);
  const pid = yield* launch(ctx, handles, handle, taskId);
  if (handle.isCommand === true && pid === null && handle.result !== undefined) {
    // It ended before it began: there is nothing to have a handle of.
    handles.told(handle);
    handles.remove(handle);
    if (handle.status === 'failed') throw handle.error;
    return handle.result.result as JsonObject;
  }
  return { ...handleEnvelope(handle), ...(pid === null ? {} : { pid }) };
}

/** Starts the task of a handle, below the run itself: it may outlive its starter. */
function* launch(
  ctx: RunContext,
  handles: Handles,
  handle: LongHandle,
  taskId: string,
): Suspending<number | null> {
  const body = {
    kind: 'generator' as const,
    name: handle.operation,
    run: (inner: RunContext) => workOn(inner, handles, handle),
  };
  const task = startBeside(ctx, boundsOf(ctx), taskId, body);
  handle.task = task;
  if (handle.isCommand !== true) return null;
  const commands = ctx.get(backgroundCommandsKey);
  task.onDone(() => commands.over(taskId));
  const own = ctx.withAuthority(ctx.run.authority);
  return yield* own.perform(backgroundEffects.begun, [taskId]);
}

function* workOn(ctx: RunContext, handles: Handles, handle: LongHandle): Suspending<null> {
  const { operation, descriptor: command_or_op_descriptor, id: handle_id, startedAtMs } = handle;
  let came: Pick<HandleResult, 'status' | 'result' | 'error' | 'error_category'>;
  try {
    came = { status: 'completed', result: yield* handle.run(ctx) };
  } catch (error) {
    handle.error = error;
    came = handleFailure(ctx, error);
  }
  const own = ctx.withAuthority(ctx.run.authority);
  const endedMs = Math.floor(own.sync(clockEffects.now_ms, []));
  const { status, ...rest } = came;
  handles.end(handle, {
    handle_id,
    status,
    operation,
    command_or_op_descriptor,
    started_at: timestamp(startedAtMs),
    ended_at: timestamp(endedMs),
    duration_ms: Math.max(0, endedMs - startedAtMs),
    ...rest,
  });
  return null;
}

export function handleEnvelope(handle: LongHandle): ToolHandle {
  return {
    handle_id: handle.id,
    started_at: timestamp(handle.startedAtMs),
    status: 'running',
    command_or_op_descriptor: handle.descriptor,
    operation: handle.operation,
  };
}

/** The handle with this id; refused when this run has none such. */
function known(ctx: RunContext, fn: string, id: string): LongHandle {
  const handle = ctx.get(handlesKey).all?.find(id);
  if (handle === undefined) throw handleErrors.unknown({ fn, id });
  return handle;
}

/** Handles as programs and models use them. */
export const handleCalls = {
  /**
   * Ends the work of a handle; returns when nothing of it is left. `cancelled` is false when it had ended before, or is no
   * handle of this run.
   */
  *cancel(ctx: RunContext, id: string): Suspending<JsonObject> {
    const { all } = ctx.get(handlesKey);
    const handle = all?.find(id);
    if (all === undefined || handle === undefined || !all.cancel(handle)) {
      return { handle_id: id, cancelled: false, status: handle?.status ?? 'unknown' };
    }
    if (handle.isCommand === true && handle.task !== undefined) {
      const own = ctx.withAuthority(ctx.run.authority);
      yield* own.perform(backgroundEffects.gone, [handle.task.id]);
    }
    return { handle_id: id, cancelled: true, status: 'cancelled' };
  },

  /**
   * Waits for a handle and gives what it came to; the model does not hear of it then. `{status: "running"}` when the time is up
   * first, `{status: "cancelled"}` for one that was cancelled.
   */
  *wait(ctx: RunContext, id: string, timeoutMs?: number): Suspending<JsonObject> {
    const handle = known(ctx, 'wait_handle', id);
    if (handle.status === 'running') {
      yield* waitFor(ctx, {
        what: `the handle ${id}`,
        timeoutMs,
        start: (wake: (value: null) => void) => {
          const waiter = () => wake(null);
          handle.waiters.add(waiter);
          return () => void handle.waiters.delete(waiter);
        },
      });
    }
    if (handle.result === undefined) return { ...handleEnvelope(handle), status: handle.status };
    handlesOf(ctx).told(handle);
    return handle.result;
  },

  /** The handles whose work goes on. */
  list: (ctx: RunContext): readonly ToolHandle[] =>
    (ctx.get(handlesKey).all?.running() ?? []).map(handleEnvelope),
};
