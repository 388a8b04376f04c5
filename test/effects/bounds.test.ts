// What restricts a place holds for all that is started there, whichever way it is started, wherever it then runs and however
// late: command policies, paths, authority, budgets, mutation sessions. Killed and resumed it is the same.
import { describe, expect, it } from 'vitest';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { printed, survivesKills } from './scene.ts';

function machine(): MockHost {
  const host = createMockHost({
    cwd: '/work',
    files: { '/bin/sh': '', '/work/a': '', '/out/a': '' },
    env: { SECRET: 'open' },
  });
  host.onCommand(
    () => true,
    () => ({ stdout: 'ran' }),
  );
  return host;
}

/** What a place may do: `true` for each of a command, a file outside and a variable. */
const TRIES = `
fn tries() -> list<bool> {
  const command = host_call("process.exec", {argv: ["rm", "x"]}).status == "completed"
  const path = try { write_file("/out/x", "x") }
  const variable = try { env("SECRET") }
  return [command, !is_err(path), !is_err(variable)]
}
fn after_a_while() -> list<bool> {
  const later = channel("later", 1)
  spawn { send(later, 1) }
  receive(later)
  return tries()
}
`;

/** A loop's tool that says what it may. */
const TOOLS = `llm_mock({tool_calls: [{id: "1", name: "look", arguments: {}}]})
    const tools = tool_define(tool_registry(), "look", "Looks.", {handler: { _ -> send(line, tries()) }})`;

const ALL = '[true, true, true]';
const NONE = '[false, false, false]';

/** A program that does something where a command, a path and a capability are refused; and what it says at its end. */
const within = (body = '', end = '', top = '') => `${TRIES}
${top}
pipeline main(harness: Harness) {
  const line = channel("line", 8)
  const w = spawn_agent({name: "narrow", task: "t", without: ["env"], policy: {workspace_roots: ["/work"]}, body: { _ ->
    command_policy_push({deny_patterns: ["rm *"]})
    ${body}
  }})
  const told = wait_agent(w).result
  if told != nil { println(told) }
  ${end}
}`;

/** Every way to start something, as what a narrow place does and what is said about it. */
const WAYS: readonly (readonly [string, string, string?, string?])[] = [
  ['the place itself', 'return tries()'],
  ['spawn', 'return await(spawn { after_a_while() })'],
  ['parallel', 'return (parallel each [1, 2] { _ -> after_a_while() })[1]'],
  [
    'a task of a pool',
    'const p = pool_create({name: "p"})\nreturn pool_wait(p.submit({ -> after_a_while() })).result',
  ],
  [
    'a task of a pool made elsewhere, begun after its submitter has let go of its policy',
    `const gate = channel("gate", 1)
    shared.submit({ -> receive(gate) })
    const task = shared.submit({ -> tries() })
    command_policy_pop()
    send(gate, 1)
    return pool_wait(task).result`,
    '',
  ],
  [
    'a task of a pool that outlives its submitter',
    'shared.submit({ -> send(line, after_a_while()) })\nreturn nil',
    'println(receive(line))',
  ],
  [
    'a child of a supervisor',
    'supervisor_start({name: "s", children: [{name: "c", restart: {mode: "never"}, task: { _ -> send(line, after_a_while()) }}]})\nreturn nil',
    'println(receive(line))',
  ],
  [
    'a child of a supervisor that is started again',
    `const n = atomic(0)
    supervisor_start({name: "s", children: [{name: "c", restart: {mode: "on_failure", backoff_ms: 0}, task: { _ ->
      if atomic_add(n, 1) == 0 { throw "again" }
      send(line, tries())
    }}]})
    return nil`,
    'println(receive(line))',
  ],
  [
    'a worker',
    'return wait_agent(spawn_agent({task: "u", body: { _ -> after_a_while() }})).result',
  ],
  [
    'a worker that outlives its starter',
    'spawn_agent({task: "u", body: { _ -> send(line, after_a_while()) }})\nreturn nil',
    'println(receive(line))',
  ],
  [
    'a worker that is given more to do by somebody else',
    'return spawn_agent({task: "u", body: { _ -> tries() }})',
    'wait_agent(told)\nsend_input(told, "v")\nprintln(wait_agent(told).result)',
  ],
  [
    'a worker that was suspended and is resumed by somebody else',
    'return spawn_agent({task: "u", options: {resume_when: {on_event: "never"}}, body: { _ -> tries() }})',
    'resume_agent(told, "go")\nprintln(wait_agent(told).result)',
  ],
  ['a generator', 'for x in made() { return x }', '', 'fn made() { yield tries() }'],
  [
    'a generator that is pulled by a task of its own',
    'return await(spawn { made().next().value })',
    '',
    'fn made() { yield tries() }',
  ],
  [
    'a hook that is called later',
    'harness.agent.register_session_hook("PreFinish", nil, { _ -> println(tries()) })\nreturn nil',
  ],
  [
    'a callback for the end of the run',
    'harness.agent.pipeline_on_finish({ h, value -> println(tries()) })\nreturn nil',
  ],
  [
    'a route that somebody else asks',
    `const s = http_server()
    http_server_route(s, "GET", "/", { _ -> http_response_text("${'$'}{tries()}") })
    return s.id`,
    'println(http_server_request(told, {path: "/"}).body)',
  ],
  [
    'a node of a workflow',
    'return workflow_execute("t", workflow_graph({entry: "a", nodes: {a: {kind: "stage", handler: { _ -> "${tries()}" }}}})).run.stages[0].visible_text',
  ],
  [
    'a node of a workflow that is a worker',
    'return workflow_execute("t", workflow_graph({entry: "a", nodes: {a: {kind: "subagent", handler: { _ -> "${tries()}" }}}})).run.stages[0].visible_text',
  ],
  [
    'a tool of a loop',
    `${TOOLS}
    agent_loop("go", nil, {provider: "mock", tools: tools, max_iterations: 1})
    return receive(line)`,
  ],
  [
    'a tool of a sub-agent in the background',
    `${TOOLS}
    return sub_agent_run("go", {provider: "mock", tools: tools, max_iterations: 1, background: true})`,
    'println(receive(line))',
  ],
  [
    'a hook of the tools of somebody else',
    'register_tool_hook({pattern: "*", pre: { _ -> send(line, tries()) }})\nreturn nil',
    `${TOOLS}
    agent_loop("go", nil, {provider: "mock", tools: tools, max_iterations: 1})
    println(receive(line))`,
  ],
  [
    'who follows the events of a session of somebody else',
    'agent_subscribe(agent_session_open("s"), { _ -> send(line, tries()) })\nreturn nil',
    `llm_mock({text: "done"})
    agent_loop("go", nil, {provider: "mock", session_id: "s"})
    println(receive(line))`,
  ],
];

