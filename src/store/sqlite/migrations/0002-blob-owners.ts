// Whom blobs belong to, so that they can go with the last topic that needs them. What was kept before belongs to a name
// that no topic has: nobody knows who needs it, so it stays.
import type { Migration } from '../../migrate.ts';

export const blobOwners: Migration = {
  version: 2,
  sql: `
CREATE TABLE blob_owners (
  topic TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (topic, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_owners_by_hash ON blob_owners (hash);
INSERT INTO blob_owners (topic, hash) SELECT '', hash FROM blobs;
`,
};
