// Loops that are daemons, and what is said to loops from outside: woken by messages, files and time, killed while idle.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { llmMockEffects } from '../llm/index.ts';
import type { RunBody, RunContext, Suspending } from '../run/index.ts';
import { type Lived, live, newStore, returnedBy } from './agent-run.fixture.ts';
import { messagesOf, sendSessionMessage } from './host-messages.ts';
import { agentLoop, type LoopOptions, readAgentEvents, sessionCalls, toTool } from './index.ts';
import { watchdogMs } from './loop-idle.ts';

const MOCKS = ['ready', 'first', 'second', 'third'].map((text) => ({ text }));

const daemon =
  (options: LoopOptions = {}, task = 'wait for work'): RunBody =>
  (ctx) =>
    (function* () {
      const given = { daemon: true, session_id: 's', ...options };
      const result = yield* agentLoop(ctx, task, 'be good', given);
      const asked = ctx.sync(llmMockEffects.mock_calls, []);
      return { ...result, asked: asked.length } as unknown as Json;
    })();

const said = ({ transcript }: { transcript?: Json }) =>
  (transcript as { messages: JsonObject[] }).messages.map(({ content }) => String(content));

const until = async (is: () => Promise<boolean> | boolean) => {
  for (let k = 0; k < 2000 && !(await is()); k += 1) await new Promise((ok) => setImmediate(ok));
};

const idleTimes = async (store: Store) =>
  (await readAgentEvents(store, 's')).filter(
    ({ event }) => event.type === 'loop_checkpoint' && event.kind === 'daemon_idle_pre',
  ).length;

const tell = (store: Store, content: Json, more: JsonObject = {}) =>
  sendSessionMessage(store, 's', { content, id: JSON.stringify(content), nowMs: 1, ...more });

const ended = (life: Lived) => returnedBy<JsonObject>(life.result);

