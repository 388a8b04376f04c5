// Error tables of the run room: runs (RUN), their journals (JRN) and capabilities (CAP).
import { defineErrors, row } from '../../base/index.ts';

/** Families RUN: starting, resuming, holding and parking runs. */
export const runErrors = defineErrors('RUN', {
  unknownRun: row<{ run: string }>({
    number: 1,
    message: ({ run }) => `there is no run ${run} in this store`,
    hint: 'list the runs of this store with `harn runs ls`',
  }),
  heldElsewhere: row<{ run: string; holder: string }>({
    number: 2,
    message: ({ run, holder }) => `run ${run} is held by ${holder}`,
    hint: 'wait for it, stop that process, or take the run over with --force',
  }),
  alreadyEnded: row<{ run: string; status: string }>({
    number: 3,
    message: ({ run, status }) => `run ${run} has already ended (${status})`,
    hint: 'see what it did with `harn runs show`',
  }),
  codeGone: row<{ run: string; hash: string }>({
    number: 4,
    message: ({ run, hash }) =>
      `the program of run ${run} (${hash.slice(0, 12)}) is not in the store`,
    hint: 'resume it with code you name yourself: `harn resume RUN --with FILE`',
  }),
  otherProgram: row<{ run: string; pipeline: string; version: string }>({
    number: 5,
    message: ({ run, pipeline, version }) =>
      `run ${run} belongs to the TypeScript pipeline "${pipeline}" (version ${version})`,
    hint: 'start the program that defines this pipeline and call runtime.resume(id) or runtime.recover()',
  }),
  stuck: row<{ tasks: string }>({
    number: 6,
    message: ({ tasks }) => `every task waits for another and nothing can wake them: ${tasks}`,
    hint: 'a channel, lock or join in this program is never released',
  }),
  notRunning: row<{ run: string; status: string }>({
    number: 7,
    message: ({ run, status }) => `run ${run} is ${status}, not running`,
  }),
  notJson: row<{ what: string; type: string; at?: string }>({
    number: 8,
    message: ({ what, type, at }) =>
      `${what} cannot be kept in a journal: ${type}${at ? ` (at ${at})` : ''} is not JSON data`,
    hint: 'pass plain data: dates as text, instances and maps as objects of their fields; handles, functions and cyclic values cannot be stored',
  }),
  openStepTwice: row<{ step: string; lane: string }>({
    number: 9,
    message: ({ step, lane }) => `step "${step}" is already open in ${lane}`,
    hint: 'give concurrent steps different names, or run them in separate lanes',
  }),
  aborted: row<{ run: string }>({
    number: 10,
    message: ({ run }) => `run ${run} is being stopped; nothing new starts`,
  }),
  cancelled: row<{ reason: string }>({
    number: 11,
    message: ({ reason }) => `the run was cancelled: ${reason}`,
  }),
  askNeedsQuestions: row<{ effect: string }>({
    number: 12,
    message: ({ effect }) =>
      `${effect} cannot use the policy "ask": this run has nobody who puts questions to people`,
    hint: 'declare "retry", "probe" or "fail"',
  }),
  unknownPolicy: row<{ effect: string; policy: string }>({
    number: 13,
    message: ({ effect, policy }) => `"${policy}" is not an on_unknown policy of ${effect}`,
    hint: 'use "retry", "probe", "fail" or "ask"',
  }),
  deadline: row<{ ms: number }>({
    number: 14,
    message: () => 'Deadline exceeded',
    hint: 'the block did not finish in time; catch this error or allow more time',
  }),
  foreignThrow: row<{ text: string }>({ number: 15, message: ({ text }) => text }),
  runInUse: row<{ run: string; reason: string }>({
    number: 20,
    message: ({ run, reason }) => `run ${run} cannot be deleted: ${reason}`,
    hint: 'end or settle what is open first; nothing was deleted',
  }),
  laneOver: row<{ lane: string }>({
    number: 17,
    message: ({ lane }) => `this harness belongs to ${lane}, which has returned`,
    hint: 'use the harness that is handed to the callback, or await the work before returning',
  }),
  insideBody: row<{ asked: string; what: string }>({
    number: 24,
    message: ({ asked, what }) =>
      `${asked} was asked for inside ${what}, which is recorded as a whole: a resumed run would miss it`,
    hint: 'end the step first; a tool that works with the harness has `run` in place of `handler`',
  }),
  badArgument: row<{ method: string; argument: string; expected: string; got: string }>({
    number: 18,
    message: ({ method, argument, expected, got }) =>
      `${method}: ${argument} must be ${expected}, not ${got}`,
  }),
  notPipeline: row<{ name: string }>({
    number: 16,
    message: ({ name }) => `this runtime has no pipeline named "${name}"`,
    hint: 'pass it to createRuntime({ pipelines: [...] })',
  }),
  startIdTaken: row<{ id: string; run: string; differs: readonly string[] }>({
    number: 19,
    message: ({ id, run, differs }) =>
      `the id ${JSON.stringify(id)} is that of run ${run}, which was started with other: ${differs.join(', ')}`,
    hint: ({ run }) =>
      `nothing was started; give other work an id of its own, or look at that run (\`harn runs show ${run}\`) and go on with it as it began (\`harn resume\`, runtime.resume(id))`,
  }),
});

