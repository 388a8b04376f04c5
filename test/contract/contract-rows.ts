// Contract cases about projections: rows equal the fold of the log, and queries find them.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  defineProjection,
  type Projection,
  type Store,
  type StoredEvent,
} from '../../src/store/index.ts';
import { codeOf, type Open, refused } from './contract-backend.ts';

type Counter = { count: number; sum: number; last: string | null };
/** Counts by kind; `gone` events remove their row, `skip` events belong to no row. */
export const counters: Projection<Counter> = defineProjection<Counter>({
  name: 'contract.counters',
  version: 1,
  topics: ['n.*', 'extra'],
  columns: { count: 'number', sum: 'number', last: 'text' },
  indexes: [['count', 'sum']],
  keyOf: (event) => (event.kind === 'skip' ? undefined : keyIn(event)),
  fold(row, event) {
    if (event.kind === 'gone') return undefined;
    const { n, tag } = event.payload as { n: number; tag: string | null };
    return { count: (row?.count ?? 0) + 1, sum: (row?.sum ?? 0) + n, last: tag };
  },
});

function keyIn(event: StoredEvent): string {
  return (event.payload as { key: string }).key;
}

/** The rows a plain fold over the log gives: what every backend's rows must equal. */
export async function foldByHand(store: Store): Promise<{ [key: string]: Counter }> {
  const rows = new Map<string, Counter>();
  for (const event of await store.readAll({ limit: 100_000 })) {
    if (!event.topic.startsWith('n.') && event.topic !== 'extra') continue;
    const given = counters.keyOf(event);
    if (given === undefined) continue;
    // What no database keeps as it is (NUL, half a surrogate pair) is the replacement character in every key.
    const key = given.replace(/\p{Surrogate}/gu, '\ufffd').replaceAll('\0', '\ufffd');
    const row = counters.fold(rows.get(key), event);
    if (row === undefined) rows.delete(key);
    else rows.set(key, row);
  }
  return Object.fromEntries(rows);
}

export async function keptRows(store: Store): Promise<{ [key: string]: Counter }> {
  const rows = await store.rows(counters);
  return Object.fromEntries(rows.map(({ key, row }) => [key, row]));
}

/** Any history of events that do and do not concern the counters. */
export const history = fc.array(
  fc.record({
    topic: fc.constantFrom('n.a', 'n.b', 'extra', 'unrelated'),
    kind: fc.constantFrom('add', 'add', 'add', 'gone', 'skip'),
    key: fc.oneof(fc.constantFrom('k1', 'k2', 'k3'), fc.string({ unit: 'binary', maxLength: 3 })),
    n: fc.integer({ min: -5, max: 5 }),
    tag: fc.option(fc.string({ maxLength: 4 })),
    idempotencyKey: fc.option(fc.constantFrom('i1', 'i2'), { nil: undefined }),
    commit: fc.constantFrom('wait', 'queue', 'refuse'),
  }),
  { maxLength: 25 },
);

/** Appends a history, some of it refused. */
export async function play(
  store: Store,
  steps: typeof history extends fc.Arbitrary<infer T> ? T : never,
) {
  const pending: Promise<unknown>[] = [];
  for (const { topic, kind, key, n, tag, idempotencyKey, commit } of steps) {
    const done = store.tx((tx) => {
      tx.append(topic, { kind, payload: { key, n, tag }, key: idempotencyKey });
      if (commit === 'refuse') tx.deleteTimer('no such timer', { mustExist: true });
    });
    pending.push(commit === 'refuse' ? codeOf(done) : done);
    if (commit === 'wait') await Promise.all(pending);
  }
  await Promise.all(pending);
}

