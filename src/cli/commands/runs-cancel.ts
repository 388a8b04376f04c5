// `harn runs cancel`: ends a parked or interrupted run. It gets its receipt: what was still open is accounted for.
import type { Json } from '../../base/index.ts';
import { Engine } from '../../engine/index.ts';
import { receiptLine } from '../../runtime/lifecycle/index.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { Warning } from '../output.ts';
import { withProject } from '../project.ts';
import { receiptItems } from '../receipt.ts';
import { findRunId, holderText, viewRun } from '../run-lookup.ts';

export const runsCancel: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const store = await project.requireStore();
      const runId = await findRunId(store, args.at(0));
      const force = args.has('force');
      const { holder } = await viewRun(store, host, runId);
      if (holder !== undefined && !force) {
        throw cliErrors.stillRunning({ run: runId, holder: holderText(host, holder) });
      }
      const warnings: Warning[] = [];
      const engine = new Engine({
        host,
        openStore: () => project.store(),
        // A cancelled run has nothing more to say; what its ending prints goes beside the answer.
        sink: { write: (_stream, text) => output.terminal.err(text) },
        saveRecord: async (record) => {
          const warning = await project.saveRecord(record);
          if (warning !== undefined) warnings.push(warning);
        },
      });
      const reason = args.value('reason') ?? 'cancelled by the operator';
      const result = await engine.cancelParked(runId, reason, { force });
      if (result.status !== 'settled') {
        throw result.status === 'broken' ? result.error : new Error('a cancelled run was parked');
      }
      const receipt: Json = result.receipt;
      if (args.has('json')) {
        output.json({ run_id: runId, status: result.record.status, receipt }, warnings);
        return 0;
      }
      for (const { code, message } of warnings) output.remark(`warning[${code}]: ${message}`);
      output.line(`run ${runId} is ${result.record.status}`);
      for (const item of receiptItems(receipt)) output.line(`  ${receiptLine(item)}`);
      return 0;
    });
  },
};
