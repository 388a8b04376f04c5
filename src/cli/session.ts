// A session: one command that runs programs (`run`, `resume`, `handoffs deliver`), from the engine to the exit code.
// Follows a run to its end, shows what it says, lets Ctrl-C park it, and then runs the children it left behind.
import { HarnError, type Json } from '../base/index.ts';
import {
  type CompileCache,
  Engine,
  type Instrument,
  isErrData,
  type ProgramRun,
} from '../engine/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { isPartial, receiptLine } from '../runtime/lifecycle/index.ts';
import type { Redactor } from '../runtime/records/index.ts';
import {
  listRuns,
  loadRecord,
  type RunCore,
  type RunRecord,
  type RunResult,
  runLeaseName,
} from '../runtime/run/index.ts';
import type { SpanExporter } from '../runtime/trace/index.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { debugging } from './debugger.ts';
import { exitCodeOfError, toCliError, usageErrors, warningOf } from './errors.ts';
import { EventQueue, stdoutPort } from './event-queue.ts';
import { EventStream } from './event-stream.ts';
import { errorDetails, type Output, oneLine, type Terminal, type Warning } from './output.ts';
import { openProgramCache } from './program-cache.ts';
import type { Project } from './project.ts';
import { withProject } from './project.ts';
import { telemetrySettings } from './project-settings.ts';
import { receiptItems } from './receipt.ts';
import { onStopSignal } from './stop-signals.ts';

/** The exit code of `--strict` when work was left to nobody. */
const LEFT_WORK = 75;
const PARKED = 124;

/** Where a collector is, as OpenTelemetry names it. */
const OTLP_ADDRESSES = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

type Settled = Extract<RunResult, { status: 'settled' }>;
type ParkedFacts = Pick<Extract<RunResult, { status: 'parked' }>, 'reason' | 'waits'>;

/** How a run ended, for its last event. */
interface EndFacts {
  readonly record: RunRecord;
  readonly failure: { readonly error: unknown } | undefined;
  readonly value: Json;
  readonly exit_code: number;
}

export interface SessionOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly strict: boolean;
  readonly durability: 'power' | 'process';
  /** Stay when only people can move the run. */
  readonly wait: boolean;
  /** What keeps secrets out of the stream. */
  readonly redactor?: Redactor | undefined;
  /** Where finished spans go. */
  readonly tracer?: SpanExporter | undefined;
  /** What programs print goes to stderr: stdout is the command's own. */
  readonly isQuietOut?: boolean;
  /** What every run is given. */
  readonly equip?: ((run: RunCore) => void) | undefined;
  /** What a debugger needs in the code, when there is one. */
  readonly instrument?: Instrument | undefined;
}

/** Opens a session, does something with it, and closes what it opened; in a stream, errors become its last event. */
export async function withSession(
  args: Arguments,
  ctx: CommandContext,
  use: (session: Session) => Promise<number>,
  own: Partial<SessionOptions> = {},
): Promise<number> {
  const options: SessionOptions = {
    instrument: await debugging(args, ctx.output),
    json: args.has('json'),
    quiet: args.has('quiet'),
    strict: args.has('strict'),
    durability: args.value('durability') === 'process' ? 'process' : 'power',
    wait: args.has('wait'),
    ...own,
  };
  if (options.quiet && !options.json) throw usageErrors.quietWithoutJson({});
  const host = await ctx.host();
  const { durability } = options;
  const tracer = await tracing(args, host);
  const equip = await equipment(args, host);
  return withProject(
    host,
    async (project) => {
      // Only a stream shows what needs looking at first; without one nothing is read before the run begins.
      const redactor = options.json ? await project.redactor() : undefined;
      const session = new Session(
        host,
        project,
        { equip, ...options, redactor, tracer },
        ctx.output,
      );
      try {
        return await use(session);
      } catch (error) {
        return session.fail(error);
      } finally {
        await session.flush();
      }
    },
    durability,
  );
}

/** Prepared answers of models; loaded when there are any. */
async function equipment(args: Arguments, host: Host): Promise<SessionOptions['equip']> {
  if (!args.has('llm-mock') && !args.has('llm-mock-record')) return undefined;
  return (await import('./llm-mock.ts')).llmMocks(host, args);
}

/** Where spans go, if anywhere; loaded when somebody wants them. */
async function tracing(args: Arguments, host: Host): Promise<SpanExporter | undefined> {
  const isAsked = args.has('trace');
  const project = await telemetrySettings(host);
  const isNowhere = OTLP_ADDRESSES.every((name) => !host.env.get(name));
  if (!isAsked && isNowhere && project?.endpoint === undefined) return undefined;
  const { createTracer } = await import('./tracing.ts');
  return createTracer(host, isAsked, project);
}

export class Session {
  readonly host: Host;
  readonly project: Project;
  readonly output: Output;
  readonly engine: Engine;
  readonly stream: EventStream | undefined;
  readonly #options: SessionOptions;
  readonly #lines: EventQueue | undefined;
  #mainId: string | undefined;
  #stopped: string | undefined;

