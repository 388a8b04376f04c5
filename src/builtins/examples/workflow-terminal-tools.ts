// Examples of builtins: workflow mailboxes, the terminal, stand-ins for tests, tools.
import type { Examples } from './example.ts';

const WORKFLOW_MAILBOX_EXAMPLES: Examples = {
  'runtime.workflow_continue_as_new': {
    source:
      'println(workflow.status("order-7").generation)\nprintln(workflow.continue_as_new("order-7").generation)',
    prints: '1\n2',
  },
  'runtime.workflow_pause': {
    source: 'println(workflow.pause("order-7").paused)\nprintln(workflow.receive("order-7").name)',
    prints: 'true\npause',
  },
  'runtime.workflow_publish_query': {
    source:
      'workflow.publish_query("order-7", "progress", {done: 3, of: 4})\nprintln(workflow.query("order-7", "progress"))',
    prints: '{done: 3, of: 4}',
  },
  'runtime.workflow_query': {
    source:
      'workflow.publish_query("order-7", "step", "pack")\nworkflow.publish_query("order-7", "step", "ship")\nprintln([workflow.query("order-7", "step"), workflow.query("order-7", "price")])',
    prints: '[ship, nil]',
  },
  'runtime.workflow_receive': {
    source:
      'workflow.signal("order-7", "paid", {cents: 500})\nlet message = workflow.receive("order-7")\nprintln([message.kind, message.name, message.payload.cents])\nprintln(workflow.receive("order-7"))',
    prints: '[signal, paid, 500]\nnil',
  },
  'runtime.workflow_respond_update': {
    source:
      'mock_time(0)\nlet asked = spawn { workflow.update("order-7", "add", 2) }\nwhile workflow.status("order-7").pending_count == 0 { sleep(1ms) }\nlet request = workflow.receive("order-7")\nworkflow.respond_update("order-7", request.request_id, request.payload + 1)\nprintln(await(asked))',
    prints: '3',
  },
  'runtime.workflow_resume': {
    source:
      'workflow.pause("order-7")\nprintln(workflow.resume("order-7").paused)\nprintln([workflow.receive("order-7").name, workflow.receive("order-7").name])',
    prints: 'false\n[pause, resume]',
  },
  'runtime.workflow_signal': {
    source:
      'let sent = workflow.signal("order-7", "paid", {cents: 500})\nprintln([sent.name, sent.status.pending_count])',
    prints: '[paid, 1]',
  },
  'runtime.workflow_status': {
    source:
      'workflow.signal("order-7", "paid")\nworkflow.publish_query("order-7", "step", "ship")\nlet now = workflow.status("order-7")\nprintln([now.generation, now.paused, now.pending_count, now.query_count])',
    prints: '[1, false, 1, 1]',
  },
  'runtime.workflow_update': {
    source:
      'mock_time(0)\ntry { workflow.update("order-7", "add", 2, {timeout_ms: 10}) } catch (e) { println("nobody answered") }\nprintln(workflow.receive("order-7").payload)',
    prints: 'nobody answered\n2',
  },
  'triggers.request_cancel': {
    source:
      'harness.triggers.publish({id: "order-7", kind: "order"})\nprintln(harness.counts().queued)\nharness.triggers.request_cancel("order-7")\nprintln(harness.counts().queued)',
    prints: '1\n0',
  },
};

const RECEIPT_EXAMPLES: Examples = {
  verify_lifecycle_receipt_signature: {
    source:
      'let receipt = lifecycle_receipt_record_suspension({handle: "worker_1", reason: "asks"})\nprintln(verify_lifecycle_receipt_signature("suspension_receipt", receipt))\nprintln(is_err(try { verify_lifecycle_receipt_signature("suspension_receipt", receipt + {handle: "worker_2"}) }))',
    prints: 'true\ntrue',
  },
};

