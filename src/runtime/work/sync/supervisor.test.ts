// Supervisors under virtual time: who is restarted when, caps, windows, circuits, strategies, stopping, kills.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../base/index.ts';
import { createMockHost } from '../../host/index.ts';
import type { RunBody, RunContext, Suspending } from '../../run/index.ts';
import { newStore, task, type World, workEffect } from '../pool-run.fixture.ts';
import { makeChannel, receive } from './channel.ts';
import { stopTask } from './stop.ts';
import {
  type SupervisorRef,
  startSupervisor,
  stopSupervisor,
  supervisorEvents,
  supervisorState,
} from './supervisor.ts';
import type { SupervisorChildSpec, SupervisorSpec } from './supervisor-spec.ts';
import { go, liveOut, outcomeOf } from './sync-run.fixture.ts';
import { pause } from './wait.ts';

type Body = (ctx: RunContext, attempt: number) => Suspending<unknown>;

function child(name: string, restart: SupervisorChildSpec['restart'], body: Body) {
  const handler = task(body as never);
  const run = (ctx: RunContext, [about]: readonly unknown[]) =>
    body(ctx, (about as { attempt: number }).attempt);
  return { name, restart, task: { ...handler, run } } as SupervisorChildSpec;
}

/** Fails until the given attempt. */
const failsUntil = (good: number, log?: string[]): Body =>
  function* (ctx, attempt) {
    yield* [];
    log?.push(`${attempt}@${ctx.clock.monotonicMs()}`);
    if (attempt < good) throw new Error(`boom ${attempt}`);
    return 'well';
  };

/** Starts, waits, and gives the state. */
function stateAfter(spec: SupervisorSpec, ms: number): Promise<unknown> {
  return outcomeOf(function* (ctx) {
    const { id } = startSupervisor(ctx, spec);
    yield* pause(ctx, ms);
    return supervisorState(ctx, id) as unknown as Json;
  });
}

describe('a supervised child', () => {
  it('is started again after pauses that grow, until it ends well', async () => {
    const log: string[] = [];
    const restart = { backoff_ms: 100, factor: 3, max_backoff_ms: 500 };
    const state = await stateAfter({ children: [child('c', restart, failsUntil(5, log))] }, 5000);
    expect(log).toEqual(['1@0', '2@100', '3@400', '4@900', '5@1400']);
    expect(state).toMatchObject({
      status: 'completed',
      children: [{ status: 'stopped', attempt: 5, restart_count: 4, last_error: 'boom 4' }],
      metrics: { started: 5, stopped: 1, failed: 4, restarted: 4, suppressed: 0 },
    });
  });

  it('is suppressed when it fails too often within the window', async () => {
    const restart = { max_restarts: 2, window_ms: 1000, backoff_ms: 10 };
    const state = await stateAfter({ children: [child('c', restart, failsUntil(99))] }, 5000);
    expect(state).toMatchObject({
      status: 'failed',
      children: [{ status: 'suppressed', attempt: 3, current_wait_reason: 'restart_cap_exceeded' }],
      metrics: { failed: 3, suppressed: 1 },
    });
  });

  it('may fail as often as it likes when the failures are far apart', async () => {
    const restart = { max_restarts: 1, window_ms: 50, backoff_ms: 100, factor: 1 };
    const state = await stateAfter({ children: [child('c', restart, failsUntil(6))] }, 5000);
    expect(state).toMatchObject({ status: 'completed', metrics: { failed: 5, suppressed: 0 } });
  });

  it('rests while its circuit is open, and then has all its tries again', async () => {
    const log: string[] = [];
    const restart = { max_restarts: 1, window_ms: 60_000, backoff_ms: 10, circuit_open_ms: 1000 };
    const spec = { children: [child('c', restart, failsUntil(4, log))] };
    const [resting, state] = (await outcomeOf(function* (ctx) {
      const { id } = startSupervisor(ctx, spec);
      yield* pause(ctx, 500);
      const before = supervisorState(ctx, id);
      yield* pause(ctx, 5000);
      return [before, supervisorState(ctx, id)] as unknown as Json;
    })) as [object, object];
    expect(log).toEqual(['1@0', '2@10', '3@1010', '4@1020']);
    expect(resting).toMatchObject({ status: 'running', children: [{ status: 'circuit_open' }] });
    expect(state).toMatchObject({ status: 'completed', metrics: { suppressed: 1, restarted: 3 } });
  });

  it.each([
    ['never', 1, 'failed'],
    ['on_failure', 2, 'completed'],
  ])('with the mode %s has %d attempts when the first fails', async (mode, attempts, status) => {
    const state = await stateAfter({ children: [child('c', mode, failsUntil(2))] }, 5000);
    expect(state).toMatchObject({ status, children: [{ attempt: attempts }] });
  });

  it('with the mode always goes on after a good end', async () => {
    const restart = { mode: 'always', max_restarts: 3, backoff_ms: 1, factor: 1 };
    const state = await stateAfter({ children: [child('c', restart, failsUntil(1))] }, 1000);
    expect(state).toMatchObject({ children: [{ attempt: 4, status: 'suppressed' }] });
  });
});

