// `harn fixture`: makes a file of a run that has ended, from which `harn replay` and `harn eval` execute it again.
import { RECORD_SECTIONS } from '../../runtime/index.ts';
import { makeFixture, redactFixture } from '../../runtime/records/index.ts';
import type { Command } from '../command.ts';
import { withProject } from '../project.ts';
import { findRunId } from '../run-lookup.ts';
import { replayProgram } from '../run-records.ts';

export const fixture: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const runId = await findRunId(store, args.at(0));
      const made = redactFixture(
        await makeFixture(store, runId, RECORD_SECTIONS),
        await project.redactor(),
        args.has('redact') ? 'policy' : 'values',
      );
      const file = args.value('output') ?? `${runId}.fixture.json`;
      await host.fs.writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
      // A fixture that does not pass its own code gates nothing: said now, not in CI.
      const report = made.program === null ? undefined : await replayProgram(host, made);
      const replays = report === undefined ? null : report.pass;
      if (args.has('json'))
        output.json({ run_id: runId, file, entries: made.entries.length, replays });
      else {
        output.line(file);
        if (report?.pass === false) {
          const why = report.differences[0]?.message ?? '';
          output.remark(`it does not replay as recorded: ${why}`);
        }
      }
      return report?.pass === false ? 1 : 0;
    });
  },
};
