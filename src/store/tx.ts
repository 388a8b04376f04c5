// Applies one collected transaction to local tables. Runs inside a write transaction; a refusal is thrown and its
// savepoint undoes what came before it.
import type { Json } from '../base/index.ts';
import { deleteTopics } from './deletion.ts';
import { sto } from './errors.ts';
import type { EventHeaders, StoredEvent } from './event-log.ts';
import { releaseHeld, requireHeld } from './leases.ts';
import type { CollectedTx, Op } from './ops.ts';
import type { Projector } from './projector.ts';
import type { Appended, TxResult } from './store.ts';
import type { EventRecord, Tables } from './tables.ts';

/** Checks and writes everything, or throws. */
export function applyTx(tx: CollectedTx, tables: Tables, projector: Projector): TxResult {
  for (const lease of tx.fences) requireHeld(tables, lease);
  const appends: Appended[] = [];
  for (const op of tx.ops) {
    if (op.op === 'append') appends.push(applyAppend(op, tables, projector));
    else applyOther(op, tables, projector);
  }
  return { appends };
}

function applyAppend(
  { record, expectedNext }: Op & { op: 'append' },
  tables: Tables,
  projector: Projector,
): Appended {
  const { topic, key } = record;
  if (key !== undefined) {
    const existing = tables.idOfKey(topic, key);
    if (existing !== undefined) return { topic, id: existing, duplicate: true };
  }
  if (expectedNext !== undefined) {
    const next = tables.head(topic) + 1;
    if (next !== expectedNext) throw sto.positionMismatch({ topic, expected: expectedNext, next });
  }
  const { id, pos } = tables.insertEvent(record);
  if (projector.wants(record)) projector.appended(toStoredEvent(record, id, pos));
  return { topic, id, duplicate: false };
}

function applyOther(op: Exclude<Op, { op: 'append' }>, tables: Tables, projector: Projector): void {
  switch (op.op) {
    case 'check':
      if (!op.accept(projector.row(op.projection, op.key))) {
        throw sto.checkFailed({ projection: op.projection.name, key: op.key });
      }
      return;
    case 'put_timer':
      tables.putTimer(op.timer);
      return;
    case 'delete_timer':
      if (!tables.deleteTimer(op.id) && op.mustExist) throw sto.timerGone({ timer: op.id });
      return;
    case 'put_blob':
      if (!tables.hasBlob(op.hash)) tables.putBlob(op.hash, op.bytes);
      return;
    case 'set_cursor':
      tables.setCursor(op.topic, op.consumer, op.id);
      return;
    case 'release_lease':
      releaseHeld(tables, op.lease);
      return;
    case 'forget_lease':
      requireHeld(tables, op.lease);
      tables.deleteLease(op.lease.name);
      return;
    case 'delete_timers_of':
      tables.deleteTimersOf(op.ref);
      return;
    case 'keep_blob':
      tables.ownBlob(op.hash, op.topic);
      return;
    case 'delete_topics': {
      const told = deleteTopics(tables, op.topics, op.atMs);
      if (told !== undefined) projector.appended(toStoredEvent(told.record, told.id, told.pos));
      return;
    }
  }
}

/** An event as readers get it, made of the text that is kept: what a fold sees live is what it sees on rebuild. */
export function toStoredEvent(record: EventRecord, id: number, pos: number): StoredEvent {
  return {
    topic: record.topic,
    id,
    pos,
    kind: record.kind,
    payload: JSON.parse(record.payload) as Json,
    headers: record.headers === '' ? {} : (JSON.parse(record.headers) as EventHeaders),
    key: record.key,
    occurredAtMs: record.occurredAtMs,
  };
}
