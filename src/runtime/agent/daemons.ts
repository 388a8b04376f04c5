// Daemons by their handles: a loop that is a daemon as a task of its run, with a folder that says how it stands and a queue
// of events in the store. Stopped, killed or left by its run, it goes on from the folder; an event that was being dealt with
// is dealt with again.
//
// States: running (active or idle) -> stopped | the status its loop ended with | failed.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { joinPath } from '../host/index.ts';
import { fsEffects, randomEffects } from '../io/index.ts';
import { catalogKey } from '../llm/index.ts';
import { daemonSummary } from '../records/index.ts';
import {
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  timestamp,
} from '../run/index.ts';
import {
  attachmentKeeperKey,
  awaitSpawned,
  cancelSpawned,
  codeSourceKey,
  type Spawned,
  spawnTask,
  waitFor,
} from '../work/index.ts';
import { attachmentsOfLoop, loopAttachments } from './attachments.ts';
import { claimDaemon, releaseDaemon } from './daemon-driver.ts';
import { DAEMON_EVENT_EFFECT } from './daemon-section.ts';
import { readStateFile } from './daemon-snapshot.ts';
import { messageErrors } from './errors.ts';
import { queueEffect, returnTaken, sendEffect } from './host-messages.ts';
import { agentLoop } from './loop.ts';
import { isBetweenWaits } from './loop-idle.ts';
import { type LoopOptions, type LoopParts, parseLoopOptions } from './loop-options.ts';

const META = 'daemon.meta.json';
const SNAPSHOT = 'daemon.json';
const CAPACITY = 1024;

/** How long a stop waits for the turn under way. */
const STOP_WAIT_MS = 2000;

/** What a daemon is made of, as its folder keeps it. */
interface Declared {
  readonly id: string;
  readonly name: string;
  readonly sessionId: string;
  readonly task: string;
  readonly system: string | null;
  readonly options: JsonObject;
  readonly dir: string;
  readonly capacity: number;
}

interface Live {
  readonly declared: Declared;
  readonly parts: LoopParts;
  readonly spawned: Spawned;
  snapshot: JsonObject | undefined;
  status: string;
  isIdle: boolean;
  error: unknown;
  readonly waiters: Set<() => void>;
}

const daemonsKey: ServiceKey<Map<string, Live>> = {
  name: 'agent.daemons',
  create: () => new Map<string, Live>(),
};

type DaemonEventKind = 'spawned' | 'triggered' | 'snapshotted' | 'resumed' | 'stopped';

/** What the record of the run says about a daemon. */
const eventEffect = defineSyncEffect(
  { name: DAEMON_EVENT_EFFECT, class: 'ambient', access: 'observe' },
  (env, facts: JsonObject): JsonObject => ({ ...facts, timestamp: timestamp(env.clock.nowMs()) }),
);

function note(ctx: RunContext, live: Live, kind: DaemonEventKind, payload: Json): void {
  const { id: daemon_id, name, dir: persist_path } = live.declared;
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const payload_summary = payload === null ? null : daemonSummary(text);
  ctx.sync(eventEffect, [{ daemon_id, name, kind, persist_path, payload_summary }]);
}

/** Keys of a config that are about the handle; the others are options of the loop. */
function readConfig(ctx: RunContext, config: Json): Declared {
  if (!isJsonObject(config)) throw bad('daemon_spawn', 'the config must be a dict');
  const { name, task, prompt, system, persist_path, state_dir, ...rest } = config;
  const {
    event_queue_capacity: capacity = CAPACITY,
    session_id,
    daemon: _daemon,
    ...options
  } = rest;
  const words = task ?? prompt;
  if (typeof words !== 'string' || words.trim() === '') {
    throw bad('daemon_spawn', 'the config needs a `task`');
  }
  const dir = persist_path ?? state_dir;
  if (typeof dir !== 'string' || dir === '') {
    throw bad('daemon_spawn', 'the config needs a `persist_path`: the folder of its state');
  }
  if (!(typeof capacity === 'number' && Number.isInteger(capacity) && capacity >= 1)) {
    throw bad('daemon_spawn', '`event_queue_capacity` must be an int of at least 1');
  }
  const id = `daemon_${ctx.sync(randomEffects.uuid_v7, [])}`;
  return {
    id,
    name: typeof name === 'string' && name !== '' ? name : 'daemon',
    sessionId: typeof session_id === 'string' && session_id !== '' ? session_id : `${id}_session`,
    task: words,
    system: typeof system === 'string' ? system : null,
    options,
    dir,
    capacity,
  };
}

function bad(fn: string, detail: string): Error {
  return messageErrors.badDaemon({ fn, detail });
}

function loopOptionsOf(
  { options, sessionId, dir }: Declared,
  resume: string | undefined,
): LoopOptions {
  return {
    ...options,
    daemon: true,
    host_messages: true,
    session_id: sessionId,
    persist_path: joinPath(dir, SNAPSHOT),
    ...(resume === undefined ? {} : { resume_path: resume }),
  } as LoopOptions;
}

