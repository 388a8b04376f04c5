// RunRecord: what a run was, as a pure fold of its journal. The record a finished run holds equals the fold of its
// journal read back from any backend. Field names follow the published run-record shape; fields of our own come last.
import type { Json, JsonObject } from '../../base/index.ts';
import type { JournalEntry, RecordedError } from './journal-entry.ts';

export type RunStatus = 'running' | 'finishing' | 'parked' | 'completed' | 'failed' | 'cancelled';

export interface RunChildRecord {
  readonly run_id: string;
  readonly pipeline: string;
  readonly started_at: string;
}

/** A run from start to receipt. Timestamps are RFC 3339. */
export interface RunRecord {
  readonly _type: 'run_record';
  readonly id: string;
  readonly workflow_id: string;
  readonly workflow_name: string | null;
  readonly task: string;
  readonly status: RunStatus;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly parent_run_id: string | null;
  readonly root_run_id: string | null;
  readonly child_runs: readonly RunChildRecord[];
  readonly execution: { readonly cwd: string; readonly adapter: string };
  /** What the body returned, what the run stands for after `on_finish`, and how each open item ended. */
  readonly returned: Json;
  readonly final: Json;
  readonly receipt: Json;
  readonly error: RecordedError | null;
  /** What survives what: `power` or `process`. */
  readonly durability: string;
  readonly program: string | null;
  readonly version: string;
  /** How many processes have held the run. */
  readonly epochs: number;
  readonly entries: number;
  /** What came of the effects, by name. */
  readonly effects: { readonly [effect: string]: EffectCount };
  readonly metadata: JsonObject;
  /** What the owners of other facts fold beside it, by section key. */
  readonly [section: string]: unknown;
}

export interface EffectCount {
  readonly ok: number;
  readonly error: number;
  readonly unknown: number;
  readonly dropped: number;
  /** Calls made again because a life had begun them and recorded no outcome. */
  readonly reissued: number;
}

/** Facts that a room to the right adds to the record: a pure fold over the same entries. */
export interface RecordSection<S extends Json = Json> {
  readonly key: string;
  readonly initial: S;
  fold(state: S, entry: JournalEntry, runId: string): S;
  /** What the record shows of the state, when that is not the state itself. */
  view?(state: S): Json;
}

/** A list that a fold can lengthen for nothing, newest first; `chainItems` is what the record shows of it. */
export type Chain = null | { readonly item: Json; readonly before: Chain };

/** The items of a chain, oldest first. */
export function chainItems(chain: Chain): readonly Json[] {
  const items: Json[] = [];
  for (let at = chain; at !== null; at = at.before) items.push(at.item);
  return items.reverse();
}

const NO_EFFECTS: EffectCount = { ok: 0, error: 0, unknown: 0, dropped: 0, reissued: 0 };

/** The record before anything happened. */
export function emptyRecord(id: string, sections: readonly RecordSection[] = []): Writable {
  const record: { [key: string]: unknown } = {
    _type: 'run_record',
    id,
    workflow_id: '',
    workflow_name: null,
    task: '',
    status: 'running',
    started_at: '',
    finished_at: null,
    parent_run_id: null,
    root_run_id: id,
    child_runs: [],
    execution: { cwd: '', adapter: 'harn_cli' },
    returned: null,
    final: null,
    receipt: null,
    error: null,
    durability: 'power',
    program: null,
    version: '',
    epochs: 1,
    entries: 0,
    effects: {},
    metadata: {},
  };
  for (const section of sections) record[section.key] = section.initial;
  return record as Writable;
}

/** A record with its owner. */
type Writable = { -readonly [K in keyof RunRecord]: RunRecord[K] } & {
  effects: { [effect: string]: EffectCount };
  child_runs: RunChildRecord[];
};

/** The record after one more entry. */
export function foldRecord(
  record: RunRecord,
  entry: JournalEntry,
  sections: readonly RecordSection[] = [],
): RunRecord {
  const { effects, child_runs: children } = record;
  const next = { ...record, effects: { ...effects }, child_runs: [...children] };
  foldInto(next, entry, sections);
  return next;
}

/** The same for whoever owns the record: an entry costs what it says, however long the record is. */
export function foldInto(
  record: Writable,
  entry: JournalEntry,
  sections: readonly RecordSection[] = [],
): void {
  record.entries = entry.seq;
  fold(record, entry);
  for (const section of sections) {
    record[section.key] = section.fold(record[section.key] as Json, entry, record.id);
  }
}

