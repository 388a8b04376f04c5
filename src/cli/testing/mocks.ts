// Prepared answers of models beside a program: `NAME.llm-mock.jsonl`, one per line.
import { HarnError, type Json } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { parseMock } from '../../runtime/llm/index.ts';
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

/** Refuses answers that no run could give, with their lines. */
export function checkMocks(text: string, path: string): void {
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const mock = parseLine(line, path, i + 1);
    try {
      parseMock(mock);
    } catch (error) {
      if (!HarnError.is(error)) throw error;
      throw testErrors.badMock({ path, line: i + 1, reason: error.message });
    }
  }
}

function parseLine(text: string, path: string, line: number): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw testErrors.badMocks({ path, line, reason });
  }
}
