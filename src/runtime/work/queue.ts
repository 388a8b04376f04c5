// Worker queues: jobs that wait in the store for any process. At least once: a job is done when it is acknowledged under
// a claim that is still in force; until then it comes back when the claim's time is over. Works on the store alone.
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { type Store, scanTopic, sto, type Tx } from '../../store/index.ts';
import { queueErrors } from './queue-errors.ts';
import {
  isClaimable,
  type JobClaim,
  type JobPriority,
  type JobRow,
  type JobState,
  jobIndex,
  jobKey,
  priorityOf,
  QUEUES_TOPIC,
  queueTopics,
  RANKS,
} from './queue-record.ts';

/** What is to be done. */
export interface Job {
  readonly event: JsonObject;
  readonly trigger_id?: string | undefined;
  readonly binding_key?: string | undefined;
  readonly binding_version?: number | undefined;
  readonly replay_of_event_id?: string | undefined;
  readonly priority?: JobPriority | undefined;
}

export interface EnqueueOptions {
  readonly nowMs: number;
  /** The same key in the same queue enqueues once. */
  readonly key?: string | undefined;
  readonly runId?: string | undefined;
}

/** Where a job is, and where its result will be. */
export type EnqueueReceipt = {
  readonly queue: string;
  readonly job_event_id: number;
  readonly response_topic: string;
};

/** Puts a job into a queue. */
export async function enqueueJob(
  store: Store,
  queue: string,
  job: Job,
  { nowMs, key, runId }: EnqueueOptions,
): Promise<EnqueueReceipt> {
  const topics = queueTopics(queue);
  const { event, trigger_id, binding_key, binding_version, replay_of_event_id } = job;
  const priority = priorityOf(job.priority ?? 'normal');
  if (priority === undefined) throw queueErrors.badPriority({ priority: String(job.priority) });
  const id = event['id'];
  const headers = defined({
    queue,
    trigger_id,
    binding_key,
    event_id: typeof id === 'string' ? id : undefined,
    priority,
    run_id: runId,
  });
  const payload = {
    v: 1,
    queue,
    trigger_id: trigger_id ?? null,
    binding_key: binding_key ?? null,
    binding_version: binding_version ?? null,
    event,
    replay_of_event_id: replay_of_event_id ?? null,
    priority,
  };
  const { appends } = await store.tx((tx) => {
    tx.append(QUEUES_TOPIC, {
      kind: 'queue_seen',
      payload: { v: 1, queue },
      key: queue,
      occurredAtMs: nowMs,
    });
    tx.append(topics.jobs, {
      kind: 'trigger_dispatch',
      payload,
      headers,
      ...(key === undefined ? {} : { key }),
      occurredAtMs: nowMs,
    });
  });
  return { queue, job_event_id: appends[1]?.id ?? 0, response_topic: topics.responses };
}

export interface ClaimOptions {
  readonly consumerId: string;
  readonly ttlMs: number;
  readonly nowMs: number;
  /** Unique for each wish to claim; the same one again answers the same claim. */
  readonly claimId: string;
}

/** A claimed job. */
export interface ClaimedJob {
  readonly job: JobRow;
  readonly claim: JobClaim;
}

/**
 * Claims the next job: by priority, then by age; old jobs of lower priority move up. Undefined when none is ready.
 * Competing claimers each get another job.
 */
export async function claimJob(
  store: Store,
  queue: string,
  options: ClaimOptions,
): Promise<ClaimedJob | undefined> {
  const { consumerId, claimId, nowMs } = options;
  if (consumerId.trim() === '') throw queueErrors.noConsumer({});
  const topics = queueTopics(queue);
  await store.declare(jobIndex);
  // By the claim alone, which is few rows: asked for the queue as well, SQLite looks through all its jobs.
  const claims = await store.rows(jobIndex, { where: { claim_id: claimId } });
  const mine = claims.find(({ row }) => row.queue === queue);
  if (mine?.row.claim !== undefined && mine.row.claim !== null) {
    return { job: mine.row, claim: mine.row.claim };
  }
  for (;;) {
    const candidates = await claimable(store, queue, nowMs);
    if (candidates.length === 0) return undefined;
    for (const job of candidates) {
      const claim = claimOn(job, options);
      const won = await commit(
        store,
        job,
        (now) => sameClaim(now, job) && isClaimable(now, nowMs),
        (tx) => appendFact(tx, topics.claims, 'job_claimed', nowMs, claim),
      );
      if (won) return { job: { ...job, state: 'claimed', claim, claim_id: claimId }, claim };
    }
  }
}

