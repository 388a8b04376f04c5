// Resuming a suspended worker, by hand or by what it waited for. Validated before anything changes; of two who try, one
// goes on. The body learns why it stopped and what it was resumed with, and goes on from its transcript or from a
// digest of it.
import { isJsonObject, type Json } from '../../base/index.ts';
import { fireHooks, type RunContext, type Suspending } from '../run/index.ts';
import { openResumeSpan } from './suspend-spans.ts';
import { digestOf, digestTranscript } from './worker-carry.ts';
import { objectOf, textOf, type WorkerConfig } from './worker-config.ts';
import { assertKind, dropCycle, startCycle, stopWaking } from './worker-cycle.ts';
import { susErrors } from './worker-errors.ts';
import { emitWorkerEvent } from './worker-events.ts';
import { recordResumption } from './worker-receipts.ts';
import { bookkeeping, commitWorker, workerStamp } from './worker-record.ts';
import type { LiveWorker, ResumeContinuity } from './worker-registry.ts';
import { changeWorker, type Suspension, type Worker } from './worker-state.ts';
import { sessionOf, suspensionView } from './worker-view.ts';
import { leaveWorktree } from './worker-worktree.ts';

export type ResumeInitiator = 'parent' | 'operator' | 'triggered' | 'drain_agent' | 'timeout';

/** How to go on. */
export interface ResumeOptions {
  /** Null keeps the task. */
  readonly input: Json;
  readonly continueTranscript: boolean;
  readonly initiator: ResumeInitiator;
  /** What set it off, when something did. */
  readonly trigger?: Json | undefined;
  /** True: refuse instead of waiting for a body that is on its way to its checkpoint. */
  readonly now?: boolean | undefined;
}

/** Resumes; the answer is why not, when a hook forbade it. */
export function* resumeWorker(
  ctx: RunContext,
  live: LiveWorker,
  options: ResumeOptions,
): Suspending<string | undefined> {
  assertResumable(live);
  renderInput(options.input);
  assertKind(ctx, live);
  if (options.now !== true) yield* untilParked(ctx, live);
  const asked = yield* askHook(ctx, live, options);
  if (asked.denied !== undefined) return asked.denied;
  const rendered = renderInput(asked.input);
  const { worker } = live;
  const { state } = worker;
  if (state.status !== 'suspended') {
    throw susErrors.concurrentResume({ id: live.id, status: state.status });
  }
  const { suspension } = state;
  const chosen = { ...options, input: asked.input };
  const continuity = continuityOf(worker, suspension, chosen, rendered);
  const next = changeWorker(worker, {
    change: 'resume',
    input: rendered,
    transcript: options.continueTranscript
      ? worker.transcript
      : digestTranscript(worker.transcript, continuity.digest),
    config: configWith(worker.config, rendered ?? worker.task, continuity),
  });
  yield* goOn(ctx, live, next, { suspension, continuity, options: chosen });
  return undefined;
}

function assertResumable({ id, worker }: LiveWorker): void {
  const { status } = worker.state;
  if (status === 'cancelled') throw susErrors.closed({ id });
  if (status !== 'suspended') throw susErrors.notSuspended({ id, status });
}

/** The input as task text: nothing, or text that says something. */
function renderInput(input: Json): string | null {
  if (input === null) return null;
  const text = textOf(input);
  if (text.trim() === '') throw susErrors.badInput({});
  return text;
}

/** Waits until the body has reached the checkpoint it was asked to stop at, or has ended before it. */
function* untilParked(ctx: RunContext, live: LiveWorker): Suspending<void> {
  const isOnItsWay = () => {
    const { state } = live.worker;
    return state.status === 'suspended' && !state.parked;
  };
  if (isOnItsWay()) {
    yield* ctx.block(`worker ${live.id} to reach its checkpoint`, (resume) =>
      live.onChange(() => {
        if (!isOnItsWay()) resume({ ok: true, value: null });
      }),
    );
  }
  assertResumable(live);
}

function* askHook(
  ctx: RunContext,
  live: LiveWorker,
  { input, continueTranscript }: ResumeOptions,
): Suspending<{ readonly input: Json; readonly denied?: string }> {
  const payload = {
    worker: { id: live.id },
    resume_input: input,
    continue_transcript: continueTranscript,
  };
  const control = yield* fireHooks(bookkeeping(ctx), 'PreResume', payload);
  if (control.kind === 'block') return { input, denied: control.reason };
  const changed =
    control.kind === 'modify' && isJsonObject(control.payload)
      ? control.payload['resume_input']
      : undefined;
  return { input: changed === undefined ? input : changed };
}