describe('a strategy', () => {
  /** Three loops of which the middle one fails once after 10 ms; gives how often each was started. */
  async function attempts(strategy: string): Promise<unknown> {
    const loop: Body = (ctx) => receive(ctx, makeChannel(ctx, 'never'));
    const middle: Body = function* (ctx, attempt) {
      yield* pause(ctx, 10);
      if (attempt === 1) throw new Error('boom');
      return yield* receive(ctx, makeChannel(ctx, 'never'));
    };
    const restart = { backoff_ms: 5 };
    const children = [
      child('a', restart, loop),
      child('b', restart, middle),
      child('c', restart, loop),
    ];
    const state = (await stateAfter({ strategy, children }, 100)) as {
      status: string;
      children: { attempt: number; status: string }[];
    };
    return [state.status, ...state.children.map((each) => `${each.attempt} ${each.status}`)];
  }

  it('restarts the one, all, or it and those after it', async () => {
    expect(await attempts('one_for_one')).toEqual([
      'running',
      '1 running',
      '2 running',
      '1 running',
    ]);
    expect(await attempts('one_for_all')).toEqual([
      'running',
      '2 running',
      '2 running',
      '2 running',
    ]);
    expect(await attempts('rest_for_one')).toEqual([
      'running',
      '1 running',
      '2 running',
      '2 running',
    ]);
  });

  it('gives up as a whole when a child will not run again and the parent shall know', async () => {
    const loop: Body = (ctx) => receive(ctx, makeChannel(ctx, 'never'));
    const children = [child('a', {}, loop), child('b', 'never', failsUntil(2))];
    const state = await stateAfter({ strategy: 'escalate_to_parent', children }, 100);
    expect(state).toMatchObject({
      status: 'escalated',
      children: [{ status: 'stopped' }, { status: 'failed' }],
      metrics: { escalated: 1 },
    });
  });

  it.each<[object, string]>([
    [{ children: [] }, 'HARN-SYN-001'],
    [{ strategy: 'all', children: [child('a', {}, failsUntil(1))] }, 'HARN-SYN-001'],
    [{ children: [child('a', 'sometimes', failsUntil(1))] }, 'HARN-SYN-001'],
    [{ children: [child('a', { backof_ms: 1 } as never, failsUntil(1))] }, 'HARN-SYN-001'],
    [{ children: [child('a', {}, failsUntil(1)), child('a', {}, failsUntil(1))] }, 'HARN-SYN-001'],
  ])('is checked before anything starts: %#', async (spec, code) => {
    await expect(stateAfter(spec as SupervisorSpec, 1)).rejects.toMatchObject({ code });
  });
});

