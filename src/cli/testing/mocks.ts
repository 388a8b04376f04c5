// Prepared answers of models beside a program: `NAME.llm-mock.jsonl`, one per line.
import type { Json } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { testErrors } from './errors.ts';

/** The answers beside a program; undefined when there is no such file. */
export async function readMocks(host: Host, program: string): Promise<Json[] | undefined> {
  const path = program.replace(/\.harn$/, '.llm-mock.jsonl');
  if (!(await host.fs.exists(path))) return undefined;
  return mocksOf(await host.fs.readText(path), path);
}

/** The answers in a text, one to a line. */
export function mocksOf(text: string, path: string): Json[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [parseLine(line, path, i + 1)]));
}

function parseLine(text: string, path: string, line: number): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw testErrors.badMocks({ path, line, reason });
  }
}
