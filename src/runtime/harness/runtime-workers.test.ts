// Workers of TypeScript programs beyond the run that made them: resumed with the functions that the program was given,
// woken by time, events and triggers, ended; killed anywhere in between.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { publishEvent } from '../trigger/index.ts';
import {
  type AgentTool,
  defineTool,
  type Harness,
  type PermissionRequest,
  pipeline,
  type WorkerBody,
} from './index.ts';

/** The outside, over all lives. */
interface World {
  readonly sent: string[];
  alive: () => boolean;
}
const newWorld = (): World => ({ sent: [], alive: () => true });

const sendTool = (world: World): AgentTool =>
  defineTool<{ to: string }>({
    name: 'send',
    description: 'Sends a greeting',
    parameters: { to: 'string' },
    handler: async ({ to }, { idempotencyKey }) => {
      const what = `${to} ${idempotencyKey.length > 0}`;
      if (world.alive()) world.sent.push(what);
      await new Promise((ok) => setImmediate(ok));
      return what;
    },
  });

const calls = (name: string, args: JsonObject): JsonObject => ({
  text: '',
  tool_calls: [{ id: `call_${name}`, name, arguments: args }],
});
const PARK = calls('agent_await_resumption', { reason: 'wait for Ada' });
const parkUntil = (conditions: JsonObject) =>
  calls('agent_await_resumption', { reason: 'wait', conditions });

/** A program whose loop parks; it writes that down outside, and ends. */
function program(world: World, send = sendTool(world)) {
  const asks = pipeline('asks', async ({ agent, fs }) => {
    const result = await agent.loop({ task: 'greet Ada', tools: [send] });
    await fs.writeText('/parked.txt', 'yes');
    return (result.handle as JsonObject)['id'] as string;
  });
  return { asks, send };
}

interface Life {
  readonly store: Store;
  readonly world: World;
  readonly mocks: readonly JsonObject[];
  readonly host?: MockHost;
  readonly withTools?: boolean;
  readonly workerBodies?: { readonly [name: string]: WorkerBody };
}

let hosts = 0;
/** Every life has chance of its own. */
function runtimeOf({ store, world, mocks, host, withTools = true, workerBodies = {} }: Life) {
  hosts += 1;
  const { asks, send } = program(world);
  const runtime = createRuntime({
    store,
    pipelines: [asks],
    tools: withTools ? [send] : [],
    workerBodies,
    host: host ?? createMockHost({ seed: hosts }),
    llm: { mocks },
    sink: { write: () => undefined },
  });
  return { runtime, asks };
}

/** Leaves one parked worker behind; the answer is its id. */
async function leave(store: Store, mock = PARK, more: Partial<Life> = {}): Promise<string> {
  const { runtime, asks } = runtimeOf({ store, world: newWorld(), mocks: [mock], ...more });
  const ended = await runtime.start(asks, null as never).done;
  if (ended.status !== 'settled') throw new Error(ended.status);
  return ended.returned;
}

const GOES_ON: readonly JsonObject[] = [calls('send', { to: 'Ada' }), { text: 'Greeted.' }];

const settled = (result: unknown) => result as { returned: JsonObject };

