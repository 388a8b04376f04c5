// `harn runs prune`: deletes runs that have ended, their journals in the store and their record files, and gives the space
// back. What is open, or needed by something open, stays and is named.
import { parseDuration } from '../../base/index.ts';
import { pruneRuns } from '../../runtime/index.ts';
import type { PruneReport } from '../../runtime/records/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import type { Output } from '../output.ts';
import { withProject } from '../project.ts';

interface How {
  readonly dryRun: boolean;
  readonly recordsOnly: boolean;
}

export const runsPrune: Command = {
  async run(args, { host: getHost, output }) {
    const keep = keepOf(args);
    const olderThanMs = olderThanOf(args);
    if (keep === undefined && olderThanMs === undefined) throw usageErrors.noRetentionRule({});
    const how = { dryRun: args.has('dry-run'), recordsOnly: args.has('records-only') };
    const host = await getHost();
    return withProject(host, async (project) => {
      const report = await pruneRuns({
        host,
        store: await project.existingStore(),
        folder: await project.recordFolder(),
        keep,
        endedBeforeMs: olderThanMs === undefined ? undefined : host.clock.nowMs() - olderThanMs,
        ...how,
      });
      if (args.has('json')) output.json(toJson(report, how));
      else print(output, report, how);
      return 0;
    });
  },
};

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

function toJson({ runs, kept, ...bytes }: PruneReport, { dryRun, recordsOnly }: How) {
  return {
    dry_run: dryRun,
    records_only: recordsOnly,
    runs: runs.map(({ runId, status, path, fileBytes, journalBytes }) => ({
      run_id: runId,
      status,
      path,
      file_bytes: fileBytes,
      journal_bytes: journalBytes,
    })),
    kept: kept.map(({ runId, reason }) => ({ run_id: runId, reason })),
    file_bytes: bytes.fileBytes,
    journal_bytes: bytes.journalBytes,
    freed_bytes: bytes.freedBytes,
  };
}

function print(output: Output, report: PruneReport, { dryRun, recordsOnly }: How): void {
  const { runs, kept, fileBytes, journalBytes, freedBytes } = report;
  for (const { runId, path } of runs) output.line(recordsOnly && path !== null ? path : runId);
  for (const { runId, reason } of kept) output.remark(`${runId} stays: ${reason}`);
  const verb = dryRun ? 'would be deleted' : 'deleted';
  if (recordsOnly) {
    output.remark(
      `${runs.length} record files ${verb} (${fileBytes} bytes); journals stay in the store`,
    );
    return;
  }
  const sizes = `${journalBytes} bytes of journals, ${fileBytes} bytes of record files`;
  const freed = dryRun ? '' : `; the store is ${freedBytes} bytes smaller`;
  output.remark(`${runs.length} runs ${verb} (${sizes})${freed}`);
}