function claimOn(job: JobRow, { consumerId, claimId, ttlMs, nowMs }: ClaimOptions): JobClaim {
  return {
    queue: job.queue,
    job_event_id: job.job_event_id,
    claim_id: claimId,
    claim_seq: job.claim_seq + 1,
    consumer_id: consumerId,
    claimed_at_ms: nowMs,
    expires_at_ms: nowMs + ttlMs,
  };
}

/** How many of each kind are looked at: more than claimers that compete for the same ones. */
const LOOK_AT = 16;
const MOVES_UP_AFTER_MS: { readonly [P in JobPriority]: number } = {
  high: 0,
  normal: 15 * 60_000,
  low: 30 * 60_000,
};

async function claimable(store: Store, queue: string, nowMs: number): Promise<readonly JobRow[]> {
  const found: JobRow[] = [];
  for (const rank of Object.values(RANKS)) {
    const where = { queue, state: 'ready', rank };
    const rows = await store.rows(jobIndex, { where, orderBy: ['enqueued_at_ms'], limit: LOOK_AT });
    found.push(...rows.map(({ row }) => row));
  }
  const over = { queue, state: 'claimed', expires_at_ms: { lte: nowMs } };
  const rows = await store.rows(jobIndex, {
    where: over,
    orderBy: ['expires_at_ms'],
    limit: LOOK_AT,
  });
  found.push(...rows.map(({ row }) => row));
  const rankOf = (row: JobRow) =>
    nowMs - row.enqueued_at_ms >= MOVES_UP_AFTER_MS[row.priority] ? 0 : row.rank;
  return found.sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      a.enqueued_at_ms - b.enqueued_at_ms ||
      a.job_event_id - b.job_event_id,
  );
}

/** Keeps a claim that is still in force for longer; one whose time is over cannot be revived. */
export async function renewClaim(
  store: Store,
  claim: JobClaim,
  { ttlMs, nowMs }: { readonly ttlMs: number; readonly nowMs: number },
): Promise<JobClaim> {
  const expires_at_ms = nowMs + ttlMs;
  const isInForce = (now: JobRow) => holds(now, claim) && !isClaimable(now, nowMs);
  const { job_event_id, claim_id, claim_seq, consumer_id } = claim;
  const facts = {
    job_event_id,
    claim_id,
    claim_seq,
    consumer_id,
    renewed_at_ms: nowMs,
    expires_at_ms,
  };
  const { claims } = queueTopics(claim.queue);
  await underClaim(store, claim, {
    kind: 'claim_renewed',
    accept: isInForce,
    write: (tx) => appendFact(tx, claims, 'claim_renewed', nowMs, facts),
  });
  return { ...claim, expires_at_ms };
}

/** What came of a job, for whoever enqueued it. */
export interface JobResult {
  readonly outcome?: Json;
  readonly error?: string | undefined;
}

/** Says that a job is done, with its response. Refused when somebody else has claimed it since. */
export async function ackClaim(
  store: Store,
  claim: JobClaim,
  { nowMs, outcome, error }: JobResult & { readonly nowMs: number },
): Promise<void> {
  const { claims, responses } = queueTopics(claim.queue);
  const { queue, job_event_id, claim_id, claim_seq, consumer_id } = claim;
  const ack = { job_event_id, claim_id, claim_seq, consumer_id, acked_at_ms: nowMs };
  const response = {
    queue,
    job_event_id,
    consumer_id,
    handled_at_ms: nowMs,
    outcome: outcome ?? null,
    error: error ?? null,
  };
  await underClaim(store, claim, {
    kind: 'job_acked',
    accept: (now) => holds(now, claim),
    write: (tx) => {
      appendFact(tx, responses, 'job_response', nowMs, response);
      appendFact(tx, claims, 'job_acked', nowMs, ack);
    },
  });
}

