// The loop: turns until the work is done, stuck, out of budget, or asked to stop. A turn is a recorded unit; everything
// between turns is this function, which decides from the results of turns alone and so decides the same on a replay.
//
// Ends: done (the model says so, or a text without calls where that is enough, or a tool that ends the loop) | stuck (too
// many answers without a call) | budget_exhausted (turns, tokens or cost) | failed (no required tool succeeded) |
// suspended (the gate stopped it between turns, or the model asked for it). A model call that fails ends the loop with its error.
import type { Json, JsonObject } from '../../base/index.ts';
import { clockEffects, randomEffects } from '../io/index.ts';
import { catalogKey, isBudgetSpent, trace } from '../llm/index.ts';
import { mcpCalls } from '../mcp/index.ts';
import {
  accountOf,
  callHandler,
  nanoUsdOf,
  payingFrom,
  type RunContext,
  SpendAccount,
  type Suspending,
} from '../run/index.ts';
import { type ResumeConditions, summaryOf, underPolicy } from '../work/index.ts';
import { withApprovals } from './approvals.ts';
import type { Streak } from './call-streak.ts';
import { claimDaemon, releaseDaemon } from './daemon-driver.ts';
import { type ReadSnapshot, readSnapshot } from './daemon-snapshot.ts';
import { loopErrors } from './errors.ts';
import { assertHostHas } from './host-tools.ts';
import { LoopCompaction } from './loop-compaction.ts';
import { DaemonSide } from './loop-daemon.ts';
import { DoneCheck, type DoneClaim } from './loop-done.ts';
import { type GateDecision, openGate, type ParkAnswer, type ParkWish } from './loop-gate.ts';
import { LoopLimits } from './loop-limits.ts';
import { DONE, GO, type Next, readPostTurn, toldOfTools } from './loop-next.ts';
import {
  type LoopOptions,
  type LoopParts,
  type LoopPlan,
  parseLoopOptions,
} from './loop-options.ts';
import { isParkCall, parkInFunctionWorker } from './loop-park.ts';
import { type AgentLoopResult, type LoopStatus, LoopTotals } from './loop-result.ts';
import { LoopSkills } from './loop-skills.ts';
import { checkLoopSurface } from './loop-surface.ts';
import { LoopTalk } from './loop-talk.ts';
import { connectServers } from './mcp-tools.ts';
import { nudgeText, saysDone } from './prompt.ts';
import { newSession, type Session, sessionsKey } from './session.ts';
import { settleSession } from './session-settle.ts';
import { isSubagentCall } from './subagent-tools.ts';
import type { Tool } from './tools.ts';
import { parkLoop } from './top-level.ts';
import { applyTurn, type TurnInput, type TurnResult, takeTurn } from './turn.ts';
import { proseProblem } from './turn-policy.ts';

/** Runs an agent until it ends. With a `session_id` the conversation goes on and is kept. */
export function* agentLoop(
  ctx: RunContext,
  task: string,
  system: string | null = null,
  options: LoopOptions = {},
  parts: LoopParts = {},
): Suspending<AgentLoopResult> {
  ctx.authority.check({ name: 'agent.loop', access: 'mutate' });
  const servers = yield* connectServers(ctx, options.mcp_servers);
  try {
    return yield* runLoop(ctx, task, system, options, parts, servers.tools);
  } finally {
    for (const client of servers.clients) mcpCalls.disconnect(ctx, client);
  }
}