export function projectionCases(open: Open): void {
  it('keeps rows equal to the fold of the log after any history', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const store = await open({ projections: [counters] });
        await play(store, steps);
        const expected = await foldByHand(store);
        expect(await keptRows(store)).toEqual(expected);
        await store.rebuild(counters);
        expect(await keptRows(store)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('builds a projection declared late from the whole log', async () => {
    const store = await open();
    await store.tx((tx) => {
      tx.append('n.a', { kind: 'add', payload: { key: 'x', n: 2, tag: null } });
      tx.append('n.b', { kind: 'add', payload: { key: 'x', n: 3, tag: 't' } });
    });
    expect(await codeOf(store.rows(counters))).toBe(refused('projectionUndeclared'));
    await store.declare(counters);
    expect(await store.row(counters, 'x')).toEqual({ count: 2, sum: 5, last: 't' });
    await store.declare(counters);
    expect(await store.row(counters, 'x')).toEqual({ count: 2, sum: 5, last: 't' });
    expect(await store.row(counters, 'y')).toBeUndefined();
  });

  it('tells row keys apart that a database would cut or mend', async () => {
    const store = await open({ projections: [counters] });
    const keys = ['a', 'a\0b', 'a\0c', 'a\ud800', ''];
    await store.tx((tx) => {
      for (const key of keys) {
        tx.append('n.a', { kind: 'add', payload: { key, n: 1, tag: 'x\0y' } });
      }
    });
    for (const key of keys) expect((await store.row(counters, key))?.count).toBe(1);
    expect(await store.rows(counters, { where: { last: 'x\0y' } })).toHaveLength(5);
    expect(await store.rows(counters, { where: { last: 'x' } })).toHaveLength(0);
  });

  it('rebuilds rows when the declared version or columns differ', async () => {
    const store = await open({ projections: [counters] });
    await store.tx((tx) =>
      tx.append('n.a', { kind: 'add', payload: { key: 'x', n: 2, tag: null } }),
    );
    const doubled: Projection<Counter> = {
      ...counters,
      version: 2,
      columns: { sum: 'number' },
      indexes: [],
      fold: (row, event) => ({ count: 0, last: null, sum: (row?.sum ?? 0) + event.id * 10 }),
    };
    await store.declare(doubled);
    expect(await store.rows(doubled, { where: { sum: 10 } })).toHaveLength(1);
    expect(await codeOf(store.rows(counters))).toBe(refused('projectionUndeclared'));
  });

  it('refuses a transaction whose event the fold cannot take, and nothing else', async () => {
    const picky = defineProjection<{ n: number }>({
      name: 'contract.picky',
      version: 1,
      topics: ['n.*'],
      columns: { n: 'number' },
      keyOf: () => 'only',
      fold(_row, event) {
        if (event.kind === 'bad') throw new Error('cannot');
        return { n: event.kind === 'wrong type' ? ('text' as unknown as number) : 1 };
      },
    });
    const store = await open({ projections: [picky] });
    const append = (kind: string) => store.tx((tx) => tx.append('n.a', { kind, payload: null }));
    const settled = await Promise.all([
      append('good'),
      codeOf(append('bad')),
      codeOf(append('wrong type')),
      append('good'),
    ]);
    expect(settled[1]).toBe(refused('foldFailed'));
    expect(settled[2]).toBe(refused('foldFailed'));
    expect(settled[3].appends[0]?.id).toBe(2);
  });

  it('refuses a transaction unless a row is as required, seen in the middle of it', async () => {
    const store = await open({ projections: [counters] });
    const add = (accept: (row: Counter | undefined) => boolean) =>
      store.tx((tx) => {
        tx.append('n.a', { kind: 'add', payload: { key: 'x', n: 1, tag: null } });
        tx.check(counters, 'x', accept);
      });
    await add((row) => row?.count === 1);
    expect(await codeOf(add((row) => row?.count === 1))).toBe(refused('checkFailed'));
    await add((row) => row?.count === 2);
    expect(await store.latest('n.a')).toBe(2);
  });

  it('refuses declarations that cannot be a table', async () => {
    const store = await open();
    const declare = (change: Partial<Projection>) =>
      codeOf(store.declare({ ...(counters as Projection), ...change }));
    const invalid = refused('projectionInvalid');
    expect(await declare({ name: 'Bad Name' })).toBe(invalid);
    expect(await declare({ columns: { 'a"b': 'text' }, indexes: [] })).toBe(invalid);
    expect(await declare({ indexes: [['nowhere']] })).toBe(invalid);
  });
}

export function shortRowCases(open: Open): void {
  it('folds only the kinds that a projection asks for, live and from the whole log', async () => {
    const some: Projection<Counter> = { ...counters, name: 'contract.some', kinds: ['add'] };
    const store = await open({ projections: [some] });
    await store.tx((tx) => {
      tx.append('n.a', { kind: 'add', payload: { key: 'x', n: 2, tag: null } });
      tx.append('n.a', { kind: 'other', payload: null });
      tx.append('n.a', { kind: 'gone', payload: { key: 'x' } });
      tx.append('n.b', { kind: 'add', payload: { key: 'x', n: 3, tag: 't' } });
    });
    const row = { count: 2, sum: 5, last: 't' };
    expect(await store.row(some, 'x')).toEqual(row);
    await store.rebuild(some);
    expect(await store.row(some, 'x')).toEqual(row);
  });

  it('keeps rows in a shorter form that neither readers nor the fold see', async () => {
    const store = await open();
    const short = defineProjection<Counter>({
      ...counters,
      name: 'contract.short',
      kept: {
        pack: ({ count, sum, last }) =>
          last === null ? { n: [count, sum] } : { n: [count, sum], last },
        unpack: ({ n, last = null }, key) => {
          if (key === '') throw new Error('a row has a key');
          const [count = 0, sum = 0] = n as number[];
          return { count, sum, last: last as string | null };
        },
      },
    });
    await store.declare(counters, short);
    for (const [key, n, tag] of [
      ['k1', 3, 'x'],
      ['k2', 1, null],
      ['k1', 4, null],
    ] as const) {
      await store.tx((tx) => tx.append('n.a', { kind: 'add', payload: { key, n, tag } }));
    }
    expect(await store.rows(short)).toEqual(await store.rows(counters));
    expect(await store.row(short, 'k1')).toEqual({ count: 2, sum: 7, last: null });
    const found = await store.rows(short, { where: { sum: { gte: 5 } }, orderBy: ['sum'] });
    expect(found.map(({ key }) => key)).toEqual(['k1']);
    const seen: unknown[] = [];
    await store.tx((tx) => tx.check(short, 'k2', (row) => seen.push(row) > 0));
    expect(seen).toEqual([{ count: 1, sum: 1, last: null }]);
  });
}

export function queryCases(open: Open): void {
  type Item = { state: string | null; rank: number | null };
  const items = defineProjection<Item>({
    name: 'contract.items',
    version: 1,
    topics: ['items'],
    columns: { state: 'text', rank: 'number' },
    indexes: [['state', 'rank']],
    keyOf: (event) => event.kind,
    fold: (_row, event) => event.payload as Item,
  });
  async function withItems(rows: { readonly [key: string]: Item }): Promise<Store> {
    const store = await open({ projections: [items] });
    await store.tx((tx) => {
      for (const [kind, payload] of Object.entries(rows)) tx.append('items', { kind, payload });
    });
    return store;
  }
  const five = {
    a: { state: 'ready', rank: 2 },
    b: { state: 'ready', rank: 1 },
    c: { state: 'done', rank: null },
    d: { state: null, rank: 1 },
    e: { state: 'ready', rank: null },
  };

  it('finds rows by conditions on columns', async () => {
    const store = await withItems(five);
    const keys = async (query: Parameters<typeof store.rows<Item>>[1]) =>
      (await store.rows(items, query)).map(({ key }) => key).join('');
    expect(await keys({})).toBe('abcde');
    expect(await keys({ where: { state: 'ready' } })).toBe('abe');
    expect(await keys({ where: { state: null } })).toBe('d');
    expect(await keys({ where: { state: { in: ['done', null] } } })).toBe('cd');
    expect(await keys({ where: { state: { in: [] } } })).toBe('');
    expect(await keys({ where: { rank: { gt: 1 } } })).toBe('a');
    expect(await keys({ where: { rank: { gte: 1, lt: 2 }, state: 'ready' } })).toBe('b');
    expect(await keys({ where: { rank: { lte: 2 } } })).toBe('abd');
    expect(await keys({ where: { state: 'ready' }, orderBy: ['rank'] })).toBe('eba');
    expect(await keys({ orderBy: ['state', 'rank'], descending: true })).toBe('abecd');
    expect(await keys({ orderBy: ['rank'], limit: 2 })).toBe('ce');
    expect(await codeOf(keys({ where: { nope: 1 } }))).toBe(refused('projectionInvalid'));
    expect(await codeOf(keys({ orderBy: ['nope'] }))).toBe(refused('projectionInvalid'));
    expect(await codeOf(keys({ where: { rank: 'x' } }))).toBe(refused('projectionInvalid'));
  });

  it('pages through any rows in any order without loss or repetition', async () => {
    const text = fc.option(fc.constantFrom('x', 'y', '\u{1f600}', '\uffee', 'é'));
    const rank = fc.option(fc.constantFrom(-1, 0, 1.5));
    const some = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd', 'e', '\u{1f600}', '\uffee'),
      fc.record({ state: text, rank }),
    );
    const order = fc.subarray(['state', 'rank']);
    await fc.assert(
      fc.asyncProperty(some, order, fc.boolean(), async (rows, orderBy, descending) => {
        const store = await withItems(rows);
        const whole = await store.rows(items, { orderBy, descending });
        const paged: (typeof whole)[number][] = [];
        for (;;) {
          const after = paged.at(-1);
          const page = await store.rows(items, {
            orderBy,
            descending,
            limit: 2,
            ...(after === undefined ? {} : { after }),
          });
          paged.push(...page);
          if (page.length < 2) break;
        }
        expect(paged).toEqual(whole);
        expect(whole).toHaveLength(Object.keys(rows).length);
        expect(whole.map(({ key }) => key)).toEqual(sortedByHand(rows, orderBy, descending));
      }),
      { numRuns: 30 },
    );
  });

  function sortedByHand(
    rows: { readonly [key: string]: Item },
    orderBy: readonly string[],
    descending: boolean,
  ): string[] {
    const rankOf = (value: string | number | null) =>
      typeof value === 'string' ? [...value].map((c) => c.codePointAt(0) as number) : [value];
    const fields = (key: string) =>
      [...orderBy.map((column) => rows[key]?.[column as 'state' | 'rank'] ?? null), key].map(
        rankOf,
      );
    const compare = (a: string, b: string) => {
      const left = fields(a).flat();
      const right = fields(b).flat();
      for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
        const x = left[i] ?? Number.NEGATIVE_INFINITY;
        const y = right[i] ?? Number.NEGATIVE_INFINITY;
        if (x !== y) return x < y ? -1 : 1;
      }
      return 0;
    };
    const keys = Object.keys(rows).sort(compare);
    return descending ? keys.reverse() : keys;
  }
}
