// Messages to workflows, from any run and process: signals, updates that are answered, published values, pause and resume,
// generations. Facts in the store, one topic per workflow; what a mailbox holds is their fold. Each operation decides by
// what it has read and is refused by the store when somebody was faster; then it looks again.
import {
  HarnError,
  isJsonObject,
  type Json,
  type JsonObject,
  shortHash,
} from '../../base/index.ts';
import { defineTopic, type Store, type StoredEvent, scanTopic, sto } from '../../store/index.ts';
import { defineEffect, type EffectEnv, type RunContext, type Suspending } from '../run/index.ts';
import { workflowErrors } from './errors.ts';

type Fact = JsonObject & { readonly kind: string };

const topic = defineTopic<Fact>({ name: 'workflow.messages', version: 1 });

interface Mailbox {
  readonly workflowId: string;
  readonly last: number;
  readonly generation: number;
  readonly paused: boolean;
  readonly pending: readonly JsonObject[];
  readonly queries: ReadonlyMap<string, Json>;
  /** Updates without an answer. */
  readonly open: ReadonlySet<string>;
  readonly responses: ReadonlyMap<string, Json>;
}

/** The workflow that is meant: its id, or a dict that names it. */
export function workflowTarget(given: Json | undefined): string {
  const name = isJsonObject(given) ? (given['workflow_id'] ?? given['workflow']) : given;
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw workflowErrors.noTarget({});
}

async function readMailbox(store: Store, workflowId: string): Promise<Mailbox> {
  let box: Mailbox = {
    workflowId,
    last: 0,
    generation: 1,
    paused: false,
    pending: [],
    queries: new Map(),
    open: new Set(),
    responses: new Map(),
  };
  for await (const event of scanTopic(store, topic.of(workflowId))) {
    // Different ids can share a topic's name; the header tells them apart.
    const isOurs = event.headers['workflow_id'] === workflowId;
    box = { ...(isOurs ? fold(box, event) : box), last: event.id };
  }
  return box;
}

function fold(box: Mailbox, event: StoredEvent): Mailbox {
  const fact = topic.decode(event);
  const message = { ...fact, seq: event.id, enqueued_at_ms: event.occurredAtMs };
  const request = String(fact['request_id'] ?? '');
  switch (fact.kind) {
    case 'signal':
      return { ...box, pending: [...box.pending, message] };
    case 'update':
      return { ...box, pending: [...box.pending, message], open: new Set(box.open).add(request) };
    case 'control':
      return { ...box, pending: [...box.pending, message], paused: fact['name'] === 'pause' };
    case 'received':
      return { ...box, pending: box.pending.filter(({ seq }) => seq !== fact['message']) };
    case 'query_published':
      return {
        ...box,
        queries: new Map(box.queries).set(String(fact['name']), fact['value'] ?? null),
      };
    case 'update_answered': {
      const open = new Set([...box.open].filter((id) => id !== request));
      return {
        ...box,
        open,
        responses: new Map(box.responses).set(request, fact['value'] ?? null),
      };
    }
    case 'continued_as_new':
      return { ...box, generation: box.generation + 1, responses: new Map() };
    default:
      return box;
  }
}

function statusOf(box: Mailbox): JsonObject {
  return {
    workflow_id: box.workflowId,
    generation: box.generation,
    paused: box.paused,
    pending_count: box.pending.length,
    query_count: box.queries.size,
    open_update_count: box.open.size,
    response_count: box.responses.size,
  };
}

/** What an operation adds to a mailbox; undefined adds nothing. */
type Decide = (box: Mailbox) => Fact | undefined;

/** Adds what `decide` makes of the mailbox, once per call whatever is issued again. */
async function change(
  env: EffectEnv,
  workflowId: string,
  decide: Decide,
): Promise<{ readonly box: Mailbox; readonly fact: Fact | undefined }> {
  const store = await env.store();
  const name = topic.of(workflowId);
  const key = env.idempotencyKey;
  for (;;) {
    const before = await store.readByKey(name, key);
    const box = await readMailbox(store, workflowId);
    if (before !== undefined) return { box, fact: topic.decode(before) };
    const fact = decide(box);
    if (fact === undefined) return { box, fact };
    const record = {
      kind: fact.kind,
      payload: topic.encode(fact),
      headers: { workflow_id: workflowId, run_id: env.runId },
      key,
      occurredAtMs: Math.floor(env.clock.nowMs()),
    };
    try {
      await store.tx((tx) => tx.append(name, record, { expectedNext: box.last + 1 }));
      return { box: await readMailbox(store, workflowId), fact };
    } catch (error) {
      if (!HarnError.is(error) || error.code !== sto.$code('positionMismatch')) throw error;
    }
  }
}

const writing = { class: 'mutation', access: 'write', onUnknown: 'retry' } as const;
const reading = { class: 'read', access: 'read' } as const;

const control = (name: 'pause' | 'resume') =>
  defineEffect({ name: `runtime.workflow_${name}`, ...writing }, async (env, id: string) => {
    const { box } = await change(env, id, () => ({ kind: 'control', name, payload: null }));
    return statusOf(box);
  });

