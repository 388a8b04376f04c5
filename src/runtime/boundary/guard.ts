// Commands under policies: from the request, past every policy in force, to the result with what was decided about it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type CommandResult, type CommandSpec, checkCommand, processEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import {
  type CommandPolicy,
  callHook,
  contextOf,
  deniedPattern,
  hookedPolicies,
  labelsToApprove,
  policiesOf,
  reasonOf,
  rewritten,
} from './command-policy.ts';
import { boundaryErrors } from './errors.ts';
import type { CommandEnvelope } from './exec.ts';

/** Runs a request that was let through, perhaps a rewritten one. */
export type RunRequest = (params: JsonObject) => Suspending<CommandEnvelope>;

/** Whether the holder of a policy may approve a command; undefined: there is nobody to ask. */
export type Approve = (about: JsonObject) => Suspending<boolean | undefined>;

type Decision = {
  readonly action: string;
  readonly reason?: string;
  readonly labels?: readonly string[];
};

/** Why a command is not run. */
type Stop = { readonly status: 'blocked' | 'dry_run' | 'explained'; readonly text: string };

/** Runs a request under the policies in force. */
export function* guarded(
  ctx: RunContext,
  params: JsonObject,
  run: RunRequest,
  approve: Approve,
): Suspending<CommandEnvelope> {
  const hooked = hookedPolicies(ctx);
  const all = policiesOf(ctx);
  if (all.length === 0) return yield* run(params);
  const guard = new Guard(ctx, all, approve);
  let request = params;
  let stop = yield* guard.rules(request);
  for (const policy of hooked) {
    if (stop !== undefined || policy.pre === undefined) continue;
    const about = contextOf(ctx, policy, request);
    const answer = yield* callHook(ctx, policy, policy.pre, about);
    if (!isJsonObject(answer)) continue;
    stop = yield* guard.answered(answer, about);
    if (stop !== undefined || answer['rewrite'] === undefined) continue;
    request = rewritten(request, answer['rewrite']);
    guard.decisions.push({ action: 'rewrite' });
    stop = yield* guard.rules(request);
  }
  if (stop !== undefined) return { ...notRun(stop, request), command_policy: guard.audit() };
  return yield* after(ctx, hooked, guard, request, yield* run(request));
}

class Guard {
  readonly #ctx: RunContext;
  readonly #policies: readonly CommandPolicy[];
  readonly #approve: Approve;
  readonly #approved = new Set<string>();
  readonly decisions: Decision[] = [];
  readonly annotations: JsonObject[] = [];
  scan: Json = null;

  constructor(ctx: RunContext, policies: readonly CommandPolicy[], approve: Approve) {
    this.#ctx = ctx;
    this.#policies = policies;
    this.#approve = approve;
  }

  /** The fixed rules of every policy. */
  *rules(params: JsonObject): Suspending<Stop | undefined> {
    for (const policy of this.#policies) {
      const pattern = deniedPattern(policy, params);
      if (pattern !== undefined)
        return this.#block(`it fits the pattern ${JSON.stringify(pattern)}`);
      const about = contextOf(this.#ctx, policy, params);
      this.scan = about['scan'] ?? null;
      const labels = labelsToApprove(policy, about).filter((label) => !this.#approved.has(label));
      if (labels.length === 0) continue;
      const stop = yield* this.#ask(about, labels.join(', '), labels);
      if (stop !== undefined) return stop;
      for (const label of labels) this.#approved.add(label);
    }
    return undefined;
  }

  /** What the answer of a hook means, besides a rewrite. */
  *answered(answer: JsonObject, about: JsonObject): Suspending<Stop | undefined> {
    const { deny, require_approval, dry_run, explain_only } = answer;
    const denied = reasonOf(deny, 'a hook denied it');
    if (denied !== undefined) return this.#block(denied);
    const asked = reasonOf(require_approval, 'a hook asks for it');
    if (asked !== undefined) {
      const stop = yield* this.#ask(about, asked, []);
      if (stop !== undefined) return stop;
    }
    const explained = reasonOf(explain_only, 'nothing was run: the policy explains only');
    if (explained !== undefined) {
      this.decisions.push({ action: 'explain_only', reason: explained });
      return { status: 'explained', text: explained };
    }
    const rehearsed = reasonOf(dry_run, 'nothing was run: the policy rehearses only');
    if (rehearsed === undefined) return undefined;
    this.decisions.push({ action: 'dry_run', reason: rehearsed });
    return { status: 'dry_run', text: rehearsed };
  }

  *#ask(
    about: JsonObject,
    reason: string,
    labels: readonly string[],
  ): Suspending<Stop | undefined> {
    const granted = yield* this.#approve({ ...about, reason });
    if (granted === true) {
      this.decisions.push({ action: 'approved', reason, labels });
      return undefined;
    }
    const text = `it requires approval: ${reason}${granted === false ? ', which was not given' : ''}`;
    this.decisions.push({ action: 'require_approval', reason, labels });
    return { status: 'blocked', text: `command not run (status: blocked): ${text}` };
  }

  #block(reason: string): Stop {
    this.decisions.push({ action: 'deny', reason });
    return { status: 'blocked', text: `command not run (status: blocked): ${reason}` };
  }

