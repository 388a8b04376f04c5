// Contract cases about timers, leases, blobs and cursors.
import { expect, it } from 'vitest';
import { ManualClock } from '../../src/base/index.ts';
import type { Holder } from '../../src/store/index.ts';
import { alice, bob, codeOf, type Open, refused } from './contract-backend.ts';

export function timerCases(open: Open): void {
  it('lists due timers earliest first and knows the next instant', async () => {
    const store = await open();
    await store.tx((tx) => {
      tx.putTimer({ id: 'late', dueMs: 300, ref: 'run1', payload: { attempt: 3 } });
      tx.putTimer({ id: 'soon', dueMs: 100.5, ref: 'run1', payload: null });
      tx.putTimer({ id: 'also', dueMs: 100.5, ref: 'run2', payload: 'x' });
    });
    expect((await store.dueTimers(100)).map(({ id }) => id)).toEqual([]);
    expect((await store.dueTimers(300)).map(({ id }) => id)).toEqual(['also', 'soon', 'late']);
    expect((await store.dueTimers(300, 1)).map(({ id }) => id)).toEqual(['also']);
    expect(await store.nextDueMs()).toBe(100.5);
    expect(await store.timer('late')).toEqual({
      id: 'late',
      dueMs: 300,
      ref: 'run1',
      payload: { attempt: 3 },
    });
    await store.tx((tx) => tx.putTimer({ id: 'late', dueMs: 50, ref: 'run3', payload: null }));
    expect(await store.nextDueMs()).toBe(50);
    expect((await store.timersOf('run1')).map(({ id }) => id)).toEqual(['soon']);
  });

  it('lets exactly one of several takers have a timer', async () => {
    const store = await open();
    await store.tx((tx) => tx.putTimer({ id: 't', dueMs: 1, ref: 'r', payload: null }));
    const take = (who: string) =>
      store.tx((tx) => {
        tx.deleteTimer('t', { mustExist: true });
        tx.append('fired', { kind: who, payload: null });
      });
    const [first, second] = [take('one'), take('two')];
    await first;
    expect(await codeOf(second)).toBe(refused('timerGone'));
    expect((await store.read('fired')).map((event) => event.kind)).toEqual(['one']);
    expect(await store.nextDueMs()).toBeUndefined();
    await store.tx((tx) => tx.deleteTimer('t'));
  });
}

