// Compaction of sessions, of transcripts and by loops: each option as a program that prints something else where it does nothing.
import type { OptionRow } from './rows.ts';

export const COMPACTION_ROWS: readonly OptionRow[] = [
  {
    option: 'keep_last default 12',
    program: `
  let s = agent_session_open()
  for i in 0 to 20 exclusive { agent_session_inject(s, {role: if i % 2 == 0 { "user" } else { "assistant" }, content: "\${i}"}) }
  say([agent_session_compact(s, {compact_strategy: "truncate"})])`,
    prints: ['12'],
  },
  {
    option: 'keep_last',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  say([agent_session_compact(s, {compact_strategy: "truncate", keep_last: 2})])`,
    prints: ['2'],
  },
  {
    option: 'token_threshold',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  say([agent_session_compact(s, {compact_strategy: "truncate", keep_last: 1, token_threshold: 100000})])`,
    prints: ['6'],
  },
  {
    option: 'tool_output_max_chars alone is enough',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  say([agent_session_compact(s, {compact_strategy: "truncate", keep_last: 1, token_threshold: 300, tool_output_max_chars: 200}), snap(s).summary, long()])
  let e = snap(s).events.filter({ e -> e.kind == "compaction" })[0].metadata
  say([e.engine_strategy, e.shortened_outputs, e.archived_messages])
  say([len(snap(s).assets[0].data.messages[2].content)])`,
    prints: ['6 nil [3, 0, 200, 3, 5, 4]', 'tool_output 1 0', '3000'],
  },
  {
    option: 'tool_output_max_chars then cut',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  say([agent_session_compact(s, {compact_strategy: "truncate", keep_last: 6, tool_output_max_chars: 200}), long()])`,
    prints: ['6 [3, 0, 200, 3, 5, 4]'],
  },
  {
    option: 'compress_callback',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  agent_session_compact(s, {compact_strategy: "truncate", keep_last: 6, tool_output_max_chars: 200, compress_callback: { text, most -> "\${len(text)} of \${most}" }})
  say([snap(s).messages.map({ m -> m.content })])`,
    prints: ['[one, , 3000 of 200, two, three, four]'],
  },
  {
    option: 'compress_callback nil',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  agent_session_compact(s, {compact_strategy: "truncate", keep_last: 6, tool_output_max_chars: 200, compress_callback: { text, most -> nil }})
  say([long()])`,
    prints: ['[3, 0, 200, 3, 5, 4]'],
  },
  {
    option: 'mask_callback',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  agent_session_compact(s, {keep_last: 1, mask_callback: { m -> if m.role == "tool" { "[a tool spoke]" } else { nil } }})
  let t = snap(s).summary
  say([t.contains("[a tool spoke]"), t.contains("user: one"), t.contains("xxx")])`,
    prints: ['true true false'],
  },
  {
    option: 'custom_compactor',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  agent_session_compact(s, {keep_last: 1, compact_strategy: "custom", custom_compactor: { old -> "\${len(old)} old" }})
  say([snap(s).summary.contains("4 old"), agent_session_length(s)])`,
    prints: ['true 2'],
  },
  {
    option: 'hard_limit_tokens',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  agent_session_compact(s, {keep_last: 5, compact_strategy: "observation_mask", hard_limit_tokens: 100})
  let t = snap(s)
  say([len(t.messages), t.messages[0].content, t.events.filter({ e -> e.kind == "compaction" })[0].metadata.engine_strategy, t.events.filter({ e -> e.kind == "compaction" })[0].metadata.estimated_tokens_after <= 100])`,
    prints: ['3 two truncate true'],
  },
  {
    option: 'hard_limit_strategy',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  llm_mock({text: "short sum"})
  agent_session_compact(s, {provider: "mock", keep_last: 5, compact_strategy: "truncate", hard_limit_tokens: 100, hard_limit_strategy: "llm"})
  let t = snap(s)
  say([t.summary.contains("short sum"), t.events.filter({ e -> e.kind == "compaction" })[0].metadata.engine_strategy])`,
    prints: ['true llm'],
  },
  {
    option: 'strategy llm',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  llm_mock({text: "sum"})
  agent_session_compact(s, {provider: "mock", keep_last: 1, compact_strategy: "llm"})
  say([snap(s).summary.contains("sum")])`,
    prints: ['true'],
  },
  {
    option: 'refused',
    program: `
  let m = [{role: "user", content: "one"}, {role: "assistant", content: "", tool_calls: [{id: "c", name: "echo", arguments: {}}]}, {role: "tool", tool_call_id: "c", name: "echo", content: "x".repeat(3000)}, {role: "assistant", content: "two"}, {role: "user", content: "three"}, {role: "assistant", content: "four"}]
  let s = agent_session_open()
  for one in m { agent_session_inject(s, one) }
  let long = { -> snap(s).messages.map({ m -> len(m.content) }) }
  for o in [{keep_lst: 1}, {mask_callback: "x"}, {compact_strategy: "custom"}, {hard_limit_strategy: "llm"}, {keep_last: -1}, {compact_strategy: "nope"}, {compact_strategy: "llm", mask_callback: { m -> nil }}, {compact_strategy: "llm", compact_callback: { m -> "" }}, {tool_output_max_chars: "x"}] { say([code({ -> agent_session_compact(s, o) }) == "accepted"]) }`,
    prints: ['false', 'false', 'false', 'false', 'false', 'false', 'false', 'false', 'false'],
  },
  {
    option: 'transcript_compact',
    program: `
  let t = transcript_from_messages([{role: "user", content: "a"}, {role: "user", content: "b"}])
  say([transcript_compact(t, {keep_last: 1, strategy: "observation_mask", mask_callback: { m -> "M" }}).summary.contains("user: M")])
  say(transcript_auto_compact([{role: "user", content: "a"}, {role: "tool", content: "x".repeat(300)}], {keep_last: 2, tool_output_max_chars: 100, strategy: "truncate"}).map({ m -> len(m.content) }))`,
    prints: ['true', '1 100'],
  },
  {
    option: 'loop tool_output_max_chars',
    program: `
  calls(1, "echo", {say: "x".repeat(5000)})
  texts(["ok"])
  let r = run({tools: echo(), compact_threshold: 500, tool_output_max_chars: 300})
  say([r.trace.compactions, r.transcript.messages.map({ m -> len(m.content) })])`,
    prints: ['1 [8, 0, 300, 2]'],
  },
  {
    option: 'loop hard limit',
    program: `
  texts(["ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i} " + "y".repeat(400)} })
  let r = run({messages: m, compaction: {strategy: "truncate", keep_last_n: 5, hard_limit_tokens: 300}, compact_threshold: 400})
  say([r.trace.compactions, len(r.transcript.messages)])`,
    prints: ['1 3'],
  },
  {
    option: 'loop mask',
    program: `
  texts(["ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i}"} })
  let r = run({messages: m, compaction: "observation_mask", compact_keep_last: 1, compact_threshold: 1, mask_callback: { m -> "M" }})
  say([r.transcript.summary.contains("user: M")])`,
    prints: ['true'],
  },
  {
    option: 'loop custom',
    program: `
  texts(["ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i}"} })
  let r = run({messages: m, compact_keep_last: 1, compact_threshold: 1, custom_compactor: { m -> "C" }})
  say([r.transcript.summary.contains("C")])`,
    prints: ['true'],
  },
  {
    option: 'loop refusals',
    program: `
  for o in [{compaction: {keep_lst: 1}}, {compaction: 5}, {compaction: "nope"}, {max_iteratons: 3}, {compaction: "truncate", compact_callback: { m -> "" }}, {turn_policy: {x: 1}}, {done_judge: {x: 1}}, {budget: {x: 1}}, {skill_match: {x: 1}}, {tool_search: {x: 1}}, {approval_policy: {x: 1}}, {permissions: {x: 1}}, {thinking: {mode: "x"}}, {progress_tool: {x: 1}}, {scratchpad: 5}, {iteration_budget: {x: 1}}, {prefetch_next_turn: true}, {tool_choice: "x"}, {temperature: "x"}, {working_files: 5}, {watch_paths: ["x"]}, {stream: "x"}, {timeout: "x"}, {cache: 3}, {vision: 3}, {tools: 3}, {mcp_servers: 3}, {skills: 3}, {on_delta: 3}, {mask_callback: 3}, {compress_callback: 3}, {max_tokens: -1}, {top_p: "x"}, {stop: 3}, {seed: "x"}, {response_format: "x"}, {schema: 3}, {interleaved_thinking: 3}, {anthropic_beta_features: 3}, {structural_experiment: 3}, {transcript: 3}, {model_tier: 3}, {llm_retries: -1}, {provider: 3}, {model: 3}, {hard_limit_strategy: "llm"}] {
  texts(["ok"])
  if code({ -> run(o) }) == "accepted" { say([o]) }
}
  say(["all refused"])`,
    prints: ['all refused'],
  },
  {
    option: 'engine event',
    program: `
  let seen = shared_cell({scope: "process", key: "ev", initial: nil})
  let s = agent_session_open()
  agent_subscribe(s, { e -> if e.type == "transcript_compacted" { shared_set(seen, e) } })
  texts(["ok"])
  let m = [1,2,3,4,5,6].map({ i -> {role: "user", content: "message \${i}"} })
  run({session_id: s, messages: m, compaction: "truncate", compact_keep_last: 1, compact_threshold: 1})
  let e = shared_get(seen)
  say([e.strategy, e.engine_strategy, e.has("estimated_tokens_before"), e.has("estimated_tokens_after")])`,
    prints: ['truncate truncate true true'],
  },
];
