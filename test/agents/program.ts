// Runs a Harn program on a mock host and gives the lines it printed; a failure is thrown with its text.
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { createMockHost, type Host } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';

const SAY = `fn say(items) { println(items.map({ i -> to_string(i) }).join(" ")) }`;

/** Imports must stand before everything else; `say` prints a list of values on one line. */
export async function printed(
  text: string,
  { host = createMockHost(), imports = '' }: { host?: Host; imports?: string } = {},
): Promise<string[]> {
  const loaded = await loadProgram(
    { code: `${imports}\n${SAY}\n${text}`, name: 'agent.harn' },
    { cwd: '/work' },
  );
  if (loaded.program === undefined) {
    throw new Error(loaded.diagnostics.map((each) => each.message).join('\n'));
  }
  const out: string[] = [];
  await using store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: { write: (_stream, line) => void out.push(line) },
  });
  const result = await engine.start(loaded.program).done;
  if (result.status === 'broken') throw new Error(uncaughtText(result.error));
  if (result.status === 'parked') throw new Error('parked');
  if (!result.main.ok) throw new Error(uncaughtText(result.main.error));
  return out.join('').trimEnd().split('\n');
}
