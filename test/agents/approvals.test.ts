// Approval policies in Harn programs: of a loop, of sub-agents and workers below it, and of workflows.
import { describe, expect, it } from 'vitest';
import { printed } from './program.ts';

const TOOLS = `
fn tools() {
  var all = tool_registry()
  for name in ["read_note", "write_note"] {
    all = tool_define(all, name, "A note", {parameters: {}, handler: { _args -> "did " + name }})
  }
  return all
}
fn said() {
  llm_mock({tool_calls: [{name: "read_note", arguments: {}}, {name: "write_note", arguments: {}}]})
  llm_mock({text: "done"})
}
fn shown(transcript) {
  return transcript.messages.filter({ m -> m.role == "tool" }).map({ m -> m.content.split("matches")[0].trim() })
}`;

describe('an approval policy in a program', () => {
  it('asks people by name, with prepared answers in tests', async () => {
    const lines = await printed(`${TOOLS}
pipeline main() {
  for answer in [{approved: true, reviewer: "ada"}, {approved: false, reviewer: "ada", reason: "no"}] {
    said()
    host_mock_clear()
    host_mock("hitl", "approval", answer)
    let result = agent_loop("go", nil, {provider: "mock", tools: tools(),
      approval_policy: {require_approval: ["write*"], auto_approve: ["read*"]}})
    println(result.tools.rejected)
  }
}`);
    expect(lines).toEqual(['[]', '[write_note]']);
  });

  it('holds for sub-agents and workers that are started below it', async () => {
    const lines = await printed(`${TOOLS}
pipeline main() {
  for start in ["sub", "worker"] {
    let delegate = { _args ->
      if start == "sub" {
        return shown(sub_agent_run("go", {provider: "mock", tools: tools()}).transcript)
      }
      let worker = spawn_agent({task: "go", wait: true,
        node: {kind: "stage", mode: "agent", model_policy: {provider: "mock"}, tools: tools()}})
      return shown(worker.result.transcript)
    }
    llm_mock({tool_calls: [{name: "delegate", arguments: {}}]})
    said()
    llm_mock({text: "done"})
    let outer = tool_define(tool_registry(), "delegate", "Delegates", {parameters: {}, handler: delegate})
    let result = agent_loop("go", nil, {provider: "mock", tools: outer, approval_policy: {auto_deny: ["write*"]}})
    println(shown(result.transcript)[0].contains("did read_note") && !shown(result.transcript)[0].contains("did write_note"))
  }
}`);
    expect(lines).toEqual(['true', 'true']);
  });

  it('is one of a stage, of a graph, or of a whole execution', async () => {
    const lines = await printed(`${TOOLS}
pipeline main() {
  let rule = {auto_deny: ["write*"]}
  for at in ["node", "graph", "options", "nowhere"] {
    said()
    let node = {kind: "stage", mode: "agent", model_policy: {provider: "mock"}, tools: tools()}
    let graph = {entry: "act", nodes: {act: if at == "node" { node + {approval_policy: rule} } else { node }},
      edges: [], approval_policy: if at == "graph" { rule } else { {} }}
    let result = workflow_execute("go", graph, [], if at == "options" { {approval_policy: rule} } else { {} })
    println(shown(result.transcript))
  }
}`);
    const limited =
      '[did read_note, {"error":"permission_denied","tool":"write_note","reason":"\\"write_note\\"]';
    expect(lines).toEqual([limited, limited, limited, '[did read_note, did write_note]']);
  });
});
