// Runs for the tests of this room: scripted models, an outside that counts what is bought and done, and a store that
// stops after commit n.
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { equipLifecycle } from '../lifecycle/index.ts';
import { llmCall, llmConfigKey, llmUnsettledSource, llmUsageSection } from '../llm/index.ts';
import {
  type Finisher,
  Run,
  type RunBody,
  type RunCore,
  type RunDeps,
  type RunEvent,
  type RunResult,
  runIndex,
} from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};
const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

/** A memory store that knows runs. */
export async function newStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex);
  return store;
}

/** One life of a run. */
export interface Life {
  readonly body: RunBody;
  readonly store: Store;
  readonly host?: MockHost;
  /** Prepared answers; without them calls go to the network of the host. */
  readonly mocks?: readonly Json[];
  readonly resume?: string;
  readonly killAfter?: number;
  /** The commit at which it is killed is written all the same. */
  readonly lastIsWritten?: boolean;
  /** Puts further services in place. */
  readonly equip?: (core: RunCore) => void;
  /** Hears what the run writes on stderr. */
  readonly onStderr?: (text: string) => void;
  /** How many turns of the event loop it may take. */
  readonly turns?: number;
  /** It is killed when it has taken all its turns. */
  readonly abandon?: boolean;
}

export interface Lived {
  readonly run: Run;
  readonly events: readonly RunEvent[];
  /** Undefined when the store stopped before the end. */
  readonly result: RunResult | undefined;
  readonly alive: () => boolean;
}

/** Lives until the run ends or its store stops; virtual time moves while it waits. */
export async function live(life: Life): Promise<Lived> {
  const { host = createMockHost(), mocks } = life;
  const { store, alive, stop } = stoppingStore(life.store, life.killAfter, undefined, {
    lastIsWritten: life.lastIsWritten ?? false,
  });
  const deps: RunDeps = {
    host,
    openStore: async () => store,
    finish,
    sink: { write: (stream, text) => stream === 'stderr' && life.onStderr?.(text) },
    sections: [llmUsageSection],
    equip: (core) => {
      equipLifecycle(core, { sources: [llmUnsettledSource] });
      if (mocks !== undefined) core.provide(llmConfigKey, { mocks });
      life.equip?.(core);
    },
  };
  const run =
    life.resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, store, life.resume, { force: true });
  const events: RunEvent[] = [];
  run.listen((event) => {
    if (alive()) events.push(event);
  });
  let result: RunResult | undefined;
  void run.begin(life.body).then((ended) => {
    result = ended;
  });
  const turns = life.turns ?? 6000;
  for (let turn = 0; turn < turns && result === undefined && alive(); turn += 1) {
    await new Promise((ok) => setImmediate(ok));
    if (turn % 100 === 99 && turn < 6000) host.clock.advance(1000);
  }
  if (life.abandon === true && result === undefined) stop();
  // The last transaction that was taken may still be on its way.
  for (let turn = 0; turn < 20 && !alive(); turn += 1) await new Promise((ok) => setImmediate(ok));
  return { run, events, result, alive };
}

/** What a body returned; what it threw is thrown. */
export async function resultOf<T = JsonObject>(
  body: RunBody,
  options: Partial<Life> = {},
): Promise<T> {
  const { result } = await live({ ...options, body, store: options.store ?? (await newStore()) });
  return returnedBy<T>(result);
}

export function returnedBy<T = JsonObject>(result: RunResult | undefined): T {
  if (result === undefined) throw new Error('the run did not end');
  if (result.status === 'broken') throw result.error;
  if (result.status === 'parked') throw new Error('parked');
  if (!result.main.ok) throw result.main.error;
  return result.main.value as T;
}

/** Makes one call, so that the provider library is loaded: that takes longer than tests wait in turns of the loop. */
export async function loadSdk(): Promise<void> {
  const host = createMockHost({
    env: { OPENAI_API_KEY: 'k', HARN_LLM_BASE_URL: 'http://127.0.0.1:9/v1' },
  });
  host.onRequest('POST', '*', { json: completion({ content: 'ready' }) });
  await resultOf(
    function* (ctx) {
      for (const provider of ['openai', 'local'])
        yield* llmCall(ctx, 'ready?', null, { provider, model: 'm' });
      return null;
    },
    { host, turns: 1e6 },
  );
}

/** The answer of a server that speaks the OpenAI wire format. */
export function completion(message: JsonObject, tokens = 10): JsonObject {
  return {
    id: 'cmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, ...message },
        finish_reason: message['tool_calls'] === undefined ? 'stop' : 'tool_calls',
      },
    ],
    usage: { prompt_tokens: tokens, completion_tokens: 5, total_tokens: tokens + 5 },
  };
}

/** A tool call in that format. */
export function wireCall(id: string, name: string, args: Json): JsonObject {
  return {
    tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(args) } }],
  };
}
