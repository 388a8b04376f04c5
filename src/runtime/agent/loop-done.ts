// When a loop may end: what its program says (`verify_completion`), and what a second model says (`done_judge`). Both are
// asked when the work is said to be done; who is not content says what is missing, and the loop goes on.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import { jsonIn, type LlmOptions, llmCall } from '../llm/index.ts';
import { callHandler, type Handler, type RunContext, type Suspending } from '../run/index.ts';
import type { AgentEventBody } from './agent-events.ts';
import { loopErrors } from './errors.ts';
import { DONE, GO, type Next } from './loop-next.ts';

/** A second model that says whether the work is done. */
export interface DoneJudge {
  readonly system: string;
  /** Options of its call; without them it is the model of the loop. */
  readonly options: LlmOptions;
  /** How often it may refuse; then the work counts as done. */
  readonly maxRefusals: number;
  /** After every so many turns with calls it is asked, too, without anybody saying that the work is done; 0: never. */
  readonly cadence: number;
}

/** What there is to decide on. */
export interface DoneClaim {
  readonly task: string;
  readonly text: string;
  readonly iteration: number;
  readonly called: readonly string[];
  readonly successful: readonly string[];
}

const SYSTEM =
  'You check whether a task is done. You get the task, the last answer of the agent and the tools it used. Answer with JSON only: {"verdict": "done" or "continue", "reasoning": why, "next_step": what is missing, or null}.';

const MAX_REFUSALS = 3;

const KNOWN: ReadonlySet<string> = new Set([
  ...['system', 'prompt', 'provider', 'model', 'max_tokens', 'temperature', 'max_refusals'],
  'cadence',
]);

/** Reads the option: true, words for the judge, or `{system?, provider?, model?, max_refusals?, ...}`. */
export function parseDoneJudge(value: Json | undefined): DoneJudge | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) {
    return { system: SYSTEM, options: {}, maxRefusals: MAX_REFUSALS, cadence: 0 };
  }
  const given = typeof value === 'string' ? { prompt: value } : value;
  if (!isJsonObject(given)) throw bad('a bool, a text or a dict');
  const unknown = Object.keys(given).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw bad(`without "${unknown}"`);
  const { max_refusals: most = MAX_REFUSALS, cadence = 0, ...about } = given;
  const { system = SYSTEM, prompt = null, ...options } = about;
  if (typeof system !== 'string' || (prompt !== null && typeof prompt !== 'string')) {
    throw bad('given system and prompt as texts');
  }
  if (!(typeof most === 'number' && Number.isInteger(most) && most >= 0)) {
    throw bad('given max_refusals as an int from 0');
  }
  if (!(typeof cadence === 'number' && Number.isInteger(cadence) && cadence >= 0)) {
    throw bad('given cadence as a number of turns from 0');
  }
  const words = prompt === null ? system : `${system}\n\n${prompt}`;
  return { system: words, options: options as LlmOptions, maxRefusals: most, cadence };
}

/** What the program's own check says is missing; undefined: nothing. */
function* verified(
  ctx: RunContext,
  verify: Handler,
  claim: DoneClaim,
): Suspending<string | undefined> {
  const answer = ((yield* callHandler(ctx, verify, [claimJson(claim)])) ?? null) as Json;
  if (answer === null || answer === true || answer === '') return undefined;
  if (typeof answer === 'string') return answer;
  const about = isJsonObject(answer) ? answer : {};
  if (about['ok'] === true || about['done'] === true) return undefined;
  const said = about['message'] ?? about['feedback'] ?? null;
  return typeof said === 'string' && said !== ''
    ? said
    : 'The work is not done: a check of it failed.';
}

type Emit = (event: AgentEventBody) => Suspending<void>;

/** What a judge says. An answer that cannot be read is neither: it does not hold the loop up, and does not end it. */
interface Judgement {
  readonly isDone: boolean;
  /** What is missing, where it says that the work is not done. */
  readonly missing: string | undefined;
}

