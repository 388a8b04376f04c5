// One test: a fresh run of one pipeline, with a store of its own in memory, its output kept, and a limit of time.
import {
  formatDuration,
  HarnError,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../base/index.ts';
import {
  type CompiledProgram,
  Engine,
  type FunctionCall,
  type Instrument,
  isErrData,
  type ProgramRun,
} from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../runtime/index.ts';
import { llmConfigKey } from '../../runtime/llm/index.ts';
import type { RunResult } from '../../runtime/run/index.ts';
import { openStore } from '../../store/index.ts';
import type { Scenario } from '../../testing/index.ts';
import { uncaughtText } from '../../values/index.ts';
import { testErrors } from './errors.ts';

/** What to run, and how. */
export interface TestRun {
  readonly program: CompiledProgram;
  /** The pipeline; the entry of the program when left out. */
  readonly pipeline?: string | undefined;
  /** A function instead; it gets the harness when it has a parameter. */
  readonly fn?: string | undefined;
  /** How `fn` is called, when not with the harness alone. */
  readonly call?: FunctionCall | undefined;
  /** Answers models from this tape, or writes what real ones answer to it. */
  readonly tape?: { readonly path: string; readonly mode: 'record' | 'replay' } | undefined;
  /** What debuggers need in the code. */
  readonly instrument?: Instrument | undefined;
  /** What messages call the program. */
  readonly origin: string;
  /** No limit when left out. */
  readonly timeoutMs: number | undefined;
  /** Prepared answers of models; a call that none fits is refused. */
  readonly mocks?: readonly Json[] | undefined;
  /** What the project says of models. */
  readonly llm?: JsonObject | undefined;
  /** The outside, instead of that of the suite. */
  readonly scenario?: Scenario | undefined;
  /** Gets what the test prints as it prints it, too. */
  readonly onText?: ((stream: 'stdout' | 'stderr', text: string) => void) | undefined;
  readonly argv?: readonly string[] | undefined;
  readonly task?: string | undefined;
  /** Folders of skills before all others. */
  readonly skillDirs?: readonly string[] | undefined;
  /** Taken away besides what the scenario takes away. */
  readonly deny?: readonly string[] | undefined;
  /** Whether an `Err` that the pipeline returns, and `exit` with a code, are failures. */
  readonly judgesValue: boolean;
}

export type TestOutcome = 'passed' | 'failed' | 'timed_out';

/** How a test ended. */
export interface TestEnding {
  readonly outcome: TestOutcome;
  readonly ms: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The text of the error alone. */
  readonly message: string | undefined;
  /** The error as people read it: message, place, callers. */
  readonly report: string | undefined;
  /** What the program asked for with `exit`, or its value stands for. */
  readonly exitCode: number;
  /** Answers of the scenario that nobody wanted. */
  readonly unused: readonly string[];
  /** What the test returned, and what came of its effects, by name; null when the time was over. */
  readonly value: Json;
  readonly effects: Json;
}

/** A run that was told to end gets so long to settle what is open. */
const GRACE_MS = 1_000;

/** Runs a test to its end. What goes wrong in it is in the result. */
export async function runTest(host: Host, test: TestRun): Promise<TestEnding> {
  const text = { stdout: '', stderr: '' };
  const startMs = host.clock.monotonicMs();
  const store = await openStore({
    url: 'memory:',
    clock: host.clock,
    projections: RUNTIME_PROJECTIONS,
  });
  try {
    const { scenario } = test;
    const engine = new Engine({
      host: scenario?.host ?? host,
      instrument: test.instrument,
      openStore: async () => store,
      sink: {
        write: (stream, piece) => {
          text[stream] += piece;
          test.onText?.(stream, piece);
        },
      },
      equip: (run) => {
        run.provide(llmConfigKey, configOf(test));
        scenario?.equip(run);
      },
    });
    const judged = await follow(host, engine, test);
    const unused = scenario?.unused() ?? [];
    const ms = host.clock.monotonicMs() - startMs;
    return { ...expected(judged, scenario?.problems(text) ?? []), ms, unused, ...text };
  } finally {
    await store.close();
  }
}

/** A test that passed, held against what its scenario expects. */
function expected(judged: Judged, problems: readonly string[]): Judged {
  if (judged.outcome !== 'passed' || problems.length === 0) return judged;
  const message = problems.join('; ');
  const report = `error: the scenario expected something else\n  ${problems.join('\n  ')}`;
  return { ...judged, outcome: 'failed', message, report };
}

function configOf({ mocks, scenario, tape }: TestRun) {
  if (tape !== undefined && mocks === undefined && scenario?.llm.mocks === undefined) {
    return tape.mode === 'replay' ? { tape: tape.path } : { recordTape: tape.path };
  }
  if (scenario !== undefined && (mocks === undefined || scenario.llm.mocks !== undefined)) {
    return scenario.llm;
  }
  return { defaultProvider: 'mock', ...(mocks === undefined ? {} : { mocks }) };
}

type Judged = Omit<TestEnding, 'ms' | 'stdout' | 'stderr' | 'unused'>;

async function follow(host: Host, engine: Engine, test: TestRun): Promise<Judged> {
  const { program, pipeline, fn, origin } = test;
  const started = engine.start(program, {
    origin,
    durability: 'process',
    argv: test.argv ?? [],
    llm: test.llm,
    deny: [...(test.scenario?.deny ?? []), ...(test.deny ?? [])],
    ...(test.task === undefined ? {} : { task: test.task }),
    ...(test.skillDirs === undefined ? {} : { skillDirs: test.skillDirs }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(fn === undefined ? {} : { fn }),
    ...(test.call === undefined ? {} : { call: test.call }),
  });
  started.run.parkForPeople();
  const { timeoutMs } = test;
  const result =
    timeoutMs === undefined ? await started.done : await within(host, started, timeoutMs);
  if (result === undefined) {
    const error = testErrors.timedOut({ limit: formatDuration(timeoutMs ?? 0) });
    const nothing = { value: null, effects: null };
    return { outcome: 'timed_out', exitCode: 1, ...nothing, ...described(error, started) };
  }
  return {
    ...judge(started, result, test.judgesValue),
    exitCode: started.exitCode(result),
    value: started.value(result),
    effects: result.record.effects as unknown as Json,
  };
}

type Verdict = Pick<Judged, 'outcome' | 'message' | 'report'>;

/** The result, or undefined when the time was over; the run has then been told to end. */
async function within(
  host: Host,
  { run, done }: ProgramRun,
  limitMs: number,
): Promise<RunResult | undefined> {
  let stop = () => {};
  const late = new Promise<undefined>((resolve) => {
    stop = host.clock.after(limitMs, () => resolve(undefined));
  });
  const result = await Promise.race([done, late]);
  stop();
  if (result !== undefined) return result;
  run.cancel('the time of the test is over');
  const given = new Promise<void>((resolve) => {
    stop = host.clock.after(GRACE_MS, resolve);
  });
  await Promise.race([done, given]);
  stop();
  // What does not end keeps the others from their time no longer.
  void run.park('the time of the test is over');
  return undefined;
}

function judge(started: ProgramRun, result: RunResult, judgesValue: boolean): Verdict {
  const passed: Verdict = { outcome: 'passed', message: undefined, report: undefined };
  const failed = (error: unknown): Verdict => ({ outcome: 'failed', ...described(error, started) });
  if (result.status === 'broken') return failed(result.error);
  if (result.status === 'parked')
    return failed(testErrors.waitsForPeople({ reason: result.reason }));
  if (!result.main.ok) return failed(result.main.error);
  if (!result.final.ok) return failed(result.final.error);
  const value = started.value(result);
  if (!judgesValue) return passed;
  if (isErrData(value)) {
    const message = `returned Err(${payloadText(value)})`;
    return { outcome: 'failed', message, report: `error: ${message}` };
  }
  const code = started.exitCode(result);
  // An int that is returned is a value; an exit code without one is `exit(n)`.
  if (code === 0 || value !== null) return passed;
  const message = `called exit(${code})`;
  return { outcome: 'failed', message, report: `error: ${message}` };
}

function described(error: unknown, started: ProgramRun): { message: string; report: string } {
  const message = HarnError.is(error) ? error.message : uncaughtText(error);
  return { message, report: started.describe(error) };
}

function payloadText(value: Json): string {
  const [payload = null] = (isJsonObject(value) ? value['fields'] : []) as readonly Json[];
  return JSON.stringify(payload);
}
