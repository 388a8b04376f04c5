// What outlives a run: workers in the receipt, in the store, and in the hands of another run; what wakes them.
import { describe, expect, it } from 'vitest';
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import { createFinisher, lifecycleKey, onFinishDrain } from '../lifecycle/index.ts';
import type { RunBody } from '../run/index.ts';
import { MemoryExporter } from '../trace/index.ts';
import {
  listWorkers,
  type ResumeSource,
  receiptsSnapshot,
  receiptTopic,
  recordDrainDecisionReceipt,
  replayDrainDecision,
  replayResumeInput,
  resumeAgent,
  resumeSourceKey,
  spawnAgent,
  suspendAgent,
  verifyReceipt,
  waitAgent,
} from './index.ts';
import {
  live,
  newHost,
  newStore,
  newWorld,
  pauses,
  returned,
  turnConfig,
  turnKind,
  until,
  untilTrue,
} from './worker-run.fixture.ts';

interface Receipt {
  readonly status: string;
  readonly items: readonly JsonObject[];
}

const lines = ({ items }: Receipt) =>
  items.map((item) => `${String(item['bucket'])} ${String(item['disposition'])}`);

/** Suspends a worker between its turns. */
const suspending = (conditions: Json = null): RunBody =>
  function* (ctx) {
    const handle = yield* spawnAgent(ctx, turnConfig('w', 20));
    yield* pauses(ctx, 3);
    yield* suspendAgent(ctx, handle, 'overnight', { conditions });
    yield* waitAgent(ctx, handle);
    return handle['id'] as Json;
  };

/** Runs a first run to its end with a suspended worker left behind. */
async function leftBehind() {
  const store = await newStore();
  const world = newWorld();
  const kinds = [turnKind(world)];
  const { run, result } = await live(suspending(), { store, kinds, finish: createFinisher() });
  const ended = await result;
  return { store, world, kinds, run, ended, id: String(returned(ended)) };
}

