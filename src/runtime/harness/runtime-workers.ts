// The workers of a store as a TypeScript program manages them: what runs left behind, whoever made it. Going on with one is a
// run of its own, a child of the run that made it.
import type { Json, JsonObject } from '../../base/index.ts';
import { Run, type RunBody, type RunDeps, type RunStart, runErrors } from '../run/index.ts';
import { inboxResumeSource } from '../trigger/index.ts';
import {
  dueWorkers,
  endStoredWorker,
  findWorker,
  listWorkers,
  loadStoredWorker,
  type OperatorEnd,
  runWorker,
  type StoredWorker,
  WORKER_RUN,
  type WorkerQuery,
  type WorkerRow,
  type WorkerRunRequest,
  workerOrigin,
  workerRequestOf,
} from '../work/index.ts';
import type { Pipeline } from './pipeline.ts';
import type { RunHandle } from './runtime.ts';

/** How to go on with a worker. */
export interface ResumeWorkerOptions {
  /** What it is told; without it, its task stands. */
  readonly input?: Json;
  /** False: it goes on from a digest of its conversation. */
  readonly continueTranscript?: boolean;
}

/** What became of a worker whose wait was over. */
export interface WokenWorker {
  readonly workerId: string;
  readonly by: 'timeout' | 'event' | 'trigger';
  /** The run that goes on with it; undefined when its time was up and it has failed, or a run still has it. */
  readonly run: RunHandle<JsonObject> | undefined;
  /** The run that has it: going on with that run wakes it. */
  readonly heldBy: string | undefined;
}

/** Workers of all runs of the store. */
export interface RuntimeWorkers {
  /** The latest change first; 100 unless `limit` says otherwise. */
  list(query?: WorkerQuery): Promise<readonly WorkerRow[]>;
  /** One worker by its id, or its unique beginning or end. */
  show(id: string): Promise<StoredWorker>;
  /**
   * Goes on with a worker that no run has, in a run of its own that ends when the worker has come to rest. Rejects with
   * `HARN-WRK-011` when a run still has it (resume that run), with `HARN-WRK-030` when a function of it was not given to
   * `createRuntime`; nothing has changed then.
   */
  resume(id: string, options?: ResumeWorkerOptions): Promise<RunHandle<JsonObject>>;
  /** Ends it and keeps what it has as a handoff. Needs none of its code. */
  stop(id: string, options?: { readonly reason?: string }): Promise<JsonObject>;
  /** Ends it. */
  close(id: string): Promise<JsonObject>;
}

/** What the runtime lends. */
export interface WorkerHost {
  readonly deps: RunDeps;
  readonly durability: 'power' | 'process';
  readonly pipelineOf: (name: string) => Pipeline<never, unknown> | undefined;
  readonly begin: (run: Run, body: RunBody) => RunHandle<JsonObject>;
}

/** The workers of a runtime. */
export function runtimeWorkers(host: WorkerHost): RuntimeWorkers & {
  wakeDue(): Promise<readonly WokenWorker[]>;
} {
  const { deps } = host;
  const now = () => Math.floor(deps.host.clock.nowMs());
  const idOf = async (typed: string) => (await findWorker(await deps.openStore(), typed)).id;
  const end = async (typed: string, how: OperatorEnd) =>
    endStoredWorker(await deps.openStore(), await idOf(typed), how, {
      nowMs: now(),
      random: deps.host.random,
    });
  return {
    list: async (query) => listWorkers(await deps.openStore(), query),
    show: async (typed) => loadStoredWorker(await deps.openStore(), await idOf(typed)),
    resume: async (typed, { input = null, continueTranscript = true } = {}) =>
      startWorkerRun(host, {
        worker_id: await idOf(typed),
        input,
        continue_transcript: continueTranscript,
        initiator: 'operator',
        trigger: null,
      }),
    stop: (typed, { reason = 'stopped by the operator' } = {}) =>
      end(typed, { kind: 'stop', reason }),
    close: (typed) => end(typed, { kind: 'close' }),
    wakeDue: () => wakeDue(host, now()),
  };
}

async function wakeDue(host: WorkerHost, nowMs: number): Promise<readonly WokenWorker[]> {
  const { openStore, host: machine } = host.deps;
  const store = await openStore();
  const woken: WokenWorker[] = [];
  for (const { row, by, request, holder } of await dueWorkers(store, {
    nowMs,
    source: inboxResumeSource,
  })) {
    const head = { workerId: row.id, by, heldBy: holder };
    if (holder === undefined && request !== undefined) {
      woken.push({ ...head, run: await startWorkerRun(host, request) });
      continue;
    }
    if (holder === undefined) {
      const { random } = machine;
      await endStoredWorker(store, row.id, { kind: 'expire' }, { nowMs, random });
    }
    woken.push({ ...head, run: undefined });
  }
  return woken;
}

async function startWorkerRun(
  host: WorkerHost,
  request: WorkerRunRequest,
): Promise<RunHandle<JsonObject>> {
  const store = await host.deps.openStore();
  const { id, start } = await workerOrigin(store, request);
  const run = Run.create(host.deps, {
    pipeline: WORKER_RUN,
    origin: 'typescript',
    program: null,
    version: programOf(host, id, start),
    input: null,
    cwd: start.cwd,
    durability: host.durability,
    deny: start.deny,
    parentRunId: id,
    rootRunId: start.root_run_id,
    options: { worker: request as Json },
  });
  return host.begin(run, workerRunBody(run.start));
}

/** The pipeline and version whose program has the worker: what a run that goes on with it is known by. */
function programOf(host: WorkerHost, runId: string, start: RunStart): string {
  const { pipeline, version, program } = start;
  if (program !== null) throw runErrors.notPipeline({ name: pipeline });
  const identity = pipeline === WORKER_RUN ? version : `${pipeline}@${version}`;
  if (!isProgram(host.pipelineOf, identity)) {
    const name = identity.slice(0, identity.lastIndexOf('@'));
    if (host.pipelineOf(name) === undefined) throw runErrors.notPipeline({ name });
    throw runErrors.otherProgram({ run: runId, pipeline: name, version });
  }
  return identity;
}

/** Whether this program has the pipeline of that version. */
export function isProgram(pipelineOf: WorkerHost['pipelineOf'], identity: string): boolean {
  const at = identity.lastIndexOf('@');
  return pipelineOf(identity.slice(0, at))?.version === identity.slice(at + 1);
}

/** The body of a run that goes on with a worker. */
export function workerRunBody(start: RunStart): RunBody {
  const request = workerRequestOf(start.options);
  if (request === undefined) throw runErrors.notPipeline({ name: start.pipeline });
  return (ctx) => runWorker(ctx, request);
}
