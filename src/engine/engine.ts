// The engine: starts, resumes and cancels runs of Harn programs. Joins the compiler's output with the runtime; what a
// run promises is the runtime's business.
import path from 'node:path';
import type { Json, JsonObject } from '../base/index.ts';
import {
  codeSource,
  createHandleTable,
  createRegistry,
  EFFECT_GROUPS,
  type ProgramHost,
  programHostKey,
  type TopLevel,
} from '../builtins/index.ts';
import { type ComposeOptions, composeRuns } from '../runtime/index.ts';
import { handedInput } from '../runtime/lifecycle/index.ts';
import {
  loadJournal,
  Run,
  type RunBody,
  type RunCore,
  type RunDeps,
  type RunResult,
  type RunSpec,
  type RunStart,
  runErrors,
  type StartedById,
} from '../runtime/run/index.ts';
import {
  type CodeSource,
  codeSourceKey,
  WORKER_RUN,
  type WorkerRunRequest,
  workerOrigin,
  workerRequestOf,
} from '../runtime/work/index.ts';
import type { Store } from '../store/index.ts';
import type { HarnFunction } from '../values/index.ts';
import { bindBuiltins } from './bind.ts';
import type { CompiledProgram } from './compile.ts';
import {
  exitCodeOf,
  harnThrownCodec,
  type ProgramEnd,
  programBody,
  shownValue,
  workerBody,
} from './execute.ts';
import {
  type CodeCache,
  type FunctionCall,
  type Instrument,
  type LiveModule,
  type LiveProgram,
  link,
  type Target,
} from './link.ts';
import { refreshProgram } from './program.ts';
import { type ServedRequest, servedBody, servedName, servedRequestOf } from './served.ts';
import { type HarnFrame, renderUncaught, StackReader } from './stack.ts';
import { storedForm } from './stored-program.ts';

/** What an engine needs; one engine serves many runs of one process. */
export interface EngineOptions extends Omit<ComposeOptions, 'codec' | 'pipelines'> {
  readonly codeCache?: CodeCache;
  /** What debuggers need in the code: of `loadDebugCode`. */
  readonly instrument?: Instrument | undefined;
  /** Modules that stay linked from one program to the next, with their values: for sessions of many small programs. */
  readonly linked?: Map<string, LiveModule>;
}

/** How a run of a program starts. */
export interface StartOptions {
  readonly argv?: readonly string[];
  /** The task text, for pipelines with a `task` parameter. */
  readonly task?: string;
  /** A pipeline by name; the file's entry when left out. */
  readonly pipeline?: string;
  /** A function of the entry module by name, public or not, instead of a pipeline; it gets the harness when it has a parameter. */
  readonly fn?: string;
  /** How `fn` is called, when not with the harness alone; it may be a pipeline then. */
  readonly call?: FunctionCall;
  readonly durability?: 'power' | 'process';
  readonly deny?: readonly string[];
  /** What all model calls of the run together may take: tokens, US dollars. */
  readonly tokenBudget?: number | undefined;
  readonly costBudgetUsd?: number | undefined;
  /** What the project says of models (`loadLlmTables`); kept with the run. */
  readonly llm?: JsonObject | undefined;
  /** Where the program came from, as people typed it. */
  readonly origin?: string;
  /** A call from outside that the run serves, instead of a pipeline. Such a run is in the store from its beginning. */
  readonly served?: ServedRequest;
  /** Folders of skills before all others. */
  readonly skillDirs?: readonly string[];
  /** The pack that the program came in; told as the first event of the run, and kept with it. */
  readonly pack?: PackOrigin;
}

/** What was found out about a pack before it was run. */
export interface PackOrigin {
  readonly bundle_hash: string;
  /** Whether somebody whose key is trusted has signed it. */
  readonly signature_verified: boolean;
  readonly key_id?: string;
  readonly cache_hit: boolean;
}

