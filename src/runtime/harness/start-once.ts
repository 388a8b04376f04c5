// Starting a pipeline under an id of the caller's: from what the store says of the id to a handle, whether the run is new,
// at work here or elsewhere, left behind, or over.
import { isJsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import {
  checkStartId,
  coerceError,
  comeTo,
  fromRecordedError,
  loadRecord,
  type RecordedError,
  type RunDeps,
  type RunRecord,
  type RunSpec,
  type RunStart,
  runErrors,
  runIndex,
  type StartedById,
  startById,
  startDifferences,
  startOf,
  untilFree,
} from '../run/index.ts';
import type { LiveRun, Result, RunHandle, StartedRun } from './runtime.ts';

/** The part of a runtime that starts need. */
export interface StartHost<O> {
  readonly deps: RunDeps;
  /** Starts under way, by their id. */
  readonly starting: Map<string, Promise<unknown>>;
  readonly live: ReadonlyMap<string, LiveRun>;
  readonly resume: (runId: string) => Promise<RunHandle<O>>;
  readonly cancel: (runId: string, reason: string) => Promise<unknown>;
}

/** Starts the run of an id, or comes to the one there is. One start of an id after the other: they are to meet. */
export async function startOnce<O>(
  host: StartHost<O>,
  given: unknown,
  spec: RunSpec,
): Promise<StartedRun<O>> {
  const id = checkStartId(given);
  const { starting } = host;
  const before = starting.get(id) ?? Promise.resolve();
  const mine = before.then(() => start(host, id, { ...spec, startId: id }));
  const over = mine.then(
    () => undefined,
    () => undefined,
  );
  starting.set(id, over);
  try {
    return await mine;
  } finally {
    if (starting.get(id) === over) starting.delete(id);
  }
}

async function start<O>(host: StartHost<O>, id: string, spec: RunSpec): Promise<StartedRun<O>> {
  const { deps, live } = host;
  const store = await deps.openStore();
  const startFor = (runId: string) => startOf(deps.host, runId, spec);
  const asked = {
    id,
    start: startFor,
    differs: async (first: RunStart) => differences(first, startFor('')),
    isLive: (runId: string) => live.has(runId),
  };
  const started = await startById(store, deps.host, asked, host.resume);
  return { ...handleOf(host, store, started), startId: id, how: started.how };
}

function differences(first: RunStart, asked: RunStart): readonly string[] {
  if (first.program !== null) return ['program (it is one of the language)'];
  const differs = startDifferences(first, asked);
  if (first.pipeline !== asked.pipeline || first.version === asked.version) return differs;
  return [`version (${first.version}, now ${asked.version})`, ...differs];
}

function handleOf<O>(
  host: StartHost<O>,
  store: Store,
  started: StartedById<RunHandle<O>>,
): RunHandle<O> {
  switch (started.how) {
    case 'started':
    case 'resumed':
      return started.run;
    case 'joined': {
      const live = host.live.get(started.runId);
      // It may have ended since it was looked for.
      if (live === undefined) return recordedHandle(host, store, started.runId);
      return live.handle as RunHandle<O>;
    }
    case 'followed':
      return followedHandle(host, store, started);
    case 'recorded':
      return recordedHandle(host, store, started.runId);
  }
}

function recordedHandle<O>({ deps }: StartHost<O>, store: Store, runId: string): RunHandle<O> {
  const done = recordedResult<O>(deps, store, runId);
  done.catch(() => undefined);
  const nothing = () => undefined;
  return {
    id: runId,
    done,
    listen: () => nothing,
    keep: nothing,
    park: () => done,
    cancel: nothing,
  };
}

/** A run that another process works on: its end is waited for, and should that process die, the run goes on here. */
function followedHandle<O>(
  host: StartHost<O>,
  store: Store,
  { runId, holder }: Extract<StartedById<unknown>, { how: 'followed' }>,
): RunHandle<O> {
  const done = follow(host, store, runId);
  done.catch(() => undefined);
  const nothing = () => undefined;
  return {
    id: runId,
    done,
    listen: () => nothing,
    keep: nothing,
    park: async () => {
      const where = `process ${holder.pid} on ${holder.host}`;
      throw runErrors.heldElsewhere({ run: runId, holder: where });
    },
    // Whoever works on the run ends it; what came of that is told by `done`.
    cancel: (reason) => void host.cancel(runId, reason).catch(() => undefined),
  };
}

async function follow<O>(host: StartHost<O>, store: Store, runId: string): Promise<Result<O>> {
  const { deps, live } = host;
  for (;;) {
    const standing = await untilFree(store, deps.host, runId);
    if (standing?.kind === 'free' && standing.isParked) {
      const record = await loadRecord(store, runId, deps.sections);
      const row = await store.row(runIndex, runId);
      return { status: 'parked', waits: row?.waits ?? [], record };
    }
    const came = await comeTo(store, deps.host, runId, (id) => live.has(id), host.resume);
    // Again in other hands: it is waited for again.
    if (came.how !== 'followed') return handleOf(host, store, came).done;
  }
}

/** What a run came to, as it was told when it ended. */
async function recordedResult<O>(deps: RunDeps, store: Store, runId: string): Promise<Result<O>> {
  const record = await loadRecord(store, runId, deps.sections);
  const { receipt } = record;
  const failure = record.error ?? finishError(record);
  if (failure !== undefined) {
    const error = coerceError(fromRecordedError(failure, deps.codec));
    return { status: 'failed', error, receipt, record };
  }
  return {
    status: 'settled',
    returned: record.returned as O,
    final: record.final,
    receipt,
    record,
  };
}

/** Why a run failed whose body had returned: a hook or a callback of its end. */
function finishError({ receipt }: RunRecord): RecordedError | undefined {
  const error = isJsonObject(receipt) ? receipt['finish_error'] : undefined;
  return error as RecordedError | undefined;
}
