// The first schema. Times are REAL because clocks may give fractions. Ids of a topic are dense, so its head is
// max(id), one step in the (topic, id) index; topic names are kept once because every event repeats them.
import type { Migration } from '../../migrate.ts';

export const first: Migration = {
  version: 1,
  sql: `
CREATE TABLE topics (
  ref INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE events (
  pos INTEGER PRIMARY KEY,
  topic INTEGER NOT NULL,
  id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  headers TEXT NOT NULL,
  key TEXT,
  occurred_at_ms REAL NOT NULL,
  crc INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_id ON events (topic, id);
CREATE UNIQUE INDEX events_by_key ON events (topic, key) WHERE key IS NOT NULL;
CREATE TABLE projections (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  signature TEXT NOT NULL,
  through_pos INTEGER NOT NULL
) STRICT;
CREATE TABLE timers (
  id TEXT PRIMARY KEY,
  due_ms REAL NOT NULL,
  ref TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX timers_by_due ON timers (due_ms, id);
CREATE INDEX timers_by_ref ON timers (ref, due_ms, id);
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  holder TEXT NOT NULL,
  expires_at_ms REAL,
  released INTEGER NOT NULL
) STRICT;
CREATE TABLE cursors (
  topic TEXT NOT NULL,
  consumer TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (topic, consumer)
) STRICT, WITHOUT ROWID;
CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
`,
};
