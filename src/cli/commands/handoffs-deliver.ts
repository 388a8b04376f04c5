// `harn handoffs deliver`: starts the target of a handoff as a run of its own and follows it to its end.
import { sha256 } from '../../base/index.ts';
import type { CompiledProgram } from '../../engine/index.ts';
import { deliverHandoff, type Handoff, showHandoff } from '../../runtime/lifecycle/index.ts';
import { loadJournal, type RunStart } from '../../runtime/run/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { type Session, withSession } from '../session.ts';
import { findHandoffId } from './handoffs.ts';
import { loadForRun } from './run.ts';

/** A program with its stored form. */
interface Target {
  readonly program: CompiledProgram;
  readonly bytes: Uint8Array;
  readonly origin: string;
}

export const handoffsDeliver: Command = {
  async run(args, ctx) {
    return withSession(args, ctx, async (session) => {
      const store = await session.project.requireStore();
      const id = await findHandoffId(store, args.at(0));
      const handoff = await showHandoff(store, id);
      const target = await loadTargetProgram(session, store, handoff, args.value('file'));
      if (target === undefined) return 1;
      requirePipeline(target, handoff);
      const { root_run_id } = (await loadJournal(store, handoff.run_id)).start;
      const { child_run_id } = await deliverHandoff(store, id, {
        start: () => ({ ...startOf(session, target, handoff), root_run_id }),
        program: target.bytes,
        nowMs: session.host.clock.nowMs(),
      });
      return session.follow(await session.engine.resume(child_run_id));
    });
  },
};

/** The named file, or the program that made the handoff. */
async function loadTargetProgram(
  session: Session,
  store: Store,
  { run_id }: Handoff,
  file: string | undefined,
): Promise<Target | undefined> {
  if (file !== undefined) {
    const program = await loadForRun(session, { path: file }, undefined);
    if (program === undefined) return undefined;
    return { program, bytes: new TextEncoder().encode(JSON.stringify(program)), origin: file };
  }
  const { start } = await loadJournal(store, run_id);
  if (start.program === null || !(await store.hasBlob(start.program))) {
    throw cliErrors.noTargetCode({ target: start.pipeline });
  }
  const bytes = await store.getBlob(start.program);
  const program = JSON.parse(new TextDecoder().decode(bytes)) as CompiledProgram;
  return { program, bytes, origin: start.origin };
}

function requirePipeline({ program, origin }: Target, { target_pipeline: name }: Handoff): void {
  const entry = program.modules.find(({ id }) => id === program.entry);
  const isThere = entry?.pipelines.some((pipeline) => pipeline.name === name) === true;
  if (!isThere) throw cliErrors.noSuchPipeline({ pipeline: name, file: origin });
}

function startOf(session: Session, { program, bytes, origin }: Target, handoff: Handoff): RunStart {
  return {
    kind: 'run_started',
    pipeline: handoff.target_pipeline,
    origin,
    program: sha256(bytes),
    version: program.compiler,
    input: null,
    argv: [],
    cwd: session.host.system.cwd(),
    durability: 'power',
    deny: [],
    parent_run_id: handoff.run_id,
    root_run_id: handoff.run_id,
    options: { pipeline: handoff.target_pipeline },
  };
}