describe('a worker whose run has ended', () => {
  it('goes on in a run of its own, with the tools that the program was given', async () => {
    await using store = await openStore('memory:');
    const world = newWorld();
    const id = await leave(store);
    const { runtime } = runtimeOf({ store, world, mocks: GOES_ON });
    const handle = await runtime.workers.resume(id.slice(-8), { input: 'she says yes' });
    expect(await handle.done).toMatchObject({
      status: 'settled',
      returned: { worker_id: id, status: 'completed', result: { visible_text: 'Greeted.' } },
    });
    expect(world.sent).toEqual(['Ada true']);
    const { row, holder, snapshot } = await runtime.workers.show(id);
    expect([row.status, holder]).toEqual(['completed', undefined]);
    expect(snapshot['history']).toEqual(['greet Ada', 'she says yes']);
    await expect(runtime.workers.resume(id)).rejects.toMatchObject({ code: 'HARN-WRK-031' });
  });

  it('is refused, and left as it is, by a program that has not all of its functions', async () => {
    await using store = await openStore('memory:');
    const gone = await leave(store, PARK, { withTools: false });
    const kept = await leave(store);
    const { runtime } = runtimeOf({
      store,
      world: newWorld(),
      mocks: GOES_ON,
      withTools: false,
    });
    const before = await runtime.workers.list();
    await expect(runtime.workers.resume(gone)).rejects.toMatchObject({
      code: 'HARN-WRK-030',
      message: expect.stringContaining('the tool "send"') as string,
    });
    const late = await (await runtime.workers.resume(kept)).done;
    expect(late).toMatchObject({ status: 'failed', error: { code: 'HARN-WRK-030' } });
    expect(await runtime.workers.list()).toEqual(before);
  });

  it('goes on with a named function as its body', async () => {
    await using store = await openStore('memory:');
    const clerk: WorkerBody = async (harness, task, worker) => {
      await harness.fs.writeText('/work/filed.txt', task);
      return { task, told: (worker['resume'] as JsonObject | null)?.['input'] ?? null };
    };
    const host = createMockHost({ seed: 77 });
    const spawns = pipeline('asks', async ({ agent }) => {
      const config = { task: 'file it', options: { resume_when: { on_event: 'never' } } };
      return (await agent.workerSpawn(config, clerk))['id'] as string;
    });
    const workerBodies = { clerk };
    const first = createRuntime({ store, pipelines: [spawns], workerBodies, host });
    const left = await first.start(spawns, null as never).done;
    const id = (left as { returned: string }).returned;
    const { runtime } = runtimeOf({ store, world: newWorld(), mocks: [], workerBodies });
    const done = await (await runtime.workers.resume(id, { input: 'file this' })).done;
    expect(done).toMatchObject({
      returned: { status: 'completed', result: { task: 'file this' } },
    });
  });

  it('asks the functions of its permissions in the program that goes on with it', async () => {
    const asked: string[] = [];
    const noStrangers = ({ to }: JsonObject) => to !== 'Ada';
    const escalates = async ({ tool }: PermissionRequest, { fs }: Harness) => {
      asked.push(`${tool} ${await fs.exists('/nowhere')}`);
      return false;
    };
    const callbacks = { noStrangers, escalates };
    const world = newWorld();
    const send = sendTool(world);
    const lifeOf = (store: Store, mocks: readonly JsonObject[], with_: object) => {
      hosts += 1;
      const asks = pipeline('asks', async ({ agent }) => {
        const permissions = { allow: { send: noStrangers }, on_escalation: escalates };
        const result = await agent.loop({ task: 'greet Ada', tools: [send], permissions });
        return (result.handle as JsonObject)['id'] as string;
      });
      const host = createMockHost({ seed: hosts });
      const sink = { write: () => undefined };
      const llm = { mocks };
      const options = { store, pipelines: [asks], tools: [send], host, llm, sink, ...with_ };
      return { asks, runtime: createRuntime(options) };
    };
    await using store = await openStore('memory:');
    const first = lifeOf(store, [PARK], { callbacks });
    const left = await first.runtime.start(first.asks, null as never).done;
    const id = (left as { returned: string }).returned;

    const without = await (await lifeOf(store, GOES_ON, {}).runtime.workers.resume(id)).done;
    expect(without).toMatchObject({ status: 'failed', error: { code: 'HARN-WRK-030' } });

    const again = lifeOf(store, GOES_ON, { callbacks }).runtime;
    const done = await (await again.workers.resume(id, { input: 'go' })).done;
    expect(done).toMatchObject({ status: 'settled', returned: { status: 'completed' } });
    expect(asked).toEqual(['send false']);
    expect(world.sent).toEqual([]);
  });

  it('sends nothing twice when the run that goes on with it is killed after any commit', async () => {
    let kills = 0;
    for (let n = 0; n < 60; n += 1) {
      await using store = await openStore('memory:');
      const id = await leave(store);
      const world = newWorld();
      const { store: dying, alive } = stoppingStore(store, n);
      world.alive = alive;
      const life = runtimeOf({ store: dying, world, mocks: GOES_ON });
      let ended = false;
      const started = life.runtime.workers.resume(id, { input: 'yes' }).then((handle) => {
        void handle.done.then(() => {
          ended = true;
        });
        return handle.id;
      });
      const runId = await started;
      while (alive() && !ended) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      kills += 1;
      world.alive = () => true;
      const again = runtimeOf({ store, world, mocks: GOES_ON }).runtime;
      const known = (await store.latest(`runs.${runId}`)) !== undefined;
      const run = known
        ? await again.resume<JsonObject>(runId, { force: true })
        : await again.workers.resume(id, { input: 'yes' });
      const result = await run.done;
      // A tool whose end is not known is not called again: the model is told.
      expect(result, `killed after ${n}`).toMatchObject({
        status: 'settled',
        returned: { status: 'completed', result: { visible_text: 'Greeted.' } },
      });
      expect(world.sent.length, `killed after ${n}`).toBeLessThanOrEqual(1);
      const claims = await store.read('agent.workers', { kinds: ['worker_claimed'] });
      expect(claims, `killed after ${n}`).toHaveLength(1);
    }
    expect(kills).toBeGreaterThan(5);
  });

  it('is ended without any of its code', async () => {
    await using store = await openStore('memory:');
    const id = await leave(store);
    const { runtime } = runtimeOf({ store, world: newWorld(), mocks: [], withTools: false });
    expect(await runtime.workers.stop(id, { reason: 'no need' })).toMatchObject({
      status: 'stopped',
      latest_payload: { reason: 'no need', handoff: { kind: 'agent_stop' } },
    });
    expect(await runtime.workers.close(id)).toMatchObject({ status: 'cancelled' });
    expect((await runtime.workers.list({ status: 'cancelled' })).map((row) => row.id)).toEqual([
      id,
    ]);
  });
});

