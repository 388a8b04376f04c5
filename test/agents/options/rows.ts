// What a documented option is proved with: a program, and what it prints only if the option acts. The functions here stand in
// front of every program.

export interface OptionRow {
  readonly option: string;
  readonly program: string;
  readonly prints: readonly string[];
}

export const HELPERS = `
fn echo() {
  return tool_define(tool_registry(), "echo", "Says it again", {
    parameters: {say: "string"}, handler: { args -> args.say },
  })
}
fn fails(times) {
  let left = atomic(times)
  return tool_define(tool_registry(), "fails", "Fails", {parameters: {}, handler: { args ->
    if atomic_get(left) > 0 {
      atomic_add(left, -1)
      throw "not yet"
    }
    return "at last"
  }})
}
fn run(options) { return agent_loop("the task", "the system", {provider: "mock"} + options) }
fn calls(n, name, args) {
  for i in 0 to n exclusive { llm_mock({text: "", tool_calls: [{name: name, arguments: args}]}) }
}
fn texts(list) { for t in list { llm_mock({text: t}) } }
fn has_tool(k, name) { return json_stringify(llm_mock_calls()[k].tools).contains("\\"" + name + "\\"") }
fn snap(s) { return agent_session_snapshot(s) ?? {} }
fn contents(r) { return r.transcript.messages.map({ m -> to_string(m.content) }) }
fn code(f) {
  let r = try { f() }
  return if is_err(r) { to_string(unwrap_err(r)) } else { "accepted" }
}
`;
