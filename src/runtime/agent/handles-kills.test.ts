// Long-running tools under every kill: nothing is begun twice unless it was declared harmless, nobody is told twice, a lost
// command is told as lost, and no process is left.
import { beforeAll, describe, expect, it } from 'vitest';
import { createDeferred, type Deferred, type JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { furtherCapabilitiesKey } from '../boundary/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { clockEffects } from '../io/index.ts';
import { loadJournal, type RunBody } from '../run/index.ts';
import {
  completion,
  type Lived,
  live,
  loadSdk,
  returnedBy,
  wireCall,
} from './agent-run.fixture.ts';
import { agentLoop, longRunning, ownTools, readAgentEvents, toTool } from './index.ts';
import { type Fate, killEverywhere, newScene, type Scene } from './kills.fixture.ts';

/** The outside, over all lives. */
interface World {
  readonly host: MockHost;
  readonly begun: { build: number; serve: number };
  /** Ends the build that was begun last; the server ends by itself. */
  end: Deferred<{ readonly stdout: string }> | undefined;
  isAlive: () => boolean;
}

const SCRIPT: readonly JsonObject[] = [
  completion(wireCall('c1', 'run_command', { argv: ['build'], long_running: true })),
  completion(wireCall('c2', 'go_on', {})),
];

function newWorld(): World {
  const host = createMockHost({
    env: { OPENAI_API_KEY: 'k' },
    files: { '/w/a.md': 'a', '/w/b.md': 'b' },
    cwd: '/w',
  });
  const world: World = {
    host,
    begun: { build: 0, serve: 0 },
    end: undefined,
    isAlive: () => true,
  };
  host.onCommand('build', () => {
    if (world.isAlive()) world.begun.build += 1;
    world.end = createDeferred<{ readonly stdout: string }>();
    return world.end.promise;
  });
  host.onCommand('serve', () => {
    if (world.isAlive()) world.begun.serve += 1;
    const end = createDeferred<{ readonly stdout: string }>();
    host.clock.after(20_000, () => end.resolve({ stdout: 'served' }));
    return end.promise;
  });
  host.onRequest('POST', 'https://api.openai.com/*', ({ body }) => {
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
    const asked = JSON.parse(text) as { messages: JsonObject[] };
    const results = asked.messages.filter(({ role }) => role === 'tool').length;
    return { json: SCRIPT[results] ?? completion({ content: 'All done.' }) };
  });
  return world;
}

const runCommand = toTool(
  {
    name: 'run_command',
    executor: 'host_bridge',
    host_capability: 'tools.run_command',
    parameters: { type: 'object', properties: { argv: { type: 'array' } } },
  },
  undefined,
);

async function liveIn({ world, store }: Scene<World>, fate: Fate): Promise<Lived> {
  const goOn = toTool(
    { name: 'go_on', parameters: {} },
    {
      kind: 'program',
      *run(ctx) {
        world.end?.resolve({ stdout: 'built' });
        yield* ctx.perform(clockEffects.sleep_ms, [5]);
        return 'went on';
      },
    },
  );
  const body: RunBody = function* (ctx) {
    const server = yield* longRunning.command(ctx, 'run_command', {
      argv: ['serve'],
      long_running: true,
      on_unknown: 'retry',
    });
    const files = yield* longRunning.glob(ctx, '*.md');
    const tools = [runCommand, goOn];
    const loop = yield* agentLoop(ctx, 'build it', null, { session_id: 's' }, { tools });
    const served = yield* longRunning.wait(ctx, server);
    const again = yield* longRunning.cancel(ctx, files);
    return { loop, served, again } as never;
  };
  let life: Lived | undefined;
  world.isAlive = () => life === undefined || life.alive();
  life = await live({
    store,
    host: world.host,
    body,
    equip: (core) => core.provide(furtherCapabilitiesKey, ownTools),
    ...fate,
  });
  return life;
}

interface Told {
  readonly messages: readonly string[];
  readonly build: string;
}

/** What was said, without what differs from life to life. */
function toldBy({
  result,
}: Lived): Told & { readonly served: JsonObject; readonly again: JsonObject } {
  const value = returnedBy<{
    loop: { transcript: { messages: JsonObject[] } };
    served: JsonObject;
    again: JsonObject;
  }>(result);
  const { messages } = value.loop.transcript;
  const start = messages.find(({ tool_call_id: id }) => id === 'c1');
  const ofBuild = messages.flatMap(({ role, content }) =>
    role === 'user' && String(content).includes('"operation":"run_command"')
      ? [String(content)]
      : [],
  );
  expect(ofBuild.length).toBeLessThanOrEqual(1);
  const isRefused = String(start?.['content']).includes('"error":"unknown"');
  expect(isRefused).toBe(ofBuild.length === 0);
  const isLost = isRefused || String(ofBuild[0]).includes('"error_category":"unknown"');
  return {
    messages: messages.map(({ role }) => String(role)),
    build: isLost ? 'lost' : String((JSON.parse(ofBuild[0] ?? '') as JsonObject)['status']),
    served: value.served,
    again: value.again,
  };
}

/** Processes that were begun and still live; one whose identity was never durable did not get past its gate. */
async function leftOf({ host }: World, store: Store, runId: string) {
  const written = JSON.stringify((await loadJournal(store, runId)).entries);
  return host.processes.living.filter(({ startTime }) => written.includes(`"${startTime}"`));
}

beforeAll(loadSdk, 30_000);

describe('long-running tools of a run that is killed', () => {
  it.each([false, true])(
    'are begun once, told once and left nowhere (last commit written: %s)',
    async (lastIsWritten) => {
      const whole = await newScene(newWorld());
      const expected = toldBy(await liveIn(whole, {}));
      expect(expected).toMatchObject({
        build: 'completed',
        served: { status: 'completed', result: { stdout: 'served' } },
        again: { cancelled: false, status: 'completed' },
      });
      expect(whole.world.begun).toEqual({ build: 1, serve: 1 });
      const events = (await readAgentEvents(whole.store, 's')).map(({ kind }) => kind);
      let lost = 0;
      let restarted = 0;
      const kills = await killEverywhere(
        newWorld,
        liveIn,
        async ({ world, store, where, first, resume }) => {
          const found = toldBy(await resume());
          if (found.build === 'lost') lost += 1;
          else expect(found.messages, where).toEqual(expected.messages);
          expect(world.begun.build, where).toBeLessThanOrEqual(1);
          // What may be repeated is, as often as there are lives, and comes to what it would have come to.
          expect(world.begun.serve, where).toBeLessThanOrEqual(2);
          if (world.begun.serve === 2) restarted += 1;
          expect(found.served, where).toMatchObject({
            status: 'completed',
            result: { stdout: 'served' },
          });
          expect(await leftOf(world, store, first.run.id), where).toEqual([]);
          if (found.build !== 'lost') {
            const now = (await readAgentEvents(store, 's')).map(({ kind }) => kind);
            expect(now, where).toEqual(events);
          }
        },
        { lastIsWritten },
      );
      expect(kills).toBeGreaterThan(10);
      expect(lost).toBeGreaterThan(0);
      expect(restarted).toBeGreaterThan(0);
    },
    120_000,
  );
});
