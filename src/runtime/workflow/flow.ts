// What may run now: the visits of one execution, from the first ready nodes to the last. It decides by the graph and by
// the ends it is told, never by the clock, and starts nothing itself.
//
// A visit is open while another that is active leads to its node: ways that meet are one visit. A join that asks for
// the first or for a quorum does not wait for more than it needs; those who still lead to it have lost.
import type { Artifact } from '../agent/index.ts';
import { forwardWays, type Leads } from './forward.ts';
import type { WorkflowGraph, WorkflowNode } from './graph.ts';
import { type Arrivals, hasEnough, neededOf, nextNodes } from './ready.ts';
import type { StageResult } from './stage.ts';
import { closeVisit, compareVisits, Visit } from './visit.ts';

/** What an execution begins with. */
export interface FlowStart {
  readonly ready: readonly string[];
  readonly artifacts: readonly Artifact[];
  /** Inputs that came to joins in earlier executions of the same run. */
  readonly arrivals: Arrivals;
  /** How many stages the run has already. */
  readonly stages: number;
}

export class Flow {
  readonly graph: WorkflowGraph;
  readonly start: FlowStart;
  readonly visits: Visit[] = [];
  readonly leads: Leads;
  readonly #first = new Set<Visit>();

  constructor(graph: WorkflowGraph, start: FlowStart) {
    this.graph = graph;
    this.start = start;
    this.leads = forwardWays(graph);
    start.ready.forEach((node, seat) => {
      const visit = this.#add(new Visit(node, seat));
      this.#first.add(visit);
    });
  }

  node(visit: Visit): WorkflowNode {
    return this.graph.nodes[visit.node] as WorkflowNode;
  }

  /** How many inputs have come to a visit. */
  arrived(visit: Visit): number {
    const before = this.#first.has(visit) ? (this.start.arrivals[visit.node] ?? 0) : 0;
    return visit.arrivals.length + before;
  }

  /** The visits that it began with. */
  get first(): readonly Visit[] {
    return [...this.#first];
  }

  get active(): readonly Visit[] {
    return this.visits.filter((visit) => visit.isActive);
  }

  /**
   * Closes what nobody leads to any more. A join that has enough goes ahead if `mayWin` lets it; given are the visits
   * that ran and have lost: they have to be stopped.
   */
  settle(mayWin: (join: Visit) => boolean = () => true): readonly Visit[] {
    const stopped: Visit[] = [];
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (const visit of this.visits) {
        if (visit.state !== 'open') continue;
        const isDecided = this.#isDecided(visit) && mayWin(visit);
        if (!isDecided && this.#isAwaited(visit)) continue;
        this.#close(visit);
        if (isDecided) stopped.push(...this.#lose(visit));
        isChanged = true;
      }
    }
    return stopped;
  }

  /** Joins that have enough and have not gone ahead. */
  decided(): readonly Visit[] {
    return this.visits.filter((visit) => visit.state === 'open' && this.#isDecided(visit));
  }

  /** Visits that may begin, in order. A node runs once at a time. */
  startable(): readonly Visit[] {
    const busy = new Set(this.visits.filter(({ state }) => state === 'running').map(nodeOf));
    const ready = this.visits.filter(({ state }) => state === 'ready').sort(compareVisits);
    return ready.filter(({ node }, i) => {
      return !busy.has(node) && ready.findIndex((other) => other.node === node) === i;
    });
  }

  /** A visit has its result: it leads on. False: it failed, and nothing is made for that. */
  end(visit: Visit, result: StageResult): boolean {
    visit.result = result;
    visit.state = 'done';
    const next = nextNodes(this.graph, visit.node, result.branch);
    next.forEach((node, way) => {
      const open = this.visits.find((one) => one.node === node && one.state === 'open');
      const target = open ?? this.#add(new Visit(node));
      target.arrivals.push({ by: visit, way });
      if (!visit.ways.includes(target)) visit.ways.push(target);
    });
    return result.status !== 'failed' || next.length > 0 || this.#isTolerated(visit);
  }

  /** Visits that are under way or would be next, in order: where a later execution goes on. */
  pending(): readonly string[] {
    const closed = this.active.filter(({ state }) => state !== 'open').sort(compareVisits);
    const open = this.active.filter(({ state }) => state === 'open');
    return [...new Set([...closed, ...open].map(nodeOf))];
  }

  #add(visit: Visit): Visit {
    this.visits.push(visit);
    return visit;
  }

  #isDecided(visit: Visit): boolean {
    const node = this.node(visit);
    return node.kind === 'join' && hasEnough(node, this.arrived(visit));
  }

  #isAwaited(visit: Visit): boolean {
    return this.visits.some(
      (other) => other !== visit && other.isActive && this.leads(other.node, visit.node),
    );
  }

  #close(visit: Visit): void {
    const same = this.visits.filter((other) => other !== visit && other.node === visit.node);
    closeVisit(visit, this.start.stages, (n) => same.some(({ number }) => number === n));
  }

  /** Ends whatever still leads to a join that waits no more. */
  #lose(join: Visit): readonly Visit[] {
    const lost = this.visits.filter(
      (other) => other !== join && other.isActive && this.leads(other.node, join.node),
    );
    const running = lost.filter(({ state }) => state === 'running');
    for (const visit of lost) visit.state = visit.state === 'running' ? 'cancelled' : 'skipped';
    join.losers.push(...lost);
    return running;
  }

  /** Whether a failure ends only its way: so its node says, or a join it leads to can do without it. */
  #isTolerated(visit: Visit): boolean {
    if (this.node(visit)['error_policy'] === 'continue') return true;
    const join = this.#nextJoin(visit.node);
    if (join === undefined) return false;
    const node = this.graph.nodes[join] as WorkflowNode;
    const needed = neededOf(node);
    if (needed === undefined) return false;
    const open = this.visits.find((one) => one.node === join && one.state === 'open');
    const came = open === undefined ? 0 : this.arrived(open);
    const coming = this.graph.edges.filter(({ from, to }) => {
      return to === join && this.active.some(({ node: at }) => at === from || this.leads(at, from));
    });
    return came + coming.length >= needed;
  }

  /** The first join that every way from a node comes to; undefined when some way comes to none. */
  #nextJoin(from: string): string | undefined {
    const seen = new Set<string>();
    const joins = new Set<string>();
    const open = [from];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (id !== from && this.graph.nodes[id]?.kind === 'join') {
        joins.add(id);
        continue;
      }
      open.push(...this.graph.edges.filter((edge) => edge.from === id).map(({ to }) => to));
    }
    const [only] = joins;
    return joins.size === 1 ? only : undefined;
  }
}

const nodeOf = ({ node }: Visit): string => node;
