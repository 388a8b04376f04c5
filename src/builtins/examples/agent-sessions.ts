// Examples of builtins: agent sessions.
import type { Examples } from './example.ts';

export const AGENT_SESSION_EXAMPLES: Examples = {
  'agent.open': {
    source: `let id = agent_session_open("support")
say([id, agent_session_exists(id)])`,
    prints: 'support true',
  },
  'agent.exists': {
    source: `println(agent_session_exists("support"))
agent_session_open("support")
println(agent_session_exists("support"))`,
    prints: `false
true`,
  },
  'agent.ancestry': {
    source: `let first = agent_session_open("first")
agent_session_fork(first, "second")
println(agent_session_ancestry("second"))`,
    prints: '{child_ids: [], parent_id: first, root_id: first}',
  },
  'agent.fork': {
    source: `let first = agent_session_open("first")
agent_session_inject(first, {role: "user", content: "hello"})
let second = agent_session_fork(first, "second")
say([second, agent_session_length(second)])`,
    prints: 'second 1',
  },
  'agent.fork_at': {
    source: `let first = agent_session_open("first")
for word in ["one", "two", "three"] { agent_session_inject(first, {role: "user", content: word}) }
println(agent_session_length(agent_session_fork_at(first, 2, "second")))`,
    prints: '2',
  },
  'agent.inject': {
    source: `let id = agent_session_open("s")
agent_session_inject(id, {role: "user", content: "Call me Ada."})
println(agent_session_snapshot(id).messages[0].content)`,
    prints: 'Call me Ada.',
  },
  'agent.inject_feedback': {
    source: `let id = agent_session_open("s")
agent_inject_feedback(id, "lint", "two warnings in a.ts")
let result = agent_loop("Go on", nil, {provider: "mock", session_id: id})
for message in result.transcript.messages { println("\${message.role}: \${message.content}") }`,
    prints: `user: Go on
user: two warnings in a.ts
assistant: Mock response to 4-word prompt: two warnings in a.ts`,
  },
  'agent.length': {
    source: `let id = agent_session_open("s")
agent_session_inject(id, {role: "user", content: "hello"})
println(agent_session_length(id))`,
    prints: '1',
  },
  'agent.reset': {
    source: `let id = agent_session_open("s")
agent_session_inject(id, {role: "user", content: "hello"})
agent_session_reset(id)
say([agent_session_exists(id), agent_session_length(id)])`,
    prints: 'true 0',
  },
  'agent.close': {
    source: `let id = agent_session_open("s")
agent_session_close(id)
println(agent_session_exists(id))`,
    prints: 'false',
  },
  'agent.trim': {
    source: `let id = agent_session_open("s")
for word in ["one", "two", "three"] { agent_session_inject(id, {role: "user", content: word}) }
println(agent_session_trim(id, 2))
println(agent_session_snapshot(id).messages[0].content)`,
    prints: `2
two`,
  },
  'agent.compact': {
    source: `let id = agent_session_open("s")
for word in ["one", "two", "three"] { agent_session_inject(id, {role: "user", content: word}) }
println(agent_session_compact(id, {compact_strategy: "truncate", keep_last: 1}))`,
    prints: '1',
  },
  'agent.snapshot': {
    source: `let id = agent_session_open("s")
agent_session_inject(id, {role: "user", content: "hello"})
println(agent_session_snapshot(id).messages)`,
    prints: '[{content: hello, role: user}]',
  },
  'agent.set_scratchpad': {
    source: `let id = agent_session_open("s")
println(agent_session_set_scratchpad(id, {goal: "ship"}))`,
    prints: '{ok: true, scratchpad: {goal: ship}, version: 1}',
  },
  'agent.scratchpad': {
    source: `let id = agent_session_open("s")
agent_session_set_scratchpad(id, {goal: "ship"})
println(agent_session_scratchpad(id))`,
    prints: '{goal: ship}',
  },
  'agent.clear_scratchpad': {
    source: `let id = agent_session_open("s")
agent_session_set_scratchpad(id, {goal: "ship"})
agent_session_clear_scratchpad(id)
println(agent_session_scratchpad(id))`,
    prints: 'nil',
  },
  'agent.clear_skills': {
    source: `let baking = skill_define(skill_registry(), "bake", {description: "Bakes bread", prompt: "Preheat first."})
llm_mock({text: "done"})
agent_loop("bake a loaf", nil, {provider: "mock", session_id: "s", skills: baking})
println(agent_session_clear_skills("s"))
println(agent_session_clear_skills("s"))`,
    prints: '[bake]\n[]',
  },
  'agent.current_id': {
    source: `let tools = tool_define(tool_registry(), "where", "Names the session", {parameters: {}, handler: { _args -> println(agent_session_current_id()) }})
llm_mock({tool_calls: [{id: "c1", name: "where", arguments: {}}]})
llm_mock({text: "done"})
agent_loop("Where are we?", nil, {provider: "mock", session_id: "s", tools: tools})`,
    prints: 's',
  },
  'agent.subscribe': {
    source: `let id = agent_session_open("s")
agent_subscribe(id, { event -> println(event.type) })
llm_mock({text: "hello"})
agent_loop("Say hello", nil, {provider: "mock", session_id: id})`,
    prints: `turn_start
agent_message_chunk
turn_end`,
  },
  'agent.replay_events': {
    source: `llm_mock({text: "hello"})
agent_loop("Say hello", nil, {provider: "mock", session_id: "s"})
println(load_agent_session_replay_events("s").map({ e -> e.kind }))`,
    prints: '[turn_start, agent_message_chunk, turn_end]',
  },
  'agent.loop': {
    source: `let tools = tool_define(tool_registry(), "add", "Adds", {parameters: {a: "int", b: "int"}, handler: { args -> args.a + args.b }})
llm_mock({tool_calls: [{id: "c1", name: "add", arguments: {a: 40, b: 2}}]})
llm_mock({text: "It is 42."})
println(agent_loop("What is 40 + 2?", nil, {provider: "mock", tools: tools}).text)`,
    prints: 'It is 42.',
  },
  'agent.sub_agent_run': {
    source: `llm_mock({text: "Three files changed."})
let result = sub_agent_run("Sum up the change", {provider: "mock"})
say([result.ok, result.summary])`,
    prints: 'true Three files changed.',
  },
  'agent.transcript': {
    source: 'println(transcript({topic: "parser"}).metadata)',
    prints: '{topic: parser}',
  },
  'agent.transcript_auto_compact': {
    source: `let talk = ["one", "two", "three"].map({ word -> {role: "user", content: word} })
let short = transcript_auto_compact(talk, {keep_last: 1, compact_callback: { old -> "\${len(old)} older messages" }})
for message in short { println(message.content) }`,
    prints: `[auto-compacted 2 messages: custom]
2 older messages
three`,
  },
  'agent.transcript_compact': {
    source: `let talk = ["one", "two", "three"].map({ word -> {role: "user", content: word} })
let short = transcript_compact(talk, {keep_last: 1, summary: "They counted."})
println(transcript_summary(short))
println(len(transcript_messages(short)))`,
    prints: `They counted.
1`,
  },
  'agent.transcript_fork': {
    source: `let t = add_user(transcript(), "hello")
let bare = transcript_fork(t, {messages: false})
say([len(transcript_messages(transcript_fork(t))), len(transcript_messages(bare)), transcript_id(bare) == transcript_id(t)])`,
    prints: '1 0 false',
  },
  'agent.transcript_reset': {
    source: `println(transcript_messages(transcript_reset({metadata: {topic: "parser"}})))
println(transcript_reset({metadata: {topic: "parser"}}).metadata)`,
    prints: `[]
{topic: parser}`,
  },
  'agent.transcript_summarize': {
    source: `llm_mock({text: "They greeted each other."})
let talk = add_user(add_assistant(add_user(transcript(), "hello"), "hi"), "bye")
println(transcript_summary(transcript_summarize(talk, {keep_last: 1})))`,
    prints: `[auto-compacted 2 messages: llm]
They greeted each other.`,
  },
};
