// `harn runs events`: the journal of a run, entry by entry, for people or as one envelope per line. What a run
// printed is not kept, only how much of it; everything else that happened is here.
import type { Json, JsonObject } from '../../base/index.ts';
import { type JournalEntry, journalTopic, readEntry } from '../../runtime/run/index.ts';
import { type Store, type StoredEvent, scanTopic } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { type Output, oneLine } from '../output.ts';
import { withProject } from '../project.ts';
import { findRunId } from '../run-lookup.ts';

export const runsEvents: Command = {
  async run(args, { host: getHost, output }) {
    const from = offsetOf(args.value('from'));
    return withProject(await getHost(), async (project) => {
      const store = await project.requireStore();
      const runId = await findRunId(store, args.at(0));
      const show = args.has('json') ? printJson : printLine;
      const entries = args.has('follow') ? follow(store, runId, from) : past(store, runId, from);
      const redactor = await project.redactor();
      for await (const entry of entries) show(output, redactor.redactTexts(entry));
      return 0;
    });
  },
};

function offsetOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const offset = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(offset)) return Math.max(1, offset);
  throw usageErrors.badOffset({ value: text });
}

/** Entries are numbered as the events of their topic are. */
async function* past(store: Store, runId: string, from: number): AsyncGenerator<JournalEntry> {
  for await (const event of scanTopic(store, journalTopic(runId), { from: from - 1 })) {
    yield readEntry(runId, event);
  }
}

/** What there is and what comes, until the run has ended or has parked and nobody went on with it. */
async function* follow(store: Store, runId: string, from: number): AsyncGenerator<JournalEntry> {
  const topic = journalTopic(runId);
  const newest = (await store.latest(topic)) ?? 0;
  if (from > newest) {
    // The end may be among what the reader has seen already.
    for await (const event of scanTopic(store, topic, { from: newest - 1 })) {
      if (await isEnd(store, topic, event)) return;
    }
  }
  for await (const event of store.subscribe(topic, { from: from - 1 })) {
    yield readEntry(runId, event);
    if (await isEnd(store, topic, event)) return;
  }
}

async function isEnd(store: Store, topic: string, event: StoredEvent): Promise<boolean> {
  if (event.kind === 'settled') return true;
  return event.kind === 'parked' && (await store.latest(topic)) === event.id;
}

/** Names of the run's event stream where the journal has the same fact. */
const EVENT_TYPES: { readonly [kind: string]: string } = {
  settled: 'run_settled',
  lifecycle: 'audit',
};

function printJson(output: Output, entry: JournalEntry): void {
  const {
    kind,
    v: _version,
    ...facts
  } = entry as unknown as JsonObject & { kind: string; v: Json };
  const data = { event_type: EVENT_TYPES[kind] ?? kind, ...facts };
  output.line(JSON.stringify({ schemaVersion: 1, ok: true, data, error: null, warnings: [] }));
}

function printLine(output: Output, entry: JournalEntry): void {
  const at = new Date(entry.at).toISOString().replace('T', ' ').replace('Z', '');
  const head = output.style('dim', `${String(entry.seq).padStart(5)}  ${at}  ${entry.task}`);
  output.line(`${head}  ${describe(entry)}`);
}

/** An entry in a few words. */
function describe(entry: JournalEntry): string {
  switch (entry.kind) {
    case 'run_started':
      return `started ${entry.pipeline} from ${entry.origin}`;
    case 'intent':
      return `begins ${entry.effect}${siteText(entry)}`;
    case 'intent_noted':
      return `noted ${oneLine(JSON.stringify(entry.facts))}`;
    case 'outcome':
      return `${entry.effect} ${outcomeText(entry)}${siteText(entry)}`;
    case 'interrupt':
      return entry.reason === 'turn' ? 'let others go first' : `interrupted: ${entry.reason}`;
    case 'wait_opened':
      return `waits for ${entry.wait.kind}${siteText(entry)}`;
    case 'child_started':
      return `started child run ${entry.run_id} (${entry.pipeline})`;
    case 'lifecycle':
      return `${entry.fact} ${oneLine(JSON.stringify(entry.data))}`;
    case 'main_returned':
      return `body returned ${oneLine(JSON.stringify(entry.value))}`;
    case 'main_failed':
      return `body failed: ${oneLine(entry.error.message)}`;
    case 'settled':
      return `settled: ${receiptStatus(entry.receipt)}`;
    case 'parked':
      return `parked: ${entry.reason}`;
    case 'epoch_taken':
      return `taken over by process ${String(entry.holder['pid'])}`;
  }
}

function outcomeText(entry: Extract<JournalEntry, { kind: 'outcome' }>): string {
  switch (entry.status) {
    case 'ok':
      return `→ ${entry.value === undefined ? '(kept apart)' : oneLine(JSON.stringify(entry.value), 80)}`;
    case 'error':
      return `failed: ${oneLine(entry.error?.message ?? '')}`;
    case 'dropped':
      return 'was dropped';
    case 'unknown':
      return 'ended unknown';
  }
}

function siteText({ site }: { readonly site?: { readonly line: number } }): string {
  return site === undefined ? '' : ` (line ${site.line})`;
}

function receiptStatus(receipt: Json): string {
  const status = (receipt as JsonObject | null)?.['status'];
  return typeof status === 'string' ? status : 'done';
}
