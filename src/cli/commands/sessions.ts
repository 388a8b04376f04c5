// `harn sessions ls | show | fork`: what agents have said, read from the store without their runs.
import { isJsonObject, type Json, type JsonObject, uuidV7 } from '../../base/index.ts';
import {
  forkStoredSession,
  listSessions,
  loadStoredSession,
  type SessionRow,
  type StoredSession,
  textOfContent,
} from '../../runtime/agent/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { wholeOption } from '../number-option.ts';
import { type Output, oneLine, relativeTime } from '../output.ts';
import { withProject } from '../project.ts';
import { findRunId } from '../run-lookup.ts';
import { findSessionId } from '../session-lookup.ts';
import { counted, dollars, grouped, momentText } from '../wording.ts';

export const sessionsLs: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const limit = wholeOption(args, 'limit');
    const run = args.value('run');
    return withProject(host, async (project) => {
      const store = await project.existingStore();
      const runId =
        run === undefined || store === undefined ? undefined : await findRunId(store, run);
      const rows = store === undefined ? [] : await listSessions(store, { limit, runId });
      const shown = (await project.redactor()).redactTexts(rows);
      if (args.has('json')) output.json({ sessions: shown.map((row) => ({ ...row })) });
      else if (shown.length === 0) output.line('No session has been kept here.');
      else printTable(output, shown, host.clock.nowMs());
      return 0;
    });
  },
};

export const sessionsShow: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const id = await findSessionId(store, args.at(0));
      const { row, systemPrompt, transcript } = (await loadStoredSession(
        store,
        id,
      )) as StoredSession;
      const redactor = await project.redactor();
      const document = redactor.redactTexts({ ...transcript.toJson() });
      const shown = redactor.redactTexts({ ...row });
      if (args.has('json')) {
        const system = systemPrompt === null ? null : redactor.text(systemPrompt);
        output.json({ session: shown, system_prompt: system, transcript: document });
      } else print(output, shown, document, { nowMs: host.clock.nowMs(), full: args.has('full') });
      return 0;
    });
  },
};

export const sessionsFork: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const keepFirst = messageOption(args);
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const source = await findSessionId(store, args.at(0));
      const id = args.value('id') ?? uuidV7(host.clock.nowMs(), host.random);
      const row = await forkStoredSession(store, source, { id, keepFirst });
      if (args.has('json')) output.json({ session: { ...row } });
      else {
        output.line(row.id);
        output.remark(`It begins with ${counted(row.messages, 'message')} of ${source}.`);
      }
      return 0;
    });
  },
};

function messageOption(args: Arguments): number | undefined {
  const value = args.value('at');
  if (value === undefined) return undefined;
  const at = Number(value);
  if (value.trim() !== '' && Number.isSafeInteger(at) && at >= 0) return at;
  throw usageErrors.badAmount({ option: '--at', value, wanted: 'a whole number from 0' });
}

/** Columns for a list with whole ids. */
const WIDE = 140;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

function printTable(output: Output, rows: readonly SessionRow[], nowMs: number): void {
  // An id that is cut keeps its end, by which it is found, too.
  const isNarrow = (output.width ?? WIDE) < WIDE;
  const idText = (id: string) => (isNarrow && UUID.test(id) ? `…${id.slice(-12)}` : id);
  output.table(
    ['SESSION', 'USED', 'MESSAGES', 'TOKENS', 'COST', 'RUN', 'BEGINS WITH'],
    rows.map((row) => [
      idText(row.id),
      relativeTime(nowMs, row.updated_ms),
      String(row.messages),
      grouped(row.input_tokens + row.output_tokens),
      row.cost_usd > 0 ? dollars(row.cost_usd) : '-',
      idText(row.run_id),
      oneLine(row.title, 48),
    ]),
  );
}

function print(
  output: Output,
  row: SessionRow,
  document: JsonObject,
  { nowMs, full }: { readonly nowMs: number; readonly full: boolean },
): void {
  output.facts([
    ['session', row.id],
    ['run', row.run_id],
    ['status', row.status],
    ['used', momentText(nowMs, row.updated_ms)],
    [
      'tokens',
      `${grouped(row.input_tokens)} in, ${grouped(row.output_tokens)} out, in ${counted(row.turns, 'turn')}`,
    ],
    ...(row.cost_usd > 0 ? [['cost', dollars(row.cost_usd)] as const] : []),
    ...(row.parent_id === null ? [] : [['fork of', row.parent_id] as const]),
  ]);
  const { summary } = document;
  if (typeof summary === 'string') {
    output.line();
    output.line(output.style('dim', 'summary of what came before'));
    output.line(summary);
  }
  const messages = document['messages'] as readonly JsonObject[];
  for (const [k, message] of messages.entries()) printMessage(output, k + 1, message, full);
}

const RESULT_CHARS = 400;

function printMessage(output: Output, n: number, message: JsonObject, full: boolean): void {
  const { role, content, name, tool_calls: calls } = message;
  const text = textOfContent(content);
  const isResult = role === 'tool' || role === 'tool_result';
  output.line();
  const who = isResult ? `result of ${String(name ?? message['tool_call_id'] ?? 'a tool')}` : role;
  output.line(`${output.style('dim', `[${n}]`)} ${output.style('bold', String(who))}`);
  const isCut = isResult && !full && text.length > RESULT_CHARS;
  if (text !== '') output.line(isCut ? `${text.slice(0, RESULT_CHARS)}…` : text);
  for (const call of Array.isArray(calls) ? calls.filter(isJsonObject) : []) {
    output.line(
      output.style('cyan', `→ ${String(call['name'])}(${argumentsText(call['arguments'], full)})`),
    );
  }
}

function argumentsText(value: Json | undefined, full: boolean): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? {});
  return full ? text : oneLine(text, 160);
}
