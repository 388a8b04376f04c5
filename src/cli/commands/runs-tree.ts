// `harn runs tree`: a run with the runs it started, and what those started; or the same from record files.
import type { Json } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { loadRunTree, type RunTree } from '../../runtime/records/index.ts';
import { listRuns } from '../../runtime/run/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { type Output, oneLine } from '../output.ts';
import { withProject } from '../project.ts';
import { findRunId, statusOf, viewRun } from '../run-lookup.ts';
import { isFile } from '../run-records.ts';
import { statusText } from './runs-ls.ts';

/** A line of the tree, whatever it was made from. */
interface Branch {
  readonly run_id: string;
  readonly name: string;
  readonly status: string;
  readonly children: readonly Branch[];
}

export const runsTree: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const typed = args.at(0);
      const tree = (await isFile(host, typed))
        ? fromRecord(await loadRunTree(host.fs, typed))
        : await fromStore(await project.requireStore(), host, typed);
      if (args.has('json')) output.json(tree as unknown as Json);
      else print(output, tree, '', '');
      return 0;
    });
  },
};

function fromRecord({ run, worker, children }: RunTree): Branch {
  return {
    run_id: run?.id ?? worker?.run_id ?? worker?.worker_id ?? '',
    name: run?.workflow_name ?? run?.workflow_id ?? worker?.worker_name ?? '',
    status: run?.status ?? worker?.status ?? '',
    children: children.map(fromRecord),
  };
}

async function fromStore(store: Store, host: Host, typed: string): Promise<Branch> {
  const { row, status } = await viewRun(store, host, await findRunId(store, typed));
  const children = await below(store, host, row.run_id);
  return { run_id: row.run_id, name: row.pipeline, status, children };
}

async function below(store: Store, host: Host, parent: string): Promise<readonly Branch[]> {
  const branches: Branch[] = [];
  const rows = await listRuns(store, { parent, limit: 10_000 });
  for (const row of rows.toReversed()) {
    const { status } = await statusOf(store, host, row);
    const children = await below(store, host, row.run_id);
    branches.push({ run_id: row.run_id, name: row.pipeline, status, children });
  }
  return branches;
}

function print(output: Output, branch: Branch, lead: string, next: string): void {
  const { run_id, name, status, children } = branch;
  output.line(`${lead}${oneLine(name, 40)}  ${statusText(output, status as never)}  ${run_id}`);
  for (const [i, child] of children.entries()) {
    const isLast = i === children.length - 1;
    print(output, child, `${next}${isLast ? '└─ ' : '├─ '}`, `${next}${isLast ? '   ' : '│  '}`);
  }
}
