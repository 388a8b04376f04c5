// Runs for the tests of what tasks share: lives with a manual clock that moves when nothing else does.
import { createMockHost } from '../../host/index.ts';
import type { RunBody, RunContext, RunResult, Suspending } from '../../run/index.ts';
import { type LifeOptions, live, task } from '../pool-run.fixture.ts';
import { awaitSpawned, type Spawned, spawnTask } from '../task.ts';

/** Spawns a body below a task. */
export function go(ctx: RunContext, body: (child: RunContext) => Suspending<unknown>): Spawned {
  return spawnTask(ctx, task(body));
}

/** Waits for spawned tasks and gives their values. */
export function* all(ctx: RunContext, spawned: readonly Spawned[]): Suspending<unknown[]> {
  const values: unknown[] = [];
  for (const each of spawned) values.push(yield* awaitSpawned(ctx, each));
  return values;
}

/** Lives a run to its end, or until `isOver`. Time moves to the next timer when nothing happened for some turns. */
export async function liveOut(
  body: RunBody,
  options: LifeOptions = {},
  isOver: () => boolean = () => false,
): Promise<{ readonly runId: string; readonly result: RunResult | undefined }> {
  const host = options.host ?? createMockHost();
  const { run, result } = await live(body, { ...options, host });
  let ended: RunResult | undefined;
  void result.then((value) => {
    ended = value;
  });
  for (let turn = 1; ended === undefined && !isOver(); turn += 1) {
    await new Promise((ok) => setImmediate(ok));
    if (turn % 12 === 0) host.clock.advance(host.clock.nextDueInMs() ?? 0);
    if (turn > 20_000) throw new Error('the run does not end');
  }
  return { runId: run.id, result: ended };
}

/** What a body gives, or throws what it throws. */
export async function outcomeOf(body: RunBody, options: LifeOptions = {}): Promise<unknown> {
  const { result } = await liveOut(body, options);
  if (result?.status !== 'settled') throw result?.status === 'broken' ? result.error : result;
  if (!result.main.ok) throw result.main.error;
  return result.main.value;
}
