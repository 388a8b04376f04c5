// The life of one run in this process.
//
// States: running (the body's tasks) -> finishing (the body has ended; the lifecycle settles what is open) -> settled.
// From running or finishing: parked (stopped on purpose, everything durable, anyone may resume) or broken (the journal
// refused a write, or the program does not fit its journal: nothing more is done, the run can be resumed later).
// `dropped` never happens by itself: a killed process leaves a journal, and resuming it is the same as not having
// been killed.
import {
  createDeferred,
  type Deferred,
  type Json,
  type JsonObject,
  uuidV7,
} from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import type { Host } from '../host/index.ts';
import type { SpanExporter } from '../trace/index.ts';
import { Authority } from './authority.ts';
import { RunContext } from './context.ts';
import { jsonOf } from './effect-record.ts';
import { runErrors } from './errors.ts';
import { Journal, type JournalHome, type OutputCounts } from './journal.ts';
import {
  type JournalEntry,
  journalTopic,
  type RecordedError,
  type RunStart,
} from './journal-entry.ts';
import type { Outcome, Suspending } from './op.ts';
import type { OutputSink } from './output.ts';
import {
  emptyRecord,
  foldInto,
  type RecordSection,
  type RunRecord,
  shownRecord,
} from './record.ts';
import { coerceError, type ThrownCodec, toRecordedError } from './recorded-error.ts';
import { ReplayLog } from './replay-log.ts';
import { budgetOptions, type RunBudget } from './run-budget.ts';
import { RunCore } from './run-core.ts';
import type { RunEventListener } from './run-events.ts';
import { endSurvivors, loadBlobs, loadJournal, takeRun } from './run-store.ts';
import { exportSpans } from './span-section.ts';

/** The body of a run: what the pipeline does, as a suspending computation of the root task. */
export type RunBody = (ctx: RunContext) => Suspending<unknown>;

/** What the lifecycle makes of a body's end. */
export interface Finished {
  readonly final: Outcome;
  readonly receipt: JsonObject;
}

/** Settles everything that is still open and writes the receipt; provided by the lifecycle room. */
export type Finisher = (ctx: RunContext, main: Outcome) => Suspending<Finished>;

/** What every run of a process shares. */
export interface RunDeps {
  readonly host: Host;
  /** Opens the store when a run must become durable; the caller owns and closes it. */
  readonly openStore: () => Promise<Store>;
  readonly finish: Finisher;
  readonly sink: OutputSink;
  readonly sections?: readonly RecordSection[];
  readonly codec?: ThrownCodec | undefined;
  /** Gets every span that ends in this process. */
  readonly exporter?: SpanExporter | undefined;
  /** Puts services in place before the body starts (composition root). */
  readonly equip?: (run: RunCore) => void;
  /** Saves the record of a durable run when it ends or parks. A failure is its own to tell: the run ends as it would. */
  readonly saveRecord?: (record: RunRecord) => Promise<void>;
}

/** What a new run starts from. */
export interface RunSpec {
  readonly pipeline: string;
  readonly origin: string;
  /** The stored program, or null for TypeScript pipelines. */
  readonly program: { readonly hash: string; readonly bytes: Uint8Array } | null;
  readonly version: string;
  readonly input: Json;
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly durability?: 'power' | 'process';
  readonly deny?: readonly string[];
  readonly parentRunId?: string;
  readonly rootRunId?: string;
  readonly options?: JsonObject;
  /** What all its model calls together may take. */
  readonly budget?: RunBudget | undefined;
  /** The id that the caller gives it; see start-id.ts. */
  readonly startId?: string | undefined;
}

/** How a run left this process. */
export type RunResult =
  | {
      readonly status: 'settled';
      readonly main: Outcome;
      readonly final: Outcome;
      readonly receipt: JsonObject;
      readonly record: RunRecord;
    }
  | {
      readonly status: 'parked';
      readonly reason: string;
      readonly waits: readonly Json[];
      readonly record: RunRecord;
    }
  | { readonly status: 'broken'; readonly error: unknown; readonly record: RunRecord };

const NO_COUNTS: OutputCounts = { out: 0, err: 0, events: 0 };

export class Run {
  readonly id: string;
  readonly start: RunStart;
  readonly core: RunCore;
  readonly #deps: RunDeps;
  readonly #journal: Journal;
  readonly #milestones: JournalEntry[];
  readonly #done: Deferred<RunResult> = createDeferred<RunResult>();
  readonly #record: ReturnType<typeof emptyRecord>;
  #cancelWhenLive: string | undefined;
  #ended = false;
  #parking: Promise<RunResult> | undefined;
  #home: JournalHome | undefined;
  #mainEnded = false;
  #stopListening: () => void = () => undefined;

