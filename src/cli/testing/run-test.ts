// One test: a fresh run of one pipeline, with a store of its own in memory, its output kept, and a limit of time.
import { formatDuration, HarnError, isJsonObject, type Json } from '../../base/index.ts';
import { type CompiledProgram, Engine, isErrData, type ProgramRun } from '../../engine/index.ts';
import {
  type Host,
  llmConfigKey,
  RUNTIME_PROJECTIONS,
  type RunResult,
} from '../../runtime/index.ts';
import { openStore } from '../../store/index.ts';
import { uncaughtText } from '../../values/index.ts';
import { testErrors } from './errors.ts';

/** What to run, and how. */
export interface TestRun {
  readonly program: CompiledProgram;
  /** The pipeline; the entry of the program when left out. */
  readonly pipeline?: string | undefined;
  /** What messages call the program. */
  readonly origin: string;
  readonly timeoutMs: number;
  /** Prepared answers of models; a call that none fits is refused. */
  readonly mocks?: readonly Json[] | undefined;
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
    const engine = new Engine({
      host,
      openStore: async () => store,
      sink: {
        write: (stream, piece) => {
          text[stream] += piece;
        },
      },
      equip: (run) => run.provide(llmConfigKey, configOf(test)),
    });
    const judged = await follow(host, engine, test);
    return { ...judged, ms: host.clock.monotonicMs() - startMs, ...text };
  } finally {
    await store.close();
  }
}

function configOf({ mocks }: TestRun) {
  return { defaultProvider: 'mock', ...(mocks === undefined ? {} : { mocks }) };
}

type Judged = Pick<TestEnding, 'outcome' | 'message' | 'report'>;

async function follow(host: Host, engine: Engine, test: TestRun): Promise<Judged> {
  const { program, pipeline, origin } = test;
  const started = engine.start(program, {
    origin,
    durability: 'process',
    ...(pipeline === undefined ? {} : { pipeline }),
  });
  started.run.parkForPeople();
  const result = await within(host, started, test.timeoutMs);
  if (result === undefined) {
    const error = testErrors.timedOut({ limit: formatDuration(test.timeoutMs) });
    return { outcome: 'timed_out', ...described(error, started) };
  }
  return judge(started, result, test.judgesValue);
}

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

function judge(started: ProgramRun, result: RunResult, judgesValue: boolean): Judged {
  const passed: Judged = { outcome: 'passed', message: undefined, report: undefined };
  const failed = (error: unknown): Judged => ({ outcome: 'failed', ...described(error, started) });
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