/** Gives a job back before its time is over. */
export async function releaseClaim(
  store: Store,
  claim: JobClaim,
  { nowMs, reason }: { readonly nowMs: number; readonly reason?: string | undefined },
): Promise<void> {
  const { job_event_id, claim_id, claim_seq, consumer_id } = claim;
  const facts = { job_event_id, claim_id, claim_seq, consumer_id, released_at_ms: nowMs };
  const { claims } = queueTopics(claim.queue);
  const released = { ...facts, reason: reason ?? null };
  await underClaim(store, claim, {
    kind: 'job_released',
    accept: (now) => holds(now, claim),
    write: (tx) => appendFact(tx, claims, 'job_released', nowMs, released),
  });
}

/** Ends a job whoever works on it, in somebody's transaction; on one that has ended it changes nothing. */
export function appendUnconditionalAck(
  tx: Tx,
  queue: string,
  jobEventId: number,
  { consumerId, nowMs }: { readonly consumerId: string; readonly nowMs: number },
): void {
  appendFact(tx, queueTopics(queue).claims, 'job_acked', nowMs, {
    job_event_id: jobEventId,
    claim_id: '',
    consumer_id: consumerId,
    acked_at_ms: nowMs,
  });
}

/** Ends a job whoever works on it; false when it had ended already. */
export async function ackJob(
  store: Store,
  queue: string,
  jobEventId: number,
  options: { readonly consumerId: string; readonly nowMs: number },
): Promise<boolean> {
  const job = await showJob(store, queue, jobEventId);
  return commit(store, job, isPending, (tx) =>
    appendUnconditionalAck(tx, queue, jobEventId, options),
  );
}

/** Drops the jobs that nobody works on; answers how many. */
export async function purgeQueue(
  store: Store,
  queue: string,
  { by, reason, nowMs }: { readonly by: string; readonly reason?: string; readonly nowMs: number },
): Promise<number> {
  const { claims } = queueTopics(queue);
  let purged = 0;
  for (const job of await listJobs(store, { queue, state: 'ready', limit: MANY })) {
    const { job_event_id } = job;
    const facts = { job_event_id, purged_by: by, purged_at_ms: nowMs, reason: reason ?? null };
    const done = await commit(
      store,
      job,
      (now) => now.state === 'ready',
      (tx) => appendFact(tx, claims, 'job_purged', nowMs, facts),
    );
    if (done) purged += 1;
  }
  return purged;
}

const MANY = 100_000;

/** Jobs, in the order they were enqueued. */
export async function listJobs(
  store: Store,
  query: {
    readonly queue?: string | undefined;
    readonly state?: JobState | readonly JobState[] | undefined;
    readonly limit?: number | undefined;
  } = {},
): Promise<readonly JobRow[]> {
  await store.declare(jobIndex);
  const { queue, state, limit = 1000 } = query;
  const rows = await store.rows(jobIndex, {
    where: {
      ...(queue === undefined ? {} : { queue }),
      ...(state === undefined
        ? {}
        : { state: { in: typeof state === 'string' ? [state] : state } }),
    },
    orderBy: ['enqueued_at_ms'],
    limit,
  });
  return rows.map(({ row }) => row);
}

/** One job; an unknown one is an error. */
export async function showJob(store: Store, queue: string, jobEventId: number): Promise<JobRow> {
  queueTopics(queue);
  await store.declare(jobIndex);
  const row = await store.row(jobIndex, jobKey(queue, jobEventId));
  if (row === undefined) throw queueErrors.unknownJob({ queue, job: jobEventId });
  return row;
}

/** The names of all queues that were ever used, in the order of their first job. */
export async function knownQueues(store: Store): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { payload } of scanTopic(store, QUEUES_TOPIC)) {
    const queue = (payload as JsonObject | null)?.['queue'];
    if (typeof queue === 'string') names.add(queue);
  }
  return [...names];
}

