// `std/agent/callers`: code around the calls of a loop, also in runs that are killed and resumed.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { survivesKills } from '../effects/scene.ts';
import { HELPERS } from './options/rows.ts';
import { printed as printedBy } from './program.ts';

const IMPORTS = `import { compose, compose_tool_callers, with_retry, with_logging, with_cache, with_budget, with_circuit_breaker, with_required_reason } from "std/agent/callers"`;

const printed = (body: string) =>
  printedBy(`${HELPERS}\npipeline main(harness: Harness) {\n${body}\n}`, { imports: IMPORTS });

describe('callers of a loop', () => {
  it('are composed from the outermost to the call, each asked what the one before it asks', async () => {
    const lines = await printed(`
  texts(["said"])
  let first = { request, next -> "<" + next({system: request.system + " 1"}).text + ">" }
  let second = { request, next -> next({system: request.system + " 2"}).text }
  let plain = { request, next -> next() }
  let wrap = { request, next -> {text: next()} }
  let r = run({llm_caller: compose([first, wrap, second, plain])})
  say([r.text, llm_mock_calls()[0].system.contains("the system 1 2")])
  say([code({ -> compose([3]) })])
  calls(1, "echo", {say: "a"})
  texts(["ok"])
  let louder = { call, next -> next({arguments: {say: call.arguments.say + "!"}}) }
  say([contents(run({tools: echo(), tool_caller: compose_tool_callers([louder, louder])}))])`);
    expect(lines).toEqual([
      '<said> true',
      'compose: a list of callers was expected, got int in it',
      '[the task, , a!!, ok]',
    ]);
  });

  it('try again what may pass, and nothing else', async () => {
    const lines = await printed(`
  llm_mock({error: {category: "rate_limit", message: "no"}})
  llm_mock({error: {category: "overloaded", message: "no"}})
  texts(["ok"])
  say([run({llm_retries: 0, llm_caller: with_retry({backoff_ms: 0})}).text])
  llm_mock({error: {category: "auth", message: "no"}})
  texts(["left"])
  let failed = try { run({llm_retries: 0, llm_caller: with_retry({backoff_ms: 0})}) }
  say([unwrap_err(failed).category])
  llm_mock_clear()
  calls(1, "fails", {})
  texts(["ok"])
  say([contents(run({tools: fails(2), tool_caller: with_retry({backoff_ms: 0})}))])
  say([code({ -> with_retry({atempts: 2}) })])`);
    expect(lines).toEqual([
      'ok',
      'auth',
      '[the task, , at last, ok]',
      'with_retry: there is no option "atempts"; expected backoff_ms, categories, max_attempts',
    ]);
  });

  it('let a loop that is out of budget end as such', async () => {
    const lines = await printed(`
  texts(["a"])
  let r = run({budget: {max_input_tokens: 1}, llm_caller: compose([with_logging({sink: { e -> nil }}), with_retry(), with_circuit_breaker()])})
  say([r.status])`);
    expect(lines).toEqual(['budget_exhausted']);
  });

  it('tell of calls of models and of tools', async () => {
    const lines = await printed(`
  llm_mock({text: "", input_tokens: 3, output_tokens: 2, tool_calls: [{name: "fails", arguments: {}}]})
  texts(["ok"])
  let sink = { e -> say([e.label, e.kind, e.name, e.iteration, e.ok, e?.input_tokens, e?.error != nil]) }
  let caller = with_logging({label: "x", sink: sink})
  run({tools: fails(1), llm_caller: caller, tool_caller: caller})`);
    expect(lines[0]).toBe('x model nil 1 true 3 false');
    expect(lines[1]).toBe('x tool fails 1 false 0 true');
    expect(lines).toHaveLength(3);
  });

  it('answer the same request once, as long as it is kept', async () => {
    const lines = await printed(`
  let made = atomic(0)
  let tools = tool_define(tool_registry(), "look", "Looks", {parameters: {at: "string"}, handler: { a ->
    atomic_add(made, 1)
    return a.at
  }})
  for at in ["a", "a", "b", "c", "a"] { calls(1, "look", {at: at}) }
  texts(["ok"])
  run({tools: tools, loop_detect_skip: 0, loop_detect_block: 0, tool_caller: with_cache({max_entries: 2})})
  say([atomic_get(made)])
  llm_mock_clear()
  texts(["one", "two"])
  let cached = with_cache()
  say([run({llm_caller: cached}).text, run({llm_caller: cached}).text])`);
    expect(lines).toEqual(['4', 'one one']);
  });

  it('refuse what is over their budget, and what keeps failing', async () => {
    const lines = await printed(`
  texts(["a", "b", "c"])
  let over = run({persistent: true, llm_caller: with_budget({max_calls: 2})})
  say([over.status, over.llm.iterations, len(llm_mock_calls())])
  llm_mock_clear()
  let breaker = with_circuit_breaker({failures: 2, cooldown_ms: 1000})
  for i in 0 to 3 exclusive { llm_mock({error: {category: "server_error", message: "no"}}) }
  for i in 0 to 3 exclusive {
    let r = try { run({llm_retries: 0, llm_caller: breaker}) }
    say([unwrap_err(r).category])
  }
  say([len(llm_mock_calls())])`);
    expect(lines).toEqual([
      'budget_exhausted 2 2',
      'server_error',
      'server_error',
      'circuit_open',
      '2',
    ]);
  });

  it('want to know why a tool is called', async () => {
    const lines = await printed(`
  calls(1, "echo", {say: "x"})
  calls(1, "echo", {say: "x", reason: "to see"})
  texts(["ok"])
  let r = run({tools: echo(), tool_caller: with_required_reason({min_chars: 3})})
  say([contents(r)[2].contains("reason"), contents(r)[4], r.tools.successful])`);
    expect(lines).toEqual(['true x [echo]']);
  });

  it('come to the same in a run that is killed after any commit', async () => {
    const text = `${IMPORTS}
${HELPERS}
pipeline main(harness: Harness) {
  llm_mock({error: {category: "rate_limit", message: "no"}})
  for i in 0 to 6 exclusive { calls(1, "note", {say: "\${i % 2}", reason: "why"}) }
  let tools = tool_define(tool_registry(), "note", "Notes", {parameters: {say: "string"}, handler: { args ->
    append_file("notes.txt", args.say)
    return args.say
  }})
  let r = run({tools: tools, llm_retries: 0,
    llm_caller: compose([with_budget({max_calls: 4}), with_circuit_breaker({failures: 2}), with_retry({backoff_ms: 0})]),
    tool_caller: compose_tool_callers([with_cache({key: { c -> c.arguments.say }}), with_required_reason()])})
  println(r.status)
  println(contents(r))
}`;
    const newHost = () => createMockHost();
    const kills = await survivesKills({ text }, newHost, async (host) =>
      host.fs.readText('/work/notes.txt'),
    );
    expect(kills).toBeGreaterThan(3);
  });
});
