// The sessions that runs have left in a store, for whoever looks at them from outside: listing, reading, and forking one
// into a new one. The topics of sessions are the only source; nothing here needs a run.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Store, scanTopic, sto } from '../../store/index.ts';
import { agentEventsTopic, isOfSession } from './agent-events.ts';
import { sessionErrors } from './errors.ts';
import {
  appendCopiedSession,
  type ReadSession,
  readSession,
  sessionTopic,
} from './session-facts.ts';
import { type Transcript, type TranscriptMessage, textOfContent } from './transcript.ts';

/** A session as a line of a list. */
export type SessionRow = {
  readonly id: string;
  /** The run that wrote last. A fork that nobody has gone on with belongs to the run of its source. */
  readonly run_id: string;
  /** `open`, or how it was closed. */
  readonly status: string;
  readonly messages: number;
  /** Of all turns that were taken in it. */
  readonly turns: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Of the turns whose price is known. */
  readonly cost_usd: number;
  /** How what was said first begins; empty when no user has said anything. */
  readonly title: string;
  readonly parent_id: string | null;
  readonly created_ms: number;
  readonly updated_ms: number;
};

/** A session with what was said in it. */
export interface StoredSession {
  readonly row: SessionRow;
  readonly systemPrompt: string | null;
  readonly transcript: Transcript;
}

export interface SessionQuery {
  /** At most so many; 20 by default. */
  readonly limit?: number | undefined;
  /** Only sessions that this run took part in. */
  readonly runId?: string | undefined;
}

/** The sessions of a store, those that were used last first. */
export async function listSessions(
  store: Store,
  { limit = 20, runId }: SessionQuery = {},
): Promise<readonly SessionRow[]> {
  const rows: SessionRow[] = [];
  for (const topic of await newestTopics(store)) {
    if (rows.length >= limit) break;
    for (const id of await idsOfTopic(store, topic, runId)) {
      const session = await loadStoredSession(store, id);
      if (session !== undefined) rows.push(session.row);
    }
  }
  return rows.toSorted((a, b) => b.updated_ms - a.updated_ms).slice(0, limit);
}

/** Ids of sessions that begin so, sorted. */
export async function storedSessionIds(store: Store, prefix = ''): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const topic of await store.topics(sessionTopic(''))) {
    for (const id of await idsOfTopic(store, topic, undefined)) {
      if (id.startsWith(prefix)) ids.push(id);
    }
  }
  return ids.toSorted();
}

/** One session, as the run that wrote last has left it. */
export async function loadStoredSession(
  store: Store,
  id: string,
): Promise<StoredSession | undefined> {
  const read = await readSession(store, id);
  if (read === undefined) return undefined;
  const { transcript, system_prompt: systemPrompt } = read;
  return { row: await rowOf(store, id, read), systemPrompt, transcript };
}

/** How a session is forked. */
export interface ForkStored {
  /** The id of the new session. */
  readonly id: string;
  /** Keeps the first so many messages; all of them by default. */
  readonly keepFirst?: number | undefined;
}

/**
 * A new session with what was said in another one, whole or up to a message. It belongs to the run of its source until
 * somebody goes on with it. Throws `HARN-SES-007` to `-010`, and has written nothing then.
 */
export async function forkStoredSession(
  store: Store,
  sourceId: string,
  { id, keepFirst }: ForkStored,
): Promise<SessionRow> {
  const source = await readSession(store, sourceId);
  if (source === undefined) throw sessionErrors.notStored({ id: sourceId });
  const all = source.transcript.messages.toArray();
  const at = keepFirst ?? all.length;
  if (!Number.isInteger(at) || at < 0 || at > all.length) {
    throw sessionErrors.badForkPoint({ id: sourceId, at, messages: all.length });
  }
  if (splitsCalls(all, at)) {
    let before = at;
    let after = at;
    while (splitsCalls(all, before)) before -= 1;
    while (after < all.length && splitsCalls(all, after)) after += 1;
    throw sessionErrors.splitsCalls({ id: sourceId, at, before, after });
  }
  if ((await store.latest(sessionTopic(id))) !== undefined) throw sessionErrors.keptAlready({ id });
  const { metadata, summary } = source.transcript;
  const payload: JsonObject = {
    messages: all.slice(0, at),
    metadata: { ...metadata, parent_session_id: sourceId },
    parent_id: sourceId,
    ...(summary === null ? {} : { summary }),
    ...(source.system_prompt === null ? {} : { system_prompt: source.system_prompt }),
  };
  try {
    await store.tx((tx) => appendCopiedSession(tx, id, payload, source.run_id));
  } catch (error) {
    if (!HarnError.is(error) || error.code !== sto.$code('positionMismatch')) throw error;
    throw sessionErrors.keptAlready({ id }, { cause: error });
  }
  return ((await loadStoredSession(store, id)) as StoredSession).row;
}

/** Whether calls would stay without their results when only the first `at` messages stay. */
export function splitsCalls(messages: readonly TranscriptMessage[], at: number): boolean {
  if (at >= messages.length) return false;
  const open = new Set<Json>();
  for (const message of messages.slice(0, at)) {
    const { tool_calls: calls, tool_call_id: answered } = message;
    for (const call of Array.isArray(calls) ? calls : []) {
      if (isJsonObject(call)) open.add(call['id'] ?? null);
    }
    if (answered !== undefined) open.delete(answered);
  }
  return open.size > 0;
}

async function newestTopics(store: Store): Promise<readonly string[]> {
  const found: { readonly topic: string; readonly atMs: number }[] = [];
  for (const topic of await store.topics(sessionTopic(''))) {
    const last = await store.latest(topic);
    const [event] = await store.read(topic, { from: (last ?? 1) - 1, limit: 1 });
    if (event !== undefined) found.push({ topic, atMs: event.occurredAtMs });
  }
  return found.toSorted((a, b) => b.atMs - a.atMs).map(({ topic }) => topic);
}

/** A topic is of one session, as a rule; ids that only differ in odd characters share one. */
async function idsOfTopic(
  store: Store,
  topic: string,
  runId: string | undefined,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { headers } of scanTopic(store, topic)) {
    if (runId !== undefined && headers['execution_id'] !== runId) continue;
    ids.add(headers['session_id'] ?? topic.slice(sessionTopic('').length));
  }
  return ids;
}

async function rowOf(store: Store, id: string, read: ReadSession): Promise<SessionRow> {
  const { transcript, run_id, status, parent_id, created_ms, updated_ms } = read;
  const messages = transcript.messages.toArray();
  const first = messages.find(({ role }) => role === 'user');
  let turns = 0;
  let input_tokens = 0;
  let output_tokens = 0;
  let cost_usd = 0;
  for await (const stored of scanTopic(store, agentEventsTopic(id), { kinds: ['turn_end'] })) {
    if (!isOfSession(stored, id)) continue;
    const { event } = stored.payload as { readonly event?: Json };
    const info = isJsonObject(event) ? event['turn_info'] : undefined;
    if (!isJsonObject(info)) continue;
    turns += 1;
    input_tokens += countOf(info['input_tokens']);
    output_tokens += countOf(info['output_tokens']);
    cost_usd += countOf(info['cost_usd']);
  }
  return {
    id,
    run_id,
    status,
    messages: messages.length,
    turns,
    input_tokens,
    output_tokens,
    cost_usd,
    title: textOfContent(first?.content).replaceAll(/\s+/g, ' ').trim().slice(0, TITLE_CHARS),
    parent_id,
    created_ms,
    updated_ms,
  };
}

const TITLE_CHARS = 200;

function countOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
