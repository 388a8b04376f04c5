// The journal's entries: what is written down. Kinds and fields are never reused. A journal is one topic per run; `seq`
// is the entry's id in it. How the store keeps them is in journal-packing.ts.
import type { Json, JsonObject } from '../../base/index.ts';
import type { SpentRecord } from './spent.ts';
import type { UnitNote } from './unit-state.ts';

/** The topic that holds a run's journal. */
export function journalTopic(runId: string): string {
  return `runs.${runId}`;
}

/** Where in the program an effect was asked for: module hash or name, and line. A check, never an identity. */
export interface Site {
  readonly module: string;
  readonly line: number;
}

/** Fields of every entry. */
export interface EntryHead {
  readonly v: 1;
  readonly seq: number;
  /** The lease epoch of the process that wrote it. */
  readonly epoch: number;
  readonly task: string;
  /** Wall time, ms since the Unix epoch. */
  readonly at: number;
  /** The run's own monotonic time in ms: counts only while a process holds the run. */
  readonly mono: number;
  /** Bytes that stdout and stderr had emitted; absent when unchanged since the entry before. */
  readonly out?: readonly [number, number];
  /** The last sequence number of the run-event stream; absent when unchanged. */
  readonly ev?: number;
}

/** How an outcome reached its task: `inline` while the task kept the turn, `delivered` after it gave it up. */
export type How = 'inline' | 'delivered';

/** An error as the journal keeps it. `thrown` holds the value of a program's own throw. */
export interface RecordedError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly data?: JsonObject;
  readonly thrown?: Json;
}

/** What a run starts from; enough to resume it. */
export interface RunStart {
  readonly kind: 'run_started';
  /** Name people know the run by: the pipeline's. */
  readonly pipeline: string;
  /** Where the code came from: a path, or `typescript`. */
  readonly origin: string;
  /** Blob hash of the stored program; null for TypeScript pipelines. */
  readonly program: string | null;
  readonly version: string;
  readonly input: Json;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly durability: 'power' | 'process';
  readonly deny: readonly string[];
  readonly parent_run_id: string | null;
  readonly root_run_id: string;
  readonly options: JsonObject;
  /** The id that its caller gave it; see start-id.ts. */
  readonly start_id?: string;
}

export type EntryBody =
  | RunStart
  | {
      readonly kind: 'intent';
      readonly ordinal: number;
      readonly effect: string;
      readonly args_hash: string;
      readonly site?: Site;
      readonly key: string;
      readonly facts?: JsonObject;
    }
  | { readonly kind: 'intent_noted'; readonly ordinal: number; readonly facts: JsonObject }
  | {
      readonly kind: 'outcome';
      readonly ordinal: number;
      readonly effect: string;
      readonly args_hash: string;
      readonly site?: Site;
      readonly how: How;
      readonly status: 'ok' | 'error' | 'dropped' | 'unknown';
      readonly value?: Json;
      /** Hash of the blob that holds the value when it is large. */
      readonly blob?: string;
      /** Keyed hash of a value that must not be kept; replay reads it again. */
      readonly secret?: string;
      /** What a value that was too large to keep looked like; replay reads it again and compares. */
      readonly reread?: JsonObject;
      readonly error?: RecordedError;
      /** The task went away before the outcome; it never reaches anyone. */
      readonly dropped?: true;
      /** How often it was asked again because no outcome had been recorded. */
      readonly reissued?: number;
      /** A unit: replay does not enter its body. */
      readonly unit?: true;
      /** Of a unit that replay does not enter: the run events its body emitted. */
      readonly events?: number;
      /** Of such a unit: what model calls in its body have cost; see spent.ts. */
      readonly spent?: SpentRecord;
      /** Of such a unit: the facts noted in its body; see notes.ts. */
      readonly notes?: readonly UnitNote[];
    }
  | {
      readonly kind: 'interrupt';
      /** `turn`: no error, a computing task let others go first. */
      readonly reason: 'deadline' | 'cancel' | 'budget' | 'turn';
      readonly how: How | 'tick';
      /** The operation that was interrupted, or the tick count of a computing task. */
      readonly at_n: number;
      readonly data?: JsonObject;
    }
  | {
      readonly kind: 'wait_opened';
      readonly ordinal: number;
      readonly wait: { readonly kind: string; readonly due_ms?: number } & JsonObject;
      readonly args_hash: string;
      readonly site?: Site;
    }
  | {
      readonly kind: 'child_started';
      readonly ordinal: number;
      readonly run_id: string;
      readonly pipeline: string;
    }
  | { readonly kind: 'lifecycle'; readonly fact: string; readonly data: Json }
  | { readonly kind: 'main_returned'; readonly value: Json }
  | { readonly kind: 'main_failed'; readonly error: RecordedError }
  | {
      readonly kind: 'settled';
      readonly receipt: Json;
      readonly returned: Json;
      readonly final: Json;
      /** The exit code that the program asked for. */
      readonly exit_code?: number;
    }
  | { readonly kind: 'parked'; readonly reason: string; readonly waits: readonly Json[] }
  | { readonly kind: 'epoch_taken'; readonly holder: JsonObject };

export type JournalEntry = EntryHead & EntryBody;
export type EntryKind = EntryBody['kind'];

const KINDS: ReadonlySet<string> = new Set<EntryKind>([
  'run_started',
  'intent',
  'intent_noted',
  'outcome',
  'interrupt',
  'wait_opened',
  'child_started',
  'lifecycle',
  'main_returned',
  'main_failed',
  'settled',
  'parked',
  'epoch_taken',
]);

export function isEntryKind(kind: Json | undefined): kind is EntryKind {
  return typeof kind === 'string' && KINDS.has(kind);
}
