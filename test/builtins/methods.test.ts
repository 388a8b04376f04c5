// The rows of methods of built-in values name exactly what those values can do, and every example prints what it says.
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { METHOD_EXAMPLES } from '../../src/builtins/examples/methods.ts';
import { HarnPool } from '../../src/builtins/pool.ts';
import { streamRows } from '../../src/builtins/stream-operators.ts';
import { METHOD_KINDS, methodNames, methodSpec, parseSignature } from '../../src/lang/index.ts';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { dictCallbacks } from '../../src/values/callbacks/dict.ts';
import { listCallbacks } from '../../src/values/callbacks/list.ts';
import { setCallbacks } from '../../src/values/callbacks/set.ts';
import { sinks } from '../../src/values/callbacks/sinks.ts';
import { type HarnObject, METHODS } from '../../src/values/index.ts';
import { bytesMethods } from '../../src/values/methods/bytes.ts';
import { dictMethods } from '../../src/values/methods/dict.ts';
import { iterMethods } from '../../src/values/methods/iter.ts';
import { listMethods } from '../../src/values/methods/list.ts';
import { rangeMethods } from '../../src/values/methods/range.ts';
import { setMethods } from '../../src/values/methods/set.ts';
import { stringMethods } from '../../src/values/methods/string.ts';
import { printed } from '../agents/program.ts';

type Table = ReadonlyMap<string, unknown>;

function ownMethods(object: HarnObject): Table {
  return object[METHODS] ?? new Map();
}

/** The tables that a run asks, in the order in which it does. */
const TABLES: { readonly [kind: string]: readonly Table[] } = {
  bytes: [bytesMethods],
  dict: [dictMethods, dictCallbacks],
  iter: [iterMethods, sinks],
  list: [listMethods, listCallbacks],
  pool: [ownMethods(HarnPool.prototype)],
  range: [rangeMethods, iterMethods, sinks],
  set: [setMethods, setCallbacks],
  stream: streamRows().map(({ constant }) => ownMethods(constant as HarnObject)),
  string: [stringMethods],
};

const namesIn = (tables: readonly Table[]) =>
  [...new Set(tables.flatMap((table) => [...table.keys()]))].toSorted();

/** What a name calls: of several tables the first that has it. */
const implementation = (tables: readonly Table[], name: string) =>
  tables.find((table) => table.has(name))?.get(name);

describe.each(Object.keys(METHOD_KINDS))('the rows of %s', (kind) => {
  const tables = TABLES[kind] ?? [];
  const rows = METHOD_KINDS[kind] ?? [];

  test('name the methods that a run finds, other names included', () => {
    expect(methodNames(kind).toSorted()).toEqual(namesIn(tables));
  });

  test('call a name another name of the method that it is', () => {
    const wrong = rows.flatMap(({ name, aliases }) =>
      aliases.filter((alias) => implementation(tables, alias) !== implementation(tables, name)),
    );
    expect(wrong).toEqual([]);
  });

  test('have signatures of their names, and documentation of one line', () => {
    for (const { name, signature, doc } of rows) {
      expect(parseSignature(signature).name).toBe(name);
      expect(doc).toMatch(/^[A-Z][^\n]*\.$/);
    }
  });

  test('have an example each', () => {
    const without = rows.filter((row) => METHOD_EXAMPLES[`${row.kind}.${row.name}`] === undefined);
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

describe('an example of a method', () => {
  test.each(Object.entries(METHOD_EXAMPLES))('prints what it says: %s', async (key, example) => {
    const [kind = '', name = ''] = key.split('.');
    expect(methodSpec(kind, name)?.name).toBe(name);
    expect(example.source).toContain(`.${name}(`);
    const host = Object.assign(createMockHost(), { clock: systemClock });
    const lines = await printed(`pipeline main() {\n${example.source}\n}`, { host });
    expect(lines.join('\n')).toBe(example.prints);
  });
});
