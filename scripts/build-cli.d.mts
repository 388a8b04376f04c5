// Types of build-cli.mjs, for the tests.
export function buildCli(
  outdir: string,
  entry?: string,
  startUp?: readonly string[] | 'measure',
): Promise<{ readonly modulesOf: ReadonlyMap<string, readonly string[]> }>;
