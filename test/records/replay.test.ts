// Any run becomes a fixture: executed again with its recorded outcomes it comes to the same, nothing outside is touched,
// and changed code shows its first difference.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/base/index.ts';
import { type CompiledProgram, Engine, loadProgram } from '../../src/engine/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import { createMockHost, type Host, type MockHost } from '../../src/runtime/host/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import {
  makeFixture,
  type ReplayReport,
  type RunFixture,
  readFixture,
  replayFixture,
} from '../../src/runtime/records/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

const memory = (): Promise<Store> =>
  openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });

async function compiled(code: string): Promise<CompiledProgram> {
  const { program, diagnostics } = await loadProgram({ code }, { cwd: '/work' });
  if (program === undefined) throw new Error(JSON.stringify(diagnostics));
  return program;
}

const quiet = { write: () => undefined };

/** Runs a program and makes a fixture of it, as it comes back from a file. */
async function record(code: string, host: MockHost): Promise<RunFixture> {
  await using store = await memory();
  const engine = new Engine({ host, openStore: async () => store, sink: quiet });
  const { run, done } = engine.start(await compiled(code));
  await done;
  const text = JSON.stringify(await makeFixture(store, run.id));
  return readFixture(JSON.parse(text) as Json, 'test');
}

async function replay(fixture: RunFixture, host: Host, code?: string): Promise<ReplayReport> {
  const program = code === undefined ? undefined : await compiled(code);
  return replayFixture(fixture, {
    host,
    openStore: memory,
    otherCode: code !== undefined,
    resume: async (parts) => {
      const engine = new Engine({
        host: parts.host,
        openStore: async () => parts.store,
        sink: parts.sink,
      });
      const options = program === undefined ? {} : { with: program };
      const { run, done } = await engine.resume(parts.runId, options);
      return { done, park: (reason) => run.park(reason) };
    },
  });
}

const PROGRAM = `
let name = harness.fs.read_text("name.txt")
println("hello \${name}")
harness.fs.write_text("out.txt", "hello \${name}")
let answer = llm_call("who is \${name}?", nil, {provider: "mock"})
println(answer.text)
return len(answer.text)
`;

const files = { '/work/name.txt': 'ada' };
const machine = () => createMockHost({ files });

describe('a fixture', () => {
  it('replays to the same end without touching anything, also where its files are gone', async () => {
    const fixture = await record(PROGRAM, machine());
    const elsewhere = createMockHost();
    const report = await replay(fixture, elsewhere);
    expect(report).toMatchObject({ pass: true, differences: [] });
    expect(report.stdout).toMatch(/^hello ada\n/);
    expect(report.outcomes).toBeGreaterThan(2);
    expect(elsewhere.calls.filter(({ port }) => port === 'http' || port === 'process')).toEqual([]);
    expect(await elsewhere.fs.exists('/work/out.txt')).toBe(false);
  });

  it('accepts changed code that does and returns the same', async () => {
    const fixture = await record(PROGRAM, machine());
    const moved = `\n\n// moved\n${PROGRAM.replace('let name =', 'let who = "x"\nlet name =')}`;
    expect(await replay(fixture, createMockHost(), moved)).toMatchObject({ pass: true });
  });

  it('reports another result of changed code as a difference', async () => {
    const fixture = await record(PROGRAM, machine());
    const report = await replay(
      fixture,
      createMockHost(),
      PROGRAM.replace('return len(answer.text)', 'return 4711'),
    );
    expect(report.pass).toBe(false);
    expect(report.differences.map(({ kind }) => kind)).toEqual(['returned', 'final']);
    expect(report.differences[0]).toMatchObject({ actual: 4711 });
  });

  it('reports other arguments, an effect in another place and a missing one, each by name', async () => {
    const fixture = await record(PROGRAM, machine());
    const changes: readonly [string, string, RegExp][] = [
      ['who is', 'what is', /llm\.call.*other arguments/],
      ['let name =', 'harness.fs.exists("x")\nlet name =', /fs\.exists/],
      ['harness.fs.write_text("out.txt", "hello ${name}")\n', '', /fs\.write_text/],
      ['return len(answer.text)', 'throw "no"', /the error of the run/],
    ];
    for (const [from, to, message] of changes) {
      const report = await replay(fixture, createMockHost(), PROGRAM.replace(from, to));
      expect(report.pass).toBe(false);
      expect(report.differences[0]?.message).toMatch(message);
    }
  });

  it('does nothing that was not recorded: it stops there and says what was asked', async () => {
    const fixture = await record(PROGRAM, machine());
    const host = createMockHost({ files });
    const more = PROGRAM.replace('return', 'harness.fs.write_text("more.txt", "x")\nreturn');
    const report = await replay(fixture, host, more);
    expect(report.differences).toMatchObject([{ kind: 'unrecorded', actual: 'fs.write_text' }]);
    expect(await host.fs.exists('/work/more.txt')).toBe(false);
  });

  it('does not wait for a sleep that was not recorded', async () => {
    const fixture = await record(PROGRAM, machine());
    const more = PROGRAM.replace('return', 'harness.clock.sleep_ms(600000)\nreturn');
    const report = await replay(fixture, createMockHost(), more);
    expect(report.differences[0]?.kind).toBe('unrecorded');
  });

  it('notices when a changed program writes other text', async () => {
    const fixture = await record(PROGRAM, machine());
    const report = await replay(fixture, createMockHost(), PROGRAM.replace('hello', 'good day'));
    expect(report.pass).toBe(false);
  });

  it('replays parallel tasks, handoffs and failures', async () => {
    const parallel = `
let parts = parallel(3) { i -> harness.fs.read_text("name.txt") + to_string(i) }
harness.handoff_to("other", {parts: parts})
println(join(parts, ","))
throw "done badly"
`;
    const fixture = await record(parallel, machine());
    const report = await replay(fixture, createMockHost());
    expect(report.differences).toEqual([]);
    expect(report.stdout).toBe('ada0,ada1,ada2\n');
  });

  it('is refused for a run that has not ended', async () => {
    await using store = await memory();
    const host = machine();
    const engine = new Engine({ host, openStore: async () => store, sink: quiet });
    const program = await compiled('harness.fs.write_text("a", "b")\nharness.clock.sleep_ms(5000)');
    const { run, done } = engine.start(program);
    run.listen(() => undefined);
    for (let i = 0; i < 50 && !(await host.fs.exists('/work/a')); i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await run.park('test');
    await done;
    await expect(makeFixture(store, run.id)).rejects.toMatchObject({ code: 'HARN-REC-007' });
  });
});

describe('a TypeScript pipeline', () => {
  const greet = pipeline('greet', async (harness, name: string) => {
    await harness.fs.writeText('greeting.txt', `hello ${name}`);
    return harness.fs.readText('greeting.txt');
  });

  it('replays from its fixture with its own runtime', async () => {
    await using first = await memory();
    const runtime = createRuntime({
      store: first,
      pipelines: [greet],
      host: machine(),
      sink: quiet,
    });
    const handle = runtime.start(greet, 'ada');
    await handle.done;
    const fixture = await makeFixture(first, handle.id);
    const report = await replayFixture(fixture, {
      host: createMockHost(),
      openStore: () => openStore('memory:'),
      resume: ({ store, host, sink, runId }) =>
        createRuntime({ store, pipelines: [greet], host, sink }).resume(runId),
    });
    expect(report).toMatchObject({ pass: true, differences: [] });
  });
});
