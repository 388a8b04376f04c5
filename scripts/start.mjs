// `npm start`: from a fresh clone to a running example, with nothing to do in between.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt, ensureInstalled, root, run } from './setup.mjs';

ensureInstalled();
const built = ensureBuilt();
if (built !== 0) process.exit(built);

const example = ['examples/log-triage/main.harn', 'examples/hello.harn'].find((file) =>
  existsSync(path.join(root, file)),
);
const args = example === undefined ? ['--help'] : ['run', example];
process.exit(run(process.execPath, [path.join(root, 'bin', 'harn.cjs'), ...args]));
