// Deleting runs from the store: which may go, and how one goes. A run that is over goes in one transaction, with its
// journal, its blobs, its row, its timers and its lease, so a process that is killed on the way leaves each run whole or
// gone. Who else holds facts about runs says through a `RunKeeper` what has to stay for whom.
import type { Store } from '../../store/index.ts';
import type { Host } from '../host/index.ts';
import { runErrors } from './errors.ts';
import { journalTopic } from './journal-entry.ts';
import { type RunRow, runIndex } from './run-index.ts';
import { takeRun } from './run-store.ts';
import { startIdTopic } from './start-id.ts';

/** Something open that a run must stay for. */
export interface RunNeed {
  readonly runId: string;
  /** For people: `handoff h1 waits to be delivered`. */
  readonly reason: string;
}

/** What an owner of facts about runs has to say when runs are deleted. */
export interface RunKeeper {
  /** Everything of this owner that is open, with the run that it still needs. */
  readonly needs?: (store: Store) => Promise<readonly RunNeed[]>;
  /** Topics in which nobody but runs that are gone has written. */
  readonly leftTopics?: (
    store: Store,
    isGone: (runId: string) => Promise<boolean>,
  ) => Promise<readonly string[]>;
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

/** Whether a run has ended for good. */
export function hasEnded({ status }: Pick<RunRow, 'status'>): boolean {
  return ENDED.has(status);
}

/** Answers for any run of a store why it cannot go; an empty list: it can. */
export async function runNeeds(
  store: Store,
  keepers: readonly RunKeeper[],
): Promise<(runId: string) => Promise<readonly string[]>> {
  await store.declare(runIndex);
  const open = new Map<string, string[]>();
  for (const { needs } of keepers) {
    for (const { runId, reason } of (await needs?.(store)) ?? []) {
      open.set(runId, [...(open.get(runId) ?? []), reason]);
    }
  }
  const family = new Map<string, Promise<RunRow | undefined>>();
  return async (runId) => {
    const row = await store.row(runIndex, runId);
    if (row === undefined) throw runErrors.unknownRun({ run: runId });
    if (!hasEnded(row)) return [`it is ${row.status}`];
    const reasons = [...(open.get(runId) ?? [])];
    const root = await rootOf(store, row);
    if (!family.has(root.run_id)) family.set(root.run_id, livingMember(store, root));
    const member = await family.get(root.run_id);
    if (member !== undefined) {
      reasons.push(`run ${member.run_id} of the same tree is ${member.status}`);
    }
    return reasons;
  };
}

async function rootOf(store: Store, row: RunRow): Promise<RunRow> {
  let at = row;
  const seen = new Set([at.run_id]);
  while (at.parent_run_id !== null && !seen.has(at.parent_run_id)) {
    const parent = await store.row(runIndex, at.parent_run_id);
    if (parent === undefined) return at;
    seen.add(parent.run_id);
    at = parent;
  }
  return at;
}

/** A run of the tree below `root` that has not ended: a tree stays whole as long as one of it goes on. */
async function livingMember(store: Store, root: RunRow): Promise<RunRow | undefined> {
  const waiting = [root];
  const seen = new Set<string>();
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    if (!hasEnded(row)) return row;
    if (seen.has(row.run_id)) continue;
    seen.add(row.run_id);
    const children = await store.rows(runIndex, { where: { parent_run_id: row.run_id } });
    waiting.push(...children.map(({ row: child }) => child));
  }
  return undefined;
}

/**
 * Deletes a run that is over: journal, blobs that nothing else needs, row, timers, lease. Refused (`runInUse`) while it
 * goes on, waits, or is needed by something that is open; refused (`heldElsewhere`) while a process holds it. Facts in
 * topics that many runs share (questions, handoffs, audits) stay.
 */
export async function deleteRun(
  store: Store,
  host: Host,
  runId: string,
  needsOf: (runId: string) => Promise<readonly string[]>,
): Promise<void> {
  const reasons = await needsOf(runId);
  if (reasons.length > 0) throw runErrors.runInUse({ run: runId, reason: reasons.join('; ') });
  const row = await store.row(runIndex, runId);
  const lease = await takeRun(store, host, runId);
  try {
    await store.tx((tx) => {
      tx.fence(lease);
      // What was decided about is what is deleted.
      tx.check(
        runIndex,
        runId,
        (now) => now?.updated_ms === row?.updated_ms && now?.status === row?.status,
      );
      tx.deleteTopics(journalTopic(runId));
      // Its id is free again: a start with it makes a new run.
      if (row?.start_id !== undefined) tx.deleteTopics(startIdTopic(row.start_id));
      tx.deleteTimersOf(runId);
      tx.forgetLease(lease);
    });
  } catch (error) {
    await store.releaseLease(lease).catch(() => undefined);
    throw error;
  }
}

/** Deletes what only runs that are gone have left in topics of their own; answers which topics. */
export async function sweepTopics(
  store: Store,
  keepers: readonly RunKeeper[],
): Promise<readonly string[]> {
  await store.declare(runIndex);
  const isGone = async (runId: string) => (await store.latest(journalTopic(runId))) === undefined;
  const topics: string[] = [];
  for (const { leftTopics } of keepers) topics.push(...((await leftTopics?.(store, isGone)) ?? []));
  if (topics.length > 0) await store.tx((tx) => tx.deleteTopics(...topics));
  return topics;
}