function continuityOf(
  worker: Worker,
  suspension: Suspension,
  { input, initiator, continueTranscript, trigger = null }: ResumeOptions,
  rendered: string | null,
): ResumeContinuity {
  const { id, name, config } = worker;
  const digest = continueTranscript ? null : digestOf(worker.transcript);
  const who = trigger !== null && initiator === 'drain_agent' ? 'triggered' : initiator;
  const shared = {
    initiator: who,
    input,
    input_rendered: rendered,
    input_present: rendered !== null,
    continue_transcript: continueTranscript,
    digest,
  };
  return {
    session_id: sessionOf(worker),
    worker: { id, name, mode: config.mode },
    suspension: suspensionView(worker),
    reason: suspension.reason,
    suspended_at_turn: suspension.turn ?? turnsOf(worker.result),
    resume: { ...shared, trigger },
    ...shared,
    checkpoint: suspension.checkpoint,
    turn: 0,
    iteration: 0,
  };
}

function turnsOf(payload: Json): number {
  const { iterations_completed, iterations } = objectOf(payload);
  const turns = iterations_completed ?? iterations;
  return typeof turns === 'number' ? turns : 0;
}

function configWith(
  config: WorkerConfig,
  task: string,
  continuity: ResumeContinuity,
): WorkerConfig {
  if (config.mode !== 'sub_agent') return config;
  const spec = objectOf(config['spec']);
  const options = { ...objectOf(spec['options']), _resume_continuity: continuity as Json };
  return { ...config, spec: { ...spec, task, options } };
}

function* goOn(
  ctx: RunContext,
  live: LiveWorker,
  next: Worker,
  {
    suspension,
    continuity,
    options,
  }: {
    readonly suspension: Suspension;
    readonly continuity: ResumeContinuity;
    readonly options: ResumeOptions;
  },
): Suspending<void> {
  const own = bookkeeping(ctx);
  const span = openResumeSpan(ctx, {
    workerId: live.id,
    initiator: options.initiator,
    continueTranscript: options.continueTranscript,
    hadInput: continuity.input_present,
    suspensionLink: suspension.priorSpanLink,
    pipelineLink: suspension.pipelineSpanLink,
  });
  yield* commitWorker(ctx, live, next, 'worker_resumed', { file: options.now !== true });
  yield* recordResumption(ctx, live, { suspension, continuity, options });
  stopWaking(ctx, live);
  yield* emitWorkerEvent(ctx, live, 'WorkerResumed');
  span.end();
  // One that was born parked has never begun: it simply begins.
  const isFirst = suspension.at.uuid === next.created.uuid;
  begin(own, live, isFirst ? undefined : continuity);
  const payload = { worker: { id: live.id }, resume_input: options.input };
  yield* fireHooks(own, 'PostResume', payload, { onBlock: 'ignore' });
}

/** A body at a checkpoint goes on where it is; another begins its next cycle. */
function begin(ctx: RunContext, live: LiveWorker, continuity: ResumeContinuity | undefined): void {
  // Hooks take their time; who was ended meanwhile is not begun again.
  if (live.worker.state.status !== 'running') return;
  if (!live.holdsBody || continuity === undefined) {
    ctx.sync(workerStamp, []);
    startCycle(ctx, live, continuity);
    return;
  }
  live.holdsBody = false;
  live.resumedWith = continuity;
  const waiting = [...live.atCheckpoint];
  live.atCheckpoint.clear();
  for (const goOnWith of waiting) goOnWith(continuity);
}

/** Fails a suspended worker whose time is up. */
export function* expireWorker(ctx: RunContext, live: LiveWorker): Suspending<void> {
  const at = bookkeeping(ctx).sync(workerStamp, []);
  const next = changeWorker(live.worker, { change: 'expire', at });
  dropCycle(ctx, live);
  stopWaking(ctx, live);
  yield* commitWorker(ctx, live, next, 'worker_failed');
  yield* leaveWorktree(ctx, next.execution);
  yield* emitWorkerEvent(ctx, live, 'WorkerFailed');
}

/** The options dict of `resume_agent`, or the input itself. */
export function resumeArguments(
  second: Json,
  third: Json | undefined,
  fallback: ResumeInitiator,
): ResumeOptions {
  const keep = third === undefined || third === null ? undefined : third !== false && third !== 0;
  if (!isJsonObject(second) || !OPTION_KEYS.some((key) => key in second)) {
    return { input: second, continueTranscript: keep ?? true, initiator: fallback };
  }
  const asked = second['initiator'] ?? second['resume_initiator'] ?? null;
  const trigger = second['trigger_event'] ?? null;
  return {
    input: second['input'] ?? second['resume_input'] ?? null,
    continueTranscript: keep ?? second['continue_transcript'] !== false,
    initiator: asked === null && trigger !== null ? 'triggered' : parseResumer(asked, fallback),
    trigger,
  };
}

const OPTION_KEYS = [
  'input',
  'resume_input',
  'continue_transcript',
  'initiator',
  'resume_initiator',
  'trigger_event',
];

function parseResumer(given: Json, fallback: ResumeInitiator): ResumeInitiator {
  switch (given) {
    case 'parent':
    case 'operator':
    case 'triggered':
    case 'drain_agent':
    case 'timeout':
      return given;
    case 'trigger':
      return 'triggered';
    case 'drain-agent':
    case 'settlement':
      return 'drain_agent';
    default:
      return fallback;
  }
}
