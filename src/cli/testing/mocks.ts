// Prepared answers of models beside a program: `NAME.llm-mock.jsonl`, one per line.
import type { Json } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { testErrors } from './errors.ts';

/** The answers beside a program; undefined when there is no such file. */
export async function readMocks(host: Host, program: string): Promise<Json[] | undefined> {
  const path = program.replace(/\.harn$/, '.llm-mock.jsonl');
  if (!(await host.fs.exists(path))) return undefined;
  const lines = (await host.fs.readText(path)).split('\n');
  return lines.flatMap((text, i) => (text.trim() === '' ? [] : [parseLine(text, path, i + 1)]));
}

function parseLine(text: string, path: string, line: number): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw testErrors.badMocks({ path, line, reason });
  }
}
