// Finding runs by what people type, and telling how a run is really doing: the journal of a killed run still says
// "running", so its lease is looked at too.
import type { Host } from '../runtime/host/index.ts';
import {
  holderIsAlive,
  type RunRow,
  runIdOf,
  runIndex,
  runLeaseName,
} from '../runtime/run/index.ts';
import type { Holder, Store } from '../store/index.ts';
import { cliErrors } from './errors.ts';
import { nearest } from './suggest.ts';

/** What a run is doing, as far as anyone can know. */
export type LiveStatus =
  | 'running'
  | 'finishing'
  | 'interrupted'
  | 'queued'
  | 'parked'
  | 'completed'
  | 'failed'
  | 'cancelled';

/** A row with what its lease says. */
export interface RunView {
  readonly row: RunRow;
  readonly status: LiveStatus;
  /** Who works on it now. */
  readonly holder: Holder | undefined;
}

const TOPIC_PREFIX = 'runs.';

/** The full id of a run named by its beginning or its end, or by the id that it was started under. */
export async function findRunId(store: Store, typed: string): Promise<string> {
  const beginning = await idsOf(store, typed);
  if (beginning.includes(typed)) return typed;
  const started = await runIdOf(store, typed);
  if (started !== undefined) return started;
  const all = beginning.length > 0 ? beginning : await idsOf(store, '');
  const found = beginning.length > 0 ? beginning : all.filter((id) => id.endsWith(typed));
  const [first] = found;
  if (first === undefined || typed === '') {
    throw cliErrors.unknownRun({ run: typed, suggestion: nearest(typed, all) });
  }
  if (found.length === 1) return first;
  const shown = found.slice(0, 4).join(', ');
  throw cliErrors.ambiguousRun({
    run: typed,
    candidates: found.length > 4 ? `${shown}, … (${found.length})` : shown,
  });
}

async function idsOf(store: Store, prefix: string): Promise<string[]> {
  const topics = await store.topics(TOPIC_PREFIX + prefix);
  return topics.map((topic) => topic.slice(TOPIC_PREFIX.length));
}

/** One run with its real status. */
export async function viewRun(store: Store, host: Host, runId: string): Promise<RunView> {
  const row = await store.row(runIndex, runId);
  if (row === undefined) throw cliErrors.unknownRun({ run: runId });
  return { row, ...(await statusOf(store, host, row)) };
}

/** A row's status, corrected by who holds the run. */
export async function statusOf(
  store: Store,
  host: Host,
  row: RunRow,
): Promise<Pick<RunView, 'status' | 'holder'>> {
  const status = row.status as LiveStatus;
  if (status !== 'running' && status !== 'finishing') return { status, holder: undefined };
  const lease = await store.lease(runLeaseName(row.run_id));
  const isHeld = lease?.status === 'held' && (await holderIsAlive(host, lease.holder));
  if (isHeld) return { status, holder: lease.holder };
  // A run that was made for somebody and that nobody has begun yet is not broken.
  return { status: lease === undefined ? 'queued' : 'interrupted', holder: undefined };
}

/** `process 4711 on this machine`. */
export function holderText(host: Host, holder: Holder): string {
  const here = holder.host === host.system.facts().hostname;
  return `process ${holder.pid} ${here ? 'on this machine' : `on ${holder.host}`}`;
}
