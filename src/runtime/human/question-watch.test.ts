// Following questions: news reach whom they concern, and nobody else is woken.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/index.ts';
import type { News } from '../run/index.ts';
import { questionIndex } from './question-record.ts';
import { watchQuestion } from './question-watch.ts';
import { questionTopic } from './topics.ts';

const directory = mkdtempSync(join(tmpdir(), 'harn-watch-'));
afterAll(() => rmSync(directory, { recursive: true }));

const never = new AbortController().signal;

const write = (store: Store, request_id: string) =>
  store.tx((tx) =>
    tx.append(questionTopic.name, { kind: 'hitl.response_received', payload: { request_id } }),
  );

/** Whether there is news; looks for a while. */
async function hasNews(news: News): Promise<boolean> {
  let told = false;
  const looking = new AbortController();
  const done = news.next(looking.signal).then(() => {
    told = !looking.signal.aborted;
  });
  for (let turn = 0; turn < 50 && !told; turn += 1) await new Promise((ok) => setImmediate(ok));
  looking.abort();
  await done;
  return told;
}

it('tells those who wait for a question, and nobody else', async () => {
  await using store = await openStore('memory:');
  const one = await watchQuestion(store, 'one');
  const two = await watchQuestion(store, 'two');
  await store.tx((tx) => tx.append('elsewhere', { kind: 'noise', payload: {} }));
  expect([await hasNews(one), await hasNews(two)]).toEqual([false, false]);
  await write(store, 'one');
  expect([await hasNews(one), await hasNews(two)]).toEqual([true, false]);
  await write(store, 'two');
  expect([await hasNews(one), await hasNews(two)]).toEqual([false, true]);
  one.stop();
  two.stop();
});

it('keeps news that come before somebody asks, and leaves out what was there before', async () => {
  await using store = await openStore('memory:');
  await write(store, 'one');
  const news = await watchQuestion(store, 'one');
  expect(await hasNews(news)).toBe(false);
  await write(store, 'one');
  for (let turn = 0; turn < 20; turn += 1) await new Promise((ok) => setImmediate(ok));
  expect(await hasNews(news)).toBe(true);
  news.stop();
});

it('goes on after everybody has left, and for those who come while the last one leaves', async () => {
  await using store = await openStore('memory:');
  for (let round = 0; round < 3; round += 1) {
    const leaving = await watchQuestion(store, 'leaving');
    const coming = watchQuestion(store, 'coming');
    leaving.stop();
    const news = await coming;
    await write(store, 'coming');
    await news.next(never);
    news.stop();
  }
});

it('hears what another process wrote', async () => {
  const url = join(directory, 'shared.sqlite');
  await using ours = await openStore({ url, projections: [questionIndex] });
  await using theirs = await openStore(url);
  const news = await watchQuestion(ours, 'one');
  await write(theirs, 'one');
  await news.next(never);
  news.stop();
});

it('tells all when the store cannot be read any more, so that they find out', async () => {
  const store = await openStore('memory:');
  const news = await watchQuestion(store, 'one');
  const told = news.next(never);
  await store.close();
  await told;
  await expect(news.next(never)).rejects.toThrow();
});
