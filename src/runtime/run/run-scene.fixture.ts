// Runs in a world that survives them: counted side effects, effects of every class, stores that stop after commit n.
import type { Store } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type Finisher,
  type Outcome,
  type RunDeps,
} from './index.ts';

/** What exists outside of the process and survives its end. */
export interface World {
  dead: boolean;
  reads: number;
  /** Mutations by idempotency key: how often each was called. */
  calls: Map<string, number>;
  log: string[];
}

export const newWorld = (): World => ({ dead: false, reads: 0, calls: new Map(), log: [] });
export const never = new Promise<never>(() => undefined);

export function effectsOf(world: () => World) {
  const alive = <T>(value: T): T | Promise<T> => (world().dead ? never : value);
  return {
    now: defineSyncEffect({ name: 'clock.now_ms', class: 'ambient', access: 'read' }, (env) =>
      env.clock.nowMs(),
    ),
    print: defineSyncEffect(
      { name: 'stdio.print', class: 'output', access: 'write' },
      (env, text: string) => env.write('stdout', text),
    ),
    read: defineEffect(
      { name: 'fs.read_text', class: 'read', access: 'read' },
      async (_env, path: string, delay: number) => {
        world().reads += 1;
        for (let i = 0; i < delay; i += 1) await new Promise((ok) => setImmediate(ok));
        return alive(`content of ${path}`);
      },
    ),
    write: defineEffect(
      { name: 'fs.write_text', class: 'mutation', access: 'write', onUnknown: 'retry' },
      async (env, path: string, text: string) => {
        if (world().dead) return never;
        const { calls, log } = world();
        calls.set(env.idempotencyKey, (calls.get(env.idempotencyKey) ?? 0) + 1);
        if (calls.get(env.idempotencyKey) === 1) log.push(`${path}=${text}`);
        await new Promise((ok) => setImmediate(ok));
        return alive(null);
      },
    ),
    fragile: defineEffect(
      { name: 'process.run', class: 'mutation', access: 'mutate', onUnknown: 'fail' },
      async (env, name: string) => {
        if (world().dead) return never;
        const { calls } = world();
        calls.set(env.idempotencyKey, (calls.get(env.idempotencyKey) ?? 0) + 1);
        await new Promise((ok) => setImmediate(ok));
        return alive(`ran ${name}`);
      },
    ),
    own: defineEffect(
      { name: 'agent.note', class: 'store', access: 'write' },
      (env, text: string) => {
        env.inTx((tx) =>
          tx.append('notes', { kind: 'noted', payload: { text, key: env.idempotencyKey } }),
        );
        return text.length;
      },
    ),
  };
}

export const finish: Finisher = function* (_ctx, main) {
  yield* [];
  const final: Outcome = main.ok
    ? { ok: true, value: main.value }
    : { ok: false, error: main.error };
  return { final, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};

export interface Scene {
  readonly world: World;
  readonly store: Store;
  readonly stdout: string[];
}

export function depsOf(scene: Scene, killAfter: number | undefined): RunDeps {
  const host = createMockHost({ seed: Math.floor(scene.world.reads) + 7 });
  let commits = 0;
  const store =
    killAfter === undefined
      ? scene.store
      : new Proxy(scene.store, {
          get(target, key) {
            if (key === 'tx') {
              return (fn: never) => {
                if (scene.world.dead) return never;
                commits += 1;
                if (commits > killAfter) {
                  scene.world.dead = true;
                  return never;
                }
                return target.tx(fn);
              };
            }
            const value = Reflect.get(target, key) as unknown;
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
  return {
    host,
    openStore: async () => store,
    finish,
    sink: {
      write: (stream, text) => {
        if (!scene.world.dead && stream === 'stdout') scene.stdout.push(text);
      },
    },
  };
}

export const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

export async function settle(): Promise<void> {
  for (let i = 0; i < 400; i += 1) await new Promise((ok) => setImmediate(ok));
}
