// The SQLite driver in the shape of node:sqlite: the built-in one where Node has it (22.13 and later), else
// @photostructure/sqlite, which has the same API with binaries inside the package.
import { sto } from '../errors.ts';

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

/** Loads the best driver of this Node. */
export async function loadDriver(): Promise<SqlDriver> {
  const { DatabaseSync } = (await builtIn()) ?? (await fromPackage());
  return (path, { readOnly }) => new DatabaseSync(path, { readOnly });
}

async function builtIn(): Promise<DriverModule | undefined> {
  // A variable, so that neither the compiler nor a bundler looks for a module that older Nodes do not have.
  const name = 'node:sqlite';
  return import(/* @vite-ignore */ name).catch(() => undefined) as Promise<
    DriverModule | undefined
  >;
}

async function fromPackage(): Promise<DriverModule> {
  try {
    return (await import('@photostructure/sqlite')) as unknown as DriverModule;
  } catch (cause) {
    throw sto.driverMissing(
      { reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}