/** What people typed, where a module is a text that was made from it. */
export interface TypedTexts {
  place(frame: HarnFrame): HarnFrame;
  text(module: string): string | undefined;
}

/** A run of a program, with what only the engine knows about it. */
export interface ProgramRun {
  readonly run: Run;
  readonly done: Promise<RunResult>;
  /** The exit code the program asked for, or that its value stands for. Valid when `done` has resolved. */
  exitCode(result: RunResult): number;
  /** What people see as the result: `final`, or what the body returned when `final` is a receipt of the lifecycle. */
  value(result: RunResult): Json;
  /** An error that nobody caught, as people read it: message, place, callers. `typed` is for texts that were made from others. */
  describe(error: unknown, typed?: TypedTexts): string;
}

const ENCODER = new TextEncoder();

export class Engine {
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Starts a new run. */
  start(program: CompiledProgram, options: StartOptions = {}): ProgramRun {
    const live = this.#link(program);
    const run = Run.create(this.#deps(live), specOf(program, live, options));
    const { served } = options;
    if (served !== undefined && served.kind !== 'surface') run.core.journal.makeDurable();
    return this.#begin(run, live);
  }

  /**
   * Starts the run of an id, or comes to the one that there is; goes on with it where nobody else does. Refused
   * (`startIdTaken`), with nothing changed, when that run was started with other code, arguments or authority.
   */
  async startOnce(
    program: CompiledProgram,
    id: string,
    options: StartOptions = {},
  ): Promise<StartedById<ProgramRun>> {
    const { startOnce } = await import('./start-once.ts');
    const spec = { ...specOf(program, this.#link(program), options), startId: id };
    const { host, openStore } = this.#options;
    return startOnce(await openStore(), host, { program, spec }, (runId) => this.resume(runId));
  }

  /** Goes on with a run from the store, with the code it was started with, or with other code named by the caller. */
  async resume(
    runId: string,
    options: { readonly force?: boolean; readonly with?: CompiledProgram } = {},
  ): Promise<ProgramRun> {
    const store = await this.#options.openStore();
    const { start } = await loadJournal(store, runId);
    const program = options.with ?? (await storedProgram(store, runId, start));
    const live = this.#link(await refreshProgram(program));
    const run = await Run.resume(
      this.#deps(live, options.with !== undefined),
      store,
      runId,
      options,
    );
    return this.#begin(run, live);
  }

  /**
   * Goes on with a worker that no run has, in a run of its own: with the program of the run that made it. What cannot
   * be made again is refused here, before there is such a run.
   */
  async startWorker(
    request: WorkerRunRequest,
    options: Pick<StartOptions, 'durability'> = {},
  ): Promise<ProgramRun> {
    const store = await this.#options.openStore();
    const { id, start } = await workerOrigin(store, request);
    const program = await refreshProgram(await storedProgram(store, id, start));
    const live = this.#link(program);
    const { hash, text } = storedForm(program);
    const run = Run.create(this.#deps(live), {
      pipeline: WORKER_RUN,
      origin: start.origin,
      program: { hash, bytes: ENCODER.encode(text) },
      version: program.compiler,
      input: null,
      argv: start.argv,
      cwd: start.cwd,
      durability: options.durability ?? start.durability,
      deny: start.deny,
      parentRunId: id,
      rootRunId: start.root_run_id,
      options: { worker: request as Json },
    });
    return this.#begin(run, live);
  }

  /** Ends a parked run with a receipt: it is taken over, brought to where it was, and cancelled there. */
  async cancelParked(
    runId: string,
    reason: string,
    options: { readonly force?: boolean } = {},
  ): Promise<RunResult> {
    const store = await this.#options.openStore();
    const { start } = await loadJournal(store, runId);
    const live = await this.#liveOrNothing(store, runId, start);
    const run = await Run.resume(this.#deps(live), store, runId, { ...options, cancel: reason });
    const done = live === undefined ? run.begin(nothingToDo) : this.#begin(run, live).done;
    return done;
  }

  async #liveOrNothing(
    store: Store,
    runId: string,
    start: RunStart,
  ): Promise<LiveProgram | undefined> {
    try {
      return this.#link(await refreshProgram(await storedProgram(store, runId, start)));
    } catch {
      return undefined;
    }
  }

  #begin(run: Run, live: LiveProgram): ProgramRun {
    const end: ProgramEnd = { exitCode: undefined };
    tellPack(run);
    const done = run.begin(bodyOf(live, run.start, end));
    return {
      run,
      done,
      exitCode: (result) => exitCode(result, end),
      value: ({ record }) => shownValue(record.returned, record.final),
      describe: (error, typed) => describe(live, error, typed),
    };
  }

  #link(program: CompiledProgram): LiveProgram {
    const { codeCache, linked, instrument } = this.#options;
    return link(program, { builtins: builtinSource(), codeCache, linked, instrument });
  }

