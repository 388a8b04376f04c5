// Errors of workers. Family SUS (suspension) has upstream's numbers and meaning; WRK is everything else about workers.
import { defineErrors, row } from '../../base/index.ts';

export const susErrors = defineErrors('SUS', {
  notRunning: row<{ id: string; status: string }>({
    number: 1,
    message: ({ id, status }) =>
      `HARN-SUS-001: suspend_agent: worker ${id} is not running (status=${status})`,
    hint: 'only a running worker can be suspended',
  }),
  badConditions: row<{ field: string; problem: string }>({
    number: 2,
    message: ({ field, problem }) => `HARN-SUS-002: invalid ResumeConditions.${field}: ${problem}`,
    hint: 'write {trigger?, timeout?: {duration_minutes, on_timeout?}, on_event?}',
  }),
  notSuspended: row<{ id: string; status: string }>({
    number: 3,
    message: ({ id, status }) =>
      `HARN-SUS-003: resume_agent: worker ${id} is not suspended (status=${status})`,
    hint: 'give a worker that has ended more to do with send_input',
  }),
  noSnapshot: row<{ target: string; problem: string }>({
    number: 4,
    message: ({ target, problem }) =>
      `HARN-SUS-004: resume_agent: failed to load snapshot \`${target}\`: ${problem}`,
  }),
  awaitOutsideLoop: row<{ problem: string }>({
    number: 5,
    message: ({ problem }) => `HARN-SUS-005: agent_await_resumption: ${problem}`,
  }),
  concurrentResume: row<{ id: string; status: string }>({
    number: 6,
    message: ({ id, status }) =>
      `HARN-SUS-006: resume_agent: worker ${id} is no longer suspended (status=${status})`,
    hint: 'someone else resumed or ended it first',
  }),
  noTrigger: row<{ problem: string }>({
    number: 7,
    message: ({ problem }) => `HARN-SUS-007: auto_resume: ${problem}`,
  }),
  badTimeoutAction: row<{ action: string }>({
    number: 8,
    message: ({ action }) =>
      `HARN-SUS-008: auto_resume: unsupported conditions.timeout.on_timeout \`${action}\`; expected one of: resume_with_summary, fail, resume_with_input`,
  }),
  badInput: row<Record<string, never>>({
    number: 9,
    message: () => 'HARN-SUS-009: resume_agent: resume input must be nil or non-empty text',
  }),
  closed: row<{ id: string }>({
    number: 10,
    message: ({ id }) =>
      `HARN-SUS-010: resume_agent: worker ${id} was closed and cannot be resumed`,
  }),
  inputChanged: row<{ recorded: string; actual: string }>({
    number: 11,
    message: ({ recorded, actual }) =>
      `HARN-SUS-011 resume input hash mismatch: recorded ${recorded}, replayed ${actual}`,
    hint: 'the input that is replayed is not the one that was signed',
  }),
  promptChanged: row<{ recorded: string; actual: string }>({
    number: 12,
    message: ({ recorded, actual }) =>
      `HARN-SUS-012 drain prompt hash mismatch: recorded ${recorded}, replayed ${actual}`,
    hint: 'the decision was made for another prompt',
  }),
  badSignature: row<{ problem: string }>({
    number: 13,
    message: ({ problem }) => `HARN-SUS-013 lifecycle receipt signature mismatch: ${problem}`,
    hint: 'the receipt was changed, or signed by another run or key',
  }),
});

