// Waitpoints and monitors: durable waits that other runs, or the world, bring to an end.
import { describe, expect, it } from 'vitest';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import {
  cancelWaitpoint,
  completeWaitpoint,
  createMockHost,
  createRuntime,
  type Harness,
  listWaitpoints,
  pipeline,
} from '../../src/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { publishEvent } from '../../src/runtime/trigger/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const memory = () => openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
const doing = { by: null, nowMs: 1000 };
const spin = async (rounds = 200) => {
  for (let i = 0; i < rounds; i += 1) await new Promise((ok) => setImmediate(ok));
};

const joins = pipeline('joins', async (harness: Harness) => {
  const { status, waitpoints } = await harness.waitpoints.wait(['left', 'right']);
  return { status, values: waitpoints.map(({ value }) => value) };
});

describe('a wait for waitpoints', () => {
  it('ends when other runs and people have completed all of them, in any order', async () => {
    await using store = await memory();
    const completes = pipeline('completes', async (harness: Harness, input: string) => {
      const { value } = await harness.waitpoints.complete(input, `by a run`);
      return value;
    });
    const runtime = createRuntime({ store, pipelines: [joins, completes], host: createMockHost() });
    const waiting = runtime.start(joins, null);
    await spin();
    await runtime.start(completes, 'right').done;
    await completeWaitpoint(store, 'left', { value: 1, ...doing });
    expect(await waiting.done).toMatchObject({
      returned: { status: 'completed', values: [1, 'by a run'] },
    });
  });

  it('finds what happened while its process was gone, whichever commit it died at', async () => {
    let kills = 0;
    for (let commits = 1; commits < 12; commits += 1) {
      await using store = await memory();
      let isDead = false;
      const stopping = stoppingStore(store, commits, () => {
        isDead = true;
      });
      const host = createMockHost();
      const first = createRuntime({ store: stopping.store, pipelines: [joins], host });
      const life = first.start(joins, null);
      await spin();
      await completeWaitpoint(store, 'right', { value: 2, ...doing });
      await spin();
      await completeWaitpoint(store, 'left', { value: 1, ...doing });
      await spin();
      if (!isDead) break;
      kills += 1;
      const next = createRuntime({ store, pipelines: [joins], host });
      const again = await next.resume(life.id, { force: true });
      expect(await again.done, `killed after commit ${commits}`).toMatchObject({
        returned: { status: 'completed', values: [1, 2] },
      });
    }
    expect(kills).toBeGreaterThan(1);
  });

  it('ends at once with the reason when one of them is cancelled', async () => {
    await using store = await memory();
    const runtime = createRuntime({ store, pipelines: [joins], host: createMockHost() });
    const waiting = runtime.start(joins, null);
    await spin();
    await cancelWaitpoint(store, 'right', { reason: 'withdrawn', ...doing });
    expect(await waiting.done).toMatchObject({
      returned: { status: 'cancelled', values: [null, null] },
    });
  });

  it('is over when its time is up, and a program without interest in why catches a name', async () => {
    const lines = await printed(`
import { complete, create, wait } from "std/waitpoint"
pipeline main(harness: Harness) {
  harness.testing.clock_set(1000000)
  let w = create("a")
  try { wait(w, {timeout: 2h}) } catch (e) { println([e.name, e.category, e.waitpoint_ids]) }
  println(harness.clock.now_ms())
  println(waitpoint_wait(["a", "b"], {timeout: 0, wait_id: "mine"}).status)
  try { cancel(w) } catch (e) { println(e?.message ?? e) }
  waitpoint_cancel(w, "no need")
  try { wait(["a"]) } catch (e) { println([e.name, e.reason]) }
  try { complete("never made") } catch (e) { println(e?.message ?? e) }
  println(waitpoint_complete("a", 3).status)
}`);
    expect(lines).toEqual([
      '[WaitpointTimeoutError, timeout, [a]]',
      '8200000',
      'timed_out',
      'cancel: this is a waitpoint; end it with `waitpoint_cancel`',
      '[WaitpointCancelledError, no need]',
      'there is no waitpoint "never made" in this store',
      'cancelled',
    ]);
  });

  it('parks its run when nothing else goes on, and says who can end it', async () => {
    await using store = await memory();
    const text = 'pipeline main() { println(waitpoint_wait("gate").waitpoints[0].value) }';
    const out: string[] = [];
    const engine = engineOn(store, out);
    const parking = engine.start(await compiled(text));
    parking.run.parkForPeople();
    const parked = await parking.done;
    if (parked.status !== 'parked') throw new Error(parked.status);
    expect(parked.waits).toContainEqual(
      expect.objectContaining({
        wait: expect.objectContaining({ kind: 'waitpoint', waitpoint_ids: ['gate'] }),
      }),
    );
    await completeWaitpoint(store, 'gate', { value: 'open', ...doing });
    const again = await engine.resume(parking.run.id, { force: true });
    expect(await again.done).toMatchObject({ status: 'settled' });
    expect(out.join('')).toBe('open\n');
  });
});

async function compiled(text: string) {
  const bytes = new TextEncoder().encode(text);
  const fs = {
    kind: (file: string) => (file === '/work/main.harn' ? ('file' as const) : undefined),
    read: () => bytes,
    realPath: (file: string) => file,
  };
  const { program, diagnostics } = await loadProgram({ path: 'main.harn' }, { cwd: '/work', fs });
  if (program === undefined) throw new Error(diagnostics.map((each) => each.message).join('\n'));
  return program;
}

