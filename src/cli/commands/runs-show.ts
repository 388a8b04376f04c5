// `harn runs show`: one run from start to receipt, folded from its journal.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { listSessions, type SessionRow } from '../../runtime/agent/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { listQuestions, type QuestionRow } from '../../runtime/human/index.ts';
import { RECORD_SECTIONS } from '../../runtime/index.ts';
import { receiptLine } from '../../runtime/lifecycle/index.ts';
import {
  actionGraphOf,
  documentJson,
  mermaidOf,
  type RunDocument,
} from '../../runtime/records/index.ts';
import { listRuns, loadRecord, type RunRecord, type RunRow } from '../../runtime/run/index.ts';
import type { Command } from '../command.ts';
import { CHAT_PIPELINE, fromText, goOnWith } from '../go-on.ts';
import { type Output, oneLine, roughDuration } from '../output.ts';
import { withProject } from '../project.ts';
import { receiptItems } from '../receipt.ts';
import { findRunId, holderText, type RunView, statusOf, viewRun } from '../run-lookup.ts';
import { recordOfRun } from '../run-records.ts';
import { printSpans } from '../span-tree.ts';
import { counted, dollars, grouped, localTime, momentText } from '../wording.ts';
import { printQuestions } from './hitl.ts';
import { statusText } from './runs-ls.ts';

interface Shown {
  readonly view: RunView;
  readonly record: RunRecord;
  readonly children: readonly (RunRow & { readonly real_status: string })[];
  readonly recordFile: string | null;
  /** What was said in it, where it was a chat. */
  readonly sessions: readonly SessionRow[];
  /** What people have been asked and not answered yet. */
  readonly questions: readonly QuestionRow[];
}

export const runsShow: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const runId = await findRunId(store, args.at(0));
      if (args.has('graph')) {
        const run = await recordOfRun(project, store, runId);
        output.line(mermaidOf(actionGraphOf(run)));
        return 0;
      }
      const redactor = await project.redactor();
      const record = redactor.redactTexts(await loadRecord(store, runId, RECORD_SECTIONS));
      if (args.has('spans')) {
        const spans = (record['trace_spans'] ?? []) as Json;
        if (args.has('json')) output.json({ run_id: runId, spans });
        else printSpans(output, spans);
        return 0;
      }
      const view = redactor.redactTexts(await viewRun(store, host, runId));
      const rows = await listRuns(store, { parent: runId, limit: 1000 });
      const children: (RunRow & { real_status: string })[] = [];
      for (const row of rows) {
        children.push({ ...row, real_status: (await statusOf(store, host, row)).status });
      }
      const file = await project.recordPath(runId);
      const recordFile = (await host.fs.exists(file)) ? file : null;
      const asked = await listQuestions(store, { runId, status: 'open', limit: 1000 });
      const questions = redactor.redactTexts(asked);
      const isChat = view.row.program === null && view.row.pipeline === CHAT_PIPELINE;
      const sessions = isChat ? await listSessions(store, { runId, limit: 100 }) : [];
      const shown: Shown = { view, record, children, recordFile, sessions, questions };
      if (args.has('json')) {
        output.json(toJson(shown, await recordOfRun(project, store, runId)));
      } else print(output, host, shown);
      return 0;
    });
  },
};

function toJson({ view, children, recordFile, questions }: Shown, record: RunDocument): Json {
  const { status, holder } = view;
  return {
    status,
    holder: holder === undefined ? null : { ...holder },
    waits: view.row.waits,
    questions: questions.map((row) => ({ ...row })),
    record: documentJson(record),
    children: children.map(({ real_status, ...row }) => ({ ...row, status: real_status })),
    record_file: recordFile,
  };
}

function print(output: Output, host: Host, shown: Shown): void {
  const { view, record } = shown;
  const { row, status, holder } = view;
  const held = holder === undefined ? '' : `, held by ${holderText(host, holder)}`;
  output.line(`${output.style('bold', row.pipeline)} ${row.run_id}`);
  output.line();
  output.facts([
    ...(row.start_id === undefined ? [] : [['id', row.start_id] as const]),
    ['status', statusText(output, status) + held],
    ['from', fromText(row, record.task)],
    ['started', momentText(host.clock.nowMs(), row.started_ms)],
    ['ended', endText(row, record)],
    ['parent', record.parent_run_id ?? '-'],
    [
      'kept',
      `${counted(record.entries, 'entry', 'entries')}, ${counted(record.epochs, 'process', 'processes')}, durability ${record.durability}`,
    ],
    ['record', shown.recordFile ?? '(not written yet)'],
    ...shown.sessions.map(
      ({ id, messages }) =>
        ['session', `${id} (${counted(messages, 'message')}; harn sessions show ${id})`] as const,
    ),
    ...modelFacts(record),
  ]);
  // How a chat stood is in its sessions.
  printEnd(
    output,
    shown.sessions.length === 0 ? record : { ...record, returned: null, final: null },
  );
  printReceipt(output, record);
  printSigned(output, record);
  printEffects(output, record);
  printChildren(output, shown.children);
  if (shown.questions.length > 0) {
    output.line();
    printQuestions(output, shown.questions, host.clock.nowMs());
  }
  printNext(output, view);
}

