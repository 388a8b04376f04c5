// Examples of builtins: the open work of a run, people, and the process.
import type { Examples } from './example.ts';

export const OPEN_WORK_EXAMPLES: Examples = {
  'harness.acknowledge_handoff': {
    source:
      'let sent = harness.handoff_to("reviewer", {pr: 7})\nprintln(harness.acknowledge_handoff(sent.envelope.envelope_id, "not needed").status)\nprintln(harness.is_empty())',
    prints: 'acknowledged\ntrue',
  },
  'harness.acknowledge_trigger': {
    source:
      'harness.triggers.publish({id: "order-7", kind: "order"})\nlet [queued] = harness.unsettled_state().queued_triggers\nprintln(harness.acknowledge_trigger(queued.id).status)\nprintln(harness.is_empty())',
    prints: 'acknowledged\ntrue',
  },
  'harness.cancel_subagent': {
    source:
      'let reader = spawn_agent({name: "reader", task: "read", body: { _task, _me -> worker_checkpoint()?.input }})\nsuspend_agent(reader, "needs a person")\nwait_agent(reader)\nprintln(harness.cancel_subagent(reader, "nobody came").status)',
    prints: 'cancelled',
  },
  'harness.counts': {
    source: 'harness.handoff_to("reviewer", {pr: 7})\nprintln(harness.counts())',
    prints: '{in_flight: 0, partial: 1, pool_pending: 0, queued: 0, suspended: 0}',
  },
  'harness.current_pipeline_id': {
    source:
      'println(harness.current_pipeline_id() == harness.handoff_to("reviewer").envelope.origin_pipeline)',
    prints: 'true',
  },
  'harness.defer_trigger': {
    source:
      'harness.triggers.publish({id: "order-7", kind: "order"})\nlet [queued] = harness.unsettled_state().queued_triggers\nprintln(harness.defer_trigger(queued.id, "tomorrow").status)\nprintln(harness.counts())',
    prints: 'deferred\n{in_flight: 0, partial: 1, pool_pending: 0, queued: 0, suspended: 0}',
  },
  'harness.emit_audit': {
    source:
      'let said = harness.emit_audit("invoice_sent", {number: 7})\nprintln([said.status, said.entry.kind, said.entry.payload.number])',
    prints: '[recorded, invoice_sent, 7]',
  },
  'harness.finalize': {
    source:
      'let said = harness.finalize({status: "done", orders: 7})\nprintln("${said.status}: ${said.entry.payload.disposition}")',
    prints: 'finalized: {orders: 7, status: done}',
  },
  'harness.handoff_to': {
    source:
      'let sent = harness.handoff_to("reviewer", {pr: 7})\nprintln("${sent.status} for ${sent.envelope.to}: ${sent.envelope.payload}")',
    prints: 'queued for reviewer: {pr: 7}',
  },
  'harness.is_empty': {
    source:
      'println(harness.is_empty())\nharness.handoff_to("reviewer", {pr: 7})\nprintln(harness.is_empty())',
    prints: 'true\nfalse',
  },
  'harness.resume_subagent': {
    source:
      'let asked = spawn_agent({name: "reader", task: "read", body: { _task, _me -> worker_checkpoint()?.input }})\nsuspend_agent(asked, "needs a person")\nwait_agent(asked)\nharness.resume_subagent(asked, "go on")\nprintln(wait_agent(asked).result)',
    prints: 'go on',
  },
  'harness.spawn_settlement_agent': {
    source:
      'harness.handoff_to("reviewer", {pr: 7})\nlet receipt = harness.spawn_settlement_agent()\nprintln("${receipt.status}: ${receipt.items_processed} settled")\nprintln(harness.is_empty())',
    prints: 'completed: 1 settled\ntrue',
  },
  'harness.summary': {
    source: 'harness.handoff_to("reviewer", {pr: 7})\nprintln(harness.summary())',
    prints:
      'unsettled work: 0 suspended subagents, 0 queued triggers, 1 partial handoffs, 0 in-flight llm calls, 0 pool pending tasks',
  },
  'harness.unsettled_state': {
    source:
      'harness.handoff_to("reviewer", {pr: 7})\nlet open = harness.unsettled_state()\nprintln(keys(open))\nprintln(open.partial_handoffs[0].payload)',
    prints:
      '[in_flight_llm_calls, partial_handoffs, pool_pending_tasks, queued_triggers, suspended_subagents]\n{pr: 7}',
  },
  'harness.wait_for_any_settlement': {
    source:
      'println(harness.wait_for_any_settlement(5s).status)\nharness.handoff_to("reviewer", {pr: 7})\nlet waited = harness.wait_for_any_settlement(5s)\nprintln([waited.status, waited.reason])',
    prints: 'settled\n[unsettled, stuck]',
  },
  'harness.without': {
    source:
      'write_file("a.txt", "alpha")\nlet reader = harness.without("fs:write", "net")\nprintln(reader.fs.read_text("a.txt"))\nprintln(unwrap_err(try { reader.fs.write_text("a.txt", "beta") }))',
    prints: 'alpha\nharness.fs.write_text is denied by an attenuated handle',
  },
  hostname: {
    source: 'println("this runs on ${hostname()}")',
    prints: 'this runs on mock',
  },
  'interaction.ask': {
    source:
      'host_mock("hitl", "question", {answer: "Ada"})\nprintln(harness.interaction.ask("Who reviews this?", "name"))',
    prints: 'Ada',
  },
  'interaction.ask_user': {
    source:
      'host_mock("hitl", "question", {answer: 3})\nprintln(ask_user("How many copies?", {schema: {type: "int"}}) * 2)',
    prints: '6',
  },
  'interaction.hitl_pending': {
    source:
      'let asking = spawn { ask_user("Which branch?", {default: "main"}) }\nawait(spawn { nil })\nlet [open] = hitl_pending()\nprintln("${open.request_kind}: ${open.prompt}")\ncancel(asking)',
    prints: 'question: Which branch?',
  },
  is_cancelled: {
    source:
      'mock_time(0)\nlet worker = spawn {\n  while !is_cancelled() { sleep(1ms) }\n  "stopped cleanly"\n}\ncancel_graceful(worker, 1s)\nprintln(await(worker))',
    prints: 'stopped cleanly',
  },
};