const TERMINAL_EXAMPLES: Examples = {
  'stdio.eprint': {
    source: 'capture_stderr_start()\neprint("load")\neprint("ing")\nprintln(capture_stderr_take())',
    prints: 'loading',
  },
  'stdio.eprintln': {
    source:
      'capture_stderr_start()\neprintln("a")\neprintln("b")\nprintln(split(capture_stderr_take(), "\\n"))',
    prints: '[a, b, ]',
  },
  'stdio.is_stderr_tty': {
    source: 'mock_tty("stderr", true)\nprintln(is_stderr_tty())',
    prints: 'true',
  },
  'stdio.is_stdin_tty': {
    source: 'mock_tty("stdin", false)\nprintln(if is_stdin_tty() { "typed" } else { "piped" })',
    prints: 'piped',
  },
  'stdio.is_stdout_tty': {
    source: 'mock_tty("stdout", false)\nprintln(if is_stdout_tty() { "table" } else { "json" })',
    prints: 'json',
  },
  'stdio.log': { source: 'log("ready")', prints: '[harn] ready' },
  'stdio.print': { source: 'print("a")\nprint(1)\nprintln("!")', prints: 'a1!' },
  'stdio.println': {
    source: 'println("total: ${1 + 2}")\nprintln([1, nil])',
    prints: 'total: 3\n[1, nil]',
  },
  'stdio.progress': {
    source:
      'progress("build", "compiling", 2, 5)\nprogress("build", "linking", {mode: "bar", current: 3, total: 4, width: 8})',
    prints: '[build] compiling (2/5)\n[build] [######--] linking (3/4)',
  },
  'stdio.prompt': {
    source: 'mock_stdin("Ada\\n")\nlet name = prompt_user("Name? ")\nprintln("Hello ${name}")',
    prints: 'Name? Hello Ada',
  },
  'stdio.read_line': {
    source: 'mock_stdin("a\\nb")\nprintln([read_line(), read_line(), read_line()])',
    prints: '[a, b, nil]',
  },
  'stdio.read_stdin': {
    source: 'mock_stdin("head\\n1\\n2")\nread_line()\nprintln(split(read_stdin(), "\\n"))',
    prints: '[1, 2]',
  },
  'term.bold': {
    source:
      'set_color_mode("always")\nprintln(json_stringify(bold("hi")))\nset_color_mode("never")\nprintln(bold("hi"))',
    prints: '"\\u001b[1mhi\\u001b[0m"\nhi',
  },
  'term.dim': {
    source:
      'set_color_mode("always")\nprintln(json_stringify(dim("hi")))\nset_color_mode("never")\nprintln(dim("hi"))',
    prints: '"\\u001b[2mhi\\u001b[0m"\nhi',
  },
  'term.set_color_mode': {
    source:
      'set_color_mode("never")\nprintln(len(color("hi", "red")))\nset_color_mode("always")\nprintln(len(color("hi", "red")) > 2)',
    prints: '2\ntrue',
  },
  'term.width': { source: 'println("-".repeat(term_width() / 8))', prints: '----------' },
  'term.height': { source: 'println(harness.term.height())', prints: '24' },
  'term.is_tty': { source: 'println(harness.term.is_tty("stdout"))', prints: 'false' },
  'term.clear': { source: 'harness.term.clear()\nprintln("a clean page")', prints: 'a clean page' },
  'system.cpu': {
    source:
      'const cpu = harness.system.cpu()\nprintln([cpu.count, cpu.model, cpu.usage_pct <= 100])',
    prints: '[8, Mock, true]',
  },
  'system.memory': {
    source: 'const m = harness.system.memory()\nprintln([m.total_gb, m.pressure])',
    prints: '[16, low]',
  },
  'system.identity': {
    source: 'println(keys(harness.system.identity()))',
    prints: '[hostname, pid, username]',
  },
  'system.platform': {
    source: 'println(harness.system.platform().os)',
    prints: 'linux',
  },
  username: { source: 'println(username() == harness.system.identity().username)', prints: 'true' },
};

const TESTING_EXAMPLES: Examples = {
  'testing.capture_stderr_start': {
    source:
      'capture_stderr_start()\neprintln("low disk")\nprintln(contains(capture_stderr_take(), "disk"))',
    prints: 'true',
  },
  'testing.capture_stderr_take': {
    source: 'capture_stderr_start()\neprint("careful")\nprintln(capture_stderr_take())',
    prints: 'careful',
  },
  'testing.clock_advance': {
    source: 'mock_time(1000)\nadvance_time(2s)\nprintln(now_ms())',
    prints: '3000',
  },
  'testing.clock_reset': {
    source: 'mock_time(0)\nprintln(now_ms())\nunmock_time()\nprintln(now_ms() > 0)',
    prints: '0\ntrue',
  },
  'testing.clock_set': {
    source: 'mock_time(86400000)\nprintln(now_ms())',
    prints: '86400000',
  },
  'testing.http_mock_calls': {
    source:
      'http_mock("POST", "https://a.b/*", {status: 201})\nhttp_post("https://a.b/orders", "tea")\nlet [call] = http_mock_calls()\nprintln([call.method, call.url, call.body])',
    prints: '[POST, https://a.b/orders, tea]',
  },
  'testing.http_mock_clear': {
    source:
      'http_mock("GET", "https://a.b/*", {body: "hi"})\nhttp_get("https://a.b/c")\nprintln(len(http_mock_calls()))\nhttp_mock_clear()\nprintln(len(http_mock_calls()))',
    prints: '1\n0',
  },
  'testing.sse_mock': {
    source:
      'sse_mock("https://a.b/e", [{event: "tick", data: "1", id: "7"}])\nlet s = sse_connect("GET", "https://a.b/e")\nsse_receive(s)\nlet got = sse_receive(s)\nprintln([got.event, got.data, got.id])',
    prints: '[tick, 1, 7]',
  },
  'testing.stdin_reset': {
    source: 'mock_stdin("a")\nprintln(read_line())\nunmock_stdin()\nprintln(read_line())',
    prints: 'a\nnil',
  },
  'testing.transport_mock_calls': {
    source:
      'websocket_mock("wss://a.b/", ["hi"])\nlet s = websocket_connect("wss://a.b/")\nwebsocket_send(s, "there")\nprintln(transport_mock_calls().map({ c -> [c.operation, c.data] }))',
    prints: '[[connect, nil], [send, there]]',
  },
  'testing.transport_mock_clear': {
    source:
      'sse_mock("https://a.b/e", ["hi"])\nsse_connect("GET", "https://a.b/e")\nprintln(len(transport_mock_calls()))\ntransport_mock_clear()\nprintln(len(transport_mock_calls()))',
    prints: '1\n0',
  },
  'testing.tty_reset': {
    source:
      'mock_tty("stdout", true)\nprintln(is_stdout_tty())\nunmock_tty()\nprintln(is_stdout_tty())',
    prints: 'true\nfalse',
  },
  'testing.tty_set': {
    source: 'mock_tty("stdin", true)\nprintln([is_stdin_tty(), is_stderr_tty()])',
    prints: '[true, false]',
  },
  'testing.websocket_mock': {
    source:
      'websocket_mock("wss://a.b/*", {messages: ["hi"], echo: true})\nlet s = websocket_connect("wss://a.b/chat")\nwebsocket_send(s, "there")\nprintln([websocket_receive(s).data, websocket_receive(s).data])',
    prints: '[hi, there]',
  },
};

