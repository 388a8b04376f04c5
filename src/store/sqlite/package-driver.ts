// Adapts @photostructure/sqlite 1.2: its `all` reports failures without SQLite's result code, so the code is found out
// by asking again in ways that do report it. Remove with the support for Node 20.
import type { SqlDatabase, SqlDriver, SqlStatement, SqlValue } from './driver.ts';

const CORRUPT = 11;

/** The same driver with result codes on every error. */
export function withResultCodes(driver: SqlDriver): SqlDriver {
  return (path, options) => {
    const db = driver(path, options);
    return {
      exec: (text) => db.exec(text),
      prepare: (text) => codedStatement(db, db.prepare(text)),
      close: () => db.close(),
    };
  };
}

function codedStatement(db: SqlDatabase, statement: SqlStatement): SqlStatement {
  return {
    run: (...params) => statement.run(...params),
    get: (...params) => statement.get(...params),
    all(...params) {
      try {
        return statement.all(...params);
      } catch (error) {
        throw withCode(error, db, statement, params);
      }
    },
  };
}

function withCode(
  error: unknown,
  db: SqlDatabase,
  statement: SqlStatement,
  params: readonly SqlValue[],
): unknown {
  if (!(error instanceof Error) || 'errcode' in error) return error;
  try {
    statement.get(...params);
    // The first row can be read. What fails further on is a lock, the disk or damage; the check tells which.
    const verdict = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    return verdict === 'ok' ? error : Object.assign(error, { errcode: CORRUPT });
  } catch (coded) {
    return coded;
  }
}