/** Starts the loop beside its caller and waits until it is idle for the first time. */
function* start(
  ctx: RunContext,
  declared: Declared,
  parts: LoopParts,
  resume?: string,
): Suspending<Live> {
  const options = loopOptionsOf(declared, resume);
  // Refused here rather than in a task that nobody may ever look at.
  parseLoopOptions(options, parts, ctx.get(catalogKey).names);
  const waiters = new Set<() => void>();
  const tellAll = () => {
    for (const waiter of [...waiters]) waiter();
  };
  const state: { live: Live | undefined } = { live: undefined };
  const onStand = (snapshot: JsonObject | null) => {
    if (state.live === undefined) return;
    state.live.isIdle = snapshot !== null;
    if (snapshot !== null) state.live.snapshot = snapshot;
    if (snapshot !== null) tellAll();
  };
  const { task, system } = declared;
  // A call of a TypeScript program is a task of its own.
  const starter = ctx.task.isCall ? (ctx.task.parent ?? ctx.task) : ctx.task;
  const isHeld = () => isBetweenWaits(starter);
  const spawned = spawnTask(ctx, {
    kind: 'generator',
    name: declared.name,
    *run(inner: RunContext) {
      const words = resume === undefined ? task : '';
      const result = yield* agentLoop(inner, words, system, options, { ...parts, onStand, isHeld });
      yield* inner.perform(releaseDaemon, [declared.sessionId]);
      return result;
    },
  });
  const live: Live = {
    declared,
    parts,
    spawned,
    snapshot: undefined,
    status: 'running',
    isIdle: false,
    error: undefined,
    waiters,
  };
  state.live = live;
  ctx.get(daemonsKey).set(declared.id, live);
  spawned.task.onDone((outcome) => {
    if (live.status !== 'running') return;
    live.status = outcome.ok ? String((outcome.value as JsonObject)['status']) : 'failed';
    if (!outcome.ok) live.error = outcome.error;
    tellAll();
  });
  yield* nextStand(ctx, live);
  if (live.status === 'failed') throw live.error;
  return live;
}

function* nextStand(ctx: RunContext, live: Live, timeoutMs?: number): Suspending<void> {
  if (live.isIdle || live.status !== 'running') return;
  yield* waitFor(ctx, {
    what: 'daemon',
    timeoutMs,
    start: (wake: (value: null) => void) => {
      const waiter = () => wake(null);
      live.waiters.add(waiter);
      return () => void live.waiters.delete(waiter);
    },
  });
}

function* writeMeta(
  ctx: RunContext,
  live: Pick<Live, 'declared' | 'parts' | 'status'>,
): Suspending<void> {
  const { declared, parts, status } = live;
  const { keeper } = ctx.get(attachmentKeeperKey);
  const {
    tools = [],
    permissionCode = [],
    gate: _gate,
    onStand: _stand,
    isHeld: _held,
    ...code
  } = parts;
  const attachments = loopAttachments({ tools, permissionCode, ...code });
  const { data, missing } = keeper.save(attachments, ctx.get(codeSourceKey).source);
  const { dir, sessionId: session_id, capacity: event_queue_capacity, ...rest } = declared;
  const meta = {
    _type: 'daemon_meta',
    schema_version: 1,
    ...rest,
    session_id,
    event_queue_capacity,
    status,
    attachments: data,
    missing: [...missing],
  };
  yield* ctx.perform(fsEffects.mkdir, [dir]);
  const text = `${JSON.stringify(meta, null, 2)}\n`;
  yield* ctx.perform(fsEffects.write_text, [joinPath(dir, META), text]);
}

function liveOf(ctx: RunContext, fn: string, ref: Json): Live {
  const id = isJsonObject(ref) ? ref['id'] : ref;
  if (typeof id !== 'string') throw bad(fn, 'a handle of a daemon or its id was expected');
  const live = ctx.get(daemonsKey).get(id);
  if (live === undefined) throw messageErrors.unknownDaemon({ fn, id });
  return live;
}

function handleOf({ declared, status }: Live): JsonObject {
  const { id, name, sessionId: session_id, dir, capacity } = declared;
  return {
    _type: 'daemon_handle',
    id,
    name,
    status,
    session_id,
    persist_path: dir,
    snapshot_path: joinPath(dir, SNAPSHOT),
    event_queue_capacity: capacity,
  };
}

