// Each option and field of agent_loop that is documented, as a program that prints something else where it does nothing.
import type { OptionRow } from './rows.ts';

export const LOOP_ROWS: readonly OptionRow[] = [
  {
    option: 'result keys',
    program: `
  texts(["hi"])
  let r = run({})
  say(["status","text","visible_text","llm","tools","deferred_user_messages","daemon_state","daemon_snapshot_path","task_ledger","trace","transcript"].map({ k -> r.has(k) }))
  say(["iterations","duration_ms","input_tokens","output_tokens"].map({ k -> type_of(r.llm[k]) }))
  say(["calls","successful","rejected","mode"].map({ k -> type_of(r.tools[k]) }))
  say(["native_text_tool_fallbacks","native_text_tool_fallback_rejections","empty_completion_retries"].map({ k -> type_of(r.trace[k]) }))
  say([r.status, r.daemon_state, r.tools.mode])`,
    prints: [
      'true true true true true true true true true true true',
      'int int int int',
      'list list list string',
      'int int int',
      'done done none',
    ],
  },
  {
    option: 'persistent',
    program: `
  texts(["a", "##DONE##"])
  say([run({persistent: true}).llm.iterations])
  llm_mock_clear()
  texts(["a", "##DONE##"])
  say([run({}).llm.iterations])`,
    prints: ['2', '1'],
  },
  {
    option: 'loop_until_done',
    program: `
  texts(["a", "##DONE##"])
  say([run({loop_until_done: true}).llm.iterations])`,
    prints: ['2'],
  },
  {
    option: 'max_iterations',
    program: `
  calls(9, "echo", {say: "x"})
  let r = run({tools: echo(), max_iterations: 2, loop_detect_skip: 0})
  say([r.status, r.llm.iterations])`,
    prints: ['budget_exhausted 2'],
  },
  {
    option: 'max_nudges',
    program: `
  texts(["a","b","c","d"])
  let r = run({persistent: true, max_nudges: 1})
  say([r.status, r.llm.iterations])`,
    prints: ['stuck 2'],
  },
  {
    option: 'nudge',
    program: `
  texts(["a", "##DONE##"])
  say([contents(run({persistent: true, nudge: "go on!"})).contains("go on!")])`,
    prints: ['true'],
  },
  {
    option: 'done_sentinel',
    program: `
  texts(["a", "FIN"])
  let r = run({persistent: true, done_sentinel: "FIN"})
  say([r.status, r.llm.iterations])`,
    prints: ['done 2'],
  },
  {
    option: 'llm_retries',
    program: `
  llm_mock({error: {category: "rate_limit", message: "no"}})
  texts(["ok"])
  say([run({llm_retries: 1}).text])
  llm_mock_clear()
  llm_mock({error: {category: "rate_limit", message: "no"}})
  say([code({ -> run({llm_retries: 0}) }) != "accepted"])`,
    prints: ['ok', 'true'],
  },
  {
    option: 'llm_backoff_ms',
    program: `
  llm_mock({error: {category: "rate_limit", message: "no"}})
  texts(["ok"])
  let t = now_ms()
  let r = run({llm_retries: 1, llm_backoff_ms: 60000})
  let d = now_ms() - t
  say([d >= 30000, d < 130000])`,
    prints: ['true true'],
  },
  {
    option: 'tool_retries',
    program: `
  calls(1, "fails", {})
  texts(["ok"])
  let r = run({tools: fails(1), tool_retries: 1, tool_backoff_ms: 1})
  say(r.tools.successful)
  llm_mock_clear()
  calls(1, "fails", {})
  texts(["ok"])
  say([run({tools: fails(1)}).tools.successful])`,
    prints: ['fails', '[]'],
  },
  {
    option: 'policy',
    program: `
  calls(1, "echo", {say: "x"})
  texts(["ok"])
  let r = run({tools: echo(), policy: {tools: ["other"]}})
  say(r.tools.rejected)`,
    prints: ['echo'],
  },
  {
    option: 'daemon idle',
    program: `
  texts(["ok"])
  let r = run({daemon: true})
  say([r.status, r.daemon_state])`,
    prints: ['idle idle'],
  },
  {
    option: 'daemon watchdog',
    program: `
  texts(["ok"])
  let r = run({daemon: true, idle_watchdog_attempts: 2})
  say([r.status])`,
    prints: ['watchdog'],
  },
  {
    option: 'wake_interval_ms',
    program: `
  texts(["ok", "again"])
  let r = run({daemon: true, wake_interval_ms: 5, max_iterations: 2})
  say([r.status, r.llm.iterations])`,
    prints: ['budget_exhausted 2'],
  },
  {
    option: 'persist_path',
    program: `
  texts(["ok"])
  let r = run({daemon: true, persist_path: "snap.json"})
  say([r.daemon_snapshot_path != nil, file_exists("snap.json")])
  texts(["on"])
  let s = agent_loop("more", nil, {provider: "mock", daemon: true, resume_path: "snap.json"})
  say([len(s.transcript.messages)])`,
    prints: ['true true', '4'],
  },
  {
    option: 'consolidate_on_idle',
    program: `
  texts(["ok"])
  let r = run({daemon: true, consolidate_on_idle: true, compaction: {strategy: "truncate", keep_last_n: 1}, compact_threshold: 1})
  say([r.transcript.summary != nil])`,
    prints: ['true'],
  },
  {
    option: 'compaction none',
    program: `
  texts(["ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i}"} })
  say([run({messages: m, compaction: "none", compact_threshold: 1}).trace.compactions])
  texts(["ok"])
  say([run({messages: m, compaction: false, compact_threshold: 1}).trace.compactions])
  texts(["ok"])
  say([run({messages: m, compaction: {strategy: "none"}, compact_threshold: 1}).trace.compactions])`,
    prints: ['0', '0', '0'],
  },
  {
    option: 'compaction truncate',
    program: `
  texts(["ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i}"} })
  let r = run({messages: m, compaction: "truncate", compact_threshold: 1, compact_keep_last: 2, compact_keep_first: 1})
  say([r.trace.compactions, contents(r)])
  let e = r.transcript.events.filter({ e -> e.kind == "compaction" })[0].metadata
  say([e.strategy, e.engine_strategy, e.has("estimated_tokens_before"), e.has("estimated_tokens_after")])`,
    prints: ['1 [message 1, message 6, the task, ok]', 'truncate truncate true true'],
  },
  {
    option: 'compaction summarize_middle',
    program: `
  texts(["the sum", "ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i}"} })
  let r = run({messages: m, compaction: {strategy: "summarize_middle", keep_last_n: 3}, compact_threshold: 1})
  say([contents(r), r.transcript.summary.contains("the sum")])`,
    prints: ['[message 5, message 6, the task, ok] true'],
  },
  {
    option: 'compaction summarize_all',
    program: `
  texts(["the sum", "ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i}"} })
  let r = run({messages: m, compaction: "summarize_all", compact_threshold: 1})
  say([contents(r), r.transcript.summary.contains("the sum")])`,
    prints: ['[ok] true'],
  },
  {
    option: 'context_callback',
    program: `
  texts(["a", "##DONE##"])
  var seen = nil
  let keys = shared_cell({scope: "process", key: "k", initial: nil})
  run({persistent: true, context_callback: { c -> shared_set(keys, c.keys()); return {messages: [{role: "user", content: "only this"}], system: "else"} }})
  say(["iteration","system","messages","visible_messages","recorded_messages","recent_visible_messages","recent_recorded_messages","latest_visible_user_message","latest_visible_assistant_message","latest_recorded_user_message","latest_recorded_assistant_message","latest_tool_result","latest_recorded_tool_result"].filter({ k -> !shared_get(keys).contains(k) }))
  say([llm_mock_calls()[1].messages[0].content, llm_mock_calls()[1].system.contains("else"), len(llm_mock_calls()[1].messages)])`,
    prints: ['', 'only this true 1'],
  },
  {
    option: 'context_filter',
    program: `
  texts(["a"])
  run({context_filter: { c -> [{role: "user", content: "only this"}] }})
  say([llm_mock_calls()[0].messages[0].content])`,
    prints: ['only this'],
  },
  {
    option: 'post_turn_callback',
    program: `
  calls(1, "echo", {say: "x"})
  texts(["ok"])
  let cell = shared_cell({scope: "process", key: "k", initial: nil})
  let r = run({tools: echo(), post_turn_callback: { t -> shared_set(cell, t); return "well done" }})
  say([contents(r)])
  let t = shared_get(cell)
  say([t.tool_names, t.tool_results, t.successful_tool_names, t.tool_count, t.iteration, t.consecutive_single_tool_turns, t.session_tools_used, t.session_successful_tools])
  llm_mock_clear()
  calls(1, "echo", {say: "x"})
  say([run({tools: echo(), post_turn_callback: { t -> true }}).llm.iterations])
  calls(1, "echo", {say: "x"})
  let q = run({tools: echo(), post_turn_callback: { t -> {stop: true, message: "end"} }})
  say([q.llm.iterations, contents(q).contains("end")])`,
    prints: [
      '[the task, , x, well done, ok]',
      '[echo] [{rejected: false, status: ok, tool_name: echo}] [echo] 1 0 1 [echo] [echo]',
      '1',
      '1 true',
    ],
  },
  {
    option: 'turn_policy require_action_or_yield',
    program: `
  texts(["a", "##DONE##"])
  say([run({turn_policy: {require_action_or_yield: true}}).llm.iterations])`,
    prints: ['2'],
  },
  {
    option: 'turn_policy allow_done_sentinel',
    program: `
  texts(["a", "b"])
  let r = run({persistent: true, max_nudges: 1, turn_policy: {allow_done_sentinel: false}})
  say([contents(r)[2].contains("DONE")])
  llm_mock_clear()
  texts(["a", "b"])
  let q = run({persistent: true, max_nudges: 1})
  say([contents(q)[2].contains("DONE")])`,
    prints: ['false', 'true'],
  },
  {
    option: 'turn_policy max_prose_chars',
    program: `
  llm_mock({text: "long long long", tool_calls: [{name: "echo", arguments: {say: "x"}}]})
  texts(["ok"])
  say([contents(run({tools: echo(), turn_policy: {max_prose_chars: 3}}))[3].contains("prose")])`,
    prints: ['true'],
  },
  {
    option: 'native_tool_fallback',
    program: `
  for m in ["allow", "allow_once", "reject"] {
      llm_mock_clear()
      texts(["<tool_call>echo({say: \\"x\\"})</tool_call>", "<tool_call>echo({say: \\"y\\"})</tool_call>", "ok"])
      let r = run({tools: echo(), native_tool_fallback: m, max_iterations: 3}); say([m, len(r.tools.calls), r.trace.native_text_tool_fallbacks, r.trace.native_text_tool_fallback_rejections]) }`,
    prints: ['allow 1 2 0', 'allow_once 1 2 1', 'reject 0 2 2'],
  },
  {
    option: 'stop_after_successful_tools',
    program: `
  calls(2, "echo", {say: "x"})
  let r = run({tools: echo(), stop_after_successful_tools: ["echo"]})
  say([r.status, r.llm.iterations])`,
    prints: ['done 1'],
  },
  {
    option: 'require_successful_tools',
    program: `
  texts(["ok"])
  say([run({tools: echo(), require_successful_tools: ["echo"]}).status])`,
    prints: ['failed'],
  },
  {
    option: 'loop_detect',
    program: `
  calls(5, "echo", {say: "x"})
  texts(["ok"])
  let r = run({tools: echo()})
  say(r.transcript.messages.filter({ m -> m.role == "tool" || m.role == "tool_result" }).map({ m -> m.content == "x" }))
  llm_mock_clear()
  calls(3, "echo", {say: "x"})
  texts(["ok"])
  let q = run({tools: echo(), loop_detect_warn: 0, loop_detect_block: 0, loop_detect_skip: 0})
  say(q.transcript.messages.filter({ m -> m.role == "tool" || m.role == "tool_result" }).map({ m -> m.content }))`,
    prints: ['true false false false false', 'x x x'],
  },
  {
    option: 'session_id',
    program: `
  texts(["a", "b"])
  let s = agent_session_open()
  run({session_id: s})
  let r = run({session_id: s})
  say([len(r.transcript.messages), agent_session_length(s)])`,
    prints: ['4 4'],
  },
  {
    option: 'max_duration_ms',
    program: `
  texts(["a", "b"])
  let r = run({persistent: true, max_duration_ms: 1, llm_caller: { a, next -> let said = next(); sleep(5); return said }})
  say([r.status, r.llm.iterations])`,
    prints: ['budget_exhausted 1'],
  },
  {
    option: 'token_budget',
    program: `
  texts(["a", "b", "c"])
  let r = run({persistent: true, token_budget: 1})
  say([r.status])`,
    prints: ['budget_exhausted'],
  },
  {
    option: 'budget total',
    program: `
  llm_mock({text: "a", model: "gpt-4o", input_tokens: 100000, output_tokens: 1000})
  texts(["b"])
  let r = run({persistent: true, model: "gpt-4o", budget: {total_budget_usd: 0.0001}})
  say([r.status])`,
    prints: ['budget_exhausted'],
  },
  {
    option: 'budget max_input',
    program: `
  texts(["b"])
  let r = run({budget: {max_input_tokens: 1}})
  say([r.status, r.llm.iterations])`,
    prints: ['budget_exhausted 0'],
  },
  {
    option: 'profile',
    program: `
  for p in ["tool_using","researcher","verifier","completer"] { llm_mock_clear(); for i in 0 to 60 exclusive { texts(["a\${i}"]) }; let r = run({persistent: true, profile: p}); say([p, r.status, r.llm.iterations]) }
  llm_mock_clear()
  for i in 0 to 60 exclusive { calls(1, "echo", {say: "\${i}"}) }
  say([run({tools: echo(), profile: "researcher"}).llm.iterations, run({tools: echo(), profile: "verifier", max_iterations: 2}).llm.iterations])`,
    prints: [
      'tool_using stuck 9',
      'researcher stuck 5',
      'verifier stuck 1',
      'completer stuck 1',
      '30 2',
    ],
  },
  {
    option: 'tool_format',
    program: `
  texts(["<tool_call>echo({say: \\"x\\"})</tool_call>", "ok"])
  let r = run({tools: echo(), tool_format: "text"})
  say([r.tools.mode, r.tools.calls, r.transcript.messages.map({ m -> m.role })])`,
    prints: ['text [echo] [user, assistant, user, assistant]'],
  },
  {
    option: 'max_concurrent_tools',
    program: `
  llm_mock({text: "", tool_calls: [{name: "echo", arguments: {say: "1"}},{name: "echo", arguments: {say: "2"}}]})
  texts(["ok"])
  say([run({tools: echo(), max_concurrent_tools: 1}).status])`,
    prints: ['done'],
  },
];
