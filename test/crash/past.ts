// What is left of a run when its process is gone: the journals in the database and the files beside it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_SECTIONS } from '../../src/runtime/compose.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { llmErrors } from '../../src/runtime/llm/index.ts';
import {
  type JournalEntry,
  listRuns,
  loadJournal,
  type RunRecord,
  type RunRow,
  recordOf,
} from '../../src/runtime/run/index.ts';
import { openStore, type Projection, type Store } from '../../src/store/index.ts';
import type { Scene } from './lives.ts';

/** One run as its journal tells it. */
export interface RunPast {
  readonly id: string;
  readonly row: RunRow;
  readonly entries: readonly JournalEntry[];
  readonly record: RunRecord;
}

/** Model calls that were under way when a life ended: each was recorded as lost, and asked again. */
export function lostCalls({ entries }: RunPast): number {
  return entries.filter((entry) => entry.kind === 'outcome' && entry.error?.code === LOST).length;
}

const LOST = llmErrors.$code('callLost');

export async function withStore<T>(scene: Scene, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ url: scene.database, projections: RUNTIME_PROJECTIONS });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Every run of a scene; the one that was started by hand first. */
export async function runsOf(store: Store): Promise<readonly RunPast[]> {
  const rows = await listRuns(store, { limit: 1000 });
  const pasts = rows.map(async (row) => {
    const { entries } = await loadJournal(store, row.run_id);
    return { id: row.run_id, row, entries, record: recordOf(row.run_id, entries, RECORD_SECTIONS) };
  });
  const all = await Promise.all(pasts);
  return all.sort(
    (a, b) => Number(a.row.parent_run_id !== null) - Number(b.row.parent_run_id !== null),
  );
}

/** Rows as they are kept and as they are when everything is folded again. */
export async function keptAndFolded(
  store: Store,
): Promise<readonly (readonly [unknown, unknown])[]> {
  const pairs: (readonly [unknown, unknown])[] = [];
  for (const projection of RUNTIME_PROJECTIONS as readonly Projection[]) {
    const kept = await store.rows(projection);
    await store.rebuild(projection);
    pairs.push([kept, await store.rows(projection)]);
  }
  return pairs;
}

export function fileOf(scene: Scene, name: string): string | undefined {
  const path = join(scene.directory, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
