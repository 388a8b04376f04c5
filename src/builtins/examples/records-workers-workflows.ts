// Examples of builtins: records, workers and workflows.
import type { Examples } from './example.ts';

export const RECORDS_WORKERS_WORKFLOWS_EXAMPLES: Examples = {
  run_record_diff: {
    source:
      'let before = run_record({workflow_id: "nightly", status: "completed"})\nlet diff = run_record_diff(before, before + {status: "failed"})\nprintln([diff.identical, diff.left_status, diff.right_status])',
    prints: '[false, completed, failed]',
  },
  run_record_eval: {
    source:
      'let good = run_record({status: "completed"})\nprintln(run_record_eval(good).pass)\nprintln(run_record_eval(good + {status: "failed"}, run_record_fixture(good)).failures)',
    prints: 'true\n[run status mismatch: expected completed, got failed]',
  },
  run_record_fixture: {
    source:
      'let fixture = run_record_fixture(run_record({id: "run_1", status: "completed"}))\nprintln([fixture.id, fixture.source_run_id, fixture.expected_status])',
    prints: '[fixture_run_1, run_1, completed]',
  },
  worker_action_items: {
    source:
      'let worker = spawn_agent({task: "release", action_items: ["tag", "publish"], body: { t -> "done" }})\nprintln(worker_action_items(worker))',
    prints: '[tag, publish]',
  },
  worker_provenance: {
    source:
      'let origin = worker_provenance(spawn_agent({name: "scout", task: "look", body: { t -> "done" }}))\nprintln([origin.worker_name, origin.mode])',
    prints: '[scout, function]',
  },
  worker_request: {
    source:
      'let worker = spawn_agent({task: "count the files", body: { t -> 3 }})\nprintln(worker_request(worker).task)',
    prints: 'count the files',
  },
  worker_research_questions: {
    source:
      'let worker = spawn_agent({task: "look", research_questions: ["who", "when"], body: { t -> "done" }})\nprintln(worker_research_questions(worker))',
    prints: '[who, when]',
  },
  worker_result: {
    source:
      'let worker = spawn_agent({task: "20", body: { t -> to_int(t) + 1 }})\nprintln(worker_result(wait_agent(worker)))',
    prints: '21',
  },
  worker_verification_steps: {
    source:
      'let worker = spawn_agent({task: "fix", verification_steps: ["run the tests"], body: { t -> "done" }})\nprintln(worker_verification_steps(worker))',
    prints: '[run the tests]',
  },
  worker_workflow_stages: {
    source:
      'let worker = spawn_agent({task: "ship", workflow_stages: ["plan", "act"], body: { t -> "done" }})\nprintln(worker_workflow_stages(worker))',
    prints: '[plan, act]',
  },
  workflow_clone: {
    source:
      'let copy = workflow_clone(workflow_graph({name: "ship", act: {kind: "stage"}}))\nprintln([copy.name, copy.audit_log.map({ line -> line.op })])',
    prints: '[ship, [clone]]',
  },
  workflow_commit: {
    source:
      'let graph = workflow_graph({name: "ship", act: {kind: "stage"}})\nprintln(workflow_commit(graph, "reviewed").audit_log.map({ line -> [line.op, line.reason] }))',
    prints: '[[commit, reviewed]]',
  },
  workflow_diff: {
    source:
      'let graph = workflow_graph({act: {kind: "stage"}})\nlet diff = workflow_diff(graph, workflow_insert_node(graph, {id: "notify", kind: "stage"}, {from: "act", to: "notify"}))\nprintln([diff.identical, diff.added_nodes, len(diff.added_edges)])',
    prints: '[false, [notify], 1]',
  },
  workflow_graph: {
    source:
      'let graph = workflow_graph({act: {kind: "stage"}, verify: {kind: "verify"}})\nprintln([graph.entry, keys(graph.nodes), graph.edges.map({ e -> "${e.from} to ${e.to}" })])',
    prints: '[act, [act, verify], [act to verify]]',
  },
  workflow_insert_node: {
    source:
      'let graph = workflow_graph({entry: "a", nodes: {a: {kind: "stage"}}, edges: []})\nlet more = workflow_insert_node(graph, {id: "b", kind: "stage"}, {from: "a", to: "b"})\nprintln(workflow_validate(more).reachable_nodes)',
    prints: '[a, b]',
  },
  workflow_inspect: {
    source:
      'let seen = workflow_inspect({act: {kind: "stage"}, verify: {kind: "verify"}})\nprintln([seen.node_count, seen.edge_count, seen.node_kinds, seen.exits])',
    prints: '[2, 1, {stage: 1, verify: 1}, [verify]]',
  },
  workflow_policy_report: {
    source:
      'let report = workflow_policy_report({act: {kind: "stage"}}, {tools: ["read"]})\nprintln(report.nodes.map({ n -> [n.node_id, n.effective_policy.tools] }))',
    prints: '[[act, [read]]]',
  },
  workflow_replace_node: {
    source:
      'let graph = workflow_graph({entry: "a", nodes: {a: {kind: "stage"}}, edges: []})\nprintln(workflow_replace_node(graph, "a", {kind: "verify"}).nodes.a.kind)',
    prints: 'verify',
  },
  workflow_rewire: {
    source:
      'let graph = workflow_graph({entry: "a", nodes: {a: {kind: "stage"}, b: {kind: "stage"}, c: {kind: "stage"}}, edges: [{from: "a", to: "b"}]})\nprintln(workflow_rewire(graph, "a", "c").edges.map({ e -> "${e.from} to ${e.to}" }))',
    prints: '[a to c]',
  },
  workflow_set_auto_compact: {
    source:
      'let graph = workflow_graph({entry: "a", nodes: {a: {kind: "stage"}}, edges: []})\nprintln(workflow_set_auto_compact(graph, "a", {enabled: true, token_threshold: 4000}).nodes.a.auto_compact)',
    prints: '{enabled: true, token_threshold: 4000}',
  },
  workflow_set_context_policy: {
    source:
      'let graph = workflow_graph({entry: "a", nodes: {a: {kind: "stage"}}, edges: []})\nprintln(workflow_set_context_policy(graph, "a", {max_artifacts: 3}).nodes.a.context_policy)',
    prints: '{max_artifacts: 3}',
  },
  workflow_set_model_policy: {
    source:
      'let graph = workflow_graph({entry: "a", nodes: {a: {kind: "stage"}}, edges: []})\nprintln(workflow_set_model_policy(graph, "a", {provider: "mock"}).nodes.a.model_policy)',
    prints: '{provider: mock}',
  },
  workflow_set_output_visibility: {
    source:
      'let graph = workflow_graph({entry: "a", nodes: {a: {kind: "stage"}}, edges: []})\nprintln(workflow_set_output_visibility(graph, "a", "private").nodes.a.output_visibility)',
    prints: 'private',
  },
  workflow_validate: {
    source:
      'println(workflow_validate({entry: "a", nodes: {a: {kind: "stage"}}, edges: [{from: "a", to: "gone"}]}))',
    prints:
      '{diagnostics: [], errors: [edge a -> gone: node "gone" does not exist], reachable_nodes: [a], valid: false, warnings: []}',
  },
};