/** Daemons as programs use them. */
export const daemonCalls = {
  /** Starts one; its handle. */
  *spawn(ctx: RunContext, config: Json, parts: LoopParts = {}): Suspending<JsonObject> {
    const declared = readConfig(ctx, config);
    parseLoopOptions(loopOptionsOf(declared, undefined), parts, ctx.get(catalogKey).names);
    yield* ctx.perform(claimDaemon, [declared.sessionId, declared.id]);
    yield* writeMeta(ctx, { declared, parts, status: 'running' });
    const live = yield* start(ctx, declared, parts);
    note(ctx, live, 'spawned', declared.task);
    return handleOf(live);
  },

  /** Puts an event into its queue. */
  *trigger(ctx: RunContext, ref: Json, event: Json): Suspending<JsonObject> {
    const live = liveOf(ctx, 'daemon_trigger', ref);
    const { id, sessionId, capacity } = live.declared;
    if (live.status !== 'running') {
      throw messageErrors.notRunning({ fn: 'daemon_trigger', id, status: live.status });
    }
    yield* ctx.perform(sendEffect, [sessionId, { content: event, kind: 'event', capacity }]);
    note(ctx, live, 'triggered', event);
    return handleOf(live);
  },

  /** How it stood when it was idle last, with its queue as it is now. */
  *snapshot(ctx: RunContext, ref: Json): Suspending<JsonObject> {
    const live = liveOf(ctx, 'daemon_snapshot', ref);
    const { sessionId, capacity } = live.declared;
    let stood = live.snapshot;
    let { pending, taken } = yield* ctx.perform(queueEffect, [sessionId]);
    while (stood !== live.snapshot) {
      // It went on meanwhile: the queue is of before, and how it stands of after.
      stood = live.snapshot;
      ({ pending, taken } = yield* ctx.perform(queueEffect, [sessionId]));
    }
    const events = pending.filter(({ kind }) => kind === 'event').map(({ content }) => content);
    note(ctx, live, 'snapshotted', null);
    const inflight = taken.find(({ kind }) => kind === 'event');
    return {
      ...live.snapshot,
      ...handleOf(live),
      pending_events: events,
      pending_event_count: events.length,
      inflight_event: inflight?.content ?? null,
      queued_event_count: events.length + (inflight === undefined ? 0 : 1),
      event_queue_capacity: capacity,
    };
  },

  /** Ends it, soon after a turn where that is possible; what it has not dealt with stays in its queue. */
  *stop(ctx: RunContext, ref: Json): Suspending<JsonObject> {
    const live = liveOf(ctx, 'daemon_stop', ref);
    if (live.status !== 'running') return handleOf(live);
    yield* nextStand(ctx, live, STOP_WAIT_MS);
    live.status = 'stopped';
    cancelSpawned(ctx, live.spawned);
    yield* ctx.perform(returnTaken, [live.declared.sessionId]);
    yield* writeMeta(ctx, live);
    yield* ctx.perform(releaseDaemon, [live.declared.sessionId]);
    note(ctx, live, 'stopped', null);
    return handleOf(live);
  },

  /** Goes on with the daemon of a folder. */
  *resume(ctx: RunContext, dir: string): Suspending<JsonObject> {
    const meta = yield* readStateFile(ctx, joinPath(dir, META));
    const declared = declaredIn(meta, dir);
    const known = ctx.get(daemonsKey).get(declared.id);
    if (known?.status === 'running') {
      throw messageErrors.notRunning({ fn: 'daemon_resume', id: declared.id, status: 'running' });
    }
    const parts = known?.parts ?? loadedParts(ctx, meta, dir);
    yield* ctx.perform(claimDaemon, [declared.sessionId, declared.id]);
    yield* ctx.perform(returnTaken, [declared.sessionId]);
    const file = joinPath(dir, SNAPSHOT);
    const hasStood = yield* ctx.perform(fsEffects.exists, [file]);
    const live = yield* start(ctx, declared, parts, hasStood ? file : undefined);
    note(ctx, live, 'resumed', null);
    return handleOf(live);
  },

  /** Waits until its loop ends by itself or is stopped; what the loop came to, or null. */
  *wait(ctx: RunContext, ref: Json): Suspending<Json> {
    const live = liveOf(ctx, 'daemon_wait', ref);
    return ((yield* awaitSpawned(ctx, live.spawned)) ?? null) as Json;
  },
};

function declaredIn(meta: JsonObject, dir: string): Declared {
  const { id, name, session_id: sessionId, task, system, options, event_queue_capacity } = meta;
  const path = joinPath(dir, META);
  if (meta['_type'] !== 'daemon_meta' || typeof id !== 'string' || typeof sessionId !== 'string') {
    throw messageErrors.badState({ path, reason: 'it does not describe a daemon' });
  }
  return {
    id,
    name: String(name),
    sessionId,
    task: String(task),
    system: typeof system === 'string' ? system : null,
    options: isJsonObject(options) ? options : {},
    dir,
    capacity: typeof event_queue_capacity === 'number' ? event_queue_capacity : CAPACITY,
  };
}

/** Tools and callbacks of another run, as far as the program of this one has them. */
function loadedParts(ctx: RunContext, meta: JsonObject, dir: string): LoopParts {
  const { attachments: data, missing: lost } = meta;
  const { keeper } = ctx.get(attachmentKeeperKey);
  const loaded = keeper.load(isJsonObject(data) ? data : {}, ctx.get(codeSourceKey).source);
  const missing = [...(Array.isArray(lost) ? lost.map(String) : []), ...loaded.missing];
  if (missing.length > 0) {
    throw messageErrors.missingCode({ path: dir, missing: missing.join(', ') });
  }
  const { tools, permissionCode, ...code } = attachmentsOfLoop(loaded.attachments);
  const given = Object.entries(code).filter(([, handler]) => handler !== undefined);
  return { tools, permissionCode, ...Object.fromEntries(given) };
}
