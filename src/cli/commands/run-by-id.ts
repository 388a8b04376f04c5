// `harn run --id`: the work of an id, once. Goes on with the run there is, waits for it where another process works on it,
// or shows what is recorded of it.
import {
  type CompiledProgram,
  type ProgramRun,
  recordedEnd,
  renderUncaught,
  type StartOptions,
} from '../../engine/index.ts';
import {
  comeTo,
  isStartId,
  runIndex,
  START_ID_FORM,
  type StartedById,
  untilFree,
} from '../../runtime/run/index.ts';
import type { Arguments } from '../arguments.ts';
import { usageErrors } from '../errors.ts';
import { holderText } from '../run-lookup.ts';
import type { Session } from '../session.ts';
import { onStopSignal } from '../stop-signals.ts';

type Came = StartedById<ProgramRun>;

/** The id that was given, when it can be one. */
export function idOption(args: Arguments): string {
  const value = args.value('id') ?? '';
  if (!isStartId(value)) throw usageErrors.badId({ value, form: START_ID_FORM });
  return value;
}

/** Starts the run of an id, or comes to the one there is; answers with the exit code. */
export async function runById(
  session: Session,
  program: CompiledProgram,
  id: string,
  options: StartOptions,
): Promise<number> {
  const came = await session.engine.startOnce(program, id, options);
  const tell = ({ how, runId }: Came) => session.stream?.cameBy({ id, run_id: runId, how });
  tell(came);
  switch (came.how) {
    case 'started':
      return session.follow(came.run);
    case 'resumed':
      session.remark(`going on with run ${came.runId}, which was started as ${id}`);
      return session.follow(came.run);
    default:
      return (await waitFor(session, came, tell)) ?? showEnd(session, came.runId);
  }
}

/** Waits while another process works on the run; undefined when it has ended. */
async function waitFor(
  session: Session,
  came: Came,
  tell: (came: Came) => void,
): Promise<number | undefined> {
  const { host, engine } = session;
  const store = await session.project.store();
  let at = came;
  while (at.how === 'followed') {
    const { runId, holder } = at;
    const stopped = new AbortController();
    const stopListening = onStopSignal((signal) => stopped.abort(signal));
    session.remark(`${holderText(host, holder)} works on run ${runId}; waiting for its end`);
    const standing = await untilFree(store, host, runId, stopped.signal).finally(stopListening);
    if (standing === undefined) return leave(session, runId, String(stopped.signal.reason));
    if (standing.kind === 'free' && standing.isParked) {
      const row = await store.row(runIndex, runId);
      return session.parked(runId, { reason: 'parked by its process', waits: row?.waits ?? [] });
    }
    at = await comeTo(
      store,
      host,
      runId,
      () => false,
      (id) => engine.resume(id),
    );
  }
  if (at.how !== 'resumed' && at.how !== 'started') return undefined;
  tell(at);
  session.remark(`its process is gone; going on with run ${at.runId}`);
  return session.follow(at.run);
}

/** Who waits may go; the run goes on where it is. */
function leave(session: Session, runId: string, signal: string): number {
  if (session.stream === undefined) {
    session.remark(`run ${runId} goes on without this command. Ask for its end again, or see:`);
    session.output.remark(`  harn runs show ${runId}`);
    return LEFT;
  }
  const facts = { run_id: runId, reason: signal, waits: [], exit_code: LEFT };
  session.stream.end({ event_type: 'parked', ...facts });
  return LEFT;
}

/** A process that ends before its run does. */
const LEFT = 124;

/** What is recorded of a run that is over, as it was shown when it ended; its output is not kept. */
async function showEnd(session: Session, runId: string): Promise<number> {
  const end = await recordedEnd(await session.project.store(), runId);
  const { record, failure, value } = end;
  const exitCode = session.strictCode(end.exitCode, record.receipt);
  session.remark(`run ${runId} has ended; this is what is recorded of it`);
  if (session.stream === undefined) {
    if (failure !== undefined) session.output.remark(renderUncaught(failure.error, [], new Map()));
    else session.showErr(record.final);
    session.showReceipt(record.receipt);
  }
  await session.finishChildren(runId);
  session.endStream({ record, failure, value, exit_code: exitCode });
  return exitCode;
}
