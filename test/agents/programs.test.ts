// Agents in Harn programs: tools as declarations and as registries, sessions, the loop, its callbacks.
import { describe, expect, it } from 'vitest';
import { printed } from './program.ts';

describe('tool registries', () => {
  it('hold what was defined, in one shape', async () => {
    const lines = await printed(`
pipeline main() {
  let empty = tool_registry()
  let one = tool_define(empty, "search", "Finds text", {
    parameters: {query: "string", limit: {type: "int", default: 5}},
    returns: {type: "list"},
    team: "docs",
    handler: { args -> args.query },
  })
  let both = tool_define(one, "read", "Reads", {parameters: {path: {type: "string"}}, handler: { a -> a.path }})
  say([tool_count(empty), tool_count(both)])
  let found = tool_find(both, "search")
  say([found.parameters.query.type, found.parameters.limit.required, found.executor, found.team])
  say([found.outputSchema.type, tool_find(both, "none")])
  say([tool_count(tool_select(both, ["read"])), tool_count(tool_remove(both, "read"))])
  say([json_stringify(tool_schema(tool_select(both, ["read"])))])
  say([contains(tool_prompt(both), "Available Tools"), tool_describe(tool_select(both, ["read"]))])
  let calls = tool_parse_call("<tool_call>read({path: 'a'})</tool_call>")
  say([calls[0].name, calls[0].arguments.path, len(tool_parse_call("words"))])
  say([tool_format_result("read", "text")])
}`);
    expect(lines).toEqual([
      '0 2',
      'string false harn docs',
      'list nil',
      '1 1',
      '{"schema_version":"harn-tools/1.0","tools":[{"description":"Reads","inputSchema":{"properties":{"path":{"type":"string"}},"required":["path"],"type":"object"},"name":"read"}]}',
      'true read(path): Reads',
      'read a 0',
      '<tool_result>{"name": "read", "result": "text"}</tool_result>',
    ]);
  });

  it.each<[string, string]>([
    ['{parameters: {}}', 'has no `handler` and no `executor`'],
    ['{executor: "rocket"}', 'unknown executor "rocket"'],
    ['{executor: "host_bridge"}', 'missing `host_capability`'],
    ['"words"', 'config must be a dict'],
  ])('refuse a tool declared with %s', async (config, text) => {
    const source = `pipeline main() { tool_define(tool_registry(), "t", "T", ${config}) }`;
    await expect(printed(source)).rejects.toThrow(text);
  });
});

