// Reads the conformance cases and judges how a run of one ended. `<area>/<case>.harn` stands beside `.expected` (all
// that it prints) or `.error` (a line that the failure contains); files with neither are modules for import cases.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface ConformanceCase {
  /** `closures/counter-shares-its-cell` */
  readonly name: string;
  readonly path: string;
  readonly source: string;
  readonly expectation:
    | { readonly kind: 'output'; readonly text: string }
    | { readonly kind: 'failure'; readonly lines: readonly string[] };
}

/** How a run ended: `failure` is the text of the error that ended it. */
export interface Ending {
  readonly output: string;
  readonly failure?: string;
}

/** All cases below a directory, by name. */
export function readCases(root: string): ConformanceCase[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.harn'))
    .sort()
    .flatMap((file) => readCase(root, join(root, file)));
}

function readCase(root: string, path: string): ConformanceCase[] {
  const stem = path.slice(0, -'.harn'.length);
  const name = relative(root, stem).replaceAll('\\', '/');
  const source = readFileSync(path, 'utf8');
  if (existsSync(`${stem}.expected`)) {
    const text = readFileSync(`${stem}.expected`, 'utf8');
    return [{ name, path, source, expectation: { kind: 'output', text } }];
  }
  if (!existsSync(`${stem}.error`)) return [];
  const lines = readFileSync(`${stem}.error`, 'utf8').trim().split('\n');
  return [{ name, path, source, expectation: { kind: 'failure', lines } }];
}

/** The file that `import "path"` in `from` names. */
export function importedFile(path: string, from: string): string {
  return join(dirname(from), path.endsWith('.harn') ? path : `${path}.harn`);
}

/** What is wrong with an ending, or undefined when it is as expected. */
export function complaint(
  { expectation }: ConformanceCase,
  { output, failure }: Ending,
): string | undefined {
  if (expectation.kind === 'output') {
    if (failure !== undefined) return `failed: ${failure}\n--- printed before\n${output}`;
    return output.trimEnd() === expectation.text.trimEnd()
      ? undefined
      : `--- expected\n${expectation.text.trimEnd()}\n--- got\n${output.trimEnd()}`;
  }
  if (failure === undefined) return `ended well; printed\n${output}`;
  return expectation.lines.some((line) => failure.includes(line))
    ? undefined
    : `failed with "${failure}", expected "${expectation.lines.join('" or "')}"`;
}
