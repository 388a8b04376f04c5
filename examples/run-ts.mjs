// Runs an example written in TypeScript: node examples/run-ts.mjs FILE [ARGUMENT…]. Node 20 does not run TypeScript, so
// the file and what it imports beside itself become one JavaScript file first; `harn` and other packages stay imports.
// Newer Nodes (from 22.18) need none of this: node FILE [ARGUMENT…].
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node examples/run-ts.mjs FILE [ARGUMENT…]\n');
  process.exit(2);
}

// Inside this package, so that `import 'harn'` finds what `npm run build` made.
const folder = path.join(here, '.build');
mkdirSync(folder, { recursive: true });
const outfile = path.join(folder, `${path.basename(file, '.ts')}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});

// Ctrl-C reaches the program itself; it decides what that means.
process.on('SIGINT', () => undefined);
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...args], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
