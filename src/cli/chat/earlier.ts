// Chats that are in the store already: which one to go on with, and how. A run that is open is resumed where it stood;
// what was said in a run that is over is handed to a new one.
import type { JsonObject } from '../../base/index.ts';
import { loadStoredSession } from '../../runtime/agent/index.ts';
import {
  listRuns,
  loadJournal,
  loadRecord,
  type RunRow,
  runIndex,
} from '../../runtime/run/index.ts';
import { withoutSkillCatalog } from '../../runtime/skills/index.ts';
import type { Store } from '../../store/index.ts';
import { cliErrors } from '../errors.ts';
import { CHAT_PIPELINE } from '../go-on.ts';
import { findSessionId } from '../session-lookup.ts';
import type { ChatInput, ChatState } from './pipeline.ts';

/** What to go on with. */
export interface Earlier {
  readonly sessionId: string;
  /** The run, when it is one of ours that is not over. */
  readonly openRun: string | undefined;
}

/** What a new run is told of the session. */
export type Handed = Pick<ChatInput, 'session_id' | 'seed' | 'spent'> & {
  readonly system: string | null;
};

const OVER: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
const MANY = 10_000;

/** The chat that began last. */
export async function lastChat(store: Store): Promise<Earlier> {
  const rows = await listRuns(store, { limit: MANY });
  const row = rows.find(isChat);
  if (row === undefined) throw cliErrors.noChat({});
  const sessionId = await sessionOf(store, row);
  return { sessionId, openRun: OVER.has(row.status) ? undefined : row.run_id };
}

/** The session of this id, or of this beginning or end of one. */
export async function chatOfSession(store: Store, typed: string): Promise<Earlier> {
  const sessionId = await findSessionId(store, typed);
  const runId = (await loadStoredSession(store, sessionId))?.row.run_id ?? '';
  const row = await store.row(runIndex, runId);
  const isOpen = row !== undefined && isChat(row) && !OVER.has(row.status);
  // A fork belongs to the run of its source, which knows nothing of it.
  const isIn = isOpen && (await sessionOf(store, row)) === sessionId;
  return { sessionId, openRun: isIn ? runId : undefined };
}

/** What was said so far, for a run that begins with it. */
export async function handOver(store: Store, sessionId: string): Promise<Handed> {
  const stored = await loadStoredSession(store, sessionId);
  const { input_tokens = 0, output_tokens = 0, cost_usd = 0 } = stored?.row ?? {};
  const prompt = stored?.systemPrompt;
  const { summary = null, messages } = stored?.transcript ?? {};
  const recap: readonly JsonObject[] = summary === null ? [] : [{ role: 'user', content: summary }];
  return {
    session_id: sessionId,
    seed: [...recap, ...(messages?.toArray() ?? [])],
    spent: { input_tokens, output_tokens, cost_usd },
    system: typeof prompt === 'string' ? withoutSkillCatalog(prompt) : null,
  };
}

function isChat({ program, pipeline }: RunRow): boolean {
  return program === null && pipeline === CHAT_PIPELINE;
}

/** The session a chat was in last, as far as its run has said. */
async function sessionOf(store: Store, { run_id: runId, status }: RunRow): Promise<string> {
  if (status === 'completed') {
    const { returned } = await loadRecord(store, runId);
    const { session_id: id } = (returned ?? {}) as Partial<ChatState>;
    if (id !== undefined) return id;
  }
  const { start } = await loadJournal(store, runId);
  return (start.input as unknown as ChatInput).session_id;
}
