import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  type ConformanceCase,
  complaint,
  type Ending,
  importedFile,
  readCases,
} from '../../conformance/suite.ts';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';

const ROOT = fileURLToPath(new URL('../../conformance', import.meta.url));

/** Loads and runs a case the way a user's program runs, with a host and a store in memory. */
async function run({ path }: ConformanceCase): Promise<Ending> {
  const loaded = await loadProgram({ path }, { cwd: ROOT });
  if (loaded.program === undefined)
    return { output: '', failure: loaded.diagnostics.map((each) => each.message).join('\n') };
  const printed: string[] = [];
  await using store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const engine = new Engine({
    host: createMockHost(),
    openStore: async () => store,
    sink: { write: (_stream, text) => void printed.push(text) },
  });
  const result = await engine.start(loaded.program).done;
  const output = printed.join('');
  if (result.status === 'broken') return { output, failure: uncaughtText(result.error) };
  if (result.status === 'parked') return { output, failure: `parked: ${result.reason}` };
  return result.main.ok ? { output } : { output, failure: uncaughtText(result.main.error) };
}

describe('a program runs as its conformance case says', () => {
  const cases = readCases(ROOT);

  for (const each of cases) {
    test(each.name, async () => {
      expect(complaint(each, await run(each))).toBeUndefined();
    });
  }

  test('there are cases, and modules that only other cases import', () => {
    expect(cases.length).toBeGreaterThan(60);
    expect(importedFile('lib/tools', '/a/b.harn')).toBe('/a/lib/tools.harn');
  });
});