/** Family JRN: what a journal says does not fit what the program does, or cannot be read. */
export const journalErrors = defineErrors('JRN', {
  mismatch: row<{ task: string; ordinal: number; recorded: string; asked: string }>({
    number: 1,
    message: ({ task, ordinal, recorded, asked }) =>
      `the program no longer does what its journal says: effect ${ordinal} of ${task} was ${recorded}, now it is ${asked}`,
    hint: 'the code changed since the run started; resume it with the code it began with',
  }),
  leftover: row<{ task: string; ordinal: number; recorded: string }>({
    number: 2,
    message: ({ task, ordinal, recorded }) =>
      `the program no longer does what its journal says: ${recorded} (effect ${ordinal} of ${task}) was not asked for again`,
    hint: 'the code changed since the run started; resume it with the code it began with',
  }),
  outcomeUnknown: row<{ effect: string; task: string; ordinal: number }>({
    number: 3,
    message: ({ effect }) =>
      `${effect} was interrupted between its start and its result, so whether it took effect is unknown`,
    hint: 'check the outside world, then decide; declare on_unknown "retry" when repeating is harmless',
  }),
  unreadable: row<{ run: string; seq: number }>({
    number: 4,
    message: ({ run, seq }) => `entry ${seq} of run ${run} has a shape this build does not know`,
    hint: 'it was written by a newer version; upgrade harn',
  }),
  fileChanged: row<{ path: string }>({
    number: 5,
    message: ({ path }) => `${path} changed since this run read it, and it was too large to keep`,
    hint: 'put the file back as it was, or start a new run',
  }),
  streamCut: row<{ effect: string }>({
    number: 6,
    message: ({ effect }) => `${effect} was cut off after its first piece`,
    hint: 'the pieces received so far are kept; ask again for a complete answer',
  }),
  empty: row<{ run: string }>({
    number: 7,
    message: ({ run }) => `run ${run} has no start entry in its journal`,
    hint: 'the store was damaged or is not the one this run was written to',
  }),
});

/** Who refuses when a harness has no authority at all. */
export const NOTHING = 'NullHarness';

/** Family CAP: authority. Numbers 201 and 301 have upstream's meaning. */
export const capabilityErrors = defineErrors('CAP', {
  denied: row<{ method: string; by: string }>({
    number: 201,
    message: ({ method, by }) =>
      by === NOTHING ? `${NOTHING} denied ${method}` : `harness.${method} is denied by ${by}`,
    hint: 'allow this capability, or hand the function a handle that has it',
  }),
  notData: row<{ handle: string }>({
    number: 202,
    message: ({ handle }) => `a ${handle} handle is not data and cannot be serialised`,
    hint: 'pass handles as parameters; store plain data only',
  }),
  outsideRoots: row<{ path: string; roots: string }>({
    number: 203,
    message: ({ path, roots }) => `${path} is outside of the workspace roots: ${roots}`,
    hint: 'the policy in force names the roots that may be reached',
  }),
});

/** Family HOK: session hooks. */
export const hookErrors = defineErrors('HOK', {
  unknownEvent: row<{ name: string }>({
    number: 1,
    message: ({ name }) => `unknown session hook event \`${name}\``,
    hint: 'names are written PreFinish or pre_finish',
  }),
  badResult: row<{ event: string; type: string }>({
    number: 2,
    message: ({ event, type }) =>
      `${event} hook must return nil, bool, or a control dict; got ${type}`,
    hint: 'return nothing to allow, false or {block, reason} to block, {modify} to change the payload',
  }),
  badDecision: row<{ event: string; given: string }>({
    number: 3,
    message: ({ event, given }) =>
      `${event} hook \`decision\` must be "allow", "deny", or "ask"; got ${JSON.stringify(given)}`,
  }),
});