  /** What goes into the envelope. */
  audit(): JsonObject {
    return {
      decisions: this.decisions.map((each) => ({ ...each })),
      scan: this.scan,
      annotation: this.annotations.at(-1) ?? null,
      annotations: this.annotations,
    };
  }
}

/** The hooks behind a command, from the innermost policy outwards. */
function* after(
  ctx: RunContext,
  hooked: readonly CommandPolicy[],
  guard: Guard,
  request: JsonObject,
  ended: CommandEnvelope,
): Suspending<CommandEnvelope> {
  let result = ended;
  for (const policy of [...hooked].reverse()) {
    if (policy.post === undefined) continue;
    const about = { ...contextOf(ctx, policy, request), result: { ...result } };
    const answer = yield* callHook(ctx, policy, policy.post, about);
    if (!isJsonObject(answer)) continue;
    const { result: changed = null, ...rest } = answer;
    if (Object.keys(rest).length > 0) guard.annotations.push(rest);
    if (changed !== null) result = replaced(result, changed);
  }
  return { ...result, command_policy: guard.audit() };
}

const REPLACEABLE = ['stdout', 'stderr', 'combined'] as const;

/** Hooks may change what is read, not what happened. */
function replaced(result: CommandEnvelope, change: Json): CommandEnvelope {
  const fields = isJsonObject(change) ? change : {};
  const texts = REPLACEABLE.flatMap((key) =>
    typeof fields[key] === 'string' ? [[key, fields[key]]] : [],
  );
  if (texts.length === 0) {
    const detail = `gave a result without ${REPLACEABLE.join(', ')}, the texts it may replace`;
    throw boundaryErrors.badHook({ hook: 'post', detail });
  }
  const next = { ...result, ...(Object.fromEntries(texts) as Partial<CommandEnvelope>) };
  const isTold = typeof fields['combined'] === 'string';
  return isTold ? next : { ...next, combined: next.stdout + next.stderr };
}

function notRun({ status, text }: Stop, params: JsonObject): CommandEnvelope {
  const isBlocked = status === 'blocked';
  return {
    command_id: null,
    status,
    mode: params['command'] === undefined ? 'argv' : 'shell',
    pid: null,
    exit_code: isBlocked ? -1 : 0,
    signal: null,
    success: !isBlocked,
    timed_out: false,
    duration_ms: 0,
    stdout: isBlocked ? '' : text,
    stderr: isBlocked ? text : '',
    combined: text,
  };
}

/** The one effect that runs processes, under the policies in force: what `exec`, `shell` and `process.run` do. */
export function* runCommand(
  ctx: RunContext,
  spec: CommandSpec,
  approve: Approve,
): Suspending<CommandResult> {
  checkCommand(spec);
  if (policiesOf(ctx).length === 0) return yield* ctx.perform(processEffects.run, [spec]);
  const { shell, ...rest } = spec as CommandSpec & JsonObject;
  const params: JsonObject = shell == null ? rest : { ...rest, command: shell };
  const envelope = yield* guarded(ctx, params, (request) => runPlain(ctx, request), approve);
  const { exit_code, stdout, stderr, duration_ms, success, timed_out, signal, pid } = envelope;
  const command_id = envelope.command_id ?? '';
  return { exit_code, stdout, stderr, duration_ms, success, timed_out, signal, pid, command_id };
}

/** A request as `/bin/sh` or a program runs it. */
function* runPlain(
  ctx: RunContext,
  { command, mode: _, ...rest }: JsonObject,
): Suspending<CommandEnvelope> {
  const spec = (command === undefined ? rest : { ...rest, shell: command }) as CommandSpec;
  const result = yield* ctx.perform(processEffects.run, [spec]);
  const { stdout, stderr } = result;
  const mode = command === undefined ? 'argv' : 'shell';
  return { ...result, status: 'completed', mode, combined: stdout + stderr };
}
