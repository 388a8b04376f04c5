// For tests: a record that uses every part of the shape, as an earlier writer could have left it.
import type { JsonObject } from '../../base/index.ts';

const artifact = (id: string, kind: string): JsonObject => ({
  _type: 'artifact',
  id,
  kind,
  title: 'A plan',
  text: 'first, second',
  data: { trace: { iterations: 2, llm_calls: 3 }, task_ledger: { observations: ['it is slow'] } },
  created_at: '1714470001',
  lineage: ['a0'],
  relevance: 0.5,
  metadata: { by: 'planner' },
});

const transcript: JsonObject = {
  id: 't1',
  messages: [{ role: 'user', content: 'hi' }],
  assets: [{ id: 'snap1' }],
  events: [
    {
      id: 'e1',
      kind: 'compaction',
      metadata: {
        mode: 'auto',
        strategy: 'summary',
        snapshot_asset_id: 'snap1',
        archived_messages: 4,
      },
    },
  ],
};

function stage(n: number, kind: string): JsonObject {
  return {
    id: `r1:node${n}:${n}`,
    node_id: `node${n}`,
    kind,
    status: 'completed',
    outcome: 'success',
    branch: n === 1 ? 'yes' : null,
    started_at: '0190f3a0-0000-7000-8000-000000000000',
    finished_at: '1714470002.250',
    visible_text: 'done',
    transcript,
    verification: kind === 'verify' ? { pass: true } : null,
    usage: { input_tokens: 10, output_tokens: 5, total_cost: 0.25, models: ['m'] },
    artifacts: [artifact(`a${n}`, 'plan')],
    produced_artifact_ids: [`a${n}`],
    attempts: [{ attempt: 1, status: 'completed', outcome: 'success', started_at: '1' }],
    metadata: { worker: { id: `w${n}`, name: 'scout', audit: { session_id: 's' } } },
  };
}

/** A fresh copy each time. */
export function wholeRecord(): JsonObject {
  return {
    _type: 'run_record',
    id: 'r1',
    workflow_id: 'w',
    workflow_name: 'triage',
    task: 'look at it',
    status: 'completed',
    started_at: '2026-01-01T00:00:00Z',
    finished_at: '2026-01-01T00:00:05Z',
    root_run_id: 'r1',
    stages: [stage(1, 'condition'), stage(2, 'verify')],
    transitions: [
      { id: 't1', from_stage_id: 'r1:node1:1', to_node_id: 'node2', branch: 'yes', timestamp: '1' },
    ],
    checkpoints: [{ id: 'c1', ready_nodes: ['node2'], persisted_at: '1', reason: 'start' }],
    completed_nodes: ['node1', 'node2'],
    child_runs: [{ worker_id: 'w1', worker_name: 'scout', request: { x: 1 }, status: 'completed' }],
    artifacts: [artifact('a9', 'report')],
    policy: {
      tools: ['read'],
      capabilities: { fs: ['read'] },
      tool_arg_constraints: [{ tool: 'read', arg_patterns: ['*.md'] }],
    },
    execution: { cwd: '/x', env: { A: '1' }, adapter: 'worktree' },
    transcript,
    usage: { input_tokens: 20, output_tokens: 10, call_count: 2, total_cost: 0.5, models: ['m'] },
    trace_spans: [
      { span_id: 1, parent_span_id: null, kind: 'pipeline', name: 'main', metadata: { a: 1 } },
    ],
    tool_recordings: [{ tool_name: 'read', tool_use_id: 'u', args_hash: 'ab', result: 'text' }],
    hitl_questions: [{ request_id: 'q', prompt: 'Sure?', agent: 'a', asked_at: '1' }],
    persona_runtime: [{ name: 'p', role: 'lead', state: 'idle', budget: { dollars: 1 } }],
    metadata: { trace_id: 'tr1', trigger_event: { id: 'ev1', provider: 'github', kind: 'push' } },
    evidence: { schema_version: 1, gaps: [{ component: 'x', code: 'y', message: 'z' }] },
    persisted_path: '/work/.harn-runs/r1.json',
  };
}

/** Every kind of part that a record can have, the nested ones too, as far as no other part is derived from them. */
export function fullRecord(): JsonObject {
  const whole = wholeRecord();
  const execution = { cwd: '/x', project_root: '/x', env: {}, branch: 'b', cleanup: 'keep' };
  return {
    ...whole,
    child_runs: [
      ...(whole['child_runs'] as readonly JsonObject[]),
      {
        worker_id: 'w9',
        worker_name: 'far',
        status: 'completed',
        approval_policy: { auto: ['read'] },
        provenance: { by: 'x' },
        execution,
      },
    ],
    handoffs: [
      {
        _type: 'handoff_artifact',
        id: 'h1',
        parent_run_id: 'r1',
        source_persona: 'lead',
        target_persona_or_human: { kind: 'human', id: 'ada', label: 'Ada' },
        task: 'look',
        reason: 'stuck',
        evidence_refs: [{ artifact_id: 'a1', kind: 'plan', label: 'l', path: 'p', uri: 'u' }],
        open_questions: ['why?'],
        budget_remaining: { tokens: 5, tool_calls: 1, dollars: 0.5 },
        deadline_checkback: { deadline: '2', checkback_at: '1' },
        confidence: 0.5,
        receipt_links: [{ kind: 'note', label: 'x', href: 'https://x' }],
        created_at: '1714470000',
        metadata: { a: 1 },
      },
    ],
    replay_fixture: {
      _type: 'replay_fixture',
      id: 'f1',
      source_run_id: 'r1',
      workflow_id: 'w',
      created_at: '1',
      eval_kind: 'clarifying_question',
      clarifying_question: { accepted_questions: ['which?'], required_terms: ['which'] },
      expected_status: 'completed',
      stage_assertions: [{ node_id: 'node1', expected_status: 'completed' }],
    },
    effects: { 'fs.read_text': { ok: 1, error: 0, unknown: 0, dropped: 0, reissued: 0 } },
    receipt: { v: 1, items: [{ bucket: 'b', id: 'i' }] },
    returned: { x: [1] },
  };
}
