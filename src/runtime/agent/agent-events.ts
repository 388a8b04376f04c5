// AgentEvents: what happens in a session, as a union of plain facts. Emitted in the task's own turn: to the subscribers
// of the session, as run events for whoever watches the run, and into the outbox that the next transaction of the session
// writes to its topic. So the durable order is the order of emission, and nothing is written twice.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  defineTopic,
  type Store,
  type StoredEvent,
  scanTopic,
  type Tx,
} from '../../store/index.ts';
import { emitRunEvent, type RunContext, timestamp } from '../run/index.ts';
import { sessionErrors } from './errors.ts';

export type ToolCallStatus = 'pending' | 'in_progress' | 'completed' | 'failed';

/** Why a tool call failed. */
export type ToolErrorCategory =
  | 'schema_validation'
  | 'tool_error'
  | 'permission_denied'
  | 'rejected_loop'
  | 'parse_aborted'
  | 'timeout'
  | 'cancelled'
  | 'unknown';

type Body =
  | { readonly type: 'agent_message_chunk'; readonly content: string }
  | { readonly type: 'agent_thought_chunk'; readonly content: string }
  | {
      readonly type: 'tool_call';
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly status: ToolCallStatus;
      readonly raw_input: Json;
    }
  | {
      readonly type: 'tool_call_update';
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly status: ToolCallStatus;
      readonly raw_output?: Json;
      readonly error?: string;
      readonly error_category?: ToolErrorCategory;
      readonly duration_ms?: number;
      readonly executor?: JsonObject;
    }
  | { readonly type: 'turn_start'; readonly iteration: number }
  | { readonly type: 'turn_end'; readonly iteration: number; readonly turn_info: JsonObject }
  | { readonly type: 'feedback_injected'; readonly kind: string; readonly content: string }
  | {
      readonly type: 'budget_exhausted';
      readonly max_iterations: number;
      readonly kind: 'iterations' | 'tokens' | 'cost' | 'wall_clock';
      readonly wall_clock_ms?: number;
    }
  | {
      readonly type: 'loop_control_decision';
      readonly iteration: number;
      readonly action: string;
      readonly old_limit: number;
      readonly new_limit: number;
      readonly reason: string;
      readonly status: 'applied' | 'declined';
    }
  | {
      readonly type: 'loop_checkpoint';
      readonly iteration: number;
      readonly kind: 'daemon_idle_pre' | 'daemon_idle_post';
      readonly reason?: string;
    }
  | {
      readonly type: 'daemon_watchdog_tripped';
      readonly attempts: number;
      readonly elapsed_ms: number;
    }
  | {
      readonly type: 'user_message';
      readonly message_id: string;
      readonly mode: string;
      readonly content: readonly Json[];
    }
  | {
      readonly type: 'progress_reported';
      readonly message?: string;
      readonly entries: readonly Json[];
      readonly replace: boolean;
    }
  | {
      readonly type: 'loop_stuck';
      readonly max_nudges: number;
      readonly last_iteration: number;
      readonly tail_excerpt: string;
    }
  | {
      readonly type: 'transcript_compacted';
      readonly mode: string;
      readonly strategy: string;
      /** How the summary was made. */
      readonly engine_strategy: string;
      readonly archived_messages: number;
      readonly estimated_tokens_before: number;
      readonly estimated_tokens_after: number;
    }
  | {
      readonly type: 'tool_search_query';
      readonly tool_use_id: string;
      readonly name: string;
      readonly query: JsonObject;
      readonly strategy: string;
      readonly mode: string;
    }
  | {
      readonly type: 'tool_search_result';
      readonly tool_use_id: string;
      readonly promoted: readonly string[];
      readonly strategy: string;
      readonly mode: string;
    }
  | {
      readonly type: 'judge_decision';
      readonly iteration: number;
      readonly verdict: 'done' | 'continue';
      readonly reasoning: string;
      readonly next_step?: string;
      /** Why it was asked: the work was said to be done, or its turn had come. */
      readonly trigger: 'claim' | 'cadence';
      readonly judge_duration_ms: number;
    }
  | {
      readonly type: 'skill_matched';
      readonly iteration: number;
      readonly strategy: string;
      readonly candidates: readonly JsonObject[];
      readonly working_files: readonly string[];
    }
  | {
      readonly type: 'skill_activated';
      readonly skill_name: string;
      readonly iteration: number;
      readonly reason: string;
      readonly score?: number;
    }
  | {
      readonly type: 'skill_mcp_bound' | 'skill_mcp_unbound';
      readonly skill_name: string;
      readonly servers: readonly string[];
    }
  | {
      readonly type: 'skill_mcp_bind_failed';
      readonly skill_name: string;
      readonly server: string;
      readonly error: string;
    }
  | { readonly type: 'skill_deactivated'; readonly skill_name: string; readonly iteration: number }
  | {
      readonly type: 'skill_scope_tools';
      readonly skill_name: string;
      readonly allowed_tools: readonly string[];
    }
  | {
      readonly type: 'skill.loaded';
      readonly skill_id: string;
      readonly signer_fingerprint: string | null;
      readonly signed: boolean;
      readonly trusted: boolean;
    }
  | { readonly type: 'agent_loop_stall_warning'; readonly warning: string }
  | { readonly type: 'tool_call_audit'; readonly tool_name: string; readonly audit: JsonObject }
  | { readonly type: 'plan'; readonly plan: JsonObject; readonly entries: readonly JsonObject[] }
  | {
      /** A tool gave an artifact that carries a handoff. */
      readonly type: 'handoff';
      readonly artifact_id: string;
      readonly handoff: JsonObject;
    }
  | {
      /** Watched files changed while a daemon was idle. */
      readonly type: 'fs_watch';
      readonly subscription_id: string;
      readonly events: readonly FsWatchEvent[];
    }
  | { readonly type: 'session_closed'; readonly reason: string; readonly status: string }
  | {
      readonly type: 'worker_update';
      readonly worker_id: string;
      readonly worker_name: string;
      readonly worker_task: string;
      readonly worker_mode: string;
      readonly event: string;
      readonly status: string;
      readonly metadata: JsonObject;
    };