/** The record as it is shown to anyone. */
export function shownRecord(record: RunRecord, sections: readonly RecordSection[] = []): RunRecord {
  const views: { [section: string]: unknown } = {};
  for (const section of sections) {
    if (section.view !== undefined) views[section.key] = section.view(record[section.key] as Json);
  }
  const { effects, child_runs: children } = record;
  return { ...record, effects: { ...effects }, child_runs: [...children], ...views };
}

/** The record of a whole journal. */
export function recordOf(
  id: string,
  entries: Iterable<JournalEntry>,
  sections: readonly RecordSection[] = [],
): RunRecord {
  const record = emptyRecord(id, sections);
  for (const entry of entries) foldInto(record, entry, sections);
  return shownRecord(record, sections);
}

function fold(record: Writable, entry: JournalEntry): void {
  switch (entry.kind) {
    case 'run_started':
      record.workflow_id = entry.pipeline;
      record.workflow_name = entry.pipeline;
      record.task = entry.origin;
      record.started_at = timestamp(entry.at);
      record.parent_run_id = entry.parent_run_id;
      record.root_run_id = entry.root_run_id;
      record.execution = {
        cwd: entry.cwd,
        adapter: entry.program === null ? 'typescript' : 'harn_cli',
      };
      record.durability = entry.durability;
      record.program = entry.program;
      record.version = entry.version;
      record.metadata = {
        input: entry.input,
        argv: entry.argv,
        options: entry.options,
        ...(entry.start_id === undefined ? {} : { start_id: entry.start_id }),
      };
      break;
    case 'outcome': {
      const count = record.effects[entry.effect] ?? NO_EFFECTS;
      record.effects[entry.effect] = {
        ...count,
        [entry.status]: count[entry.status] + 1,
        reissued: count.reissued + (entry.reissued ?? 0),
      };
      break;
    }
    case 'child_started':
      record.child_runs.push({
        run_id: entry.run_id,
        pipeline: entry.pipeline,
        started_at: timestamp(entry.at),
      });
      break;
    case 'main_returned':
      record.status = 'finishing';
      record.returned = entry.value;
      break;
    case 'main_failed':
      record.status = 'finishing';
      record.error = entry.error;
      break;
    case 'settled':
      record.status = statusOf(entry.receipt);
      record.final = entry.final;
      record.receipt = entry.receipt;
      record.finished_at = timestamp(entry.at);
      break;
    case 'parked':
      record.status = 'parked';
      break;
    case 'epoch_taken':
      record.status = record.returned === null && record.error === null ? 'running' : 'finishing';
      record.epochs = entry.epoch;
      break;
    default:
      break;
  }
}

function statusOf(receipt: Json): RunStatus {
  const status = (receipt as JsonObject | null)?.['status'];
  if (status === 'failed') return 'failed';
  if (status === 'cancelled') return 'cancelled';
  return 'completed';
}

const DAY_MS = 86_400_000;
/** The first instant of the year 10000, which is written with more digits. */
const FIVE_DIGITS_MS = 253_402_300_800_000;

/** RFC 3339 in UTC with milliseconds. */
export function timestamp(ms: number): string {
  // An instant already read from a clock; this only formats it. Not by Date where it can be helped: for its first text
  // V8 finds out the zone of the machine, which takes a hundredth of a start.
  if (!(ms >= 0 && ms < FIVE_DIGITS_MS)) return new Date(ms).toISOString();
  const whole = Math.floor(ms);
  const inDay = whole % DAY_MS;
  const time = [inDay / 3_600_000, (inDay / 60_000) % 60, (inDay / 1000) % 60].map(twoDigits);
  const millis = String(inDay % 1000).padStart(3, '0');
  return `${dateOf((whole - inDay) / DAY_MS)}T${time.join(':')}.${millis}Z`;
}

/** The date of a day since 1970-01-01. Years begin in March here, so that the day that some have more is their last. */
function dateOf(days: number): string {
  const fromEra = days + 719_468;
  const era = Math.floor(fromEra / 146_097);
  const dayOfEra = fromEra % 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const beforeYear = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - beforeYear;
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + 400 * era + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
