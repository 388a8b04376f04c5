// Runs the store contract for every backend that needs no server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { storeContract } from './store-contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'harn-store-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

storeContract({ name: 'memory', open: (options) => openStore({ url: 'memory:', ...options }) });

for (const durability of ['power', 'process'] as const) {
  storeContract({
    name: `sqlite, ${durability}`,
    open(options) {
      files += 1;
      return openStore({ url: join(directory, `${files}.sqlite`), durability, ...options });
    },
    async reopen(store, options) {
      const { location } = await store.describe();
      await store.close();
      return openStore({ url: location, durability, ...options });
    },
  });
}

// Every commit packs all events but the newest.
const packing = { waiting: 1, newest: 1, most: 1 };
storeContract({
  name: 'sqlite, packed',
  open(options) {
    files += 1;
    return openSqliteStore({ path: join(directory, `${files}.sqlite`), packing, ...options });
  },
  async reopen(store, options) {
    const { location } = await store.describe();
    await store.close();
    return openSqliteStore({ path: location, packing, ...options });
  },
});
