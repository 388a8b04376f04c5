// Waitpoints as facts in a topic and one row each. This file works on the store alone, for the CLI and for servers;
// wait.ts is the side of a running program.
//
// States of a waitpoint: pending -> completed (with a value) | cancelled. The first resolution counts: later ones change
// nothing. Completing one that nobody has made makes it, so that who completes and who waits need not agree on an order.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineProjection, type Store } from '../../store/index.ts';
import { timestamp } from '../run/index.ts';
import { waitpointErrors } from './errors.ts';
import { waitpointTopic } from './topics.ts';

export type WaitpointStatus = 'pending' | 'completed' | 'cancelled';

/** One waitpoint. Times in ms since the Unix epoch. */
export type WaitpointRow = {
  readonly id: string;
  readonly status: WaitpointStatus;
  /** What it was completed with. */
  readonly value: Json;
  /** The run that made or first resolved it; null for people. */
  readonly created_by: string | null;
  readonly created_at_ms: number;
  readonly resolved_by: string | null;
  readonly resolved_at_ms: number | null;
  /** Why it was cancelled. */
  readonly reason: string | null;
};

/** A waitpoint as programs see it. */
export type Waitpoint = {
  readonly _type: 'waitpoint';
  readonly id: string;
  readonly status: WaitpointStatus;
  readonly value: Json;
  /** RFC 3339. */
  readonly created_at: string;
  readonly resolved_at: string | null;
  readonly resolved_by: string | null;
  readonly reason: string | null;
};

/** The rows behind the list. */
export const waitpointIndex = defineProjection<WaitpointRow>({
  name: 'waitpoints',
  version: 2,
  topics: [waitpointTopic.name],
  columns: { status: 'text', created_at_ms: 'number' },
  indexes: [['status', 'created_at_ms']],
  keyOf: ({ payload }) => {
    const id = isJsonObject(payload) ? payload['waitpoint_id'] : undefined;
    return typeof id === 'string' ? id : undefined;
  },
  fold(row, event) {
    const facts = isJsonObject(event.payload) ? event.payload : {};
    const at = event.occurredAtMs;
    const by = textOrNull(facts['by']);
    const known = row ?? made(String(facts['waitpoint_id']), by, at);
    if (known.status !== 'pending') return known;
    const resolved = { resolved_by: by, resolved_at_ms: at };
    switch (event.kind) {
      case 'waitpoint_completed':
        return { ...known, ...resolved, status: 'completed', value: facts['value'] ?? null };
      case 'waitpoint_cancelled':
        return { ...known, ...resolved, status: 'cancelled', reason: textOrNull(facts['reason']) };
      default:
        return known;
    }
  },
});

function made(id: string, created_by: string | null, created_at_ms: number): WaitpointRow {
  return {
    id,
    status: 'pending',
    value: null,
    created_by,
    created_at_ms,
    resolved_by: null,
    resolved_at_ms: null,
    reason: null,
  };
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** Who does something, and when. */
export interface Doing {
  readonly by: string | null;
  readonly nowMs: number;
}

/** Makes a waitpoint; one that is there stays as it is. */
export function createWaitpoint(store: Store, id: string, doing: Doing): Promise<WaitpointRow> {
  return write(store, id, { kind: 'waitpoint_created', key: `${id}:created`, facts: {}, doing });
}

/** Completes a waitpoint, unless it has been resolved already. Gives what it came to. */
export function completeWaitpoint(
  store: Store,
  id: string,
  { value, ...doing }: Doing & { readonly value: Json },
): Promise<WaitpointRow> {
  const kind = 'waitpoint_completed';
  return write(store, id, { kind, key: `${id}:resolved`, facts: { value }, doing });
}

/** Says that nobody will complete a waitpoint, unless it has been resolved already. Gives what it came to. */
export function cancelWaitpoint(
  store: Store,
  id: string,
  { reason, ...doing }: Doing & { readonly reason: string },
): Promise<WaitpointRow> {
  const kind = 'waitpoint_cancelled';
  return write(store, id, { kind, key: `${id}:resolved`, facts: { reason }, doing });
}

async function write(
  store: Store,
  id: string,
  {
    kind,
    key,
    facts,
    doing: { by, nowMs },
  }: {
    readonly kind: string;
    readonly key: string;
    readonly facts: JsonObject;
    readonly doing: Doing;
  },
): Promise<WaitpointRow> {
  await store.declare(waitpointIndex);
  const payload = waitpointTopic.encode({ ...facts, waitpoint_id: id, by });
  await store.tx((tx) =>
    tx.append(waitpointTopic.name, { kind, payload, key, occurredAtMs: nowMs }),
  );
  return showWaitpoint(store, id);
}

/** Waitpoints, oldest first. */
export async function listWaitpoints(
  store: Store,
  { status, limit = 100 }: { readonly status?: WaitpointStatus; readonly limit?: number } = {},
): Promise<readonly WaitpointRow[]> {
  await store.declare(waitpointIndex);
  const where: { [column: string]: string } = status === undefined ? {} : { status };
  const rows = await store.rows(waitpointIndex, { where, orderBy: ['created_at_ms'], limit });
  return rows.map(({ row }) => row);
}

/** One waitpoint; undefined when nobody has made or resolved it. */
export async function findWaitpoint(store: Store, id: string): Promise<WaitpointRow | undefined> {
  await store.declare(waitpointIndex);
  return store.row(waitpointIndex, id);
}

/** One waitpoint; an unknown id is an error. */
export async function showWaitpoint(store: Store, id: string): Promise<WaitpointRow> {
  const row = await findWaitpoint(store, id);
  if (row === undefined) throw waitpointErrors.unknown({ id });
  return row;
}

/** As programs see it. One that nobody has made is pending since `nowMs`. */
export function waitpointView(row: WaitpointRow | undefined, id: string, nowMs: number): Waitpoint {
  const { status, value, resolved_by, reason, ...times } = row ?? made(id, null, nowMs);
  const { created_at_ms, resolved_at_ms } = times;
  return {
    _type: 'waitpoint',
    id,
    status,
    value,
    created_at: timestamp(created_at_ms),
    resolved_at: resolved_at_ms === null ? null : timestamp(resolved_at_ms),
    resolved_by,
    reason,
  };
}
