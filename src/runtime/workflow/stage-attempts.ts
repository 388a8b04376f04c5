// A stage that works: attempts, the check after each, feedback for the next one, and the artifacts of the last.
import { dataText, isJsonObject, type JsonObject, plainData } from '../../base/index.ts';
import type { Artifact, TranscriptMessage } from '../agent/index.ts';
import { clockEffects, processEffects } from '../io/index.ts';
import { isBudgetSpent, schemaProblems } from '../llm/index.ts';
import { coerceError, type RunContext, type Suspending } from '../run/index.ts';
import { workflowErrors } from './errors.ts';
import {
  checkInputs,
  failed,
  now,
  outputKind,
  type StageAttempt,
  type StageInput,
  type StageResult,
  type StageUsage,
  simple,
  stageArtifact,
} from './stage.ts';
import { checkHandoffs, stageHandoff } from './stage-handoff.ts';
import { doWork, endsMore, type WorkResult } from './stage-work.ts';

/** What a check found. */
type Check = { readonly ok: boolean } & JsonObject;

interface Tried {
  readonly work: WorkResult | null;
  readonly check: Check | null;
  readonly error: string | null;
  readonly ok: boolean;
}

/** Runs a stage, a check or the body of a delegated stage. */
export function* runAttempts(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
): Suspending<StageResult> {
  const { node } = input;
  const { max_attempts: most, repair, backoff_ms: pause } = node.retry_policy;
  const attempts: StageAttempt[] = [];
  const usages: StageUsage[] = [];
  let feedback: string | null = null;
  let said: readonly TranscriptMessage[] = [];
  for (let number = 1; ; number += 1) {
    const began = now(ctx);
    const tried: Tried = yield* attemptOnce(ctx, input, { number, feedback, said, item: null });
    if (tried.work?.usage != null) usages.push(tried.work.usage);
    attempts.push(attemptRecord(ctx, input, number, began, tried));
    if (tried.ok || number >= most) {
      return finish(ctx, input, startedAt, { tried, attempts, usage: sumUsage(usages) });
    }
    feedback = repair ? feedbackOf(tried) : null;
    said = repair ? (tried.work?.said ?? said) : [];
    if (pause > 0) yield* ctx.perform(clockEffects.sleep_ms, [pause]);
  }
}

function* attemptOnce(
  ctx: RunContext,
  input: StageInput,
  attempt: Parameters<typeof doWork>[2],
): Suspending<Tried> {
  try {
    checkInputs(input);
    const work = yield* doWork(ctx, input, attempt);
    checkOutput(input, work);
    checkHandoffs(input, madeBy(input, work));
    const check = yield* checkWork(ctx, input, work);
    return { work, check, error: null, ok: work.ok && check?.ok !== false };
  } catch (error) {
    if (isBudgetSpent(error) || endsMore(ctx, error, input.isAbort)) throw error;
    return { work: null, check: null, error: errorText(ctx, error), ok: false };
  }
}

/** What a thrown value says. */
export function errorText(ctx: RunContext, error: unknown): string {
  const thrown = ctx.run.codec?.toJson(error);
  if (thrown === undefined) return coerceError(error).message;
  return dataText(thrown);
}

function checkOutput({ node }: StageInput, work: WorkResult): void {
  const { schema } = node.output_contract;
  if (!isJsonObject(schema)) return;
  const problems = schemaProblems(plainData(work.data), schema);
  if (problems.length === 0) return;
  throw workflowErrors.outputContract({ node: node.id, problem: problems.join('; ') });
}

/** The check of a node: a command, text that has to be there, or what the work itself says. */
function* checkWork(
  ctx: RunContext,
  { node }: StageInput,
  work: WorkResult,
): Suspending<Check | null> {
  const { verify } = node;
  if (verify === null) return node.kind === 'verify' ? { kind: 'answer', ok: work.ok } : null;
  if (typeof verify['command'] === 'string') return yield* runCommand(ctx, verify);
  const missing = missingTexts(verify, work.text);
  const required = verify['assert_text'];
  return {
    kind: 'text',
    ok: work.ok && missing.length === 0,
    assert_text: required ?? null,
    missing,
  };
}

function* runCommand(ctx: RunContext, verify: JsonObject): Suspending<Check> {
  const { command, expect_status: expected = 0, timeout_ms: timeout, on_unknown: unknown } = verify;
  const result = yield* ctx.perform(processEffects.run, [
    {
      shell: String(command),
      ...(typeof timeout === 'number' ? { timeout_ms: timeout } : {}),
      // A check changes nothing that counts: cut by a crash, it is run again, unless its author says otherwise.
      on_unknown: typeof unknown === 'string' ? unknown : 'retry',
    },
  ]);
  const { stdout, stderr, exit_code: exitStatus } = result;
  const missing = missingTexts(verify, `${stdout}\n${stderr}`);
  const ok = exitStatus === expected && !result.timed_out && missing.length === 0;
  return {
    kind: 'command',
    ok,
    success: ok,
    command: String(command),
    exit_status: exitStatus,
    expect_status: expected,
    stdout,
    stderr,
    assert_text: verify['assert_text'] ?? null,
    missing,
  };
}

