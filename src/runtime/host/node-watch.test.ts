// Hints about real files: new ones, replaced ones, and ones whose folder is not there yet.
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeferred } from '../../base/index.ts';
import { watchPath } from './node-watch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'harn-watch-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Resolves with the number of hints once there is one, and watches no longer. */
async function hintAfter(path: string, change: () => Promise<void>): Promise<number> {
  const heard = createDeferred<void>();
  let hints = 0;
  const stop = await watchPath(path, {
    onChange: () => {
      hints += 1;
      heard.resolve();
    },
    onLost: () => heard.reject(new Error('lost')),
  });
  await change();
  await heard.promise;
  stop();
  return hints;
}

describe('watching', () => {
  it('tells of a file that is replaced', async () => {
    const file = join(folder, 'a.txt');
    await writeFile(file, 'a');
    await writeFile(join(folder, 'b.txt'), 'b');
    const hints = await hintAfter(file, () => rename(join(folder, 'b.txt'), file));
    expect(hints).toBeGreaterThan(0);
  }, 20_000);

  it('tells of anything below a folder', async () => {
    await mkdir(join(folder, 'deep'));
    const hints = await hintAfter(folder, () => writeFile(join(folder, 'deep', 'a.txt'), 'a'));
    expect(hints).toBeGreaterThan(0);
  }, 20_000);

  it('tells of what was not there', async () => {
    const hints = await hintAfter(join(folder, 'later', 'a.txt'), () =>
      mkdir(join(folder, 'later')),
    );
    expect(hints).toBeGreaterThan(0);
  }, 20_000);
});