/** A queue in numbers; a claim whose time is over counts as ready. */
export type QueueSummary = {
  readonly queue: string;
  readonly ready: number;
  readonly in_flight: number;
  readonly acked: number;
  readonly purged: number;
  readonly responses: number;
  readonly oldest_unclaimed_age_ms: number | null;
};

export async function queueSummary(
  store: Store,
  queue: string,
  nowMs: number,
): Promise<QueueSummary> {
  const jobs = await listJobs(store, { queue, limit: MANY });
  const ready = jobs.filter((job) => isClaimable(job, nowMs));
  const oldest = ready[0]?.enqueued_at_ms;
  return {
    queue,
    ready: ready.length,
    in_flight: jobs.filter((job) => job.state === 'claimed' && !isClaimable(job, nowMs)).length,
    acked: jobs.filter(({ state }) => state === 'acked').length,
    purged: jobs.filter(({ state }) => state === 'purged').length,
    responses: jobs.filter(({ response }) => response !== null).length,
    oldest_unclaimed_age_ms: oldest === undefined ? null : Math.max(0, nowMs - oldest),
  };
}

function isPending({ state }: JobRow): boolean {
  return state === 'ready' || state === 'claimed';
}

/** Whether this claim is the job's latest: nobody has taken it since. */
function holds(now: JobRow, { claim_id, claim_seq }: JobClaim): boolean {
  return now.claim?.claim_id === claim_id && now.claim.claim_seq === claim_seq;
}

function sameClaim(now: JobRow, then: JobRow): boolean {
  return now.claim_seq === then.claim_seq && now.claim_id === then.claim_id;
}

interface ClaimStep {
  readonly kind: string;
  readonly accept: (now: JobRow) => boolean;
  readonly write: (tx: Tx) => void;
}

async function underClaim(
  store: Store,
  claim: JobClaim,
  { kind, accept, write }: ClaimStep,
): Promise<void> {
  const job = await showJob(store, claim.queue, claim.job_event_id);
  if (await commit(store, job, accept, write)) return;
  const done = endKey(kind, claim.claim_id);
  const { claims } = queueTopics(claim.queue);
  if (done !== undefined && (await store.readByKey(claims, done)) !== undefined) return;
  const now = await showJob(store, claim.queue, claim.job_event_id);
  const by = now.claim === null || holds(now, claim) ? '' : ` by ${now.claim.consumer_id}`;
  const state = holds(now, claim) ? 'free again, because its time was over' : now.state;
  throw queueErrors.claimLost({ queue: claim.queue, job: claim.job_event_id, state, by });
}

/** Writes facts about a job if its row allows it at that moment. */
async function commit(
  store: Store,
  { queue, job_event_id }: JobRow,
  accept: (now: JobRow) => boolean,
  write: (tx: Tx) => void,
): Promise<boolean> {
  try {
    await store.tx((tx) => {
      tx.check(jobIndex, jobKey(queue, job_event_id), (now) => now !== undefined && accept(now));
      write(tx);
    });
    return true;
  } catch (error) {
    if (HarnError.is(error) && error.code === sto.$code('checkFailed')) return false;
    throw error;
  }
}

/** Ends of claims carry a key: who ends the same claim again, not knowing whether it was done, is not refused. */
function appendFact(tx: Tx, topic: string, kind: string, atMs: number, facts: JsonObject): void {
  const key = endKey(kind, facts['claim_id']);
  const payload = { v: 1, ...facts };
  tx.append(topic, { kind, payload, occurredAtMs: atMs, ...(key === undefined ? {} : { key }) });
}

function endKey(kind: string, claimId: Json | undefined): string | undefined {
  const ends = kind === 'job_acked' || kind === 'job_released';
  return ends && typeof claimId === 'string' && claimId !== '' ? `${kind}:${claimId}` : undefined;
}

function defined(headers: { readonly [name: string]: string | undefined }): {
  readonly [name: string]: string;
} {
  const given = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(given);
}
