// Event logs: added to once, whatever happens to the run; followed from any place, also across runs.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type Harness, pipeline } from './index.ts';

let hosts = 0;
function runtimeOf(store: Store, body: (harness: Harness) => Promise<unknown>) {
  const main = pipeline('main', async (harness) => (await body(harness)) as Json);
  const sink = { write: () => undefined };
  hosts += 1;
  const host = createMockHost({ seed: hosts });
  const runtime = createRuntime({ store, pipelines: [main], host, sink });
  return { runtime, start: () => runtime.start(main, null as never) };
}

async function returned(store: Store, body: (harness: Harness) => Promise<unknown>) {
  const result = await runtimeOf(store, body).start().done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned;
}

describe('an event log', () => {
  it('gives what was added, after a cursor, with its place', async () => {
    await using store = await openStore('memory:');
    const seen = await returned(store, async ({ eventLog }) => {
      const ids = [await eventLog.emit('b', 'one', { n: 1 }), await eventLog.emit('b', 'two')];
      const events = await eventLog.read('b', 1);
      return { ids, events, latest: await eventLog.latest('b'), none: await eventLog.latest('c') };
    });
    expect(seen).toMatchObject({ ids: [1, 2], latest: 2, none: 0 });
    expect(seen).toMatchObject({
      events: [{ id: 2, cursor: 2, topic: 'b', kind: 'two', payload: null, headers: {} }],
    });
  });

  it('is followed while others add to it', async () => {
    await using store = await openStore('memory:');
    const following = returned(store, async ({ eventLog }) => {
      const kinds: string[] = [];
      for await (const { kind } of eventLog.subscribe('b')) {
        kinds.push(kind);
        if (kind === 'end') break;
      }
      return kinds;
    });
    await returned(store, async ({ eventLog }) => {
      for (const kind of ['one', 'two', 'end']) await eventLog.emit('b', kind);
    });
    expect(await following).toEqual(['one', 'two', 'end']);
  });

  it('has every event once, whatever commit the run is killed after', async () => {
    let kills = 0;
    for (let n = 0; n < 40; n += 1) {
      await using store = await openStore('memory:');
      const body = async ({ eventLog }: Harness) => {
        const ids: number[] = [];
        for (const kind of ['one', 'two', 'three']) ids.push(await eventLog.emit('b', kind));
        const heard: string[] = [];
        for await (const { kind } of eventLog.subscribe('b')) {
          heard.push(kind);
          if (heard.length === 3) return { ids, heard };
        }
        return null;
      };
      const { store: dying, alive } = stoppingStore(store, n);
      const started = runtimeOf(dying, body).start();
      let ended = false;
      void started.done.then(() => {
        ended = true;
      });
      while (alive() && !ended) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      kills += 1;
      if ((await store.latest(`runs.${started.id}`)) === undefined) continue;
      const again = runtimeOf(store, body).runtime;
      const result = await (await again.resume(started.id, { force: true })).done;
      const heard = ['one', 'two', 'three'];
      expect(result, `killed after ${n}`).toMatchObject({ returned: { ids: [1, 2, 3], heard } });
    }
    expect(kills).toBeGreaterThan(3);
  });

  it('refuses what makes no sense and adds nothing', async () => {
    await using store = await openStore('memory:');
    const codes = await returned(store, async ({ eventLog }) => {
      const code = (call: Promise<unknown>) =>
        call.then(() => 'none').catch((error: { code: string }) => error.code);
      return [
        await code(eventLog.emit('', 'one')),
        await code(eventLog.emit('b', '')),
        await code(eventLog.emit('b', 'one', null, { n: 1 })),
        await code(eventLog.read('b', -1)),
        await eventLog.latest('b'),
      ];
    });
    const bad = 'HARN-TRG-003';
    expect(codes).toEqual([bad, bad, bad, bad, 0]);
  });
});