describe('a daemon', () => {
  it('ends as idle where nothing could wake it', async () => {
    const store = await newStore();
    const life = await live({ store, mocks: MOCKS, body: daemon({ session_id: null }) });
    expect(ended(life)).toMatchObject({ status: 'idle', daemon_state: 'idle', asked: 1 });
  });

  it('is woken by time, until its turns are spent, and says in a file how it stands', async () => {
    const store = await newStore();
    const host = createMockHost();
    const options = {
      session_id: null,
      wake_interval_ms: 5,
      max_iterations: 3,
      persist_path: '/d.json',
    };
    const result = ended(await live({ store, host, mocks: MOCKS, body: daemon(options) }));
    expect(result).toMatchObject({
      status: 'budget_exhausted',
      daemon_state: 'budget_exhausted',
      daemon_snapshot_path: '/d.json',
      asked: 3,
    });
    const saved = JSON.parse(host.files.snapshot()['/d.json'] ?? '{}') as JsonObject;
    expect(saved).toMatchObject({ daemon_state: 'budget_exhausted', total_iterations: 3 });
    expect(said(result)).toHaveLength(6);
  });

  it('goes on from such a file, with what was said and counted', async () => {
    const store = await newStore();
    const host = createMockHost();
    const options = {
      session_id: null,
      wake_interval_ms: 5,
      max_iterations: 2,
      persist_path: '/d.json',
    };
    await live({ store, host, mocks: MOCKS, body: daemon(options) });
    const again = { ...options, resume_path: '/d.json', max_iterations: 1 };
    const result = ended(await live({ store, host, mocks: MOCKS, body: daemon(again, '') }));
    expect(said(result)[0]).toBe('wait for work');
    expect(result).toMatchObject({ llm: { iterations: 3 }, asked: 1 });
  });

  it('that is gone on with from a file belongs to one run, until its loop ends or that run is over', async () => {
    const store = await newStore();
    const host = createMockHost();
    const options = { session_id: 'one', persist_path: '/d.json', idle_watchdog_attempts: 1 };
    await live({ store, host, mocks: MOCKS, body: daemon(options) });
    const again = { ...options, session_id: null, resume_path: '/d.json' };
    const waiting = { ...again, idle_watchdog_attempts: null, wake_interval_ms: 9e9 };
    const life = { store, host, mocks: MOCKS };
    const first = await live({ ...life, body: daemon(waiting, ''), turns: 300, abandon: true });
    expect(first.result).toBeUndefined();
    const other = await live({ ...life, body: daemon(again, '') });
    expect(() => ended(other)).toThrow(expect.objectContaining({ code: 'HARN-MSG-009' }));
    const stopping: RunBody = daemon({ ...again, session_id: 'two', resume_path: null }, 'x');
    expect(ended(await live({ ...life, body: stopping }))).toMatchObject({ status: 'watchdog' });
    // The file is of another daemon now, which nobody has; each loop gives it up at its end.
    expect(ended(await live({ ...life, body: daemon(again, '') }))).toMatchObject({
      status: 'watchdog',
    });
    expect(ended(await live({ ...life, body: daemon(again, '') }))).toMatchObject({
      status: 'watchdog',
    });
  });

  it('ends with watchdog when nothing wakes it for too long', async () => {
    expect([1, 3, 5].map(watchdogMs)).toEqual([100, 1600, 5600]);
    const store = await newStore();
    const body = daemon({ session_id: null, idle_watchdog_attempts: 3 });
    const result = ended(await live({ store, mocks: MOCKS, body }));
    expect(result).toMatchObject({ status: 'watchdog', asked: 1 });
  });

  it('hears what is said from outside: words at once, events one by one', async () => {
    const store = await newStore();
    await tell(store, { n: 1 }, { kind: 'event' });
    await tell(store, { n: 2 }, { kind: 'event' });
    await tell(store, 'hello');
    const body = daemon({ max_iterations: 3 });
    const result = ended(await live({ store, mocks: MOCKS, body }));
    expect(said(result)).toEqual([
      ...['wait for work', 'hello', 'ready', 'An event for you: {"n":1}', 'first'],
      ...['An event for you: {"n":2}', 'second'],
    ]);
  });

  it('is told which of the watched files changed, also while it was not looking', async () => {
    const store = await newStore();
    const host = createMockHost({ files: { '/w/a.txt': 'a', '/w/.git/x': 'x' } });
    const body = daemon({
      session_id: null,
      watch_paths: ['/w'],
      max_iterations: 2,
      persist_path: '/w/d.json',
    });
    const life = live({ store, host, mocks: MOCKS, body, turns: 1e5 });
    await until(() => host.files.snapshot()['/w/d.json'] !== undefined);
    host.files.put('/w/.git/x', 'changed');
    for (let k = 0; k < 50; k += 1) await new Promise((ok) => setImmediate(ok));
    host.files.put('/w/a.txt', 'changed');
    const result = ended(await life);
    expect(said(result)[2]).toBe('Watched files changed:\nmodified /w/a.txt');
  });

  it('shows the changes that woke it as an event', async () => {
    const store = await newStore();
    const host = createMockHost({ files: { '/w/a.txt': 'a' }, cwd: '/w' });
    const body = daemon({
      host_messages: false,
      watch_paths: ['/w'],
      max_iterations: 2,
      persist_path: '/w/d.json',
    });
    const life = live({ store, host, mocks: MOCKS, body, turns: 1e5 });
    await until(() => host.files.snapshot()['/w/d.json'] !== undefined);
    host.files.put('/w/b.txt', 'new');
    ended(await life);
    const events = (await readAgentEvents(store, 's')).map(({ event }) => event);
    expect(events.filter(({ type }) => type === 'fs_watch')).toEqual([
      {
        type: 'fs_watch',
        session_id: 's',
        subscription_id: 's',
        events: [
          {
            kind: 'create',
            paths: ['/w/b.txt'],
            relative_paths: ['b.txt'],
            raw_kind: 'created',
          },
        ],
      },
    ]);
  });

  it('is woken by what its own run says to its session', async () => {
    const store = await newStore();
    const body: RunBody = function* (ctx) {
      const child = ctx.startTask(ctx.task.nextGroup('spawn'), (inner) =>
        daemon({ host_messages: false, max_iterations: 2, wake_interval_ms: 1e9 })(inner),
      );
      yield* waitUntilIdle(ctx);
      sessionCalls.inject(ctx, 's', { role: 'user', content: 'from beside' });
      return (yield* ctx.join(child)) as Json;
    };
    const result = ended(await live({ store, mocks: MOCKS, body, turns: 1e5 }));
    expect(said(result)[2]).toBe('from beside');
  });

  it('refuses options of daemons where it is none', async () => {
    const store = await newStore();
    const body: RunBody = (ctx) => agentLoop(ctx, 'x', null, { wake_interval_ms: 5 });
    const life = await live({ store, mocks: MOCKS, body });
    expect(() => ended(life)).toThrow(/wake_interval_ms.*daemon: true/);
  });
});

/** Lets the daemon beside get to its first wait. */
function* waitUntilIdle(ctx: RunContext): Suspending<void> {
  yield* ctx.block('idle', (resume) => {
    const listener = {
      kind: 'generator' as const,
      name: 'idle',
      *run(_ctx: RunContext, [event]: readonly unknown[]) {
        yield* [];
        if ((event as JsonObject)['kind'] === 'daemon_idle_pre') resume({ ok: true, value: null });
        return null;
      },
    };
    sessionCalls.subscribe(ctx, 's', listener);
    return undefined;
  });
}

