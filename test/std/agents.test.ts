// std/agents, std/context and std/agent_state as programs use them.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { printed } from '../agents/program.ts';

const run = (text: string, ...modules: readonly string[]) =>
  printed(text, { imports: modules.map((name) => `import "${name}"`).join('\n') });

describe('a task', () => {
  const flow = `const flow = workflow({
    name: "note",
    act: {mode: "llm", context: context([section("brief", "Stay short.")])},
    verify: {assert_text: "GOOD"},
    repair: {mode: "llm"},
  })`;

  it('that is checked is repaired until the check agrees, and its context is shown', async () => {
    const lines = await run(
      `
${flow}
pipeline main() {
  llm_mock({text: "first try"})
  llm_mock({text: "GOOD at last"})
  let result = task_run("Write", flow, {provider: "mock"})
  say([result.status, result.act.visible_text, result.repair.visible_text, result.verify.status])
  say([result.text, result.workflow_name, len(result.run.stages)])
  say([contains(json_stringify(llm_mock_calls()[0].messages), "Stay short.")])
}`,
      'std/agents',
      'std/context',
    );
    expect(lines).toEqual([
      'completed first try GOOD at last completed',
      'GOOD at last note 4',
      'true',
    ]);
  });

  it('whose check never agrees needs attention, after as many repairs as it may have', async () => {
    const lines = await run(
      `
${flow}
pipeline main() {
  let once = task_run("Write", flow, {provider: "mock"})
  let never = task_run("Write", flow + {max_repairs: 0}, {provider: "mock"})
  let unchecked = task_run("Write", workflow({act: {mode: "llm"}}), {provider: "mock"})
  say([once.status, len(once.run.stages), never.status, len(never.run.stages), unchecked.status])
}`,
      'std/agents',
      'std/context',
    );
    expect(lines).toEqual(['needs_attention 4 needs_attention 2 completed']);
  });

  it('goes on from an earlier one', async () => {
    const lines = await run(
      `
pipeline main() {
  let flow = workflow({act: {mode: "llm"}})
  let first = task_run("one", flow, {provider: "mock"})
  let second = workflow_continue(first, "two", flow, {provider: "mock"})
  let said = transcript_render_visible(second.transcript)
  say([contains(said, "one"), contains(said, "two")])
  say([transcript_summary(workflow_compact(second, {strategy: "truncate", keep_last: 1})) != nil])
}`,
      'std/agents',
    );
    expect(lines).toEqual(['true true', 'true']);
  });
});

describe('results and sessions', () => {
  it('of anything are records and conversations that can be kept, copied, reset and read again', async () => {
    const lines = await run(
      `
pipeline main() {
  let call = llm_call("hello", nil, {provider: "mock"})
  let saved = workflow_result_persist("greet", "greeter", call, [], {persist_path: "runs/greet.json"})
  let session = workflow_session_restore(saved.path)
  say([session.workflow_id, session.message_count, session.transcript_state])
  let forked = workflow_session_fork(session)
  say([forked.transcript_state, session.transcript_state, forked.transcript.id != session.transcript.id])
  let back = workflow_session_resume(workflow_session_archive(forked))
  let short = workflow_session_compact(back, {strategy: "truncate", keep_last: 1})
  let fresh = workflow_session_reset(short, true)
  say([back.transcript_state, short.summary != nil, fresh.message_count, fresh.summary == short.summary, fresh.workflow_id])
  say([workflow_session_reset(short).summary, workflow_session_new({a: 1}).message_count])
  let emptied = workflow_reset(short, true)
  say([transcript_summary(emptied) == short.summary, len(transcript_messages(emptied)), transcript_summary(workflow_reset(short))])
  let kept = workflow_session_persist(short, "runs/short.json")
  say([kept.run.persisted_path, workflow_session_restore("runs/short.json").summary == short.summary])
  say([workflow_result_text("words"), workflow_result_text(nil) == "", workflow_result_text({result: {text: "deep"}})])
}`,
      'std/agents',
    );
    expect(lines).toEqual([
      'greeter 2 active',
      'forked active true',
      'active true 0 true greeter',
      'nil 0',
      'true 0 nil',
      'runs/short.json true',
      'words true deep',
    ]);
  });

  it('workers come along', async () => {
    const lines = await printed(
      `
pipeline main() {
  let worker = spawn_agent({task: "count", body: { task -> "did " + task }})
  say([worker_result(wait_agent(worker))])
}`,
      { imports: 'import { spawn_agent, wait_agent } from "std/agents"' },
    );
    expect(lines).toEqual(['did count']);
  });
});