describe('a worker that is still open when its run ends', () => {
  it('has its line in the receipt and belongs to nobody afterwards', async () => {
    const { store, ended, id } = await leftBehind();
    const { receipt } = ended as unknown as { readonly receipt: Receipt };
    expect(lines(receipt)).toEqual(['suspended_subagents abandoned']);
    expect(receipt.items[0]).toMatchObject({ id, resume_token: id });
    const [row] = await listWorkers(store, { status: 'suspended' });
    expect(row).toMatchObject({ id, run_id: null, mode: 'sub_agent' });
  });

  it('goes on in another run, from the turn it had reached', async () => {
    const { store, world, kinds, id } = await leftBehind();
    const before = world.done.length;
    const { result } = await live(
      function* (ctx) {
        const resumed = yield* resumeAgent(ctx, id, 'good morning');
        const done = yield* waitAgent(ctx, id);
        return [resumed['status'], done['status'], done['history']] as Json;
      },
      { store, kinds },
    );
    expect(returned(await result)).toEqual(['running', 'completed', ['w', 'good morning']]);
    expect(before).toBeLessThan(20);
    expect(world.done).toHaveLength(20);
  });

  it('goes on once, whoever else tries', async () => {
    const { store, kinds, id } = await leftBehind();
    const one = function* (ctx: Parameters<RunBody>[0]) {
      try {
        yield* resumeAgent(ctx, id);
        return 'mine';
      } catch (error) {
        return HarnError.is(error) ? error.code : 'other';
      }
    };
    const runs = [];
    for (let i = 0; i < 3; i += 1) runs.push((await live(one, { store, kinds })).result);
    const ends = (await Promise.all(runs)).map(returned);
    expect(ends.filter((end) => end === 'mine')).toHaveLength(1);
    for (const end of ends) expect(['mine', 'HARN-SUS-006', 'HARN-WRK-011']).toContain(end);
  });

  it('goes on in another run that is killed after any commit, and is claimed once', async () => {
    const claiming = (id: string): RunBody =>
      function* (ctx) {
        yield* resumeAgent(ctx, id, 'morning');
        return (yield* waitAgent(ctx, id))['history'] as Json;
      };
    let kills = 0;
    for (let killAfter = 0; killAfter < 80; killAfter += 1) {
      const { store, id } = await leftBehind();
      const world = newWorld();
      const onKill = () => {
        world.alive = false;
      };
      const life = await live(claiming(id), { store, kinds: [turnKind(world)], killAfter, onKill });
      let over = false;
      void life.result.then(() => {
        over = true;
      });
      await until(() => over || !world.alive);
      if (world.alive) break;
      kills += 1;
      const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
      const again = await live(claiming(id), {
        store,
        kinds: [turnKind(newWorld())],
        ...(known ? { resume: life.run.id } : {}),
      });
      const ended = returned(await again.result);
      expect(ended, `killed after ${killAfter}`).toEqual(['w', 'morning']);
      const claims = await store.read('agent.workers', { kinds: ['worker_claimed'] });
      expect(claims, `killed after ${killAfter}`).toHaveLength(1);
    }
    expect(kills).toBeGreaterThan(6);
  });

  it('may not be taken from a run that has not ended', async () => {
    const store = await newStore();
    const world = newWorld();
    const kinds = [turnKind(world)];
    let id = '';
    const first = await live(
      function* (ctx) {
        id = String(yield* suspending()(ctx));
        yield* ctx.perform(clockEffects.sleep_ms, [3_600_000]);
      },
      { store, kinds },
    );
    await until(() => id !== '');
    await first.run.park('for now');
    const other = await live((ctx) => resumeAgent(ctx, id), { store, kinds });
    await expect(other.result.then(returned)).rejects.toMatchObject({ code: 'HARN-WRK-011' });
  });

  it('is drained when it is at work, and cancelled when it only waits', async () => {
    const world = newWorld();
    const body: RunBody = function* (ctx) {
      ctx.get(lifecycleKey).slots.run.register(onFinishDrain);
      yield* suspending()(ctx);
      yield* spawnAgent(ctx, turnConfig('busy', 4));
      return null;
    };
    const { result } = await live(body, { kinds: [turnKind(world)], finish: createFinisher() });
    const { receipt } = (await result) as unknown as { readonly receipt: Receipt };
    expect(receipt.status).toBe('settled');
    expect(lines(receipt).sort()).toEqual([
      'suspended_subagents cancelled',
      'suspended_subagents drained',
    ]);
    expect(world.done.filter((name) => name.startsWith('busy'))).toHaveLength(4);
  });

  it('has the same line, and does nothing twice, when the run is killed after any commit', async () => {
    const body = (): RunBody =>
      function* (ctx) {
        ctx.get(lifecycleKey).slots.run.register(onFinishDrain);
        const handle = yield* spawnAgent(ctx, turnConfig('w', 40));
        yield* pauses(ctx, 3);
        yield* suspendAgent(ctx, handle, 'x');
        yield* waitAgent(ctx, handle);
        return null;
      };
    let kills = 0;
    for (let killAfter = 1; killAfter < 80; killAfter += 1) {
      const store = await newStore();
      const world = newWorld();
      const onKill = () => {
        world.alive = false;
      };
      const options = { store, kinds: [turnKind(world)], killAfter, onKill };
      const life = await live(body(), { ...options, finish: createFinisher() });
      let over = false;
      void life.result.then(() => {
        over = true;
      });
      await until(() => over || !world.alive);
      if (world.alive) break;
      kills += 1;
      const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
      if (!known) continue;
      const next = newWorld();
      const again = await live(body(), {
        store,
        kinds: [turnKind(next)],
        finish: createFinisher(),
        resume: life.run.id,
      });
      const { receipt } = (await again.result) as unknown as { readonly receipt: Receipt };
      expect(lines(receipt), `killed after ${killAfter}`).toEqual([
        'suspended_subagents cancelled',
      ]);
      const [row] = await listWorkers(store);
      expect(row?.status).toBe('cancelled');
    }
    expect(kills).toBeGreaterThan(6);
  });
});

