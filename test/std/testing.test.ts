// std/testing, std/runtime and std/host: programs that prepare answers and look at what was asked.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { printed, survivesKills } from '../effects/scene.ts';

const IMPORT = `import {
  assert_host_call_count, assert_host_called, assert_no_host_calls, clear_host_mocks, host_call_count, host_calls,
  host_was_called, llm_call_count, mock_host_error, mock_host_result, with_host_mocks, with_llm_mocks, with_mocks,
} from "std/testing"\n`;

const program = (body: string) => printed(`${IMPORT}pipeline main() {\n${body}\n}`);

describe('std/testing', () => {
  it('prepares results and errors, and says what was asked', async () => {
    const lines = await program(`
      mock_host_result("git", "branch", {error: "is data here"}, {repo: "a"})
      mock_host_error("git", "push", "no network")
      println(host_call("git.branch", {repo: "a", depth: 1}).error)
      try { host_call("git.push") } catch (e) { println(e) }
      println(host_was_called("git", "branch", {depth: 1}))
      println(host_was_called("git", "branch", {depth: 2}))
      assert_host_call_count(1, "git", "push")
      assert_host_call_count("git", "push", 1)
      clear_host_mocks()
      assert_no_host_calls()`);
    expect(lines).toEqual(['is data here', 'no network', 'true', 'false']);
  });

  it('fails an assertion with what was asked instead', async () => {
    const lines = await program(`
      mock_host_result("git", "branch", "main")
      host_call("git.branch", {repo: "a"})
      for check in [
        { -> assert_host_called("git", "push") },
        { -> assert_host_call_count(2, "git", "branch") },
        { -> assert_no_host_calls() },
      ] {
        try { check() } catch (e) { println(contains(e, "git.branch({\\"repo\\":\\"a\\"})")) }
      }`);
    expect(lines).toEqual(['true', 'true', 'true']);
  });

  it('keeps what is prepared for a stretch inside of it, also when the stretch throws', async () => {
    const lines = await program(`
      mock_host_result("a", "op", "outer")
      const inside = with_host_mocks([{capability: "b", operation: "op", result: "inner"}], { ->
        [host_has("a"), host_call("b.op"), host_call_count()]
      })
      println(inside)
      try {
        with_host_mocks([{capability: "b", operation: "op", error: "broken"}], { -> host_call("b.op") })
      } catch (e) { println(e) }
      println(host_call("a.op"), host_has("b"))
      println(len(host_calls()))`);
    expect(lines).toEqual(['[false, inner, 1]', 'broken', 'outer', '1']);
  });

  it('does the same for models, and for both at once', async () => {
    const lines = await program(`
      const text = with_llm_mocks([{text: "scripted"}], { -> llm_call("hi").text + " \${llm_call_count()}" })
      println(text)
      println(llm_call_count())
      println(with_mocks(
        {host_mocks: [{capability: "a", operation: "op", result: 1}], llm_mocks: [{text: "two"}]},
        { -> "\${host_call("a.op")} \${llm_call("hi").text}" },
      ))`);
    expect(lines).toEqual(['scripted 1', '0', '1 two']);
  });

  it('refuses an answer without an operation and leaves nothing behind', async () => {
    const lines = await program(`
      try { with_host_mocks([{capability: "a"}], { -> nil }) } catch (e) { println(e) }
      try { host_mock_pop_scope() } catch (e) { println(e) }`);
    expect(lines).toEqual([
      'with_host_mocks: every mock needs a capability and an operation, got {"capability":"a"}',
      'host_mock_pop_scope: no scope to pop',
    ]);
  });

  it('prints the same when the program is killed after any commit', async () => {
    const text = `${IMPORT}pipeline main() {
      write_file("a.txt", "kept")
      mock_host_result("a", "op", "outer")
      const seen = with_host_mocks([{capability: "a", operation: "op", result: "inner"}], { ->
        const text = host_call("workspace.read_text", {path: "a.txt"})
        sleep(2s)
        "\${text} \${host_call("a.op")}"
      })
      println(seen)
      println(host_call("a.op"), host_call_count())
    }`;
    const kills = await survivesKills(
      { text },
      () => ticking(),
      async (host) => host.fs.readText('a.txt'),
    );
    expect(kills).toBeGreaterThan(2);
  });
});

/** A mock host whose clock moves on its own. */
function ticking() {
  const host = createMockHost();
  const { clock } = host;
  const after = clock.after.bind(clock);
  clock.after = (ms, fn) => {
    const cancel = after(ms, fn);
    setImmediate(() => clock.advance(ms));
    return cancel;
  };
  return host;
}

describe('std/runtime', () => {
  it('tells what is known about the run, and what a test says instead', async () => {
    const lines = await printed(`
import { runtime_approved_plan, runtime_dry_run, runtime_task } from "std/runtime"
pipeline main() {
  println(runtime_task() ?? "none", runtime_dry_run())
  println(runtime_dry_run())
  host_mock("runtime", "task", "sweep")
  host_mock("runtime", "approved_plan", "as said")
  println(runtime_task())
  println(runtime_approved_plan())
}`);
    expect(lines).toEqual(['none', 'false', 'sweep', 'as said']);
  });

  it('runs lines of the default shell', async () => {
    const host = createMockHost({ files: { '/bin/sh': '' } });
    host.onCommand('/bin/sh', (request) => ({ stdout: (request.argv ?? []).join(' ') }));
    const lines = await printed(
      `import { process_exec } from "std/runtime"\npipeline main() { println(process_exec("make it").stdout) }`,
      host,
    );
    expect(lines).toEqual(['/bin/sh -c make it']);
  });
});

describe('std/host', () => {
  it('finds no tools where nothing embeds the program', async () => {
    const lines = await printed(
      'import { host_tool_available } from "std/host"\npipeline main() { println(host_tool_available("Read")) }',
    );
    expect(lines).toEqual(['false']);
  });
});
