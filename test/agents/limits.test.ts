// Where workers work and what they may call, in Harn programs: closures among the rules, tools of a stage, hooks.
import { describe, expect, it } from 'vitest';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';

async function printed(code: string): Promise<string[]> {
  const loaded = await loadProgram({ code, name: 'limits.harn' }, { cwd: '/work' });
  if (loaded.program === undefined) {
    throw new Error(loaded.diagnostics.map((each) => each.message).join('\n'));
  }
  const out: string[] = [];
  await using store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const host = createMockHost({
    env: { COLOR: 'plain' },
    files: { '/work/note.txt': 'root', '/work/a/note.txt': 'in a' },
  });
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: { write: (_stream, line) => void out.push(line) },
  });
  const result = await engine.start(loaded.program).done;
  if (result.status !== 'settled') throw new Error(result.status);
  if (!result.main.ok) throw new Error(uncaughtText(result.main.error));
  return out.join('').trimEnd().split('\n');
}

const TOOLS = `
fn notes() {
  return tool_define(tool_registry(), "read_note", "Reads", {
    parameters: {path: "string"},
    handler: { args -> "\${env("COLOR")} \${cwd()} \${read_file(args.path)}" },
  })
}
fn kinds(transcript) {
  return transcript.events.filter({ e -> e.kind.starts_with("Permission") }).map({ e -> e.kind }).join(" ")
}`;

describe('a worker in a program', () => {
  it('works where it is told to, with the tools of its stage and of its sub-agents', async () => {
    const lines = await printed(`${TOOLS}
pipeline main() {
  let execution = {cwd: "a", env: {COLOR: "red"}}
  llm_mock({tool_calls: [{name: "read_note", arguments: {path: "note.txt"}}]})
  llm_mock({text: "done"})
  let worker = spawn_agent({task: "read", wait: true, execution: execution,
    node: {kind: "stage", mode: "agent", model_policy: {provider: "mock"}, tools: notes()}})
  println(worker.result.transcript.messages[2].content)
  llm_mock({tool_calls: [{name: "read_note", arguments: {path: "note.txt"}}]})
  llm_mock({text: "done"})
  let envelope = sub_agent_run("read", {provider: "mock", tools: notes(), execution: execution})
  println(envelope.transcript.messages[2].content)
  println(env("COLOR") + " " + read_file("note.txt"))
}`);
    expect(lines).toEqual(['red /work/a in a', 'red /work/a in a', 'plain root']);
  });

  it('is limited by closures over arguments, and asks the closure it was given', async () => {
    const lines = await printed(`${TOOLS}
pipeline main() {
  llm_mock({tool_calls: [
    {id: "1", name: "read_note", arguments: {path: "note.txt"}},
    {id: "2", name: "read_note", arguments: {path: "a/note.txt"}},
    {id: "3", name: "read_note", arguments: {path: "b"}},
  ]})
  llm_mock({text: "done"})
  let worker = spawn_agent({task: "read", wait: true,
    permissions: {
      deny: {read_note: { args -> args.path != "note.txt" }},
      on_escalation: { request -> if request.args.path == "a/note.txt" { {grant: "once"} } else { false } },
    },
    node: {kind: "stage", mode: "agent", model_policy: {provider: "mock"}, tools: notes()}})
  println(kinds(worker.result.transcript))
  println(worker.result.result.tools.rejected)
}`);
    expect(lines).toEqual([
      'PermissionGrant PermissionEscalation PermissionGrant PermissionEscalation PermissionDeny',
      '[read_note]',
    ]);
  });

  it('is watched by hooks, by either name', async () => {
    const lines = await printed(`${TOOLS}
pipeline main(harness: Harness) {
  harness.tools.register_hook({pattern: "read_*", pre: { event -> {args: {path: "a/note.txt"}} }})
  register_tool_hook({post: { event -> uppercase(event.result.text) }})
  llm_mock({tool_calls: [{name: "read_note", arguments: {path: "note.txt"}}]})
  llm_mock({text: "done"})
  let result = agent_loop("read", nil, {provider: "mock", tools: notes()})
  println(result.transcript.messages[2].content)
  harness.tools.clear_hooks()
  llm_mock({tool_calls: [{name: "read_note", arguments: {path: "note.txt"}}]})
  llm_mock({text: "done"})
  println(agent_loop("read", nil, {provider: "mock", tools: notes()}).transcript.messages[2].content)
}`);
    expect(lines).toEqual(['PLAIN /WORK IN A', 'plain /work root']);
  });
});
