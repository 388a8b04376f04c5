// Older events, many to a row. What was kept before stays where it is and is packed as the log goes on. The table of single
// rows has another name from here on: a process of an earlier version that still has the file open would count ids from
// the rows it sees, and now finds no table instead.
import type { Migration } from '../../migrate.ts';

export const packs: Migration = {
  version: 3,
  sql: `
ALTER TABLE events RENAME TO recent;
CREATE TABLE packs (
  last_pos INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL,
  crc INTEGER NOT NULL
) STRICT;
CREATE TABLE pack_topics (
  topic INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  pack INTEGER NOT NULL,
  PRIMARY KEY (topic, last_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE pack_keys (
  topic INTEGER NOT NULL,
  key TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (topic, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE pack_purges (
  pack INTEGER NOT NULL,
  topic INTEGER NOT NULL,
  PRIMARY KEY (pack, topic)
) STRICT, WITHOUT ROWID;
`,
};