describe('a plan', () => {
  it('is done as a workflow, with itself as an artifact', async () => {
    const lines = await run(
      `
pipeline main() {
  let plan = action_graph({steps: [
    {id: "look", kind: "research", title: "Look"},
    {title: "Mend", tools: ["edit"]},
    {title: "Tell", tools: ["edit"]},
  ]})
  say([len(plan.actions), len(action_graph_batches(plan, ["look"])), contains(action_graph_render(plan), "## EXECUTE")])
  let config = {research: {model_policy: {provider: "mock"}}, execute: {model_policy: {provider: "mock"}}}
  let ran = action_graph_run("Mend the clock", plan, config)
  say([ran.status, len(ran.run.stages), ran.batches[1].count, ran.action_graph.actions[0].title])
  say([len(ran.run.artifacts.filter({ one -> one.kind == "plan" }))])
}`,
      'std/agents',
    );
    expect(lines).toEqual(['3 1 true', 'completed 2 2 Look', '1']);
  });
});

describe('a context', () => {
  it('renders its sections under their names, and cuts where it is told to', async () => {
    const lines = await run(
      `
pipeline main() {
  let ctx = context([section("a", "words"), context_attach("b", "x.txt", "content", {max_chars: 9}), section("c", {n: 1}), section("d", nil)])
  println(context_render(ctx, {separator: "|"}))
  println(context_render(context([section("a", "words")], {max_chars: 5})))
  let asked = prompt_compose("Do it", ctx, {system: "be kind", task_label: "Work"})
  say([asked.system, contains(asked.prompt, "<label>Work</label>"), contains(asked.prompt, asked.rendered_context)])
  say([contains(prompt_compose("Do it", nil).prompt, "workflow_context"), context_render(nil) == ""])
}`,
      'std/context',
    );
    expect(lines).toEqual([
      '[a]',
      'words|[b]',
      'Path: x.t|[c]',
      '{"n":1}',
      '[a]',
      'w',
      'be kind true true',
      'false true',
    ]);
  });
});

describe('agent state', () => {
  it('is kept under keys, listed in order, handed over and read by a later handle', async () => {
    const host = createMockHost();
    const imports = 'import "std/agent_state"';
    const lines = await printed(
      `
pipeline main() {
  let state = agent_state_init("state", {session_id: "s1", writer_id: "planner"})
  agent_state_write(state, "plan.md", "# Plan")
  agent_state_write(state, "notes/a.json", {n: 1})
  agent_state_handoff(state, {status: "ready"})
  say([state.root, state.writer.writer_id, json_stringify(agent_state_list(state))])
  agent_state_delete(state, "plan.md")
  agent_state_delete(state, "plan.md")
  say([agent_state_read(state, "plan.md"), agent_state_read(state, "notes/a.json")])
}`,
      { host, imports },
    );
    expect(lines).toEqual([
      '/work/state planner ["__handoff.json","notes/a.json","plan.md"]',
      'nil {"n":1}',
    ]);
    const later = await printed(
      `
pipeline main() {
  let state = agent_state_resume("state", "s1")
  let note = json_parse(agent_state_read(state, agent_state_handoff_key()))
  say([note.summary.status, note.session_id, note.handoff])
}`,
      { host, imports },
    );
    expect(later).toEqual(['ready s1 nil']);
  });

  it('belongs to the writer that wrote last, when a handle insists on it', async () => {
    const lines = await run(
      `
pipeline main() {
  let first = agent_state_init("state", {session_id: "s1", writer_id: "a"})
  agent_state_write(first, "k", "one")
  let loose = agent_state_resume("state", "s1", {writer_id: "b", conflict_policy: "warn"})
  agent_state_write(loose, "k", "two")
  let strict = agent_state_resume("state", "s1", {writer_id: "a", conflict_policy: "error"})
  let refused = try { agent_state_write(strict, "k", "three") } catch (e) { to_string(e) }
  say([agent_state_read(strict, "k"), contains(refused, "previously written by 'b'")])
}`,
      'std/agent_state',
    );
    expect(lines).toEqual([
      "warning: agent_state_write: 'k' was previously written by 'a', and 'b' writes it now",
      'two true',
    ]);
  });

  it.each([
    'agent_state_write(s, "../x", "y")',
    'agent_state_write(s, "/x", "y")',
    'agent_state_write(s, "a//b", "y")',
    'agent_state_read(s, ".writers/x")',
    'agent_state_read({}, "x")',
    'agent_state_init("r", {session_id: "a/b"})',
    'agent_state_init("r", {conflict_policy: "fight"})',
    'agent_state_resume("r", "never")',
  ])('refuses %s', async (call) => {
    const text = `pipeline main() { let s = agent_state_init("state", {session_id: "s"})\n ${call} }`;
    await expect(run(text, 'std/agent_state')).rejects.toThrow(/agent_state/);
  });
});