function missingTexts(verify: JsonObject, text: string): readonly string[] {
  const required = verify['assert_text'];
  const list = typeof required === 'string' ? [required] : Array.isArray(required) ? required : [];
  return list.filter((one): one is string => typeof one === 'string' && !text.includes(one));
}

function feedbackOf({ work, check, error }: Tried): string {
  if (error !== null) return error;
  if (work?.feedback != null) return work.feedback;
  const { kind, missing, stdout, stderr, exit_status: status } = (check ?? {}) as JsonObject;
  const lines: string[] = [];
  if (kind === 'command') lines.push(`The check ended with status ${String(status)}.`);
  if (Array.isArray(missing) && missing.length > 0)
    lines.push(`Missing text: ${missing.join(', ')}`);
  for (const output of [stdout, stderr])
    if (typeof output === 'string' && output !== '') lines.push(output);
  return lines.length === 0 ? 'The check did not pass.' : lines.join('\n');
}

function verdictOf(
  { node }: StageInput,
  { work, error, ok }: Tried,
): Pick<StageResult, 'status' | 'outcome' | 'branch'> {
  const isCheck = node.kind === 'verify';
  if (ok) {
    const outcome =
      node.kind === 'subagent' ? 'subagent_completed' : isCheck ? 'verified' : 'success';
    const branch = work?.branch ?? (isCheck ? 'passed' : 'success');
    return { status: 'completed', outcome: work?.outcome ?? outcome, branch };
  }
  const outcome = error === null ? (work?.outcome ?? 'verification_failed') : 'error';
  return { status: 'failed', outcome, branch: work?.branch ?? 'failed' };
}

function attemptRecord(
  ctx: RunContext,
  input: StageInput,
  attempt: number,
  startedAt: string,
  tried: Tried,
): StageAttempt {
  const verdict = verdictOf(input, tried);
  const { error, check } = tried;
  return {
    attempt,
    ...verdict,
    error,
    verification: check,
    started_at: startedAt,
    finished_at: now(ctx),
  };
}

function finish(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
  {
    tried,
    attempts,
    usage,
  }: { tried: Tried; attempts: readonly StageAttempt[]; usage: StageUsage | null },
): StageResult {
  const { work, check, error } = tried;
  const verdict = verdictOf(input, tried);
  if (work === null) {
    const reason = error ?? 'the stage failed';
    return failed(ctx, input, startedAt, reason, {
      ...verdict,
      attempts,
      usage,
      verification: check,
    });
  }
  const text = shownText(work, check);
  return simple(ctx, input, startedAt, {
    ...verdict,
    visible_text: text,
    private_reasoning: work.reasoning,
    transcript: work.transcript,
    verification: check,
    usage,
    attempts,
    artifacts: artifactsOf(input, work, { text, check, createdAt: startedAt }),
    said: work.said,
    metadata: { ...work.facts, ...contractFacts(input), ...selectedFacts(input) },
  });
}

/** What people see: the answer, or what the command of a check printed. */
function shownText(work: WorkResult, check: Check | null): string {
  if (check?.['kind'] !== 'command' || work.text !== '') return work.text;
  return [check['stdout'], check['stderr']].filter((part) => part !== '').join('\n');
}

function artifactsOf(
  input: StageInput,
  work: WorkResult,
  { text, check, createdAt }: { text: string; check: Check | null; createdAt: string },
): readonly Artifact[] {
  const shown = { text, data: input.node.kind === 'verify' ? check : work.data };
  return madeBy(input, work, shown).map((fields, i) =>
    fields['kind'] === 'handoff'
      ? stageHandoff(input, i + 1, createdAt, fields)
      : stageArtifact(input, i + 1, createdAt, fields),
  );
}

/** The fields of what a stage made: what its work says, else one artifact of its answer. */
function madeBy(
  { node }: StageInput,
  work: WorkResult,
  shown: JsonObject = { text: work.text, data: work.data },
): readonly JsonObject[] {
  const kind = outputKind(node, node.kind === 'verify' ? 'verification_result' : 'artifact');
  if (work.artifacts.length === 0) return [{ kind, ...shown }];
  return work.artifacts.map((fields) => ({ kind, ...fields }));
}

function contractFacts({ contractList, contracts }: StageInput): JsonObject {
  if (contractList.length === 0) return {};
  return { verification_contracts: contractList, rendered_verification_context: contracts };
}

function selectedFacts({ selected }: StageInput): JsonObject {
  return {
    selected_artifact_ids: selected.map(({ id }) => id),
    selected_artifact_titles: selected.map(({ title }) => title),
  };
}

/** What several calls cost together. */
export function sumUsage(usages: readonly StageUsage[]): StageUsage | null {
  if (usages.length === 0) return null;
  return usages.reduce((a, b) => ({
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    total_duration_ms: a.total_duration_ms + b.total_duration_ms,
    call_count: a.call_count + b.call_count,
    total_cost: a.total_cost + b.total_cost,
    models: [...new Set([...a.models, ...b.models])],
  }));
}
