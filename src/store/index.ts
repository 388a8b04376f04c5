// Front door of the store: durability. Backends are loaded by `openStore` when needed and are nobody else's business.

// Leases, cursors, blobs
export type { Blobs } from './blobs.ts';
export type { AcquireOptions, Claims, Holder, Lease, LeaseState } from './claims.ts';
export type { Cursors } from './cursor.ts';
// Errors
export { sto } from './errors.ts';
// Events
export {
  type EventHeaders,
  type EventLog,
  type NewEvent,
  type ReadAllOptions,
  type ReadOptions,
  type StoredEvent,
  type SubscribeOptions,
  scanTopic,
} from './event-log.ts';
// Opening
export { type OpenStoreOptions, openStore } from './open.ts';
// Rows
export {
  type ColumnTest,
  type ColumnType,
  type ColumnValue,
  defineProjection,
  type Projection,
  type ProjectionRow,
  type Projections,
  type RowQuery,
} from './projection.ts';
// The unit of work
export type {
  Appended,
  AppendOptions,
  Compacted,
  Durability,
  Store,
  StoreCapabilities,
  StoreDescription,
  Tx,
  TxResult,
  WaitOptions,
} from './store.ts';
// Timers and topics
export type { Timer, Timers } from './timers.ts';
export { defineTopic, type Topic, type TopicSpec, topicComponent } from './topic.ts';