  #deps(live: LiveProgram | undefined, moved = false): RunDeps {
    return composeRuns({
      ...this.#options,
      codec: harnThrownCodec,
      pipelines: live?.pipelines() ?? [],
      equip: (run) => {
        run.provide(programHostKey, hostOf(run, live));
        if (live !== undefined) run.provide(codeSourceKey, lazyCodeSource(live));
        // Code that was moved on purpose stands elsewhere; only what it asks for is compared then.
        if (live !== undefined && !moved) run.siteOf = (at) => live.siteOf(at);
        this.#options.equip?.(run);
      },
    });
  }
}

/** A run that began with a pack says so first, in each of its lives: who listens hears it once. */
function tellPack({ start, core }: Run): void {
  const pack = start.options['pack'] as unknown as PackOrigin | undefined;
  if (pack === undefined || start.parent_run_id !== null) return;
  core.events.emit({ event_type: 'pack_run', ...pack, dry_run_verify: false });
}

/** What a run does: a call from outside, a worker of an earlier run, or the program. */
function bodyOf(live: LiveProgram, start: RunStart, end: ProgramEnd): RunBody {
  const served = servedRequestOf(start);
  if (served !== undefined) return servedBody(live, served);
  const worker = workerRequestOf(start.options);
  if (worker !== undefined) return workerBody(live, worker);
  return programBody(live, () => targetOf(live, start), end);
}

/** What the run of a program starts from. */
function specOf(program: CompiledProgram, live: LiveProgram, options: StartOptions): RunSpec {
  const { hash, text } = storedForm(program);
  const { served } = options;
  const entry = options.fn ?? options.pipeline ?? live.entryName();
  const pipeline = served === undefined ? entry : servedName(served, entry);
  return {
    pipeline,
    origin: options.origin ?? program.entry,
    program: { hash, bytes: ENCODER.encode(text) },
    version: program.compiler,
    input: null,
    argv: options.argv ?? [],
    durability: options.durability ?? 'power',
    deny: options.deny ?? [],
    budget: options,
    options: {
      pipeline: options.pipeline ?? null,
      ...(options.fn === undefined ? {} : { fn: options.fn }),
      ...(options.call === undefined ? {} : { call: options.call as unknown as Json }),
      ...(options.task === undefined ? {} : { task: options.task }),
      ...(options.pack === undefined ? {} : { pack: { ...options.pack } }),
      ...(options.skillDirs === undefined ? {} : { skill_dirs: options.skillDirs }),
      ...(served === undefined ? {} : { served: served as unknown as Json }),
      ...(options.llm === undefined ? {} : { llm: options.llm }),
    },
  };
}

/** What a run was asked to start. */
function targetOf(live: LiveProgram, start: RunStart): Target {
  const fn = start.options['fn'];
  if (typeof fn === 'string' && start.parent_run_id === null) {
    return live.functionTarget(fn, start.options['call'] as unknown as FunctionCall | undefined);
  }
  return live.target(pipelineOf(start));
}

