// The SQLite driver in the shape of node:sqlite: the built-in one from Node 24 on (Node 22 has it too, but warns
// on stderr that it is experimental), else @photostructure/sqlite, the same API with binaries inside the package.
import { versions } from 'node:process';
import { sto } from '../errors.ts';
import { withResultCodes } from './package-driver.ts';

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = { readonly [column: string]: SqlValue };

export interface SqlStatement {
  run(...params: SqlValue[]): {
    readonly lastInsertRowid: number | bigint;
    readonly changes: number | bigint;
  };
  get(...params: SqlValue[]): SqlRow | undefined;
  all(...params: SqlValue[]): SqlRow[];
}

export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

/** Opens databases. Tests wrap one to make the disk fail. */
export type SqlDriver = (path: string, options: { readonly readOnly: boolean }) => SqlDatabase;

interface DriverModule {
  readonly DatabaseSync: new (path: string, options: { readOnly: boolean }) => SqlDatabase;
}

const BUILT_IN_SINCE = 24;

/** Loads the best driver of this Node. */
export async function loadDriver(): Promise<SqlDriver> {
  const builtIn = await loadBuiltIn();
  return builtIn === undefined ? withResultCodes(toDriver(await loadPackage())) : toDriver(builtIn);
}

function toDriver({ DatabaseSync }: DriverModule): SqlDriver {
  return (path, { readOnly }) => new DatabaseSync(path, { readOnly });
}

async function loadBuiltIn(): Promise<DriverModule | undefined> {
  if (Number.parseInt(versions.node, 10) < BUILT_IN_SINCE) return undefined;
  // A variable, so that neither the compiler nor a bundler looks for a module that older Nodes do not have.
  const name = 'node:sqlite';
  try {
    return (await import(/* @vite-ignore */ name)) as DriverModule;
  } catch {
    return undefined;
  }
}

async function loadPackage(): Promise<DriverModule> {
  try {
    return (await import('@photostructure/sqlite')) as unknown as DriverModule;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw sto.driverMissing({ reason }, { cause });
  }
}
