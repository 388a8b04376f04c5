// Runs numbered, forward-only migrations. Each is immutable once released: a mistake is corrected by the next number.
import { bug } from '../base/index.ts';

/** One step of the schema. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
  /** Afterwards: what the database cannot compute itself. */
  readonly rewrite?: Rewrite;
}

/** Reads rows and runs a statement for each. */
export interface Rewrite {
  readonly read: string;
  readonly write: string;
  readonly values: (row: { readonly [column: string]: unknown }) => (string | number)[];
}

/** A database as the runner sees it. */
export interface MigrationTarget {
  version(): number;
  /** Runs `fn` in one write transaction, alone in the whole database. */
  exclusively(fn: () => void): void;
  run(sql: string): void;
  rewrite(step: Rewrite): void;
  setVersion(version: number): void;
}

/** Brings a database up to the newest version in one transaction; the caller has refused newer ones. */
export function migrate(target: MigrationTarget, migrations: readonly Migration[]): void {
  for (const [i, { version }] of migrations.entries()) {
    if (version !== i + 1) bug(`migration ${version} stands at place ${i + 1}`);
  }
  if (target.version() >= migrations.length) return;
  target.exclusively(() => {
    // Another process may have done it while we waited for the lock.
    for (const { version, sql, rewrite } of migrations.slice(target.version())) {
      target.run(sql);
      if (rewrite !== undefined) target.rewrite(rewrite);
      target.setVersion(version);
    }
  });
}