  private constructor(deps: RunDeps, id: string, start: RunStart, past: Past) {
    this.id = id;
    this.start = start;
    this.#deps = deps;
    this.#milestones = past.entries.filter((e) => MILESTONES.has(e.kind));
    this.#record = emptyRecord(id, deps.sections);
    for (const entry of past.entries) foldInto(this.#record, entry, deps.sections);
    const already = countsOf(past.entries);
    this.#home = past.home;
    this.#journal = new Journal({
      runId: id,
      clock: deps.host.clock,
      epoch: past.home?.lease.epoch ?? 1,
      lastSeq: past.entries.length,
      monoBase: past.entries.at(-1)?.mono ?? 0,
      home: past.home,
      open: () => this.#openHome(),
      first: (tx) => {
        if (past.program !== undefined) tx.putBlob(past.program, { topic: journalTopic(id) });
      },
      onEntry: (entry) => {
        const { exporter, sections } = deps;
        const before = exporter && { ...this.#record };
        foldInto(this.#record, entry, sections);
        if (exporter && before) exportSpans(exporter, before, this.#record);
      },
      onFailure: (error) => this.core.scheduler.fatal(error),
    });
    this.core = new RunCore({
      id,
      start,
      host: deps.host,
      journal: this.#journal,
      replay: new ReplayLog(past.entries),
      authority: Authority.root().without(start.deny, '--deny'),
      sink: deps.sink,
      already,
      blobs: past.blobs,
      codec: deps.codec,
      secretKey: past.secretKey,
      onFatal: (error) => this.#break(error),
    });
    deps.equip?.(this.core);
  }

  /** Makes a new run. Nothing is written until its first mutation, wait, child, own row or paid call. */
  static create(deps: RunDeps, spec: RunSpec): Run {
    const { host } = deps;
    const id = uuidV7(host.clock.nowMs(), host.random);
    const start = startOf(host, id, spec);
    const run = new Run(deps, id, start, {
      entries: [],
      blobs: new Map(),
      home: undefined,
      program: spec.program?.bytes,
      secretKey: keyOf(host),
    });
    run.#journal.append('run', start, { urgent: false });
    return run;
  }

  /** Takes a run over from the store: its lease, its journal, its past. Call `begin` with its body to go on. */
  static async resume(
    deps: RunDeps,
    store: Store,
    runId: string,
    options: { readonly force?: boolean; readonly cancel?: string } = {},
  ): Promise<Run> {
    if ((await store.latest(journalTopic(runId))) === undefined) {
      throw runErrors.unknownRun({ run: runId });
    }
    const lease = await takeRun(store, deps.host, runId, options);
    try {
      return await Run.#takeOver(deps, { store, lease }, runId, options.cancel);
    } catch (error) {
      // Who cannot go on with a run must not keep others from trying.
      await store.releaseLease(lease).catch(() => undefined);
      throw error;
    }
  }

  static async #takeOver(
    deps: RunDeps,
    home: JournalHome,
    runId: string,
    cancel: string | undefined,
  ): Promise<Run> {
    const { store, lease } = home;
    const { start, entries } = await loadJournal(store, runId);
    if (entries.some((entry) => entry.kind === 'settled')) {
      throw runErrors.alreadyEnded({ run: runId, status: 'settled' });
    }
    await endSurvivors(deps.host, entries);
    const blobs = await loadBlobs(store, entries);
    const run = new Run(deps, runId, start, {
      entries,
      blobs,
      home,
      program: undefined,
      secretKey: keyOf(deps.host),
    });
    run.#journal.append('run', { kind: 'epoch_taken', holder: { ...lease.holder } });
    run.#cancelWhenLive = cancel;
    run.#listenForCancel(store);
    return run;
  }

  /** Starts (or goes on with) the body. `done` tells how the run left this process. */
  begin(body: RunBody): Promise<RunResult> {
    const { core } = this;
    core.scheduler.addTask('run', undefined, (task) => {
      task.ctx = new RunContext(core, task, core.authority);
      return this.#supervise(task.ctx, body);
    });
    core.scheduler.liveIfDone();
    const reason = this.#cancelWhenLive;
    if (reason !== undefined) core.interrupts.onLive(() => setImmediate(() => this.cancel(reason)));
    return this.done;
  }

  get done(): Promise<RunResult> {
    return this.#done.promise;
  }

  get record(): RunRecord {
    return shownRecord(this.#record, this.#deps.sections);
  }

  listen(listener: RunEventListener): () => void {
    return this.core.events.listen(listener);
  }

  /**
   * Stops here so that anyone can go on later: nothing new starts, reads and model calls are given up without an
   * outcome, open mutations are awaited (`onWaiting` names them), everything is made durable, the lease is released.
   */
  park(reason: string, onWaiting?: (effects: readonly string[]) => void): Promise<RunResult> {
    this.#parking ??= this.#park(reason, onWaiting);
    return this.#parking;
  }

  /** From now on the run parks when nothing can go on until a person does something. */
  parkForPeople(): void {
    const { scheduler } = this.core;
    const look = () => {
      setImmediate(() => {
        if (scheduler.awaitsOnlyPeople) void this.park('waiting for a person');
      });
    };
    scheduler.onlyPeople = look;
    look();
  }

  /** Ends the body now; the lifecycle still settles what is open and writes the receipt. */
  cancel(reason: string): void {
    const { scheduler, interrupts } = this.core;
    const supervisor = scheduler.find('run');
    const open = supervisor === undefined ? undefined : [...supervisor.open.values()][0];
    if (supervisor === undefined || open === undefined) return;
    interrupts.cancelBlocked(supervisor, open, reason);
  }

  /** Others may ask for the end of a run that is in the store. One that comes to its end anyway does so. */
  #listenForCancel(store: Store): void {
    let isOver = false;
    this.#stopListening = () => {
      isOver = true;
    };
    const cancel = (reason: string) =>
      this.core.interrupts.onLive(() =>
        setImmediate(() => {
          if (!isOver && !this.#mainEnded && !this.core.scheduler.halted) this.cancel(reason);
        }),
      );
    void import('./cancel-request.ts').then(({ followCancel }) => {
      if (isOver) return;
      const stop = followCancel(store, this.id, cancel);
      this.#stopListening = () => {
        isOver = true;
        stop();
      };
    });
  }

