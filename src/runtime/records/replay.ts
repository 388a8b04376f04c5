// Executes a fixture again: the run's own code, or other code, with the recorded outcome for every effect it asks for.
// An effect is matched by task, ordinal, name and arguments. Whatever does not fit is a difference in the report; what
// was never recorded is not done: the replay stops there.
import { canonicalJson, HarnError, type Json, type JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import type { Host } from '../host/index.ts';
import { type JournalEntry, journalTopic, loadJournal, type OutputSink } from '../run/index.ts';
import { replayHost } from './replay-host.ts';
import { BODY_ENDS, journalOf, type RunFixture, seedStore } from './run-fixture.ts';

/** One thing that came out otherwise. */
export type ReplayDifference = {
  /** `effect`: asked for something else. `unrecorded`: asked for more. The rest: what the run came to. */
  readonly kind:
    | 'effect'
    | 'unrecorded'
    | 'ended'
    | 'returned'
    | 'final'
    | 'error'
    | 'receipt'
    | 'output';
  readonly message: string;
  readonly expected: Json;
  readonly actual: Json;
};

export type ReplayReport = {
  readonly run_id: string;
  readonly pass: boolean;
  /** The first one is where the run left its recorded way. */
  readonly differences: readonly ReplayDifference[];
  /** How many recorded outcomes there were to hand out. */
  readonly outcomes: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** What starts the run again; an engine or a runtime for the program. */
export interface ReplayParts {
  readonly store: Store;
  readonly host: Host;
  readonly sink: OutputSink;
  readonly runId: string;
}

/** A run that was taken up again. */
export interface Resumed {
  readonly done: Promise<unknown>;
  park(reason: string): Promise<unknown>;
}

export interface ReplayOptions {
  readonly host: Host;
  /** Opens an empty store in memory with the projections of runs; it is closed again. */
  readonly openStore: () => Promise<Store>;
  /** Whether `resume` uses other code than the fixture's. */
  readonly otherCode?: boolean;
  readonly resume: (parts: ReplayParts) => Promise<Resumed>;
}

/** Executes a fixture and compares what it came to with what was recorded. */
export async function replayFixture(
  fixture: RunFixture,
  options: ReplayOptions,
): Promise<ReplayReport> {
  const whole = await execute(fixture, options, false);
  let differences: readonly ReplayDifference[] = [];
  if (whole.broke === undefined) differences = compare(journalOf(fixture), whole.made);
  else {
    // How a run is finished is recorded too; a body that ended otherwise is better told by itself.
    const body = whole.broke.inBody ? undefined : await execute(fixture, options, true);
    const found = body === undefined ? [] : compareBody(journalOf(fixture), body.made);
    differences = found.length > 0 ? found : [whole.broke.difference];
  }
  return {
    run_id: fixture.run_id,
    pass: differences.length === 0,
    differences,
    outcomes: journalOf(fixture).filter(({ kind }) => kind === 'outcome').length,
    ...whole.output,
  };
}

interface Executed {
  readonly made: readonly JournalEntry[];
  readonly broke: Broke | undefined;
  readonly output: { stdout: string; stderr: string };
}

/** Follows the run to its end, or to the first effect that nothing was recorded for. */
async function execute(
  fixture: RunFixture,
  { host, openStore, otherCode = false, resume }: ReplayOptions,
  bodyOnly: boolean,
): Promise<Executed> {
  await using store = await openStore();
  const count = await seedStore(store, fixture, { otherCode, bodyOnly });
  const output = { stdout: '', stderr: '' };
  const sink: OutputSink = {
    write: (stream, text) => {
      output[stream] += text;
    },
  };
  const parts = { store, host: replayHost(host), sink, runId: fixture.run_id };
  const watching = new AbortController();
  let broke: Broke | undefined;
  try {
    const run = await resume(parts);
    const stop = stopAtUnrecorded(parts, { count, run, bodyOnly, signal: watching.signal });
    const result = (await run.done) as { readonly status?: string; readonly error?: unknown };
    watching.abort();
    await stop;
    if (result.status === 'broken') broke = brokenAt(result.error);
  } catch (error) {
    broke = brokenAt(error);
  } finally {
    watching.abort();
  }
  await store.flush();
  const { entries } = await loadJournal(store, fixture.run_id);
  return { made: entries.slice(count), broke, output };
}

interface Watch {
  readonly count: number;
  readonly run: Resumed;
  readonly bodyOnly: boolean;
  readonly signal: AbortSignal;
}

async function stopAtUnrecorded(
  { store, runId }: ReplayParts,
  { count, run, bodyOnly, signal }: Watch,
): Promise<void> {
  for await (const { kind } of store.subscribe(journalTopic(runId), { from: count, signal })) {
    if (!ASKED.has(kind) && !(bodyOnly && BODY_ENDS.has(kind))) continue;
    // The run may have ended by itself in the meantime; then there is nothing to stop.
    await run.park('the replay came to an effect that was not recorded').catch(() => undefined);
    return;
  }
}

const ASKED: ReadonlySet<string> = new Set(['intent', 'outcome', 'wait_opened', 'child_started']);

interface Broke {
  readonly difference: ReplayDifference;
  /** False when the journal stopped fitting in what finishes a run. */
  readonly inBody: boolean;
}

/** The journal did not fit the program: its own words say where. */
function brokenAt(error: unknown): Broke {
  if (!HarnError.is(error) || !error.code.startsWith('HARN-JRN-')) throw error;
  const { message, data } = error;
  const { recorded = null, asked = null, task = null } = (data ?? {}) as JsonObject;
  const inFinish = typeof task === 'string' && /^run(?:\/|$)/.test(task);
  return {
    difference: { kind: 'effect', message, expected: recorded, actual: asked },
    inBody: !inFinish,
  };
}

interface End {
  readonly ended: string;
  readonly returned: Json;
  readonly final: Json;
  readonly error: Json;
  readonly receipt: Json;
  readonly output: Json;
}

/** What the body asked for and came to, without its finish. */
function compareBody(
  recorded: readonly JournalEntry[],
  made: readonly JournalEntry[],
): readonly ReplayDifference[] {
  const end = made.findIndex(({ kind }) => BODY_ENDS.has(kind));
  const body = end === -1 ? made : made.slice(0, end + 1);
  const extra = body.find(({ kind }) => ASKED.has(kind));
  if (extra !== undefined) return [unrecorded(extra)];
  return differencesOf(recorded, body, ['error', 'returned']);
}

function compare(
  recorded: readonly JournalEntry[],
  made: readonly JournalEntry[],
): readonly ReplayDifference[] {
  const extra = made.find(({ kind }) => ASKED.has(kind));
  if (extra !== undefined) return [unrecorded(extra)];
  return differencesOf(recorded, made, FACTS);
}

const FACTS = ['ended', 'error', 'returned', 'final', 'receipt', 'output'] as const;

function differencesOf(
  recorded: readonly JournalEntry[],
  made: readonly JournalEntry[],
  facts: readonly (typeof FACTS)[number][],
): readonly ReplayDifference[] {
  const [expected, actual] = [endOf(recorded), endOf(made)];
  const differences: ReplayDifference[] = [];
  for (const kind of facts) {
    if (canonicalJson(expected[kind]) === canonicalJson(actual[kind])) continue;
    const message = `${NAMES[kind]} differs`;
    differences.push({ kind, message, expected: expected[kind], actual: actual[kind] });
  }
  return differences;
}

const NAMES = {
  ended: 'how the run ended',
  error: 'the error of the run',
  returned: 'what the run returned',
  final: 'the final value',
  receipt: 'the settlement receipt',
  output: 'the amount of text written (bytes of stdout and stderr)',
} as const;

function unrecorded(entry: JournalEntry): ReplayDifference {
  const what = 'effect' in entry ? entry.effect : entry.kind;
  const ordinal = 'ordinal' in entry ? entry.ordinal : 0;
  const message = `${what} (effect ${ordinal} of ${entry.task}) was asked for and is not in the recording`;
  return { kind: 'unrecorded', message, expected: null, actual: what };
}

function endOf(entries: readonly JournalEntry[]): End {
  let end: End = {
    ended: 'parked',
    returned: null,
    final: null,
    error: null,
    receipt: null,
    output: [0, 0],
  };
  for (const entry of entries) {
    if (entry.out !== undefined) end = { ...end, output: entry.out };
    if (entry.kind === 'main_returned') end = { ...end, returned: entry.value };
    if (entry.kind === 'main_failed') {
      const { code, message, thrown = null } = entry.error;
      end = { ...end, error: { code, message, thrown } };
    }
    if (entry.kind === 'settled') {
      end = { ...end, ended: 'settled', final: entry.final, receipt: entry.receipt };
    }
  }
  return end;
}