const updateEffect = defineEffect(
  { name: 'runtime.workflow_update', ...writing },
  async (env, id: string, name: string, payload: Json): Promise<string> => {
    const request = `update_${shortHash(env.idempotencyKey)}`;
    await change(env, id, () => ({ kind: 'update', name, payload, request_id: request }));
    return request;
  },
);

/** The answer to an update; null in `answer` stands for none within the time. */
const answerEffect = defineEffect(
  {
    name: 'runtime.workflow_answer',
    class: 'read',
    access: 'read',
    wait: ([workflow, request, ms]: readonly [string, string, number], nowMs) => ({
      kind: 'workflow_update',
      due_ms: nowMs + ms,
      workflow_id: workflow,
      request_id: request,
    }),
  },
  async (env, id: string, request: string, _ms: number): Promise<readonly Json[] | null> => {
    const store = await env.store();
    if (env.clock.isMocked) await letOthersRun();
    for (;;) {
      const mark = store.changeMark();
      const { responses } = await readMailbox(store, id);
      if (responses.has(request)) return [responses.get(request) ?? null];
      const left = env.clock.isMocked ? 0 : (env.dueMs ?? 0) - env.clock.nowMs();
      if (left <= 0) return null;
      await changeOrTime(env, (signal) => store.waitForChange(mark, { signal }), left);
    }
  },
);

/** How many turns of the event loop everything else gets before virtual time is up. */
const VIRTUAL_TURNS = 64;

async function letOthersRun(): Promise<void> {
  for (let turn = 0; turn < VIRTUAL_TURNS; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

async function changeOrTime(
  env: EffectEnv,
  changed: (signal: AbortSignal) => Promise<void>,
  leftMs: number,
): Promise<void> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  env.signal.addEventListener('abort', stop);
  const cancel = env.clock.after(leftMs, stop);
  try {
    env.signal.throwIfAborted();
    await changed(waiting.signal);
    env.signal.throwIfAborted();
  } finally {
    cancel();
    env.signal.removeEventListener('abort', stop);
  }
}

/** Operations on mailboxes, by the name that programs use. */
export const workflowMessages = {
  /** A message that nobody answers. */
  signal: defineEffect(
    { name: 'runtime.workflow_signal', ...writing },
    async (env, id: string, name: string, payload: Json) => {
      const { box } = await change(env, id, () => ({ kind: 'signal', name, payload }));
      return { workflow_id: id, name, status: statusOf(box) };
    },
  ),
  /** The last value published under a name; null when there is none. */
  query: defineEffect(
    { name: 'runtime.workflow_query', ...reading },
    async (env, id: string, name: string) =>
      (await readMailbox(await env.store(), id)).queries.get(name) ?? null,
  ),
  publish_query: defineEffect(
    { name: 'runtime.workflow_publish_query', ...writing },
    async (env, id: string, name: string, value: Json) => {
      const { box } = await change(env, id, () => ({ kind: 'query_published', name, value }));
      return statusOf(box);
    },
  ),
  /** Takes the oldest message; null when there is none. */
  receive: defineEffect(
    { name: 'runtime.workflow_receive', ...writing },
    async (env, id: string): Promise<JsonObject | null> => {
      const { fact } = await change(env, id, ({ pending: [next] }) =>
        next === undefined
          ? undefined
          : { kind: 'received', message: next['seq'] ?? 0, content: next },
      );
      return fact === undefined ? null : (fact['content'] as JsonObject);
    },
  ),
  respond_update: defineEffect(
    { name: 'runtime.workflow_respond_update', ...writing },
    async (env, id: string, request: string, value: Json, name: string | null = null) => {
      const { box } = await change(env, id, ({ open }) => {
        if (!open.has(request)) throw workflowErrors.unknownRequest({ workflow: id, request });
        return { kind: 'update_answered', request_id: request, value, name };
      });
      return statusOf(box);
    },
  ),
  pause: control('pause'),
  resume: control('resume'),
  status: defineEffect({ name: 'runtime.workflow_status', ...reading }, async (env, id: string) =>
    statusOf(await readMailbox(await env.store(), id)),
  ),
  continue_as_new: defineEffect(
    { name: 'runtime.workflow_continue_as_new', ...writing },
    async (env, id: string) => {
      const { box } = await change(env, id, () => ({ kind: 'continued_as_new' }));
      return statusOf(box);
    },
  ),
} as const;

const DEFAULT_TIMEOUT_MS = 30_000;

/** Sends an update and waits for its answer. */
export function* workflowUpdate(
  ctx: RunContext,
  id: string,
  name: string,
  payload: Json = null,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Suspending<Json> {
  const request = yield* ctx.perform(updateEffect, [id, name, payload]);
  const answer = yield* ctx.perform(answerEffect, [id, request, timeoutMs]);
  if (answer === null) throw workflowErrors.updateTimeout({ workflow: id, name, ms: timeoutMs });
  return answer[0] ?? null;
}