/** Asks the judge: because the work is said to be done, or because its turn has come (`cadence`). */
function* judged(
  ctx: RunContext,
  { judge, llm }: { readonly judge: DoneJudge; readonly llm: LlmOptions },
  { trigger, ...claim }: DoneClaim & { readonly trigger: 'claim' | 'cadence' },
  emit: Emit,
): Suspending<Judgement> {
  const startMs = ctx.sync(clockEffects.monotonic_ms, []);
  const { provider = null, model = null, llm_retries: retries = null } = llm;
  const answer = yield* llmCall(ctx, JSON.stringify(claimJson(claim)), judge.system, {
    ...(provider === null ? {} : { provider }),
    ...(model === null ? {} : { model }),
    ...(retries === null ? {} : { llm_retries: retries }),
    ...judge.options,
  });
  const read = jsonIn(answer.text);
  const verdict: JsonObject = isJsonObject(read) ? read : {};
  const isRefused = verdict['verdict'] === 'continue';
  const isDone = verdict['verdict'] === 'done';
  const textOf = (key: string) =>
    typeof verdict[key] === 'string' ? (verdict[key] as string) : '';
  const next = textOf('next_step');
  yield* emit({
    type: 'judge_decision',
    iteration: claim.iteration,
    verdict: isDone || (!isRefused && trigger === 'claim') ? 'done' : 'continue',
    trigger,
    reasoning: textOf('reasoning'),
    ...(next === '' ? {} : { next_step: next }),
    judge_duration_ms: ctx.sync(clockEffects.monotonic_ms, []) - startMs,
  });
  const words = `The work is not done yet. ${textOf('reasoning')} ${next}`.trim();
  return { isDone, missing: isRefused ? words : undefined };
}

interface Checked {
  readonly ctx: RunContext;
  readonly plan: {
    readonly judge: DoneJudge | undefined;
    readonly llm: LlmOptions;
    readonly parts: { readonly verify?: Handler };
  };
  readonly emit: Emit;
}

/** Whether a loop may end, over all of its turns. */
export class DoneCheck {
  readonly #of: Checked;
  /** How often the judge was not content. */
  #refusals = 0;

  constructor(of: Checked) {
    this.#of = of;
  }

  /** The work is said to be done: the loop ends unless a check of it is not content. */
  *claimed(claim: DoneClaim): Suspending<Next> {
    const { ctx, plan } = this.#of;
    const { judge, parts } = plan;
    const missing = parts.verify && (yield* verified(ctx, parts.verify, claim));
    if (missing !== undefined) return { kind: 'say', text: missing };
    if (judge === undefined || this.#refusals >= judge.maxRefusals) return DONE;
    const { missing: refused } = yield* this.#judged(judge, { ...claim, trigger: 'claim' });
    if (refused === undefined) return DONE;
    this.#refusals += 1;
    return { kind: 'say', text: refused };
  }

  /** A judge with a cadence looks at the work also while it goes on, and may end it. */
  *meanwhile(claim: DoneClaim): Suspending<Next> {
    const { judge } = this.#of.plan;
    if (judge === undefined || judge.cadence === 0 || claim.iteration % judge.cadence !== 0) {
      return GO;
    }
    const { isDone, missing } = yield* this.#judged(judge, { ...claim, trigger: 'cadence' });
    if (missing !== undefined) return { kind: 'say', text: missing };
    return isDone ? DONE : GO;
  }

  #judged(judge: DoneJudge, about: Parameters<typeof judged>[2]): Suspending<Judgement> {
    const { ctx, plan, emit } = this.#of;
    return judged(ctx, { judge, llm: plan.llm }, about, emit);
  }
}

function claimJson({ task, text, iteration, called, successful }: DoneClaim): JsonObject {
  return { task, text, iteration, tools_called: called, tools_successful: successful };
}

function bad(expected: string): Error {
  return loopErrors.badOption({ option: 'done_judge', expected });
}
