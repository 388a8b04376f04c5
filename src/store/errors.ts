// Everything that can go wrong with stored data, as HARN-STO codes. None of these ever leads to overwriting what was
// found: a file that is not ours, too new or damaged stays as it is.
import { defineErrors, row } from '../base/index.ts';

/** Error constructors of the store. */
export const sto = defineErrors('STO', {
  // Opening
  notADatabase: row<{ path: string }>({
    number: 1,
    message: ({ path }) => `${path} is not a database`,
    hint: 'Nothing was changed. Choose another state directory, or move that file away.',
  }),
  truncated: row<{ path: string; expectedBytes: number; foundBytes: number }>({
    number: 2,
    message: ({ path, expectedBytes, foundBytes }) =>
      `${path} is cut short: ${foundBytes} of ${expectedBytes} bytes are there`,
    hint: 'Nothing was changed. Restore the file from a backup, or move it away to start with an empty store.',
  }),
  foreignDatabase: row<{ path: string; applicationId: number }>({
    number: 3,
    message: ({ path }) => `${path} is a SQLite database of another program`,
    hint: 'Nothing was changed. Point the store at a file of its own.',
  }),
  newerSchema: row<{ path: string; found: number; known: number }>({
    number: 4,
    message: ({ path, found, known }) =>
      `${path} was written by a newer version (schema ${found}, this one knows up to ${known})`,
    hint: 'Nothing was changed. Update harn, or use the version that wrote it.',
  }),
  cannotCreateDirectory: row<{ path: string; reason: string }>({
    number: 5,
    message: ({ path, reason }) => `the directory ${path} cannot be created (${reason})`,
    hint: 'Check that the parent exists, is a directory and may be written to, or set HARN_STATE_DIR.',
  }),
  permissionDenied: row<{ path: string; reason: string }>({
    number: 6,
    message: ({ path, reason }) => `${path} may not be read and written by this user (${reason})`,
    hint: 'Give yourself access to the file and its directory, or set HARN_STATE_DIR.',
  }),
  cannotOpen: row<{ path: string; reason: string }>({
    number: 7,
    message: ({ path, reason }) => `${path} cannot be opened (${reason})`,
    hint: 'The path must name a file in a directory that exists and is on a local disk.',
  }),
  unknownBackend: row<{ url: string }>({
    number: 8,
    message: ({ url }) => `no store backend for ${url}`,
    hint: 'Use a file path, sqlite:PATH or memory: as the store.',
  }),
  driverMissing: row<{ reason: string }>({
    number: 9,
    message: ({ reason }) => `no SQLite driver can be loaded (${reason})`,
    hint: 'Reinstall harn for this platform, or use Node 24, which has SQLite built in.',
  }),
  // Writing
  diskFull: row<{ path: string }>({
    number: 20,
    message: ({ path }) => `no space left to write ${path}; nothing of this transaction was kept`,
    hint: 'Free some space and try again; what was durable before still is.',
    retry: { afterMs: 1000 },
  }),
  busy: row<{ path: string; waitedMs: number }>({
    number: 21,
    message: ({ path, waitedMs }) => `${path} was locked by another process for ${waitedMs} ms`,
    hint: 'Try again; if it stays locked, look for a process that hangs while writing.',
    retry: { afterMs: 100 },
  }),
  ioFailed: row<{ path: string; reason: string }>({
    number: 22,
    message: ({ path, reason }) => `the disk refused to read or write ${path} (${reason})`,
    hint: 'Check the disk and the file system; the store must be on a local disk.',
  }),
  readOnly: row<{ path: string }>({
    number: 23,
    message: ({ path }) => `${path} can only be read`,
    hint: 'Make the file, its directory and the file system writable.',
  }),
  // Damage
  corruptEvent: row<{ topic: string; id: number; location: string }>({
    number: 30,
    message: ({ topic, id, location }) =>
      `event ${id} of topic ${topic} in ${location} is damaged: its checksum does not match`,
    hint: 'Restore the store from a backup. Other topics can still be read.',
  }),
  corruptFile: row<{ path: string; reason: string }>({
    number: 31,
    message: ({ path, reason }) => `${path} is damaged (${reason})`,
    hint: 'Nothing was repaired or overwritten. Restore the file from a backup, or move it away.',
  }),
  missingEvent: row<{ topic: string; id: number; location: string }>({
    number: 34,
    message: ({ topic, id, location }) =>
      `event ${id} of topic ${topic} is missing from ${location} although later ones are there`,
    hint: 'Restore the store from a backup. Other topics can still be read.',
  }),
  blobMissing: row<{ hash: string; location: string }>({
    number: 32,
    message: ({ hash, location }) => `blob ${hash} is not in ${location}`,
    hint: 'The store it was written to is another one, or the store was restored from an older copy.',
  }),
  blobCorrupt: row<{ hash: string; location: string }>({
    number: 33,
    message: ({ hash, location }) => `blob ${hash} in ${location} is damaged`,
    hint: 'Restore the store from a backup.',
  }),
  // Refusals
  fenced: row<{
    lease: string;
    epoch: number;
    currentEpoch: number;
    host?: string | undefined;
    pid?: number | undefined;
  }>({
    number: 40,
    message: ({ lease, epoch, currentEpoch, host, pid }) =>
      pid === undefined
        ? `the lease ${lease} is not held any more (taken as epoch ${epoch}, now at ${currentEpoch})`
        : `the lease ${lease} was taken over by process ${pid} on ${host} (epoch ${currentEpoch}, this writer has ${epoch})`,
    hint: 'Stop this writer: someone else may be doing its work.',
    retry: false,
  }),
  leaseHeld: row<{ lease: string; epoch: number; host: string; pid: number }>({
    number: 41,
    message: ({ lease, host, pid }) => `${lease} is held by process ${pid} on ${host}`,
    hint: 'Wait for that process or end it; force takes the lease over.',
  }),
  positionMismatch: row<{ topic: string; expected: number; next: number }>({
    number: 42,
    message: ({ topic, expected, next }) =>
      `topic ${topic} stands at ${next}, the writer expected ${expected}`,
    hint: 'Someone else appended, or an earlier append failed. Read again and decide anew.',
  }),
  checkFailed: row<{ projection: string; key: string }>({
    number: 43,
    message: ({ projection, key }) => `the row ${key} of ${projection} is not what was required`,
    hint: 'Someone else changed it first. Read it again and decide anew.',
  }),
  timerGone: row<{ timer: string }>({
    number: 44,
    message: ({ timer }) => `the timer ${timer} is gone`,
    hint: 'Someone else acted on it, or it was cancelled.',
  }),
  // Use
  closed: row<{ location: string }>({
    number: 60,
    message: ({ location }) => `the store ${location} is closed`,
    hint: 'Open it again; whoever still uses it should have stopped first.',
  }),
  invalidTopic: row<{ topic: string }>({
    number: 61,
    message: ({ topic }) =>
      topic === ''
        ? 'topic cannot be empty'
        : `topic ${JSON.stringify(topic)} contains unsupported characters`,
    hint: 'Topic names are made of letters, digits, dots, _ and -.',
  }),
  invalidName: row<{ what: string; name: string }>({
    number: 62,
    message: ({ what, name }) => `${JSON.stringify(name)} cannot be used as ${what}`,
    hint: 'Use non-empty text without NUL characters and unpaired surrogates.',
  }),
  newerEvent: row<{ topic: string; id: number; found: number; known: number }>({
    number: 63,
    message: ({ topic, id, found, known }) =>
      `event ${id} of topic ${topic} has version ${found}, this program knows up to ${known}`,
    hint: 'Update harn, or use the version that wrote it.',
  }),
  // Projections
  projectionUndeclared: row<{ projection: string }>({
    number: 70,
    message: ({ projection }) => `the projection ${projection} was not declared on this store`,
    hint: 'Call store.declare(projection) after opening.',
  }),
  projectionSuperseded: row<{ projection: string; found: number; known: number }>({
    number: 71,
    message: ({ projection, found, known }) =>
      `the projection ${projection} was rebuilt as version ${found} by another process; this one knows version ${known}`,
    hint: 'Restart this process with the newer version.',
  }),
  projectionInvalid: row<{ projection: string; reason: string }>({
    number: 72,
    message: ({ projection, reason }) => `the projection ${projection} is not usable: ${reason}`,
    hint: 'Correct its declaration, or the fold that made the row.',
  }),
  foldFailed: row<{ projection: string; topic: string; id: number; reason: string }>({
    number: 73,
    message: ({ projection, topic, id, reason }) =>
      `the projection ${projection} failed at event ${id} of topic ${topic}: ${reason}`,
    hint: 'A fold must accept every event of its topics. Nothing of this transaction was kept.',
  }),
});