  constructor(host: Host, project: Project, options: SessionOptions, output: Output) {
    this.host = host;
    this.project = project;
    this.#options = options;
    this.output = output.on(hostTerminal(host));
    this.#lines = options.json ? new EventQueue(stdoutPort()) : undefined;
    this.stream =
      this.#lines === undefined
        ? undefined
        : new EventStream(this.#lines, { quiet: options.quiet, redactor: options.redactor });
    this.engine = new Engine({
      host,
      openStore: () => project.store(),
      redactor: () => project.redactor(),
      sink: { write: (stream, text) => this.#write(stream, text) },
      saveRecord: (record) => this.#saveRecord(record),
      equip: (run) => {
        options.equip?.(run);
        this.#listen(run);
      },
      instrument: options.instrument,
      tracer: options.tracer,
    });
  }

  /** Resolves when everything that was said is out. */
  async flush(): Promise<void> {
    await this.#lines?.flush();
    await this.#options.tracer?.flush();
    await this.host.stdio.flush();
  }

  /** Compiled programs of earlier runs. */
  programCache(edition: string | undefined): CompileCache | undefined {
    return openProgramCache(this.host, edition);
  }

  /** Follows a run to its end, then its children; answers with the exit code. */
  async follow(started: ProgramRun): Promise<number> {
    const result = await this.#await(started);
    switch (result.status) {
      case 'parked':
        return this.parked(started.run.id, result);
      case 'broken':
        throw result.error;
      case 'settled':
        return this.#settled(started, result);
    }
  }

  /** Runs what a run that had ended before has handed over, and nobody has begun. */
  async finishChildren(runId: string): Promise<void> {
    await this.#runChildren(runId);
  }

  /** The code of a run that would have exited with `code`, under `--strict`. */
  strictCode(code: number, receipt: Json): number {
    return this.#options.strict && code === 0 && isPartial(receipt) ? LEFT_WORK : code;
  }

  /** A run that is parked, for people and in the stream; answers with the exit code. */
  parked(runId: string, { reason, waits }: ParkedFacts): number {
    const { stream } = this;
    if (stream !== undefined) {
      stream.end({ event_type: 'parked', run_id: runId, reason, waits, exit_code: PARKED });
      return PARKED;
    }
    const questions = questionsOf(waits);
    if (questions.length > 0) {
      this.#showQuestions(runId, questions);
      return PARKED;
    }
    const open = waits.map((wait) => (wait as { what?: Json } | null)?.what).filter(isText);
    const where = open.length === 0 ? '' : ` while it waited for ${[...new Set(open)].join(', ')}`;
    this.remark(`run ${runId} is parked${where}. Go on with:`);
    this.output.remark(`  harn resume ${runId}`);
    return PARKED;
  }

  /** The last event of a run that is over. */
  endStream({ record, failure, value, exit_code }: EndFacts): void {
    if (this.stream === undefined) return;
    const { receipt, returned, final } = record;
    if (failure !== undefined) {
      const message = messageOf(failure.error);
      const details = HarnError.is(failure.error) ? codeDetails(failure.error) : null;
      const error = { code: 'runtime', message, details };
      this.stream.end({ event_type: 'error', error, receipt, exit_code });
      return;
    }
    this.stream.end({ event_type: 'result', value, returned, final, receipt, exit_code });
  }

  /** An `Err` that the program returned is its failure: its payload goes to stderr. */
  showErr(value: Json): void {
    if (!isErrData(value)) return;
    const [payload = null] = (value as { fields: readonly Json[] }).fields;
    this.output.remark(typeof payload === 'string' ? payload : JSON.stringify(payload));
  }

  showReceipt(receipt: Json): void {
    for (const item of receiptItems(receipt)) this.remark(receiptLine(item));
  }

  /** A line about the session itself; in a stream there is no place for it. */
  remark(text: string): void {
    if (this.stream === undefined) this.output.remark(this.output.styleErr('dim', `harn: ${text}`));
  }

  /** Shows an error that ended the session before its run did. */
  fail(error: unknown): number {
    const known = toCliError(error);
    if (this.stream === undefined) throw known;
    const { code, message } = known;
    const exit_code = exitCodeOfError(known);
    const details = errorDetails(known);
    this.stream.end({
      event_type: 'error',
      error: { code, message, details },
      receipt: null,
      exit_code,
    });
    return exit_code;
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    if (this.stream !== undefined) return;
    if (stream === 'stdout' && this.#options.isQuietOut !== true) {
      this.host.stdio.writeOut(text);
    } else this.host.stdio.writeErr(text);
  }

  async #saveRecord(record: RunRecord): Promise<void> {
    const warning = await this.project.saveRecord(record);
    if (warning !== undefined) this.#warn(warning);
  }

  #warn(warning: Warning): void {
    if (this.stream === undefined) this.remark(`warning[${warning.code}]: ${warning.message}`);
    else this.stream.warn(warning);
  }

  #listen(run: RunCore): void {
    if (this.stream === undefined) return;
    this.#mainId ??= run.id;
    run.events.listen(run.id === this.#mainId ? this.stream.main : this.stream.child(run.id));
  }

