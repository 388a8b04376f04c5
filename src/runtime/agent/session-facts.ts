// The durable side of sessions, for everyone but their own run: one topic per session, written in the transactions of
// turns and ends of loops, folded back into a transcript by readers. The run itself never reads it: replay re-makes its
// sessions, so a store that lags behind cannot make a resumed run differ.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  defineTopic,
  type Store,
  type StoredEvent,
  scanTopic,
  type Tx,
} from '../../store/index.ts';
import { isOfSession, sessionHeaders } from './agent-events.ts';
import { sessionErrors } from './errors.ts';
import type { Session } from './session.ts';
import { isMessage, Transcript, type TranscriptMessage } from './transcript.ts';

/** Session and run are headers. What is empty goes without saying. */
type Fact = JsonObject;

// Version 1 named session and run in the payload too.
const topic = defineTopic<Fact>({ name: 'agent.sessions', version: 2, upgrade: (old) => old });

/** The topic that keeps what was said in a session. */
export function sessionTopic(sessionId: string): string {
  return topic.of(sessionId);
}

/** What has to be written so that the store knows the session as it is. */
export interface SessionFacts {
  readonly kind: 'transcript_replaced' | 'messages_appended' | undefined;
  readonly payload: Fact;
  readonly runId: string;
  /** What is in the store once this is. */
  readonly after: NonNullable<Session['written']>;
}

/** The difference between the session and what is in the store, with messages that a turn is about to add. */
export function sessionFacts(
  session: Session,
  runId: string,
  more: readonly TranscriptMessage[] = [],
): SessionFacts {
  const { transcript, root, written } = session;
  const extended = written !== undefined && written.root === root ? written.count : undefined;
  const messages = [...transcript.messages.toArray(extended ?? 0), ...more];
  const { summary, metadata } = transcript;
  const after = { root, count: transcript.messages.length + more.length, metadata };
  const head = { ...(extended ? { from: extended } : {}), messages };
  if (extended !== undefined) {
    const isOther = written?.metadata !== metadata;
    const kind = messages.length === 0 && !isOther ? undefined : 'messages_appended';
    return { kind, payload: { ...head, ...(isOther ? { metadata } : {}) }, runId, after };
  }
  const { parentId: parent_id, systemPrompt: system_prompt } = session;
  const payload = {
    ...head,
    ...(summary === null ? {} : { summary }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(parent_id === null ? {} : { parent_id }),
    ...(system_prompt === null ? {} : { system_prompt }),
  };
  return { kind: 'transcript_replaced', payload, runId, after };
}

/** Writes what `sessionFacts` found. */
export function appendSessionFacts(tx: Tx, sessionId: string, facts: SessionFacts): void {
  if (facts.kind === undefined) return;
  const { kind, payload, runId } = facts;
  const name = sessionTopic(sessionId);
  const headers = sessionHeaders(name, sessionId, runId);
  tx.append(name, { kind, payload: topic.encode(payload), headers });
}

/** Writes that a session was closed. */
export function appendSessionClosed(
  tx: Tx,
  { runId, sessionId, status }: { runId: string; sessionId: string; status: string },
): void {
  const name = sessionTopic(sessionId);
  const headers = sessionHeaders(name, sessionId, runId);
  tx.append(name, { kind: 'session_closed', payload: topic.encode({ status }), headers });
}

/** What the store knows of a session. */
export interface ReadSession {
  /** The run that wrote last. */
  readonly run_id: string;
  /** `open`, or how it was closed. */
  readonly status: string;
  readonly transcript: Transcript;
  /** The session it was forked from. */
  readonly parent_id: string | null;
  readonly system_prompt: string | null;
  readonly created_ms: number;
  readonly updated_ms: number;
}

/** What the store knows of a session: that of the run that wrote last, or of a named one. */
export async function readSession(
  store: Store,
  sessionId: string,
  { runId }: { readonly runId?: string } = {},
): Promise<ReadSession | undefined> {
  let found: ReadSession | undefined;
  for await (const stored of scanTopic(store, sessionTopic(sessionId))) {
    const by = stored.headers['execution_id'] ?? '';
    if (!isOfSession(stored, sessionId) || (runId ?? by) !== by) continue;
    found = withFact(found, sessionId, by, stored);
  }
  return found;
}

function withFact(
  before: ReadSession | undefined,
  sessionId: string,
  runId: string,
  stored: StoredEvent,
): ReadSession {
  const fact = topic.decode(stored);
  const { occurredAtMs: updated_ms } = stored;
  const isNew = before?.run_id !== runId || stored.kind === 'transcript_replaced';
  const known: ReadSession = isNew
    ? {
        run_id: runId,
        status: 'open',
        transcript: Transcript.empty(sessionId, (fact['metadata'] ?? {}) as JsonObject).withSummary(
          textOf(fact['summary']),
        ),
        parent_id: textOf(fact['parent_id']) ?? before?.parent_id ?? null,
        system_prompt: textOf(fact['system_prompt']),
        created_ms: before?.created_ms ?? updated_ms,
        updated_ms,
      }
    : before;
  if (stored.kind === 'session_closed') {
    return { ...known, status: String(fact['status']), updated_ms };
  }
  const messages = (fact['messages'] ?? []) as readonly Json[];
  if (!messages.every(isMessage)) {
    throw sessionErrors.badFact({
      topic: stored.topic,
      id: stored.id,
      what: 'not all are messages',
    });
  }
  const { metadata } = fact;
  const about =
    isNew || !isJsonObject(metadata) ? known.transcript : known.transcript.withMetadata(metadata);
  const transcript = about.append(...(messages as readonly TranscriptMessage[]));
  return { ...known, transcript, updated_ms };
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** Writes a session that no run has driven yet: a copy, in the name of the run that its source belongs to. */
export function appendCopiedSession(
  tx: Tx,
  sessionId: string,
  payload: JsonObject,
  runId: string,
): void {
  const name = sessionTopic(sessionId);
  const headers = sessionHeaders(name, sessionId, runId);
  tx.append(
    name,
    { kind: 'transcript_replaced', payload: topic.encode(payload), headers },
    { expectedNext: 1 },
  );
}
