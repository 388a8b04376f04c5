// Tools that the host runs, in Harn programs.
import { describe, expect, it } from 'vitest';
import { printed } from './program.ts';

const LOOP = `
fn looked() {
  let tools = tool_define(tool_registry(), "look", "Looks", {
    parameters: {at: "string"}, executor: "host_bridge", host_capability: "editor.look"})
  llm_mock({tool_calls: [{name: "look", arguments: {at: "it"}}]})
  llm_mock({text: "done"})
  return agent_loop("look around", nil, {provider: "mock", tools: tools})
}`;

describe('a tool with the executor host_bridge', () => {
  it('is run by what the host offers, here what was prepared', async () => {
    const lines = await printed(`${LOOP}
pipeline main() {
  host_mock("editor", "look", {result: "seen", params: {at: "it"}})
  println(looked().transcript.messages.filter({ m -> m.role == "tool" })[0].content)
  println(host_mock_calls())
}`);
    expect(lines).toEqual(['seen', '[{capability: editor, operation: look, params: {at: it}}]']);
  });

  it('is refused by name where the host does not offer it', async () => {
    await expect(printed(`${LOOP}\npipeline main() { looked() }`)).rejects.toThrow('editor.look');
  });
});
