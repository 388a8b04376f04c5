// Starting a program under an id of the caller's, and reading what a run came to from what is recorded of it. Loaded
// when an id is given.
import { isJsonObject, type Json } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';
import {
  checkStartId,
  fromRecordedError,
  loadJournal,
  type RecordedError,
  type RunRecord,
  type RunSpec,
  type RunStart,
  recordOf,
  type StartedById,
  startById,
  startDifferences,
  startOf,
} from '../runtime/run/index.ts';
import type { Store } from '../store/index.ts';
import type { CompiledProgram } from './compile.ts';
import { exitCodeOf, harnThrownCodec, shownValue } from './execute.ts';

/** A program and what its run would start from. */
export interface AskedStart {
  readonly program: CompiledProgram;
  readonly spec: RunSpec;
}

/** Starts the run of an id, or comes to the one there is. */
export async function startOnce<R>(
  store: Store,
  host: Host,
  { program, spec }: AskedStart,
  resume: (runId: string) => Promise<R>,
): Promise<StartedById<R>> {
  const startFor = (runId: string) => startOf(host, runId, spec);
  const asked = {
    id: checkStartId(spec.startId),
    start: startFor,
    program: spec.program?.bytes,
    differs: (first: RunStart) => differences(store, first, startFor(''), program),
  };
  return startById(store, host, asked, resume);
}

async function differences(
  store: Store,
  first: RunStart,
  asked: RunStart,
  program: CompiledProgram,
): Promise<readonly string[]> {
  const differs = [...startDifferences(first, asked)];
  if (first.options['task'] !== asked.options['task']) differs.push('task');
  const files = await changedFiles(store, first, asked, program);
  return files === undefined ? differs : [`program${files}`, ...differs];
}

/**
 * Which texts of the program are others; undefined for none. What was compiled from them is not compared: another build
 * compiles the same program otherwise, and brings a library of its own.
 */
async function changedFiles(
  store: Store,
  first: RunStart,
  asked: RunStart,
  program: CompiledProgram,
): Promise<string | undefined> {
  if (first.program === asked.program) return undefined;
  if (first.program === null) return ' (it is a TypeScript pipeline)';
  if (!(await store.hasBlob(first.program))) return '';
  const bytes = await store.getBlob(first.program);
  const stored = JSON.parse(new TextDecoder().decode(bytes)) as CompiledProgram;
  const [before, now] = [ownTexts(stored), ownTexts(program)];
  const names = [...new Set([...before.keys(), ...now.keys()])];
  const changed = names.filter((name) => before.get(name) !== now.get(name));
  if (stored.entry !== program.entry && changed.length === 0) changed.push(program.entry);
  if (changed.length > 0) return ` (${changed.sort().join(', ')})`;
  return stored.edition === program.edition ? undefined : ' (its edition)';
}

function ownTexts({ sources }: CompiledProgram): ReadonlyMap<string, string> {
  return new Map(
    sources.filter(({ id }) => !id.startsWith('std/')).map(({ id, text }) => [id, text]),
  );
}

/** What a run of a program came to. */
export interface RecordedEnd {
  readonly record: RunRecord;
  /** As `ProgramRun` gives it for the run when it ends. */
  readonly exitCode: number;
  readonly value: Json;
  /** What ended the run badly: its body, or what was to finish it. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** Reads the end of a run that is over. */
export async function recordedEnd(store: Store, runId: string): Promise<RecordedEnd> {
  const { entries } = await loadJournal(store, runId);
  const record = recordOf(runId, entries);
  const { returned, final, receipt } = record;
  const late = isJsonObject(receipt) ? receipt['finish_error'] : undefined;
  const recorded = record.error ?? (late as RecordedError | undefined);
  const failure = recorded && { error: fromRecordedError(recorded, harnThrownCodec) };
  const value = shownValue(returned, final);
  const last = entries.find((entry) => entry.kind === 'settled');
  const exitCode =
    failure !== undefined
      ? 1
      : last?.kind === 'settled' && last.exit_code !== undefined
        ? last.exit_code
        : exitCodeOf(value);
  return { record, exitCode, value, failure };
}