export const workerErrors = defineErrors('WRK', {
  badConfig: row<{ problem: string }>({ number: 1, message: ({ problem }) => problem }),
  unknown: row<{ id: string }>({
    number: 2,
    message: ({ id }) => `unknown worker: ${id}`,
    hint: 'list_agents() shows the workers of this run',
  }),
  badReference: row<{ problem: string }>({ number: 3, message: ({ problem }) => problem }),
  noKind: row<{ mode: string }>({
    number: 4,
    message: ({ mode }) => `no code is at hand that runs workers of mode "${mode}"`,
    hint: 'run it in a program that can, or give the worker a body',
  }),
  stillRunning: row<{ call: string; id: string }>({
    number: 5,
    message: ({ call, id }) => `${call}: worker ${id} is still running`,
    hint: 'wait for it first',
  }),
  notRetriggerable: row<{ id: string }>({
    number: 6,
    message: ({ id }) => `worker_trigger: worker ${id} is not retriggerable`,
    hint: 'start it with carry: {retriggerable: true}',
  }),
  notAwaiting: row<{ id: string; status: string }>({
    number: 7,
    message: ({ id, status }) => `worker_trigger: worker ${id} is not awaiting (status=${status})`,
  }),
  illegal: row<{ id: string; change: string; status: string }>({
    number: 8,
    message: ({ id, change, status }) => `worker ${id} cannot ${change} while it is ${status}`,
  }),
  notAtCheckpoint: row<{ id: string }>({
    number: 9,
    message: ({ id }) => `resume_agent: worker ${id} has not reached its suspend checkpoint yet`,
    hint: 'wait_agent(worker) returns when it has',
  }),
  snapshotWrite: row<{ path: string; problem: string }>({
    number: 10,
    message: ({ path, problem }) => `worker snapshot write error: ${path}: ${problem}`,
  }),
  heldElsewhere: row<{ id: string; run: string }>({
    number: 11,
    message: ({ id, run }) => `worker ${id} belongs to run ${run}, which has not let go of it`,
    hint: 'go on with that run (harn resume RUN), or cancel it: the worker goes on with it',
  }),
  noStore: row<Record<string, never>>({
    number: 12,
    message: () => 'this run has no store to load workers from',
  }),
  outsideWorker: row<{ call: string }>({
    number: 13,
    message: ({ call }) => `${call} was called outside of a worker`,
  }),
  expired: row<{ id: string }>({ number: 14, message: () => 'auto-resume timeout expired' }),
  policyWidens: row<{ problem: string }>({ number: 15, message: ({ problem }) => problem }),
  badPolicy: row<{ name: string; problem: string }>({
    number: 34,
    message: ({ name, problem }) => `a policy: \`${name}\` ${problem}`,
    hint: 'a restriction that is not understood would restrict nothing',
  }),
  budgetExceeded: row<{ wanted: number; left: number }>({
    number: 16,
    message: ({ wanted, left }) =>
      `spawn_agent: a budget of ${wanted} tokens exceeds the ${left} that are left`,
    hint: 'a budget is taken out of its parent until the worker ends',
  }),
  worktreeRepo: row<Record<string, never>>({
    number: 17,
    message: () => 'worker execution.worktree.repo must not be empty',
  }),
  worktreeMkdir: row<{ problem: string }>({
    number: 18,
    message: ({ problem }) => `worker worktree mkdir error: ${problem}`,
  }),
  worktreeAdd: row<{ problem: string }>({
    number: 19,
    message: ({ problem }) => `worker worktree add failed: ${problem}`,
    hint: 'the repository, the base ref and the branch have to exist for git',
  }),
  codeGone: row<{ id: string; what: string }>({
    number: 30,
    message: ({ id, what }) => `worker ${id} cannot go on here: nothing makes ${what} again`,
    hint: 'functions that stand at the top level of a module, and tool declarations, outlive their run; closures do not',
  }),
  ended: row<{ id: string; status: string }>({
    number: 31,
    message: ({ id, status }) => `worker ${id} is ${status}: there is nothing to go on with`,
    hint: 'give it more to do with an input',
  }),
  noProgram: row<{ id: string }>({
    number: 32,
    message: ({ id }) => `nothing says which program worker ${id} belongs to`,
    hint: 'resume it by id in a program that has its code: resume_agent(id)',
  }),
  noneSuch: row<{ worker: string; suggestion?: string | undefined }>({
    number: 33,
    message: ({ worker }) => `no worker is called "${worker}"`,
    hint: 'harn workers ls shows the workers of this project',
  }),
});
