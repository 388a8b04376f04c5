// Builds dist/: the library and its types with tsc (types are checked by `npm run typecheck`, not here), the
// command line with esbuild, and the std sources as they are. Builds beside dist/ and swaps, so a running
// `harn` never sees half a build. V8's code cache for this Node is made last, so that the first run is a fast one. `--if-changed` does nothing when the inputs are those of the last build.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildCli } from './build-cli.mjs';
import { makeCodeCache } from './code-cache.mjs';
import { root, runTool } from './setup.mjs';

const dist = path.join(root, 'dist');
const cache = path.join(root, 'node_modules', '.cache', 'harn');
const stampFile = path.join(cache, 'build.txt');

const stamp = fingerprint();
if (process.argv.includes('--if-changed') && existsSync(dist) && readStamp() === stamp) {
  process.exit(0);
}

const next = path.join(root, `dist.${process.pid}.tmp`);
try {
  const status = runTool('typescript/bin/tsc', [
    '-p',
    'tsconfig.build.json',
    '--noCheck',
    '--outDir',
    next,
  ]);
  if (status !== 0) process.exit(status);
  copyStd(next);
  await buildCli(path.join(next, 'cli'));
  makeCodeCache(next);
  swap(next);
  mkdirSync(cache, { recursive: true });
  writeFileSync(stampFile, stamp);
} finally {
  rmSync(next, { recursive: true, force: true });
}

function copyStd(to) {
  const from = path.join(root, 'src', 'std');
  if (!existsSync(from)) return;
  const isText = (file) => statSync(file).isDirectory() || file.endsWith('.harn');
  cpSync(from, path.join(to, 'std'), { recursive: true, filter: isText });
}

function swap(from) {
  const old = path.join(root, `dist.${process.pid}.old.tmp`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(from, dist);
  rmSync(old, { recursive: true, force: true });
}

// Paths, sizes and times of everything the build reads; quicker than reading it all.
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  const inputs = [
    'src',
    'scripts/build.mjs',
    'bin/harn.cjs',
    'scripts/build-cli.mjs',
    'scripts/code-cache.mjs',
    'scripts/builtin-tables.mjs',
    'scripts/start-up.json',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ];
  for (const input of inputs) addToHash(hash, path.join(root, input));
  return hash.digest('hex');
}

function addToHash(hash, file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || file.endsWith('.test.ts')) return;
  if (!stat.isDirectory()) {
    hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\n`);
    return;
  }
  for (const name of readdirSync(file).sort()) addToHash(hash, path.join(file, name));
}

function readStamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
}
