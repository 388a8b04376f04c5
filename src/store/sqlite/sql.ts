// Every fixed statement, named by purpose. Beside each that searches: the index it relies on. Statements over
// projection rows depend on the declaration and are made in rows.ts.

/** Marks a file as ours: "Harn" in ASCII. */
export const APPLICATION_ID = 0x4861726e;

export const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: 'SAVEPOINT job',
  releaseSavepoint: 'RELEASE job',
  rollbackToSavepoint: 'ROLLBACK TO job',
  foreignVersion: 'PRAGMA data_version',

  // topics_by_hash
  topicRef: 'SELECT ref FROM topics WHERE hash = ? AND name = ?',
  // primary key of topics; packs may still hold events under the number of a topic that was deleted just now
  addTopic: `INSERT INTO topics (hash, name, ref) VALUES (?, ?, 1 + max(
    ifnull((SELECT max(ref) FROM topics), 0), ifnull((SELECT max(topic) FROM pack_purges), 0)))`,
  // primary key of topics
  topicName: 'SELECT name FROM topics WHERE ref = ?',
  // Reads the whole table.
  topics: 'SELECT name FROM topics WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name',

  deleteTopic: 'DELETE FROM topics WHERE ref = ?',
  // events_by_id
  deleteEvents: 'DELETE FROM recent WHERE topic = ?',

  // events_by_id
  head: 'SELECT max(id) AS id FROM recent WHERE topic = ?',
  insertEvent: `INSERT INTO recent (topic, id, kind, payload, headers, key, occurred_at_ms, crc)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  // events_by_key
  idOfKey: 'SELECT id FROM recent WHERE topic = ? AND key = ?',
  // events_by_id
  readTopic: `SELECT pos, id, kind, payload, headers, key, occurred_at_ms, crc FROM recent
    WHERE topic = ? AND id > ? ORDER BY id LIMIT ?`,
  // events_by_id
  readTopicKinds: `SELECT pos, id, kind, payload, headers, key, occurred_at_ms, crc FROM recent
    WHERE topic = ? AND id > ? AND kind IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?`,
  // primary key of recent, then of topics
  readAll: `SELECT topics.name, pos, id, kind, payload, headers, key, occurred_at_ms, crc
    FROM recent CROSS JOIN topics ON topics.ref = recent.topic
    WHERE pos > ? ORDER BY pos LIMIT ?`,
  // primary key of recent, then of topics
  readAllPrefix: `SELECT topics.name, pos, id, kind, payload, headers, key, occurred_at_ms, crc
    FROM recent CROSS JOIN topics ON topics.ref = recent.topic
    WHERE pos > ? AND substr(topics.name, 1, length(?)) = ? ORDER BY pos LIMIT ?`,
  // primary key of recent
  lastPos: 'SELECT max(pos) AS pos FROM recent',

  // primary key of recent
  eventBounds: `SELECT (SELECT min(pos) FROM recent) AS first, (SELECT max(pos) FROM recent) AS last`,
  // primary key of recent, then of topics
  oldestEvents: `SELECT name, pos, topic, id, kind, payload, headers, key, occurred_at_ms, crc
    FROM recent LEFT JOIN topics ON topics.ref = recent.topic
    WHERE pos <= ? ORDER BY pos LIMIT ?`,
  // primary key of recent
  deleteEventsUpTo: 'DELETE FROM recent WHERE pos <= ?',

  addPack: 'INSERT INTO packs (last_pos, bytes, crc) VALUES (?, ?, ?)',
  addPackTopic: 'INSERT INTO pack_topics (topic, last_id, pack) VALUES (?, ?, ?)',
  addPackedKey: 'INSERT INTO pack_keys (topic, key, id) VALUES (?, ?, ?)',
  // primary key of packs
  pack: 'SELECT last_pos AS pack, crc FROM packs WHERE last_pos = ?',
  // primary key of packs
  packBytes: 'SELECT bytes FROM packs WHERE last_pos = ?',
  // primary key of packs
  packBehind:
    'SELECT last_pos AS pack, crc FROM packs WHERE last_pos > ? ORDER BY last_pos LIMIT 1',
  // primary key of pack_topics, then of packs
  packOfTopic: `SELECT last_id, pack, crc FROM pack_topics CROSS JOIN packs ON last_pos = pack
    WHERE topic = ? AND last_id > ? ORDER BY last_id LIMIT 1`,
  // primary key of pack_topics
  packedHead: 'SELECT max(last_id) AS id FROM pack_topics WHERE topic = ?',
  // primary key of pack_keys
  packedKey: 'SELECT id FROM pack_keys WHERE topic = ? AND key = ?',
  // Reads the whole table: only for the name of what is damaged.
  anyInPack: `SELECT name, last_id FROM pack_topics JOIN topics ON topics.ref = pack_topics.topic
    WHERE pack = ? LIMIT 1`,
  // primary key of packs
  deletePack: 'DELETE FROM packs WHERE last_pos = ?',
  // primary key of pack_topics
  notePurges:
    'INSERT INTO pack_purges (topic, pack) SELECT topic, pack FROM pack_topics WHERE topic = ?',
  // primary key of pack_topics
  deletePackTopics: 'DELETE FROM pack_topics WHERE topic = ?',
  // primary key of pack_keys
  deletePackedKeys: 'DELETE FROM pack_keys WHERE topic = ?',
  purges: 'SELECT pack, topic FROM pack_purges',
  // primary key of pack_purges
  deletePurges: 'DELETE FROM pack_purges WHERE pack = ?',

  // projections.name
  projectionState: 'SELECT version, signature, through_pos FROM projections WHERE name = ?',
  saveProjectionState: `INSERT INTO projections (name, version, signature, through_pos)
    VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version,
    signature = excluded.signature, through_pos = excluded.through_pos`,

  putTimer: `INSERT INTO timers (id, due_ms, ref, payload) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET due_ms = excluded.due_ms, ref = excluded.ref,
    payload = excluded.payload`,
  // timers.id
  deleteTimer: 'DELETE FROM timers WHERE id = ?',
  // timers_by_ref
  deleteTimersOf: 'DELETE FROM timers WHERE ref = ?',
  // timers.id
  timer: 'SELECT id, due_ms, ref, payload FROM timers WHERE id = ?',
  // timers_by_due
  dueTimers: `SELECT id, due_ms, ref, payload FROM timers WHERE due_ms <= ?
    ORDER BY due_ms, id LIMIT ?`,
  // timers_by_ref
  timersOf: 'SELECT id, due_ms, ref, payload FROM timers WHERE ref = ? ORDER BY due_ms, id',
  // timers_by_due
  nextDue: 'SELECT min(due_ms) AS due_ms FROM timers',

  // leases.name
  lease: 'SELECT name, epoch, holder, expires_at_ms, released FROM leases WHERE name = ?',
  putLease: `INSERT INTO leases (name, epoch, holder, expires_at_ms, released)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch,
    holder = excluded.holder, expires_at_ms = excluded.expires_at_ms,
    released = excluded.released`,
  // leases.name
  deleteLease: 'DELETE FROM leases WHERE name = ?',
  // leases.name
  leases: `SELECT name, epoch, holder, expires_at_ms, released FROM leases
    WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name`,

  // primary key of cursors
  cursor: 'SELECT id FROM cursors WHERE topic = ? AND consumer = ?',
  setCursor: `INSERT INTO cursors (topic, consumer, id) VALUES (?, ?, ?)
    ON CONFLICT (topic, consumer) DO UPDATE SET id = excluded.id`,

  // primary key of cursors
  deleteCursors: 'DELETE FROM cursors WHERE topic = ?',

  // blobs.hash
  hasBlob: 'SELECT 1 AS found FROM blobs WHERE hash = ?',
  putBlob: 'INSERT INTO blobs (hash, bytes) VALUES (?, ?)',
  // primary key of blob_owners
  ownBlob: 'INSERT OR IGNORE INTO blob_owners (topic, hash) VALUES (?, ?)',
  // primary key of blob_owners, then blob_owners_by_hash
  dropBlobs: `DELETE FROM blobs WHERE hash IN (SELECT hash FROM blob_owners WHERE topic = ?1)
    AND NOT EXISTS (SELECT 1 FROM blob_owners AS other
      WHERE other.hash = blobs.hash AND other.topic <> ?1)`,
  // primary key of blob_owners
  disownBlobs: 'DELETE FROM blob_owners WHERE topic = ?',
  // blobs.hash
  blob: 'SELECT bytes FROM blobs WHERE hash = ?',
} as const;
