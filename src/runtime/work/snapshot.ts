// Workers that are not of this run: loaded from the store, from a snapshot file or from a snapshot given as data, and
// registered here. And `resume_agent`, which takes any of them.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { fsEffects } from '../io/index.ts';
import { attachedOfBoth, type Carried, type RunContext, type Suspending } from '../run/index.ts';
import { type ResumeOptions, resumeArguments, resumeWorker } from './resume.ts';
import { armWake } from './suspend-wake.ts';
import { enforced } from './worker-bounds.ts';
import { carryOver, digestOf, digestTranscript } from './worker-carry.ts';
import { remakeCode } from './worker-code.ts';
import { textOf } from './worker-config.ts';
import { susErrors, workerErrors } from './worker-errors.ts';
import { resolveExecution } from './worker-execution.ts';
import { intersect, policyRules } from './worker-policy.ts';
import {
  assertMay,
  bookkeeping,
  claimWorker,
  commitWorker,
  needsCode,
  workerStamp,
} from './worker-record.ts';
import { type LiveWorker, register, workersKey } from './worker-registry.ts';
import type { Worker } from './worker-state.ts';
import { summaryOf, workerFromSnapshot } from './worker-view.ts';

/**
 * `resume_agent(target, input_or_options?, continue_transcript?)`. The target is a worker of this run, the id of one
 * that nobody holds, the path of a snapshot, or a snapshot. A suspended worker goes on; one that was loaded and is not
 * suspended is only restored: give it more to do with `send_input`.
 */
export function* resumeAgent(
  ctx: RunContext,
  target: Json | undefined,
  second: Json = null,
  third?: Json,
): Suspending<JsonObject> {
  assertMay(ctx, 'worker_resume');
  if (target === undefined || target === null || target === '') {
    throw workerErrors.badReference({
      problem: 'resume_agent: missing worker id or snapshot path',
    });
  }
  const isInWorker = ctx.get(workersKey).ofTask(ctx.task) !== undefined;
  const options = resumeArguments(second, third, isInWorker ? 'parent' : 'operator');
  const { live, loaded } = yield* find(ctx, target);
  if (loaded && live.worker.state.status !== 'suspended') {
    yield* restore(ctx, live, options);
    return summaryOf(live.worker);
  }
  const denied = yield* resumeLoaded(ctx, live, loaded, options);
  const summary = summaryOf(live.worker);
  return denied === undefined ? summary : { ...summary, pre_resume_denied: denied };
}

/** A worker that was loaded and may not go on waits again for what it waited for. */
function* resumeLoaded(
  ctx: RunContext,
  live: LiveWorker,
  loaded: boolean,
  options: ResumeOptions,
): Suspending<string | undefined> {
  let isResumed = false;
  try {
    const denied = yield* resumeWorker(ctx, live, options);
    isResumed = denied === undefined;
    return denied;
  } finally {
    if (!isResumed && loaded && live.wake === undefined) waitAgain(ctx, live);
  }
}

interface Found {
  readonly live: LiveWorker;
  /** Whether the target named a snapshot rather than a worker of this run. */
  readonly loaded: boolean;
}

function* find(ctx: RunContext, target: Json): Suspending<Found> {
  if (isJsonObject(target) && target['_type'] === 'worker_snapshot') {
    const id = String(target['id'] ?? '');
    const known = ctx.get(workersKey).find(id);
    if (known !== undefined) return { live: known, loaded: true };
    const snapshot = (yield* claimKnown(ctx, id)) ?? target;
    return { live: yield* adopt(ctx, snapshot, 'the given snapshot'), loaded: true };
  }
  if (typeof target === 'string' && isPath(target)) {
    const id = idOfPath(target);
    const known = ctx.get(workersKey).find(id);
    if (known !== undefined) return { live: known, loaded: true };
    const snapshot = yield* claimOrRead(ctx, id, target);
    return { live: yield* adopt(ctx, snapshot, target), loaded: true };
  }
  const id = idOf(target);
  const known = ctx.get(workersKey).find(id);
  if (known !== undefined && !known.isReleased) return { live: known, loaded: false };
  return { live: yield* adopt(ctx, yield* claim(ctx, id, id), id), loaded: true };
}

function idOf(target: Json): string {
  const id = isJsonObject(target) ? (target['id'] ?? target['handle'] ?? null) : target;
  if (typeof id === 'string' && id !== '') return id;
  throw workerErrors.badReference({ problem: 'expected agent handle or worker id' });
}

function isPath(target: string): boolean {
  return target.includes('/') || target.endsWith('.json');
}

function idOfPath(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/, '');
}

/** Loads a worker that belongs to nobody, or one of this run. */
export function* loadWorker(ctx: RunContext, id: string): Suspending<LiveWorker> {
  return (yield* find(ctx, id)).live;
}

