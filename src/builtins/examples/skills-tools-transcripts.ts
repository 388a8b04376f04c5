// Examples of builtins: skills, tools and transcripts.
import type { Examples } from './example.ts';

export const SKILLS_TOOLS_TRANSCRIPTS_EXAMPLES: Examples = {
  render_always_on_catalog: {
    source:
      'let skills = skill_define(skill_registry(), "ship", {description: "Ships a release", when_to_use: "a tag is ready"})\nprintln(render_always_on_catalog(skills_catalog_entries(skills)))',
    prints:
      '## Available skills\n\nThese skills are available. Call `load_skill({ name: "<skill-id>" })` to load the full body of a skill when it becomes relevant.\n\n- `ship`: Ships a release\n  when: a tag is ready',
  },
  skill_count: {
    source:
      'let skills = skill_define(skill_registry(), "ship", {description: "Ships"})\nprintln(skill_count(skill_define(skills, "test", {description: "Tests"})))',
    prints: '2',
  },
  skill_describe: {
    source:
      'println(skill_describe(skill_define(skill_registry(), "ship", {description: "Ships a release"})))',
    prints: 'Available skills:\n- ship: Ships a release',
  },
  skill_find: {
    source:
      'let skills = skill_define(skill_registry(), "ship", {description: "Ships a release"})\nprintln(skill_find(skills, "ship").description)\nprintln(skill_find(skills, "sail"))',
    prints: 'Ships a release\nnil',
  },
  skill_list: {
    source:
      'let skills = skill_define(skill_registry(), "ship", {description: "Ships", prompt: "Tag first.", on_activate: { -> nil }})\nprintln(skill_list(skills))',
    prints: '[{description: Ships, name: ship, prompt: Tag first.}]',
  },
  skill_registry: {
    source: 'println(skill_count(skill_registry()))',
    prints: '0',
  },
  skill_remove: {
    source:
      'let skills = skill_define(skill_registry(), "ship", {description: "Ships"})\nprintln(skill_count(skill_remove(skills, "ship")))',
    prints: '0',
  },
  skill_select: {
    source:
      'let one = skill_define(skill_registry(), "ship", {description: "Ships"})\nlet two = skill_define(one, "test", {description: "Tests"})\nprintln(skill_list(skill_select(two, ["test"])).map({ s -> s.name }))',
    prints: '[test]',
  },
  skills_catalog_entries: {
    source:
      'let skills = skill_define(skill_registry(), "ship", {description: "Ships", when_to_use: "a tag is ready"})\nprintln(skills_catalog_entries(skills))',
    prints: '[{description: Ships, name: ship, when_to_use: a tag is ready}]',
  },
  tool_count: {
    source:
      'let tools = tool_define(tool_registry(), "add", "Adds", {parameters: {a: "int", b: "int"}, handler: { x -> x.a + x.b }})\nprintln(tool_count(tools))',
    prints: '1',
  },
  tool_describe: {
    source:
      'println(tool_describe(tool_define(tool_registry(), "add", "Adds two numbers", {parameters: {a: "int", b: "int"}, handler: { x -> x.a + x.b }})))',
    prints: 'add(a, b): Adds two numbers',
  },
  tool_find: {
    source:
      'let tools = tool_define(tool_registry(), "add", "Adds two numbers", {parameters: {a: "int"}, handler: { x -> x.a + 1 }})\nprintln(tool_find(tools, "add").description)\nprintln(tool_find(tools, "sub"))',
    prints: 'Adds two numbers\nnil',
  },
  tool_format_result: {
    source: 'println(tool_format_result("add", 3))',
    prints: '<tool_result>{"name": "add", "result": "3"}</tool_result>',
  },
  tool_list: {
    source:
      'let tools = tool_define(tool_registry(), "add", "Adds", {parameters: {a: "int", b: "int"}, handler: { x -> x.a + x.b }})\nprintln(tool_list(tools))',
    prints:
      '[{description: Adds, executor: harn, name: add, parameters: {a: {type: integer}, b: {type: integer}}}]',
  },
  tool_parse_call: {
    source:
      'println(tool_parse_call("<tool_call>{\\"name\\": \\"add\\", \\"arguments\\": {\\"a\\": 1, \\"b\\": 2}}</tool_call>"))',
    prints: '[{arguments: {a: 1, b: 2}, name: add}]',
  },
  tool_prompt: {
    source:
      'println(tool_prompt(tool_define(tool_registry(), "add", "Adds two numbers", {parameters: {a: "int", b: "int"}, handler: { x -> x.a + x.b }})))',
    prints:
      '## Available Tools\n\n- add: Adds two numbers\n  parameters: {"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]}\n\nTo use a tool, write exactly this, with the tool and arguments you need:\n<tool_call>{"name": "TOOL", "arguments": {"PARAMETER": "VALUE"}}</tool_call>\nYou may write several. Results come back between <tool_result> tags; do not write those yourself.',
  },
  tool_registry: {
    source: 'println(tool_count(tool_registry()))',
    prints: '0',
  },
  tool_remove: {
    source:
      'let tools = tool_define(tool_registry(), "add", "Adds", {parameters: {a: "int"}, handler: { x -> x.a + 1 }})\nprintln(tool_count(tool_remove(tools, "add")))',
    prints: '0',
  },
  tool_schema: {
    source:
      'let tools = tool_define(tool_registry(), "add", "Adds", {parameters: {a: "int"}, handler: { x -> x.a + 1 }})\nprintln(tool_schema(tools).tools[0].inputSchema)',
    prints: '{properties: {a: {type: integer}}, required: [a], type: object}',
  },
  tool_select: {
    source:
      'let one = tool_define(tool_registry(), "add", "Adds", {parameters: {a: "int"}, handler: { x -> x.a + 1 }})\nlet two = tool_define(one, "neg", "Negates", {parameters: {a: "int"}, handler: { x -> 0 - x.a }})\nprintln(tool_list(tool_select(two, ["neg"])).map({ t -> t.name }))',
    prints: '[neg]',
  },
  transcript_abandon: {
    source: 'println(transcript_abandon(transcript()).state)',
    prints: 'abandoned',
  },
  transcript_add_asset: {
    source:
      'let t = transcript_add_asset(transcript(), {kind: "image", name: "plan.png", mime_type: "image/png"})\nprintln(transcript_assets(t)[0].name)',
    prints: 'plan.png',
  },
  transcript_archive: {
    source: 'println(transcript_archive(transcript()).state)',
    prints: 'archived',
  },
  transcript_assets: {
    source:
      'let t = transcript_add_asset(transcript(), {kind: "log", name: "build.log"})\nprintln(transcript_assets(t).map({ a -> "${a.kind}: ${a.name}" }))',
    prints: '[log: build.log]',
  },
  transcript_events: {
    source:
      'let t = transcript_archive(add_user(transcript(), "Hi"))\nprintln(transcript_events(t).map({ e -> e.kind }))',
    prints: '[message, lifecycle]',
  },
  transcript_events_by_kind: {
    source:
      'let t = transcript_archive(add_assistant(add_user(transcript(), "Hi"), "Hello"))\nprintln(transcript_events_by_kind(t, "message").map({ e -> e.text }))',
    prints: '[Hi, Hello]',
  },
  transcript_export: {
    source:
      'let text = transcript_export(add_user(transcript(), "Hi"))\nprintln(json_parse(text).messages)',
    prints: '[{content: Hi, role: user}]',
  },
  transcript_from_messages: {
    source:
      'let t = transcript_from_messages([{role: "user", content: "Hi"}, {role: "assistant", content: "Hello"}])\nprintln([t._type, transcript_stats(t).message_count])',
    prints: '[transcript, 2]',
  },
  transcript_id: {
    source:
      'let t = transcript()\nprintln([transcript_id(t) == t.id, transcript_id(t) == transcript_id(transcript_fork(t))])',
    prints: '[true, false]',
  },
  transcript_import: {
    source:
      'let t = add_user(transcript(), "Hi")\nprintln(transcript_import(transcript_export(t)) == t)',
    prints: 'true',
  },
  transcript_messages: {
    source: 'println(transcript_messages(add_assistant(add_user(transcript(), "Hi"), "Hello")))',
    prints: '[{content: Hi, role: user}, {content: Hello, role: assistant}]',
  },
  transcript_render_full: {
    source: 'println(transcript_render_full(transcript_archive(add_user(transcript(), "Hi"))))',
    prints: '[public] user: Hi\n[internal] system lifecycle: transcript archived',
  },
  transcript_render_visible: {
    source:
      'println(transcript_render_visible(add_assistant(add_user(transcript(), "Hi"), "Hello")))',
    prints: 'user: Hi\nassistant: Hello',
  },
  transcript_resume: {
    source: 'println(transcript_resume(transcript_archive(transcript())).state)',
    prints: 'active',
  },
  transcript_stats: {
    source:
      'let stats = transcript_stats(add_assistant(add_user(transcript(), "Hi"), "Hello"))\nprintln([stats.message_count, stats.user_message_count, stats.tool_call_count])',
    prints: '[2, 1, 0]',
  },
  transcript_summary: {
    source:
      'let t = add_assistant(add_user(transcript(), "Hi"), "Hello")\nprintln(transcript_summary(t))\nprintln(transcript_summary(transcript_compact(t, {keep_last: 1, summary: "They greeted."})))',
    prints: 'nil\nThey greeted.',
  },
};
