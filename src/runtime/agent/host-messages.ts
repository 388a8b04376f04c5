// What is said to a session from outside of its turns, by whatever process: kept in the store until a loop takes it up,
// in order, each once. A message says how urgent it is; events are for daemons, one at a time, and count as done only when
// the daemon is idle again.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineProjection, defineTopic, type Store, type Tx } from '../../store/index.ts';
import { defineEffect, type NewsSource } from '../run/index.ts';
import { messageErrors } from './errors.ts';
import type { TranscriptMessage } from './transcript.ts';

/**
 * - `interrupt_immediate`: calls of the answer under way that have not begun are left out, and it comes next.
 * - `finish_step`: after the turn under way.
 * - `wait_for_completion`: when the agent yields.
 */
export type MessageMode = 'interrupt_immediate' | 'finish_step' | 'wait_for_completion';

const MODES: readonly MessageMode[] = ['interrupt_immediate', 'finish_step', 'wait_for_completion'];

/** `user`: words for the model; `event`: what a daemon is to deal with; `resume`: wakes a daemon and says nothing. */
export type MessageKind = 'user' | 'event' | 'resume';

export type HostMessage = {
  readonly message_id: string;
  readonly session_id: string;
  readonly kind: MessageKind;
  readonly mode: MessageMode;
  readonly content: Json;
  readonly queued_at_ms: number;
};

/** What waits in one topic; sessions whose ids look alike in names of topics share one. */
type QueueRow = {
  readonly queued: readonly HostMessage[];
  /** Taken up by a loop that is not done with them. */
  readonly taken: readonly HostMessage[];
};

type Fact = { readonly session_id: string; readonly [field: string]: Json };

const topic = defineTopic<Fact>({ name: 'agent.messages', version: 1 });

/** The topic of what is said to a session. */
export function messagesTopic(sessionId: string): string {
  return topic.of(sessionId);
}

const EMPTY: QueueRow = { queued: [], taken: [] };

const queueIndex = defineProjection<QueueRow>({
  name: 'agent_messages',
  version: 1,
  topics: [`${topic.name}.*`],
  rowOfTopic: (name) => name,
  keyOf: (event) => event.topic,
  fold(row = EMPTY, event) {
    const { session_id: session, ids = [], message } = topic.decode(event);
    const named = new Set(Array.isArray(ids) ? ids : []);
    const mine = (one: HostMessage) => one.session_id === session;
    switch (event.kind) {
      case 'message_queued':
        return { ...row, queued: [...row.queued, message as unknown as HostMessage] };
      case 'messages_taken': {
        const now = row.queued.filter(({ message_id: id }) => named.has(id));
        const left = row.queued.filter(({ message_id: id }) => !named.has(id));
        return { queued: left, taken: [...row.taken, ...now] };
      }
      case 'messages_done':
        return { ...row, taken: row.taken.filter((one) => !mine(one)) };
      case 'messages_returned': {
        const back = row.taken.filter(mine);
        return {
          queued: [...back, ...row.queued],
          taken: row.taken.filter((one) => !mine(one)),
        };
      }
      default:
        return row;
    }
  },
});

/** News of one session; sources are told apart by their identity. */
const SOURCES = new Map<string, NewsSource>();

export function messageNews(sessionId: string): NewsSource {
  const name = messagesTopic(sessionId);
  const known = SOURCES.get(name);
  if (known !== undefined) return known;
  const source: NewsSource = { topics: [name], keyOf: () => name };
  SOURCES.set(name, source);
  return source;
}

/** What is said. */
export interface MessageToSend {
  readonly content: Json;
  readonly mode?: string | undefined;
  readonly kind?: MessageKind;
  /** Said again under the same id, it is the same message. */
  readonly id: string;
  readonly nowMs: number;
  /** How many events may wait. */
  readonly capacity?: number | undefined;
}

/** Says something to a session. */
export async function sendSessionMessage(
  store: Store,
  sessionId: string,
  message: MessageToSend,
): Promise<HostMessage> {
  const queued = await readied(store, sessionId, message);
  await store.tx((tx) => appendQueued(tx, queued));
  return queued;
}

/** The message as it is to be queued; refused where it says nothing or there is no room. */
async function readied(
  store: Store,
  sessionId: string,
  { content, kind = 'user', id, nowMs, capacity, mode }: MessageToSend,
): Promise<HostMessage> {
  if (kind === 'user' && (typeof content !== 'string' || content.trim() === '')) {
    throw messageErrors.badContent({});
  }
  const queued: HostMessage = {
    message_id: id,
    session_id: sessionId,
    kind,
    mode: modeOf(mode),
    content,
    queued_at_ms: nowMs,
  };
  const { pending } = await messagesOf(store, sessionId);
  const isKnown = pending.some((one) => one.message_id === id);
  if (capacity !== undefined && !isKnown && pending.length >= capacity) {
    throw messageErrors.queueFull({ capacity });
  }
  return queued;
}

function appendQueued(tx: Tx, message: HostMessage): void {
  const { session_id, message_id: id, queued_at_ms: occurredAtMs } = message;
  const payload = topic.encode({ session_id, message: message as unknown as JsonObject });
  const name = messagesTopic(session_id);
  tx.append(name, { kind: 'message_queued', payload, key: `queued:${id}`, occurredAtMs });
}