  async #await({ run, done }: ProgramRun): Promise<RunResult> {
    const stopListening = onStopSignal((signal) => {
      this.#stopped = signal;
      // The result comes through `done`, as every result does.
      void run.park(signal, (effects) => this.#remarkWaiting(effects));
    });
    if (!this.#options.wait) run.parkForPeople();
    try {
      return await done;
    } finally {
      stopListening();
    }
  }

  #remarkWaiting(effects: readonly string[]): void {
    this.remark(`stopping; waiting for ${effects.join(', ')} to end (Ctrl-C again leaves at once)`);
  }

  #showQuestions(runId: string, questions: readonly WaitingQuestion[]): void {
    this.remark(`run ${runId} is parked: it waits for an answer. Answer, then go on:`);
    for (const { prompt, request_id, request_kind } of questions) {
      this.output.remark(`  ${oneLine(prompt, 120)}`);
      const isQuestion = request_kind === undefined;
      const how = isQuestion ? `answer ${request_id} TEXT` : `approve ${request_id}`;
      this.output.remark(`    harn hitl ${how}`);
    }
    this.output.remark(`  harn resume ${runId}`);
  }

  async #settled(started: ProgramRun, result: Settled): Promise<number> {
    const failure = failureOf(result);
    const code = this.strictCode(started.exitCode(result), result.receipt);
    if (this.stream === undefined) {
      if (failure !== undefined) this.#showFailure(started, failure.error);
      else if (result.final.ok) this.showErr(result.final.value as Json);
      this.showReceipt(result.receipt);
    }
    await this.#runChildren(started.run.id);
    const { record } = result;
    this.endStream({ record, failure, value: started.value(result), exit_code: code });
    return code;
  }

  #showFailure(started: ProgramRun, error: unknown): void {
    this.output.remark(started.describe(error));
  }

  /** Runs what this run handed over to pipelines of its own program, and what those hand over. */
  async #runChildren(parentId: string): Promise<void> {
    const store = await this.project.openedStore();
    if (store === undefined) return;
    const rows = await listRuns(store, { parent: parentId, limit: 10_000 });
    // In the order of the receipt, which is that of the journal.
    const order = (await loadRecord(store, parentId)).child_runs.map((child) => child.run_id);
    const inOrder = rows.toSorted((a, b) => order.indexOf(a.run_id) - order.indexOf(b.run_id));
    for (const row of inOrder) {
      // Whoever stopped the session does not want more to begin; the children stay queued.
      if (this.#stopped !== undefined) return;
      const isQueued =
        row.status === 'running' && (await store.lease(runLeaseName(row.run_id))) === undefined;
      if (isQueued) await this.#runChild(row.run_id, row.pipeline);
    }
  }

  async #runChild(runId: string, pipeline: string): Promise<void> {
    if (this.stream === undefined) this.remark(`running ${pipeline} (run ${runId})`);
    try {
      const started = await this.engine.resume(runId);
      const result = await this.#await(started);
      if (result.status === 'broken') throw result.error;
      if (result.status === 'parked') {
        this.remark(`run ${runId} is parked. Go on with: harn resume ${runId}`);
        return;
      }
      const failure = failureOf(result);
      if (this.stream === undefined) {
        if (failure !== undefined) this.#showFailure(started, failure.error);
        this.showReceipt(result.receipt);
      }
      await this.#runChildren(runId);
    } catch (error) {
      // A child's trouble is its own: the exit code of its parent stands.
      this.#warn(warningOf(`run ${runId} (${pipeline}) did not get to its end`, error));
    }
  }
}

/** What ended the run badly: its body, or what was to finish it. */
function failureOf({ main, final }: Settled): { readonly error: unknown } | undefined {
  if (!main.ok) return { error: main.error };
  return final.ok ? undefined : { error: final.error };
}

function codeDetails(error: HarnError): Json {
  const details = errorDetails(error);
  return { code: error.code, ...(details as { [key: string]: Json } | null) };
}

/** The text of an uncaught error, without its place: `Thrown: boom`. */
function messageOf(error: unknown): string {
  return error instanceof Error || HarnError.is(error) ? error.message : String(error);
}

interface WaitingQuestion {
  readonly prompt: string;
  readonly request_id: string;
  /** Absent: a question. */
  readonly request_kind?: string;
}

/** The questions among what a parked run waits for. */
function questionsOf(waits: readonly Json[]): readonly WaitingQuestion[] {
  return waits.flatMap((wait) => {
    const facts = (wait as { wait?: Partial<WaitingQuestion> } | null)?.wait;
    const { prompt, request_id, request_kind } = facts ?? {};
    if (prompt === undefined || request_id === undefined) return [];
    return [{ prompt, request_id, ...(request_kind === undefined ? {} : { request_kind }) }];
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The host's own output, so that remarks and what a program prints stay in order. */
function hostTerminal({ stdio }: Host): Terminal {
  return {
    out: (text) => stdio.writeOut(text),
    err: (text) => stdio.writeErr(text),
    get outIsTty() {
      return stdio.isTty('stdout');
    },
    get errIsTty() {
      return stdio.isTty('stderr');
    },
    get columns() {
      return stdio.columns();
    },
    flush: () => stdio.flush(),
  };
}
