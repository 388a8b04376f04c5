// Jobs of worker queues as facts in topics and one row each. For a queue `q` there are `worker.q` (jobs), `worker.q.claims`
// and `worker.q.responses`; `worker.queues` lists the queues.
//
// States of a job: ready -> claimed -> acked. A claim ends by its time to live (the job counts as ready again), by
// release, or by an ack. A ready job may also be purged. Each claim raises `claim_seq`, the fencing token: whoever
// shows an older one is refused.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineProjection, type StoredEvent, topicComponent } from '../../store/index.ts';
import { queueErrors } from './queue-errors.ts';

export const QUEUES_TOPIC = 'worker.queues';
const PREFIX = 'worker.';
const CLAIMS = '.claims';
const RESPONSES = '.responses';

export type JobPriority = 'high' | 'normal' | 'low';
export type JobState = 'ready' | 'claimed' | 'acked' | 'purged';

/** Lower comes first. */
export const RANKS: { readonly [P in JobPriority]: number } = { high: 0, normal: 1, low: 2 };

/** The right to work on a job, for a while. */
export type JobClaim = {
  readonly queue: string;
  readonly job_event_id: number;
  readonly claim_id: string;
  /** The fencing token. */
  readonly claim_seq: number;
  readonly consumer_id: string;
  readonly claimed_at_ms: number;
  readonly expires_at_ms: number;
};

/** One job. Times in ms since the Unix epoch. */
export type JobRow = {
  readonly queue: string;
  readonly job_event_id: number;
  readonly trigger_id: string | null;
  readonly binding_key: string | null;
  readonly event_id: string | null;
  readonly event: Json;
  readonly replay_of_event_id: string | null;
  readonly priority: JobPriority;
  readonly rank: number;
  readonly enqueued_at_ms: number;
  /** As of the last event; a claim whose time is over still reads `claimed`, see `isClaimable`. */
  readonly state: JobState;
  readonly claim: JobClaim | null;
  readonly claim_id: string | null;
  readonly expires_at_ms: number | null;
  /** How often it has been claimed. */
  readonly claim_seq: number;
  readonly response: Json;
};

/** The topics of a queue; refuses names that could be mistaken for another's. */
export function queueTopics(queue: string): {
  readonly jobs: string;
  readonly claims: string;
  readonly responses: string;
} {
  if (queue.trim() === '') throw queueErrors.noQueueName({});
  const isTaken = queue === 'queues' || queue.endsWith(CLAIMS) || queue.endsWith(RESPONSES);
  if (isTaken || topicComponent(queue) !== queue) throw queueErrors.badQueueName({ queue });
  const jobs = PREFIX + queue;
  return { jobs, claims: jobs + CLAIMS, responses: jobs + RESPONSES };
}

/** The key of a job's row. */
export function jobKey(queue: string, jobEventId: number): string {
  return `${queue}#${jobEventId}`;
}

/** The rows of all jobs of all queues. */
export const jobIndex = defineProjection<JobRow>({
  name: 'worker_jobs',
  version: 1,
  topics: (topic) => topic.startsWith(PREFIX) && topic !== QUEUES_TOPIC,
  columns: {
    queue: 'text',
    state: 'text',
    rank: 'number',
    enqueued_at_ms: 'number',
    expires_at_ms: 'number',
    claim_id: 'text',
  },
  indexes: [
    ['queue', 'state', 'rank', 'enqueued_at_ms'],
    ['queue', 'state', 'expires_at_ms'],
  ],
  keyOf(event) {
    const { queue, isJob } = queueOf(event.topic);
    if (isJob) return event.kind === 'trigger_dispatch' ? jobKey(queue, event.id) : undefined;
    const job = factsOf(event)['job_event_id'];
    return typeof job === 'number' ? jobKey(queue, job) : undefined;
  },
  fold(row, event) {
    if (event.kind === 'trigger_dispatch') return row ?? newRow(event);
    return row === undefined ? undefined : foldJob(row, event.kind, factsOf(event));
  },
});

function foldJob(row: JobRow, kind: string, facts: JsonObject): JobRow {
  if (kind === 'job_response') return { ...row, response: facts };
  if (row.state === 'acked' || row.state === 'purged') return row;
  switch (kind) {
    case 'job_claimed':
      return claimed(row, facts);
    case 'claim_renewed': {
      const expires_at_ms = Number(facts['expires_at_ms']);
      if (row.claim === null || facts['claim_id'] !== row.claim_id) return row;
      return { ...row, expires_at_ms, claim: { ...row.claim, expires_at_ms } };
    }
    case 'job_released':
      return facts['claim_id'] === row.claim_id ? unclaimed(row, 'ready') : row;
    case 'job_acked':
      return unclaimed(row, 'acked');
    case 'job_purged':
      return unclaimed(row, 'purged');
    default:
      return row;
  }
}

function claimed(row: JobRow, facts: JsonObject): JobRow {
  const at = Number(facts['claimed_at_ms']);
  if (row.claim !== null && row.claim.expires_at_ms > at) return row;
  const seq = facts['claim_seq'];
  const claim: JobClaim = {
    queue: row.queue,
    job_event_id: row.job_event_id,
    claim_id: String(facts['claim_id']),
    claim_seq: typeof seq === 'number' ? seq : row.claim_seq + 1,
    consumer_id: String(facts['consumer_id']),
    claimed_at_ms: at,
    expires_at_ms: Number(facts['expires_at_ms']),
  };
  const { claim_id, expires_at_ms, claim_seq } = claim;
  return { ...row, state: 'claimed', claim, claim_id, expires_at_ms, claim_seq };
}

function unclaimed(row: JobRow, state: JobState): JobRow {
  return { ...row, state, claim: null, claim_id: null, expires_at_ms: null };
}

function newRow(event: StoredEvent): JobRow {
  const facts = factsOf(event);
  const text = (name: string) => {
    const value = facts[name] ?? event.headers[name];
    return typeof value === 'string' ? value : null;
  };
  const inner = facts['event'] ?? null;
  const given = isJsonObject(inner) ? inner['id'] : undefined;
  const priority = priorityOf(text('priority') ?? 'normal') ?? 'normal';
  return {
    queue: queueOf(event.topic).queue,
    job_event_id: event.id,
    trigger_id: text('trigger_id'),
    binding_key: text('binding_key'),
    event_id: typeof given === 'string' ? given : text('event_id'),
    event: inner,
    replay_of_event_id: text('replay_of_event_id'),
    priority,
    rank: RANKS[priority],
    enqueued_at_ms: event.occurredAtMs,
    state: 'ready',
    claim: null,
    claim_id: null,
    expires_at_ms: null,
    claim_seq: 0,
    response: null,
  };
}

/** A priority by its name. */
export function priorityOf(text: string): JobPriority | undefined {
  return Object.hasOwn(RANKS, text) ? (text as JobPriority) : undefined;
}

/** Whether anyone may claim the job now. */
export function isClaimable(row: JobRow, nowMs: number): boolean {
  if (row.state === 'ready') return true;
  return row.state === 'claimed' && row.claim !== null && row.claim.expires_at_ms <= nowMs;
}

function factsOf(event: StoredEvent): JsonObject {
  return isJsonObject(event.payload) ? event.payload : {};
}

function queueOf(topic: string): { readonly queue: string; readonly isJob: boolean } {
  const name = topic.slice(PREFIX.length);
  for (const suffix of [CLAIMS, RESPONSES]) {
    if (name.endsWith(suffix)) return { queue: name.slice(0, -suffix.length), isJob: false };
  }
  return { queue: name, isJob: true };
}
