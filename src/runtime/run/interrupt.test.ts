// Deadlines of runs whose process ends: what they raise, and how often.
import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import {
  defineEffect,
  loadJournal,
  Run,
  type RunBody,
  type RunContext,
  type Suspending,
} from './index.ts';
import {
  depsOf,
  effectsOf,
  never,
  newWorld,
  type Scene,
  SPEC,
  settle,
} from './run-scene.fixture.ts';

describe('a deadline', () => {
  it('takes the durable row with it when the wait of an earlier life is overtaken by a deadline', async () => {
    const store = await openStore('memory:');
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const timer = defineEffect(
      {
        name: 'clock.sleep_ms',
        class: 'ambient',
        access: 'observe',
        wait: (_args: readonly [], nowMs) => ({ kind: 'timer', due_ms: nowMs + 5_000 }),
      },
      () => never,
    );
    const body: RunBody = function* (ctx) {
      ctx.run.interrupts.push(ctx.task, 100, 0);
      try {
        return (yield* ctx.perform(timer, [])) as null;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const first = Run.create(depsOf(scene, undefined), SPEC);
    void first.begin(body);
    await settle();
    expect(await store.timersOf(first.id)).toHaveLength(1);
    const host = createMockHost();
    const again = await Run.resume({ ...depsOf(scene, undefined), host }, store, first.id, {
      force: true,
    });
    host.clock.advance(200);
    const result = await again.begin(body);
    expect((result as { main: unknown }).main).toEqual({ ok: true, value: 'HARN-RUN-014' });
    expect(await store.timersOf(first.id)).toEqual([]);
    const { entries } = await loadJournal(store, first.id);
    expect(entries.flatMap((e) => (e.kind === 'outcome' ? [e.status] : []))).toEqual(['dropped']);
  });

  it('raises a deadline once, also when the process ends after it has', async () => {
    const store = await openStore('memory:');
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const { write } = effectsOf(() => scene.world);
    const body = (answer: Promise<string>): RunBody => {
      const ask = defineEffect({ name: 'net.ask', class: 'read', access: 'read' }, () => answer);
      const attempt = function* (ctx: RunContext): Suspending<string> {
        try {
          return yield* ctx.perform(ask, []);
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
      return function* (ctx) {
        ctx.run.interrupts.push(ctx.task, 100, 0);
        const late = yield* attempt(ctx);
        yield* ctx.perform(write, ['a', 'b']);
        return [late, yield* attempt(ctx)];
      };
    };
    const host = createMockHost();
    const first = Run.create({ ...depsOf(scene, undefined), host }, SPEC);
    void first.begin(body(never));
    await settle();
    host.clock.advance(200);
    await settle();
    const { entries } = await loadJournal(store, first.id);
    expect(entries.filter(({ kind }) => kind === 'interrupt')).toHaveLength(1);
    const later = createMockHost();
    const again = await Run.resume({ ...depsOf(scene, undefined), host: later }, store, first.id, {
      force: true,
    });
    const answer = createDeferred<string>();
    const done = again.begin(body(answer.promise));
    await settle();
    later.clock.advance(1_000);
    answer.resolve('answered');
    const result = (await done) as { main: unknown };
    expect(result.main).toEqual({ ok: true, value: ['HARN-RUN-014', 'answered'] });
  });
});
