// Runs with the runs they started, from their records. A child's record is where the parent says, or beside the
// parent's; a child without one is still in the tree, with what its parent knows of it.
import { dirName, type HostFs, isAbsolutePath, joinPath } from '../host/index.ts';
import { recErrors } from './errors.ts';
import { loadRecordFile } from './record-file.ts';
import type { ChildRecord } from './record-parts.ts';
import type { RunDocument } from './run-document.ts';

/** A run and what hangs below it. `worker` says how its parent knows it; the root has none. */
export type RunTree = {
  readonly worker: ChildRecord | null;
  /** Null when the record of this run is not at hand. */
  readonly run: RunDocument | null;
  readonly children: readonly RunTree[];
};

/** The tree below the record in a file. */
export async function loadRunTree(fs: HostFs, path: string): Promise<RunTree> {
  return treeOf(fs, path, null, []);
}

async function treeOf(
  fs: HostFs,
  path: string,
  worker: ChildRecord | null,
  above: readonly string[],
): Promise<RunTree> {
  const run = await loadRecordFile(fs, path);
  if (above.includes(run.id)) throw recErrors.treeCycle({ run: run.id });
  const children: RunTree[] = [];
  for (const child of run.child_runs) {
    const file = await fileOf(fs, path, child);
    children.push(
      file === undefined
        ? { worker: child, run: null, children: [] }
        : await treeOf(fs, file, child, [...above, run.id]),
    );
  }
  return { worker, run, children };
}

async function fileOf(
  fs: HostFs,
  parentPath: string,
  { run_path, run_id }: ChildRecord,
): Promise<string | undefined> {
  const folder = dirName(parentPath);
  const candidates = [
    ...(run_path === null ? [] : [run_path]),
    ...(run_path === null || isAbsolutePath(run_path) ? [] : [joinPath(folder, run_path)]),
    ...(run_id === null ? [] : [joinPath(folder, `${run_id}.json`)]),
  ];
  for (const candidate of candidates) if (await fs.exists(candidate)) return candidate;
  return undefined;
}