describe('an idle daemon that is killed', () => {
  const options = { max_iterations: 3, persist_path: '/d.json' };

  /** Lives until it is killed or has dealt with two events, told while it is idle. */
  const liveOnce = async (store: Store, host: MockHost, resume?: string, killAfter?: number) => {
    const life = live({
      store,
      host,
      mocks: MOCKS,
      body: daemon(options),
      turns: 3000,
      ...(resume === undefined ? {} : { resume }),
      ...(killAfter === undefined ? {} : { killAfter }),
    });
    const over = { is: false };
    void life.then(() => {
      over.is = true;
    });
    for (const n of [1, 2]) {
      await until(async () => over.is || (await idleTimes(store)) >= n);
      if (!over.is) await tell(store, { n }, { kind: 'event' });
    }
    return life;
  };

  it('goes on wherever it was: every event once, every answer paid once', async () => {
    const whole = await liveOnce(await newStore(), createMockHost());
    const expected = said(ended(whole));
    expect(expected).toHaveLength(6);
    let kills = 0;
    for (let n = 0; n < 100; n += 1) {
      const store = await newStore();
      const host = createMockHost();
      const first = await liveOnce(store, host, undefined, n);
      if (first.result !== undefined) break;
      if ((await store.latest(`runs.${first.run.id}`)) === undefined) continue;
      const second = await liveOnce(store, host, first.run.id);
      expect(said(ended(second)), `killed after ${n}`).toEqual(expected);
      expect((await messagesOf(store, 's')).pending, `killed after ${n}`).toEqual([]);
      kills += 1;
    }
    expect(kills).toBeGreaterThan(8);
  }, 60_000);
});

describe('what is said to a loop while it works', () => {
  const step = (store: Store, tells: (n: number) => Promise<void>) =>
    toTool(
      { name: 'step', parameters: { n: 'int' } },
      {
        kind: 'native',
        run: async ({ n }) => {
          await tells(n as number);
          return `did ${String(n)} in ${store === undefined ? '' : 'time'}`;
        },
      },
    );
  const calls = (...ns: readonly number[]): JsonObject => ({
    text: '',
    tool_calls: ns.map((n) => ({ id: `c${n}`, name: 'step', arguments: { n } })),
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['interrupt_immediate', ['did 1 in time', 'cancelled', 'now!', 'Done.'], []],
    ['finish_step', ['did 1 in time', 'did 2 in time', 'now!', 'Done.'], []],
    ['wait_for_completion', ['did 1 in time', 'did 2 in time', 'Done.'], ['now!']],
  ])('comes as its mode says: %s', async (mode, expected, deferred) => {
    const store = await newStore();
    const tools = [
      step(store, async (n) => {
        if (n === 1) await tell(store, 'now!', { mode });
      }),
    ];
    const body: RunBody = (ctx) =>
      agentLoop(ctx, 'go', null, { session_id: 's', host_messages: true }, { tools });
    const result = ended(await live({ store, body, mocks: [calls(1, 2), { text: 'Done.' }] }));
    const texts = said(result).slice(2);
    expect(texts.map((text) => (text.includes('"cancelled"') ? 'cancelled' : text))).toEqual(
      expected,
    );
    expect(result).toMatchObject({ status: 'done', deferred_user_messages: deferred });
  });

  it('comes in these modes from its own run, too', async () => {
    for (const [mode, expected] of [
      ['interrupt_immediate', ['cancelled', 'now!']],
      ['finish_step', ['did 2 in time', 'now!']],
      ['wait_for_completion', ['did 2 in time', 'Done.']],
    ] as const) {
      const body: RunBody = (ctx) => {
        const tools = [
          toTool(
            { name: 'step', parameters: { n: 'int' } },
            {
              kind: 'program',
              *run(inner, { n }) {
                yield* [];
                const message = { role: 'user', content: 'now!', mode };
                if (n === 1) sessionCalls.inject(inner, mode, message);
                return `did ${String(n)} in time`;
              },
            },
          ),
        ];
        return agentLoop(ctx, 'go', null, { session_id: mode }, { tools });
      };
      const result = ended(
        await live({ store: await newStore(), body, mocks: [calls(1, 2), { text: 'Done.' }] }),
      );
      const texts = said(result).slice(3, 5);
      expect(texts.map((text) => (text.includes('"cancelled"') ? 'cancelled' : text))).toEqual(
        expected,
      );
    }
  });

  it('is refused where it says nothing, or in a mode that nobody knows', async () => {
    const store = await newStore();
    await expect(tell(store, ' ')).rejects.toMatchObject({ code: 'HARN-MSG-001' });
    await expect(tell(store, 'x', { mode: 'soon' })).rejects.toMatchObject({
      code: 'HARN-MSG-002',
    });
    await tell(store, 'one', { kind: 'event', capacity: 1 });
    const more = tell(store, 'two', { kind: 'event', capacity: 1 });
    await expect(more).rejects.toMatchObject({ code: 'HARN-MSG-003' });
  });
});