/** The pipeline a run was asked to start, by name; a child always was, whatever its parent's options say. */
function pipelineOf({ parent_run_id, pipeline, options }: RunStart): string | undefined {
  if (parent_run_id !== null) return pipeline;
  const asked = options['pipeline'];
  return typeof asked === 'string' ? asked : undefined;
}

function* nothingToDo(): Generator<never, null, unknown> {
  yield* [];
  return null;
}

/** The globals of a program: what its run was started with. */
function hostOf(run: RunCore, live: LiveProgram | undefined): ProgramHost {
  const start = run.start;
  const options: JsonObject = start.options;
  const handed = handedInput(start);
  const inputs: readonly Json[] =
    handed === undefined ? start.argv : [handed.payload, handed.origin];
  const task: Json = options['task'] ?? null;
  return {
    handles: handleTable(),
    globals: {
      argv: [...start.argv],
      task,
      project: start.cwd,
      context: { project_root: start.cwd, task, task_type: options['task_type'] ?? null },
      prompt: options['prompt'] ?? null,
      input: inputs[0] ?? null,
      inputs,
    },
    folderOf(site) {
      // A place names its module with the hash of its text.
      const module = site?.slice(0, site.lastIndexOf('@'));
      const isFile = module !== undefined && !module.startsWith('std/');
      const id = isFile ? module : (live?.compiled.entry ?? '.');
      return path.dirname(path.resolve(start.cwd, id));
    },
  };
}

let shared:
  | { registry: ReturnType<typeof createRegistry>; source: ReturnType<typeof bindBuiltins> }
  | undefined;

/** The table of builtins and their bound functions: the same for every program of a process. */
function table(): NonNullable<typeof shared> {
  if (shared === undefined) {
    const registry = createRegistry(EFFECT_GROUPS);
    shared = { registry, source: bindBuiltins(registry) };
  }
  return shared;
}

function builtinSource() {
  return table().source;
}

function handleTable() {
  const { registry, source } = table();
  return createHandleTable(registry, (name) => source.resolve(name) as HarnFunction | undefined);
}

/** Made when the first worker asks: most programs have none, and pay nothing for it. */
function lazyCodeSource(live: LiveProgram): { readonly source: CodeSource } {
  let source: CodeSource | undefined;
  return {
    get source() {
      source ??= codeSource(topLevel(live));
      return source;
    },
  };
}

function topLevel(live: LiveProgram): TopLevel {
  return {
    *modules() {
      for (const { id, body } of live.modules.values()) yield [id, body.exports];
    },
    value: (module, name) => live.exported(name, module),
  };
}

async function storedProgram(
  store: Store,
  runId: string,
  start: RunStart,
): Promise<CompiledProgram> {
  if (start.program === null) {
    throw runErrors.otherProgram({ run: runId, pipeline: start.pipeline, version: start.version });
  }
  if (!(await store.hasBlob(start.program))) {
    throw runErrors.codeGone({ run: runId, hash: start.program });
  }
  const bytes = await store.getBlob(start.program);
  return JSON.parse(new TextDecoder().decode(bytes)) as CompiledProgram;
}

/** 0 to 255; 124 when the run goes on elsewhere, 1 when it failed. */
function exitCode(result: RunResult, end: ProgramEnd): number {
  if (result.status === 'parked') return 124;
  if (result.status === 'broken' || !result.main.ok || !result.final.ok) return 1;
  if (end.exitCode !== undefined) return end.exitCode;
  return exitCodeOf(shownValue(result.record.returned, (result.final.value ?? null) as Json));
}

function describe(live: LiveProgram, error: unknown, typed?: TypedTexts): string {
  const sources = new Map(
    live.compiled.sources.map(({ id, text }) => [id, { id, text: typed?.text(id) ?? text }]),
  );
  const frames = new StackReader(live).frames(error);
  return renderUncaught(error, typed === undefined ? frames : frames.map(typed.place), sources);
}
