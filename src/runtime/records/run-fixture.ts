// Run fixtures: a run that has ended, as one file: its program, its journal with every outcome, and its record. Executed
// again with the recorded outcomes it must come to the same; with changed code it shows the first difference.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import {
  type JournalEntry,
  journalTopic,
  loadBlobs,
  loadJournal,
  type RecordSection,
  recordOf,
} from '../run/index.ts';
import { recErrors } from './errors.ts';
import { documentOf, factsOf } from './from-journal.ts';
import type { Redactor } from './redaction.ts';
import { documentJson } from './run-document.ts';

/** What a fixture file holds. */
export type RunFixture = {
  readonly _type: 'run_fixture';
  readonly v: 1;
  readonly run_id: string;
  /** The program as the run stored it; null for TypeScript pipelines, which bring their own. */
  readonly program: Json;
  readonly entries: readonly Json[];
  /** Outcomes too large for their entries, by hash. */
  readonly blobs: { readonly [hash: string]: Json };
  readonly record: JsonObject;
};

/** The entries that the next life of a run writes anew: what it came to is what is compared. */
const REMADE: ReadonlySet<string> = new Set([
  'main_returned',
  'main_failed',
  'settled',
  'parked',
  'epoch_taken',
]);

/** How a body ends. */
export const BODY_ENDS: ReadonlySet<string> = new Set(['main_returned', 'main_failed']);

/** Makes a fixture of a run in a store. */
export async function makeFixture(
  store: Store,
  runId: string,
  sections: readonly RecordSection[] = [],
): Promise<RunFixture> {
  const { start, entries } = await loadJournal(store, runId);
  const record = recordOf(runId, entries, sections);
  if (!entries.some(({ kind }) => kind === 'settled')) {
    throw recErrors.notEnded({ run: runId, status: record.status });
  }
  const document = documentOf(record, await factsOf(store, runId));
  return {
    _type: 'run_fixture',
    v: 1,
    run_id: runId,
    program: start.program === null ? null : parsed(await store.getBlob(start.program)),
    entries: entries as unknown as readonly Json[],
    blobs: Object.fromEntries(await loadBlobs(store, entries)),
    record: documentJson(document),
  };
}

/** How much of a fixture is redacted: known secrets only, or all that the policy names. */
export type FixtureRedaction = 'values' | 'policy';

/**
 * A fixture without its secrets. Known secrets go from everything, the program's own text included; with `policy` also
 * what stands under the names and at the pointers of the policy. What a program does with a redacted outcome may differ
 * from what it did: replaying tells.
 */
export function redactFixture(
  fixture: RunFixture,
  redactor: Redactor,
  how: FixtureRedaction = 'values',
): RunFixture {
  const part = (value: Json): Json =>
    how === 'policy' ? redactor.redact(value) : redactor.redactValues(value);
  const renamed = new Map<string, string>();
  const blobs: { [hash: string]: Json } = {};
  for (const [hash, value] of Object.entries(fixture.blobs)) {
    const after = part(value);
    const now = after === value ? hash : sha256(JSON.stringify(after));
    renamed.set(hash, now);
    blobs[now] = after;
  }
  return {
    ...fixture,
    program: redactor.redactValues(fixture.program),
    entries: fixture.entries.map((entry) => redactEntry(entry as JsonObject, part, renamed)),
    blobs,
    record: redactor.redact(fixture.record) as JsonObject,
  };
}

/** Fields of the journal itself are no data: the key of an effect, the hash of a secret, the name of a task. */
function redactEntry(
  entry: JsonObject,
  part: (value: Json) => Json,
  renamed: ReadonlyMap<string, string>,
): JsonObject {
  const fields = Object.entries(entry).map(([name, value]): [string, Json] => {
    if (name === 'blob') return [name, renamed.get(String(value)) ?? value];
    return [name, ENTRY_DATA.has(name) ? part(value) : value];
  });
  return Object.fromEntries(fields);
}

const ENTRY_DATA: ReadonlySet<string> = new Set([
  'argv',
  'data',
  'error',
  'facts',
  'final',
  'input',
  'options',
  'receipt',
  'reread',
  'returned',
  'value',
  'wait',
  'waits',
]);

/** Reads a fixture from JSON; `path` is for errors. */
export function readFixture(value: Json, path: string): RunFixture {
  if (!isFixture(value)) throw recErrors.notFixture({ path, reason: 'its _type is another' });
  const fixture = value as unknown as RunFixture;
  if (fixture.v !== 1) {
    throw recErrors.notFixture({ path, reason: `it has version ${String(fixture.v)}, not 1` });
  }
  const start = fixture.entries?.[0];
  const isWhole =
    isJsonObject(start) && start['kind'] === 'run_started' && isJsonObject(fixture.record);
  if (!isWhole) throw recErrors.notFixture({ path, reason: 'a part of it is missing' });
  return fixture;
}

/** Whether a JSON value says that it is a run fixture. */
export function isFixture(value: Json): boolean {
  return isJsonObject(value) && value['_type'] === 'run_fixture';
}

export interface SeedOptions {
  /** True for other code than the fixture's: where in the code an effect stands does not count then. */
  readonly otherCode?: boolean;
  /** Leaves out everything from the end of the body on. */
  readonly bodyOnly?: boolean;
}

/**
 * Puts a fixture's run into an empty store so that it can be resumed there: everything up to its end. Answers how many
 * entries were written.
 */
export async function seedStore(
  store: Store,
  fixture: RunFixture,
  { otherCode = false, bodyOnly = false }: SeedOptions = {},
): Promise<number> {
  const encoder = new TextEncoder();
  const program = fixture.program === null ? null : encoder.encode(JSON.stringify(fixture.program));
  const journal = journalOf(fixture);
  const body = journal.findIndex(({ kind }) => BODY_ENDS.has(kind));
  const entries = (bodyOnly && body !== -1 ? journal.slice(0, body) : journal)
    .filter(({ kind }) => !REMADE.has(kind))
    .map((entry, i) => seeded(entry, i + 1, program, otherCode));
  const topic = journalTopic(fixture.run_id);
  await store.tx((tx) => {
    if (program !== null) tx.putBlob(program, { topic });
    for (const value of Object.values(fixture.blobs)) {
      tx.putBlob(encoder.encode(JSON.stringify(value)), { topic });
    }
    for (const entry of entries) {
      tx.append(
        topic,
        { kind: entry.kind, payload: entry as unknown as Json, occurredAtMs: entry.at },
        { expectedNext: entry.seq },
      );
    }
  });
  return entries.length;
}

/** The journal of a fixture. */
export function journalOf(fixture: RunFixture): readonly JournalEntry[] {
  return fixture.entries as unknown as readonly JournalEntry[];
}

/** Counts of output and events are left out, so that the run emits all of it again. */
function seeded(
  { out: _out, ev: _ev, ...entry }: JournalEntry,
  seq: number,
  program: Uint8Array | null,
  otherCode: boolean,
): JournalEntry {
  const moved = { ...entry, seq } as JournalEntry;
  if (moved.kind === 'run_started') {
    return { ...moved, program: program === null ? null : sha256(program) };
  }
  if (!otherCode || !('site' in moved)) return moved;
  const { site: _site, ...anywhere } = moved;
  return anywhere as JournalEntry;
}

function parsed(bytes: Uint8Array): Json {
  return JSON.parse(new TextDecoder().decode(bytes)) as Json;
}
