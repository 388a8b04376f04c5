// Pruning: which runs are old enough to go, and letting go of their journals and files. Every run goes whole or stays
// whole; a prune that is killed on the way is finished by the next.
import { HarnError } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { scanTopic } from '../../store/index.ts';
import type { Host } from '../host/index.ts';
import {
  deleteRun,
  hasEnded,
  journalTopic,
  type RunKeeper,
  type RunRow,
  runIndex,
  runNeeds,
  sweepTopics,
} from '../run/index.ts';
import { listRecordFiles, type RecordFile, recordIsOver } from './retention.ts';

/** What to keep. A run goes only when every rule that is given lets it go. */
export interface PruneOptions {
  /** So many of the runs that ended last stay. */
  readonly keep?: number | undefined;
  /** What ended after this instant (ms since the Unix epoch) stays. */
  readonly endedBeforeMs?: number | undefined;
  /** The folder of record files; without it only the store is pruned. */
  readonly folder?: string | undefined;
  /** Only the files go; the journals stay. */
  readonly recordsOnly?: boolean | undefined;
  /** Say what would go, and leave it. */
  readonly dryRun?: boolean | undefined;
}

/** A run that went, or would. */
export interface PrunedRun {
  readonly runId: string;
  readonly status: string;
  readonly endedMs: number;
  /** Its record file; null when it has none. */
  readonly path: string | null;
  readonly fileBytes: number;
  /** What its journal takes up, about; null when it has none in this store, or a damaged one. */
  readonly journalBytes: number | null;
}

/** A run that was old enough and had to stay. */
export interface KeptRun {
  readonly runId: string;
  readonly reason: string;
}

export interface PruneReport {
  readonly runs: readonly PrunedRun[];
  readonly kept: readonly KeptRun[];
  readonly fileBytes: number;
  readonly journalBytes: number;
  /** How much smaller the store's files have become. */
  readonly freedBytes: number;
}

interface Candidate {
  readonly runId: string;
  readonly endedMs: number;
  readonly row: RunRow | undefined;
  readonly file: RecordFile | undefined;
}

/** Prunes a store, a folder of records, or both. */
export async function prune(
  host: Host,
  store: Store | undefined,
  keepers: readonly RunKeeper[],
  options: PruneOptions,
): Promise<PruneReport> {
  const { keep, endedBeforeMs, recordsOnly = false, dryRun = false } = options;
  const all = await candidates(host, store, options);
  const old = all.filter(
    ({ endedMs }, i) =>
      (keep === undefined || i >= keep) && (endedBeforeMs === undefined || endedMs < endedBeforeMs),
  );
  const needsOf = store === undefined ? undefined : await runNeeds(store, keepers);
  const runs: PrunedRun[] = [];
  const kept: KeptRun[] = [];
  for (const candidate of old) {
    const withJournal = candidate.row !== undefined && !recordsOnly;
    if (candidate.file === undefined && !withJournal) continue;
    const reasons = withJournal && needsOf ? await needsOf(candidate.runId) : [];
    if (reasons.length > 0) {
      kept.push({ runId: candidate.runId, reason: reasons.join('; ') });
      continue;
    }
    const pruned = await measured(store, candidate, withJournal);
    try {
      if (!dryRun) await remove(host, store, candidate, withJournal ? needsOf : undefined);
      runs.push(pruned);
    } catch (error) {
      // Somebody holds it, or it has changed since: the others can go all the same.
      if (!HarnError.is(error)) throw error;
      kept.push({ runId: candidate.runId, reason: error.message });
    }
  }
  const freedBytes = dryRun || recordsOnly ? 0 : await tidy(store, keepers);
  const sum = (of: (run: PrunedRun) => number) => runs.reduce((bytes, run) => bytes + of(run), 0);
  return {
    runs,
    kept,
    fileBytes: sum((run) => run.fileBytes),
    journalBytes: sum((run) => run.journalBytes ?? 0),
    freedBytes,
  };
}

/** Every run that is over, by its journal where there is one, else by its file; the last to end first. */
async function candidates(
  host: Host,
  store: Store | undefined,
  { folder }: PruneOptions,
): Promise<readonly Candidate[]> {
  const files = folder === undefined ? [] : await listRecordFiles(host.fs, folder);
  const rows = await rowsOf(store);
  const found: Candidate[] = [];
  const seen = new Set<string>();
  for (const file of files) {
    const row = rows.get(file.runId);
    if (row === undefined ? !recordIsOver(file) : !hasEnded(row)) continue;
    // Two files of one run: the journal goes with the first.
    const first = !seen.has(file.runId);
    seen.add(file.runId);
    const { runId } = file;
    const endedMs = row?.updated_ms ?? file.endedMs;
    found.push({ runId, endedMs, row: first ? row : undefined, file });
  }
  for (const row of rows.values()) {
    if (seen.has(row.run_id) || !hasEnded(row)) continue;
    found.push({ runId: row.run_id, endedMs: row.updated_ms, row, file: undefined });
  }
  return found.sort((a, b) => b.endedMs - a.endedMs || (a.runId < b.runId ? -1 : 1));
}

async function rowsOf(store: Store | undefined): Promise<ReadonlyMap<string, RunRow>> {
  if (store === undefined) return new Map();
  await store.declare(runIndex);
  return new Map((await store.rows(runIndex)).map(({ key, row }) => [key, row]));
}

async function measured(
  store: Store | undefined,
  { runId, endedMs, row, file }: Candidate,
  withJournal: boolean,
): Promise<PrunedRun> {
  return {
    runId,
    status: row?.status ?? file?.status ?? '',
    endedMs,
    path: file?.path ?? null,
    fileBytes: file?.sizeBytes ?? 0,
    journalBytes: store !== undefined && withJournal ? await journalSize(store, runId) : null,
  };
}

async function journalSize(store: Store, runId: string): Promise<number | null> {
  try {
    let bytes = 0;
    for await (const { payload } of scanTopic(store, journalTopic(runId))) {
      bytes += JSON.stringify(payload).length;
    }
    return bytes;
  } catch (error) {
    if (HarnError.is(error)) return null;
    throw error;
  }
}

/** The journal first: a file without one is still found, and the other way round too. */
async function remove(
  host: Host,
  store: Store | undefined,
  { runId, file }: Candidate,
  needsOf: ((runId: string) => Promise<readonly string[]>) | undefined,
): Promise<void> {
  if (store !== undefined && needsOf !== undefined) await deleteRun(store, host, runId, needsOf);
  if (file === undefined) return;
  await host.fs.delete(file.path);
  const sidecar = file.path.replace(/\.json$/, '-llm');
  if (await host.fs.exists(sidecar)) await host.fs.delete(sidecar, { recursive: true });
}

async function tidy(store: Store | undefined, keepers: readonly RunKeeper[]): Promise<number> {
  if (store === undefined) return 0;
  await sweepTopics(store, keepers);
  return (await store.compact()).freedBytes;
}
