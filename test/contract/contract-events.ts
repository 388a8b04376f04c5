// Contract cases about events, transactions and subscriptions.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ManualClock } from '../../src/base/index.ts';
import { type Store, scanTopic } from '../../src/store/index.ts';
import { codeOf, type Open, refused } from './contract-backend.ts';

export function eventCases(open: Open): void {
  it('gives ids from 1 without gaps, per topic', async () => {
    const store = await open();
    const { appends } = await store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: 1 });
      tx.append('b', { kind: 'k', payload: 2 });
      tx.append('a', { kind: 'k', payload: 3 });
    });
    expect(appends.map(({ topic, id }) => `${topic}${id}`)).toEqual(['a1', 'b1', 'a2']);
    expect(await store.latest('a')).toBe(2);
    expect(await store.latest('empty')).toBeUndefined();
    expect(await store.topics()).toEqual(['a', 'b']);
    expect(await store.topics('b')).toEqual(['b']);
  });

  it('reads back what was appended', async () => {
    const store = await open({ clock: new ManualClock(1_700_000_000_123.5) });
    await store.tx((tx) => {
      const payload = {
        text: 'ö \u{1f600} \0',
        list: [1, 2.5, null, true],
        nested: { deep: -0.1 },
      };
      tx.append('a', { kind: 'made', payload, headers: { z: '1', a: 'ü' }, key: 'k1' });
      tx.append('a', { kind: 'made', payload: 'plain', occurredAtMs: 7 });
    });
    expect(await store.read('a')).toEqual([
      {
        topic: 'a',
        id: 1,
        pos: 1,
        kind: 'made',
        payload: { text: 'ö \u{1f600} \0', list: [1, 2.5, null, true], nested: { deep: -0.1 } },
        headers: { a: 'ü', z: '1' },
        key: 'k1',
        occurredAtMs: 1_700_000_000_123.5,
      },
      {
        topic: 'a',
        id: 2,
        pos: 2,
        kind: 'made',
        payload: 'plain',
        headers: {},
        key: undefined,
        occurredAtMs: 7,
      },
    ]);
  });

  it('keeps the payload as it was at the call', async () => {
    const store = await open();
    const payload = { n: 1 };
    const done = store.tx((tx) => tx.append('a', { kind: 'k', payload }));
    payload.n = 2;
    await done;
    expect((await store.read('a'))[0]?.payload).toEqual({ n: 1 });
  });

  it('pages with an exclusive lower bound and filters kinds', async () => {
    const store = await open();
    await store.tx((tx) => {
      for (let n = 1; n <= 10; n += 1) {
        tx.append('a', { kind: n % 2 === 0 ? 'even' : 'odd', payload: n });
      }
    });
    const ids = async (options: Parameters<Store['read']>[1]) =>
      (await store.read('a', options)).map((event) => event.id);
    expect(await ids({ from: 7 })).toEqual([8, 9, 10]);
    expect(await ids({ from: 2, limit: 3 })).toEqual([3, 4, 5]);
    expect(await ids({ kinds: ['even'], from: 4 })).toEqual([6, 8, 10]);
    expect(await ids({ kinds: [] })).toEqual([]);
    expect(await ids({ from: 10 })).toEqual([]);
    expect(await store.read('nothing')).toEqual([]);
  });

  it('is walked page by page to its present end', async () => {
    const store = await open();
    await store.tx((tx) => {
      for (let n = 1; n <= 10; n += 1)
        tx.append('a', { kind: n > 5 ? 'late' : 'early', payload: n });
    });
    const walk = async (options: Parameters<typeof scanTopic>[2]) => {
      const ids: number[] = [];
      for await (const event of scanTopic(store, 'a', options)) ids.push(event.id);
      return ids;
    };
    expect(await walk({ limit: 3 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await walk({ limit: 5, from: 5 })).toEqual([6, 7, 8, 9, 10]);
    expect(await walk({ limit: 2, kinds: ['late'] })).toEqual([6, 7, 8, 9, 10]);
  });

  it('reads many topics in commit order with one position', async () => {
    const store = await open();
    await store.tx((tx) => tx.append('x.1', { kind: 'k', payload: 1 }));
    await store.tx((tx) => tx.append('y', { kind: 'k', payload: 2 }));
    await store.tx((tx) => tx.append('x.2', { kind: 'k', payload: 3 }));
    const all = await store.readAll();
    expect(all.map((event) => event.payload)).toEqual([1, 2, 3]);
    const later = await store.readAll({ fromPos: all[0]?.pos ?? 0, prefix: 'x.' });
    expect(later.map((event) => event.topic)).toEqual(['x.2']);
  });

  it('refuses topic names and texts that it could not give back', async () => {
    const store = await open();
    const append = (topic: string, event: { kind: string; key?: string }) =>
      codeOf(store.tx((tx) => tx.append(topic, { payload: null, ...event })));
    expect(await append('', { kind: 'k' })).toBe(refused('invalidTopic'));
    expect(await append('a b', { kind: 'k' })).toBe(refused('invalidTopic'));
    expect(await append('a', { kind: '' })).toBe(refused('invalidName'));
    expect(await append('a', { kind: 'k', key: 'x\0y' })).toBe(refused('invalidName'));
    expect(await append('a', { kind: '\ud800' })).toBe(refused('invalidName'));
    expect(await store.topics()).toEqual([]);
  });
}

export function transactionCases(open: Open): void {
  it('adds an event with a known key only once and answers the first id', async () => {
    const store = await open();
    const first = await store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: 1, key: 'same' });
      tx.append('a', { kind: 'k', payload: 2, key: 'same' });
    });
    const second = await store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: 3, key: 'same' }, { expectedNext: 99 });
      tx.append('b', { kind: 'k', payload: 4, key: 'same' });
    });
    expect(first.appends.map(({ id, duplicate }) => [id, duplicate])).toEqual([
      [1, false],
      [1, true],
    ]);
    expect(second.appends).toEqual([
      { topic: 'a', id: 1, duplicate: true },
      { topic: 'b', id: 1, duplicate: false },
    ]);
    expect((await store.readByKey('a', 'same'))?.payload).toBe(1);
    expect(await store.readByKey('a', 'other')).toBeUndefined();
    expect(await store.readByKey('nothing', 'same')).toBeUndefined();
  });

  it('refuses everything when one position is not the expected one', async () => {
    const store = await open();
    await store.tx((tx) => tx.append('a', { kind: 'k', payload: 1 }, { expectedNext: 1 }));
    const late = store.tx((tx) => {
      tx.append('b', { kind: 'k', payload: 2 });
      tx.putTimer({ id: 't', dueMs: 1, ref: 'b', payload: null });
      tx.setCursor('b', 'me', 1);
      tx.putBlob(new Uint8Array([1]));
      tx.append('a', { kind: 'k', payload: 3 }, { expectedNext: 1 });
    });
    expect(await codeOf(late)).toBe(refused('positionMismatch'));
    expect(await store.topics()).toEqual(['a']);
    expect(await store.timer('t')).toBeUndefined();
    expect(await store.cursor('b', 'me')).toBe(0);
    const { appends } = await store.tx((tx) => tx.append('b', { kind: 'k', payload: 4 }));
    expect(appends[0]?.id).toBe(1);
  });

  it('lets the neighbours of a refused transaction through, in order', async () => {
    const store = await open();
    const settled: string[] = [];
    const append = (name: string, expectedNext?: number) =>
      store
        .tx((tx) => {
          tx.append('a', { kind: name, payload: null }, { expectedNext });
          tx.append('b', { kind: name, payload: null });
        })
        .then(
          () => settled.push(name),
          () => settled.push(`${name} refused`),
        );
    await Promise.all([append('one', 1), append('two', 5), append('three', 2), append('four')]);
    expect(settled).toEqual(['one', 'two refused', 'three', 'four']);
    expect((await store.read('a')).map((event) => event.kind)).toEqual(['one', 'three', 'four']);
    expect((await store.read('b')).map((event) => event.kind)).toEqual(['one', 'three', 'four']);
  });

  it('keeps nothing of a transaction whose function throws or waits', async () => {
    const store = await open();
    const thrown = store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: 1 });
      throw new RangeError('mine');
    });
    await expect(thrown).rejects.toThrow(RangeError);
    const waiting = store.tx(async (tx) => tx.append('a', { kind: 'k', payload: 1 }));
    await expect(waiting).rejects.toThrow('synchronous');
    expect(await store.latest('a')).toBeUndefined();
  });

  it('holds ids dense and effects whole over any mix of accepted and refused transactions', async () => {
    const store = await open();
    let run = 0;
    const step = fc.record({
      topics: fc.array(fc.constantFrom('p', 'q', 'r'), { minLength: 1, maxLength: 4 }),
      refuse: fc.boolean(),
      wait: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        run += 1;
        const expected = new Map<string, number>();
        const pending: Promise<unknown>[] = [];
        for (const { topics, refuse, wait } of steps) {
          const done = store.tx((tx) => {
            for (const topic of topics) tx.append(`${topic}.${run}`, { kind: 'k', payload: run });
            if (refuse) tx.deleteTimer('no such timer', { mustExist: true });
          });
          if (!refuse) for (const t of topics) expected.set(t, (expected.get(t) ?? 0) + 1);
          pending.push(refuse ? codeOf(done) : done);
          if (wait) await Promise.all(pending);
        }
        await Promise.all(pending);
        for (const topic of ['p', 'q', 'r']) {
          const ids = (await store.read(`${topic}.${run}`)).map((event) => event.id);
          const count = expected.get(topic) ?? 0;
          expect(ids).toEqual(Array.from({ length: count }, (_, i) => i + 1));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('flushes what was called before, refused or not', async () => {
    const store = await open();
    let settled = 0;
    const count = () => {
      settled += 1;
    };
    store.tx((tx) => tx.append('a', { kind: 'k', payload: 1 })).then(count, count);
    store.tx((tx) => tx.deleteTimer('no', { mustExist: true })).then(count, count);
    await store.flush();
    expect(settled).toBe(2);
    await store.flush();
  });
}

export function subscriptionCases(open: Open): void {
  it('follows a topic from its past into its future', async () => {
    const store = await open();
    const stop = new AbortController();
    await store.tx((tx) => {
      for (let n = 1; n <= 600; n += 1) tx.append('a', { kind: 'k', payload: n });
    });
    const seen: number[] = [];
    for await (const event of store.subscribe('a', { from: 2, signal: stop.signal })) {
      seen.push(event.id);
      if (event.id === 600) {
        void store.tx((tx) => tx.append('a', { kind: 'k', payload: 601 }));
        void store.tx((tx) => tx.append('b', { kind: 'k', payload: 1 }));
        void store.tx((tx) => tx.append('a', { kind: 'k', payload: 602 }));
      }
      if (event.id === 602) stop.abort();
    }
    expect(seen).toEqual(Array.from({ length: 600 }, (_, i) => i + 3));
  });

  it('follows only the kinds asked for', async () => {
    const store = await open();
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      const options = { kinds: ['wanted'], signal: stop.signal };
      for await (const event of store.subscribe('a', options)) {
        seen.push(`${event.kind}${event.id}`);
        if (seen.length === 2) stop.abort();
      }
    })();
    for (const kind of ['other', 'wanted', 'other', 'wanted']) {
      await store.tx((tx) => tx.append('a', { kind, payload: null }));
    }
    await following;
    expect(seen).toEqual(['wanted2', 'wanted4']);
  });

  it('ends a subscription when the store closes', async () => {
    const store = await open();
    const following = (async () => {
      for await (const event of store.subscribe('a')) throw new Error(`unexpected ${event.id}`);
      return 'ended';
    })();
    await store.flush();
    await store.close();
    expect(await following).toBe('ended');
  });

  it('leaves a clock that it was given alone', async () => {
    const clock = new ManualClock();
    const store = await open({ clock });
    const next = store.waitForChange(store.changeMark());
    expect(clock.pendingTimers).toBe(0);
    await store.tx((tx) => tx.append('a', { kind: 'k', payload: 1 }));
    await next;
  });

  it('wakes whoever took a mark before a change, even when the wait begins after it', async () => {
    const store = await open();
    const mark = store.changeMark();
    await store.tx((tx) => tx.append('a', { kind: 'k', payload: 1 }));
    await store.waitForChange(mark);
    const stop = new AbortController();
    const aborted = store.waitForChange(store.changeMark(), { signal: stop.signal });
    stop.abort();
    await aborted;
    const next = store.waitForChange(store.changeMark());
    await store.tx((tx) => tx.append('a', { kind: 'k', payload: 2 }));
    await next;
  });
}
