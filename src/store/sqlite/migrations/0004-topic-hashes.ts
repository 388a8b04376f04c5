// Topics are found by a short number made of their name: names are long, and stood twice.

import type { Migration } from '../../migrate.ts';
import { topicHash } from '../checksum.ts';

export const topicHashes: Migration = {
  version: 4,
  sql: `
CREATE TABLE named (
  ref INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hash INTEGER NOT NULL
) STRICT;
INSERT INTO named (ref, name, hash) SELECT ref, name, 0 FROM topics;
DROP TABLE topics;
ALTER TABLE named RENAME TO topics;
CREATE INDEX topics_by_hash ON topics (hash);
`,
  rewrite: {
    read: 'SELECT ref, name FROM topics',
    write: 'UPDATE topics SET hash = ? WHERE ref = ?',
    values: ({ ref, name }) => [topicHash(String(name)), Number(ref)],
  },
};
