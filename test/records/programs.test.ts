// Run records in Harn programs.
import { expect, it } from 'vitest';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore } from '../../src/store/index.ts';

async function output(code: string, host: MockHost): Promise<string> {
  const { program, diagnostics } = await loadProgram({ code }, { cwd: '/work' });
  if (program === undefined) throw new Error(JSON.stringify(diagnostics));
  await using store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  let text = '';
  const sink = { write: (_stream: string, part: string) => (text += part) };
  const engine = new Engine({ host, openStore: async () => store, sink: sink as never });
  const { done, describe } = engine.start(program);
  const result = await done;
  if (result.status !== 'settled' || !result.main.ok) {
    throw new Error(describe((result as { main?: { error?: unknown } }).main?.error));
  }
  return text;
}

it('a program saves a record, loads it, and compares it with another', async () => {
  const host = createMockHost();
  const code = `
let stage = {id: "s1", node_id: "plan", status: "completed", outcome: "success"}
let run = run_record({workflow_id: "w", status: "completed", stages: [stage], mine: 1})
let saved = run_record_save(run, "records/one.json")
println(saved.path)
let loaded = harness.fs.run_record_load("records/one.json")
println(loaded.mine)
println(run_record_eval(loaded).pass)
println(run_record_diff(run, loaded).identical)
let worse = run_record({workflow_id: "w", status: "failed"})
println(run_record_diff(loaded, worse).status_changed)
println(run_record_eval(worse, run_record_fixture(run)).failures[0])
println(load_run_tree("records/one.json").run.workflow_id)
println(eval_suite_run({cases: [{run_path: "one.json"}]}, "records").passed)
println(eval_pack_run(eval_pack_manifest({id: "p", cases: [{run: "one.json"}]}), "records").pass)
println(run_record_eval_suite([run, {run: worse, fixture: run_record_fixture(run)}]).failed)
`;
  expect((await output(code, host)).split('\n')).toEqual([
    'records/one.json',
    '1',
    'true',
    'true',
    'true',
    'run status mismatch: expected completed, got failed',
    'w',
    '1',
    'true',
    '1',
    '',
  ]);
  expect(await host.fs.readText('/work/records/one.json')).toContain('"mine": 1');
});

it('a program notes metrics, reports friction and drafts context packs', async () => {
  const host = createMockHost();
  const code = `
eval_metric("accuracy", 0.5, {cases: 2})
harness.obs.eval_metric("ok", true)
println(eval_metrics())
let report = {kind: "tool_gap", source: "shop", redacted_summary: "No refund tool; token=abc"}
println(friction_record(report, {enabled: false}).recorded)
let first = friction_record(report, {log_path: "friction.jsonl"})
println(first.sink)
friction_record(report)
println(friction_events()[1].redacted_summary)
println(context_pack_suggestions()[0].candidate_manifest.id)
println(len(context_pack_suggestions(friction_events(), {min_occurrences: 3})))
println(context_pack_manifest_parse("name = \\"Refund rules\\"\\n[[secrets]]\\nname = \\"PAY\\"").id)
println(context_pack_manifest_parse("{\\"id\\": \\"x\\"}").name)
println(friction_eval_fixture({events: friction_events(), expected_suggestions: [{min_suggestions: 1}]}).pass)
friction_clear()
println(len(friction_events()))
println(try { context_pack_manifest_parse("= 1") } catch (e) { "refused" })
`;
  expect((await output(code, host)).split('\n')).toEqual([
    '[{metadata: {cases: 2}, name: accuracy, value: 0.5}, {name: ok, value: true}]',
    'false',
    'jsonl',
    'No refund tool; token=[redacted]',
    'tool_gap',
    '0',
    'refund_rules',
    'x',
    'true',
    '0',
    'refused',
    '',
  ]);
  expect(await host.fs.readText('/work/friction.jsonl')).not.toContain('abc');
});
