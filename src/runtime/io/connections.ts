// What a run holds open: bodies that are still coming, event streams, sockets. Handles are names that stay the same when the
// run is resumed; what they stood for does not, so a resumed one is `lost` until it is opened again.
import type { Clock } from '../../base/index.ts';
import type { EffectEnv, ServiceKey } from '../run/index.ts';
import { ioErrors } from './errors.ts';

/** One open thing. */
export interface Connection {
  readonly kind: string;
  close(): Promise<void>;
}

/** The open things of a run, by handle. */
export class Connections {
  readonly #open = new Map<string, Connection>();

  add(handle: string, connection: Connection): void {
    this.#open.set(handle, connection);
  }

  find<T extends Connection>(handle: string, kind: T['kind']): T {
    const found = this.#open.get(handle);
    if (found === undefined || found.kind !== kind) throw ioErrors.noConnection({ handle, kind });
    return found as T;
  }

  /** What stands for a handle, whatever it is. */
  peek<T extends Connection>(handle: string): T | undefined {
    return this.#open.get(handle) as T | undefined;
  }

  /** False when there is no such handle (any more). */
  async close(handle: string): Promise<boolean> {
    const found = this.#open.get(handle);
    this.#open.delete(handle);
    await found?.close();
    return found !== undefined;
  }

  /** Forgets a handle that a recorded call closed. */
  forget(handle: string): void {
    this.#open.delete(handle);
  }

  async closeAll(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map((each) => each.close().catch(() => undefined)));
  }
}

export const connectionsKey: ServiceKey<Connections> = {
  name: 'io.connections',
  create(run) {
    const connections = new Connections();
    run.onRelease(() => connections.closeAll());
    return connections;
  },
};

/** The handle of what a call opens: the same when the call is made again. */
export function handleFor(env: EffectEnv, kind: string): string {
  return `${kind}_${env.idempotencyKey.replaceAll(/[^\w]/g, '_')}`;
}

/** A signal that the opening call can abort until it has what it wants, and the connection afterwards. */
export function ownSignal(env: EffectEnv): {
  readonly controller: AbortController;
  release(): void;
} {
  const controller = new AbortController();
  const abort = () => controller.abort(env.signal.reason);
  if (env.signal.aborted) abort();
  env.signal.addEventListener('abort', abort, { once: true });
  return { controller, release: () => env.signal.removeEventListener('abort', abort) };
}

/** Takes items one by one, with a limit of time; what was asked for and did not come in time comes next. */
export class Puller<T> {
  readonly #from: AsyncIterator<T>;
  #pending: Promise<IteratorResult<T>> | undefined;

  constructor(from: AsyncIterator<T>) {
    this.#from = from;
  }

  /** The next item; `timeout` when none came, undefined at the end. No limit when `limitMs` is left out. */
  async next(
    clock: Clock,
    signal: AbortSignal,
    limitMs?: number,
  ): Promise<{ readonly item: T } | 'timeout' | undefined> {
    if (this.#pending === undefined) {
      this.#pending = this.#from.next();
      // Whoever asks next hears of it.
      this.#pending.catch(() => undefined);
    }
    const pending = this.#pending;
    const result = await inTime(pending, clock, signal, limitMs).catch((error: unknown) => {
      if (!signal.aborted) this.#pending = undefined;
      throw error;
    });
    if (result === 'timeout') return result;
    this.#pending = undefined;
    return result.done === true ? undefined : { item: result.value };
  }

  async close(): Promise<void> {
    await this.#from.return?.();
  }
}

async function inTime<R>(
  pending: Promise<R>,
  clock: Clock,
  signal: AbortSignal,
  limitMs: number | undefined,
): Promise<R | 'timeout'> {
  return new Promise((resolve, reject) => {
    const cancel =
      limitMs === undefined
        ? () => undefined
        : clock.after(limitMs, () => end(() => resolve('timeout')));
    const onAbort = () => end(() => reject(signal.reason));
    const end = (how: () => void) => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      how();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    pending.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
