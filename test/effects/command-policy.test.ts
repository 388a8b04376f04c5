// Command policies in programs: what is not run, what is run instead, who is asked, and that no way of starting a process
// leads past them.
import { describe, expect, it } from 'vitest';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { withHarness } from '../../src/testing/index.ts';
import { printed, survivesKills } from './scene.ts';

function machine(): { host: MockHost; ran: string[] } {
  const host = createMockHost({ files: { '/bin/sh': '' } });
  const ran: string[] = [];
  host.onCommand(
    () => true,
    (request) => {
      const line = request.shell ?? (request.argv ?? []).join(' ');
      ran.push(line);
      return { stdout: `did ${line}` };
    },
  );
  return { host, ran };
}

const program = (body: string) => `pipeline main() {\n${body}\n}`;
const EXEC = `fn go(...argv) { return host_call("process.exec", {argv: argv}) }\n`;

describe('a command policy', () => {
  it('keeps what fits a pattern from being run, however it is started', async () => {
    const { host, ran } = machine();
    const lines = await printed(
      EXEC +
        program(`
      command_policy_push(command_policy({deny_patterns: ["*drop*", "--hard"]}))
      println(go("db", "drop").status)
      println(exec("db", "drop").stderr)
      println(shell("db drop").success)
      println(process_run({cmd: "git", args: ["reset", "--hard"]}).exit_code)
      println(go("db", "list").stdout)
      command_policy_pop()
      println(go("db", "drop").stdout)`).replace('process_run', 'spawn_captured'),
      host,
    );
    expect(lines).toEqual([
      'blocked',
      'command not run (status: blocked): it fits the pattern "*drop*"',
      'false',
      '-1',
      'did db list',
      'did db drop',
    ]);
    expect(ran).toEqual(['db list', 'db drop']);
  });

  it('holds for what the task starts afterwards, and for nobody beside it', async () => {
    const { host } = machine();
    const lines = await printed(
      EXEC +
        program(`
      const gate = channel("gate", 1)
      const before = spawn { receive(gate); go("rm", "a").status }
      command_policy_push({deny_patterns: ["rm *"]})
      const after = spawn { go("rm", "b").status }
      println(await(after))
      send(gate, 1)
      println(await(before))
      println(is_err(try { await(spawn { command_policy_pop() }) }))`),
      host,
    );
    expect(lines).toEqual(['blocked', 'completed', 'true']);
  });

  it('asks for approval of risks, and runs what somebody approves', async () => {
    const { host, ran } = machine();
    const lines = await printed(
      EXEC +
        program(`
      command_policy_push(command_policy({require_approval: ["sudo"]}))
      println(contains(go("sudo", "ls").stderr, "requires approval: sudo"))
      host_mock("process", "approve_command", {approved: false})
      println(contains(go("sudo", "ls").stderr, "was not given"))
      host_mock("process", "approve_command", {approved: true})
      println(go("sudo", "ls").command_policy.decisions[0].action)
      println(host_mock_calls()[0].params.request.argv)`),
      host,
    );
    expect(lines).toEqual(['true', 'true', 'approved', '[sudo, ls]']);
    expect(ran).toEqual(['sudo ls']);
  });

  it('lets hooks deny, rewrite, rehearse and remark', async () => {
    const { host, ran } = machine();
    const lines = await printed(
      EXEC +
        program(`
      command_policy_push(command_policy({
        deny_patterns: ["*secret*"],
        pre: { about ->
          const first = about.request.argv[0]
          if first == "no" { return {deny: "never"} }
          if first == "ls" { return {rewrite: {argv: ["ls", "-a"]}} }
          if first == "sly" { return {rewrite: {argv: ["cat", "secret"]}} }
          if first == "try" { return {dry_run: true} }
          return nil
        },
        post: { about -> {result: {stdout: uppercase(about.result.stdout)}, note: about.result.exit_code} },
      }))
      println(go("no").stderr)
      const listed = go("ls")
      println(listed.stdout)
      println(listed.combined)
      println(listed.command_policy.annotation)
      println(go("sly").status)
      println(go("try").status)`),
      host,
    );
    expect(lines).toEqual([
      'command not run (status: blocked): never',
      'DID LS -A',
      'DID LS -A',
      '{note: 0}',
      'blocked',
      'dry_run',
    ]);
    expect(ran).toEqual(['ls -a']);
  });

  it('refuses commands in hooks unless they are allowed', async () => {
    const { host } = machine();
    const policy = (more: string) => `command_policy({pre: { about -> go("id"); nil }${more}})`;
    const lines = await printed(
      EXEC +
        program(`
      command_policy_push(${policy('')})
      println(is_err(try { go("ls") }))
      command_policy_pop()
      command_policy_push(${policy(', allow_recursive: true')})
      println(go("ls").stdout)`),
      host,
    );
    expect(lines).toEqual(['true', 'did ls']);
  });

  it.each([
    ['{deny: ["a"]}', 'there is no field `deny`'],
    ['{deny_patterns: "a"}', '`deny_patterns` must be a list of texts'],
    ['{pre: 3}', '`pre` must be a closure'],
  ])('refuses to be %s', async (config, said) => {
    const lines = await printed(
      program(`try { command_policy(${config}) } catch (e) { println(e) }`),
    );
    expect(lines.join('\n')).toContain(said);
  });

  it('is the same after a kill at any commit', async () => {
    const text =
      EXEC +
      program(`
      command_policy_push(command_policy({pre: { about -> if about.request.argv[0] == "rm" { {deny: "no"} } else { nil } }}))
      write_file("a.txt", go("rm", "x").status)
      println(read_file("a.txt"), go("rm", "y").status)
      write_file("b.txt", go("rm", "z").status)
      println(read_file("b.txt"))`);
    const kills = await survivesKills(
      { text },
      () => machine().host,
      async (host) => [await host.fs.readText('a.txt'), await host.fs.readText('b.txt')],
    );
    expect(kills).toBeGreaterThan(1);
  });

  it('holds in a loop that was given one, and only there', async () => {
    const { host, ran } = machine();
    const lines = await printed(
      EXEC +
        program(`
      llm_mock({tool_calls: [{id: "1", name: "run", arguments: {}}]})
      llm_mock({text: "<done>##DONE##</done>"})
      const tools = tool_define(tool_registry(), "run", "Runs.", {handler: { _ -> exec("rm", "x") }})
      const ended = agent_loop("go", nil, {
        tools: tools, max_iterations: 2, policy: {command_policy: {deny_patterns: ["rm *"]}},
      })
      println(contains(json_stringify(ended), "status: blocked"))
      println(exec("rm", "y").success)`),
      host,
    );
    expect(lines).toEqual(['true', 'true']);
    expect(ran).toEqual(['rm y']);
  });
});

describe('a command policy in TypeScript', () => {
  it('holds for the harness that is handed over', async () => {
    const { host, ran } = machine();
    const { value } = await withHarness(
      async (harness) => {
        const inside = await harness.host.withCommandPolicy(
          {
            deny_patterns: ['rm *'],
            pre: ({ request }) =>
              JSON.stringify(request).includes('ls')
                ? { rewrite: { argv: ['ls', '-a'] } }
                : undefined,
          },
          async (inner) => [
            (await inner.process.run({ argv: ['rm', 'x'] })).success,
            (await inner.process.run({ argv: ['ls'] })).stdout,
            (await inner.host.call<{ status: string }>('process.exec', { argv: ['rm', 'x'] }))
              .status,
          ],
        );
        const outside = (await harness.process.run({ argv: ['rm', 'y'] })).success;
        const refused = await harness.host
          .withCommandPolicy({ deny_pattern: [] } as never, async () => null)
          .catch((error: { code: string }) => error.code);
        return [...inside, outside, refused];
      },
      { host },
    );
    expect(value).toEqual([false, 'did ls -a', 'blocked', true, 'HARN-HOS-010']);
    expect(ran).toEqual(['ls -a', 'rm y']);
  });
});
