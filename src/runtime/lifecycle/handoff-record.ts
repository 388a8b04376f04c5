// Handoff records: work that one run gives to another pipeline, as facts in a topic and one row each. This file works
// on the store alone, for the CLI and for servers; handoff.ts is the side of a running program.
//
// States of a record: partial (its run has not settled it) -> queued (free: in the durable queue of its target until
// someone takes it) -> delivered | acknowledged. From partial also straight to delivered, acknowledged or cancelled.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { defineProjection, type Store, type Tx } from '../../store/index.ts';
import { journalTopic, type RunKeeper, type RunStart } from '../run/index.ts';
import { lifErrors } from './errors.ts';
import { handoffTopic } from './topics.ts';

export type HandoffStatus = 'partial' | 'queued' | 'delivered' | 'acknowledged' | 'cancelled';

/** What is handed over. Times in ms since the Unix epoch. */
export type Handoff = {
  /** Unique everywhere. */
  readonly handoff_id: string;
  /** The short name inside its run. */
  readonly envelope_id: string;
  readonly run_id: string;
  readonly target_pipeline: string;
  readonly origin_pipeline: string | null;
  readonly payload: Json;
  readonly seq: number;
  readonly queued_at_ms: number;
};

/** A line of `harn handoffs ls`. */
export type HandoffRow = Handoff & {
  readonly status: HandoffStatus;
  readonly child_run_id: string | null;
  readonly reason: string | null;
  readonly decision: Json;
  readonly updated_ms: number;
};

/** The rows behind the list. */
export const handoffIndex = defineProjection<HandoffRow>({
  name: 'handoffs',
  version: 2,
  topics: [handoffTopic.name],
  columns: {
    status: 'text',
    target_pipeline: 'text',
    run_id: 'text',
    queued_at_ms: 'number',
  },
  indexes: [['status', 'queued_at_ms']],
  keyOf: (event) => String(handoffTopic.decode(event).handoff_id),
  fold(row, event) {
    const facts = handoffTopic.decode(event) as JsonObject;
    if (event.kind === 'handoff_made') return madeRow(facts);
    const status = STATUS_AFTER[event.kind];
    if (row === undefined || status === undefined) return row;
    return {
      ...row,
      status,
      child_run_id: (facts['child_run_id'] as string | undefined) ?? row.child_run_id,
      reason: (facts['reason'] as string | undefined) ?? row.reason,
      decision: facts['decision'] ?? row.decision,
      updated_ms: Number(facts['at_ms']),
    };
  },
});

const STATUS_AFTER: { readonly [kind: string]: HandoffStatus } = {
  handoff_queued: 'queued',
  handoff_delivered: 'delivered',
  handoff_acknowledged: 'acknowledged',
  handoff_cancelled: 'cancelled',
};

function madeRow(facts: JsonObject): HandoffRow {
  const { v: _version, ...handoff } = facts as Handoff & { readonly v: Json };
  return {
    ...handoff,
    status: 'partial',
    child_run_id: null,
    reason: null,
    decision: null,
    updated_ms: handoff.queued_at_ms,
  };
}

/** What can be said about a handoff. */
export type HandoffFact =
  | 'handoff_made'
  | 'handoff_queued'
  | 'handoff_delivered'
  | 'handoff_acknowledged'
  | 'handoff_cancelled';

/** Adds one fact about a handoff; the same fact twice is written once. */
export function appendHandoffFact(
  tx: Tx,
  kind: HandoffFact,
  handoffId: string,
  facts: JsonObject,
): void {
  tx.append(handoffTopic.name, {
    kind,
    payload: handoffTopic.encode({ ...facts, handoff_id: handoffId }),
    headers: { handoff_id: handoffId },
    key: `${handoffId}:${kind}`,
  });
}

/** Starts the child run: its first journal entry, from which any process can go on. */
export function appendChildStart(tx: Tx, childRunId: string, start: RunStart, atMs: number): void {
  const topic = journalTopic(childRunId);
  // The program is the parent's, or was just put; it stays for as long as the child does.
  if (start.program !== null) tx.keepBlob(start.program, topic);
  tx.append(topic, {
    kind: 'run_started',
    // No process holds the run yet: the first to take its lease writes epoch 1.
    payload: { v: 1, seq: 1, epoch: 0, task: 'run', at: atMs, mono: 0, ...start } as never,
    occurredAtMs: atMs,
    key: 'run_started',
  });
}

