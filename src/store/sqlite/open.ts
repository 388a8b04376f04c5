// Opens a SQLite store: looks at the file, opens it, sets the durability, brings the schema up to date. Whatever is
// wrong is found before anything is written.
import { resolve } from 'node:path';
import { systemClock } from '../../base/index.ts';
import { sto } from '../errors.ts';
import { type LocalStoreOptions, openLocalStore } from '../local-store.ts';
import { migrate } from '../migrate.ts';
import type { Durability, Store } from '../store.ts';
import { loadDriver, type SqlDatabase, type SqlDriver } from './driver.ts';
import { BUSY_TIMEOUT_MS, isBusy, translateFailure } from './failures.ts';
import { type FileState, logSize, prepareFile } from './file.ts';
import { migrations } from './migrations/all.ts';
import type { Packing } from './packs.ts';
import { APPLICATION_ID, sql } from './sql.ts';
import { SqliteTables } from './tables.ts';

/** Where and how to open. */
export interface SqliteStoreOptions extends LocalStoreOptions {
  readonly path: string;
  readonly durability?: Exclude<Durability, 'none'>;
  /** Instead of the driver of this Node. */
  readonly driver?: SqlDriver;
  /** Instead of what is usual. */
  readonly packing?: Packing;
}

/** Opens or creates the database at `path`. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { durability = 'power' } = options;
  const path = resolve(options.path);
  const driver = options.driver ?? (await loadDriver());
  let db: SqlDatabase | undefined;
  try {
    refuseForeign(driver, path, prepareFile(path));
    db = driver(path, { readOnly: false });
    await configure(db, path, durability);
  } catch (error) {
    db?.close();
    throw translateFailure(error, path) ?? error;
  }
  return openLocalStore(new SqliteTables(db, path, durability, options.packing), options);
}

/**
 * An empty, unmarked file with a log may be ours in the making or somebody else's. Only SQLite can read the log, and
 * only a read-only connection leaves it alone when it closes.
 */
function refuseForeign(driver: SqlDriver, path: string, state: FileState): void {
  if (state === 'ours' || logSize(path) === 0) return;
  const db = driver(path, { readOnly: true });
  try {
    refuseOthersContent(db, path);
  } finally {
    db.close();
  }
}

function refuseOthersContent(db: SqlDatabase, path: string): void {
  const applicationId = pragma(db, 'application_id');
  if (applicationId === APPLICATION_ID) return;
  const tables = db.prepare('SELECT count(*) AS count FROM sqlite_master').get()?.['count'];
  if (applicationId !== 0 || tables !== 0) throw sto.foreignDatabase({ path, applicationId });
}

async function configure(
  db: SqlDatabase,
  path: string,
  durability: Exclude<Durability, 'none'>,
): Promise<void> {
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const found = pragma(db, 'user_version');
  if (found > migrations.length) {
    throw sto.newerSchema({ path, found, known: migrations.length });
  }
  // Only a file without tables takes it: deleted space can then be given back a piece at a time.
  if (found === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  await useWriteAheadLog(db, path);
  // fullfsync: on macOS a plain fsync stops at the drive's cache. No effect elsewhere.
  db.exec(
    durability === 'power'
      ? 'PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1'
      : 'PRAGMA synchronous = NORMAL',
  );
  migrate(
    {
      version: () => pragma(db, 'user_version'),
      run: (text) => db.exec(text),
      rewrite({ read, write, values }) {
        const statement = db.prepare(write);
        for (const row of db.prepare(read).all()) statement.run(...values(row));
      },
      setVersion: (version) => db.exec(`PRAGMA user_version = ${version}`),
      exclusively(fn) {
        db.exec(sql.begin);
        refuseOthersContent(db, path);
        db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
        fn();
        db.exec(sql.commit);
      },
    },
    migrations,
  );
}

/** Attempts at the switch to write-ahead logging while another process is doing the same: 5 seconds in all. */
const WAL_ATTEMPTS = 1_000;
const WAL_PAUSE_MS = 5;

/** The switch needs the file alone and does not wait for it, so two processes that create a store together collide. */
async function useWriteAheadLog(db: SqlDatabase, path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
      if (mode === 'wal') return;
      throw sto.cannotOpen({ path, reason: 'its file system has no shared memory for the log' });
    } catch (error) {
      if (!isBusy(error) || attempt === WAL_ATTEMPTS) throw error;
    }
    // The real clock, whatever time the store's user has: the other process lives in real time.
    await new Promise<void>((done) => systemClock.after(WAL_PAUSE_MS, done));
  }
}

function pragma(db: SqlDatabase, name: string): number {
  return db.prepare(`PRAGMA ${name}`).get()?.[name] as number;
}
