// The command line's entry: reads the arguments and answers with an exit code. The launcher (bin/harn.cjs)
// calls `main`; commands load on demand so that start-up stays small.
import { readFileSync } from 'node:fs';

const USAGE = `Usage: harn [options]

Options:
  --version  print the version
  --help     print this text
`;

/** Runs the command line and answers with the process exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const [first = '--help'] = argv;
  if (first === '--version' || first === '-V') {
    process.stdout.write(`${readVersion()}\n`);
    return 0;
  }
  if (first === '--help' || first === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  process.stderr.write(`harn: unknown command '${first}'\n`);
  return 2;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const { version } = manifest as { version: string };
  return version;
}