/** The part of a record's `usage` that is shown. */
interface ModelUsage {
  readonly call_count: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_cost: number;
  readonly unpriced_calls: number;
  readonly models: readonly string[];
}

/** What the models of a run have cost; nothing when none was asked. */
function modelFacts(record: RunRecord): readonly (readonly [string, string])[] {
  const { usage } = record;
  if (!isJsonObject(usage) || !((usage['call_count'] as number) > 0)) return [];
  const { call_count, input_tokens, output_tokens, total_cost, unpriced_calls, models } =
    usage as unknown as ModelUsage;
  const unpriced = unpriced_calls === 0 ? '' : `, ${unpriced_calls} without a known price`;
  const names = models.length === 0 ? '' : ` (${models.join(', ')})`;
  return [
    ['models', `${counted(call_count, 'call')}${names}`],
    ['tokens', `${grouped(input_tokens)} in, ${grouped(output_tokens)} out`],
    ['cost', `${dollars(total_cost)}${unpriced}`],
  ];
}

function endText(row: RunRow, record: RunRecord): string {
  if (record.finished_at === null) return '-';
  return `${localTime(Date.parse(record.finished_at))} (after ${roughDuration(row.updated_ms - row.started_ms)})`;
}

function printEnd(output: Output, { error, returned, final }: RunRecord): void {
  const results: [string, string][] = [];
  if (error !== null) results.push(['error', output.style('red', oneLine(error.message, 200))]);
  if (returned !== null) results.push(['returned', oneLine(JSON.stringify(returned), 200)]);
  if (final !== null && JSON.stringify(final) !== JSON.stringify(returned)) {
    results.push(['final', oneLine(JSON.stringify(final), 200)]);
  }
  if (results.length === 0) return;
  output.line();
  output.facts(results);
}

function printReceipt(output: Output, { receipt }: RunRecord): void {
  if (receipt === null) return;
  const items = receiptItems(receipt);
  output.line();
  output.line(output.style('bold', 'Receipt'));
  if (items.length === 0) output.line('  nothing was left open');
  for (const item of items) output.line(`  ${receiptLine(item)}`);
}

const MOST_SIGNED = 20;

/** The signed receipts: who suspended, resumed and decided what. `--json` has them whole. */
function printSigned(output: Output, record: RunRecord): void {
  const entries = (record['lifecycle_receipts'] ?? []) as readonly JsonObject[];
  if (entries.length === 0) return;
  output.line();
  output.line(output.style('bold', 'Signed'));
  for (const entry of entries.slice(0, MOST_SIGNED)) output.line(`  ${signedLine(entry)}`);
  if (entries.length > MOST_SIGNED) output.line(`  and ${entries.length - MOST_SIGNED} more`);
}

function signedLine({ kind, payload, blob }: JsonObject): string {
  if (!isJsonObject(payload)) return `kept as blob ${String(blob)}`;
  const { handle, initiator, item, action, decided_by } = payload;
  if (!isJsonObject(item)) {
    const done = kind === 'resumption_receipt' ? 'resumed' : 'suspended';
    return oneLine(`${String(handle)}: ${done} by ${String(initiator)}`, 200);
  }
  return oneLine(`${String(item['id'])}: ${String(action)} by ${String(decided_by)}`, 200);
}

function printEffects(output: Output, { effects }: RunRecord): void {
  // How a run ends takes the time too; that says nothing about the program.
  const rows = Object.entries(effects)
    .filter(([name]) => !name.startsWith('lifecycle.'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return;
  output.line();
  output.table(
    ['EFFECT', 'OK', 'ERROR', 'DROPPED', 'UNKNOWN'],
    rows.map(([name, { ok, error, dropped, unknown }]) =>
      [name, ok, error, dropped, unknown].map((cell) => (cell === 0 ? '-' : String(cell))),
    ),
  );
}

function printChildren(output: Output, children: Shown['children']): void {
  if (children.length === 0) return;
  output.line();
  output.table(
    ['CHILD RUN', 'STATUS', 'PIPELINE'],
    children.map((row) => [row.run_id, row.real_status, row.pipeline]),
  );
}

function printNext(output: Output, { row, status }: RunView): void {
  if (status !== 'parked' && status !== 'interrupted') return;
  output.line();
  output.line(`Go on with: ${goOnWith(row)}`);
  output.line(`Why it waits: harn why ${row.run_id}`);
}
