// Daemons of Harn programs that go on in another run: their tools and the code around their calls are found again by name,
// and what has no name is refused.
import { describe, expect, it } from 'vitest';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { createMockHost, type Host } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';

const PROGRAM = `
tool add(a: int, b: int) -> int {
  description "Adds"
  a + b
}
fn aloud(asked, next) {
  println("asked with \${len(asked.messages)}")
  return next()
}
fn twice(asked, next) {
  return next({arguments: {a: asked.arguments.a * 2, b: asked.arguments.b}})
}
fn hear(delta) { println(delta.type) }

pipeline begin() {
  llm_mock({text: "ready"})
  let handle = daemon_spawn({
    task: "wait", persist_path: "/state", tools: add, max_iterations: 2,
    llm_caller: aloud, tool_caller: twice, on_delta: hear,
  })
  daemon_stop(handle)
}
pipeline closures() {
  llm_mock({text: "ready"})
  let handle = daemon_spawn({
    task: "wait", persist_path: "/state", llm_caller: { asked, next -> next() },
    tools: tool_define(tool_registry(), "keep", "Keeps", {parameters: {}, handler: { args -> 1 }}),
  })
  daemon_stop(handle)
}
pipeline resume() {
  let handle = daemon_resume("/state")
  llm_mock({text: "", tool_calls: [{id: "c", name: "add", arguments: {a: 20, b: 2}}]})
  llm_mock({text: "dealt with"})
  daemon_trigger(handle, "count")
  let result = daemon_wait(handle)
  println(json_stringify(result.transcript.messages.map({ m -> m.content })))
}`;

interface Place {
  readonly store: Store;
  readonly host: Host;
}

/** Runs one pipeline of the program; what it printed. */
async function ran({ store, host }: Place, entry: string): Promise<string[]> {
  const { program, diagnostics } = await loadProgram(
    { code: PROGRAM, name: 'agent.harn' },
    { cwd: '/work' },
  );
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const out: string[] = [];
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: { write: (_stream, text) => void out.push(text) },
  });
  const result = await engine.start(program, { pipeline: entry }).done;
  if (result.status === 'broken') throw result.error;
  if (result.status === 'parked') throw new Error('parked');
  if (!result.main.ok) throw new Error(uncaughtText(result.main.error));
  return out.join('').trimEnd().split('\n');
}

const place = async (): Promise<Place> => ({
  store: await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS }),
  host: createMockHost(),
});

describe('a daemon of another run', () => {
  it('has its tools, and the code around its calls, by their names', async () => {
    const at = await place();
    const first = await ran(at, 'begin');
    expect(first[0]).toBe('asked with 1');
    const lines = await ran(at, 'resume');
    expect(lines.filter((line) => line.startsWith('asked with'))).toHaveLength(2);
    expect(lines).toContain('text');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual([
      ...['wait', 'ready', 'An event for you: count', '', '42', 'dealt with'],
    ]);
  });

  it('is refused where it has code without a name', async () => {
    const at = await place();
    await ran(at, 'closures');
    await expect(ran(at, 'resume')).rejects.toThrow(
      /needs the tool "keep", the callback "llm_caller", which is not found here/,
    );
  });
});
