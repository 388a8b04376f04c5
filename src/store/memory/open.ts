// Opens a store that lives as long as its process. For tests, and for programs that ask for `memory:`.
import { type LocalStoreOptions, openLocalStore } from '../local-store.ts';
import type { Store } from '../store.ts';
import { MemoryTables } from './tables.ts';

/** Opens an empty store in memory. */
export function openMemoryStore(options: LocalStoreOptions = {}): Promise<Store> {
  return openLocalStore(new MemoryTables(), options);
}