  *#supervise(ctx: RunContext, body: RunBody): Suspending<void> {
    const root = ctx.startTask('task_root', (child) => body(child));
    const main = yield* this.#awaitMain(ctx, root);
    // Where everything is denied no hook and no callback was registered: only our own bookkeeping is left to do.
    const own = ctx.authority.isNothing ? ctx.withAuthority(Authority.root()) : ctx;
    const finished = yield* this.#deps.finish(own, main);
    for (const end of this.core.endings) end();
    this.#settle(finished);
    for (const task of [...this.core.scheduler.tasks]) {
      if (task.id !== 'run') this.core.scheduler.drop(task);
    }
    this.#journal.close();
    void this.#end({ status: 'settled', main, ...finished });
  }

  *#awaitMain(ctx: RunContext, root: ReturnType<RunContext['startTask']>): Suspending<Outcome> {
    let main: Outcome;
    try {
      main = { ok: true, value: jsonOf(yield* ctx.join(root), 'the pipeline') };
    } catch (error) {
      this.core.scheduler.drop(root);
      main = { ok: false, error };
    }
    this.#mainEnded = true;
    if (main.ok) {
      const value = (main.value ?? null) as Json;
      this.#milestone({ kind: 'main_returned', value });
      this.core.events.emit({ event_type: 'main_returned', value });
    } else {
      const error = toRecordedError(main.error, this.#deps.codec);
      this.#milestone({ kind: 'main_failed', error });
      this.core.events.emit({ event_type: 'main_failed', error: { ...error } as Json });
    }
    return main;
  }

  #settle({ final, receipt }: Finished): void {
    const returned = this.#record.returned;
    const value = final.ok ? ((final.value ?? null) as Json) : null;
    // The lease goes with the last entry: a process that is killed right after it holds nothing.
    const lease = this.#journal.home?.lease;
    const { exitCode } = this.core;
    this.#journal.append(
      'run',
      {
        kind: 'settled',
        receipt,
        returned,
        final: value,
        ...(exitCode === undefined ? {} : { exit_code: exitCode }),
      },
      lease === undefined ? {} : { ops: (tx) => tx.releaseLease(lease) },
    );
  }

  /** A step of the run's own life, written once however often it is replayed. */
  #milestone(
    body:
      | { readonly kind: 'main_returned'; readonly value: Json }
      | { readonly kind: 'main_failed'; readonly error: RecordedError },
  ): void {
    const past = this.#milestones.findIndex((entry) => entry.kind === body.kind);
    if (past !== -1) this.#milestones.splice(past, 1);
    else this.#journal.append('run', body);
  }

  async #end(result: { status: 'settled'; main: Outcome } & Finished): Promise<void> {
    try {
      // Nobody hears of the receipt before it is durable.
      await this.#journal.barrier();
      await this.#deps.saveRecord?.(this.record).catch(() => undefined);
      const { receipt } = result;
      const { returned, final } = this.#record;
      this.core.events.emit({ event_type: 'run_settled', receipt, returned, final });
      await this.#release();
      this.#finishWith({ ...result, record: this.record });
    } catch (error) {
      this.#finishWith({ status: 'broken', error, record: this.record });
    }
  }

  async #park(
    reason: string,
    onWaiting?: (effects: readonly string[]) => void,
  ): Promise<RunResult> {
    if (this.#ended) return this.done;
    const { scheduler, performer } = this.core;
    const mutations = performer.openMutations();
    scheduler.halt();
    for (const task of scheduler.tasks) {
      for (const open of task.open.values()) {
        const spec = open.effect?.effect.spec;
        const isAwaited = spec?.class === 'mutation' && spec.endedByParking !== true;
        if (isAwaited && !open.resolving) continue;
        // Whoever finds out about an earlier call may not have asked for the signal yet, and is awaited.
        if (open.resolving) open.controller ??= new AbortController();
        open.controller?.abort();
      }
    }
    this.#journal.makeDurable();
    if (mutations.length > 0) onWaiting?.(mutations.map((open) => open.what));
    await performer.mutationsDone();
    const waits = this.#waits();
    try {
      this.#journal.append('run', { kind: 'parked', reason, waits });
      await this.#journal.barrier();
      await this.#deps.saveRecord?.(this.record).catch(() => undefined);
      await this.#release();
      this.#finishWith({ status: 'parked', reason, waits, record: this.record });
    } catch (error) {
      this.#finishWith({ status: 'broken', error, record: this.record });
    }
    return this.done;
  }

  #waits(): readonly Json[] {
    const waits: Json[] = [];
    for (const task of this.core.scheduler.tasks) {
      for (const open of task.open.values()) {
        if (task.id !== 'run')
          waits.push({
            task: task.id,
            what: open.what,
            ordinal: open.ordinal,
            ...(open.wait === undefined ? {} : { wait: open.wait }),
          });
      }
    }
    return waits;
  }

  #break(error: unknown): void {
    for (const task of this.core.scheduler.tasks) {
      for (const open of task.open.values()) open.controller?.abort();
      task.release();
    }
    void this.#release().catch(() => undefined);
    this.#finishWith({ status: 'broken', error: coerceError(error), record: this.record });
  }

  async #release(): Promise<void> {
    this.#stopListening();
    await this.core.release();
    const home = this.#journal.home ?? this.#home;
    if (home === undefined) return;
    this.#home = undefined;
    await home.store.releaseLease(home.lease);
  }

  #finishWith(result: RunResult): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#done.resolve(result);
  }

  async #openHome(): Promise<JournalHome> {
    const store = await this.#deps.openStore();
    const lease = await takeRun(store, this.#deps.host, this.id);
    this.#home = { store, lease };
    this.#listenForCancel(store);
    return this.#home;
  }
}

