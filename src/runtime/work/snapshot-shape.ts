// What goes without saying in the snapshot of a worker: the values that most have, and those that follow from others.
// Facts in the store lean on it, so what is here may be added to but never changed: the snapshots of older facts would
// change with it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';

/** Of one key: what it is when it is not there, and what goes without saying when it is an object. */
export interface Shape {
  readonly absent: Json | undefined;
  readonly shape: Json | undefined;
}

/** What is known: the keys before this one. `own`: the value itself, packed or not. */
type Implied = (known: JsonObject, own: Json | undefined, runId: string) => Json | undefined;

const PREFIX = 'worker_';

const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const is = (value: Json) => () => value;
const nothing = is(null);
const msOf = (key: string) => (known: JsonObject) => msIn(known[key]);

/** The time inside a UUID version 7; null for none. */
function msIn(uuid: Json | undefined): Json {
  if (typeof uuid !== 'string') return null;
  const ms = Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
  return Number.isNaN(ms) ? null : ms;
}

/** In the order in which they follow from each other. */
const ABSENT: { readonly [key: string]: Implied | undefined } = {
  _type: is('worker_snapshot'),
  v: is(1),
  id: is(''),
  name: is('sub-agent'),
  task: is(''),
  status: is('running'),
  mode: is('sub_agent'),
  created_at: ({ id }) => text(id).slice(PREFIX.length),
  created_at_ms: msOf('created_at'),
  started_at: ({ created_at: created }) => created,
  started_at_ms: msOf('started_at'),
  finished_at: nothing,
  finished_at_ms: msOf('finished_at'),
  awaiting_started_at: nothing,
  awaiting_started_at_ms: msOf('awaiting_started_at'),
  history: ({ task }) => [task ?? ''],
  audit: ({ id, mode }) => ({
    parent_session_id: null,
    run_id: null,
    mutation_scope: 'read_only',
    approval_policy: null,
    session_id: null,
    worker_id: id ?? null,
    execution_kind: mode ?? null,
  }),
  config: configOf,
  request: ({ task }) => ({
    task: task ?? null,
    system: null,
    payload: null,
    research_questions: [],
    action_items: [],
    workflow_stages: [],
    verification_steps: [],
  }),
  latest_error: nothing,
  artifacts: is([]),
  parent_worker_id: nothing,
  parent_stage_id: nothing,
  spawned_by: nothing,
  child_run_id: nothing,
  child_run_path: nothing,
  carry_policy: is({
    artifact_mode: 'inherit',
    transcript_mode: 'inherit',
    context_policy: null,
    resume_workflow: true,
    persist_state: true,
    retriggerable: false,
    policy: null,
  }),
  policy: nothing,
  bounds: nothing,
  token_budget: nothing,
  tokens_spent: is(0),
  execution: is({}),
  snapshot_path: is(''),
  cycle: is(1),
  code: (_known, _own, runId) => ({ run_id: runId, body: null, attachments: {}, missing: [] }),
  suspension: nothing,
  transcript: nothing,
  latest_payload: nothing,
};

/** Of what is null when it is not there. */
const SHAPES: { readonly [key: string]: Implied | undefined } = {
  suspension: suspensionOf,
  transcript: ({ audit }, own) => transcriptOf(objectOf(audit)['session_id'] ?? null, own),
  latest_payload: payloadOf,
};

/** The keys of a snapshot, each after those from which it follows. */
export const KEYS: readonly string[] = Object.keys(ABSENT);

export function shapeOf(
  key: string,
  known: JsonObject,
  own: Json | undefined,
  runId: string,
): Shape {
  const absent = ABSENT[key]?.(known, own, runId);
  const shape = SHAPES[key] === undefined ? absent : SHAPES[key](known, own, runId);
  return { absent, shape };
}

function configOf({ name, task, mode, audit }: JsonObject): Json {
  if (mode !== 'sub_agent') return { mode: mode ?? null };
  const { session_id: session = null, parent_session_id: parent = null } = objectOf(audit);
  return {
    mode,
    spec: {
      name: name ?? null,
      task: task ?? null,
      system: null,
      options: { session_id: session },
      returns_schema: null,
      session_id: session,
      parent_session_id: parent,
    },
  };
}

function suspensionOf({ id, snapshot_path: path }: JsonObject, own: Json | undefined): Json {
  const { suspended_at: at, prior_span_link: link = null } = objectOf(own);
  return {
    handle: id ?? null,
    reason: '',
    initiator: 'operator',
    suspended_at_ms: msIn(at),
    suspended_at_turn: null,
    snapshot_ref: path ?? null,
    prior_span_link: null,
    pipeline_span_link: isJsonObject(link)
      ? { trace_id: link['trace_id'] ?? null, attributes: { 'harn.link.kind': 'pipeline' } }
      : null,
    conditions: null,
    event_from: 0,
    trigger_from: 0,
    auto_resume_trigger: null,
    resume_by_mechanism: 'manual',
    checkpoint: null,
    parked: true,
  };
}

function transcriptOf(session: Json, own: Json | undefined): Json {
  const { messages = [] } = objectOf(own);
  return {
    _type: 'transcript',
    version: 2,
    id: session,
    state: 'active',
    summary: null,
    metadata: {},
    messages: [],
    events: Array.isArray(messages) ? messages.map(eventOf) : [],
    assets: [],
  };
}

/** The line of the history that a message is by itself. */
function eventOf(message: Json): Json {
  const { role = null, content = null } = objectOf(message);
  return { kind: 'message', role, visibility: 'public', text: content };
}

/** What a loop that parked gives. */
function payloadOf(known: JsonObject, own: Json | undefined): Json {
  const { status, suspension, transcript = null, audit, mode } = known;
  if (status !== 'suspended' || mode !== 'sub_agent') return {};
  const { reason = '', initiator = '', conditions = null } = objectOf(suspension);
  const said = lastSaid(transcript);
  const { text: answer = said } = objectOf(own);
  return {
    status: 'suspended',
    text: said,
    visible_text: answer,
    llm: { iterations: 1, duration_ms: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    tools: { calls: [], successful: [], rejected: [], mode: 'none' },
    session_id: objectOf(audit)['session_id'] ?? null,
    deferred_user_messages: [],
    daemon_state: 'suspended',
    daemon_snapshot_path: null,
    task_ledger: {},
    trace: {
      native_text_tool_fallbacks: 0,
      native_text_tool_fallback_rejections: 0,
      compactions: 0,
    },
    transcript,
    reason,
    initiator,
    conditions,
    iterations_completed: 1,
    final_status: 'suspended',
    stop_reason: 'suspended',
    handle: null,
  };
}

function lastSaid(transcript: Json): Json {
  const { messages } = objectOf(transcript);
  if (!Array.isArray(messages)) return '';
  const last = messages.findLast((message: Json) => objectOf(message)['role'] === 'assistant');
  return objectOf(last as Json)['content'] ?? '';
}
