// Runs the stages of a workflow beside each other, each as a task of the run. Who may begin is the flow's; here is how
// many at a time, what becomes of those that are stopped, and when it is over.
//
// The order in which stages end is the journal's, so a run that is resumed does the same again. What depends on that
// order is only who wins a join that does not wait for all; the record is in the order of the visits.
import { sessionsKey } from '../agent/index.ts';
import { isBudgetSpent } from '../llm/index.ts';
import type { RunDocument } from '../records/index.ts';
import { type Outcome, performUnit, type RunContext, type Suspending } from '../run/index.ts';
import { closeAgent, listAgents } from '../work/index.ts';
import { TokenBudget } from './budget.ts';
import { runDelegated } from './delegate.ts';
import { type Execution, sessionIdOf, stageInput } from './execution.ts';
import type { Flow } from './flow.ts';
import { tellPersona, transitionOf } from './persona.ts';
import { stageIdOf } from './progress.ts';
import { runStage } from './run-stage.ts';
import { now, type StageInput, type StageResult, simple } from './stage.ts';
import { compareVisits, type Visit } from './visit.ts';

const STAGE_UNIT = { name: 'workflow.stage', access: 'mutate' } as const;

/** How an execution ended: completed, failed or paused, and where a later one goes on. */
export interface Conducted {
  readonly status: string;
  readonly pending: readonly string[];
  /** Why it paused. */
  readonly reason: string | null;
  readonly budget: TokenBudget;
}

interface End {
  readonly visit: Visit;
  readonly outcome: Outcome;
}

/** Runs stages until nothing is ready, a failure has nowhere to go, or the steps or tokens are used up. */
export function* conduct(
  ctx: RunContext,
  execution: Execution,
  run: RunDocument,
  flow: Flow,
): Suspending<Conducted> {
  const conductor = new Conductor(ctx, execution, run, flow);
  try {
    return yield* conductor.run();
  } finally {
    conductor.dropAll();
  }
}

class Conductor {
  readonly #ctx: RunContext;
  readonly #execution: Execution;
  readonly #run: RunDocument;
  readonly #flow: Flow;
  readonly #group: string;
  readonly #budget: TokenBudget;
  readonly #nodeIds: readonly string[];
  readonly #running = new Set<Visit>();
  readonly #ends: End[] = [];
  #wake: (() => void) | undefined;
  #steps = 0;
  /** A stage was refused a model call: nothing begins any more. */
  #isSpent = false;

  constructor(ctx: RunContext, execution: Execution, run: RunDocument, flow: Flow) {
    this.#ctx = ctx;
    this.#execution = execution;
    this.#run = run;
    this.#flow = flow;
    this.#group = ctx.task.nextGroup('workflow');
    this.#budget = new TokenBudget(ctx, execution.options.tokenBudget);
    this.#nodeIds = Object.keys(flow.graph.nodes);
  }

