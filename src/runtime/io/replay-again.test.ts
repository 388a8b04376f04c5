// What the journal does not keep: files too large for it and secrets are read again on replay, files are compared, and
// a deadline that struck a computing loop strikes it at the same tick again.
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import {
  type Finisher,
  loadJournal,
  Run,
  type RunBody,
  type RunContext,
  type RunDeps,
  type RunResult,
  runIndex,
  type Suspending,
} from '../run/index.ts';
import { withDeadline } from '../work/index.ts';
import { envEffects, fsEffects } from './index.ts';

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: 'settled', items: [] } };
};

const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

interface Scene {
  readonly host: MockHost;
  readonly store: Store;
  readonly deps: RunDeps;
}

async function newScene(host: MockHost): Promise<Scene> {
  const store = await openStore('memory:');
  await store.declare(runIndex);
  const deps: RunDeps = {
    host,
    openStore: async () => store,
    finish,
    sink: { write: () => undefined },
  };
  return { host, store, deps };
}

/** Runs `body` until it has done everything but end, parks, and resumes it. */
async function parkedAndResumed(
  { deps, store }: Scene,
  body: (ctx: RunContext) => Suspending<unknown>,
  between: () => void = () => undefined,
): Promise<{ readonly result: RunResult; readonly id: string }> {
  let reached = false;
  let first = true;
  const whole: RunBody = function* (ctx) {
    const value = yield* body(ctx);
    reached = true;
    if (first) yield* ctx.block('the park', () => undefined);
    return value;
  };
  const run = Run.create(deps, SPEC);
  void run.begin(whole);
  run.core.scheduler.expectExternal(1);
  while (!reached) await new Promise((ok) => setImmediate(ok));
  await run.park('test');
  first = false;
  between();
  const again = await Run.resume(deps, store, run.id);
  return { result: await again.begin(whole), id: run.id };
}

describe('a file too large for the journal', () => {
  const LARGE = 'x'.repeat(17 * 1024 * 1024);
  const read = function* (ctx: RunContext): Suspending<unknown> {
    return (yield* ctx.perform(fsEffects.read_text, ['/work/large.txt'])).length;
  };
  const sceneOf = () => newScene(createMockHost({ files: { '/work/large.txt': LARGE } }));

  it('is kept by size and hash and read again when the run is resumed', async () => {
    const scene = await sceneOf();
    const { result, id } = await parkedAndResumed(scene, read);
    expect(result).toMatchObject({ status: 'settled', main: { ok: true, value: LARGE.length } });
    const { entries } = await loadJournal(scene.store, id);
    const outcome = entries.find((entry) => entry.kind === 'outcome');
    expect(outcome).toMatchObject({ reread: { size_bytes: LARGE.length } });
    expect(JSON.stringify(entries).length).toBeLessThan(10_000);
  });

  it('that changed in the meantime stops the run with a coded error', async () => {
    const scene = await sceneOf();
    const { result } = await parkedAndResumed(scene, read, () => {
      scene.host.files.put('/work/large.txt', `${LARGE}y`);
    });
    expect(result).toMatchObject({ main: { ok: false, error: { code: 'HARN-JRN-005' } } });
  });
});

it('a secret of the environment is never in the journal and is read again', async () => {
  const scene = await newScene(createMockHost({ env: { API_KEY: 'very-secret', PLAIN: 'open' } }));
  const seen: unknown[] = [];
  const { result, id } = await parkedAndResumed(
    scene,
    function* (ctx) {
      yield* [];
      seen.push(ctx.sync(envEffects.get, ['API_KEY']), ctx.sync(envEffects.get, ['PLAIN']));
      return null;
    },
    () => {
      scene.host.setEnv('API_KEY', 'rotated');
      scene.host.setEnv('PLAIN', 'changed');
    },
  );
  expect(result.status).toBe('settled');
  expect(seen).toEqual(['very-secret', 'open', 'rotated', 'open']);
  const { entries } = await loadJournal(scene.store, id);
  expect(JSON.stringify(entries)).not.toContain('very-secret');
});

it('a deadline that struck a computing loop strikes at the same tick when replayed', async () => {
  const scene = await newScene(createMockHost());
  const rounds: number[] = [];
  let moving = true;
  const { result } = await parkedAndResumed(
    scene,
    function* (ctx) {
      let n = 0;
      try {
        yield* withDeadline(ctx, 100, function* (inner) {
          for (;;) {
            n += 1;
            const turn = inner.tick();
            if (turn !== undefined) yield turn;
            if (moving) scene.host.clock.advance(1);
            if (n > 10_000) return 'never interrupted';
          }
        });
      } catch (error) {
        rounds.push(n);
        return (error as { code: string }).code;
      }
      return 'not interrupted';
    },
    () => {
      moving = false;
    },
  );
  expect(result).toMatchObject({ main: { ok: true, value: 'HARN-RUN-014' } });
  expect(rounds).toHaveLength(2);
  expect(rounds[1]).toBe(rounds[0]);
});
