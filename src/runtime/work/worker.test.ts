// Workers: what programs see of them, and that a kill at any commit changes nothing of it.
import { describe, expect, it } from 'vitest';
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { hooksKey, type RunBody, type Suspending } from '../run/index.ts';
import {
  agentStop,
  closeAgent,
  listAgents,
  resumeAgent,
  sendInput,
  spawnAgent,
  suspendAgent,
  waitAgent,
  workerCheckpoint,
  workerTrigger,
  workerUpdatesKey,
} from './index.ts';
import {
  body,
  live,
  newStore,
  newWorld,
  resultOf,
  returned,
  turnConfig,
  turnKind,
  until,
  untilTrue,
  type World,
  workEffect,
} from './worker-run.fixture.ts';

/** A function as the body of a worker. */
const run = (fn: Parameters<typeof body>[0]) => ({ body: body(fn) });

/** The coded error a computation throws. */
function* codeOf(call: Suspending<unknown>): Suspending<string> {
  try {
    yield* call;
  } catch (error) {
    return HarnError.is(error) ? error.code : String(error);
  }
  return 'nothing thrown';
}

const brief = (summary: JsonObject): Json => [
  summary['status'] as Json,
  (summary['result'] as JsonObject | null)?.['summary'] ?? null,
];

describe('a worker', () => {
  it('runs its body beside its starter and gives its result to who waits', async () => {
    const result = await resultOf(function* (ctx) {
      const handle = yield* spawnAgent(
        ctx,
        { name: 'adder', task: 'add' },
        run(function* (_ctx, [task]) {
          yield* [];
          return { summary: `${String(task)} up` };
        }),
      );
      const done = yield* waitAgent(ctx, handle);
      return [handle['status'], handle['mode'], brief(done), listAgents(ctx).length] as Json;
    });
    expect(result).toEqual(['running', 'function', ['completed', 'add up'], 1]);
  });

  it('has the shape of an agent handle, and a snapshot file that says the same', async () => {
    const host = createMockHost();
    const world = newWorld();
    const summary = (await resultOf(
      function* (ctx) {
        const handle = yield* spawnAgent(ctx, turnConfig('w', 1, { action_items: ['a'] }));
        return yield* waitAgent(ctx, handle);
      },
      { host, kinds: [turnKind(world)] },
    )) as JsonObject;
    expect(summary).toMatchObject({
      _type: 'agent_handle',
      name: 'w',
      task: 'w',
      mode: 'sub_agent',
      status: 'completed',
      history: ['w'],
      request: { task: 'w', payload: { action_items: ['a'] }, action_items: ['a'] },
      has_transcript: true,
      error: null,
      suspension: null,
    });
    expect(String(summary['id'])).toMatch(/^worker_[0-9a-f-]{36}$/);
    const file = JSON.parse(await host.fs.readText(String(summary['snapshot_path']))) as JsonObject;
    expect(file).toMatchObject({
      _type: 'worker_snapshot',
      id: summary['id'],
      status: 'completed',
    });
  });

  it('gives its error to the first who waits and its status to the others', async () => {
    const result = await resultOf(function* (ctx) {
      const handle = yield* spawnAgent(
        ctx,
        { task: 'fail' },
        run(function* () {
          yield* [];
          throw new Error('no luck');
        }),
      );
      let first = '';
      try {
        yield* waitAgent(ctx, handle);
      } catch (error) {
        first = (error as Error).message;
      }
      const later = yield* waitAgent(ctx, handle);
      return [first, later['status'], later['error']] as Json;
    });
    expect(result).toEqual(['no luck', 'failed', 'no luck']);
  });

  it('goes on with other input, and keeps its request, result rules and history', async () => {
    const world = newWorld();
    const result = await resultOf(
      function* (ctx) {
        const handle = yield* spawnAgent(ctx, turnConfig('one', 1));
        const running = yield* codeOf(sendInput(ctx, handle, 'too early'));
        yield* waitAgent(ctx, handle);
        const again = yield* sendInput(ctx, handle, 'two');
        const done = yield* waitAgent(ctx, handle);
        return [
          running,
          brief(again),
          brief(done),
          done['history'],
          (done['request'] as JsonObject)['task'],
        ] as Json;
      },
      { kinds: [turnKind(world)] },
    );
    expect(result).toEqual([
      'HARN-WRK-005',
      ['running', null],
      ['completed', 'two done'],
      ['one', 'two'],
      'one',
    ]);
    expect(world.done).toEqual(['one#1', 'two#1']);
  });

  it('that is retriggerable and waited for when it is spawned has done its first task', async () => {
    const kinds = [turnKind(newWorld())];
    const config = turnConfig('loop', 1, { wait: true, carry: { retriggerable: true } });
    const told = await resultOf(
      function* (ctx) {
        const first = yield* spawnAgent(ctx, config);
        const next = yield* workerTrigger(ctx, first, 'more');
        yield* closeAgent(ctx, first);
        return [first['status'], first['result'], next['status']] as Json;
      },
      { kinds },
    );
    expect(told).toMatchObject(['awaiting', { ok: true }, 'running']);
  });

  it('that is retriggerable awaits, is triggered, and is waited for until it is closed', async () => {
    const world = newWorld();
    const result = await resultOf(
      function* (ctx) {
        const config = turnConfig('loop', 1, { carry: { retriggerable: true } });
        const handle = yield* spawnAgent(ctx, config);
        const waiter = ctx.startTask('waiter', (child) => waitAgent(child, handle));
        const statuses: Json[] = [];
        const settle = function* (): Suspending<void> {
          yield* untilTrue(ctx, () => listAgents(ctx)[0]?.['status'] !== 'running');
          statuses.push(brief(listAgents(ctx)[0] as JsonObject));
        };
        yield* settle();
        yield* workerTrigger(ctx, handle, { more: 1 });
        statuses.push(listAgents(ctx)[0]?.['status'] as Json);
        yield* settle();
        yield* closeAgent(ctx, handle);
        statuses.push(((yield* ctx.join(waiter)) as JsonObject)['status'] as Json);
        return statuses;
      },
      { kinds: [turnKind(world)] },
    );
    expect(result).toEqual([
      ['awaiting', 'loop done'],
      'running',
      ['awaiting', '{"more":1} done'],
      'cancelled',
    ]);
  });

  it('refuses what its state does not allow, and nothing changes', async () => {
    const result = await resultOf(
      function* (ctx) {
        const handle = yield* spawnAgent(ctx, turnConfig('w', 1));
        yield* waitAgent(ctx, handle);
        const before = JSON.stringify(listAgents(ctx));
        const codes = [
          yield* codeOf(workerTrigger(ctx, handle, 'x')),
          yield* codeOf(suspendAgent(ctx, handle, 'x')),
          yield* codeOf(resumeAgent(ctx, handle)),
          yield* codeOf(sendInput(ctx, handle, '  ')),
          yield* codeOf(waitAgent(ctx, 'worker_nobody')),
          yield* codeOf(spawnAgent(ctx, { task: 'x', graph: {} })),
          yield* codeOf(spawnAgent(ctx, { task: 'x' })),
        ];
        return [codes, before === JSON.stringify(listAgents(ctx))] as Json;
      },
      { kinds: [turnKind(newWorld())] },
    );
    expect(result).toEqual([
      [
        'HARN-WRK-006',
        'HARN-SUS-001',
        'HARN-SUS-003',
        'HARN-WRK-001',
        'HARN-WRK-002',
        'HARN-WRK-004',
        'HARN-WRK-001',
      ],
      true,
    ]);
  });

  it('cannot do what was taken from it, nor start others that can', async () => {
    const result = await resultOf(function* (ctx) {
      const handle = yield* spawnAgent(
        ctx,
        { task: 'x', without: ['test'], tools: ['read'] },
        run(function* (inner) {
          const own = yield* codeOf(inner.perform(workEffect(newWorld()), ['w']));
          const wide = yield* codeOf(
            spawnAgent(
              inner,
              { task: 'y', tools: ['write'] },
              run(function* () {}),
            ) as never,
          );
          return [own, wide];
        }),
      );
      return (yield* waitAgent(ctx, handle))['result'] as Json;
    });
    expect(result).toEqual(['HARN-CAP-201', 'HARN-WRK-015']);
  });

  it('is out of reach for whoever was not given it, and nothing happens', async () => {
    const result = await resultOf(function* (ctx) {
      const handle = yield* spawnAgent(
        ctx,
        { task: 'x' },
        run(function* () {}),
      );
      const less = ctx.withAuthority(ctx.authority.without(['agent'], 'a test'));
      const reader = ctx.withAuthority(ctx.authority.without(['agent:write'], 'a test'));
      const codes = [
        yield* codeOf(
          spawnAgent(
            less,
            { task: 'y' },
            run(function* () {}),
          ),
        ),
        yield* codeOf(
          spawnAgent(
            reader,
            { task: 'y' },
            run(function* () {}),
          ),
        ),
        yield* codeOf(suspendAgent(less, handle)),
        yield* codeOf(closeAgent(reader, handle)),
        yield* codeOf(resumeAgent(less, handle)),
        yield* codeOf(waitAgent(less, handle)),
      ];
      const seen = yield* waitAgent(reader, handle);
      return [codes, seen['status'], listAgents(ctx).length] as Json;
    });
    const denied = 'HARN-CAP-201';
    expect(result).toEqual([Array.from({ length: 6 }, () => denied), 'completed', 1]);
  });

  it('stops gracefully with a handoff for itself and each worker below it', async () => {
    const result = (await resultOf(
      function* (ctx) {
        const handle = yield* spawnAgent(
          ctx,
          { name: 'parent', task: 'p' },
          run(function* (inner) {
            yield* spawnAgent(inner, turnConfig('child', 50));
            yield* inner.block('forever', () => undefined);
          }),
        );
        yield* untilTrue(ctx, () => listAgents(ctx).length === 2);
        const stopped = yield* agentStop(ctx, handle, { graceful: true, reason: 'enough' });
        return [stopped, listAgents(ctx)] as Json;
      },
      { kinds: [turnKind(newWorld())] },
    )) as readonly [JsonObject, readonly JsonObject[]];
    expect(result[0]).toMatchObject({ _type: 'agent_stop_result', reason: 'enough' });
    expect(result[0]['handoffs']).toHaveLength(2);
    expect(result[1].map(({ status }) => status)).toEqual(['stopped', 'stopped']);
  });
});

