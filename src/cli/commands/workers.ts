// `harn workers ls | show | stop | close`: delegated work that runs left behind, whoever made it. Reads rows by index, so
// ten thousand parked workers are no burden; ending one needs none of its code.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  endStoredWorker,
  findWorker,
  listWorkers,
  loadStoredWorker,
  type OperatorEnd,
  type StoredWorker,
  type WorkerRow,
} from '../../runtime/work/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { wholeOption } from '../number-option.ts';
import { type Output, oneLine, relativeTime, type Style } from '../output.ts';
import { withProject } from '../project.ts';
import { momentText } from '../wording.ts';

const DEFAULT_LIMIT = 50;

export const workersLs: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const status = args.value('status');
    const limit = wholeOption(args, 'limit') ?? DEFAULT_LIMIT;
    return withProject(host, async (project) => {
      const store = await project.existingStore();
      const rows = store === undefined ? [] : await listWorkers(store, { status, limit });
      if (args.has('json')) output.json({ workers: rows.map((row) => ({ ...row })) });
      else if (rows.length === 0) {
        output.line(
          status === undefined ? 'No worker has been kept here.' : `No worker is ${status}.`,
        );
      } else printTable(output, rows, host.clock.nowMs());
      return 0;
    });
  },
};

export const workersShow: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const { id } = await findWorker(store, args.at(0));
      const worker = await loadStoredWorker(store, id);
      const waits = waitsOf(worker);
      const { row, snapshot, holder = null } = worker;
      const path = args.value('export');
      if (path !== undefined) {
        await host.fs.writeFile(path, `${JSON.stringify(snapshot, null, 2)}\n`, { mode: 0o600 });
      }
      if (args.has('json')) {
        output.json({ worker: { ...row }, holder, waits: waits.map((w) => ({ ...w })), snapshot });
      } else print(output, worker, waits, host.clock.nowMs());
      return 0;
    });
  },
};

export const workersStop: Command = {
  run: (args, ctx) => {
    const reason = args.value('reason') ?? 'stopped by the operator';
    return end(args, ctx, { kind: 'stop', reason });
  },
};

export const workersClose: Command = { run: (args, ctx) => end(args, ctx, { kind: 'close' }) };

async function end(
  args: Arguments,
  { host: getHost, output }: CommandContext,
  how: OperatorEnd,
): Promise<number> {
  const { clock, random } = await getHost();
  return withProject(await getHost(), async (project) => {
    const store = await project.requireStore();
    const { id } = await findWorker(store, args.at(0));
    const nowMs = Math.floor(clock.nowMs());
    const snapshot = await endStoredWorker(store, id, how, { nowMs, random });
    const { status = null, latest_payload: result = null } = snapshot;
    if (args.has('json')) output.json({ worker_id: id, status, result });
    else output.line(`worker ${id} is ${String(status)}`);
    return 0;
  });
}

/** One thing that ends a suspension. */
export interface WorkerWait {
  readonly what: string;
  readonly until_ms: number | null;
  /** Who or what ends it. */
  readonly answered_by: string;
}

/** What a worker waits for, as far as it waits. */
export function waitsOf({ row, snapshot, holder }: StoredWorker): WorkerWait[] {
  if (row.status !== 'suspended') return [];
  const suspension = objectOf(snapshot['suspension']);
  const conditions = objectOf(suspension['conditions']);
  const { timeout, on_event: topic, trigger } = conditions;
  const waits: WorkerWait[] = [];
  const waker = holder === undefined ? 'harn workers wake' : `run ${holder}`;
  if (row.resume_due_ms !== null) {
    const action = String(objectOf(timeout)['on_timeout'] ?? 'resume_with_summary');
    waits.push({
      what: `its timeout (${action})`,
      until_ms: row.resume_due_ms,
      answered_by: waker,
    });
  }
  if (typeof topic === 'string') {
    const what = `an event in ${topic}`;
    waits.push({ what, until_ms: null, answered_by: `whoever writes it, then ${waker}` });
  }
  if (isJsonObject(trigger)) {
    const what = `a trigger: ${oneLine(JSON.stringify(trigger), 80)}`;
    const answered_by = `whoever publishes it, then ${waker}`;
    waits.push({ what, until_ms: null, answered_by });
  }
  const by = holder === undefined ? `harn workers resume ${row.id}` : `run ${holder}`;
  waits.push({ what: 'somebody to resume it', until_ms: null, answered_by: by });
  return waits;
}

const COLORS: { readonly [status: string]: Style | undefined } = {
  running: 'cyan',
  suspended: 'yellow',
  awaiting: 'yellow',
  completed: 'green',
  failed: 'red',
  interrupted: 'red',
};

function statusText(output: Output, status: string): string {
  return output.style(COLORS[status] ?? 'dim', status);
}

function printTable(output: Output, rows: readonly WorkerRow[], nowMs: number): void {
  output.table(
    ['WORKER', 'STATUS', 'CHANGED', 'DUE', 'NAME', 'TASK'],
    rows.map((row) => [
      row.id,
      statusText(output, row.status),
      relativeTime(nowMs, row.updated_ms),
      row.resume_due_ms === null ? '-' : relativeTime(nowMs, row.resume_due_ms),
      oneLine(row.name, 24),
      oneLine(row.task, 60),
    ]),
  );
}

function print(
  output: Output,
  { row, snapshot, holder }: StoredWorker,
  waits: readonly WorkerWait[],
  nowMs: number,
): void {
  const suspension = objectOf(snapshot['suspension']);
  const missing = objectOf(snapshot['code'])['missing'];
  const { latest_error: error = null, latest_payload: result = null } = snapshot;
  output.facts([
    ['worker', row.id],
    ['status', statusText(output, row.status)],
    ['name', `${row.name} (${row.mode})`],
    ['task', oneLine(String(snapshot['task'] ?? ''), 100)],
    ['made by', row.made_by === null ? '-' : `run ${row.made_by}`],
    [
      'held by',
      holder === undefined ? 'nobody' : `run ${holder}: go on with harn resume ${holder}`,
    ],
    ['changed', momentText(nowMs, row.updated_ms)],
    ['reason', typeof suspension['reason'] === 'string' ? suspension['reason'] : '-'],
    ['error', error === null ? '-' : String(error)],
    ['result', result === null ? '-' : oneLine(textOf(result), 100)],
  ]);
  if (Array.isArray(missing) && missing.length > 0) {
    output.line(`It cannot go on by itself: nothing makes ${missing.join(', ')} again.`);
  }
  if (waits.length === 0) return;
  output.line();
  output.table(
    ['WAITS FOR', 'UNTIL', 'ENDED BY'],
    waits.map(({ what, until_ms: until, answered_by }) => [
      what,
      until === null ? '-' : relativeTime(nowMs, until),
      answered_by,
    ]),
  );
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
