// `harn resume`: goes on with a run where it stopped, with the code it was started with or, when asked, with other code.
import type { Command } from '../command.ts';
import { findRunId } from '../run-lookup.ts';
import { withSession } from '../session.ts';
import { loadForRun } from './run.ts';

export const resume: Command = {
  async run(args, ctx) {
    return withSession(args, ctx, async (session) => {
      const store = await session.project.requireStore();
      const runId = await findRunId(store, args.at(0));
      const file = args.value('with');
      const force = args.has('force');
      if (file === undefined) return session.follow(await session.engine.resume(runId, { force }));
      const program = await loadForRun(session, { path: file }, undefined);
      if (program === undefined) return 1;
      return session.follow(await session.engine.resume(runId, { force, with: program }));
    });
  },
};
