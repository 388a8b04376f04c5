// Stores that stop their program at a chosen commit: for real (SIGKILL to this process) or, for tests inside one
// process, by never answering again. What may be killed is the program under test; the product has no switch for it.
import { kill, pid } from 'node:process';
import type { Store } from '../store/index.ts';

/** Called around the writes of a store, with the number of the write, from 1. */
export interface CommitPoints {
  /** Before the write is handed to the store. False keeps it: the caller gets no answer, ever. */
  readonly before?: ((n: number) => boolean) | undefined;
  /** When the write is durable, before its caller is told. False keeps the answer from the caller. */
  readonly after?: ((n: number) => boolean) | undefined;
}

/** Everything that makes a commit while a run goes on. Declaring projections belongs to opening a store. */
const WRITES: ReadonlySet<PropertyKey> = new Set([
  'tx',
  'acquireLease',
  'renewLease',
  'releaseLease',
] satisfies (keyof Store)[]);

const never = new Promise<never>(() => undefined);

/** The store, with something to do around each of its writes. Refused writes have a number too. */
export function watchCommits(store: Store, { before, after }: CommitPoints): Store {
  let count = 0;
  return new Proxy(store, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== 'function') return value;
      if (!WRITES.has(key)) return value.bind(target);
      return async (...args: readonly unknown[]) => {
        count += 1;
        const n = count;
        if (before?.(n) === false) return never;
        const result: unknown = await Reflect.apply(value, target, args);
        return after?.(n) === false ? never : result;
      };
    },
  });
}

/**
 * Ends this process with SIGKILL when commit `n` is durable and nobody has been told: the next step of the program
 * has not begun.
 *
 * @example
 * const store = killAfterCommits(await openStore(path), 3);
 */
export function killAfterCommits(store: Store, n: number): Store {
  return watchCommits(store, { after: (at) => at !== n || endSelf() });
}

/**
 * Ends this process with SIGKILL when it asks for commit `n`: what the program did since the last commit has
 * happened, and the store does not know of it.
 */
export function killBeforeCommit(store: Store, n: number): Store {
  return watchCommits(store, { before: (at) => at !== n || endSelf() });
}

/**
 * The same inside one process: after `n` commits the store answers nobody any more, and `onStop` is called once. Test
 * doubles of the outside should fall silent then, too.
 */
export function stopAfterCommits(store: Store, n: number, onStop?: () => void): Store {
  return watchCommits(store, {
    before: (at) => {
      if (at === n + 1) onStop?.();
      return at <= n;
    },
  });
}

function endSelf(): false {
  kill(pid, 'SIGKILL');
  return false;
}
