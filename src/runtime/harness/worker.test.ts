// Workers of TypeScript pipelines: async bodies, checkpoints, and runs that go on after their process is gone.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { onFinishDrain } from '../lifecycle/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { pipeline } from './index.ts';

const story = () =>
  pipeline('story', async (harness) => {
    harness.agent.pipelineOnFinish(onFinishDrain);
    const asker = await harness.agent.workerSpawn(
      { name: 'asker', task: 'question' },
      async (own, task) => {
        const told = (await own.agent.workerCheckpoint({ asked: true })) as JsonObject;
        await own.fs.writeText('/work/answer.txt', String(told['input']));
        return { task, heard: told['input'] ?? null, state: told['checkpoint'] ?? null };
      },
    );
    await harness.agent.workerSuspend(asker, 'needs an answer');
    const parked = await harness.agent.workerWait(asker);
    await harness.agent.workerResume(asker, 'forty-two');
    const done = await harness.agent.workerWait(asker);
    await harness.agent.workerSpawn({ name: 'late', task: 'later' }, async (own) =>
      own.fs.readText('/work/answer.txt'),
    );
    return [parked['status'], done['status'], done['result']] as Json;
  });

const EXPECTED = [
  'suspended',
  'completed',
  { task: 'question', heard: 'forty-two', state: { asked: true } },
];

function runtimeOf(store: Store, program: ReturnType<typeof story>, host: MockHost) {
  return createRuntime({ store, pipelines: [program], host, sink: { write: () => undefined } });
}

describe('workers of a TypeScript pipeline', () => {
  it('wait at a checkpoint, go on when told, and are accounted for at the end', async () => {
    const store = await openStore('memory:');
    const program = story();
    const result = await runtimeOf(store, program, createMockHost()).start(program, null as never)
      .done;
    expect(result).toMatchObject({ status: 'settled', returned: EXPECTED });
    const { items } = (result as { readonly receipt: Json }).receipt as unknown as {
      readonly items: readonly JsonObject[];
    };
    expect(items.map((item) => [item['bucket'], item['disposition']])).toEqual([
      ['suspended_subagents', 'drained'],
    ]);
  });

  it('end the same after a kill at any commit', async () => {
    let kills = 0;
    for (let limit = 1; limit < 60; limit += 1) {
      const store = await openStore('memory:');
      const host = createMockHost();
      let dead = false;
      const onStop = () => {
        dead = true;
      };
      const first = story();
      const handle = runtimeOf(stoppingStore(store, limit, onStop).store, first, host).start(
        first,
        null as never,
      );
      for (let i = 0; i < 400 && !dead; i += 1) await new Promise((ok) => setImmediate(ok));
      if (!dead) {
        expect((await handle.done).status).toBe('settled');
        break;
      }
      kills += 1;
      if ((await store.latest(`runs.${handle.id}`)) === undefined) continue;
      const again = story();
      const resumed = await runtimeOf(store, again, host).resume(handle.id, { force: true });
      expect(await resumed.done, `killed after ${limit}`).toMatchObject({
        status: 'settled',
        returned: EXPECTED,
      });
    }
    expect(kills).toBeGreaterThan(5);
  });
});
