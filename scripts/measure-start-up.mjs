// Finds the modules that `harn run` of a compiled pure program uses, and writes them to start-up.json, which the build
// reads. Run it when start-up got slower: `node scripts/measure-start-up.mjs`. Builds with every module in a file of its
// own, runs twice, and looks at what the second run read.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildCli } from './build-cli.mjs';
import { root } from './setup.mjs';

const PROGRAM = 'pipeline main(harness) {\n  harness.stdio.println("hello")\n}\n';

const SPY = `
const fs = require('node:fs');
const { readFileSync } = fs;
const seen = new Set();
fs.readFileSync = (file, ...rest) => {
  if (String(file).endsWith('.cjs')) seen.add(String(file));
  return readFileSync(file, ...rest);
};
process.on('exit', () => fs.writeFileSync(process.env.SPY_OUT, JSON.stringify([...seen])));
`;

const scratch = mkdtempSync(path.join(tmpdir(), 'harn-measure-'));
const inScratch = (...names) => path.join(scratch, ...names);
try {
  const { modulesOf } = await buildCli(inScratch('dist', 'cli'), undefined, 'measure');
  for (const name of ['bin', 'package.json'])
    cpSync(path.join(root, name), inScratch(name), { recursive: true });
  writeFileSync(inScratch('hello.harn'), PROGRAM);
  writeFileSync(inScratch('spy.cjs'), SPY);
  for (let i = 0; i < 2; i += 1) run();
  const files = JSON.parse(readFileSync(inScratch('seen.json'), 'utf8')).map((file) =>
    path.basename(file),
  );
  const modules = files.flatMap((file) => modulesOf.get(file) ?? []);
  const text = JSON.stringify([...new Set(modules)].sort(), null, 2);
  writeFileSync(path.join(root, 'scripts', 'start-up.json'), `${text}\n`);
  process.stdout.write(`${modules.length} modules\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function run() {
  const args = ['-r', inScratch('spy.cjs'), inScratch('bin', 'harn.cjs'), 'run', 'hello.harn'];
  const env = {
    PATH: process.env.PATH,
    HOME: scratch,
    XDG_CACHE_HOME: inScratch('cache'),
    SPY_OUT: inScratch('seen.json'),
  };
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: scratch,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the measured run failed: ${stderr}`);
}
