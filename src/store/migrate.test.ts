// The migration runner: in order, once, forward only.
import { describe, expect, it } from 'vitest';
import { type Migration, type MigrationTarget, migrate } from './migrate.ts';

function database(version: number, whileWaiting?: (log: string[]) => number) {
  const log: string[] = [];
  let current = version;
  const target: MigrationTarget = {
    version: () => current,
    exclusively(fn) {
      log.push('begin');
      current = whileWaiting?.(log) ?? current;
      fn();
      log.push('commit');
    },
    run: (sql) => log.push(sql),
    rewrite: ({ write }) => log.push(write),
    setVersion(next) {
      current = next;
      log.push(`= ${next}`);
    },
  };
  return { log, target };
}

const three: readonly Migration[] = [1, 2, 3].map((version) => ({
  version,
  sql: `sql ${version}`,
}));

describe('migrations', () => {
  it.each([
    [0, ['begin', 'sql 1', '= 1', 'sql 2', '= 2', 'sql 3', '= 3', 'commit']],
    [2, ['begin', 'sql 3', '= 3', 'commit']],
    [3, []],
  ])('run from version %i to the newest in one transaction', (from, expected) => {
    const { log, target } = database(from);
    migrate(target, three);
    expect(log).toEqual(expected);
  });

  it('do not run again what another process ran while we waited', () => {
    const { log, target } = database(0, () => 3);
    migrate(target, three);
    expect(log).toEqual(['begin', 'commit']);
  });

  it('rewrite what the statements left, before the next one', () => {
    const { log, target } = database(1);
    const rewrite = { read: 'read', write: 'rewrite 2', values: () => [] };
    migrate(target, [
      { version: 1, sql: '' },
      { version: 2, sql: 'sql 2', rewrite },
      ...three.slice(2),
    ]);
    expect(log).toEqual(['begin', 'sql 2', 'rewrite 2', '= 2', 'sql 3', '= 3', 'commit']);
  });

  it('must be numbered from 1 without holes', () => {
    const { target } = database(0);
    expect(() => migrate(target, [{ version: 2, sql: '' }])).toThrow('migration 2');
  });
});
