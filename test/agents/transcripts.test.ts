// Transcripts in Harn programs: built, read, compacted with a callback, a template and a model.
import { describe, expect, it } from 'vitest';
import { printed } from './program.ts';

const TALK = `[
  {role: "user", content: "find the bug"},
  {role: "assistant", content: "it is in the parser"},
  {role: "user", content: "mend it"},
]`;

describe('transcripts in a program', () => {
  it('are built message by message and read back', async () => {
    const lines = await printed(`
pipeline main() {
  let t = add_assistant(add_user(transcript({source: "test"}), "hello"), "hi")
  let with_more = add_message(t, "system", "be kind")
  say([len(transcript_messages(with_more)), transcript_stats(with_more).user_facing_message_count])
  say([transcript_render_visible(with_more)])
  let back = transcript_import(transcript_export(with_more))
  say([back == with_more, back.metadata.source, transcript_id(back) == transcript_id(t)])
  say([len(transcript_messages(transcript_fork(t, {messages: false}))), transcript_summary(t)])
  say([len(transcript_events_by_kind(transcript_archive(t), "lifecycle"))])
}`);
    expect(lines).toEqual(['3 2', 'user: hello', 'assistant: hi', 'true test true', '0 nil', '1']);
  });

  it('are compacted by a closure, a template, and by the words they began with', async () => {
    const lines = await printed(`
pipeline main() {
  let own = transcript_auto_compact(${TALK}, {keep_last: 1, compact_callback: { old -> {summary: "old: \${len(old)}"} }})
  say([len(own), contains(own[0].content, "old: 2")])
  llm_mock({match: "*Sum up 2*", text: "by template"})
  let asked = transcript_summarize(${TALK}, {keep_last: 1, summarize_prompt: "Sum up {{ archived_count }}: {{ formatted_messages }}"})
  say([contains(transcript_summary(asked), "by template"), len(transcript_assets(asked))])
  let cut = transcript_compact(${TALK}, {strategy: "truncate", keep_last: 1})
  say([transcript_events_by_kind(cut, "compaction")[0].metadata.archived_messages])
}`);
    expect(lines).toEqual(['2 true', 'true 1', '2']);
  });

  it('of a model call go on in the next one, and of a loop are compacted on the way', async () => {
    const lines = await printed(`
pipeline main() {
  let first = llm_call("one", nil, {provider: "mock"})
  let second = llm_call("two", nil, {provider: "mock", transcript: first.transcript})
  say([len(transcript_messages(second.transcript))])
  let tools = tool_define(tool_registry(), "look", "Looks", {parameters: {}, handler: { _a -> "x" * 300 }})
  let result = agent_loop("look around", nil, {
    provider: "mock", tools: tools, max_iterations: 5, auto_compact: true, compact_threshold: 50,
    compact_keep_last: 2, compact_callback: { old -> "seen \${len(old)}" },
  })
  say([result.trace.compactions > 0, contains(transcript_summary(result.transcript), "seen")])
  let id = agent_session_open("s")
  for message in ${TALK} { agent_session_inject(id, message) }
  say([agent_session_compact(id, {compact_strategy: "truncate", keep_last: 1})])
}`);
    expect(lines).toEqual(['4', 'true true', '1']);
  });

  it('refuse what is no transcript, with the name of the function', async () => {
    const source = 'pipeline main() { transcript_stats("words") }';
    await expect(printed(source)).rejects.toThrow('transcript_stats: a transcript');
  });
});

describe('a structured call in a program', () => {
  it('gives the data, asks again when it does not fit, and says so when it never does', async () => {
    const lines = await printed(`
pipeline main() {
  let schema = {type: "object", required: ["n"], properties: {n: {type: "integer"}}}
  llm_mock({text: "no data"})
  llm_mock({text: "{\\"n\\": 3}"})
  say([llm_call_structured("count", schema, {provider: "mock"}).n, len(llm_mock_calls())])
  llm_mock({text: "{}"})
  let failed = llm_call_structured_safe("count", schema, {provider: "mock", retries: 0})
  say([failed.ok, failed.data, failed.error.category])
}`);
    expect(lines).toEqual(['3 2', 'false nil schema_validation']);
  });
});
