// From what a journal folds to, to a record in the published shape, with the facts that other topics hold about the
// same run: its children's states and its handoffs. Nothing is made up; what has no source stays empty.
import type { Json } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { type HandoffRow, listHandoffs } from '../lifecycle/index.ts';
import { listRuns, type RunRecord, type RunRow, timestamp } from '../run/index.ts';
import { mergeChildren } from './merge.ts';
import { daemonEventShape, observabilityShape } from './observability-shape.ts';
import { type ChildRecord, childShape, type HandoffRecord, handoffShape } from './record-parts.ts';
import { type RunDocument, readDocument } from './run-document.ts';
import { emptyOf } from './shape.ts';

/** Facts about a run that are not in its journal. */
export interface RunFacts {
  readonly children: readonly RunRow[];
  readonly handoffs: readonly HandoffRow[];
}

const NOTHING: RunFacts = { children: [], handoffs: [] };
const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

/** Collects the facts. */
export async function factsOf(store: Store, runId: string): Promise<RunFacts> {
  return {
    children: await listRuns(store, { parent: runId, limit: 10_000 }),
    handoffs: await listHandoffs(store, { runId, limit: 10_000 }),
  };
}

/** The record of a run of this runtime. */
export function documentOf(record: RunRecord, facts: RunFacts = NOTHING): RunDocument {
  const { child_runs, daemon_events: daemons = [], ...rest } = record;
  const read = readDocument(rest as unknown as Json);
  const run = withDaemons(read, daemons as readonly Json[]);
  const started = child_runs.map((child) => ({
    ...emptyOf(childShape),
    worker_id: child.run_id,
    worker_name: child.pipeline,
    started_at: child.started_at,
    run_id: child.run_id,
  }));
  const seen = facts.children.map(childOfRow);
  return {
    ...run,
    // Where both know a child, the row knows how it is now.
    child_runs: mergeChildren(seen, started),
    handoffs: facts.handoffs.map(handoffOfRow),
  };
}

/** Daemon events stand where other writers have them from a file beside the record. */
function withDaemons(run: RunDocument, given: readonly Json[]): RunDocument {
  if (given.length === 0) return run;
  const daemon_events = given.map((event) => daemonEventShape(event, ''));
  return { ...run, observability: { ...emptyOf(observabilityShape), daemon_events } };
}

function childOfRow(row: RunRow): ChildRecord {
  return {
    ...emptyOf(childShape),
    worker_id: row.run_id,
    worker_name: row.pipeline,
    status: row.status,
    started_at: timestamp(row.started_ms),
    finished_at: ENDED.has(row.status) ? timestamp(row.updated_ms) : null,
    run_id: row.run_id,
  };
}

function handoffOfRow(row: HandoffRow): HandoffRecord {
  const { target_pipeline: target } = row;
  return {
    ...emptyOf(handoffShape),
    id: row.handoff_id,
    parent_run_id: row.run_id,
    source_persona: row.origin_pipeline ?? '',
    target_persona_or_human: { kind: 'persona', id: target, label: target },
    task: row.envelope_id,
    reason: row.reason ?? '',
    created_at: timestamp(row.queued_at_ms),
    metadata: { status: row.status, payload: row.payload, child_run_id: row.child_run_id },
  };
}
