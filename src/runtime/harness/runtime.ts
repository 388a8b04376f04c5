// createRuntime: run TypeScript pipelines over a store, resume and recover them. Knows nothing of Harn source.
import type { HarnError, Json, JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import type { HostCapability, HostTool } from '../boundary/index.ts';
import { createNodeHost, type Host } from '../host/index.ts';
import { handedInput } from '../lifecycle/index.ts';
import { type LlmConfig, readTables } from '../llm/index.ts';
import type { RedactionPolicy } from '../records/index.ts';
import {
  coerceError,
  holderIsAlive,
  listRuns,
  loadJournal,
  type OutputSink,
  plainOf,
  Run,
  type RunBody,
  type RunBudget,
  type RunCore,
  type RunDeps,
  type RunEventListener,
  type RunRecord,
  type RunResult,
  type RunSpec,
  type RunStart,
  requestCancel,
  runErrors,
  runLeaseName,
  type StartedById,
} from '../run/index.ts';
import type { SpanExporter } from '../trace/index.ts';
import { WORKER_RUN } from '../work/index.ts';
import type { AgentTool } from './agent.ts';
import type { Pipeline } from './pipeline.ts';
import type { CallbackFn } from './program-code.ts';
import {
  isProgram,
  type RuntimeWorkers,
  runtimeWorkers,
  type WokenWorker,
  workerRunBody,
} from './runtime-workers.ts';
import { createHarness } from './tree.ts';
import type { WorkerBody } from './worker.ts';
import type { StageFn } from './workflow.ts';

/** Where the records of runs go. */
export interface RecordsOptions {
  /** `$HARN_RUN_DIR`, else `.harn-runs` in the working directory, when left out. */
  readonly folder?: string | undefined;
  /** Told when a record could not be written; the run ends as it would. A line to stderr by default. */
  readonly onError?: ((error: unknown, runId: string) => void) | undefined;
}

/** What stands in for the outside of runs. */
export interface RunScenario {
  readonly host: Host;
  readonly llm: LlmConfig;
  /** Capabilities that are taken away. */
  readonly deny: readonly string[];
  /** Called with each run before its body begins. */
  equip(run: RunCore): void;
}

/** What a runtime is made of. */
export interface RuntimeOptions {
  /** An open store; the caller closes it. */
  readonly store: Store;
  /** The pipelines that this program can run, resume and be handed work for. */
  readonly pipelines: readonly Pipeline<never, unknown>[];
  readonly host?: Host;
  /** Where program output goes; the host's terminal by default. */
  readonly sink?: OutputSink;
  readonly durability?: 'power' | 'process';
  /** Where model calls go; by default the environment decides, and a mock answers without a key. */
  readonly llm?: LlmConfig;
  /** Gets every span that ends in this process, in order of their ends; the record has them all in any case. */
  readonly tracer?: SpanExporter;
  /** The outside of a test as data (`Scenario` of `harn/testing`), instead of `host` and `llm`. */
  readonly scenario?: RunScenario;
  /** Tools that workers keep beyond their run: found again by name, in whichever process goes on with them. */
  readonly tools?: readonly AgentTool[];
  /** The same for the bodies of workers. */
  readonly workerBodies?: { readonly [name: string]: WorkerBody };
  /** The same for the work of nodes, in the graphs of workers. */
  readonly stages?: { readonly [name: string]: StageFn };
  /**
   * The same for functions among the permissions of workers and for callbacks of loops. They are called with data, and last
   * with the harness of the run that goes on with the worker.
   */
  readonly callbacks?: { readonly [name: string]: CallbackFn };
  /**
   * What this program serves to its runs: `harness.host.call('editor.open', params)`, `host_call` in Harn. Every call is an
   * effect of the class its operation declares, so a resumed run knows what was answered.
   */
  readonly hostCapabilities?: { readonly [name: string]: HostCapability };
  /** Tools for runs that look for tools: `harness.host.tools()`, `host_tool_list` in Harn. */
  readonly hostTools?: { readonly [name: string]: HostTool };
  /** Capabilities that no run of this runtime has. */
  readonly deny?: readonly string[];
  /**
   * Writes `<folder>/<run id>.json` for every run that is in the store when it ends or parks, before anyone hears of it;
   * `true` writes to the run root. By default no files are written: the journal holds everything, and `loadRecord` and
   * `saveRecord` make a file of it at any time.
   */
  readonly records?: boolean | RecordsOptions | undefined;
  /** What must not be shown in clear, besides what looks secret anyway. */
  readonly redaction?: RedactionPolicy | undefined;
}

/** What a run came to. `returned` is the body's value, `final` the one after `onFinish`. */
export type Result<O> =
  | {
      readonly status: 'settled';
      readonly returned: O;
      readonly final: Json;
      readonly receipt: Json;
      readonly record: RunRecord;
    }
  | {
      readonly status: 'failed';
      readonly error: HarnError;
      readonly receipt: Json;
      readonly record: RunRecord;
    }
  | { readonly status: 'parked'; readonly waits: readonly Json[]; readonly record: RunRecord };

/** A run of this process. */
export interface RunHandle<O> {
  readonly id: string;
  /** Resolves when the run has settled or parked; rejects when its journal could not be written or does not fit. */
  readonly done: Promise<Result<O>>;
  listen(listener: RunEventListener): () => void;
  /** From now on the run is in the store, even while it does nothing that has to last. */
  keep(): void;
  /** Stops here so that anyone can go on later. */
  park(reason?: string): Promise<Result<O>>;
  /** Ends the body; what is open is still settled. */
  cancel(reason: string): void;
}

/** How a run is started. */
export interface StartOptions extends RunBudget {
  readonly id?: undefined;
}

/** How a run is started that is to be started once. */
export interface StartOnceOptions extends RunBudget {
  /**
   * What the caller calls this work (an order number, the id of a request): a text of 1 to 256 characters. There is at most
   * one run of an id in a store, and it stays that of the id until it is deleted (`pruneRuns`).
   */
  readonly id: string;
}

/** A run that was started under an id. */
export interface StartedRun<O> extends RunHandle<O> {
  /** The id it was started under; `id` is that of the run. */
  readonly startId: string;
  /**
   * How this start came to it. `started`: it is new. `joined`: this process works on it. `resumed`: it was parked, or its
   * process is gone, and goes on here. `followed`: another process works on it, and `done` tells its end. `recorded`: it is
   * over, and `done` tells what is recorded of it.
   */
  readonly how: StartedById<unknown>['how'];
}

/** A run at work in this process. */
export interface LiveRun {
  readonly run: Run;
  readonly handle: RunHandle<unknown>;
}

export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #deps: RunDeps;
  readonly #byName: ReadonlyMap<string, Pipeline<never, unknown>>;
  readonly #live = new Map<string, LiveRun>();
  /** Starts under an id that have not come to their runs yet. */
  readonly #starting = new Map<string, Promise<unknown>>();
  readonly #workers: ReturnType<typeof runtimeWorkers>;

  constructor(options: RuntimeOptions, deps: RunDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#byName = new Map(options.pipelines.map((p) => [p.name, p]));
    this.#workers = runtimeWorkers({
      deps,
      durability: options.durability ?? 'power',
      pipelineOf: (name) => this.#byName.get(name),
      begin: (run, body) => this.#begin(run, body),
    });
  }

  /** Starts a run. Its model calls are refused (`HARN-LLM-116`) when nothing of its budget is left. */
  start<I, O>(pipeline: Pipeline<I, O>, input: I, options?: StartOptions): RunHandle<O>;
  /**
   * Starts the run of an id, once: whoever starts it again, in whichever process and however often, comes to the same run.
   * One that is over gives what is recorded, one that is at work is waited for, one whose process is gone goes on here.
   * Rejects, with nothing changed: `HARN-RUN-018` for what cannot be an id, `HARN-RUN-019` when the run of the id was
   * started with another pipeline, version, input or `deny`. The budget is that of the first start.
   *
   * @example
   * const run = await runtime.start(refund, { order }, { id: `refund ${order}` });
   * const result = await run.done;
   */
  start<I, O>(
    pipeline: Pipeline<I, O>,
    input: I,
    options: StartOnceOptions,
  ): Promise<StartedRun<O>>;
  start<I, O>(
    pipeline: Pipeline<I, O>,
    input: I,
    options: StartOptions | StartOnceOptions = {},
  ): RunHandle<O> | Promise<StartedRun<O>> {
    // An id that is undefined by mistake must not start the work a second time.
    if (Object.hasOwn(options, 'id')) return this.#startOnce(pipeline, input, options);
    const run = Run.create(this.#deps, this.#specOf(pipeline, input, options));
    return this.#begin(run, bodyOf(pipeline as never, run.start));
  }

  async #startOnce<I, O>(
    pipeline: Pipeline<I, O>,
    input: I,
    { id, ...budget }: StartOptions | StartOnceOptions,
  ): Promise<StartedRun<O>> {
    const { startOnce } = await import('./start-once.ts');
    return startOnce<O>(
      {
        deps: this.#deps,
        starting: this.#starting,
        live: this.#live,
        resume: (runId) => this.#takeOver<O>(runId, {}),
        cancel: (runId, reason) => this.cancel(runId, reason),
      },
      id,
      this.#specOf(pipeline, input, budget),
    );
  }

  #specOf<I, O>({ name, version }: Pipeline<I, O>, input: I, budget: RunBudget): RunSpec {
    if (!this.#byName.has(name)) throw runErrors.notPipeline({ name });
    return {
      pipeline: name,
      origin: 'typescript',
      program: null,
      version,
      input: plainOf(input, `the input of ${name}`),
      durability: this.#options.durability ?? 'power',
      deny: this.#options.deny ?? [],
      budget,
      options: this.#startOptions(),
    };
  }

  /** What a run keeps of this runtime's settings. */
  #startOptions(): JsonObject {
    const tables = this.#options.llm?.tables;
    return tables === undefined ? {} : { llm: readTables(tables, 'llm.tables') };
  }

  /** Goes on with a run of one of this runtime's pipelines. */
  async resume<O = Json>(
    runId: string,
    options: { readonly force?: boolean } = {},
  ): Promise<RunHandle<O>> {
    return this.#takeOver<O>(runId, options);
  }

  async #takeOver<O>(
    runId: string,
    options: { readonly force?: boolean; readonly cancel?: string },
  ): Promise<RunHandle<O>> {
    const store = await this.#deps.openStore();
    const { start } = await loadJournal(store, runId);
    if (start.pipeline === WORKER_RUN && this.#isOurs(start)) {
      const run = await Run.resume(this.#deps, store, runId, options);
      return this.#begin<O>(run, workerRunBody(run.start));
    }
    const pipeline = this.#byName.get(start.pipeline);
    if (pipeline === undefined || start.program !== null) {
      throw runErrors.notPipeline({ name: start.pipeline });
    }
    if (pipeline.version !== start.version) {
      throw runErrors.otherProgram({
        run: runId,
        pipeline: start.pipeline,
        version: start.version,
      });
    }
    const run = await Run.resume(this.#deps, store, runId, options);
    return this.#begin<O>(run, bodyOf(pipeline, run.start));
  }

  /** Resumes every run of this runtime's pipelines whose process is gone, and those not begun yet. */
  async recover(): Promise<readonly RunHandle<Json>[]> {
    const handles: RunHandle<Json>[] = [];
    const store = await this.#deps.openStore();
    for (const status of ['running', 'finishing']) {
      for (const row of await listRuns(store, { status, limit: 10_000 })) {
        if (
          this.#live.has(row.run_id) ||
          !this.#isOurs(row) ||
          (await this.#isHeld(store, row.run_id))
        )
          continue;
        handles.push(await this.resume(row.run_id));
      }
    }
    return handles;
  }

  /**
   * Goes on with every suspended worker whose wait is over: its timeout has passed, or the event or trigger it waits for
   * has arrived. Each goes on in a run of its own; those whose run has not ended are named and left to that run.
   */
  wakeDue(): Promise<readonly WokenWorker[]> {
    return this.#workers.wakeDue();
  }

  /** What runs have left behind. */
  get workers(): RuntimeWorkers {
    return this.#workers;
  }

  /**
   * Ends a run with its receipt: one of this process, or one that nobody works on. A run that another process works on is
   * ended by that process, which is asked to by a durable row; then there is nothing to give yet (undefined).
   */
  async cancel(
    runId: string,
    reason = 'cancelled by its program',
  ): Promise<Result<Json> | undefined> {
    const live = this.#live.get(runId);
    if (live !== undefined) {
      live.handle.cancel(reason);
      return resultOf<Json>(await live.run.done);
    }
    const store = await this.#deps.openStore();
    if (await this.#isHeld(store, runId)) {
      const nowMs = Math.floor(this.#deps.host.clock.nowMs());
      await requestCancel(store, runId, { reason, nowMs });
      return undefined;
    }
    return (await this.#takeOver<Json>(runId, { cancel: reason })).done;
  }

  /** Parks every run of this process. */
  async stop(): Promise<void> {
    await Promise.all([...this.#live.values()].map(({ run }) => run.park('the runtime stopped')));
  }

  #isOurs(row: {
    readonly pipeline: string;
    readonly version: string;
    readonly program: string | null;
  }): boolean {
    if (row.program !== null) return false;
    if (row.pipeline === WORKER_RUN)
      return isProgram((name) => this.#byName.get(name), row.version);
    return this.#byName.get(row.pipeline)?.version === row.version;
  }

  async #isHeld(store: Store, runId: string): Promise<boolean> {
    const lease = await store.lease(runLeaseName(runId));
    return lease?.status === 'held' && (await holderIsAlive(this.#deps.host, lease.holder));
  }

  #begin<O>(run: Run, body: RunBody): RunHandle<O> {
    const done = run.begin(body).then((result) => {
      this.#live.delete(run.id);
      return resultOf<O>(result);
    });
    // Whoever awaits `done` sees the failure; a handle nobody awaits must not end the process.
    done.catch(() => undefined);
    const handle: RunHandle<O> = {
      id: run.id,
      done,
      listen: (listener) => run.listen(listener),
      keep: () => run.core.journal.makeDurable(),
      park: async (reason = 'parked by its program') => resultOf<O>(await run.park(reason)),
      cancel: (reason) => run.cancel(reason),
    };
    this.#live.set(run.id, { run, handle });
    return handle;
  }
}

/** The default sink: the host's terminal. */
export function terminalSink(host: Host): OutputSink {
  return {
    write: (stream, text) =>
      stream === 'stdout' ? host.stdio.writeOut(text) : host.stdio.writeErr(text),
  };
}

/** The host of a runtime that names none. */
export function defaultHost(): Host {
  return createNodeHost();
}

function bodyOf(pipeline: Pipeline<never, unknown>, start: RunStart): RunBody {
  const { input } = start;
  const handed = handedInput(start);
  return function* (ctx) {
    const given = (handed === undefined ? input : handed.payload) as never;
    const lane = ctx.startLane(`${ctx.task.id}:main`, async (inner) =>
      plainOf(await pipeline.fn(createHarness(inner), given), `the result of ${pipeline.name}`),
    );
    return yield* ctx.join(lane);
  };
}

function resultOf<O>(result: RunResult): Result<O> {
  const { record } = result;
  if (result.status === 'broken') throw result.error;
  if (result.status === 'parked') return { status: 'parked', waits: result.waits, record };
  const { main, final, receipt } = result;
  const failed = !main.ok ? main.error : !final.ok ? final.error : undefined;
  // Worded as it is recorded: who asks for the end of a run later hears the same.
  if (failed !== undefined)
    return { status: 'failed', error: coerceError(failed), receipt, record };
  return {
    status: 'settled',
    returned: record.returned as O,
    final: record.final,
    receipt,
    record,
  };
}