function* runLoop(
  ctx: RunContext,
  task: string,
  system: string | null,
  options: LoopOptions,
  parts: LoopParts,
  served: readonly Tool[],
): Suspending<AgentLoopResult> {
  const parsed = {
    ...parseLoopOptions(options, withTools(parts, served), ctx.get(catalogKey).names),
    parts,
  };
  const resumePath = parsed.daemon?.resumePath;
  const past = resumePath === undefined ? undefined : yield* readSnapshot(ctx, resumePath);
  // By a handle it has been claimed, and is given up where the handle is.
  const isOwner = past !== undefined && parts.onStand === undefined;
  if (isOwner) yield* ctx.perform(claimDaemon, [past.sessionId, past.sessionId]);
  const plan = { ...parsed, sessionId: parsed.sessionId ?? past?.sessionId };
  const policy = policyOf(ctx, plan);
  const inner = policy === undefined ? ctx : underPolicy(ctx, policy);
  const session = openSession(ctx, plan, past);
  const { maxCostUsd } = plan;
  const nanoUsd = maxCostUsd === undefined ? undefined : nanoUsdOf(maxCostUsd, 'down');
  const account = new SpendAccount(accountOf(ctx), plan.tokenBudget, { isCap: true, nanoUsd });
  const paid = payingFrom(inner, account);
  const isNameless = plan.sessionId === undefined;
  // Without a name nobody goes on with it, unless it is suspended: then whoever resumes it does, with what runs for it.
  let isOver = isNameless;
  const giveBack = ctx.get(sessionsKey).drive(ctx, session);
  // Also when its task is dropped in the middle: what a loop still does at its end is not done then.
  const release = () => {
    if (!ctx.task.owned.delete(release)) return;
    account.close();
    giveBack(isOver);
  };
  ctx.task.owned.add(release);
  try {
    session.systemPrompt = system ?? session.systemPrompt;
    session.toolFormat = plan.toolFormat;
    session.skills = plan.skills;
    if (plan.scratchpad !== undefined) session.scratchpad ??= plan.scratchpad;
    session.append(...plan.messages);
    if (task !== '') session.append({ role: 'user', content: task });
    else if (session.transcript.messages.length === 0) throw loopErrors.noTask({});
    const loop = new AgentLoop(paid, { plan, task, options, past }, session, system);
    const result = yield* loop.run();
    isOver = isNameless && result.status !== 'suspended';
    if (isOwner) yield* ctx.perform(releaseDaemon, [past.sessionId]);
    return result;
  } finally {
    release();
    if (isOver) ctx.get(sessionsKey).remove(session.id);
  }
}

/** What the loop asks for of the policy in force, its approvals with it: they go wherever that goes. */
function policyOf(ctx: RunContext, { policy, approvals }: LoopPlan): JsonObject | undefined {
  return approvals === undefined ? policy : withApprovals(ctx, policy, approvals);
}

/** Tools of servers are part of a loop, not of what is kept with it: whoever goes on with it connects them again. */
function withTools(parts: LoopParts, served: readonly Tool[]): LoopParts {
  return served.length === 0 ? parts : { ...parts, tools: [...(parts.tools ?? []), ...served] };
}

function openSession(ctx: RunContext, plan: LoopPlan, past: ReadSnapshot | undefined): Session {
  const sessions = ctx.get(sessionsKey);
  const id = plan.sessionId ?? `session_${ctx.sync(randomEffects.uuid_v7, [])}`;
  const known = sessions.find(id);
  const session = known ?? sessions.add(newSession(id, ctx.sync(clockEffects.now_ms, [])));
  // The file says how the daemon stood when it was idle; what came after that is done again.
  if (past !== undefined) {
    session.replace(past.transcript);
    session.scratchpad = past.scratchpad;
  }
  return session;
}

/** What a loop was started with. */
interface Given {
  readonly plan: LoopPlan;
  readonly task: string;
  readonly options: LoopOptions;
  /** What a daemon goes on from. */
  readonly past: ReadSnapshot | undefined;
}

class AgentLoop {
  readonly #ctx: RunContext;
  readonly #plan: LoopPlan;
  readonly #session: Session;
  readonly #system: string | null;
  readonly #totals = new LoopTotals();
  /** Turns with one call in a row. */
  #singles = 0;
  /** Identical calls in a row, over turns. */
  #streak: Streak | null = null;
  /** Tools that searches brought up. */
  #promoted: readonly string[] = [];
  /** Answers without a call in a row. */
  #unmoved = 0;
  #suspension: Extract<GateDecision, { kind: 'suspend' }> | undefined;
  /** Set when the model asked to be suspended: the worker it belongs to, or `top` for none. */
  #parked: ParkAnswer | 'top' | undefined;
  readonly #given: Given;
  readonly #talk: LoopTalk;
  readonly #limits: LoopLimits;
  readonly #check: DoneCheck;
  readonly #compaction: LoopCompaction;
  readonly #daemon: DaemonSide | undefined;
  readonly #skills: LoopSkills | undefined;

