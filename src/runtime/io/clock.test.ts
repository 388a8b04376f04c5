// Virtual time of a run survives its resume: what set and moved it is re-made, recorded sleeps included.
import { expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import { type Finisher, Run, type RunBody, type RunDeps, runIndex } from '../run/index.ts';
import { clockEffects, testClockEffects } from './index.ts';

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: 'settled', items: [] } };
};

it('moves virtual time by recorded sleeps when a run is resumed', async () => {
  const store = await openStore('memory:');
  await store.declare(runIndex);
  const deps: RunDeps = {
    host: createMockHost(),
    openStore: async () => store,
    finish,
    sink: { write: () => undefined },
  };
  let reached = false;
  let waitHere = true;
  const body: RunBody = function* (ctx) {
    ctx.sync(testClockEffects.clock_set, [1000]);
    yield* ctx.perform(clockEffects.sleep_ms, [500]);
    yield* ctx.perform(clockEffects.sleep_ms, [60_000]);
    reached = true;
    if (waitHere) yield* ctx.block('the park', () => undefined);
    return ctx.sync(clockEffects.now_ms, []);
  };
  const first = Run.create(deps, {
    pipeline: 'p',
    origin: 'test',
    program: null,
    version: '1',
    input: null,
  });
  void first.begin(body);
  first.core.scheduler.expectExternal(1);
  while (!reached) await new Promise((ok) => setImmediate(ok));
  await first.park('test');
  waitHere = false;
  const again = await Run.resume(deps, store, first.id);
  const result = await again.begin(body);
  expect(result).toMatchObject({ status: 'settled', main: { ok: true, value: 61_500 } });
});