const TOOL_EXAMPLES: Examples = {
  tool_bind: {
    source:
      'tool_bind(tool_define(tool_registry(), "edit", "Edits a file", {parameters: {path: "string"}, handler: { a -> a.path }}))\nprintln(tool_def("edit").description)\ntool_bind(nil)\nprintln(is_err(try { tool_ref("edit") }))',
    prints: 'Edits a file\ntrue',
  },
  tool_def: {
    source:
      'tool_bind(tool_define(tool_registry(), "edit", "Edits a file", {parameters: {path: "string"}, handler: { a -> a.path }}))\nprintln(tool_def("edit").description)',
    prints: 'Edits a file',
  },
  tool_ref: {
    source:
      'tool_bind(tool_define(tool_registry(), "edit", "Edits a file", {parameters: {path: "string"}, handler: { a -> a.path }}))\nprintln("Use ${tool_ref("edit")} to change files.")\nprintln(is_err(try { tool_ref("edti") }))',
    prints: 'Use edit to change files.\ntrue',
  },
  tool_synthesis_cache: {
    source:
      'tool_synthesize({description: "Fetch the calendar", name: "calendar", capabilities: ["http"]})\nprintln(tool_synthesis_cache().map({ t -> [t.name, t.side_effect_level] }))',
    prints: '[[calendar, network]]',
  },
  tool_synthesis_clear: {
    source:
      'tool_synthesize({description: "Fetch the calendar"})\nprintln(len(tool_synthesis_cache()))\ntool_synthesis_clear()\nprintln(len(tool_synthesis_cache()))',
    prints: '1\n0',
  },
  tool_synthesize: {
    source:
      'let calendar = tool_synthesize({description: "Fetch the calendar", parameters: {day: "string"}})\nlet shown = calendar({day: "Monday"})\nprintln([shown.status, shown.name, shown.args.day])\nprintln(is_err(try { calendar({}) }))',
    prints: '[dry_run, fetch_the_calendar, Monday]\ntrue',
  },
  'tools.register_hook': {
    source:
      'let tools = tool_define(tool_registry(), "hi", "Greets", {parameters: {}, handler: { a -> "hello" }})\nregister_tool_hook({pattern: "hi", post: { event -> uppercase(event.result.text) }})\nllm_mock({tool_calls: [{name: "hi", arguments: {}}]})\nllm_mock({text: "done"})\nprintln(agent_loop("greet", nil, {provider: "mock", tools: tools}).transcript.messages[2].content)',
    prints: 'HELLO',
  },
  'tools.clear_hooks': {
    source:
      'let tools = tool_define(tool_registry(), "hi", "Greets", {parameters: {}, handler: { a -> "hello" }})\nregister_tool_hook({pattern: "hi", deny: "not today"})\nclear_tool_hooks()\nllm_mock({tool_calls: [{name: "hi", arguments: {}}]})\nllm_mock({text: "done"})\nprintln(agent_loop("greet", nil, {provider: "mock", tools: tools}).transcript.messages[2].content)',
    prints: 'hello',
  },
};

export const WORKFLOW_TERMINAL_TOOL_EXAMPLES: Examples = {
  ...WORKFLOW_MAILBOX_EXAMPLES,
  ...RECEIPT_EXAMPLES,
  ...TERMINAL_EXAMPLES,
  ...TESTING_EXAMPLES,
  ...TOOL_EXAMPLES,
};
