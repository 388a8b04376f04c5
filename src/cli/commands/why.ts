// `harn why`: what a run waits for, who or what can answer, and until when; and the workers that it has left parked.
import type { Json, JsonObject } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { type JournalEntry, loadJournal } from '../../runtime/run/index.ts';
import { listWorkers, loadStoredWorker } from '../../runtime/work/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { goOnCommand, goOnWith } from '../go-on.ts';
import { type Output, oneLine, relativeTime, type Warning } from '../output.ts';
import { withProject } from '../project.ts';
import { findRunId, holderText, type RunView, viewRun } from '../run-lookup.ts';
import { type WorkerWait, waitsOf } from './workers.ts';

/** From here on, replaying a run takes noticeable time. */
const MANY_ENTRIES = 50_000;

/** One thing a run waits for. */
interface Wait {
  readonly what: string;
  readonly task: string;
  /** Who or what ends it. */
  readonly answered_by: string;
  readonly since_ms: number | null;
  readonly until_ms: number | null;
}

export const why: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const runId = await findRunId(store, args.at(0));
      const view = await viewRun(store, host, runId);
      const { entries } = await loadJournal(store, runId);
      const waits = openWaits(entries, view.row.waits);
      const warnings = warningsOf(entries.length);
      const workers = await parkedBy(store, runId);
      if (args.has('json')) {
        const shown = workers.map((one) => ({ ...one, waits: one.waits.map((w) => ({ ...w })) }));
        const facts = { ...toJson(host, view, waits), workers: shown, entries: entries.length };
        output.json(facts, warnings);
      } else {
        print(output, host, view, waits, warnings);
        if (workers.length > 0) printWorkers(output, host, workers);
      }
      return 0;
    });
  },
};

/** Waits that were opened and not closed, then what was open when the run was parked. */
function openWaits(entries: readonly JournalEntry[], parkedWaits: readonly Json[]): Wait[] {
  const open = new Map<string, Wait>();
  for (const entry of entries) {
    if (entry.kind === 'wait_opened') open.set(`${entry.task}#${entry.ordinal}`, declared(entry));
    if (entry.kind === 'intent') open.set(`${entry.task}#${entry.ordinal}`, begun(entry));
    if (entry.kind === 'outcome') open.delete(`${entry.task}#${entry.ordinal}`);
    if (entry.kind === 'settled') open.clear();
  }
  for (const wait of parkedWaits) {
    const { task, what, ordinal } = wait as { task?: string; what?: string; ordinal?: number };
    const key = `${task}#${ordinal}`;
    if (typeof task !== 'string' || typeof what !== 'string' || open.has(key)) continue;
    open.set(key, { what, task, answered_by: answerer(what), since_ms: null, until_ms: null });
  }
  return [...open.values()];
}

function declared(entry: Extract<JournalEntry, { kind: 'wait_opened' }>): Wait {
  const { kind, due_ms } = entry.wait;
  const who = entry.wait['answered_by'] ?? entry.wait['who'];
  const prompt = entry.wait['prompt'];
  const about = prompt ?? entry.wait['topic'] ?? entry.wait['trigger'];
  return {
    what: about === undefined ? kind : `${kind}: ${oneLine(textOf(about), 80)}`,
    task: entry.task,
    answered_by: typeof who === 'string' ? who : answerer(kind),
    since_ms: entry.at,
    until_ms: due_ms ?? null,
  };
}

