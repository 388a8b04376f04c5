// The list of runs as rows: one per run, kept in the transaction of each journal append. Ten thousand parked runs are
// ten thousand rows and list in milliseconds.
import type { Json, JsonObject } from '../../base/index.ts';
import { defineProjection, type ProjectionRow, type Store } from '../../store/index.ts';
import { entryHead } from './journal-packing.ts';

/** One line of `harn runs ls`. Times in ms since the Unix epoch. */
export type RunRow = {
  readonly run_id: string;
  readonly pipeline: string;
  readonly origin: string;
  readonly program: string | null;
  readonly version: string;
  /** `running` as far as the journal knows; a crashed run looks so until its lease is looked at. */
  readonly status: string;
  readonly started_ms: number;
  /** When it last started, ended, parked or changed hands. */
  readonly updated_ms: number;
  readonly parent_run_id: string | null;
  readonly epoch: number;
  readonly error: string | null;
  readonly waits: readonly Json[];
  /** The id that its caller gave it. */
  readonly start_id?: string;
};

const PREFIX = 'runs.';

/** The projection behind the list. */
export const runIndex = defineProjection<RunRow>({
  name: 'run_index',
  version: 2,
  topics: [`${PREFIX}*`],
  kinds: ['run_started', 'main_returned', 'main_failed', 'settled', 'parked', 'epoch_taken'],
  columns: { status: 'text', started_ms: 'number', pipeline: 'text', parent_run_id: 'text' },
  indexes: [['status', 'started_ms']],
  rowOfTopic: (topic) => topic.slice(PREFIX.length),
  keyOf: (event) => event.topic.slice(PREFIX.length),
  fold(row, event) {
    const entry = event.payload as JsonObject;
    const { at, epoch } = entryHead(event);
    const head = { updated_ms: at, epoch };
    if (event.kind === 'run_started') {
      return { ...started(event.topic.slice(PREFIX.length), entry, at), epoch };
    }
    if (row === undefined) return undefined;
    switch (event.kind) {
      case 'main_returned':
        return { ...row, ...head, status: 'finishing' };
      case 'main_failed':
        return { ...row, ...head, status: 'finishing', error: messageOf(entry['error']) };
      case 'settled':
        return { ...row, ...head, status: settledStatus(entry['receipt']), waits: [] };
      case 'parked':
        return {
          ...row,
          ...head,
          status: 'parked',
          waits: (entry['waits'] as readonly Json[]) ?? [],
        };
      case 'epoch_taken':
        return { ...row, ...head, status: 'running', waits: [] };
      default:
        return row;
    }
  },
});

/** Runs, newest first. */
export async function listRuns(
  store: Store,
  query: { readonly status?: string; readonly limit?: number; readonly parent?: string } = {},
): Promise<readonly RunRow[]> {
  const where: { [column: string]: string } = {};
  if (query.status !== undefined) where['status'] = query.status;
  if (query.parent !== undefined) where['parent_run_id'] = query.parent;
  const rows: readonly ProjectionRow<RunRow>[] = await store.rows(runIndex, {
    where,
    orderBy: ['started_ms'],
    descending: true,
    limit: query.limit ?? 100,
  });
  return rows.map(({ row }) => row);
}

function started(runId: string, entry: JsonObject, at: number): Omit<RunRow, 'epoch'> {
  return {
    run_id: runId,
    pipeline: String(entry['pipeline']),
    origin: String(entry['origin']),
    program: (entry['program'] as string | null) ?? null,
    version: String(entry['version'] ?? ''),
    status: 'running',
    started_ms: at,
    updated_ms: at,
    parent_run_id: (entry['parent_run_id'] as string | null) ?? null,
    error: null,
    waits: [],
    ...(typeof entry['start_id'] === 'string' ? { start_id: entry['start_id'] } : {}),
  };
}

function settledStatus(receipt: Json | undefined): string {
  const status = (receipt as JsonObject | null | undefined)?.['status'];
  return status === 'failed' || status === 'cancelled' ? status : 'completed';
}

function messageOf(error: Json | undefined): string | null {
  const message = (error as JsonObject | null | undefined)?.['message'];
  return typeof message === 'string' ? message : null;
}