/** What the journal of a new run begins with. */
export function startOf(host: Host, id: string, spec: RunSpec): RunStart {
  return {
    kind: 'run_started',
    pipeline: spec.pipeline,
    origin: spec.origin,
    program: spec.program?.hash ?? null,
    version: spec.version,
    input: spec.input,
    argv: spec.argv ?? [],
    cwd: spec.cwd ?? host.system.cwd(),
    durability: spec.durability ?? 'power',
    deny: spec.deny ?? [],
    parent_run_id: spec.parentRunId ?? null,
    root_run_id: spec.rootRunId ?? id,
    options: { ...spec.options, ...budgetOptions(spec.budget) },
    ...(spec.startId === undefined ? {} : { start_id: spec.startId }),
  };
}

interface Past {
  readonly entries: readonly JournalEntry[];
  readonly blobs: ReadonlyMap<string, Json>;
  readonly home: JournalHome | undefined;
  readonly program: Uint8Array | undefined;
  readonly secretKey: string;
}

const MILESTONES: ReadonlySet<string> = new Set(['main_returned', 'main_failed', 'lifecycle']);

/** What earlier lives had emitted: the counts on the last entry that carries them. */
function countsOf(entries: readonly JournalEntry[]): OutputCounts {
  const counts = { ...NO_COUNTS };
  for (const entry of entries) {
    if (entry.out !== undefined) [counts.out, counts.err] = entry.out;
    if (entry.ev !== undefined) counts.events = entry.ev;
  }
  return counts;
}

function keyOf(host: Host): string {
  return Array.from(host.random.bytes(16), (b) => b.toString(16)).join('');
}