function begun(entry: Extract<JournalEntry, { kind: 'intent' }>): Wait {
  return {
    what: entry.effect,
    task: entry.task,
    answered_by: 'its own result; when its process is gone, its policy decides at resume',
    since_ms: entry.at,
    until_ms: null,
  };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A worker of the run that waits to be resumed. */
type ParkedWorker = {
  readonly id: string;
  readonly name: string;
  readonly waits: readonly WorkerWait[];
};

/** More than anyone reads here; `harn workers ls` has them all. */
const MANY_WORKERS = 20;

async function parkedBy(store: Store, runId: string): Promise<readonly ParkedWorker[]> {
  const query = { madeBy: runId, status: 'suspended', limit: MANY_WORKERS };
  const parked: ParkedWorker[] = [];
  for (const { id, name } of await listWorkers(store, query)) {
    parked.push({ id, name, waits: waitsOf(await loadStoredWorker(store, id)) });
  }
  return parked;
}

/** Who ends a wait of this kind. */
function answerer(what: string): string {
  if (/^(?:timer|sleep|clock|worker_timeout)/.test(what)) return 'time';
  if (/^worker_(?:event|trigger)/.test(what)) return 'whoever publishes such an event';
  if (/^(?:human|hitl|ask|approval)/.test(what)) return 'a person';
  if (/^(?:llm|model)/.test(what)) return 'the model';
  if (/^(?:stdio)/.test(what)) return 'whoever types';
  if (/^(?:worker|agent|child)/.test(what)) return 'another run';
  return 'the run itself, once it is resumed';
}

function warningsOf(entries: number): Warning[] {
  if (entries <= MANY_ENTRIES) return [];
  const message = `the journal has ${entries} entries; resuming replays them all. Group work in units, or split the run`;
  return [{ code: 'journal.long', message }];
}

/** What has to happen next, in one sentence. */
function verdict(host: Host, { row, status, holder }: RunView, waits: readonly Wait[]): string {
  switch (status) {
    case 'running':
    case 'finishing':
      return holder === undefined
        ? 'It is running.'
        : `It is being worked on by ${holderText(host, holder)}.`;
    case 'interrupted':
      return `Its process is gone. Nothing durable is lost. Go on with: ${goOnWith(row)}`;
    case 'queued':
      return `It was handed over and nobody has begun it. Begin it with: ${goOnWith(row)}`;
    case 'parked':
      return waits.length === 0
        ? `It was parked between two steps. Go on with: ${goOnWith(row)}`
        : `It is parked and goes on when it is resumed: ${goOnWith(row)}`;
    default:
      return `It waits for nothing: it has ended (${status}).`;
  }
}

function toJson(host: Host, view: RunView, waits: readonly Wait[]): JsonObject {
  const { row, status, holder } = view;
  return {
    run_id: row.run_id,
    status,
    holder: holder === undefined ? null : { ...holder },
    verdict: verdict(host, view, waits),
    waits: waits.map((wait): JsonObject => ({ ...wait })),
    resume: status === 'parked' || status === 'interrupted' ? goOnCommand(row) : null,
  };
}

function print(
  output: Output,
  host: Host,
  view: RunView,
  waits: readonly Wait[],
  warnings: readonly Warning[],
): void {
  output.line(`${output.style('bold', view.row.pipeline)} ${view.row.run_id} is ${view.status}.`);
  output.line(verdict(host, view, waits));
  if (waits.length > 0) {
    const nowMs = host.clock.nowMs();
    const when = (ms: number | null) => (ms === null ? '-' : relativeTime(nowMs, ms));
    output.line();
    output.table(
      ['WAITS FOR', 'IN TASK', 'SINCE', 'UNTIL', 'ENDED BY'],
      waits.map((w) => [w.what, w.task, when(w.since_ms), when(w.until_ms), w.answered_by]),
    );
  }
  for (const { message } of warnings)
    output.remark(`${output.styleErr('yellow', 'warning')}: ${message}`);
}

function printWorkers(output: Output, host: Host, workers: readonly ParkedWorker[]): void {
  const nowMs = host.clock.nowMs();
  output.line();
  output.table(
    ['PARKED WORKER', 'WAITS FOR', 'UNTIL', 'ENDED BY'],
    workers.flatMap(({ id, waits }) =>
      waits.map(({ what, until_ms: until, answered_by }, k) => [
        k === 0 ? id : '',
        what,
        until === null ? '-' : relativeTime(nowMs, until),
        answered_by,
      ]),
    ),
  );
}
