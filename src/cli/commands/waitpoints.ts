// `harn waitpoints ls | complete | cancel`: what runs wait for by name, and bringing it about from any terminal.
import type { Json } from '../../base/index.ts';
import {
  cancelWaitpoint,
  completeWaitpoint,
  listWaitpoints,
  type WaitpointRow,
} from '../../runtime/waitpoint/index.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { type Output, oneLine, relativeTime } from '../output.ts';
import { withProject } from '../project.ts';

const MANY = 10_000;

export const waitpointsLs: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.existingStore();
      const query = args.has('all')
        ? { limit: MANY }
        : ({ status: 'pending', limit: MANY } as const);
      const rows = store === undefined ? [] : await listWaitpoints(store, query);
      if (args.has('json')) output.json({ waitpoints: rows.map((row) => ({ ...row })) });
      else if (rows.length === 0) output.line('There are no waitpoints here.');
      else print(output, rows, host.clock.nowMs());
      return 0;
    });
  },
};

function print(output: Output, rows: readonly WaitpointRow[], nowMs: number): void {
  output.table(
    ['WAITPOINT', 'STATUS', 'MADE', 'VALUE'],
    rows.map((row) => [
      row.id,
      row.status,
      relativeTime(nowMs, row.created_at_ms),
      row.status === 'completed' ? oneLine(JSON.stringify(row.value), 60) : (row.reason ?? '-'),
    ]),
  );
}

export const waitpointsComplete: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const value = valueFrom(args.positionals[1], args.value('json'));
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const doing = { by: null, nowMs: Math.floor(host.clock.nowMs()) };
      return told(output, await completeWaitpoint(store, args.at(0), { value, ...doing }));
    });
  },
};

export const waitpointsCancel: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const reason = args.value('reason') ?? 'cancelled by hand';
      const doing = { by: null, nowMs: Math.floor(host.clock.nowMs()) };
      return told(output, await cancelWaitpoint(store, args.at(0), { reason, ...doing }));
    });
  },
};

/** The first resolution counts, so what is said is what it came to. */
function told(output: Output, { id, status, value, reason }: WaitpointRow): number {
  const what = status === 'completed' ? JSON.stringify(value) : (reason ?? '');
  output.line(`${id} is ${status}: ${oneLine(what, 120)}`);
  return 0;
}

function valueFrom(text: string | undefined, json: string | undefined): Json {
  if (json === undefined) return text ?? null;
  if (text !== undefined) throw usageErrors.missingAnswer({});
  try {
    return JSON.parse(json) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageErrors.badJson({ option: '--json', reason }, { cause: error });
  }
}
