// For the tests of every room: a store whose process is gone after so many commits, without ending the test's process.
import type { Store } from '../../store/index.ts';

/** A store that stops. */
export interface StoppingStore {
  readonly store: Store;
  /** False from the first commit that was refused. */
  alive(): boolean;
  /** Kills it now, also while it only waits. */
  stop(): void;
  /** How many commits were asked for. */
  asked(): number;
}

const never = new Promise<never>(() => undefined);

/**
 * The store as a process sees it that is killed before commit `killAfter + 1`: nothing is written or answered any more.
 * `onKill` is called at each refused commit. With `lastIsWritten` that commit is written, and nobody hears of it.
 */
export function stoppingStore(
  real: Store,
  killAfter = Number.POSITIVE_INFINITY,
  onKill?: () => void,
  { lastIsWritten = false }: { readonly lastIsWritten?: boolean } = {},
): StoppingStore {
  let commits = 0;
  let isStopped = false;
  const alive = () => !isStopped && commits <= killAfter;
  const store = new Proxy(real, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown;
      if (key !== 'tx') return typeof value === 'function' ? value.bind(target) : value;
      return (fn: never) => {
        commits += 1;
        if (alive()) return target.tx(fn);
        if (lastIsWritten && !isStopped && commits === killAfter + 1) void target.tx(fn);
        onKill?.();
        return never;
      };
    },
  });
  const stop = () => {
    isStopped = true;
  };
  return { store, alive, stop, asked: () => commits };
}
