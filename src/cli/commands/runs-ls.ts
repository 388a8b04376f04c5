// `harn runs ls`: the runs of this project, newest first. Reads rows, never journals, so ten thousand parked runs
// are no burden.
import type { Host } from '../../runtime/host/index.ts';
import { listRuns } from '../../runtime/run/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { fromText, goOnCommand, goOnWith } from '../go-on.ts';
import { wholeOption } from '../number-option.ts';
import { type Output, oneLine, relativeTime, type Style } from '../output.ts';
import { withProject } from '../project.ts';
import { type LiveStatus, type RunView, statusOf } from '../run-lookup.ts';

const DEFAULT_LIMIT = 20;

export const runsLs: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const limit = wholeOption(args, 'limit') ?? DEFAULT_LIMIT;
    const wanted = args.value('status') as LiveStatus | undefined;
    return withProject(host, async (project) => {
      const store = await project.existingStore();
      const views = store === undefined ? [] : await readViews(store, host, { wanted, limit });
      if (args.has('json')) output.json({ runs: views.map(toJson) });
      else if (views.length === 0) output.line(emptyText(wanted));
      else printTable(output, views, host.clock.nowMs());
      return 0;
    });
  },
};

/** What the rows call a status that only the lease can tell. */
const STORED_STATUS: { readonly [status: string]: string } = {
  interrupted: 'running',
  queued: 'running',
};

async function readViews(
  store: Store,
  host: Host,
  { wanted, limit }: { wanted: LiveStatus | undefined; limit: number },
): Promise<RunView[]> {
  // Which of the unfinished runs are held is not in the rows, so more of them are read than shown.
  const status = wanted === undefined ? undefined : (STORED_STATUS[wanted] ?? wanted);
  const rows = await listRuns(store, {
    limit: wanted === undefined ? limit : 10_000,
    ...(status === undefined ? {} : { status }),
  });
  const finishing =
    wanted === 'interrupted' ? await listRuns(store, { limit: 10_000, status: 'finishing' }) : [];
  const views: RunView[] = [];
  for (const row of [...rows, ...finishing]) {
    if (views.length >= limit) break;
    const view = { row, ...(await statusOf(store, host, row)) };
    if (wanted === undefined || view.status === wanted) views.push(view);
  }
  return views;
}

const COLORS: { readonly [status in LiveStatus]: Style } = {
  running: 'cyan',
  finishing: 'cyan',
  queued: 'cyan',
  interrupted: 'red',
  parked: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'dim',
};

/** A status in its colour. */
export function statusText(output: Output, status: LiveStatus): string {
  return output.style(COLORS[status], status);
}

/** What does not go on by itself. */
const WAITING: ReadonlySet<LiveStatus> = new Set(['interrupted', 'parked', 'queued']);

function printTable(output: Output, views: readonly RunView[], nowMs: number): void {
  output.table(
    ['RUN', 'STATUS', 'STARTED', 'PIPELINE', 'FROM'],
    views.map(({ row, status }) => [
      row.run_id,
      statusText(output, status),
      relativeTime(nowMs, row.started_ms),
      oneLine(row.pipeline, 24),
      oneLine(row.error ?? fromText(row, row.origin), 60),
    ]),
  );
  const waiting = views.filter(({ status }) => WAITING.has(status));
  if (waiting.length === 0) return;
  const isResumable = waiting.some(({ row }) => goOnCommand(row) !== null);
  const how = isResumable ? 'harn resume RUN' : goOnWith({ run_id: 'RUN', program: null });
  output.remark(`Go on with a run that waits: ${how}. Why it waits: harn why RUN.`);
}

function emptyText(wanted: LiveStatus | undefined): string {
  return wanted === undefined
    ? 'No run has been kept here. A run is kept from its first lasting effect on.'
    : `No run here is ${wanted}.`;
}

function toJson({ row, status, holder }: RunView) {
  return { ...row, status, holder: holder === undefined ? null : { ...holder } };
}