describe('a worker that waits', () => {
  const MINUTE = 60_000;
  const timeout = (action: string) => ({
    timeout: { duration_minutes: 5, on_timeout: action },
  });

  /** Leaves a worker behind and lets time pass. */
  async function later(conditions: JsonObject, minutes: number, act?: (s: Store) => Promise<void>) {
    const store = await openStore('memory:');
    const id = await leave(store, parkUntil(conditions));
    await act?.(store);
    hosts += 1;
    const host = createMockHost({ seed: hosts });
    host.clock.advance(minutes * MINUTE);
    const life = runtimeOf({ store, world: newWorld(), mocks: [{ text: 'Awake.' }], host });
    return { store, id, ...life };
  }

  it('is not woken before its time', async () => {
    const { runtime } = await later(timeout('resume_with_input'), 4);
    expect(await runtime.wakeDue()).toEqual([]);
  });

  it('is woken when its time has come, from a digest or with the timeout as its input', async () => {
    for (const action of ['resume_with_summary', 'resume_with_input']) {
      const { runtime, id } = await later(timeout(action), 6);
      const [woken] = await runtime.wakeDue();
      expect(woken).toMatchObject({ workerId: id, by: 'timeout', heldBy: undefined });
      expect(settled(await woken?.run?.done).returned).toMatchObject({ status: 'completed' });
      const { snapshot } = await runtime.workers.show(id);
      const isTold = JSON.stringify(snapshot['history']).includes('auto_resume.timeout');
      expect(isTold).toBe(action === 'resume_with_input');
      expect(await runtime.wakeDue()).toEqual([]);
    }
  });

  it('fails when its time has come and that is what was asked for', async () => {
    const { runtime, id } = await later(timeout('fail'), 6);
    expect(await runtime.wakeDue()).toMatchObject([{ workerId: id, run: undefined }]);
    expect((await runtime.workers.show(id)).row.status).toBe('failed');
  });

  it('is woken by the event of its topic, which wins over a time that has passed since', async () => {
    const conditions = { ...timeout('fail'), on_event: 'shop' };
    const { runtime, id } = await later(conditions, 60, async (store) => {
      const event = { kind: 'order', payload: { n: 7 }, occurredAtMs: Date.UTC(2026, 0, 1) };
      await store.tx((tx) => tx.append('shop', event));
    });
    const [woken] = await runtime.wakeDue();
    expect(woken?.by).toBe('event');
    await woken?.run?.done;
    expect(JSON.stringify((await runtime.workers.show(id)).snapshot['history'])).toContain('shop');
  });

  it('is woken by an event of the inbox that its trigger names, and by no other', async () => {
    const trigger = { kind: 'order.*', provider: 'shop' };
    const publish = (kind: string) => (store: Store) =>
      publishEvent(store, {
        event: { id: `e-${kind}`, kind, provider: 'shop', provider_payload: { raw: { n: 7 } } },
        nowMs: 1,
      }).then(() => undefined);
    const other = await later({ trigger }, 1, publish('return.made'));
    expect(await other.runtime.wakeDue()).toEqual([]);
    const { runtime, id } = await later({ trigger }, 1, publish('order.made'));
    const [woken] = await runtime.wakeDue();
    expect(woken).toMatchObject({ workerId: id, by: 'trigger' });
    await woken?.run?.done;
    const { snapshot } = await runtime.workers.show(id);
    expect(snapshot['history']).toEqual(['greet Ada', '{"n":7}']);
  });

  it('is left to its run while that has not ended', async () => {
    const mocks = [parkUntil(timeout('resume_with_input'))];
    let seen = 0;
    for (let n = 0; n < 20 && seen === 0; n += 1) {
      await using store = await openStore('memory:');
      const { store: dying, alive } = stoppingStore(store, n);
      const first = runtimeOf({ store: dying, world: newWorld(), mocks });
      const run = first.runtime.start(first.asks, null as never);
      for (let i = 0; i < 600 && alive(); i += 1) await new Promise((ok) => setImmediate(ok));
      hosts += 1;
      const host = createMockHost({ seed: hosts });
      host.clock.advance(6 * MINUTE);
      const { runtime } = runtimeOf({ store, world: newWorld(), mocks, host });
      const [row] = await runtime.workers.list();
      if (row?.status !== 'suspended' || row.run_id !== run.id) continue;
      seen += 1;
      expect(await runtime.wakeDue()).toMatchObject([{ heldBy: run.id, run: undefined }]);
      await expect(runtime.workers.resume(row.id)).rejects.toMatchObject({ code: 'HARN-WRK-011' });
    }
    expect(seen).toBe(1);
  });

  it('goes on once when the run that timer started is killed after any commit', async () => {
    let kills = 0;
    for (let n = 0; n < 60; n += 1) {
      const { store, id } = await later(timeout('resume_with_input'), 6);
      hosts += 1;
      const host = createMockHost({ seed: hosts });
      host.clock.advance(6 * MINUTE);
      const { store: dying, alive } = stoppingStore(store, n);
      const life = { world: newWorld(), mocks: [{ text: 'Awake.' }], host };
      const [woken] = await runtimeOf({ store: dying, ...life }).runtime.wakeDue();
      let ended = false;
      void woken?.run?.done.then(() => {
        ended = true;
      });
      while (alive() && !ended) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      kills += 1;
      const { runtime } = runtimeOf({ store, ...life });
      for (const handle of await runtime.recover()) await handle.done;
      const runId = woken?.run?.id ?? '';
      const known = (await store.latest(`runs.${runId}`)) !== undefined;
      if (known) {
        const { status } = (await runtime.workers.show(id)).row;
        if (status !== 'completed') await (await runtime.resume(runId, { force: true })).done;
      } else for (const one of await runtime.wakeDue()) await one.run?.done;
      const { row, snapshot } = await runtime.workers.show(id);
      expect(row.status, `killed after ${n}`).toBe('completed');
      expect(snapshot['history'] as Json, `killed after ${n}`).toHaveLength(2);
    }
    expect(kills).toBeGreaterThan(3);
  });
});
