// A run with MCP calls under every kill: a tool that changes something is never called twice, and what nobody knows is said.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HarnError, type Json } from '../../src/base/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { newScene, type Scene } from './scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = newScene();
});
afterEach(() => scene.dispose());

const work = () =>
  pipeline('work', async (harness) => {
    const client = await harness.mcp.connect(scene.stdio);
    const told: Json[] = [await client.call('echo', { message: 'hi' })];
    for (const line of ['one', 'two']) {
      try {
        told.push(await client.call('note', { line }));
      } catch (error) {
        told.push(HarnError.is(error) ? error.code : String(error));
      }
    }
    return told;
  });

function runtimeOf(store: Store) {
  const program = work();
  return { program, runtime: createRuntime({ store, pipelines: [program], host: scene.host }) };
}

/** Ends the process before commit `kill + 1` and goes on in another; gives what came out and whether it was killed. */
async function killedAt(kill: number) {
  const real = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  let dead = () => {};
  const died = new Promise<'died'>((resolve) => {
    dead = () => resolve('died');
  });
  const first = stoppingStore(real, kill, () => dead());
  const { program, runtime } = runtimeOf(first.store);
  const handle = runtime.start(program, null);
  const ended = await Promise.race([handle.done, died]);
  if (ended !== 'died') return { result: ended, killed: false };
  const exists = (await real.read(`runs.${handle.id}`)).length > 0;
  if (!exists) return { result: undefined, killed: true };
  const second = runtimeOf(real).runtime;
  const resumed = await second.resume(handle.id, { force: true });
  return { result: await resumed.done, killed: true };
}

describe('a run that calls tools of a server and is killed', () => {
  it('has called each of them once, and says so where it cannot know', async () => {
    let kills = 0;
    for (let kill = 0; ; kill += 1) {
      const before = scene.done().length;
      const { result, killed } = await killedAt(kill);
      const done = scene.done().slice(before);
      for (const line of ['one', 'two']) {
        expect(done.filter((one) => one === line).length, `kill ${kill}`).toBeLessThanOrEqual(1);
      }
      if (result !== undefined) {
        if (result.status !== 'settled') throw new Error(`kill ${kill}: ${result.status}`);
        const [echo, ...notes] = result.returned as Json[];
        expect(echo).toBe('hi');
        for (const [k, note] of notes.entries()) {
          const line = ['one', 'two'][k] as string;
          if (note === `noted ${line}`) expect(done).toContain(line);
          else expect(note).toBe('HARN-JRN-003');
        }
      }
      if (!killed) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(3);
  }, 120_000);
});