/** What became of one watched file. */
export type FsWatchEvent = {
  readonly kind: 'create' | 'modify' | 'remove';
  readonly paths: readonly string[];
  /** From the working directory where they are below it. */
  readonly relative_paths: readonly string[];
  readonly raw_kind: string;
  readonly error?: string;
};

/** One event of one session. */
export type AgentEvent = Body & { readonly session_id: string };
export type AgentEventBody = Body;
/** The events of one type: `AgentEventOf<'handoff'>`. */
export type AgentEventOf<T extends AgentEvent['type']> = Extract<AgentEvent, { readonly type: T }>;

/** An event on its way to the store. */
export interface PendingEvent {
  readonly event: AgentEvent;
  readonly at_ms: number;
}

/** Session, run, kind and time of an event are beside its payload. */
type Payload = { readonly event: JsonObject };

const topic = defineTopic<Payload>({
  name: 'observability.agent_events',
  version: 2,
  upgrade: (old) => ({ event: (old['event'] ?? {}) as JsonObject }),
});

/** The topic that keeps the events of a session. Different ids can share one: the header tells them apart. */
export function agentEventsTopic(sessionId: string): string {
  return topic.of(sessionId);
}

/** Appends events to their topic, in a transaction of the session. */
export function appendAgentEvents(
  tx: Tx,
  { runId, sessionId }: { readonly runId: string; readonly sessionId: string },
  pending: readonly PendingEvent[],
): void {
  const name = agentEventsTopic(sessionId);
  const headers = sessionHeaders(name, sessionId, runId);
  for (const { event, at_ms: atMs } of pending) {
    const { type, session_id: _session, ...facts } = event;
    tx.append(name, {
      kind: type,
      payload: topic.encode({ event: facts as JsonObject }),
      headers,
      occurredAtMs: atMs,
    });
  }
}

/** Whose event it is. The session is named only where the topic's name does not say it. */
export function sessionHeaders(
  name: string,
  sessionId: string,
  runId: string,
): { readonly [header: string]: string } {
  const isSaid = name.endsWith(`.${sessionId}`);
  return { execution_id: runId, ...(isSaid ? {} : { session_id: sessionId }) };
}

/** Whether an event of a topic that a session may share is of that session. */
export function isOfSession({ topic: name, headers }: StoredEvent, sessionId: string): boolean {
  const named = headers['session_id'];
  return named === undefined ? name.endsWith(`.${sessionId}`) : named === sessionId;
}

/** An event as it is read back. */
export interface ReplayEvent {
  readonly event_id: number;
  readonly kind: string;
  readonly occurred_at_ms: number;
  readonly execution_id: string;
  readonly event: AgentEvent;
}

/** The events of a session, of all runs or of one, in the order they were written; `from`: those behind that event. */
export async function readAgentEvents(
  store: Store,
  sessionId: string,
  { runId, from = 0 }: { readonly runId?: string; readonly from?: number } = {},
): Promise<readonly ReplayEvent[]> {
  const found: ReplayEvent[] = [];
  const pages = { from, limit: 1024 };
  for await (const stored of scanTopic(store, agentEventsTopic(sessionId), pages)) {
    if (!isOfSession(stored, sessionId)) continue;
    const event = replayEvent(stored, sessionId);
    if (runId === undefined || event.execution_id === runId) found.push(event);
  }
  return found;
}

/** One event of a session; undefined when the store has no such one. */
export async function readAgentEvent(
  store: Store,
  sessionId: string,
  eventId: number,
): Promise<ReplayEvent | undefined> {
  const page = await store.read(agentEventsTopic(sessionId), { from: eventId - 1, limit: 1 });
  const stored = page.find(({ id }) => id === eventId);
  const isThere = stored !== undefined && isOfSession(stored, sessionId);
  return isThere ? replayEvent(stored, sessionId) : undefined;
}

function replayEvent(stored: StoredEvent, sessionId: string): ReplayEvent {
  return {
    event_id: stored.id,
    kind: stored.kind,
    occurred_at_ms: stored.occurredAtMs,
    execution_id: stored.headers['execution_id'] ?? '',
    event: eventOf(stored, sessionId),
  };
}

function eventOf(stored: StoredEvent, session_id: string): AgentEvent {
  const { event } = topic.decode(stored);
  if (isJsonObject(event)) return { type: stored.kind, ...event, session_id } as AgentEvent;
  throw sessionErrors.badFact({ topic: stored.topic, id: stored.id, what: 'it holds no event' });
}

/** Shows an event to whoever watches the run; only tool calls and their ends have a place there. */
export function showEvent(ctx: RunContext, { event, at_ms: atMs }: PendingEvent): void {
  if (event.type === 'tool_call') {
    emitRunEvent(ctx, {
      event_type: 'tool_call',
      call_id: event.tool_call_id,
      name: event.tool_name,
      args: event.raw_input,
      started_at: timestamp(atMs),
    });
  } else if (event.type === 'tool_call_update' && isTerminal(event.status)) {
    emitRunEvent(ctx, {
      event_type: 'tool_result',
      call_id: event.tool_call_id,
      ok: event.status === 'completed',
      result: event.raw_output ?? event.error ?? null,
    });
  }
}

function isTerminal(status: ToolCallStatus): boolean {
  return status === 'completed' || status === 'failed';
}