describe('what wakes a suspended worker', () => {
  const START_MS = Date.UTC(2026, 0, 1);

  it('is its timeout, also when the process was gone when it passed', async () => {
    const store = await newStore();
    const world = newWorld();
    const body: RunBody = function* (ctx) {
      yield* suspending({ timeout: { duration_minutes: 60 } })(ctx);
      yield* ctx.block('forever', () => undefined);
    };
    const first = await live(body, { store, kinds: [turnKind(world)], host: newHost(START_MS) });
    let row = (await listWorkers(store))[0];
    for (let i = 0; i < 200 && row?.status !== 'suspended'; i += 1) {
      await until(() => false, 5);
      row = (await listWorkers(store))[0];
    }
    expect(row).toMatchObject({ status: 'suspended', resume_due_ms: START_MS + 3_600_000 });
    await until(() => false, 100);
    const timers = await store.dueTimers(START_MS + 3_600_000);
    expect(timers).toHaveLength(1);
    world.alive = false;
    await first.run.park('gone');
    const second = await live(body, {
      store,
      kinds: [turnKind(newWorld())],
      host: newHost(START_MS + 7_200_000),
      resume: first.run.id,
    });
    for (let i = 0; i < 400 && row?.status !== 'completed'; i += 1) {
      await until(() => false, 5);
      row = (await listWorkers(store))[0];
    }
    expect(row?.status).toBe('completed');
    await second.run.park('enough seen');
  });

  it('may be an event in the log, which is its input', async () => {
    const store = await newStore();
    const world = newWorld();
    const { result } = await live(
      function* (ctx) {
        const id = yield* suspending({ on_event: 'deploys' })(ctx);
        yield* untilTrue(ctx, () => false);
        void store.tx((tx) => tx.append('deploys', { kind: 'deployed', payload: { v: 7 } }));
        const tasks = () =>
          [...ctx.run.scheduler.tasks].filter(({ id: t }) => t.includes(':event'));
        yield* untilTrue(ctx, () => tasks().length === 0);
        return (yield* waitAgent(ctx, id as Json))['history'] as Json;
      },
      { store, kinds: [turnKind(world)] },
    );
    const history = returned(await result) as readonly string[];
    expect(JSON.parse(String(history[1]))).toMatchObject({ kind: 'deployed', payload: { v: 7 } });
  });

  it('may be a timeout that fails it', async () => {
    const store = await newStore();
    const world = newWorld();
    const host = newHost(START_MS);
    const { run } = await live(
      function* (ctx) {
        const timeout = { duration_minutes: 5, on_timeout: 'fail' };
        yield* suspending({ timeout })(ctx);
        yield* ctx.block('forever', () => undefined);
      },
      { store, kinds: [turnKind(world)], host },
    );
    await until(() => false, 200);
    host.clock.advance(300_000);
    let row = (await listWorkers(store))[0];
    for (let i = 0; i < 100 && row?.status !== 'failed'; i += 1) {
      await until(() => false, 5);
      row = (await listWorkers(store))[0];
    }
    expect(row?.status).toBe('failed');
    await run.park('enough seen');
  });

  it('may be a trigger, of which the receipt says which it was', async () => {
    const store = await newStore();
    const source: ResumeSource = {
      topic: 'shop',
      check: () => undefined,
      match: ({ kind }, event) =>
        event.kind === kind
          ? { payload: event.payload, trigger: { provider: 'shop', event_id: 'e1' } }
          : undefined,
    };
    const arrives = (kind: string, payload: Json) =>
      void store.tx((tx) => tx.append('shop', { kind, payload }));
    arrives('order', 'before it was suspended');
    const { result } = await live(
      function* (ctx) {
        const id = yield* suspending({ trigger: { kind: 'order' } })(ctx);
        arrives('return', { order: 6 });
        arrives('order', { order: 7 });
        yield* untilTrue(ctx, () =>
          [...ctx.run.scheduler.tasks].every((task) => !task.id.includes(':trigger')),
        );
        const done = yield* waitAgent(ctx, id as Json);
        const receipt = receiptsSnapshot(ctx)[1]?.payload ?? {};
        const { initiator = null, trigger_match = null } = receipt;
        return [done['history'], initiator, trigger_match] as Json;
      },
      {
        store,
        kinds: [turnKind(newWorld())],
        equip: (core) => core.provide(resumeSourceKey, { source }),
      },
    );
    expect(returned(await result)).toEqual([
      ['w', '{"order":7}'],
      'triggered',
      { source: 'shop', event_id: 'e1', filter_summary: null },
    ]);
  });

  it('lets one that was born parked begin', async () => {
    const store = await newStore();
    const world = newWorld();
    const { result } = await live(
      function* (ctx) {
        const options = { resume_when: { on_event: 'start' } };
        const handle = yield* spawnAgent(ctx, turnConfig('w', 1, { options }));
        const before = yield* waitAgent(ctx, handle);
        yield* pauses(ctx, 2);
        void store.tx((tx) => tx.append('start', { kind: 'go', payload: null }));
        const isOver = () => [...ctx.run.scheduler.tasks].every(({ id }) => !id.includes(':event'));
        yield* untilTrue(ctx, isOver);
        const done = yield* waitAgent(ctx, handle);
        return [before['status'], before['started_at'] !== null, done['status']] as Json;
      },
      { store, kinds: [turnKind(world)] },
    );
    expect(returned(await result)).toEqual(['suspended', true, 'completed']);
    expect(world.done).toHaveLength(1);
  });

  it('is refused before anything happens when nobody can keep it', async () => {
    const { result } = await live(
      function* (ctx) {
        const handle = yield* spawnAgent(ctx, turnConfig('w', 3));
        const codes: Json[] = [];
        for (const conditions of [{ trigger: { kind: 'x' } }, { timeout: {} }, { what: 1 }]) {
          try {
            yield* suspendAgent(ctx, handle, 'x', { conditions });
          } catch (error) {
            codes.push(HarnError.is(error) ? error.code : 'other');
          }
        }
        return [...codes, (yield* waitAgent(ctx, handle))['status'] as Json];
      },
      { kinds: [turnKind(newWorld())] },
    );
    expect(returned(await result)).toEqual([
      'HARN-SUS-007',
      'HARN-SUS-002',
      'HARN-SUS-002',
      'completed',
    ]);
  });
});