function modeOf(given: string | undefined): MessageMode {
  if (given === undefined) return 'finish_step';
  const found = MODES.find((mode) => mode === given);
  if (found === undefined) throw messageErrors.badMode({ mode: given, known: MODES.join(', ') });
  return found;
}

/** What waits for a session, and what is being dealt with. */
export async function messagesOf(
  store: Store,
  sessionId: string,
): Promise<{ readonly pending: readonly HostMessage[]; readonly taken: readonly HostMessage[] }> {
  await store.declare(queueIndex);
  const row = (await store.row(queueIndex, messagesTopic(sessionId))) ?? EMPTY;
  const mine = (one: HostMessage) => one.session_id === sessionId;
  return { pending: row.queued.filter(mine), taken: row.taken.filter(mine) };
}

/** When a loop looks: between calls of an answer, between turns, at its end, and while a daemon is idle. */
export type Boundary = 'call' | 'turn' | 'end' | 'idle';

/** What is taken up at a boundary. */
function takenAt(pending: readonly HostMessage[], boundary: Boundary): readonly HostMessage[] {
  const said = pending.filter(({ kind }) => kind === 'user');
  switch (boundary) {
    case 'call':
      return said.filter(({ mode }) => mode === 'interrupt_immediate');
    case 'turn':
      return said.filter(({ mode }) => mode !== 'wait_for_completion');
    case 'end':
      return said;
    case 'idle': {
      const wakes = pending.filter(({ kind }) => kind === 'resume');
      const event = pending.find(({ kind }) => kind === 'event');
      return [...said, ...wakes, ...(event === undefined ? [] : [event])];
    }
  }
}

/**
 * Takes up what is to be heard at a boundary: in the transaction that records it, so that nothing is heard twice. Who
 * `holds` has it until it is idle: taken up by a loop that is then never seen again, it can be given back.
 */
export const hearEffect = defineEffect(
  { name: 'agent.hear', class: 'store', access: 'write' },
  async (
    env,
    sessionId: string,
    boundary: Boundary,
    holds: boolean,
  ): Promise<readonly HostMessage[]> => {
    const { pending, taken } = await messagesOf(await env.store(), sessionId);
    const heard = takenAt(pending, boundary);
    const isOver = taken.length > 0 && boundary === 'idle';
    if (heard.length === 0 && !isOver) return [];
    const nowMs = env.clock.nowMs();
    env.inTx((tx) => {
      if (isOver) append(tx, sessionId, 'messages_done', nowMs);
      if (heard.length === 0) return;
      const ids = heard.map(({ message_id: id }) => id);
      append(tx, sessionId, 'messages_taken', nowMs, { ids });
      if (!holds) append(tx, sessionId, 'messages_done', nowMs);
    });
    return heard;
  },
);

/** What was taken up by a loop that never got to its end waits again, before all else. */
export const returnTaken = defineEffect(
  { name: 'agent.return_taken', class: 'store', access: 'write' },
  async (env, sessionId: string): Promise<number> => {
    const { taken } = await messagesOf(await env.store(), sessionId);
    if (taken.length > 0) {
      env.inTx((tx) => append(tx, sessionId, 'messages_returned', env.clock.nowMs()));
    }
    return taken.length;
  },
);

/** Says something to a session of whatever run, in the transaction that records it. */
export const sendEffect = defineEffect(
  { name: 'agent.send_message', class: 'store', access: 'write' },
  async (env, sessionId: string, given: JsonObject): Promise<HostMessage> => {
    const { content = null, mode, kind, capacity } = given;
    const message = await readied(await env.store(), sessionId, {
      content,
      mode: typeof mode === 'string' ? mode : undefined,
      kind: (kind ?? 'user') as MessageKind,
      capacity: typeof capacity === 'number' ? capacity : undefined,
      id: env.idempotencyKey,
      nowMs: Math.floor(env.clock.nowMs()),
    });
    env.inTx((tx) => appendQueued(tx, message));
    return message;
  },
);

export const queueEffect = defineEffect(
  { name: 'agent.messages', class: 'read', access: 'read' },
  async (env, sessionId: string) => messagesOf(await env.store(), sessionId),
);

function append(
  tx: Tx,
  sessionId: string,
  kind: string,
  atMs: number,
  more: JsonObject = {},
): void {
  tx.append(messagesTopic(sessionId), {
    kind,
    payload: topic.encode({ session_id: sessionId, ...more }),
    occurredAtMs: Math.floor(atMs),
  });
}

/** A message in the words of the conversation; null for one that says nothing. */
export function wordsOf({ kind, content }: HostMessage): string | null {
  if (kind === 'resume') return null;
  if (kind === 'user') return String(content);
  const about = isJsonObject(content) || Array.isArray(content) ? JSON.stringify(content) : content;
  return `An event for you: ${String(about)}`;
}

/** What is said as it stands in the conversation. */
export function asUserMessage(message: HostMessage): readonly TranscriptMessage[] {
  const content = wordsOf(message);
  return content === null ? [] : [{ role: 'user', content }];
}
