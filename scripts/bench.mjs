// `npm run bench -- NAME`: bundles bench/NAME.ts and runs it. Benches run from the sources, not from dist/.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled, root, run } from './setup.mjs';

ensureInstalled();
const [name = '', ...args] = process.argv.slice(2);
const source = path.join(root, 'bench', `${name}.ts`);
if (name === '' || !existsSync(source)) {
  const known = readdirSync(path.join(root, 'bench'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3));
  process.stderr.write(`Usage: npm run bench -- NAME\nBenches: ${known.join(', ')}\n`);
  process.exit(1);
}

const { build } = await import('esbuild');
const folder = path.join(root, 'node_modules', '.cache', 'harn', 'bench');
mkdirSync(folder, { recursive: true });
const outfile = path.join(folder, `${name}.mjs`);
await build({
  absWorkingDir: root,
  entryPoints: [source],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
});
process.exit(run(process.execPath, [...process.execArgv, outfile, ...args]));
