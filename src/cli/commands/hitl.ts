// `harn hitl ls | show | answer | approve | deny`: what runs ask people, and answering it from any terminal.
import type { Json } from '../../base/index.ts';
import {
  answerQuestion,
  listQuestions,
  type QuestionRow,
  type QuestionStatus,
  respondToRequest,
  showQuestion,
} from '../../runtime/human/index.ts';
import { runIndex } from '../../runtime/run/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { cliErrors, usageErrors } from '../errors.ts';
import { goOnWith } from '../go-on.ts';
import { type Output, oneLine, relativeTime, type Style } from '../output.ts';
import { withProject } from '../project.ts';
import { findRunId } from '../run-lookup.ts';
import { nearest } from '../suggest.ts';
import { momentText } from '../wording.ts';

const MANY = 10_000;

export const hitlLs: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.existingStore();
      const run = args.value('run');
      const query = {
        status: args.has('all') ? undefined : ('open' as const),
        runId: run === undefined || store === undefined ? undefined : await findRunId(store, run),
        limit: MANY,
      };
      const rows = store === undefined ? [] : await listQuestions(store, query);
      if (args.has('json')) output.json({ questions: rows.map((row) => ({ ...row })) });
      else if (rows.length === 0) output.line('Nobody is asked anything here.');
      else printQuestions(output, rows, host.clock.nowMs());
      return 0;
    });
  },
};

export const hitlShow: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const row = await showQuestion(store, await findQuestionId(store, args.at(0)));
      if (args.has('json')) output.json({ ...row });
      else print(output, row, host.clock.nowMs());
      return 0;
    });
  },
};

export const hitlAnswer: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const answer = answerOf(args.positionals[1], args.value('json'));
      const store = await project.requireStore();
      const id = await findQuestionId(store, args.at(0));
      const you = host.env.get('USER') ?? host.env.get('LOGNAME');
      const row = await answerQuestion(store, id, {
        answer,
        reviewer: args.value('reviewer') ?? you,
        reason: args.value('reason'),
        nowMs: host.clock.nowMs(),
      });
      output.line(`${row.request_id} is answered: ${oneLine(JSON.stringify(row.answer), 120)}`);
      const run = row.run_id === null ? undefined : await store.row(runIndex, row.run_id);
      if (run?.status === 'parked') output.line(`Go on with: ${goOnWith(run)}`);
      return 0;
    });
  },
};

export const hitlApprove: Command = vote(true);
export const hitlDeny: Command = vote(false);

function vote(approved: boolean): Command {
  return {
    async run(args, { host: getHost, output }) {
      const host = await getHost();
      return withProject(host, async (project) => {
        const store = await project.requireStore();
        const id = await findQuestionId(store, args.at(0));
        const you = host.env.get('USER') ?? host.env.get('LOGNAME') ?? '';
        const row = await respondToRequest(store, id, {
          approved,
          reviewer: args.value('reviewer') ?? you,
          reason: args.value('reason'),
          nowMs: host.clock.nowMs(),
        });
        const left = row.quorum - row.signatures.length;
        const missing = row.status === 'open' ? `; ${left} more needed` : '';
        output.line(`${id} is ${statusText(row.status)}${missing}`);
        const run = row.run_id === null ? undefined : await store.row(runIndex, row.run_id);
        const isOver = row.status !== 'open' && run?.status === 'parked';
        if (isOver) output.line(`Go on with: harn resume ${run.run_id}`);
        return 0;
      });
    },
  };
}

/** Text as it is, or a JSON value: one of them. */
function answerOf(text: string | undefined, json: string | undefined): Json {
  if (text !== undefined && json === undefined) return text;
  if (text !== undefined || json === undefined) throw usageErrors.missingAnswer({});
  try {
    return JSON.parse(json) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageErrors.badJson({ option: '--json', reason }, { cause: error });
  }
}

/** The full id of a question named by its beginning, its end, or the beginning of its own part. */
async function findQuestionId(store: Store, typed: string): Promise<string> {
  const rows = await listQuestions(store, { limit: MANY, newestFirst: true });
  const ids = rows.map(({ request_id }) => request_id);
  if (ids.includes(typed)) return typed;
  const own = (id: string) => id.slice(id.lastIndexOf('_') + 1);
  const beginning = ids.filter((id) => id.startsWith(typed) || own(id).startsWith(typed));
  const found = beginning.length > 0 ? beginning : ids.filter((id) => id.endsWith(typed));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    const suggestion = found.length > 1 ? undefined : nearest(typed, ids);
    throw cliErrors.unknownQuestion({ question: typed, suggestion });
  }
  return first;
}

const COLORS: { readonly [status in QuestionStatus]: Style } = {
  open: 'yellow',
  answered: 'green',
  approved: 'green',
  accepted: 'green',
  denied: 'red',
  timed_out: 'red',
  cancelled: 'dim',
};

const statusText = (status: QuestionStatus) => status.replace('_', ' ');

/** Questions as a table. */
export function printQuestions(output: Output, rows: readonly QuestionRow[], nowMs: number): void {
  output.table(
    ['QUESTION', 'STATUS', 'ASKED', 'UNTIL', 'BY', 'PROMPT'],
    rows.map((row) => [
      row.request_id,
      output.style(COLORS[row.status], statusText(row.status)),
      relativeTime(nowMs, row.requested_at_ms),
      row.due_ms === null ? '-' : relativeTime(nowMs, row.due_ms),
      row.agent,
      oneLine(row.prompt, 60),
    ]),
  );
}

function print(output: Output, row: QuestionRow, nowMs: number): void {
  const when = (ms: number | null) => (ms === null ? '-' : momentText(nowMs, ms));
  output.line(row.prompt);
  output.line();
  const json = (value: Json) => (value === null ? '-' : JSON.stringify(value));
  output.facts([
    ['question', row.request_id],
    ['status', output.style(COLORS[row.status], statusText(row.status))],
    ['asked by', `${row.agent}${row.run_id === null ? '' : ` (run ${row.run_id})`}`],
    ['asked', when(row.requested_at_ms)],
    ['until', when(row.due_ms)],
    ...(row.request_kind === 'question' ? [] : approvalFacts(row)),
    ['expects', json(row.schema)],
    ['default', row.has_default ? JSON.stringify(row.default) : '-'],
    ['answer', row.status === 'answered' ? JSON.stringify(row.answer) : '-'],
    ['answered by', row.reviewer ?? '-'],
    ['reason', row.reason ?? '-'],
  ]);
  if (row.status !== 'open') return;
  output.line();
  const { request_id: id, request_kind } = row;
  if (request_kind === 'question') output.line(`Answer it with: harn hitl answer ${id} TEXT`);
  else output.line(`Decide with: harn hitl approve ${id}, or harn hitl deny ${id}`);
}

function approvalFacts(row: QuestionRow): (readonly [string, string])[] {
  const { request_kind, quorum, reviewers, signatures, details } = row;
  const names = signatures.map(({ reviewer }) => reviewer).join(', ');
  return [
    ['kind', request_kind.replace('_', ' ')],
    ['approvals', `${signatures.length} of ${quorum}${names === '' ? '' : ` (${names})`}`],
    ['reviewers', reviewers.length === 0 ? 'anyone with a name' : reviewers.join(', ')],
    ['request', oneLine(JSON.stringify(details), 400)],
  ];
}