/** The store knows best, whatever the file is called; one of a worker that no store knows of is read as it is. */
function* claimOrRead(ctx: RunContext, named: string, path: string): Suspending<Json> {
  const byName = yield* claimKnown(ctx, named);
  if (byName !== undefined) return byName;
  const snapshot = yield* readSnapshot(ctx, path);
  const id = isJsonObject(snapshot) ? snapshot['id'] : undefined;
  if (typeof id !== 'string' || id === named) return snapshot;
  return (yield* claimKnown(ctx, id)) ?? snapshot;
}

/** Undefined: no store knows it. */
function* claimKnown(ctx: RunContext, id: string): Suspending<Json | undefined> {
  try {
    return yield* bookkeeping(ctx).perform(claimWorker, [id]);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return undefined;
  }
}

function* readSnapshot(ctx: RunContext, path: string): Suspending<Json> {
  let text: string;
  try {
    text = yield* ctx.perform(fsEffects.read_text, [path]);
  } catch (error) {
    throw susErrors.noSnapshot({ target: path, problem: `read error: ${messageOf(error)}` });
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw susErrors.noSnapshot({ target: path, problem: `parse error: ${messageOf(error)}` });
  }
}

function* claim(ctx: RunContext, id: string, target: string): Suspending<Json> {
  try {
    return yield* bookkeeping(ctx).perform(claimWorker, [id]);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    throw susErrors.noSnapshot({ target, problem: messageOf(error) });
  }
}

function isUnknown(error: unknown): boolean {
  return (
    HarnError.is(error) &&
    (error.code === workerErrors.$code('unknown') || error.code === workerErrors.$code('noStore'))
  );
}

/** Waits again for what a loaded worker waited for before. */
export function waitAgain(ctx: RunContext, live: LiveWorker): void {
  bookkeeping(ctx).sync(workerStamp, []);
  armWake(bookkeeping(ctx), live);
}

/** Registers a loaded worker with this run. */
function* adopt(ctx: RunContext, snapshot: Json, target: string): Suspending<LiveWorker> {
  let worker: ReturnType<typeof workerFromSnapshot>;
  try {
    worker = workerFromSnapshot(snapshot);
  } catch (error) {
    throw susErrors.noSnapshot({ target, problem: messageOf(error) });
  }
  // Its own limits, inside of those of whoever goes on with it: one that may do more than those is not loaded.
  const policy = intersect(ctx.scope.policy, worker.policy);
  const here = boundHere(ctx, worker, policy);
  const { authority, carried, ...hooks } = enforced(ctx, worker.name, worker.bounds);
  // One that this run has let go of has its functions still; others are made again.
  const known = ctx.get(workersKey).find(worker.id);
  const { body, attachments, missing } =
    known === undefined ? remakeCode(ctx, worker.code) : { ...known, missing: [] };
  // Refused before this run has it: the end of the run would end it.
  const lost = [...missing, ...(known === undefined ? hooks.missing : [])];
  if (lost.length > 0 && needsCode(worker.state.status)) {
    throw workerErrors.codeGone({ id: worker.id, what: lost.join(', ') });
  }
  const live = register(ctx, here, {
    authority: authority.without(policyRules(policy), `the policy of worker ${worker.name}`),
    carried: known === undefined ? carried : bothOf(ctx, known),
    body,
    attachments,
    missing: lost,
  });
  live.isKept = true;
  yield* commitWorker(ctx, live, here, 'worker_restored');
  return live;
}

/** A worker under the policy of whoever goes on with it: a place it is bound to has to have a beginning. */
function boundHere(ctx: RunContext, worker: Worker, policy: Json): Worker {
  if (policy === worker.policy) return worker;
  const { cwd } = worker.execution;
  const execution = resolveExecution(ctx, {}, worker.id, policy);
  const place = cwd === undefined ? { ...execution, ...worker.execution } : worker.execution;
  return { ...worker, policy, execution: place };
}

/** What restricts the worker in this run already, inside of what restricts the caller. */
function bothOf({ task }: RunContext, { carried }: LiveWorker): Carried {
  return { attached: attachedOfBoth(task.attached, carried.attached), locals: {} };
}

/** A worker that is not suspended gets transcript policy and input, and is not started. */
function* restore(ctx: RunContext, live: LiveWorker, options: ResumeOptions): Suspending<void> {
  const { worker } = live;
  const text = options.input === null ? null : textOf(options.input);
  if (text !== null && text.trim() === '') throw susErrors.badInput({});
  if (text === null && options.continueTranscript) return;
  const { uuid } = bookkeeping(ctx).sync(workerStamp, []);
  const task = text ?? worker.task;
  const transcript = options.continueTranscript
    ? worker.transcript
    : digestTranscript(worker.transcript, digestOf(worker.transcript));
  const { config } = carryOver({ ...worker, transcript }, task, uuid);
  const history = text === null ? worker.history : [...worker.history, text];
  yield* commitWorker(
    ctx,
    live,
    { ...worker, task, history, transcript, config },
    'worker_restored',
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
