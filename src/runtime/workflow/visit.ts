// A visit: one time that a workflow comes to a node. Its number follows from what led to it and not from the clock, so
// the ids made from it, what it is shown and where the record has it are the same whatever ran faster.
import type { Artifact } from '../agent/index.ts';
import type { Task } from '../run/index.ts';
import type { StageInput, StageResult } from './stage.ts';

/** One way that led to a visit: who came, and by which of the ways out. */
export interface Arrival {
  readonly by: Visit;
  readonly way: number;
}

/** open: others may still lead here | ready: may start | done and cancelled: has a stage | skipped: never began. */
export type VisitState = 'open' | 'ready' | 'running' | 'done' | 'cancelled' | 'skipped';

export class Visit {
  readonly node: string;
  /** Place among the visits that an execution begins with. */
  readonly seat: number;
  readonly arrivals: Arrival[] = [];
  state: VisitState = 'open';
  /** Stages that it follows, this one included: the n of its stage id. 0 until it is ready. */
  number = 0;
  /** Everything that happened before it. */
  past: ReadonlySet<Visit> = new Set();
  /** Visits that its result led to. */
  readonly ways: Visit[] = [];
  /** Visits that it made superfluous. */
  readonly losers: Visit[] = [];
  result: StageResult | undefined;
  input: StageInput | undefined;
  startedAt = '';
  task: Task | undefined;

  constructor(node: string, seat = 0) {
    this.node = node;
    this.seat = seat;
  }

  get isActive(): boolean {
    return this.state === 'open' || this.state === 'ready' || this.state === 'running';
  }

  /** Whether it has, or will have, a stage in the record. */
  get hasStage(): boolean {
    return this.state === 'done' || this.state === 'cancelled';
  }
}

/** Orders visits by what led to them. A visit comes after all of its past. */
export function compareVisits(a: Visit, b: Visit): number {
  if (a === b) return 0;
  if (a.number !== b.number) return a.number - b.number;
  const [left, right] = [a.arrivals[0], b.arrivals[0]];
  if (left === undefined || right === undefined) {
    return Number(left !== undefined) - Number(right !== undefined) || a.seat - b.seat;
  }
  return (
    compareVisits(left.by, right.by) ||
    left.way - right.way ||
    (a.node < b.node ? -1 : Number(a.node > b.node))
  );
}

/** Settles what a visit follows: no further arrival is part of it. */
export function closeVisit(visit: Visit, stagesBefore: number, isTaken: (n: number) => boolean) {
  const past = new Set<Visit>();
  for (const { by } of visit.arrivals) {
    past.add(by);
    for (const earlier of by.past) past.add(earlier);
  }
  visit.arrivals.sort((a, b) => compareVisits(a.by, b.by) || a.way - b.way);
  visit.past = past;
  let number = stagesBefore + past.size + 1;
  while (isTaken(number)) number += 1;
  visit.number = number;
  visit.state = 'ready';
}

/** What a visit may be shown: what there was at the beginning, and what its past made. */
export function artifactsFor(visit: Visit, given: readonly Artifact[]): readonly Artifact[] {
  const past = [...visit.past].sort(compareVisits);
  return [...given, ...past.flatMap(({ result }) => result?.artifacts ?? [])];
}

/** All visits with a stage as one row: each after its past and after those it made superfluous. */
export function inOrder(visits: readonly Visit[]): readonly Visit[] {
  const sorted = visits.filter((visit) => visit.hasStage).sort(compareVisits);
  if (sorted.every(({ losers }) => losers.length === 0)) return sorted;
  const left = new Set(sorted);
  const waitsFor = (visit: Visit) =>
    [...visit.past, ...visit.losers, ...visit.losers.flatMap((one) => [...one.past])].some(
      (other) => left.has(other),
    );
  const row: Visit[] = [];
  while (left.size > 0) {
    const next = sorted.find((visit) => left.has(visit) && !waitsFor(visit)) ?? [...left][0];
    if (next === undefined) break;
    left.delete(next);
    row.push(next);
  }
  return row;
}
