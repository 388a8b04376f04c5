// Reading runs back: journals with their blobs, records, and who holds a run. The writing side is journal.ts.
import type { Json, JsonObject } from '../../base/index.ts';
import { HarnError } from '../../base/index.ts';
import { type Holder, type Lease, type Store, scanTopic, sto } from '../../store/index.ts';
import type { Host } from '../host/index.ts';
import { journalErrors, runErrors } from './errors.ts';
import type { EntryHead } from './journal-entry.ts';
import { type JournalEntry, journalTopic, type RunStart } from './journal-entry.ts';
import { readEntry } from './journal-packing.ts';
import { type RecordSection, type RunRecord, recordOf } from './record.ts';

/** A whole journal in memory. */
export interface LoadedJournal {
  readonly runId: string;
  readonly start: EntryHead & RunStart;
  readonly entries: readonly JournalEntry[];
}

/** Reads a run's journal. Unknown runs and damaged rows are coded errors. */
export async function loadJournal(store: Store, runId: string): Promise<LoadedJournal> {
  const entries: JournalEntry[] = [];
  for await (const event of scanTopic(store, journalTopic(runId), { limit: 2000 })) {
    entries.push(readEntry(runId, event));
  }
  const start = entries[0];
  if (start === undefined) throw runErrors.unknownRun({ run: runId });
  if (start.kind !== 'run_started') throw journalErrors.empty({ run: runId });
  return { runId, start, entries };
}

/** What a run was started with: one read, however long its journal is. */
export async function loadStart(store: Store, runId: string): Promise<RunStart> {
  const [event] = await store.read(journalTopic(runId), { limit: 1 });
  if (event === undefined) throw runErrors.unknownRun({ run: runId });
  const start = readEntry(runId, event);
  if (start.kind !== 'run_started') throw journalErrors.empty({ run: runId });
  return start;
}

/** The values of outcomes that were too large for their entries. */
export async function loadBlobs(
  store: Store,
  entries: readonly JournalEntry[],
): Promise<ReadonlyMap<string, Json>> {
  const blobs = new Map<string, Json>();
  const decoder = new TextDecoder();
  for (const entry of entries) {
    if (entry.kind !== 'outcome' || entry.blob === undefined || blobs.has(entry.blob)) continue;
    blobs.set(entry.blob, JSON.parse(decoder.decode(await store.getBlob(entry.blob))) as Json);
  }
  return blobs;
}

/** A run's record, folded from its journal. */
export async function loadRecord(
  store: Store,
  runId: string,
  sections: readonly RecordSection[] = [],
): Promise<RunRecord> {
  const { entries } = await loadJournal(store, runId);
  return recordOf(runId, entries, sections);
}

/** The lease that guards a run. */
export function runLeaseName(runId: string): string {
  return `run:${runId}`;
}

/** This process as the holder of leases. */
export async function selfAsHolder(host: Host): Promise<Holder> {
  const { hostname, bootId, pid, startTime } = await host.system.identity();
  return { host: hostname, bootId, pid, startTime };
}

/** Whether a holder on this machine still lives; holders elsewhere count as alive until their lease expires. */
export async function holderIsAlive(host: Host, holder: Holder): Promise<boolean> {
  const self = await host.system.identity();
  if (holder.host !== self.hostname) return true;
  return host.process.isAlive({
    pid: holder.pid,
    startTime: holder.startTime,
    bootId: holder.bootId,
  });
}

/** Takes a run's lease. A living holder is named and refused; a dead one is replaced at once. */
export async function takeRun(
  store: Store,
  host: Host,
  runId: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<Lease> {
  const name = runLeaseName(runId);
  const present = await store.lease(name);
  const alive =
    present !== undefined &&
    present.status === 'held' &&
    (await holderIsAlive(host, present.holder));
  try {
    return await store.acquireLease(name, await selfAsHolder(host), {
      force,
      // Only the holder that was looked at may be found dead; anyone newer is taken at their word.
      isAlive: (holder) => alive || !sameHolder(holder, present?.holder),
    });
  } catch (error) {
    if (!HarnError.is(error) || error.code !== sto.$code('leaseHeld')) throw error;
    const { pid, host: where } = error.data;
    const holder = `process ${String(pid)} on ${String(where)}`;
    throw runErrors.heldElsewhere({ run: runId, holder }, { cause: error });
  }
}

/** Processes that an earlier life started and whose outcome is not recorded: ended before their effects go on. */
export async function endSurvivors(host: Host, entries: readonly JournalEntry[]): Promise<number> {
  const open = new Map<string, JsonObject>();
  for (const entry of entries) {
    if (entry.kind === 'intent_noted' && entry.facts['process'] !== undefined) {
      open.set(`${entry.task}#${entry.ordinal}`, entry.facts['process'] as JsonObject);
    }
    if (entry.kind === 'outcome') open.delete(`${entry.task}#${entry.ordinal}`);
  }
  let ended = 0;
  for (const identity of open.values()) {
    const result = await host.process.endGroup({
      pid: Number(identity['pid']),
      startTime: String(identity['startTime']),
      bootId: String(identity['bootId']),
    });
    if (result === 'ended') ended += 1;
  }
  return ended;
}

function sameHolder(a: Holder, b: Holder | undefined): boolean {
  return b !== undefined && a.pid === b.pid && a.startTime === b.startTime && a.bootId === b.bootId;
}
