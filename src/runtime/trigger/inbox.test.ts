// The inbox on both local backends: once per event and per dedupe key, queued until something settles it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ManualClock, seededRandom } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { triggerErrors } from './errors.ts';
import { completeEvent, specSummary } from './event.ts';
import { inboxIndex, listQueuedEvents, publishEvent } from './inbox.ts';
import { markOutcome, requestCancel } from './outbox.ts';

const directory = mkdtempSync(join(tmpdir(), 'harn-inbox-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

const event = (id: string, dedupe_key = id) => ({
  id,
  provider: 'github',
  kind: 'issues',
  dedupe_key,
});
const queued = async (store: Store) =>
  (await listQueuedEvents(store)).map(({ binding_key, event_id }) => `${binding_key} ${event_id}`);

describe.each([
  ['memory', () => openStore('memory:')],
  [
    'sqlite',
    () => {
      files += 1;
      return openStore({ url: join(directory, `${files}.sqlite`) });
    },
  ],
])('the inbox on %s', (_name, open) => {
  it('holds an event once per binding, with what is known in its headers', async () => {
    await using store = await open();
    const given = { event: event('e1'), triggerId: 't', bindingVersion: 2, nowMs: 7 };
    expect(await publishEvent(store, given)).toEqual({
      status: 'queued',
      event_id: 'e1',
      binding_key: 't@v2',
    });
    expect(await publishEvent(store, given)).toMatchObject({ status: 'duplicate' });
    expect(await publishEvent(store, { ...given, bindingVersion: 3 })).toMatchObject({
      status: 'queued',
    });
    expect(await queued(store)).toEqual(['t@v2 e1', 't@v3 e1']);
    const [stored] = await store.read('trigger.inbox.envelopes');
    expect(stored).toMatchObject({
      kind: 'event_ingested',
      payload: { trigger_id: 't', binding_version: 2, event: { id: 'e1' } },
      headers: { event_id: 'e1', provider: 'github', kind: 'issues', binding_key: 't@v2' },
      occurredAtMs: 7,
    });
  });

  it('drops events with a dedupe key that is taken, until its time is over', async () => {
    await using store = await open();
    const publish = (id: string, nowMs: number) =>
      publishEvent(store, {
        event: event(id, 'same'),
        triggerId: 't',
        bindingVersion: 1,
        dedupeForMs: 100,
        nowMs,
      });
    expect((await publish('e1', 0)).status).toBe('queued');
    expect((await publish('e2', 99)).status).toBe('duplicate');
    expect((await publish('e3', 100)).status).toBe('queued');
    expect((await publish('e4', 150)).status).toBe('duplicate');
    expect((await store.read('trigger.inbox.claims')).map(({ kind }) => kind)).toEqual([
      'dedupe_claim',
      'dedupe_claim',
    ]);
    expect(await queued(store)).toEqual(['t@v1 e1', 't@v1 e3']);
  });

  it.each([
    'dispatch_started',
    'dispatch_succeeded',
    'dispatch_failed',
    'dispatch_waiting',
    'dispatch_skipped',
    'dispatch_cancelled',
    'dispatch_deferred',
  ] as const)('is left by an event when its %s is written', async (outcome) => {
    await using store = await open();
    await publishEvent(store, { event: event('e'), triggerId: 't', bindingVersion: 1, nowMs: 1 });
    await publishEvent(store, { event: event('e'), triggerId: 'u', bindingVersion: 1, nowMs: 2 });
    const dispatch = { event_id: 'e', binding_key: 't@v1', trigger_id: 't', nowMs: 3 };
    await markOutcome(store, outcome, dispatch);
    await markOutcome(store, outcome, dispatch);
    expect(await store.read('trigger.outbox')).toHaveLength(1);
    expect(await queued(store)).toEqual(['u@v1 e']);
  });

  it('is left on a request to cancel, and wholly when no binding is named', async () => {
    await using store = await open();
    for (const triggerId of ['a', 'b', 'c']) {
      await publishEvent(store, { event: event('e'), triggerId, bindingVersion: 1, nowMs: 1 });
    }
    await requestCancel(store, { event_id: 'e', binding_key: 'a@v1', nowMs: 2 });
    expect(await queued(store)).toEqual(['b@v1 e', 'c@v1 e']);
    await requestCancel(store, { event_id: 'e', binding_key: null, nowMs: 3 });
    expect(await queued(store)).toEqual([]);
  });

  it('reads older topics and bare events, and outcomes that came first', async () => {
    await using store = await open();
    await store.tx((tx) => {
      tx.append('trigger.outbox', {
        kind: 'dispatch_started',
        payload: { event_id: 'early', binding_key: 't@v1' },
      });
      tx.append('trigger.outbox', { kind: 'dispatch_proposed', payload: { trigger_id: 't' } });
      tx.append('trigger.inbox', {
        kind: 'event_ingested',
        payload: { id: 'old', provider: 'cron', kind: 'tick' },
        headers: { binding_key: 't@v1' },
      });
      tx.append('trigger.inbox.envelopes', {
        kind: 'event_ingested',
        payload: { trigger_id: 't', binding_version: 1, event: { id: 'early' } },
      });
      tx.append('trigger.inbox.envelopes', { kind: 'noise', payload: null });
    });
    expect(await queued(store)).toEqual(['t@v1 old']);
    const rows = await store.rows(inboxIndex);
    await store.rebuild(inboxIndex);
    expect(await store.rows(inboxIndex)).toEqual(rows);
  });
});

it('refuses an event without an id', async () => {
  await using store = await openStore('memory:');
  const publishing = publishEvent(store, { event: { kind: 'x' }, nowMs: 1 });
  await expect(publishing).rejects.toMatchObject({ code: triggerErrors.$code('noEventId') });
});

it('of two processes with one dedupe key, one is queued', async () => {
  files += 1;
  const url = join(directory, `${files}.sqlite`);
  await using left = await openStore({ url });
  await using right = await openStore({ url });
  const publish = (store: Store, id: string) =>
    publishEvent(store, { event: event(id, 'k'), triggerId: 't', dedupeForMs: 1000, nowMs: 1 });
  const receipts = await Promise.all([publish(left, 'l'), publish(right, 'r')]);
  expect(receipts.map(({ status }) => status).sort()).toEqual(['duplicate', 'queued']);
  expect(await listQueuedEvents(left)).toHaveLength(1);
});

it('completes events and sums them up', () => {
  const clock = new ManualClock(1000);
  const whole = completeEvent({ kind: 'k' }, { nowMs: clock.nowMs(), random: seededRandom(1) });
  expect(whole).toMatchObject({
    provider: 'harn',
    kind: 'k',
    signature_status: { state: 'unsigned' },
  });
  expect(whole.id).toMatch(/^trigger_evt_/);
  expect(whole['dedupe_key']).toBe(whole.id);
  expect(specSummary('t', { provider: 'p', kind: 'k' })).toBe('t: p.k');
  expect(specSummary('t', {})).toBe('t');
  expect(specSummary('t', { provider: 'p' })).toBe('t');
  expect(specSummary('t', { kind: 'k', provider: '' })).toBe('t');
  expect(specSummary(null, { kind: 'k' })).toBe('k');
  expect(specSummary(null, null)).toBe('trigger event');
});