describe('stopping', () => {
  const polite = (log: string[]): Body =>
    function* (ctx) {
      while (!ctx.task.isStopping) {
        try {
          yield* pause(ctx, 60_000);
        } catch (error) {
          log.push((error as Error).message);
        }
      }
      yield* pause(ctx, 0);
      log.push('cleaned up');
      return null;
    };

  function stop(body: Body, timeoutMs: number): Promise<unknown> {
    return outcomeOf(function* (ctx) {
      const { id } = startSupervisor(ctx, { children: [child('c', {}, body)] });
      yield* pause(ctx, 10);
      const state = yield* stopSupervisor(ctx, id, timeoutMs);
      const kinds = supervisorEvents(ctx, id).map((event) => event.kind);
      return [state.status, state.children[0]?.status, ctx.clock.monotonicMs(), kinds] as Json;
    });
  }

  it('tells the children, whose waits throw, and waits for their clean-up', async () => {
    const log: string[] = [];
    expect(await stop(polite(log), 500)).toEqual([
      'stopped',
      'stopped',
      10,
      [
        'supervisor_started',
        'child_started',
        'supervisor_stopping',
        'child_stopped',
        'supervisor_shutdown',
      ],
    ]);
    expect(log).toEqual(['kind:cancelled:VM cancelled by host', 'cleaned up']);
  });

  it('drops whoever does not end in time', async () => {
    const stubborn: Body = function* (ctx) {
      for (;;) {
        try {
          yield* pause(ctx, 60_000);
        } catch {}
      }
    };
    const [status, childStatus, at] = (await stop(stubborn, 500)) as unknown[];
    expect([status, childStatus, at]).toEqual(['stopped', 'stopped', 510]);
  });

  it('of a single task works the same, and a lock it waits for throws too', async () => {
    const ended = await outcomeOf(function* (ctx) {
      const spawned = go(ctx, (own) => receive(own, makeChannel(own, 'never')));
      yield* pause(ctx, 1);
      return [yield* stopTask(ctx, spawned.task, 100), spawned.task.outcome?.ok] as Json;
    });
    expect(ended).toEqual([true, false]);
  });
});

describe('a supervisor that is killed', () => {
  it('comes to the same end, whatever commit the process died before', async () => {
    const spec = (ctx: RunContext, world: World): SupervisorRef =>
      startSupervisor(ctx, {
        children: [
          child('flaky', { backoff_ms: 20 }, function* (own, attempt) {
            yield* own.perform(workEffect(world), [`flaky ${attempt}`, 2]);
            if (attempt < 3) throw new Error(`boom ${attempt}`);
            return null;
          }),
          child('loop', {}, function* (own) {
            while (!own.task.isStopping) {
              try {
                yield* pause(own, 2000);
              } catch {}
            }
            yield* own.perform(workEffect(world), ['clean-up', 1]);
            return null;
          }),
        ],
      });
    const body = (world: World): RunBody =>
      function* (ctx) {
        const sup = spec(ctx, world);
        yield* pause(ctx, 3000);
        const { children, metrics, status } = yield* stopSupervisor(ctx, sup, 1000);
        const ended = children.map(({ name, status: how, attempt }) => ({ name, how, attempt }));
        return { ended, metrics, status } as unknown as Json;
      };
    let kills = 0;
    for (let killAfter = 0; killAfter < 60; killAfter += 1) {
      const store = await newStore();
      const world: World = { alive: true, done: [] };
      const onKill = () => {
        world.alive = false;
      };
      const options = { store, killAfter, onKill, host: createMockHost() };
      const life = await liveOut(body(world), options, () => !world.alive);
      let { result } = life;
      if (!world.alive) {
        kills += 1;
        const again: World = { alive: true, done: [] };
        const known = (await store.latest(`runs.${life.runId}`)) !== undefined;
        const resume = known ? { resume: life.runId } : {};
        result = (await liveOut(body(again), { store, ...resume })).result;
      }
      expect(result, `killed after ${killAfter}`).toMatchObject({
        status: 'settled',
        main: {
          ok: true,
          value: {
            status: 'stopped',
            ended: [
              { name: 'flaky', how: 'stopped', attempt: 3 },
              { name: 'loop', how: 'stopped', attempt: 1 },
            ],
            metrics: { failed: 2, restarted: 2, stopped: 2 },
          },
        },
      });
      if (world.alive) break;
    }
    expect(kills).toBeGreaterThan(5);
  });
});
