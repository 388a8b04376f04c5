// Errors of the lifecycle room (family LIF). Texts that other releases of the language pin are kept as they are.
import { defineErrors, row } from '../../base/index.ts';

export const lifErrors = defineErrors('LIF', {
  finishing: row<Record<string, never>>({
    number: 1,
    message: () => 'pipeline_on_finish: this run is already finishing',
    hint: 'register the callback in the body of the pipeline',
  }),
  preFinishBlocked: row<{ reason: string }>({
    number: 2,
    message: ({ reason }) =>
      `PreFinish hook returned block, which is not a valid control: ${reason}. To delay pipeline finish until unsettled work clears, use OnFinish.block_until_settled (std/lifecycle) or return Modify/Allow from PreFinish.`,
  }),
  detectedBlocked: row<{ reason: string }>({
    number: 3,
    message: ({ reason }) => `OnUnsettledDetected hook blocked pipeline finish: ${reason}`,
    hint: 'wait for open work in on_finish instead, with on_finish_block_until_settled',
  }),
  notState: row<Record<string, never>>({
    number: 4,
    message: () => 'Harness unsettled-state helpers expect a state dict',
    hint: 'pass what harness.unsettled_state() returned, or nothing',
  }),
  notBucket: row<{ bucket: string; type: string }>({
    number: 5,
    message: ({ bucket, type }) =>
      `unsettled-state field \`${bucket}\` must be a list, got ${type}`,
  }),
  needsHandle: row<{ method: string }>({
    number: 6,
    message: ({ method }) => `Harness.${method} expects a handle`,
  }),
  unknownWorker: row<{ handle: string }>({
    number: 7,
    message: ({ handle }) => `unknown worker: ${handle}`,
    hint: 'harness.unsettled_state().suspended_subagents lists the handles',
  }),
  refused: row<{ method: string; id: string; reason: string }>({
    number: 8,
    message: ({ method, id, reason }) => `${method} of ${id} was refused: ${reason}`,
  }),
  unknownHandoff: row<{ id: string }>({
    number: 9,
    message: ({ id }) => `there is no handoff ${id} in this store`,
    hint: '`harn handoffs ls` shows those that are',
  }),
  handoffHeld: row<{ id: string; run: string }>({
    number: 10,
    message: ({ id, run }) => `handoff ${id} still belongs to run ${run}, which has not settled`,
    hint: 'resume or cancel that run first',
  }),
  handoffClosed: row<{ id: string; status: string }>({
    number: 11,
    message: ({ id, status }) => `handoff ${id} is already ${status}`,
  }),
  badSettings: row<{ name: string; value: string }>({
    number: 12,
    message: ({ name, value }) => `${value} is not a value of the run option ${name}`,
    hint: 'on_failure is "cancel" or "keep"; finish_timeout_ms is a positive number',
  }),
  notDuration: row<{ given: string }>({
    number: 14,
    message: ({ given }) => `with_timeout expects a duration, milliseconds or {ms}; got ${given}`,
    hint: 'write "30s", 30000 or {seconds: 30}; 0 means no limit',
  }),
  badSettlement: row<{ option: string; expected: string }>({
    number: 15,
    message: ({ option, expected }) => `settlement option ${option}: expected ${expected}`,
    hint: 'options are {model, instructions, model_budget_calls, model_budget_tokens, drain_budget_iterations, drain_budget_ms}',
  }),
  finishTimeout: row<{ ms: number }>({
    number: 13,
    message: ({ ms }) => `on_finish and its hooks did not end within ${ms} ms`,
  }),
});
