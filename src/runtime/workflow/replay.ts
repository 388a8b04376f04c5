// Deterministic replay: the stages of a recorded run instead of work. No model, tool or code is asked; where the graph
// leads elsewhere than the record went, it says so.
//
// A stage is found by its node, by how often that was visited before, and by what led to it. What was cancelled never
// ends, so that the same join wins again; joins that need not wait, and the failure that ended the run, come when
// everything else that the record knows of has been replayed.
import type { Json } from '../../base/index.ts';
import type { Artifact } from '../agent/index.ts';
import type { RunDocument } from '../records/index.ts';
import { workflowErrors } from './errors.ts';
import type { Flow } from './flow.ts';
import { nextNodes } from './ready.ts';
import type { StageAttempt, StageResult } from './stage.ts';
import type { Visit } from './visit.ts';

type Stage = RunDocument['stages'][number];

/** Where a replay ended. */
export interface Replayed {
  readonly status: string;
  readonly pending: readonly string[];
}

/** Leads a flow along a recorded run, for at most so many stages. */
export function replayFlow(run: RunDocument, flow: Flow, maxSteps: number): Replayed {
  const past = new Past(run, flow);
  for (let steps = 0; ; steps += 1) {
    flow.settle(() => false);
    past.hold();
    const visit = past.next();
    if (visit === undefined) {
      if (past.letOneWin()) continue;
      const failure = past.failure();
      if (failure !== undefined) return fail(flow, past, failure);
      if (flow.active.length === 0) return { status: 'completed', pending: [] };
      throw past.problem();
    }
    if (steps >= maxSteps) return { status: 'paused', pending: flow.pending() };
    flow.end(visit, past.resultOf(visit));
  }
}

function fail(flow: Flow, past: Past, visit: Visit): Replayed {
  flow.end(visit, past.resultOf(visit));
  const pending = [visit.node, ...flow.pending()];
  past.cancel(flow.visits.filter(({ state }) => state === 'running'));
  return { status: 'failed', pending };
}

/** The stages of the record as the flow asks for them. */
class Past {
  readonly #run: RunDocument;
  readonly #flow: Flow;
  readonly #known = new Map<Visit, Stage | undefined>();

  constructor(run: RunDocument, flow: Flow) {
    this.#run = run;
    this.#flow = flow;
  }

  /** Visits whose stages were cancelled are under way and stay so. */
  hold(): void {
    for (const visit of this.#flow.startable()) {
      if (this.#stageOf(visit)?.status === 'cancelled') visit.state = 'running';
    }
  }

  /** The visit that ends next, if the record knows it and it does not end the run. */
  next(): Visit | undefined {
    return this.#flow
      .startable()
      .find((visit) => this.#stageOf(visit) !== undefined && !this.#isLast(visit));
  }

  /** The visit whose failure ended the run. */
  failure(): Visit | undefined {
    return this.#flow.startable().find((visit) => this.#isLast(visit));
  }

  /** Lets a join go ahead that the record says did. Inner ones first. */
  letOneWin(): boolean {
    const decided = this.#flow.decided();
    const [join] = decided.filter(
      (one) => !decided.some((other) => this.#flow.leads(other.node, one.node)),
    );
    if (join === undefined || this.#stageOf(join) === undefined) return false;
    this.cancel(this.#flow.settle((one) => one === join));
    return true;
  }

  cancel(visits: readonly Visit[]): void {
    for (const visit of visits) {
      visit.state = 'cancelled';
      visit.result = this.resultOf(visit);
    }
  }

  resultOf(visit: Visit): StageResult {
    const stage = this.#stageOf(visit);
    if (stage === undefined) throw this.problem();
    return resultFrom(stage);
  }

  /** What the graph asks for and the record does not have. */
  problem(): Error {
    const [visit] = this.#flow.startable();
    const node = visit?.node ?? this.#flow.active[0]?.node ?? '';
    const used = new Set(this.#known.values());
    const left = this.#run.stages.find((stage) => !used.has(stage));
    return left === undefined
      ? workflowErrors.replayExhausted({ node })
      : workflowErrors.replayMismatch({ node, recorded: left.node_id });
  }

  #isLast(visit: Visit): boolean {
    const stage = this.#stageOf(visit);
    if (stage?.status !== 'failed' || this.#run.status !== 'failed') return false;
    const isHandled = nextNodes(this.#flow.graph, visit.node, stage.branch).length > 0;
    return !isHandled && this.#run.pending_nodes[0] === visit.node;
  }

  #stageOf(visit: Visit): Stage | undefined {
    if (!this.#known.has(visit)) this.#known.set(visit, this.#find(visit));
    return this.#known.get(visit);
  }

  #find(visit: Visit): Stage | undefined {
    const { stages, transitions } = this.#run;
    const own = stages.filter((stage) => stage.node_id === visit.node);
    const at = this.#flow.visits.filter((one) => one.node === visit.node).indexOf(visit);
    const stage = own[at];
    if (stage === undefined) return undefined;
    const before = (one: Stage | undefined) => Number(one?.metadata['transitions_before'] ?? 0);
    const led = transitions
      .slice(before(own[at - 1]), before(stage))
      .filter((one) => one.to_node_id === visit.node)
      .map((one) => one.from_node_id ?? '');
    const leads = visit.arrivals.map(({ by }) => by.node);
    return String(led.sort()) === String(leads.sort()) ? stage : undefined;
  }
}

function resultFrom(recorded: Stage): StageResult {
  return {
    status: recorded.status as StageResult['status'],
    outcome: recorded.outcome,
    branch: recorded.branch,
    started_at: recorded.started_at,
    finished_at: recorded.finished_at ?? recorded.started_at,
    visible_text: recorded.visible_text,
    private_reasoning: recorded.private_reasoning,
    transcript: recorded.transcript,
    verification: recorded.verification,
    usage: recorded.usage,
    artifacts: recorded.artifacts as unknown as readonly Artifact[],
    consumed_artifact_ids: recorded.consumed_artifact_ids,
    attempts: recorded.attempts as unknown as readonly StageAttempt[],
    metadata: recorded.metadata as { readonly [key: string]: Json },
    said: [],
  };
}
