// Runs for the tests of this room: a world outside that counts what is bought, and a store that stops after commit n.
import type { Json } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { equipLifecycle } from '../lifecycle/index.ts';
import {
  type Finisher,
  Run,
  type RunBody,
  type RunDeps,
  type RunEvent,
  type RunResult,
  runIndex,
} from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import {
  type LlmConfig,
  llmCall,
  llmConfigKey,
  llmUnsettledSource,
  llmUsageSection,
} from './index.ts';

/** The answer of a server that speaks the OpenAI wire format. */
export function completion(text: string, more: { readonly [key: string]: Json } = {}): Json {
  return {
    id: 'cmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    ...more,
  };
}

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};

/** One life of a run. `alive` turns false when the store stopped. */
export interface Life {
  readonly run: Run;
  readonly events: RunEvent[];
  readonly result: Promise<RunResult>;
  alive(): boolean;
}

export interface LifeOptions {
  readonly body: RunBody;
  readonly store: Store;
  readonly host?: MockHost;
  readonly config?: LlmConfig;
  readonly resume?: string;
  readonly killAfter?: number;
  readonly sink?: RunDeps['sink'];
}

const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

/** A memory store that knows runs. */
export async function newStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex);
  return store;
}

/** Starts a life: a new run, or the next life of one. */
export async function live(options: LifeOptions): Promise<Life> {
  const host = options.host ?? createMockHost();
  const { store, alive } = stoppingStore(options.store, options.killAfter);
  const deps: RunDeps = {
    host,
    openStore: async () => store,
    finish,
    sink: options.sink ?? { write: () => undefined },
    sections: [llmUsageSection],
    equip: (core) => {
      equipLifecycle(core, { sources: [llmUnsettledSource] });
      if (options.config !== undefined) core.provide(llmConfigKey, options.config);
    },
  };
  const run =
    options.resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, store, options.resume, { force: true });
  const events: RunEvent[] = [];
  run.listen((event) => events.push(event));
  return { run, events, result: run.begin(options.body), alive };
}

/** Runs a body to its end and gives what it returned, or throws what it threw. */
export async function resultOf(
  body: RunBody,
  options: Partial<LifeOptions> = {},
): Promise<unknown> {
  const life = await live({ ...options, body, store: options.store ?? (await newStore()) });
  const result = await life.result;
  if (result.status === 'broken') throw result.error;
  if (result.status === 'parked') throw new Error('parked');
  if (!result.main.ok) throw result.main.error;
  return result.main.value;
}

/** Makes one call, so that the provider library is loaded: that takes longer than tests wait in turns of the loop. */
export async function loadSdk(): Promise<void> {
  const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
  host.onRequest('POST', 'https://api.openai.com/*', { json: completion('ready') });
  await resultOf((ctx) => llmCall(ctx, 'ready?'), { host });
}

/** Gives the event loop turns until the condition holds. */
export async function until(condition: () => boolean, turns = 2000): Promise<boolean> {
  for (let turn = 0; turn < turns; turn += 1) {
    if (condition()) return true;
    await new Promise((ok) => setImmediate(ok));
  }
  return condition();
}
