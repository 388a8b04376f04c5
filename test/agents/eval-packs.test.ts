// eval_pack declarations in programs: what they bind, when what stands beside their fields runs, and what loading does not do.
import { describe, expect, it } from 'vitest';
import { printed } from './program.ts';

describe('an eval_pack declaration', () => {
  it('binds its manifest, then runs what stands beside the fields, where it is executed', async () => {
    const lines = await printed(`
fn packed(name) {
  eval_pack pack "numbers" {
    name: name
    cases: [{id: "one"}, {id: "two"}]
    for case in cases { println(case.id) }
    summarize { println(pack.name + " " + to_string(len(pack.cases))) }
  }
  return pack
}
pipeline main() {
  let pack = packed("first")
  say([pack.id, pack.version, packed("second").name])
}`);
    expect(lines).toEqual(['one', 'two', 'first 2', 'one', 'two', 'second 2', 'numbers 1 second']);
  });

  it('is run over saved runs like any manifest, also by what waits', async () => {
    const lines = await printed(`
pipeline main() {
  let run = run_record({_type: "run_record", id: "r", workflow_id: "w", status: "completed", started_at: "1", stages: []})
  run_record_save(run, "/work/run.json")
  eval_pack pack {
    base_dir: "/work"
    fixtures: [{id: "f", kind: "run-record", path: "run.json"}]
    rubrics: [{id: "ok", kind: "deterministic", assertions: [{kind: "run-status", expected: "completed"}]}]
    cases: [{id: "c", run: "f", rubrics: ["ok"]}]
    summarize {
      let report = eval_pack_run(pack)
      say([pack.id, report.pass, report.total])
    }
  }
}`);
    expect(lines).toEqual(['pack true 1']);
  });

  it('at the top of a module with pipelines is there, and nothing beside its fields has run', async () => {
    const lines = await printed(`
eval_pack pack "top" {
  name: "at " + "top"
  println("never")
  summarize { println("never") }
}
pipeline main() { say([pack.id, pack.name]) }`);
    expect(lines).toEqual(['top at top']);
  });

  it('at the top of a script runs where it stands', async () => {
    const lines = await printed(`
println("before")
eval_pack pack "top" { name: "x"
  println(name) }
println(pack.id)`);
    expect(lines).toEqual(['before', 'x', 'top']);
  });

  it('is refused when a field is not what a manifest has', async () => {
    await expect(printed('pipeline main() { eval_pack pack { cases: 3 } }')).rejects.toThrow(
      'cases',
    );
  });
});
