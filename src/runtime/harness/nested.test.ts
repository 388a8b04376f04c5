// Pipelines called by a run's own code: each call has a slot of its own, and all of it is one run.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { onFinishDrain } from '../lifecycle/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type Harness, pipeline } from './index.ts';

const sink = { write: () => undefined };

function runtimeOn(store: Store, host: MockHost, main: ReturnType<typeof pipeline<Json, Json>>) {
  return createRuntime({ store, host, sink, pipelines: [main] });
}

async function result(body: (harness: Harness) => Promise<Json>) {
  const main = pipeline('main', body);
  const runtime = runtimeOn(await openStore('memory:'), createMockHost(), main);
  return runtime.start(main, null).done;
}

const tenfold = pipeline('tenfold', async (harness, n: number) => {
  harness.agent.pipelineOnFinish(async (_own, value) => (value as number) * 10);
  await harness.fs.writeText(`/work/${n}.txt`, 'seen');
  return n;
});

describe('a pipeline that is called', () => {
  it('finishes with its own callback, beside others and beside its caller', async () => {
    const ended = await result(async (harness) => {
      harness.agent.pipelineOnFinish(async (_own, value) => ({ run: value }));
      return Promise.all([harness.call(tenfold, 1), harness.call(tenfold, 2)]);
    });
    expect(ended).toMatchObject({
      status: 'settled',
      final: { run: [10, 20] },
    });
  });

  it('takes what a lane of its own registers, and leaves the slot of its caller alone', async () => {
    const inner = pipeline('inner', async (harness: Harness) => {
      await harness
        .spawn(async (lane) => {
          lane.agent.pipelineOnFinish(async () => 'from the lane');
          return null;
        })
        .join();
      return 'inner';
    });
    const ended = await result(async (harness) => harness.call(inner, null));
    expect(ended).toMatchObject({ final: 'from the lane' });
  });

  it('does not call its callback when it throws', async () => {
    const seen: string[] = [];
    const failing = pipeline('failing', async (harness: Harness) => {
      harness.agent.pipelineOnFinish(async () => seen.push('callback'));
      throw new Error('no');
    });
    const ended = await result(async (harness) =>
      harness.call(failing, null).catch((error: Error) => error.message),
    );
    expect(ended).toMatchObject({ final: 'no' });
    expect(seen).toEqual([]);
  });

  it('refuses a registration while it finishes, and can be called while its run finishes', async () => {
    const again = pipeline('again', async (harness: Harness) => {
      harness.agent.pipelineOnFinish(async () => {
        harness.agent.pipelineOnFinish(async () => 1);
      });
      return 1;
    });
    const refused = await result(async (harness) =>
      harness.call(again, null).catch((error: { code: string }) => error.code),
    );
    expect(refused).toMatchObject({ final: 'HARN-LIF-001' });
    const late = await result(async (harness) => {
      harness.agent.pipelineOnFinish(async (own) => own.call(tenfold, 7));
      return 1;
    });
    expect(late).toMatchObject({ final: 70 });
  });

  it('says so when a callback uses the harness of a body that has returned', async () => {
    const calls: ((harness: Harness) => Promise<unknown>)[] = [
      (harness) => harness.fs.writeText('/work/late.txt', 'late'),
      (harness) => harness.step('late', () => 1),
      (harness) => harness.call(tenfold, 1),
      (harness) => harness.parallel([1], async (_own, n) => n),
    ];
    for (const late of calls) {
      const ended = await result(async (harness) => {
        harness.agent.pipelineOnFinish(async () =>
          late(harness).then(String, (error: { code: string }) => error.code),
        );
        return 1;
      });
      expect(ended).toMatchObject({ final: 'HARN-RUN-017' });
    }
  });

  it('can settle what is open then; the end of the run settles the rest', async () => {
    const settling = pipeline('settling', async (harness: Harness) => {
      harness.agent.pipelineOnFinish(onFinishDrain);
      await harness.handoffTo('elsewhere', { n: 1 });
      return 1;
    });
    const ended = await result(async (harness) => {
      harness.agent.pipelineOnFinish(onFinishDrain);
      const drained = (await harness.call(settling, null)) as unknown as { status: string };
      await harness.handoffTo('elsewhere', { n: 2 });
      return drained.status;
    });
    expect(ended).toMatchObject({ status: 'settled', returned: 'completed' });
    const { items } =
      ended.status === 'settled' ? (ended.receipt as { items: Json[] }) : { items: [] };
    // What was settled before the body returned is not the receipt's matter.
    expect(items).toMatchObject([{ disposition: 'deferred' }]);
  });

  it('is replayed like the rest of its run, wherever that was killed', async () => {
    const main = pipeline('main', async (harness) => {
      const first = await harness.call(tenfold, 1);
      return [first, await harness.call(tenfold, first)];
    });
    for (let n = 0; ; n += 1) {
      const store = await openStore('memory:');
      const host = createMockHost();
      const stopping = stoppingStore(store, n);
      const handle = runtimeOn(stopping.store, host, main).start(main, null);
      for (let turn = 0; turn < 200 && stopping.alive(); turn += 1)
        await new Promise((done) => setImmediate(done));
      if (stopping.alive()) {
        expect(await handle.done).toMatchObject({ final: [10, 100] });
        expect(n).toBeGreaterThan(4);
        return;
      }
      // Killed before anything was durable: there is nothing to go on with.
      if (n === 0) continue;
      const resumed = await runtimeOn(store, host, main).resume(handle.id, { force: true });
      expect(await resumed.done).toMatchObject({ final: [10, 100] });
    }
  });
});
