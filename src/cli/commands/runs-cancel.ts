// `harn runs cancel`: ends a run. It gets its receipt: what was still open is accounted for. A run that a living process
// works on is ended by that process, which is asked to; any other one is taken over and ended here.
import type { Json } from '../../base/index.ts';
import { Engine } from '../../engine/index.ts';
import { receiptLine } from '../../runtime/lifecycle/index.ts';
import { hasEnded, loadRecord, requestCancel } from '../../runtime/run/index.ts';
import type { Store } from '../../store/index.ts';
import type { Command, CommandContext } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { Warning } from '../output.ts';
import { type Project, withProject } from '../project.ts';
import { receiptItems } from '../receipt.ts';
import { findRunId, holderText, viewRun } from '../run-lookup.ts';

/** How long a process may take to end a run that it was asked to end. */
const WAIT_MS = 30_000;
/** A process may go away without a word. */
const LOOK_MS = 250;

interface Cancelled {
  readonly status: string;
  readonly receipt: Json;
}

export const runsCancel: Command = {
  async run(args, ctx) {
    const { output } = ctx;
    return withProject(await ctx.host(), async (project) => {
      const store = await project.requireStore();
      const runId = await findRunId(store, args.at(0));
      const reason = args.value('reason') ?? 'cancelled by the operator';
      const force = args.has('force');
      const warnings: Warning[] = [];
      const { status, receipt } =
        (force ? undefined : await endElsewhere(ctx, store, runId, reason)) ??
        (await endHere(ctx, project, { runId, reason, force, warnings }));
      if (args.has('json')) {
        output.json({ run_id: runId, status, receipt }, warnings);
        return 0;
      }
      for (const { code, message } of warnings) output.remark(`warning[${code}]: ${message}`);
      output.line(`run ${runId} is ${status}`);
      for (const item of receiptItems(receipt)) output.line(`  ${receiptLine(item)}`);
      return 0;
    });
  },
};

/** Asks the process that works on the run to end it, and waits for that; undefined when there is no such process (any more). */
async function endElsewhere(
  ctx: CommandContext,
  store: Store,
  runId: string,
  reason: string,
): Promise<Cancelled | undefined> {
  const host = await ctx.host();
  const found = await viewRun(store, host, runId);
  if (found.holder === undefined) return undefined;
  await requestCancel(store, runId, { reason, nowMs: Math.floor(host.clock.nowMs()) });
  ctx.output.remark(`harn: ${holderText(host, found.holder)} was asked to end run ${runId}`);
  const latest = host.clock.monotonicMs() + WAIT_MS;
  for (;;) {
    const mark = store.changeMark();
    const { row, holder } = await viewRun(store, host, runId);
    if (hasEnded(row)) {
      const { status, receipt } = await loadRecord(store, runId);
      return { status, receipt };
    }
    if (holder === undefined) return undefined;
    if (host.clock.monotonicMs() >= latest) {
      throw cliErrors.stillRunning({ run: runId, holder: holderText(host, holder) });
    }
    const looked = new AbortController();
    const cancel = host.clock.after(LOOK_MS, () => looked.abort());
    await store.waitForChange(mark, { signal: looked.signal });
    cancel();
  }
}

async function endHere(
  { host: getHost, output }: CommandContext,
  project: Project,
  {
    runId,
    reason,
    force,
    warnings,
  }: {
    readonly runId: string;
    readonly reason: string;
    readonly force: boolean;
    readonly warnings: Warning[];
  },
): Promise<Cancelled> {
  const engine = new Engine({
    host: await getHost(),
    openStore: () => project.store(),
    // A cancelled run has nothing more to say; what its ending prints goes beside the answer.
    sink: { write: (_stream, text) => output.terminal.err(text) },
    saveRecord: async (record) => {
      const warning = await project.saveRecord(record);
      if (warning !== undefined) warnings.push(warning);
    },
  });
  const result = await engine.cancelParked(runId, reason, { force });
  if (result.status !== 'settled') {
    throw result.status === 'broken' ? result.error : new Error('a cancelled run was parked');
  }
  return { status: result.record.status, receipt: result.receipt };
}