describe('a restriction around the start', () => {
  it('leaves everything to a place without one', async () => {
    expect(await printed(`${TRIES}\npipeline main() { println(tries()) }`, machine())).toEqual([
      ALL,
    ]);
  });

  it.each(WAYS)('holds for %s', async (...[, body, end, top]) => {
    const shared = 'const shared = pool_create({name: "shared", max_concurrent: 1})';
    const text = within(body, end, top).replace('const line', `${shared}\n  const line`);
    const lines = await printed(text, machine());
    expect(lines.at(-1)).toBe(NONE);
  });

  it('holds after a kill at any commit', async () => {
    const text = within(
      `shared.submit({ -> send(line, after_a_while()) })
      supervisor_start({name: "s", children: [{name: "c", restart: {mode: "never"}, task: { _ -> send(line, tries()) }}]})
      spawn_agent({task: "u", body: { _ -> send(line, tries()) }})
      return spawn_agent({task: "v", options: {resume_when: {on_event: "never"}}, body: { _ -> tries() }})`,
      `resume_agent(told, "go")
      const all = [receive(line), receive(line), receive(line), wait_agent(told).result]
      write_file("/work/told", "${'$'}{all}")
      println(all)`,
    )
      .replace('if told != nil { println(told) }', '')
      .replace('const line', 'const shared = pool_create({})\n  const line');
    const kills = await survivesKills({ text }, machine, (host) => host.fs.readText('/work/told'));
    expect(kills).toBeGreaterThan(3);
    const host = machine();
    await printed(text, host);
    expect(await host.fs.readText('/work/told')).toBe(`[${[NONE, NONE, NONE, NONE].join(', ')}]`);
  });

  it('holds for a loop that parked and is resumed by somebody else', async () => {
    const lines = await printed(
      `${TRIES}
pipeline main() {
  const line = channel("line", 8)
  llm_mock({tool_calls: [{id: "p", name: "agent_await_resumption", arguments: {reason: "wait"}}]})
  ${TOOLS}
  llm_mock({text: "done"})
  command_policy_push({deny_patterns: ["rm *"]})
  const parked = agent_loop("go", nil, {
    provider: "mock", tools: tools, max_iterations: 4, policy: {workspace_roots: ["/work"]},
  })
  command_policy_pop()
  println(parked.status)
  resume_agent(parked.handle, "go on")
  println(receive(line))
  println(tries())
}`,
      machine(),
    );
    expect(lines).toEqual(['suspended', '[false, false, true]', ALL]);
  });

  it('is not got round with a handle from outside', async () => {
    const lines = await printed(
      `pipeline main(harness: Harness) {
  const free = harness
  const w = spawn_agent({task: "t", policy: {side_effect_level: "read_only"}, body: { _ ->
    const path = try { free.fs.write_text("/out/x", "x") }
    return [is_err(path), free.fs.read_text("/out/a")]
  }})
  println(wait_agent(w).result)
  free.fs.write_text("/out/x", "x")
  println(free.fs.read_text("/out/x"))
}`,
      machine(),
    );
    expect(lines).toEqual(['[true, ]', 'x']);
  });

  it('is that of the caller for a function that a program calls itself, wherever it was made', async () => {
    const lines = await printed(
      `${TRIES}
pipeline main() {
  const kept = channel("kept", 1)
  const free = { -> tries() }
  const w = spawn_agent({task: "t", without: ["env"], policy: {workspace_roots: ["/work"]}, body: { _ ->
    command_policy_push({deny_patterns: ["rm *"]})
    send(kept, { -> tries() })
    return free()
  }})
  println(wait_agent(w).result)
  println(receive(kept)())
}`,
      machine(),
    );
    expect(lines).toEqual([NONE, ALL]);
  });
});
