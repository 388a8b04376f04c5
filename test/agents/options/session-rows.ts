// Sessions, transcripts, sub-agents, skills, searches, memory and state: each option and field as a program that prints something else
// where it does nothing.
import type { OptionRow } from './rows.ts';

export const SESSION_ROWS: readonly OptionRow[] = [
  {
    option: 'agent_loop transcript',
    program: `
  texts(["a"])
  let r = run({})
  texts(["b"])
  let q = agent_loop("more", nil, {provider: "mock", transcript: r.transcript})
  say([contents(q)])`,
    prints: ['[the task, a, more, b]'],
  },
  {
    option: 'sub_agent_run envelope',
    program: `
  texts(["found"])
  let e = sub_agent_run("find", {provider: "mock"})
  say(["ok","summary","artifacts","evidence_added","tokens_used","budget_exceeded","session_id","transcript"].filter({ k -> !e.has(k) }))
  say([e.ok, e.summary, e.budget_exceeded])`,
    prints: ['', 'true found false'],
  },
  {
    option: 'sub_agent_run returns.schema',
    program: `
  llm_mock({text: "{\\"paths\\": [\\"a\\"]}"})
  let e = sub_agent_run("find", {provider: "mock", returns: {schema: {type: "object", properties: {paths: {type: "array"}}, required: ["paths"]}}})
  say([e.ok, e.data.paths])
  llm_mock_clear()
  for i in 0 to 5 exclusive { texts(["nope"]) }
  let f = sub_agent_run("find", {provider: "mock", returns: {schema: {type: "object", required: ["paths"]}}})
  say([f.ok, f.error.has("category")])`,
    prints: ['true [a]', 'false true'],
  },
  {
    option: 'sub_agent_run token_budget',
    program: `
  texts(["a","b","c"])
  let e = sub_agent_run("find", {provider: "mock", persistent: true, token_budget: 1})
  say([e.ok, e.budget_exceeded])`,
    prints: ['true true'],
  },
  {
    option: 'sub_agent_run allowed_tools',
    program: `
  calls(1, "echo", {say: "x"})
  texts(["ok"])
  let e = sub_agent_run("find", {provider: "mock", tools: echo(), allowed_tools: ["other"]})
  say([e.ok, e.error])`,
    prints: [
      'false {category: permission_denied, message: the policy in force has no tool "echo", tool: echo}',
    ],
  },
  {
    option: 'sub_agent_run background',
    program: `
  texts(["a"])
  let h = sub_agent_run("find", {provider: "mock", background: true, name: "n"})
  say([h.mode, h.request != nil, h.provenance != nil])
  let w = wait_agent(h)
  say([w.status])`,
    prints: ['sub_agent true true', 'completed'],
  },
  {
    option: 'sub_agent_run refuses',
    program: `
  for o in [{alowed_tools: []}, {max_iteratons: 3}, {token_budget: "x"}, {llm_caller: 3}, {post_turn_callback: 3}, {permissions: {alow: {}}}] {
 let e = sub_agent_run("x", {provider: "mock"} + o)
 say([e.ok, e.error.code])
}
  say([code({ -> sub_agent_run("x", {returns: {shema: {}}}) }), code({ -> sub_agent_run("x", {carry: {transcript_mod: "fork"}}) })])`,
    prints: [
      'false HARN-AGL-006',
      'false HARN-AGL-006',
      'false HARN-AGL-001',
      'false HARN-AGL-006',
      'false HARN-AGL-006',
      'false HARN-AGL-001',
      'sub_agent_run: returns knows `schema`, not `shema` spawn_agent: carry has no field `transcript_mod`; did you mean `transcript_mode`?',
    ],
  },
  {
    option: 'sub_agent_run callbacks',
    program: `
  let e = sub_agent_run("x", {provider: "mock", llm_caller: { a, next -> "from the caller" }})
  say([e.summary])
  calls(1, "echo", {say: "x"})
  texts(["ok"])
  let f = sub_agent_run("x", {provider: "mock", tools: echo(), tool_caller: { a, next -> "changed" }})
  say([f.transcript.messages.map({ m -> m.content })])
  texts(["ok"])
  let heard = sub_agent_run("x", {provider: "mock", on_delta: { d -> agent_session_open("d" + d.text) }})
  say([agent_session_exists("dok")])`,
    prints: ['from the caller', '[x, , changed, ok]', 'true'],
  },
  {
    option: 'spawn_agent refuses',
    program: `
  for o in [{carry: {transcript_mod: "fork"}}, {carry: {transcript_mode: "x"}}, {execution: {cd: "x"}}, {tools: 3}, {node: {kind: "stage", mode: "llm", model_policy: {provider: "mock", temprature: 1}}}] {
 let w = code({ -> wait_agent(spawn_agent({task: "t", node: {kind: "stage", mode: "llm", model_policy: {provider: "mock"}}} + o)) })
 say([w != "accepted"])
}`,
    prints: ['true', 'true', 'true', 'true', 'true'],
  },
  {
    option: 'carry',
    program: `
  for mode in ["inherit", "fork", "reset", "compact"] { llm_mock_clear(); texts(["one", "two", "s"])
     let w = spawn_agent({task: "t", carry: {transcript_mode: mode}, node: {kind: "stage", mode: "llm", model_policy: {provider: "mock"}}}); let a = wait_agent(w); send_input(w, "again"); let b = wait_agent(w)
     say([mode, len(llm_mock_calls()[1].messages)]) }`,
    prints: ['inherit 3', 'fork 3', 'reset 1', 'compact 3'],
  },
  {
    option: 'list close',
    program: `
  texts(["one"])
  let w = spawn_agent({name: "n", task: "t", node: {kind: "stage", mode: "llm", model_policy: {provider: "mock"}}})
  wait_agent(w)
  say([list_agents().map({ a -> a.name })])
  let c = close_agent(w)
  say([c.status])`,
    prints: ['[n]', 'cancelled'],
  },
  {
    option: 'sessions',
    program: `
  let s = agent_session_open("mine")
  say([s, agent_session_exists("mine"), agent_session_exists("no"), agent_session_snapshot("no"), agent_session_ancestry("no"), agent_session_current_id()])
  agent_session_inject(s, {role: "user", content: "a"})
  agent_session_inject(s, {role: "assistant", content: "b"})
  let f = agent_session_fork(s, "f")
  let g = agent_session_fork_at(f, 1)
  say([agent_session_length(s), agent_session_length(f), agent_session_length(g), snap(g).branched_at_event_index, snap(g).parent_id, snap(s).child_ids])
  let a = agent_session_ancestry(g) ?? {}
  say([a.parent_id, a.root_id, a.child_ids])
  say([agent_session_trim(s, 1), agent_session_reset(s), agent_session_length(s), agent_session_close(s), agent_session_exists(s)])`,
    prints: ['mine true false nil nil nil', '2 2 1 1 f [f]', 'f mine []', '1 nil 0 nil false'],
  },
  {
    option: 'session errors',
    program: `
  for f in [{ -> agent_session_length("u") }, { -> agent_session_reset("u") }, { -> agent_session_fork("u") }, { -> agent_session_fork_at("u", 1) }, { -> agent_session_trim("u", 1) }, { -> agent_session_inject("u", {role: "user"}) }, { -> agent_session_close("u") }, { -> agent_session_compact("u", {}) }] { say([code(f) == "accepted"]) }
  let s = agent_session_open()
  say([code({ -> agent_session_inject(s, {content: "x"}) })])
  say([code({ -> agent_session_trim(s, -1) })])
  say([code({ -> agent_session_inject(s, {role: "user", content: "x", mode: "nope"}) })])`,
    prints: [
      'false',
      'false',
      'false',
      'false',
      'false',
      'false',
      'false',
      'false',
      'agent_session_inject: message must have a string `role` (user|assistant|tool_result|system)',
      'agent_session_trim: `keep_last` must be >= 0',
      'agent_session_inject: `mode` must be one of finish_step, interrupt_immediate, wait_for_completion',
    ],
  },
  {
    option: 'current_id in callbacks',
    program: `
  let cell = shared_cell({scope: "process", key: "c", initial: nil})
  agent_subscribe("mine", { e -> shared_set(cell, agent_session_current_id()) })
  texts(["a"])
  run({session_id: "mine"})
  say([shared_get(cell), agent_session_current_id()])`,
    prints: ['mine nil'],
  },
  {
    option: 'subscribers not forked',
    program: `
  let cell = shared_cell({scope: "process", key: "c", initial: 0})
  agent_subscribe("mine", { e -> shared_set(cell, shared_get(cell) + 1) })
  let f = agent_session_fork("mine")
  texts(["a"])
  run({session_id: f})
  say([shared_get(cell)])`,
    prints: ['0'],
  },
  {
    option: '128 sessions',
    program: `
  for i in 0 to 140 exclusive { agent_session_open("s\${i}") }
  say([agent_session_exists("s0"), agent_session_exists("s139")])`,
    prints: ['false true'],
  },
  {
    option: 'transcript_fork options',
    program: `
  let t = transcript_from_messages([{role: "user", content: "a"}])
  say([len(transcript_fork(t, {messages: false}).messages), len(transcript_fork(t, {retain_messages: false}).messages), code({ -> transcript_fork(t, {mesages: false}) })])`,
    prints: ["0 0 transcript_fork: unknown option 'mesages'"],
  },
  {
    option: 'transcript_reset options',
    program: `
  say([transcript_reset({metadata: {a: 1}}).metadata.a, code({ -> transcript_reset({metdata: {}}) })])`,
    prints: ["1 transcript_reset: unknown option 'metdata'"],
  },
  {
    option: 'transcript shape',
    program: `
  texts(["a"])
  let t = run({}).transcript
  say([t._type, t.version, t.state, t.summary, t.messages[0].role, t.events[0].kind, t.events[0].role, t.events[0].visibility, t.events[0].text, t.assets])`,
    prints: ['transcript 2 active nil user message user public the task []'],
  },
  {
    option: 'asset blocks',
    program: `
  let t = add_user(transcript(), [{type: "image", asset_id: "asset_1", visibility: "public"}, {type: "text", text: "Review", visibility: "public"}])
  say([t.events[0].text, len(t.events[0].blocks)])
  let u = transcript_add_asset(t, {id: "asset_1", kind: "image", mime_type: "image/png", storage: {path: "x"}})
  say([u.assets[0]._type, u.assets[0].visibility, u.assets[0].id])`,
    prints: ['<image:asset_1> Review 2', 'transcript_asset internal asset_1'],
  },
  {
    option: 'memory',
    program: `
  let r = memory_store("w/a", "k1", {text: "Alice prefers Rust"}, ["profile"], {id: "i1", now: "2026-01-01T00:00:00Z", provenance: {by: "me"}})
  say([r._type, r.id, r.namespace, r.key, r.tags, r.stored_at, r.provenance])
  memory_store("w/a", "k2", "Bob likes Go", ["other"])
  say([memory_recall("w/a", "rust", 1).map({ m -> m.key }), len(memory_recall("w/a", "likes prefers", 5)), memory_recall("w/a", "rust", 3, {root: "elsewhere"})])
  let s = memory_summarize("w/a", {limit: 1})
  say([s._type, s.namespace, s.count, len(s.records), s.has("text")])
  say([memory_summarize("w/a", 1).count, memory_summarize("w/a", {tag: "other"}).count, memory_summarize("w/a", {tags: ["profile"]}).count, memory_summarize("w/a", {query: "rust"}).count, memory_summarize("w/a").count])
  memory_forget("w/a", {key: "k1", tag: "other"})
  say([memory_summarize("w/a").count])
  memory_forget("w/a", {id: "i1"})
  say([memory_summarize("w/a").count])
  memory_forget("w/a", "Bob")
  say([memory_summarize("w/a").count])
  say([file_exists(".harn/memory/w/a/events.jsonl")])`,
    prints: [
      'memory_record i1 w/a k1 [profile] 2026-01-01T00:00:00Z {by: me}',
      '[k1] 2 []',
      'memory_summary w/a 1 1 true',
      '1 1 1 1 2',
      '2',
      '1',
      '0',
      'true',
    ],
  },
  {
    option: 'memory refusals',
    program: `
  for f in [{ -> memory_store("../x", "k", 1) }, { -> memory_store("/x", "k", 1) }, { -> memory_store("x", "k", 1, [], {rot: "y"}) }, { -> memory_summarize("x", {limt: 1}) }, { -> memory_forget("x", {kee: "x"}) }, { -> memory_recall("x", "q", 3, {rot: 1}) }, { -> memory_forget("x", {}) }] { say([code(f)]) }`,
    prints: [
      'memory: the namespace must be a relative path without "..", got "../x"',
      'memory: the namespace must be a relative path without "..", got "/x"',
      'memory: options has no "rot"; expected root, now, id, provenance',
      'memory: the window has no "limt"; expected limit, query, tag, tags',
      'memory: the predicate has no "kee"; expected id, key, tag, tags, query',
      'memory: options has no "rot"; expected root, now, id, provenance',
      'memory: the predicate must say what to forget',
    ],
  },
  {
    option: 'agent_state',
    program: `
  let h = agent_state_init("state", {session_id: "s", writer_id: "a", conflict_policy: "error"})
  say([h._type, h.backend, h.root.ends_with("state"), h.session_id, h.handoff_key, h.conflict_policy, h.writer.writer_id, h.writer.stage_id, h.writer.session_id, h.writer.worker_id])
  agent_state_write(h, "b/c.md", "x")
  agent_state_write(h, "a.md", "y")
  say([agent_state_list(h), agent_state_read(h, "a.md"), agent_state_read(h, "none")])
  agent_state_delete(h, "a.md")
  agent_state_delete(h, "a.md")
  say([agent_state_list(h)])
  agent_state_handoff(h, {status: "ready"})
  let d = json_parse(agent_state_read(h, agent_state_handoff_key()) ?? "")
  say([d._type, d.version, d.session_id, d.key, d.summary.status])
  let o = agent_state_resume("state", "s", {writer_id: "b", conflict_policy: "error"})
  say([code({ -> agent_state_write(o, "b/c.md", "z") }) != "accepted", agent_state_read(o, "b/c.md")])
  let w = agent_state_resume("state", "s", {writer_id: "b", conflict_policy: "warn"})
  agent_state_write(w, "b/c.md", "z")
  say([agent_state_read(o, "b/c.md"), agent_state_init("state").conflict_policy])
  for f in [{ -> agent_state_resume("state", "nope") }, { -> agent_state_write(h, "../x", "y") }, { -> agent_state_write(h, "/x", "y") }, { -> agent_state_init("state", {conflict_policy: "x"}) }, { -> agent_state_init("state", {conflct_policy: "warn"}) }] { say([code(f) != "accepted"]) }`,
    prints: [
      'state_handle filesystem true s __handoff.json error a a s a',
      '[a.md, b/c.md] y nil',
      '[b/c.md]',
      'agent_state_handoff 1 s __handoff.json ready',
      'true x',
      "warning: agent_state_write: 'b/c.md' was previously written by 'a', and 'b' writes it now",
      'z ignore',
      'true',
      'true',
      'true',
      'true',
      'true',
    ],
  },
  {
    option: 'daemon_spawn unknown',
    program: `
  texts(["ok"])
  say([code({ -> daemon_spawn({task: "t", provider: "mock", persist_path: "d", event_queue_capcity: 3}) })])`,
    prints: ['agent_loop: there is no option "event_queue_capcity"'],
  },
  {
    option: 'tool refs',
    program: `
  say([code({ -> tool_define(tool_registry(), "x", "X", {parameters: {}, handler: { a -> 1 }, defer_loading: "yes"}) })])`,
    prints: ['tool "x": defer_loading must be a bool'],
  },
  {
    option: 'skill activation',
    program: `
  let cell = shared_cell({scope: "process", key: "sk", initial: "off"})
  let reg = skill_define(skill_registry(), "ship", {description: "Ship a production release", when_to_use: "User says ship or deploy", paths: ["infra/**"], allowed_tools: ["echo"], prompt: "Follow the runbook.", on_activate: { -> shared_set(cell, "on") }})
  let both = tool_define(echo(), "other", "O", {parameters: {}, handler: { a -> 1 }})
  texts(["ok"])
  let r = agent_loop("ship the release", "sys", {provider: "mock", tools: both, skills: reg})
  let c = llm_mock_calls()[0]
  say([shared_get(cell), c.system.contains("Follow the runbook."), has_tool(0, "echo"), has_tool(0, "other")])
  say(r.transcript.events.map({ e -> e.kind }).filter({ k -> k.starts_with("skill") }))`,
    prints: ['on true true false', 'skill_matched skill.loaded skill_activated skill_scope_tools'],
  },
  {
    option: 'working_files',
    program: `
  let cell = shared_cell({scope: "process", key: "sk", initial: "off"})
  let reg = skill_define(skill_registry(), "ship", {description: "Ship a production release", when_to_use: "User says ship or deploy", paths: ["infra/**"], allowed_tools: ["echo"], prompt: "Follow the runbook.", on_activate: { -> shared_set(cell, "on") }})
  texts(["ok"])
  agent_loop("nothing special", "sys", {provider: "mock", skills: reg, working_files: ["infra/a.tf"]})
  say([shared_get(cell)])
  texts(["ok"])
  shared_set(cell, "off")
  agent_loop("nothing special", "sys", {provider: "mock", skills: reg, working_files: "docs/a.tf"})
  say([shared_get(cell)])`,
    prints: ['on', 'off'],
  },
  {
    option: 'skill_match manual',
    program: `
  let cell = shared_cell({scope: "process", key: "sk", initial: "off"})
  let reg = skill_define(skill_registry(), "ship", {description: "Ship a production release", when_to_use: "User says ship or deploy", paths: ["infra/**"], allowed_tools: ["echo"], prompt: "Follow the runbook.", on_activate: { -> shared_set(cell, "on") }})
  texts(["ok"])
  agent_loop("ship the release", "sys", {provider: "mock", skills: reg, skill_match: {strategy: "manual"}})
  say([shared_get(cell)])`,
    prints: ['off'],
  },
  {
    option: 'skill_match top_n',
    program: `
  let reg = skill_define(skill_define(skill_registry(), "ship", {description: "ship release", prompt: "AAA"}), "shipper", {description: "ship release too", prompt: "BBB"})
  texts(["ok", "ok"])
  agent_loop("ship release", "sys", {provider: "mock", skills: reg, skill_match: {top_n: 2}})
  let c = llm_mock_calls()[0].system
  say([c.contains("AAA"), c.contains("BBB")])
  llm_mock_clear()
  texts(["ok"])
  agent_loop("ship release", "sys", {provider: "mock", skills: reg, skill_match: {top_n: 1}})
  let d = llm_mock_calls()[0].system
  say([d.contains("AAA") && d.contains("BBB")])`,
    prints: ['true true', 'false'],
  },
  {
    option: 'skill session resume',
    program: `
  let reg = skill_define(skill_registry(), "ship", {description: "ship release", prompt: "AAA"})
  texts(["ok", "ok"])
  agent_loop("ship release", "sys", {provider: "mock", skills: reg, session_id: "s"})
  agent_loop("nothing", "sys", {provider: "mock", skills: reg, session_id: "s"})
  say([llm_mock_calls()[1].system.contains("AAA")])`,
    prints: ['true'],
  },
  {
    option: 'tool_search',
    program: `
  let t = tool_define(echo(), "deploy", "Deploy to production", {parameters: {env: {type: "string"}}, defer_loading: true, handler: { a -> a.env }})
  llm_mock({text: "", tool_calls: [{name: "find_tool", arguments: {query: "deploy"}}]})
  texts(["ok"])
  let r = run({tools: t, tool_search: {strategy: "bm25", name: "find_tool", mode: "client"}})
  say([has_tool(0, "deploy"), has_tool(1, "deploy")])
  say(r.transcript.events.map({ e -> e.kind }).filter({ k -> k.starts_with("tool_search") }))
  let ev = r.transcript.events.filter({ e -> e.kind == "tool_search_query" })[0]
  say([ev.metadata.mode])
  llm_mock_clear()
  texts(["ok"])
  run({tools: t, tool_search: {always_loaded: ["deploy"]}})
  say([has_tool(0, "deploy"), len(llm_mock_calls()[0].tools)])
  llm_mock_clear()
  texts(["ok"])
  run({tools: t, tool_search: {include_stub_listing: true}})
  say([llm_mock_calls()[0].system.contains("Deploy to production")])
  llm_mock_clear()
  texts(["ok"])
  run({tools: t, tool_search: false})
  say([has_tool(0, "deploy"), len(llm_mock_calls()[0].tools)])
  llm_mock_clear()
  texts(["ok"])
  run({tools: t, tool_search: "regex"})
  say([has_tool(0, "deploy"), len(llm_mock_calls()[0].tools)])`,
    prints: [
      'false true',
      'tool_search_query tool_search_result',
      'client',
      'true 3',
      'true',
      'false 2',
      'false 3',
    ],
  },
  {
    option: 'tool_search refuses',
    program: `
  let only = tool_define(tool_registry(), "deploy", "D", {parameters: {}, defer_loading: true, handler: { a -> 1 }})
  for o in [{tool_search: true, tools: only}, {tool_search: {variant: "hosted"}, tools: echo()}, {tool_search: {strategy: "host"}, tools: echo()}, {tool_search: {strategy: "semantic"}, tools: echo()}, {tool_search: {mode: "x"}, tools: echo()}, {tool_search: {mode: "native"}, tools: echo()}, {tool_search: "x", tools: echo()}] {
 texts(["ok"])
 say([code({ -> run(o) }) != "accepted"]) }`,
    prints: ['true', 'true', 'true', 'true', 'true', 'true', 'true'],
  },
  {
    option: 'llm_call result',
    program: `
  llm_mock({text: "hi", thinking: "hm", input_tokens: 10, output_tokens: 5})
  let r = llm_call("q", "s", {provider: "mock", thinking: true})
  say(["text","visible_text","model","provider","input_tokens","output_tokens","cache_read_tokens","cache_write_tokens","cache_creation_input_tokens","cache_hit_ratio","cache_savings_usd","usage","data","tool_calls","thinking","private_reasoning","blocks","stop_reason","transcript"].filter({ k -> !r.has(k) }))
  say([r.usage.keys(), r.stop_reason, r.blocks])`,
    prints: [
      '',
      '[cache_creation_input_tokens, cache_hit_ratio, cache_read_tokens, cache_savings_usd, cache_write_tokens, cost_usd, input_tokens, output_tokens, unknown] end_turn [{text: hm, type: reasoning, visibility: private}, {text: hi, type: output_text, visibility: public}]',
    ],
  },
  {
    option: 'llm_mock match and consume_match',
    program: `
  llm_mock({text: "planner", match: "*plan*", consume_match: true})
  llm_mock({text: "unknown", match: "*unknown*"})
  say([llm_call("the plan", nil, {provider: "mock"}).text, llm_call("unknown x", nil, {provider: "mock"}).text, llm_call("unknown y", nil, {provider: "mock"}).text, llm_call("the plan", nil, {provider: "mock"}).text == "planner"])`,
    prints: ['planner unknown unknown false'],
  },
  {
    option: 'structured',
    program: `
  llm_mock({text: "{\\"n\\": 1}"})
  say([llm_call_structured("q", {type: "object", required: ["n"]}, {provider: "mock", system: "be precise"}).n, llm_mock_calls()[0].system.contains("be precise")])
  llm_mock_clear()
  texts(["x", "{\\"n\\": 1}"])
  let e = llm_call_structured_result("q", {type: "object", required: ["n"]}, {provider: "mock", retries: 1})
  say([["ok","data","raw_text","error","error_category","attempts","repaired","extracted_json","usage","model","provider"].filter({ k -> !e.has(k) }), e.attempts, e.ok])
  llm_mock_clear()
  texts(["x", "{\\"n\\": 1}"])
  let f = llm_call_structured_result("q", {type: "object", required: ["n"]}, {provider: "mock", schema_retries: 0, repair: {enabled: true, max_tokens: 10}})
  say([f.ok, f.repaired])
  llm_mock_clear()
  texts(["x", "y"])
  let g = llm_call_structured_result("q", {type: "object", required: ["n"]}, {provider: "mock", schema_retries: 0, repair: {enabled: false}})
  say([g.ok, g.repaired, g.error_category])
  say([code({ -> llm_call_structured("q", {type: "object"}, {provider: "mock", retires: 1}) }), code({ -> llm_call_structured_result("q", {type: "object"}, {provider: "mock", repair: {modl: "x"}}) })])`,
    prints: [
      '1 true',
      '[] 2 true',
      'true true',
      'false false missing_json',
      'llm.call has no option "retires" llm.call has no option "modl"',
    ],
  },
  {
    option: 'stream',
    program: `
  texts(["hello"])
  var all = ""
  for c in llm_stream("q", nil, {provider: "mock"}) { all = all + c }
  say([all])`,
    prints: ['hello'],
  },
  {
    option: 'completion',
    program: `
  texts(["42"])
  say([llm_completion("let x = ", ";", nil, {provider: "mock"}).text])`,
    prints: ['42'],
  },
  {
    option: 'permission events',
    program: `
  calls(1, "echo", {say: "x"})
  calls(1, "echo", {say: "y"})
  texts(["ok"])
  let r = run({tools: echo(), permissions: {allow: ["echo"], deny: {echo: { a -> a.say == "y" }}}})
  say([r.transcript.events.map({ e -> e.kind }).filter({ k -> k.starts_with("Permission") })])
  llm_mock_clear()
  calls(1, "echo", {say: "x"})
  texts(["ok"])
  let q = run({tools: echo(), permissions: {deny: ["ech*"], on_escalation: { p -> {grant: "session"} }}})
  say([q.tools.rejected, q.transcript.events.map({ e -> e.kind }).filter({ k -> k.starts_with("Permission") })])`,
    prints: ['[PermissionGrant, PermissionDeny]', '[] [PermissionEscalation, PermissionGrant]'],
  },
  {
    option: 'deferred',
    program: `
  texts(["a"])
  let r = run({session_id: "s", llm_caller: { a, next -> agent_session_inject("s", {role: "user", content: "later", mode: "wait_for_completion"}); return next() }})
  say([r.deferred_user_messages])`,
    prints: ['[later]'],
  },
  {
    option: 'session budget',
    program: `
  llm_budget(1.0)
  say([llm_budget_remaining(), llm_session_cost().keys()])`,
    prints: ['1.0 [call_count, input_tokens, output_tokens, total_cost]'],
  },
];
