// Makes the code cache that a build brings along: V8's compiled form of what `harn run` needs, for the Node that builds.
// The launcher makes it itself, in a folder of its own; another version of Node or another platform has no use for it.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './setup.mjs';

const PROGRAM = 'pipeline main(harness) {\n  harness.stdio.println("hello")\n}\n';

/** Writes `cli/code` in a folder that has what dist/ has. */
export function makeCodeCache(dist) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'harn-code-cache-'));
  const inScratch = (...names) => path.join(scratch, ...names);
  try {
    cpSync(path.join(root, 'bin'), inScratch('bin'), { recursive: true });
    cpSync(path.join(root, 'package.json'), inScratch('package.json'));
    symlinkSync(path.resolve(dist), inScratch('dist'), 'junction');
    writeFileSync(inScratch('hello.harn'), PROGRAM);
    const cache = inScratch('cache');
    const env = {
      PATH: process.env.PATH,
      HOME: scratch,
      XDG_CACHE_HOME: cache,
      HARN_STATE_DIR: inScratch('state'),
    };
    const args = [inScratch('bin', 'harn.cjs'), 'run', 'hello.harn'];
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: scratch,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the built command line does not run: ${stderr}`);
    publish(path.join(cache, 'harn', 'code'), path.join(dist, 'cli', 'code'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What the launcher writes is for its user; what is built is for everybody. */
function publish(from, to) {
  cpSync(from, to, { recursive: true });
  for (const entry of [
    to,
    ...readdirSync(to, { recursive: true }).map((name) => path.join(to, name)),
  ]) {
    chmodSync(entry, statSync(entry).isDirectory() ? 0o755 : 0o644);
  }
}
