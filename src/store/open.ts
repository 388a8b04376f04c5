// Opens a store by URL. Each backend is its own module, loaded only when asked for: a program that needs no SQLite
// never loads a driver.
import type { Clock } from '../base/index.ts';
import { sto } from './errors.ts';
import type { Projection } from './projection.ts';
import type { Durability, Store } from './store.ts';

/** Where and how to open. */
export interface OpenStoreOptions {
  /** `memory:`, `sqlite:PATH`, or a file path. */
  readonly url: string;
  readonly clock?: Clock;
  /** `power` (default): every commit reaches the disk. `process`: faster, the last moments may be lost on power loss. */
  readonly durability?: Exclude<Durability, 'none'>;
  /** Declared before the store is handed out. */
  readonly projections?: readonly Projection[];
  /** How often to look for commits of other processes while someone waits (default 25 ms). */
  readonly pollMs?: number;
}

/**
 * Opens (and creates, if needed) a store.
 *
 * A file that is not ours, too new or damaged is refused with a HARN-STO error and left untouched.
 *
 * @example
 * await using store = await openStore('.harn/harn.sqlite');
 * await store.tx((tx) => tx.append('notes', { kind: 'note_taken', payload: { text: 'hi' } }));
 */
export async function openStore(target: string | OpenStoreOptions): Promise<Store> {
  const options = typeof target === 'string' ? { url: target } : target;
  const { url } = options;
  if (url === 'memory:') {
    const { openMemoryStore } = await import('./memory/open.ts');
    return openMemoryStore(options);
  }
  if (url === '' || (/^[a-z][a-z0-9+]+:/.test(url) && !url.startsWith('sqlite:'))) {
    throw sto.unknownBackend({ url });
  }
  const { openSqliteStore } = await import('./sqlite/open.ts');
  return openSqliteStore({ ...options, path: url.replace(/^sqlite:(\/\/)?/, '') });
}