function engineOn(store: Store, out: string[], host = createMockHost()): Engine {
  const sink = { write: (_stream: string, text: string) => void out.push(text) };
  return new Engine({ host, openStore: async () => store, sink });
}

describe('a waitpoint', () => {
  it('keeps its first resolution, also of runs that are killed and issue theirs again', async () => {
    const kills = await survivesKills(
      {
        text: `pipeline main() {
  let made = waitpoint_create("w").status
  let first = waitpoint_complete("w", 1).value
  let second = waitpoint_complete("w", 2).value
  let third = waitpoint_cancel("w").status
  println([made, first, second, third, waitpoint_wait("w").waitpoints[0].value])
}`,
      },
      () => createMockHost(),
      async () => null,
    );
    expect(kills).toBeGreaterThan(4);
  });

  it('is listed by its status', async () => {
    await using store = await memory();
    await printedOn(
      store,
      'waitpoint_create("a")\nwaitpoint_create("b")\nwaitpoint_complete("b", 1)',
    );
    const pending = await listWaitpoints(store, { status: 'pending' });
    expect(pending.map(({ id }) => id)).toEqual(['a']);
    expect(await listWaitpoints(store)).toHaveLength(2);
  });

  it('needs an id', async () => {
    const lines = await printed(
      'pipeline main() { try { waitpoint_create(" ") } catch (e) { println(e?.message ?? e) } }',
    );
    expect(lines).toEqual(['waitpoint: the id must not be empty']);
  });
});

async function printedOn(store: Store, body: string, host = createMockHost()): Promise<string> {
  const out: string[] = [];
  const { done } = engineOn(store, out, host).start(
    await compiled(`pipeline main(harness: Harness) {\n${body}\n}`),
  );
  expect(await done).toMatchObject({ status: 'settled', main: { ok: true } });
  return out.join('');
}

const WATCH = `
  var looks = 0
  let seen = harness.monitors.wait_for({
    timeout: 1h,
    poll_interval: 10m,
    source: {label: "deploy", poll: { about -> read_file("/work/state") }},
    condition: { state -> state == "done" },
  })
  println([seen.status, seen.state, seen.poll_count, seen.source_label, seen.reason])
  println(harness.clock.now_ms())`;

describe('a monitor', () => {
  it('looks until the time is up, and virtual time passes at once', async () => {
    const host = createMockHost({ files: { '/work/state': 'going' } });
    const text = `pipeline main(harness: Harness) {\n  harness.testing.clock_set(0)${WATCH}\n}`;
    expect(await printed(text, host)).toEqual([
      '[timed_out, going, 7, deploy, the condition was not met within 3600000 ms]',
      '3600000',
    ]);
  });

  it('asks its condition once even when it has no time', async () => {
    const lines = await printed(`import { wait_for } from "std/monitors"
pipeline main(harness: Harness) {
  harness.testing.clock_set(0)
  let source = {poll: { about -> about.poll_count }}
  println(wait_for({source: source, condition: { n -> true }, timeout: 0}).status)
  println(wait_for({source: source, condition: { n -> n == 3 }, poll_interval: 1ms}).poll_count)
  try { wait_for({source: source}) } catch (e) { println(e?.message ?? e) }
  try { wait_for({source: source, condition: { n -> n }, poll_interval: 0}) } catch (e) { println(e?.message ?? e) }
}`);
    expect(lines).toEqual([
      'matched',
      '4',
      'wait_for: condition must be a closure, got nil',
      'monitor: the poll interval must be above 0 ms, got 0',
    ]);
  });

  it('goes on where it was when its process is killed, and looks at nothing twice', async () => {
    const text = `pipeline main(harness: Harness) {
  harness.testing.clock_set(0)
  let seen = harness.monitors.wait_for({
    poll_interval: 10m,
    source: {poll: { about -> write_file("/work/looks", read_file("/work/looks") + "x"); read_file("/work/looks") }},
    condition: { state -> len(state) == 4 },
  })
  println([seen.status, seen.poll_count])
}`;
    const kills = await survivesKills(
      { text },
      () => createMockHost({ files: { '/work/looks': '' } }),
      (host) => host.fs.readText('/work/looks'),
    );
    expect(kills).toBeGreaterThan(4);
  });

  it('looks at once when an event that its filter lets through enters the inbox', async () => {
    await using store = await memory();
    const host = createMockHost();
    const seen = { looks: 0 };
    const watches = pipeline('watches', async (harness: Harness) => {
      const { status, push_wake_count, poll_count } = await harness.monitors.waitFor({
        poll: async (_harness, { last_push_event }) => {
          seen.looks += 1;
          return last_push_event;
        },
        condition: (event) => event !== null,
        pollIntervalMs: 3_600_000,
        pushFilter: ({ payload }) => JSON.stringify(payload).includes('deployed'),
      });
      return { status, push_wake_count, poll_count };
    });
    const runtime = createRuntime({ store, pipelines: [watches], host });
    const { done } = runtime.start(watches, null);
    await spin();
    await publish(store, { id: 'a', kind: 'opened' });
    await spin();
    expect(seen.looks).toBe(1);
    await publish(store, { id: 'b', kind: 'deployed' });
    expect(await done).toMatchObject({
      returned: { status: 'matched', push_wake_count: 1, poll_count: 2 },
    });
  });
});

async function publish(store: Store, { id, kind }: { id: string; kind: string }): Promise<void> {
  const event = { id, kind, provider: 'test' };
  await publishEvent(store, { event: event as never, nowMs: 1000, runId: null } as never);
}
