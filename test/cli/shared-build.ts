// The command line, built once for all test files of a run: the first that asks builds it, the others wait until it is
// there. Building takes seconds of both cores, and two dozen files want the same.
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import { buildCli } from '../../scripts/build-cli.mjs';

const root = path.resolve(import.meta.dirname, '../..');

/** The launcher of the build, for tests that start it themselves. */
export async function sharedHarn(): Promise<string> {
  return path.join(await sharedBuild(), '../bin/harn.cjs');
}

/** The folder of the build, to be read only. */
export async function sharedBuild(): Promise<string> {
  const folder = inject('sharedFolder');
  const built = path.join(folder, 'dist');
  if (existsSync(built)) return built;
  if (isFirst(folder)) await build(folder, built);
  else await appears(folder, built);
  return built;
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(path.join(folder, 'claimed'));
    return true;
  } catch {
    return false;
  }
}

async function build(folder: string, built: string): Promise<void> {
  try {
    for (const name of ['bin', 'package.json'])
      cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    await buildCli(path.join(folder, 'unfinished', 'cli'));
    renameSync(path.join(folder, 'unfinished'), built);
  } catch (error) {
    writeFileSync(path.join(folder, 'failed'), String(error));
    throw error;
  }
}

async function appears(folder: string, built: string): Promise<void> {
  const failed = path.join(folder, 'failed');
  const watcher = watch(folder);
  try {
    while (!existsSync(built)) {
      if (existsSync(failed)) throw new Error('the command line could not be built');
      await once(watcher, 'change');
    }
  } finally {
    watcher.close();
  }
}