describe('a suspended worker', () => {
  it.each([
    ['nobody asks', {}, {}, false],
    ['its carry asks', { carry: { snapshot_file: true } }, {}, true],
    ['the environment names the place', {}, { HARN_WORKER_STATE_DIR: '/kept' }, true],
  ])('has a snapshot file or none: %s', async (_, config, env, isThere) => {
    const host = createMockHost({ env });
    const world = newWorld();
    const summary = (await resultOf(
      function* (ctx) {
        const handle = yield* spawnAgent(ctx, { ...turnConfig('w', 3), ...config });
        yield* suspendAgent(ctx, handle, 'later');
        return yield* waitAgent(ctx, handle);
      },
      { host, kinds: [turnKind(world)] },
    )) as JsonObject;
    expect(summary['status']).toBe('suspended');
    const path = String(summary['snapshot_path']);
    expect(path.startsWith('/kept/')).toBe('HARN_WORKER_STATE_DIR' in env);
    expect(await host.fs.exists(path)).toBe(isThere);
    if (isThere) expect(await host.fs.readText(path)).toContain('"suspended"');
  });

  it('ends the turn it is in, parks, and goes on with what it is told', async () => {
    const world = newWorld();
    const result = await resultOf(
      function* (ctx) {
        const handle = yield* spawnAgent(ctx, turnConfig('w', 3));
        yield* untilTrue(ctx, () => world.done.length > 0);
        const asked = yield* suspendAgent(ctx, handle, 'lunch', { initiator: 'parent' });
        const parked = yield* waitAgent(ctx, handle);
        const resumed = yield* resumeAgent(ctx, handle, 'go on');
        const done = yield* waitAgent(ctx, handle);
        const { suspension } = parked as { readonly suspension: JsonObject };
        return [
          [asked['status'], parked['status'], resumed['status'], done['status']],
          [suspension['reason'], suspension['initiator'], suspension['suspended_at_turn']],
          resumed['task'],
          done['history'],
        ] as Json;
      },
      { kinds: [turnKind(world)] },
    );
    expect(result).toMatchObject([
      ['suspended', 'suspended', 'running', 'completed'],
      ['lunch', 'parent', expect.any(Number)],
      'go on',
      ['w', 'go on'],
    ]);
    expect(world.done).toHaveLength(3);
  });

  it('may be a function that waits at its checkpoint', async () => {
    const result = await resultOf(function* (ctx) {
      const handle = yield* spawnAgent(
        ctx,
        { task: 'x' },
        run(function* (inner) {
          const told = (yield* workerCheckpoint(inner, { at: 1 })) as JsonObject;
          return [told['input'], told['checkpoint']] as Json;
        }),
      );
      yield* suspendAgent(ctx, handle, 'wait');
      const parked = yield* waitAgent(ctx, handle);
      yield* resumeAgent(ctx, handle, { answer: 42 });
      const done = yield* waitAgent(ctx, handle);
      return [parked['status'], done['status'], done['result']] as Json;
    });
    expect(result).toEqual(['suspended', 'completed', [{ answer: 42 }, { at: 1 }]]);
  });

  it('that ended before its checkpoint has ended', async () => {
    const result = await resultOf(function* (ctx) {
      const handle = yield* spawnAgent(
        ctx,
        { task: 'x' },
        run(function* () {}),
      );
      yield* suspendAgent(ctx, handle);
      const done = yield* waitAgent(ctx, handle);
      return [done['status'], done['suspension']] as Json;
    });
    expect(result).toEqual(['completed', null]);
  });

  it('is suspended and resumed under the eyes of hooks, which may forbid both', async () => {
    const seen: string[] = [];
    const result = await resultOf(
      function* (ctx) {
        let allow = false;
        const hooks = ctx.get(hooksKey);
        const hear = (event: string, answer: () => Json) =>
          hooks.register(
            event,
            undefined,
            body(function* () {
              yield* [];
              seen.push(event);
              return answer();
            }),
          );
        const gate = () => (allow ? null : { block: true, reason: 'not now' });
        for (const event of ['PreSuspend', 'PreResume']) hear(event, gate);
        for (const event of ['PostSuspend', 'PostResume', 'WorkerSuspended', 'WorkerResumed']) {
          hear(event, () => null);
        }
        const handle = yield* spawnAgent(ctx, turnConfig('w', 2));
        const denied = yield* suspendAgent(ctx, handle, 'x');
        allow = true;
        yield* suspendAgent(ctx, handle, 'x');
        yield* waitAgent(ctx, handle);
        allow = false;
        const kept = yield* resumeAgent(ctx, handle);
        allow = true;
        yield* resumeAgent(ctx, handle);
        const done = yield* waitAgent(ctx, handle);
        return [
          [denied['status'], denied['pre_suspend_denied']],
          [kept['status'], kept['pre_resume_denied']],
          done['status'],
        ] as Json;
      },
      { kinds: [turnKind(newWorld())] },
    );
    expect(result).toEqual([['running', 'not now'], ['suspended', 'not now'], 'completed']);
    expect(seen).toEqual([
      'PreSuspend',
      'PreSuspend',
      'WorkerSuspended',
      'PostSuspend',
      'PreResume',
      'PreResume',
      'WorkerResumed',
      'PostResume',
    ]);
  });

  it('tells its followers each change once', async () => {
    const events: string[] = [];
    await resultOf(
      function* (ctx) {
        ctx.get(workerUpdatesKey).listen(({ event, status }) => events.push(`${event} ${status}`));
        const handle = yield* spawnAgent(ctx, turnConfig('w', 2));
        yield* suspendAgent(ctx, handle, 'x');
        yield* waitAgent(ctx, handle);
        yield* resumeAgent(ctx, handle);
        yield* waitAgent(ctx, handle);
        return null;
      },
      { kinds: [turnKind(newWorld())] },
    );
    expect(events).toEqual([
      'WorkerSuspended suspended',
      'WorkerSpawned running',
      'WorkerResumed running',
      'WorkerSpawned running',
      'WorkerCompleted completed',
    ]);
  });
});