  *run(): Suspending<Conducted> {
    for (;;) {
      const stopped = this.#flow.settle();
      if (stopped.length > 0) yield* this.#stop(stopped, 'a join went ahead without it');
      const reason = this.#startAll();
      if (this.#running.size === 0)
        return this.#end(reason === null ? 'completed' : 'paused', reason);
      yield* this.#nextEnds();
      for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
        if (this.#take(end)) continue;
        const { visit } = end;
        const pending = this.#flow.pending();
        yield* this.#stop([...this.#running], `the stage ${stageIdOf(this.#run, visit)} failed`);
        // Tried again when the run is resumed.
        return { ...this.#end('failed', null), pending: [visit.node, ...pending] };
      }
    }
  }

  /** Ends every stage at once: the execution itself is given up. */
  dropAll(): void {
    for (const { task } of this.#running)
      if (task !== undefined) this.#ctx.run.scheduler.drop(task);
    this.#running.clear();
    this.#budget.close();
  }

  #end(status: string, reason: string | null): Conducted {
    return { status, reason, pending: this.#flow.pending(), budget: this.#budget };
  }

  /** Starts what may begin; gives why something that may must not. */
  #startAll(): string | null {
    const { options, graph } = this.#execution;
    const most = options.maxSteps ?? Math.max(1, Object.keys(graph.nodes).length * 4);
    if (this.#isSpent) return 'token_budget';
    let reason: string | null = null;
    for (const visit of this.#flow.startable()) {
      if (this.#steps >= most) return 'max_steps';
      if (this.#running.size >= options.maxParallel) return reason;
      if (this.#isSessionTaken(visit)) continue;
      if (this.#budget.fits(this.#flow.node(visit))) this.#start(visit);
      else reason = 'token_budget';
    }
    return reason;
  }

  /** Nodes that share a conversation take turns in it. */
  #isSessionTaken(visit: Visit): boolean {
    const session = sessionIdOf(this.#run, this.#flow.node(visit));
    return [...this.#running].some(({ input }) => input?.sessionId === session);
  }

  #start(visit: Visit): void {
    const scene = { run: this.#run, flow: this.#flow };
    const input = stageInput(this.#ctx, this.#execution, scene, visit);
    const place = this.#nodeIds.indexOf(visit.node);
    visit.input = input;
    visit.startedAt = now(this.#ctx);
    visit.state = 'running';
    this.#steps += 1;
    this.#running.add(visit);
    const id = `${this.#group}:${place}.${visit.number}`;
    const account = this.#budget.open(input.node);
    const scope = this.#ctx.scope.with({ account });
    const body = (inner: RunContext) => stageBody(inner, input, visit.number);
    const task = this.#ctx.startTask(id, body, { scope });
    visit.task = task;
    task.owned.add(() => account.close());
    task.onDone((outcome) => {
      this.#ends.push({ visit, outcome });
      this.#wake?.();
    });
  }

  *#nextEnds(): Suspending<void> {
    if (this.#ends.length > 0) return;
    yield* this.#ctx.block(
      `stages ${[...this.#running].map(({ node }) => node).join(', ')}`,
      (resume) => {
        this.#wake = () => {
          this.#wake = undefined;
          resume({ ok: true, value: undefined });
        };
        return () => {
          this.#wake = undefined;
        };
      },
    );
  }

  /** Takes the end of a stage in; false when it failed for good. */
  #take({ visit, outcome }: End): boolean {
    if (!this.#running.delete(visit)) return true;
    if (!outcome.ok) {
      if (!isBudgetSpent(outcome.error)) throw outcome.error;
      // It is tried again by an execution that has more.
      visit.state = 'ready';
      this.#isSpent = true;
      return true;
    }
    const input = visit.input as StageInput;
    const result = outcome.value as StageResult;
    if (result.said.length > 0) {
      this.#ctx
        .get(sessionsKey)
        .find(input.sessionId)
        ?.append(...result.said);
    }
    return this.#flow.end(visit, result);
  }

  /** Ends stages that run, with what they have started, and says so in their results. */
  *#stop(visits: readonly Visit[], reason: string): Suspending<void> {
    for (const visit of [...visits].sort(compareVisits)) {
      const input = visit.input as StageInput;
      this.#running.delete(visit);
      visit.state = 'cancelled';
      if (visit.task !== undefined) this.#ctx.run.scheduler.drop(visit.task);
      if (input.node.kind === 'subagent') yield* closeWorkers(this.#ctx, input.stageId);
      visit.result = cancelled(this.#ctx, input, visit.startedAt, reason);
      tellPersona(this.#ctx, input, 'cancelled');
    }
  }
}

function* stageBody(ctx: RunContext, input: StageInput, number: number): Suspending<StageResult> {
  tellPersona(ctx, input, 'started');
  const result = yield* stageWork(ctx, input, number);
  tellPersona(ctx, input, transitionOf(result));
  return result;
}

function* stageWork(ctx: RunContext, input: StageInput, number: number): Suspending<StageResult> {
  const { node, code } = input;
  // A delegated stage is a worker of the run, with entries of its own.
  if (node.kind === 'subagent') return yield* runDelegated(ctx, input);
  return yield* performUnit(ctx, STAGE_UNIT, [node.id, number], function* (inner, unit) {
    // A loop changes sessions, and a handoff the run's open work; both live in memory.
    if (node.kind === 'escalation') unit.enterOnReplay();
    if (node.mode === 'agent' || code.tools !== undefined) unit.enterOnReplay();
    return yield* runStage(inner, input);
  });
}

/** Workers stand below the run and would go on without the stage that waits for them. */
function* closeWorkers(ctx: RunContext, stageId: string): Suspending<void> {
  for (const worker of listAgents(ctx)) {
    if (worker['parent_stage_id'] === stageId) yield* closeAgent(ctx, worker['id']);
  }
}

function cancelled(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
  reason: string,
): StageResult {
  return simple(ctx, input, startedAt, {
    status: 'cancelled',
    outcome: 'cancelled',
    metadata: { cancelled_because: reason },
  });
}