  constructor(ctx: RunContext, given: Given, session: Session, system: string | null) {
    this.#ctx = ctx;
    this.#given = given;
    this.#plan = given.plan;
    this.#session = session;
    this.#system = system;
    const { plan } = given;
    const { skills, hears } = plan;
    this.#talk = new LoopTalk({ ctx, session, hears, isDaemon: plan.daemon !== undefined });
    const emit = this.#talk.emit.bind(this.#talk);
    this.#limits = new LoopLimits({ ctx, plan, emit });
    this.#check = new DoneCheck({ ctx, plan, emit });
    this.#compaction = new LoopCompaction(ctx, session, plan.llm);
    this.#daemon = this.#asDaemon(given);
    if (skills === undefined) return;
    this.#skills = new LoopSkills({ ctx, session, emit }, skills);
    this.#skills.hear(given.task);
    this.#talk.tellSkills(this.#skills);
  }

  #asDaemon({ plan, task, past }: Given): DaemonSide | undefined {
    if (plan.daemon === undefined) return undefined;
    if (past !== undefined) {
      this.#totals.goOnFrom(past.iterations, past.inputTokens, past.outputTokens);
    }
    const loop = {
      ctx: this.#ctx,
      session: this.#session,
      plan: plan.daemon,
      task,
      system: this.#system,
      totals: this.#totals,
      compaction: this.#compaction,
      emit: this.#talk.emit.bind(this.#talk),
      say: this.#talk.say.bind(this.#talk),
      takeOwn: this.#talk.takeOwn.bind(this.#talk),
      onStand: plan.parts.onStand,
      isHeld: plan.parts.isHeld,
    };
    return new DaemonSide(loop, past?.watch);
  }

  *run(): Suspending<AgentLoopResult> {
    yield* this.#checkSurface();
    const { past, task } = this.#given;
    let status: LoopStatus | undefined;
    yield* this.#daemon?.begin(past !== undefined) ?? [];
    try {
      // Nothing is to be said yet: whoever goes on with a daemon goes on with its waiting.
      if (past !== undefined && task === '') status = yield* this.#daemon?.idle(0) ?? none();
      for (let iteration = 1; status === undefined; iteration += 1) {
        status = yield* this.#step(iteration);
      }
    } finally {
      // Also when a turn failed: what was said so far is kept. Feedback waits for the model's next turn.
      this.#talk.takeInbox();
      this.#skills?.end();
      if (status === undefined) yield* this.#settle();
    }
    const ended = this.#requirementsMet() || status === 'suspended' ? status : 'failed';
    this.#totals.deferred = yield* this.#talk.atEnd();
    yield* this.#daemon?.stand(ended) ?? [];
    yield* this.#settle();
    const result = this.#totals.result(this.#given, this.#session, ended, this.#suspension);
    const { iterations } = result.llm;
    trace(this.#ctx, {
      type: 'loop_complete',
      session_id: this.#session.id,
      status: ended,
      iterations,
      tools_used: result.tools.calls,
    });
    if (this.#parked === undefined || ended !== 'suspended') return result;
    return { ...result, handle: yield* this.#handle(this.#parked, result) };
  }

  /** Nothing is paid for where the tools cannot work. */
  *#checkSurface(): Suspending<void> {
    const { tools, toolSearch } = this.#plan;
    assertHostHas(this.#ctx, tools.values());
    const offered = [...tools.values()].filter((tool) => !isOwnTool(tool));
    this.#totals.surface = yield* checkLoopSurface(this.#ctx, offered, {
      policy: this.#ctx.scope.policy,
      approvals: this.#plan.approvals ?? null,
      prompts: this.#system === null ? [] : [this.#system],
      hasSearch: toolSearch !== undefined,
    });
  }

  /** Who stands for the parked loop; a loop that nobody delegated becomes a worker here, after all else is written. */
  *#handle(parked: ParkAnswer | 'top', result: AgentLoopResult): Suspending<JsonObject | null> {
    if (parked !== 'top') return 'handle' in parked ? parked.handle() : null;
    const { plan, task, options } = this.#given;
    const { iterations_completed: turn = 0, text, reason = '', conditions = null } = result;
    const live = yield* parkLoop(this.#ctx, {
      session: this.#session,
      task,
      system: this.#system,
      options,
      parts: plan.parts,
      wish: { reason, conditions: conditions as ResumeConditions | null },
      turn,
      text,
    });
    return summaryOf(live.worker);
  }

  /** One turn and what follows from it; a status ends the loop. */
  *#step(iteration: number): Suspending<LoopStatus | undefined> {
    if (yield* this.#limits.isOver(iteration)) return 'budget_exhausted';
    if (yield* this.#isHeld(iteration)) return 'suspended';
    yield* this.#talk.takeUp();
    yield* this.#compact();
    yield* this.#skills?.before(iteration) ?? [];
    const input = {
      session: this.#session,
      plan: this.#skills?.narrow(this.#plan) ?? this.#plan,
      skills: this.#skills?.section,
      system: this.#system,
      iteration,
      fallbacks: this.#totals.fallbacks,
      streak: this.#streak,
      promoted: this.#promoted,
    };
    const result = yield* this.#turn(input);
    if (result === undefined) return 'budget_exhausted';
    applyTurn(this.#ctx, this.#session, result);
    this.#totals.add(result, this.#session, this.#plan.progressTool);
    this.#streak = result.streak ?? null;
    this.#promoted = result.promoted ?? [];
    yield* this.#talk.tellHeard(result.heard ?? []);
    yield* this.#skills?.after(result.skills ?? [], iteration) ?? [];
    const next = yield* this.#afterTurn(result, iteration);
    if (next.kind === 'idle') return yield* this.#idle(iteration);
    if (next.kind === 'stop') {
      if (next.text !== undefined) yield* this.#talk.say('post_turn', next.text);
      return next.status;
    }
    if (next.kind === 'say') yield* this.#talk.say('nudge', next.text, next.isNews);
    return undefined;
  }

  /** Undefined: the call was not made, because others have used what was left. */
  *#turn(input: TurnInput): Suspending<TurnResult | undefined> {
    try {
      return yield* takeTurn(this.#ctx, input);
    } catch (error) {
      if (!isBudgetSpent(error)) throw error;
      yield* this.#limits.exhausted(error.data['reason'] === 'token_budget' ? 'tokens' : 'cost');
      return undefined;
    }
  }

  *#afterTurn(result: TurnResult, iteration: number): Suspending<Next> {
    const { tools, text, fallback, park } = result;
    if (park !== undefined) return yield* this.#park(park);
    if (tools.length > 0) {
      const next = yield* this.#afterTools(result, iteration);
      return next.kind === 'go'
        ? this.#orIdle(yield* this.#check.meanwhile(this.#claim(result, iteration)))
        : next;
    }
    if (fallback === 'rejected') return { kind: 'go' };
    const goesOn = this.#plan.persistent || this.#plan.turnPolicy.requireAction;
    if (!goesOn || saysDone(text, this.#plan)) {
      return this.#orIdle(yield* this.#check.claimed(this.#claim(result, iteration)));
    }
    this.#unmoved += 1;
    const { maxNudges } = this.#plan;
    if (this.#unmoved > maxNudges) {
      yield* this.#talk.emit({
        type: 'loop_stuck',
        max_nudges: maxNudges,
        last_iteration: iteration,
        tail_excerpt: text.slice(-TAIL_CHARS),
      });
      return { kind: 'stop', status: 'stuck' };
    }
    return { kind: 'say', text: nudgeText(this.#plan) };
  }

  #claim({ text }: TurnResult, iteration: number): DoneClaim {
    const { called, successful } = this.#totals;
    return { task: this.#given.task, text, iteration, called, successful };
  }

  /** A daemon whose work is done is not over. */
  #orIdle(next: Next): Next {
    return next === DONE && this.#daemon !== undefined ? { kind: 'idle' } : next;
  }

  /** The model asks to be suspended: by its worker's gate, else as a worker of its own. */
  *#park(wish: ParkWish): Suspending<Next> {
    const { gate } = this.#plan.parts;
    const answer =
      gate?.park === undefined
        ? yield* parkInFunctionWorker(this.#ctx, wish)
        : yield* gate.park(this.#ctx, wish);
    if (answer !== undefined && 'denied' in answer) {
      return { kind: 'say', text: `You may not be suspended now: ${answer.denied}. Go on.` };
    }
    const { reason, conditions } = wish;
    this.#suspension = { kind: 'suspend', reason, initiator: 'self', conditions };
    this.#parked = answer ?? 'top';
    return { kind: 'stop', status: 'suspended' };
  }

  *#afterTools({ tools, visible_text }: TurnResult, iteration: number): Suspending<Next> {
    this.#unmoved = 0;
    this.#singles = tools.length === 1 ? this.#singles + 1 : 0;
    const succeeded = tools.filter(({ status }) => status === 'ok').map((tool) => tool.tool_name);
    if (succeeded.length > 0) this.#limits.noteProgress();
    if (succeeded.some((name) => this.#plan.stopAfter.includes(name))) {
      return { kind: 'stop', status: 'done' };
    }
    const prose = proseProblem(this.#plan.turnPolicy, visible_text);
    const { postTurn } = this.#plan.parts;
    if (postTurn === undefined) return prose === undefined ? GO : { kind: 'say', text: prose };
    if (prose !== undefined) yield* this.#talk.say('turn_policy', prose);
    const told: JsonObject = {
      ...toldOfTools(tools),
      successful_tool_names: succeeded,
      // Counted from 0, as programs for the language expect it.
      iteration: iteration - 1,
      consecutive_single_tool_turns: this.#singles,
      session_tools_used: this.#totals.called,
      session_successful_tools: this.#totals.successful,
    };
    return readPostTurn((yield* callHandler(this.#ctx, postTurn, [told])) as Json | undefined);
  }

  /** Asks the gate; messages it brings are taken up. */
  *#isHeld(iteration: number): Suspending<boolean> {
    const { gate = openGate } = this.#plan.parts;
    const { inputTokens, outputTokens } = this.#totals;
    const mark = { sessionId: this.#session.id, iteration, inputTokens, outputTokens };
    const decision = yield* gate.next(this.#ctx, mark);
    if (decision.kind === 'suspend') {
      this.#suspension = decision;
      return true;
    }
    yield* this.#talk.takeFromGate(decision.messages ?? []);
    return false;
  }

  /** A daemon waits, unless it may take no further turn: then the next step says so. */
  *#idle(iteration: number): Suspending<LoopStatus | undefined> {
    this.#unmoved = 0;
    if (this.#limits.isLast(iteration) || this.#daemon === undefined) return undefined;
    return yield* this.#daemon.idle(iteration);
  }

  *#compact(): Suspending<void> {
    const { compaction } = this.#plan;
    if (compaction === undefined) return;
    if (yield* this.#compaction.run(compaction)) this.#totals.compactions += 1;
  }

  #requirementsMet(): boolean {
    const { require } = this.#plan;
    return require.length === 0 || require.some((name) => this.#totals.successful.includes(name));
  }

  #settle(): Suspending<void> {
    return settleSession(this.#ctx, this.#session);
  }
}

const TAIL_CHARS = 400;

function* none(): Suspending<undefined> {
  yield* [];
  return undefined;
}

/** Tools that a loop brings itself; a policy does not look at them. */
const isOwnTool = (tool: { readonly name: string }) => isParkCall(tool) || isSubagentCall(tool);
