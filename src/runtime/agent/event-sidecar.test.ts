// Events of sessions as files: the same as in the store, in order, each once, whatever kills the process and whatever it leaves.
import { describe, expect, it } from 'vitest';
import { createMockHost, type MockHost } from '../host/index.ts';
import type { RunBody } from '../run/index.ts';
import { agentEventsTopic } from './agent-events.ts';
import { type Lived, live } from './agent-run.fixture.ts';
import { agentLoop, parseAgentEventLog, readAgentEvents, toTool } from './index.ts';
import { type Fate, killEverywhere, newScene, type Scene } from './kills.fixture.ts';

const FILE = '/log/event_log-s.jsonl';

const newHost = () => createMockHost({ env: { HARN_EVENT_LOG_DIR: '/log' } });

const look = toTool(
  { name: 'look', parameters: {}, on_unknown: 'retry' },
  { kind: 'native', run: () => 'seen' },
);

const give = toTool(
  { name: 'give', parameters: {}, on_unknown: 'retry' },
  { kind: 'native', run: () => ({ kind: 'handoff', id: 'artifact_h', data: { task: 'go on' } }) },
);

const mocks = [
  { text: '', tool_calls: [{ id: 'a', name: 'look', arguments: {} }] },
  { text: '', tool_calls: [{ id: 'b', name: 'give', arguments: {} }] },
  { text: 'done' },
];

const body: RunBody = (ctx) =>
  agentLoop(ctx, 'look', null, { session_id: 's' }, { tools: [look, give] });

const liveIn = ({ world: host, store }: Scene<MockHost>, fate: Fate): Promise<Lived> =>
  live({ store, host, body, mocks, ...fate });

async function expectSame({ world: host, store }: Scene<MockHost>, where = 'the file') {
  const logged = parseAgentEventLog(await host.fs.readText(FILE));
  const stored = await readAgentEvents(store, 's');
  expect(
    logged.map(({ index }) => index),
    where,
  ).toEqual(stored.map((_, k) => k));
  expect(logged, where).toEqual(
    stored.map(({ event, event_id, execution_id, occurred_at_ms }, index) => ({
      index,
      emitted_at_ms: occurred_at_ms,
      frame_depth: null,
      execution_id,
      event_id,
      ...event,
    })),
  );
  expect(logged.length).toBeGreaterThan(5);
}

describe('the file of the events of a session', () => {
  it('has what the store has, handoffs among it', async () => {
    const scene = await newScene(newHost());
    await liveIn(scene, {});
    await expectSame(scene);
    const text = await scene.world.fs.readText(FILE);
    expect(parseAgentEventLog(text)).toContainEqual(
      expect.objectContaining({
        type: 'handoff',
        artifact_id: 'artifact_h',
        handoff: { task: 'go on' },
      }),
    );
  });

  it('goes on where it ended when another run goes on with the session', async () => {
    const scene = await newScene(newHost());
    await liveIn(scene, {});
    await liveIn(scene, {});
    await expectSame(scene);
  });

  it('costs what is added: no event is read again at every write', async () => {
    const scene = await newScene(newHost());
    let given = 0;
    const store = new Proxy(scene.store, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        if (name !== 'read') return value.bind(target) as unknown;
        return async (...args: Parameters<typeof target.read>) => {
          const page = await target.read(...args);
          if (args[0] === agentEventsTopic('s')) given += page.length;
          return page;
        };
      },
    });
    const turns = Array.from({ length: 40 }, (_, k) => ({
      text: '',
      tool_calls: [{ id: `c${k}`, name: 'look', arguments: {} }],
    }));
    const { world: host } = scene;
    const long: RunBody = (ctx) =>
      agentLoop(ctx, 'look', null, { session_id: 's', max_iterations: 60 }, { tools: [look] });
    await live({ store, host, body: long, mocks: [...turns, { text: 'done' }], turns: 100_000 });
    await expectSame(scene);
    const stored = await readAgentEvents(scene.store, 's');
    expect(stored.length).toBeGreaterThan(120);
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThan(stored.length * 2);
  });

  it('goes on behind what another writer of the same session wrote meanwhile', async () => {
    const scene = await newScene(newHost());
    let added = 0;
    const meddling = toTool(
      { name: 'look', parameters: {}, on_unknown: 'retry' },
      {
        kind: 'native',
        run: async () => {
          const { fs } = scene.world;
          if (!(await fs.exists(FILE))) return 'seen';
          // A writer that was killed in the middle of a line.
          await fs.append(FILE, '{"index":');
          added += 1;
          return 'seen';
        },
      },
    );
    const again = [0, 1, 2].map((k) => ({
      text: '',
      tool_calls: [{ id: `m${k}`, name: 'look', arguments: {} }],
    }));
    await live({
      ...{ store: scene.store, host: scene.world, mocks: [...again, { text: 'done' }] },
      body: (ctx) => agentLoop(ctx, 'look', null, { session_id: 's' }, { tools: [meddling] }),
    });
    expect(added).toBeGreaterThan(0);
    await expectSame(scene);
  });

  it('begins anew beside a file of another store', async () => {
    const scene = await newScene(newHost());
    await scene.world.fs.mkdir('/log');
    await scene.world.fs.writeFile(FILE, '{"index":4,"event_id":9,"emitted_at_ms":1}\n');
    await liveIn(scene, {});
    const text = await scene.world.fs.readText('/log/event_log-s-000001.jsonl');
    expect(parseAgentEventLog(text)[0]).toMatchObject({ index: 0, type: 'turn_start' });
  });

  it.each([0, 1, 7])(
    'has every event once, wherever its writer is killed and %i bytes of its last line are missing',
    async (missing) => {
      const kills = await killEverywhere(newHost, liveIn, async (killed) => {
        const { fs } = killed.world;
        if (await fs.exists(FILE)) {
          const text = await fs.readText(FILE);
          const torn = text.slice(0, text.length - missing);
          await fs.writeFile(FILE, torn);
          for (const line of parseAgentEventLog(torn)) expect(line.session_id).toBe('s');
        }
        await killed.resume();
        await expectSame(killed, killed.where);
      });
      expect(kills).toBeGreaterThan(1);
    },
  );
});
