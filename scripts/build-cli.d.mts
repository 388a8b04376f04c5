// Types of build-cli.mjs, for the tests.
export function buildCli(outdir: string, entry?: string): Promise<void>;