export function leaseCases(open: Open): void {
  it('gives a lease to one holder and names it to the others', async () => {
    const store = await open();
    const lease = await store.acquireLease('run', alice);
    expect(lease).toEqual({ name: 'run', epoch: 1, holder: alice, expiresAtMs: undefined });
    for (const holder of [bob, alice]) {
      const refusal = store.acquireLease('run', holder, { isAlive: () => true });
      await expect(refusal).rejects.toMatchObject({
        code: refused('leaseHeld'),
        data: { lease: 'run', host: 'a', pid: 10 },
      });
    }
    expect((await store.lease('run'))?.status).toBe('held');
    expect(await store.lease('other')).toBeUndefined();
  });

  it('takes over at once from the dead and fences them off', async () => {
    const store = await open();
    const old = await store.acquireLease('run', alice);
    const asked: Holder[] = [];
    const taken = await store.acquireLease('run', bob, {
      isAlive: (holder) => {
        asked.push(holder);
        return false;
      },
    });
    expect(asked).toEqual([alice]);
    expect(taken.epoch).toBe(2);
    const late = store.tx((tx) => {
      tx.append('run', { kind: 'late', payload: null });
      tx.fence(old);
    });
    await expect(late).rejects.toMatchObject({
      code: refused('fenced'),
      data: { lease: 'run', epoch: 1, currentEpoch: 2, pid: 11, host: 'a' },
    });
    expect(await store.latest('run')).toBeUndefined();
    await store.tx((tx) => {
      tx.fence(taken);
      tx.append('run', { kind: 'mine', payload: null });
    });
    expect(await store.latest('run')).toBe(1);
    expect(await codeOf(store.renewLease(old, 10))).toBe(refused('fenced'));
    expect(await store.releaseLease(old)).toBe(false);
    expect((await store.lease('run'))?.status).toBe('held');
  });

  it('lets a lease expire by the clock unless renewed', async () => {
    const clock = new ManualClock(1_000);
    const store = await open({ clock });
    const lease = await store.acquireLease('run', alice, { ttlMs: 100 });
    clock.advance(90);
    const renewed = await store.renewLease(lease, 100);
    expect(renewed).toEqual({ ...lease, expiresAtMs: 1_190 });
    clock.advance(99);
    expect(await codeOf(store.acquireLease('run', bob))).toBe(refused('leaseHeld'));
    clock.advance(1);
    expect((await store.lease('run'))?.status).toBe('expired');
    // Nobody took it: the late holder may still write, and renew.
    await store.tx((tx) => tx.fence(lease));
    expect((await store.acquireLease('run', bob)).epoch).toBe(2);
    expect(await codeOf(store.tx((tx) => tx.fence(lease)))).toBe(refused('fenced'));
  });

  it('raises the epoch over release and force', async () => {
    const store = await open();
    const first = await store.acquireLease('run', alice);
    expect(await store.releaseLease(first)).toBe(true);
    expect(await store.releaseLease(first)).toBe(false);
    expect(await codeOf(store.tx((tx) => tx.fence(first)))).toBe(refused('fenced'));
    const second = await store.acquireLease('run', bob);
    const third = await store.acquireLease('run', alice, { force: true });
    expect([first.epoch, second.epoch, third.epoch]).toEqual([1, 2, 3]);
    await store.tx((tx) => {
      tx.fence(third);
      tx.append('run', { kind: 'done', payload: null });
      tx.releaseLease(third);
    });
    expect((await store.lease('run'))?.status).toBe('released');
    expect(await codeOf(store.tx((tx) => tx.releaseLease(second)))).toBe(refused('fenced'));
  });

  it('lets exactly one of many takers win', async () => {
    const store = await open();
    const takers = Array.from({ length: 20 }, (_, pid) => ({ ...alice, pid }));
    const results = await Promise.allSettled(
      takers.map((holder) => store.acquireLease('one', holder)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('lists leases by prefix', async () => {
    const store = await open();
    await store.acquireLease('runs.b', alice);
    await store.acquireLease('runs.a', bob, { ttlMs: 5 });
    await store.acquireLease('cron', alice);
    const listed = await store.leases('runs.');
    expect(listed.map(({ name, holder }) => [name, holder.pid])).toEqual([
      ['runs.a', 11],
      ['runs.b', 10],
    ]);
  });
}

export function blobAndCursorCases(open: Open): void {
  it('keeps blobs by content hash', async () => {
    const store = await open();
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
    const hashes: string[] = [];
    await store.tx((tx) => {
      hashes.push(tx.putBlob(bytes), tx.putBlob(bytes), tx.putBlob(new Uint8Array()));
      tx.append('a', { kind: 'k', payload: { blob: hashes[0] as string } });
    });
    const [hash, same, empty] = hashes as [string, string, string];
    expect(same).toBe(hash);
    expect(await store.getBlob(hash)).toEqual(bytes);
    expect(await store.getBlob(empty)).toEqual(new Uint8Array());
    expect(await store.hasBlob(hash)).toBe(true);
    expect(await store.hasBlob('0')).toBe(false);
    expect(await codeOf(store.getBlob('0'))).toBe(refused('blobMissing'));
  });

  it('saves positions per topic and consumer, also backwards', async () => {
    const store = await open();
    await store.tx((tx) => {
      tx.setCursor('a', 'c1', 5);
      tx.setCursor('a', 'c2', 6);
    });
    await store.tx((tx) => tx.setCursor('a', 'c1', 3));
    expect(await store.cursor('a', 'c1')).toBe(3);
    expect(await store.cursor('a', 'c2')).toBe(6);
    expect(await store.cursor('b', 'c1')).toBe(0);
  });
}
