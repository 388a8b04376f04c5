// `harn runs prune`: deletes record files of runs that have ended. Their journals stay: the event log is append-only, so
// `harn runs show` still knows these runs, and a file can be made again from there.
import { parseDuration } from '../../base/index.ts';
import {
  type Host,
  listRecordFiles,
  prunable,
  type RecordFile,
  runIndex,
} from '../../runtime/index.ts';
import type { Store } from '../../store/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import type { Output } from '../output.ts';
import { withProject } from '../project.ts';

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

export const runsPrune: Command = {
  async run(args, { host: getHost, output }) {
    const keep = keepOf(args);
    const olderThanMs = olderThanOf(args);
    if (keep === undefined && olderThanMs === undefined) throw usageErrors.noRetentionRule({});
    const host = await getHost();
    return withProject(host, async (project) => {
      const folder = await project.recordFolder();
      const store = await project.existingStore();
      const files = await prunable(await listRecordFiles(host.fs, folder), {
        keep,
        endedBeforeMs: olderThanMs === undefined ? undefined : host.clock.nowMs() - olderThanMs,
        isOver: (runId) => isOver(store, runId),
      });
      const dryRun = args.has('dry-run');
      if (!dryRun) await remove(host, files);
      if (args.has('json')) output.json(toJson(files, dryRun));
      else print(output, files, dryRun);
      return 0;
    });
  },
};

/** What the journal says; undefined for runs it does not know. */
async function isOver(store: Store | undefined, runId: string): Promise<boolean | undefined> {
  const row = await store?.row(runIndex, runId);
  return row === undefined ? undefined : ENDED.has(row.status);
}

async function remove(host: Host, files: readonly RecordFile[]): Promise<void> {
  for (const { path } of files) {
    await host.fs.delete(path);
    const sidecar = path.replace(/\.json$/, '-llm');
    if (await host.fs.exists(sidecar)) await host.fs.delete(sidecar, { recursive: true });
  }
}

function keepOf(args: Arguments): number | undefined {
  const text = args.value('keep');
  if (text === undefined) return undefined;
  const keep = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(keep) && keep >= 0) return keep;
  throw usageErrors.badChoice({
    option: '--keep',
    value: text,
    choices: 'the whole numbers from 0',
  });
}

function olderThanOf(args: Arguments): number | undefined {
  const text = args.value('older-than');
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw usageErrors.badChoice({
    option: '--older-than',
    value: text,
    choices: 'durations such as 12h or 30d',
  });
}

function toJson(files: readonly RecordFile[], dryRun: boolean) {
  const shown = files.map(({ path, runId, status, sizeBytes }) => ({
    path,
    run_id: runId,
    status,
    size_bytes: sizeBytes,
  }));
  return { dry_run: dryRun, files: shown, journals_kept: true };
}

function print(output: Output, files: readonly RecordFile[], dryRun: boolean): void {
  for (const { path } of files) output.line(path);
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const verb = dryRun ? 'would be deleted' : 'deleted';
  output.remark(
    `${files.length} record files ${verb} (${bytes} bytes); journals stay in the store`,
  );
}