/** Everything a program can do with a worker, in one story. */
const story = (world: World): RunBody =>
  function* (ctx) {
    const lines: Json[] = [];
    const first = yield* spawnAgent(ctx, turnConfig('a', 9));
    const loop = yield* spawnAgent(ctx, turnConfig('b', 1, { carry: { retriggerable: true } }));
    yield* ctx.perform(workEffect(world), ['between']);
    yield* suspendAgent(ctx, first, 'pause');
    lines.push((yield* waitAgent(ctx, first))['status'] as Json);
    yield* resumeAgent(ctx, first, 'more');
    const done = yield* waitAgent(ctx, first);
    lines.push([done['status'] as Json, done['history'] as Json]);
    yield* sendInput(ctx, first, 'again');
    lines.push(brief(yield* waitAgent(ctx, first)));
    yield* workerTrigger(ctx, loop, 'next');
    yield* ctx.perform(workEffect(world), ['after']);
    yield* closeAgent(ctx, loop);
    lines.push(listAgents(ctx).map(({ status }) => status as Json));
    return lines;
  };

describe('a run with workers that is killed after any commit and resumed', () => {
  it('ends as if it had not been killed, and does nothing twice', async () => {
    const whole = newWorld();
    const expected = await resultOf(story(whole), { kinds: [turnKind(whole)] });
    let kills = 0;
    for (let killAfter = 0; killAfter < 120; killAfter += 1) {
      const store = await newStore();
      const world = newWorld();
      const onKill = () => {
        world.alive = false;
      };
      const options = { store, kinds: [turnKind(world)], killAfter, onKill };
      const life = await live(story(world), options);
      let ended: Json | undefined;
      void life.result.then((result) => {
        if (world.alive) ended = returned(result);
      });
      await until(() => ended !== undefined || !world.alive);
      if (world.alive) {
        expect(ended).toEqual(expected);
        break;
      }
      kills += 1;
      const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
      const next = newWorld();
      const resumed = await live(story(next), {
        store,
        kinds: [turnKind(next)],
        ...(known ? { resume: life.run.id } : {}),
      });
      expect(returned(await resumed.result), `killed after ${killAfter}`).toEqual(expected);
    }
    expect(kills).toBeGreaterThan(10);
  });
});
