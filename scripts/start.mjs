// `npm start`: from a fresh clone to a running example, with nothing to do in between. What comes after `--` goes to
// the example: npm start -- --pause 5
import path from 'node:path';
import { ensureBuilt, ensureInstalled, root, run } from './setup.mjs';

const EXAMPLE = 'examples/log-triage';

ensureInstalled();
const built = ensureBuilt();
if (built !== 0) process.exit(built);

const inExample = (file) => path.join(root, EXAMPLE, file);
const made = run(process.execPath, [inExample('make-log.mjs'), inExample('access.log')]);
if (made !== 0) process.exit(made);

// Ctrl-C is for the run, which parks; this process stays to pass its exit code on.
process.on('SIGINT', () => undefined);
const harn = path.join(root, 'bin', 'harn.cjs');
const code = run(process.execPath, [
  harn,
  'run',
  `${EXAMPLE}/main.harn`,
  '--',
  ...process.argv.slice(2),
]);
if (code === 0) {
  process.stdout.write(`
Where to look next:
  ${EXAMPLE}/out/report.md   the report; evidence/ and tickets/ beside it
  npx harn runs ls                      this run and the four it handed work to
  npx harn runs show <id>               one run with its receipt
  npx harn why <id>                     where a run stands, and why
  npm start -- --pause 5                slowly: press Ctrl-C, then resume
  ${EXAMPLE}/README.md       the rest
`);
}
process.exit(code);
