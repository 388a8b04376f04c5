// `harn workers resume | wake`: goes on with workers that no run has, each in a run of its own with the program that made
// it: one that is named, or all whose wait is over.
import type { Json, JsonObject } from '../../base/index.ts';
import { inboxResumeSource } from '../../runtime/trigger/index.ts';
import {
  type DueWorker,
  dueWorkers,
  endStoredWorker,
  findWorker,
  loadStoredWorker,
  type WorkerRunRequest,
} from '../../runtime/work/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { toCliError } from '../errors.ts';
import { type Session, withSession } from '../session.ts';

export const workersResume: Command = {
  async run(args, ctx) {
    return withSession(args, ctx, async (session) => {
      const store = await session.project.requireStore();
      const { id } = await findWorker(store, args.at(0));
      return followWorker(session, store, {
        worker_id: id,
        input: inputOf(args.value('input')),
        continue_transcript: !args.has('no-transcript'),
        initiator: 'operator',
        trigger: null,
      });
    });
  },
};

/** JSON where it is JSON, else the text itself. */
function inputOf(text: string | undefined): Json {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

async function followWorker(
  session: Session,
  store: Store,
  request: WorkerRunRequest,
): Promise<number> {
  const code = await session.follow(await session.engine.startWorker(request));
  if (session.stream === undefined) await tell(session, store, request.worker_id);
  return code;
}

/** What the worker has come to: its result on stdout, where it stands on stderr. */
async function tell({ output }: Session, store: Store, id: string): Promise<void> {
  const { row, snapshot } = await loadStoredWorker(store, id);
  output.remark(`worker ${id} is ${row.status}`);
  const { latest_payload: payload = null } = snapshot;
  if (row.status !== 'completed' && row.status !== 'awaiting') return;
  output.line(typeof payload === 'string' ? payload : JSON.stringify(shown(payload), null, 2));
}

/** A result without the conversation that led to it: that is in the worker. */
function shown(payload: Json): Json {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return payload;
  const { transcript: _transcript, ...rest } = payload as JsonObject;
  return rest;
}

export const workersWake: Command = {
  async run(args, ctx) {
    const isJson = args.has('json');
    const wake = async (session: Session): Promise<number> => {
      const store = await session.project.requireStore();
      const nowMs = Math.floor(session.host.clock.nowMs());
      const due = await dueWorkers(store, { nowMs, source: inboxResumeSource });
      const woken: JsonObject[] = [];
      let code = 0;
      for (const one of due) {
        const told = await wakeOne(session, store, one, { nowMs, isJson });
        woken.push(told);
        if (told['error'] !== null) code = 1;
      }
      if (isJson) ctx.output.json({ woken });
      else if (due.length === 0) ctx.output.line('No worker is due.');
      return code;
    };
    return withSession(args, ctx, wake, { json: false, isQuietOut: isJson });
  },
};

async function wakeOne(
  session: Session,
  store: Store,
  { row, by, request, holder }: DueWorker,
  { nowMs, isJson }: { readonly nowMs: number; readonly isJson: boolean },
): Promise<JsonObject> {
  const head = { worker_id: row.id, by };
  if (holder !== undefined) {
    session.output.remark(`worker ${row.id} is due; go on with its run: harn resume ${holder}`);
    return { ...head, status: row.status, held_by: holder, error: null };
  }
  try {
    if (request === undefined) {
      const { random } = session.host;
      await endStoredWorker(store, row.id, { kind: 'expire' }, { nowMs, random });
    } else {
      await session.follow(await session.engine.startWorker(request));
      if (!isJson) await tell(session, store, row.id);
    }
    const { status } = (await loadStoredWorker(store, row.id)).row;
    return { ...head, status, held_by: null, error: null };
  } catch (error) {
    const { code, message } = toCliError(error);
    session.output.remark(`worker ${row.id} could not be woken: ${message}`);
    return { ...head, status: row.status, held_by: null, error: { code, message } };
  }
}