/** The run that a handoff becomes: the same however often and by whomever it is delivered. */
export function childRunIdOf(handoffId: string): string {
  const hex = sha256(`handoff ${handoffId}`);
  const variant = ((Number.parseInt(hex[16] as string, 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return `${parts.join('-')}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What a child run gets as its input. */
export function childInput(handoff: Handoff): Json {
  const { handoff_id, envelope_id, run_id, origin_pipeline, queued_at_ms } = handoff;
  const origin = { run_id, pipeline: origin_pipeline, handoff_id, envelope_id, queued_at_ms };
  return { payload: handoff.payload, origin };
}

/** What a child run was handed: the payload, and where it comes from. Undefined for runs nobody handed work to. */
export function handedInput({
  parent_run_id,
  input,
}: Pick<RunStart, 'parent_run_id' | 'input'>):
  | { readonly payload: Json; readonly origin: Json }
  | undefined {
  if (parent_run_id === null || !isJsonObject(input) || input['origin'] === undefined)
    return undefined;
  return { payload: input['payload'] ?? null, origin: input['origin'] };
}

/** Which handoffs to list. */
export interface HandoffQuery {
  readonly target?: string | undefined;
  readonly status?: HandoffStatus | undefined;
  readonly runId?: string | undefined;
  readonly limit?: number | undefined;
}

/** Handoffs, oldest first. */
export async function listHandoffs(
  store: Store,
  { target, status, runId, limit = 100 }: HandoffQuery = {},
): Promise<readonly HandoffRow[]> {
  await store.declare(handoffIndex);
  const where: { [column: string]: string } = {};
  if (target !== undefined) where['target_pipeline'] = target;
  if (status !== undefined) where['status'] = status;
  if (runId !== undefined) where['run_id'] = runId;
  const rows = await store.rows(handoffIndex, { where, orderBy: ['queued_at_ms'], limit });
  return rows.map(({ row }) => row);
}

/** One handoff; an unknown id is an error. */
export async function showHandoff(store: Store, handoffId: string): Promise<HandoffRow> {
  await store.declare(handoffIndex);
  const row = await store.row(handoffIndex, handoffId);
  if (row === undefined) throw lifErrors.unknownHandoff({ id: handoffId });
  return row;
}

/** How an operator delivers: as which run, and with which code. */
export interface DeliverOptions {
  /** The child's start; its input is set here. */
  readonly start: (handoff: Handoff) => RunStart;
  /** The stored program that `start` names, when the store may not have it yet. */
  readonly program?: Uint8Array | undefined;
  readonly nowMs: number;
}

/** Makes a queued handoff a run and answers its id. Delivered once, however many try. */
export async function deliverHandoff(
  store: Store,
  handoffId: string,
  { start, program, nowMs }: DeliverOptions,
): Promise<{ readonly child_run_id: string }> {
  const row = await takeable(store, handoffId);
  const child = childRunIdOf(handoffId);
  await store.tx((tx) => {
    tx.check(handoffIndex, handoffId, (now) => now?.status === 'queued');
    if (program !== undefined) tx.putBlob(program, { topic: journalTopic(child) });
    appendHandoffFact(tx, 'handoff_delivered', handoffId, { child_run_id: child, at_ms: nowMs });
    appendChildStart(tx, child, { ...start(row), input: childInput(row) }, nowMs);
  });
  return { child_run_id: child };
}

/** Closes a queued handoff without running it. */
export async function acknowledgeHandoff(
  store: Store,
  handoffId: string,
  { decision = null, nowMs }: { readonly decision?: Json; readonly nowMs: number },
): Promise<HandoffRow> {
  await takeable(store, handoffId);
  await store.tx((tx) => {
    tx.check(handoffIndex, handoffId, (now) => now?.status === 'queued');
    appendHandoffFact(tx, 'handoff_acknowledged', handoffId, { decision, at_ms: nowMs });
  });
  return showHandoff(store, handoffId);
}

async function takeable(store: Store, handoffId: string): Promise<HandoffRow> {
  const row = await showHandoff(store, handoffId);
  if (row.status === 'partial') throw lifErrors.handoffHeld({ id: handoffId, run: row.run_id });
  if (row.status !== 'queued') throw lifErrors.handoffClosed({ id: handoffId, status: row.status });
  return row;
}

const OPEN_HANDOFFS = ['partial', 'queued'];

/** Handoffs that somebody may still deliver keep the run they come from. */
export const handoffKeeper: RunKeeper = {
  async needs(store) {
    await store.declare(handoffIndex);
    const rows = await store.rows(handoffIndex, { where: { status: { in: OPEN_HANDOFFS } } });
    return rows.map(({ row }) => ({
      runId: row.run_id,
      reason: `handoff ${row.handoff_id} is ${row.status}`,
    }));
  },
};
