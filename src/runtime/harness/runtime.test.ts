// TypeScript pipelines: steps, lanes, effects by harness; resumed after their process is gone.
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type Harness, type Pipeline, pipeline, type Runtime } from './index.ts';

interface World {
  steps: string[];
}

/** The outside, which survives the end of a process. */
const newHost = () => createMockHost({ files: { '/work/a.txt': 'alpha', '/work/b.txt': 'beta' } });

function runtimeOf(
  store: Store,
  pipelines: readonly Pipeline<never, unknown>[],
  out: string[],
  host = newHost(),
): Runtime {
  return createRuntime({
    store,
    pipelines,
    host,
    sink: { write: (_stream, text) => out.push(text) },
  });
}

const work = (world: World) =>
  pipeline('work', async (harness, input: { files: string[] }) => {
    harness.stdio.println('start');
    const started = harness.clock.nowMs();
    const texts = await harness.parallel(
      input.files,
      async (lane, file) => {
        const text = await lane.fs.readText(file);
        return lane.step(`shout ${file}`, async () => {
          world.steps.push(file);
          return text.toUpperCase();
        });
      },
      { maxConcurrent: 2 },
    );
    const first = await Promise.race([harness.step('one', () => 1), harness.step('two', () => 2)]);
    await harness.fs.writeText('/work/out.txt', texts.join(' '));
    const task = harness.spawn(async (lane) => lane.fs.readText('/work/out.txt'));
    const back = await task.join();
    harness.stdio.println('end');
    return { back, first, later: harness.clock.nowMs() >= started };
  });

const INPUT = { files: ['/work/a.txt', '/work/b.txt'] };

describe('a TypeScript pipeline', () => {
  it('runs steps, lanes and effects and settles', async () => {
    const store = await openStore('memory:');
    const out: string[] = [];
    const world: World = { steps: [] };
    const program = work(world);
    const result = await runtimeOf(store, [program], out).start(program, INPUT).done;
    expect(result).toMatchObject({
      status: 'settled',
      returned: { back: 'ALPHA BETA', first: 1, later: true },
    });
    expect(out.join('')).toBe('start\nend\n');
    expect(world.steps).toEqual(['/work/a.txt', '/work/b.txt']);
  });

  it('appends to one file from many lanes, each text once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const program = pipeline('append', async (harness) => {
      await harness.parallel(names, (lane, name) => lane.fs.append('/work/log.txt', `${name}\n`));
      return (await harness.fs.readText('/work/log.txt')).split('\n').filter(Boolean).sort();
    });
    const runtime = runtimeOf(await openStore('memory:'), [program], []);
    expect(await runtime.start(program, {}).done).toMatchObject({ returned: names });
  });

  it('ends the same when it is killed after any commit and recovered', async () => {
    let killed = 0;
    for (let limit = 1; limit < 40; limit += 1) {
      const store = await openStore('memory:');
      const world: World = { steps: [] };
      const out: string[] = [];
      let dead = false;
      const first = work(world);
      const host = newHost();
      const handle = runtimeOf(
        stoppingStore(store, limit, () => (dead = true)).store,
        [first],
        out,
        host,
      ).start(first, INPUT);
      for (let i = 0; i < 200; i += 1) await new Promise((ok) => setImmediate(ok));
      if (!dead) {
        expect((await handle.done).status).toBe('settled');
        break;
      }
      killed += 1;
      const known = (await store.latest(`runs.${handle.id}`)) !== undefined;
      if (!known) continue;
      const again = work({ steps: [] });
      const runtime = runtimeOf(store, [again], out, host);
      const result = await (await runtime.resume(handle.id, { force: true })).done;
      expect(result, `killed after ${limit}`).toMatchObject({
        status: 'settled',
        returned: { back: 'ALPHA BETA', first: 1, later: true },
      });
    }
    expect(killed).toBeGreaterThan(3);
  });

  it('fails with the coded error of its body', async () => {
    const store = await openStore('memory:');
    const broken = pipeline('broken', async (harness) => harness.fs.readText('/nowhere'));
    const result = await runtimeOf(store, [broken], []).start(broken, null).done;
    expect(result).toMatchObject({ status: 'failed', error: { code: 'HARN-HST-001' } });
  });

  it('gets errors whose stack leads to the call that failed, also from the journal', async () => {
    const stacks: string[] = [];
    const readNotes = async (harness: Harness) => {
      const text = await harness.fs.readText('/nowhere');
      return text;
    };
    const careful = pipeline('careful', async (harness) => {
      await readNotes(harness).catch((error: Error) => stacks.push(error.stack ?? ''));
      await harness.fs.writeText('/work/done.txt', 'done');
    });
    const store = await openStore('memory:');
    const stopped = stoppingStore(store, 2, () => undefined).store;
    const { id } = runtimeOf(stopped, [careful], []).start(careful, null);
    for (let i = 0; i < 200; i += 1) await new Promise((ok) => setImmediate(ok));
    const again = await runtimeOf(store, [careful], []).resume(id, { force: true });
    expect((await again.done).status).toBe('settled');
    expect(stacks).toHaveLength(2);
    for (const stack of stacks)
      expect(stack).toMatch(/there is nothing at this path\n(.*\n)*\s+at (async )?readNotes /);
  });

  it('refuses what an attenuated harness took away, and handles as data', async () => {
    const store = await openStore('memory:');
    const careful = pipeline('careful', async (harness) => {
      const narrow = harness.without('fs:write');
      const code = (error: unknown) => (error as { code: string }).code;
      let refused = '';
      try {
        await narrow.fs.writeText('/work/x', 'x');
      } catch (error) {
        refused = code(error);
      }
      let written = '';
      try {
        JSON.stringify({ harness });
      } catch (error) {
        written = code(error);
      }
      return [refused, written, await narrow.fs.readText('/work/a.txt')];
    });
    const result = await runtimeOf(store, [careful], []).start(careful, null).done;
    expect(result).toMatchObject({ returned: ['HARN-CAP-201', 'HARN-CAP-202', 'alpha'] });
  });

  it('does not take over a run of another version', async () => {
    const store = await openStore('memory:');
    const program = work({ steps: [] });
    const handle = runtimeOf(store, [program], []).start(program, INPUT);
    await handle.park();
    const newer = { ...program, version: '2' };
    await expect(runtimeOf(store, [newer], []).resume(handle.id)).rejects.toMatchObject({
      code: 'HARN-RUN-005',
    });
    const result = await (await runtimeOf(store, [program], []).resume(handle.id)).done;
    expect(result.status).toBe('settled');
  });
});
