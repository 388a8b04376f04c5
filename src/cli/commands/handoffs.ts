// `harn handoffs ls | show | ack`: work that runs handed to other pipelines and that waits in the store for somebody.
import type { Json } from '../../base/index.ts';
import {
  acknowledgeHandoff,
  type HandoffRow,
  listHandoffs,
  showHandoff,
} from '../../runtime/lifecycle/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { type Output, oneLine, relativeTime, type Style } from '../output.ts';
import { withProject } from '../project.ts';
import { nearest } from '../suggest.ts';
import { momentText } from '../wording.ts';

type HandoffStatus = HandoffRow['status'];

/** More than anyone reads; a store with more of them is listed by target. */
const MANY = 10_000;

export const handoffsLs: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.existingStore();
      const query = { target: args.value('target'), limit: MANY };
      const all = store === undefined ? [] : await listHandoffs(store, query);
      const rows = args.has('all') ? all : all.filter(({ status }) => isOpen(status));
      if (args.has('json')) output.json({ handoffs: rows.map((row) => ({ ...row })) });
      else if (rows.length === 0) output.line('No handoff waits here.');
      else printTable(output, rows, host.clock.nowMs());
      return 0;
    });
  },
};

export const handoffsShow: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const row = await showHandoff(store, await findHandoffId(store, args.at(0)));
      if (args.has('json')) output.json({ ...row });
      else print(output, row, host.clock.nowMs());
      return 0;
    });
  },
};

export const handoffsAck: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const id = await findHandoffId(store, args.at(0));
      const reason = args.value('reason');
      const decision: Json = { by: 'operator', ...(reason === undefined ? {} : { reason }) };
      const row = await acknowledgeHandoff(store, id, { decision, nowMs: host.clock.nowMs() });
      if (args.has('json')) output.json({ ...row });
      else output.line(`handoff ${row.handoff_id} is ${row.status}`);
      return 0;
    });
  },
};

/** The full id of a handoff named by its beginning or its end. */
export async function findHandoffId(store: Store, typed: string): Promise<string> {
  const rows = await listHandoffs(store, { limit: MANY });
  const ids = rows.map(({ handoff_id }) => handoff_id);
  if (ids.includes(typed)) return typed;
  const beginning = ids.filter((id) => id.startsWith(typed));
  const found = beginning.length > 0 ? beginning : ids.filter((id) => id.endsWith(typed));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    const suggestion = found.length > 1 ? undefined : nearest(typed, ids);
    throw cliErrors.unknownHandoff({ handoff: typed, suggestion });
  }
  return first;
}

function isOpen(status: HandoffStatus): boolean {
  return status === 'queued' || status === 'partial';
}

const COLORS: { readonly [status in HandoffStatus]: Style } = {
  partial: 'cyan',
  queued: 'yellow',
  delivered: 'green',
  acknowledged: 'green',
  cancelled: 'dim',
};

function printTable(output: Output, rows: readonly HandoffRow[], nowMs: number): void {
  output.table(
    ['HANDOFF', 'STATUS', 'MADE', 'TARGET', 'PAYLOAD'],
    rows.map((row) => [
      row.handoff_id,
      output.style(COLORS[row.status], row.status),
      relativeTime(nowMs, row.queued_at_ms),
      row.target_pipeline,
      oneLine(JSON.stringify(row.payload), 60),
    ]),
  );
}

function print(output: Output, row: HandoffRow, nowMs: number): void {
  output.facts([
    ['handoff', row.handoff_id],
    ['status', output.style(COLORS[row.status], row.status)],
    ['target', row.target_pipeline],
    ['from', `${row.origin_pipeline ?? 'a program'} (run ${row.run_id})`],
    ['made', momentText(nowMs, row.queued_at_ms)],
    ['delivered to', row.child_run_id ?? '-'],
    ['reason', row.reason ?? '-'],
    ['decision', row.decision === null ? '-' : JSON.stringify(row.decision)],
  ]);
  output.line();
  output.line(JSON.stringify(row.payload, null, 2));
  if (row.status !== 'queued') return;
  output.line();
  output.line(`Run it with: harn handoffs deliver ${row.handoff_id} --file FILE`);
}