describe('an agent in a program', () => {
  it('may have code around its calls, notes of its model, and pieces of answers', async () => {
    const lines = await printed(`
pipeline main() {
  llm_mock({text: "", tool_calls: [{id: "c1", name: "add", arguments: {a: 1, b: 2}}]})
  llm_mock({text: "Done."})
  let tools = tool_define(tool_registry(), "add", "Adds", {
    parameters: {a: "int", b: "int"}, handler: { args -> args.a + args.b },
  })
  let r = agent_loop("add", "be good", {
    provider: "mock",
    session_id: "s",
    tools: tools,
    scratchpad: {goal: "sum"},
    llm_caller: { asked, next ->
      say([asked.iteration, asked.system.contains("sum"), len(asked.messages)])
      next()
    },
    tool_caller: { asked, next -> next({arguments: {a: asked.arguments.a + 39, b: 2}}) },
  })
  say([r.status, r.transcript.messages[2].content, agent_session_scratchpad("s").goal])
  say([agent_session_set_scratchpad("s", {}).version])
}`);
    expect(lines).toEqual(['1 true 1', '2 true 3', 'done 42 sum', '1']);
  });

  it('calls declared tools with their defaults, and closures that keep what they saw', async () => {
    const lines = await printed(`
tool add(a: int, b: int = 10) -> int {
  description "Adds"
  a + b
}
pipeline main(harness: Harness) {
  var seen = []
  let tools = tool_define(add, "keep", "Keeps", {
    parameters: {what: "string"},
    handler: { args, call ->
      seen = seen.push(args.what)
      "\${agent_session_current_id()} \${len(call.idempotency_key) > 0}"
    },
  })
  llm_mock({tool_calls: [{name: "add", arguments: {a: 1}}, {name: "keep", arguments: {what: "x"}}]})
  llm_mock({tool_calls: [{name: "add", arguments: {a: "one"}}]})
  llm_mock({text: "All done."})
  let result = harness.agent.loop("sum", "be exact", {tools: tools, session_id: "sums"})
  say([result.status, result.visible_text, result.llm.iterations, seen])
  for message in result.transcript.messages {
    say([message.role, message.content])
  }
}`);
    expect(lines).toEqual([
      'done All done. 3 [x]',
      'user sum',
      'assistant ',
      'tool 11',
      'tool sums true',
      'assistant ',
      expect.stringContaining('"error":"schema_validation"'),
      'assistant All done.',
    ]);
  });

  it('persists until it is done, in the older call shape, with callbacks', async () => {
    const lines = await printed(`
pipeline main() {
  let id = agent_session_open("chat")
  agent_subscribe(id, { event -> say(["event", event.type]) })
  llm_mock({text: "Thinking."})
  llm_mock({text: "Ready. ##DONE##"})
  let result = agent_loop("go", nil, {session_id: id, persistent: true, nudge: "More.", max_nudges: 3})
  say([result.status, agent_session_length(id), result.tools.mode])
  let branch = agent_session_fork_at(id, 1, "branch")
  say([agent_session_length(branch), agent_session_ancestry(branch).root_id])
  say([len(load_agent_session_replay_events(id))])
  agent_session_close(branch)
  say([agent_session_exists(branch), agent_session_trim(id, 2)])
}`);
    expect(lines).toEqual([
      'event turn_start',
      'event agent_message_chunk',
      'event turn_end',
      'event feedback_injected',
      'event turn_start',
      'event agent_message_chunk',
      'event turn_end',
      'done 4 none',
      '1 chat',
      '7',
      'false 2',
    ]);
  });

  it('hands work to a sub-agent with a session of its own', async () => {
    const lines = await printed(`
pipeline main() {
  let tools = tool_define(tool_registry(), "read", "Reads", {parameters: {path: "string"}, handler: { a -> "text of " + a.path }})
  let more = tool_define(tools, "write", "Writes", {handler: { a -> "written" }})
  let parent = tool_define(tool_registry(), "delegate", "Delegates", {handler: { args ->
    sub_agent_run("look", {tools: more, allowed_tools: ["read"], session_id: "child", returns: {schema: {type: "object", required: ["n"]}}})
  }})
  llm_mock({tool_calls: [{name: "delegate", arguments: {}}]})
  llm_mock({tool_calls: [{name: "write", arguments: {}}, {name: "read", arguments: {path: "a"}}]})
  llm_mock({text: "Found {\\"n\\": 3}"})
  llm_mock({text: "Thanks."})
  let result = agent_loop("go", nil, {tools: parent, session_id: "parent"})
  let envelope = json_parse(result.transcript.messages[2].content)
  say([result.status, envelope.ok, envelope.data.n, envelope.session_id, envelope.error.category, envelope.error.tool])
  say([agent_session_length("child"), agent_session_length("parent")])
  say([agent_session_ancestry("child").parent_id])
  say([contains(json_stringify(envelope.transcript), "permission_denied")])
  for event in result.transcript.events {
    if event.kind != "message" { say([event.kind, event.metadata.child_session_id]) }
  }
  llm_mock({error: {category: "auth", message: "no key"}})
  let failed = sub_agent_run("look", {llm_retries: 0})
  say([failed.ok, failed.error.category])
}`);
    expect(lines).toEqual([
      'done false 3 child permission_denied write',
      '6 4',
      'parent',
      'true',
      'sub_agent_start child',
      'sub_agent_result child',
      'false auth',
    ]);
  });

  it('can be told apart from its program: what a tool throws is told, exit ends the run', async () => {
    const lines = await printed(`
pipeline main() {
  let tools = tool_define(tool_registry(), "fails", "Fails", {handler: { args -> throw "no luck" }})
  let more = tool_define(tools, "leave", "Leaves", {handler: { args -> exit(0) }})
  llm_mock({tool_calls: [{name: "fails", arguments: {}}]})
  llm_mock({tool_calls: [{name: "leave", arguments: {}}]})
  let result = agent_loop("go", nil, {tools: more, post_turn_callback: { turn -> println(turn.tool_results[0].status) }})
  say(["not reached"])
}`);
    expect(lines).toEqual(['error']);
  });
});

it('a loop tells its model of a tool beyond the policy, and denies the call without running it', async () => {
  const text = `
var ran = 0
fn kit() {
  var tools = tool_registry()
  for name in ["look", "wipe"] {
    tools = tool_define(tools, name, "Does it", {parameters: {}, handler: { _a -> ran = ran + 1 }})
  }
  return tools
}
pipeline main() {
  for format in ["native", "text"] {
    llm_mock(if format == "native" {
      {text: "", tool_calls: [{id: "c1", name: "wipe", arguments: {}}]}
    } else {
      {text: "<tool_call>\\nwipe({})\\n</tool_call>"}
    })
    let out = agent_loop("go", nil, {provider: "mock", tools: kit(), tool_format: format, max_iterations: 1, policy: {tools: ["look"]}})
    let call = llm_mock_calls()[0]
    let told = json_stringify(call.tools).contains("wipe") || to_string(call.system).contains("wipe")
    say([told, out.tools.rejected, json_stringify(out.transcript).contains("permission_denied"), ran])
    llm_mock_clear()
  }
}
`;
  expect(await printed(text)).toEqual(['true [wipe] true 0', 'true [wipe] true 0']);
});
