// Examples of builtins: tracing-and-logs.
import type { Examples } from './example.ts';

export const TRACING_AND_LOGS_EXAMPLES: Examples = {
  'obs.enable_tracing': {
    source:
      'log_set_level("error")\ntrace_end(trace_start("before"))\nenable_tracing()\ntrace_end(trace_start("after"))\nprintln(trace_spans().map({ s -> s.name }))',
    prints: '[after]',
  },
  'obs.trace_spans': {
    source:
      'mock_time(0)\nenable_tracing()\nlog_set_level("error")\nconst span = trace_start("load")\nadvance_time(20)\ntrace_end(span)\nprintln(trace_spans().map({ s -> [s.name, s.duration_ms] }))',
    prints: '[[load, 20]]',
  },
  'obs.trace_summary': {
    source:
      'mock_time(0)\nenable_tracing()\nlog_set_level("error")\nconst span = trace_start("load")\nadvance_time(20)\ntrace_end(span)\nprintln(trace_summary())',
    prints: '1 spans, 20ms\n  load: 20ms',
  },
  'obs.trace_start': {
    source: 'const span = trace_start("load")\nprintln([span.name, span.trace_id == trace_id()])',
    prints: '[load, true]',
  },
  'obs.start_span': {
    source:
      'const span = harness.obs.start_span("load", {rows: 3})\nprintln([span.name, span.span_id == nil])',
    prints: '[load, false]',
  },
  'obs.end_span': {
    source:
      'mock_time(0)\nconst span = harness.obs.start_span("load", {rows: 3})\nadvance_time(20)\nconst done = harness.obs.end_span(span)\nprintln([done?.duration_ms, done?.metadata, harness.obs.end_span(span)])',
    prints: '[20, {rows: 3}, nil]',
  },
  'obs.span': {
    source:
      'enable_tracing()\nconst n = harness.obs.span("count", {kind: "words"}, { -> len(split("a b c", " ")) })\nprintln([n, trace_spans()[0].name, trace_spans()[0].metadata])',
    prints: '[3, count, {kind: words}]',
  },
  'obs.trace_end': {
    source:
      'mock_time(0)\nenable_tracing()\nlog_set_level("error")\nconst span = trace_start("load")\nadvance_time(20)\ntrace_end(span)\nprintln("${trace_spans()[0].name} took ${trace_spans()[0].duration_ms} ms, open now: ${trace_id()}")',
    prints: 'load took 20 ms, open now: nil',
  },
  'obs.trace_id': {
    source:
      'println(trace_id())\nconst span = trace_start("load")\nprintln(trace_id() == span.trace_id)',
    prints: 'nil\ntrue',
  },
  'obs.log_debug': {
    source: 'mock_time(0)\nlog_debug("saved", {rows: 3})',
    prints:
      '{"timestamp":"1970-01-01T00:00:00.000Z","level":"debug","message":"saved","fields":{"rows":3}}',
  },
  'obs.log_info': {
    source: 'mock_time(0)\nlog_info("saved", {rows: 3})',
    prints:
      '{"timestamp":"1970-01-01T00:00:00.000Z","level":"info","message":"saved","fields":{"rows":3}}',
  },
  'obs.log_warn': {
    source: 'mock_time(0)\nlog_warn("saved", {rows: 3})',
    prints:
      '{"timestamp":"1970-01-01T00:00:00.000Z","level":"warn","message":"saved","fields":{"rows":3}}',
  },
  'obs.log_error': {
    source: 'mock_time(0)\nlog_error("saved", {rows: 3})',
    prints:
      '{"timestamp":"1970-01-01T00:00:00.000Z","level":"error","message":"saved","fields":{"rows":3}}',
  },
  'obs.log': {
    source: 'mock_time(0)\nharness.obs.log("disk is full", "warn", {free: 0})',
    prints:
      '{"timestamp":"1970-01-01T00:00:00.000Z","level":"warn","message":"disk is full","fields":{"free":0}}',
  },
  'obs.log_json': {
    source: 'mock_time(0)\nlog_json("totals", {rows: 3})',
    prints: '{"timestamp":"1970-01-01T00:00:00.000Z","key":"totals","value":{"rows":3}}',
  },
  'obs.set_level': {
    source: 'mock_time(0)\nlog_set_level("warn")\nlog_info("not written")\nlog_warn("written")',
    prints: '{"timestamp":"1970-01-01T00:00:00.000Z","level":"warn","message":"written"}',
  },
  'obs.eval_metrics': {
    source:
      'eval_metric("accuracy", 0.95, {dataset: "v2"})\neval_metric("cost", 2)\nprintln(eval_metrics().map({ m -> "${m.name}=${m.value}" }))',
    prints: '[accuracy=0.95, cost=2]',
  },
  'obs.friction_record': {
    source:
      'const r = friction_record({kind: "missing_context", redacted_summary: "No runbook", tool: "search"})\nprintln([r.recorded, r.event.kind, r.event.tool])',
    prints: '[true, missing_context, search]',
  },
  'obs.friction_events': {
    source:
      'friction_record({kind: "missing_context", redacted_summary: "No runbook"})\nprintln(friction_events().map({ f -> f.redacted_summary }))',
    prints: '[No runbook]',
  },
  'obs.friction_clear': {
    source:
      'friction_record({kind: "missing_context", redacted_summary: "No runbook"})\nfriction_clear()\nprintln(friction_events())',
    prints: '[]',
  },
  'obs.context_pack_suggestions': {
    source:
      'const what = {kind: "repeated_query", source: "incidents", redacted_summary: "Asked again for the dashboard"}\nfriction_record(what)\nfriction_record(what)\nprintln(context_pack_suggestions().map({ s -> s.title }))',
    prints: '[Context pack: repeated_query (incidents)]',
  },
  'obs.pipeline_lifecycle_audit_log_snapshot': {
    source:
      'harness.emit_audit("reviewed", {by: "ada"})\nconst last = pipeline_lifecycle_audit_log_snapshot().last()\nprintln([last.kind, last.payload.by])',
    prints: '[reviewed, ada]',
  },
  'obs.pipeline_lifecycle_audit_log_take': {
    source:
      'harness.emit_audit("reviewed", {by: "ada"})\npipeline_lifecycle_audit_log_take()\nprintln(pipeline_lifecycle_audit_log_take())',
    prints: '[]',
  },
};