describe('suspensions and resumptions', () => {
  const body: RunBody = function* (ctx) {
    const id = yield* suspending()(ctx);
    yield* resumeAgent(ctx, id as Json, { input: 'secret plans', initiator: 'parent' });
    yield* waitAgent(ctx, id as Json);
    return [...receiptsSnapshot(ctx)] as unknown as Json;
  };

  it('leave signed receipts that nobody can change', async () => {
    const world = newWorld();
    const { store, result } = await live(
      function* (ctx) {
        const entries = (yield* body(ctx)) as unknown as readonly JsonObject[];
        const [first, second] = entries.map((entry) => entry['payload'] as JsonObject);
        const decision = yield* recordDrainDecisionReceipt(ctx, {
          pipeline_id: 'p',
          item: { category: 'suspended_subagent', id: 'w', summary: 'w' },
          action: 'cancel',
          reason: 'late',
          decided_by: 'settlement',
          prompt: { ask: 'what now' },
          redact: { '/item/summary': 'private' },
        });
        verifyReceipt(ctx, 'suspension_receipt', first as Json);
        verifyReceipt(ctx, 'resumption_receipt', second as Json);
        verifyReceipt(ctx, 'drain_decision_receipt', decision);
        const problems: Json[] = [];
        const attempts = [
          () => verifyReceipt(ctx, 'suspension_receipt', { ...first, handle: 'other' }),
          () => replayResumeInput(second as Json, 'other plans'),
          () => replayDrainDecision(decision, { ask: 'something else' }),
        ];
        for (const attempt of attempts) {
          try {
            attempt();
          } catch (error) {
            problems.push(HarnError.is(error) ? error.code : 'other');
          }
        }
        const { summary } = decision['item'] as JsonObject;
        return [entries.map(({ kind }) => kind), problems, summary] as Json;
      },
      { kinds: [turnKind(world)] },
    );
    expect(returned(await result)).toEqual([
      ['suspension_receipt', 'resumption_receipt'],
      ['HARN-SUS-013', 'HARN-SUS-011', 'HARN-SUS-012'],
      { $harn_redacted: 'private' },
    ]);
    expect(await store.read(receiptTopic.name)).toHaveLength(3);
  });

  it('are spans that point to each other and to the run, without their content', async () => {
    const world = newWorld();
    const exporter = new MemoryExporter();
    const { result } = await live(body, { kinds: [turnKind(world)], exporter });
    const [receipt] = returned(await result) as unknown as readonly [JsonObject];
    const id = String((receipt['payload'] as JsonObject)['handle']);
    const suspension = exporter.find(`suspend ${id}`);
    const resume = exporter.find(`resume ${id}`);
    const pipeline = exporter.find('main');
    expect(pipeline?.attributes['harn.kind']).toBe('pipeline');
    expect(suspension?.parentSpanId).toBe(pipeline?.spanId);
    expect(suspension?.attributes).toMatchObject({
      'harn.kind': 'suspension',
      worker_id: id,
      handle: id,
      reason: 'overnight',
      initiator: 'operator',
      has_conditions: false,
    });
    expect(resume?.parentSpanId).toBeUndefined();
    expect(resume?.links.map((link) => [link.spanId, link.attributes?.['harn.link.kind']])).toEqual(
      [
        [suspension?.spanId, 'suspension'],
        [pipeline?.spanId, 'pipeline'],
      ],
    );
    expect(resume?.attributes).toMatchObject({
      initiator: 'parent',
      continue_transcript: true,
      had_resume_input: true,
      linked_suspension_count: 1,
    });
    expect(JSON.stringify(exporter.spans)).not.toContain('secret plans');
  });
});
