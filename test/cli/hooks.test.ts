// `[[hooks]]` of harn.toml: they watch every run of the project, and a run keeps those that it began with.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cli } from './cli.ts';

const MANIFEST = `
[package]
name = "guarded"

[[hooks]]
event = "PreToolUse"
pattern = "tool.name =~ '^write'"
handler = "guarded::refuse"

[[hooks]]
event = "PostToolUse"
handler = "guarded::mark"
`;

const LIB = `
pub fn refuse(event) { return {deny: "\${event.tool.name} is not for you"} }
pub fn mark(event) { return "[\${event.result.text}]" }
`;

const LOOP = `
pipeline default(task) {
  var tools = tool_registry()
  tools = tool_define(tools, "write_it", "Writes", {parameters: {}, handler: { args -> "written" }})
  tools = tool_define(tools, "read_it", "Reads", {parameters: {}, handler: { args -> "a text" }})
  if task == "later" { waitpoint_wait("go") }
  llm_mock({tool_calls: [{id: "a", name: "write_it", arguments: {}}]})
  llm_mock({tool_calls: [{id: "b", name: "read_it", arguments: {}}]})
  llm_mock({text: "##DONE##"})
  agent_loop("work", nil, {provider: "mock", tools: tools, max_iterations: 3})
  for call in llm_mock_calls() {
    for message in call.messages { if message.role == "tool" { println(message.content) } }
  }
}
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 120_000);
afterAll(() => cli.remove());

it('watch the tools of every program in the project, also in a run that goes on without them', () => {
  const here = cli.project({ 'harn.toml': MANIFEST, 'lib.harn': LIB, 'loop.harn': LOOP });
  const ran = here.harn('run', 'loop.harn');
  expect(ran).toMatchObject({ status: 0 });
  expect(ran.stdout).toContain('write_it is not for you');
  expect(ran.stdout).toContain('[a text]');
  expect(ran.stdout).not.toContain('written');
  const parked = here.harn('run', '--task', 'later', 'loop.harn');
  const run = /harn resume (\S+)/.exec(parked.stderr)?.[1] ?? '';
  rmSync(here.path('harn.toml'));
  rmSync(here.path('lib.harn'));
  here.harn('waitpoints', 'complete', 'go', 'now');
  expect(here.harn('resume', run)).toMatchObject({ status: 0, stdout: ran.stdout });
}, 120_000);

it('that make no sense stop a program before it starts', () => {
  const here = cli.project({ 'harn.toml': MANIFEST, 'loop.harn': LOOP });
  const refused = here.harn('run', 'loop.harn');
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('HARN-SRC-007');
  expect(refused.stdout).toBe('');
}, 120_000);
