// `harn runs diff`: what is different between two runs. Exit code 1 when anything is.
import { diffLines, diffRuns } from '../../runtime/records/index.ts';
import type { Command } from '../command.ts';
import { withProject } from '../project.ts';
import { findRecord } from '../run-records.ts';

export const runsDiff: Command = {
  async run(args, { host: getHost, output }) {
    return withProject(await getHost(), async (project) => {
      const left = await findRecord(project, args.at(0));
      const right = await findRecord(project, args.at(1));
      const diff = diffRuns(left, right);
      if (args.has('json')) output.json(diff);
      else if (diff.identical) output.line('identical');
      else for (const line of diffLines(diff)) output.line(line);
      return diff.identical ? 0 : 1;
    });
  },
};
