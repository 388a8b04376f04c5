// What is different between two runs. Stages are told apart by node and visit, never by ids that hold the run's id, and
// paths count relative to the run, so two runs that did the same are identical wherever they were saved.
import { canonicalJson, type Json, type JsonObject, ownEntry } from '../../base/index.ts';
import type { StageRecord, ToolCallRecord } from './record-parts.ts';
import { documentJson, type RunDocument } from './run-document.ts';
import { fieldAt, listAt, textAt } from './shape.ts';

export type StageDiff = {
  readonly node_id: string;
  /** Which visit of the node, from 1. */
  readonly visit: number;
  readonly change: 'added' | 'removed' | 'changed';
  readonly details: readonly string[];
};

export type ToolDiff = {
  readonly tool_name: string;
  readonly args_hash: string;
  readonly result_changed: boolean;
  readonly left_result: string | null;
  readonly right_result: string | null;
};

export type SectionDiff = {
  readonly section: string;
  readonly label: string;
  readonly details: readonly string[];
};

/** Everything that is different; `identical` when nothing is. */
export type RunDiff = {
  readonly left_run_id: string;
  readonly right_run_id: string;
  readonly identical: boolean;
  readonly status_changed: boolean;
  readonly left_status: string;
  readonly right_status: string;
  readonly stage_diffs: readonly StageDiff[];
  readonly tool_diffs: readonly ToolDiff[];
  readonly observability_diffs: readonly SectionDiff[];
  /** Results, receipts, effects, children, questions, handoffs and metrics. */
  readonly outcome_diffs: readonly SectionDiff[];
  readonly transition_count_delta: number;
  readonly artifact_count_delta: number;
  readonly checkpoint_count_delta: number;
};

/** Compares two records; deltas are right minus left. */
export function diffRuns(left: RunDocument, right: RunDocument): RunDiff {
  const parts = {
    status_changed: left.status !== right.status,
    stage_diffs: stageDiffs(left, right),
    tool_diffs: toolDiffs(left.tool_recordings, right.tool_recordings),
    observability_diffs: observabilityDiffs(left, right),
    outcome_diffs: outcomeDiffs(left, right),
    transition_count_delta: right.transitions.length - left.transitions.length,
    artifact_count_delta: right.artifacts.length - left.artifacts.length,
    checkpoint_count_delta: right.checkpoints.length - left.checkpoints.length,
  };
  return {
    left_run_id: left.id,
    right_run_id: right.id,
    identical: Object.values(parts).every(isNothing),
    left_status: left.status,
    right_status: right.status,
    ...parts,
  };
}

/** A difference as lines for people; none when the runs are identical. */
export function diffLines(diff: RunDiff): readonly string[] {
  const lines: string[] = [];
  if (diff.status_changed) lines.push(`status: ${diff.left_status} -> ${diff.right_status}`);
  for (const { node_id, visit, change, details } of diff.stage_diffs) {
    const which = visit === 1 ? node_id : `${node_id} (visit ${visit})`;
    lines.push(`stage ${which} ${change}`, ...details.map((detail) => `  ${detail}`));
  }
  for (const { tool_name, args_hash, left_result, right_result } of diff.tool_diffs) {
    const change = left_result === null ? 'added' : right_result === null ? 'removed' : 'changed';
    lines.push(`tool ${tool_name} [${args_hash}] ${change}`);
  }
  for (const { section, label, details } of [...diff.outcome_diffs, ...diff.observability_diffs]) {
    lines.push(`${section} ${label}`, ...details.map((detail) => `  ${detail}`));
  }
  const deltas: [string, number][] = [
    ['transitions', diff.transition_count_delta],
    ['artifacts', diff.artifact_count_delta],
    ['checkpoints', diff.checkpoint_count_delta],
  ];
  for (const [what, delta] of deltas) {
    if (delta !== 0) lines.push(`${what}: ${delta > 0 ? '+' : ''}${delta}`);
  }
  return lines;
}

function isNothing(part: boolean | number | readonly unknown[]): boolean {
  return typeof part === 'object' ? part.length === 0 : part === 0 || part === false;
}

/** Things by their name and how often it came before. */
function byVisit<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T> {
  const seen = new Map<string, number>();
  const out = new Map<string, T>();
  for (const item of items) {
    const name = nameOf(item);
    const visit = (seen.get(name) ?? 0) + 1;
    seen.set(name, visit);
    out.set(`${visit} ${name}`, item);
  }
  return out;
}

function pairs<T>(
  left: ReadonlyMap<string, T>,
  right: ReadonlyMap<string, T>,
): readonly (readonly [string, T | undefined, T | undefined])[] {
  const keys = [...left.keys(), ...[...right.keys()].filter((key) => !left.has(key))];
  return keys.map((key) => [key, left.get(key), right.get(key)] as const);
}

function stageDiffs(left: RunDocument, right: RunDocument): readonly StageDiff[] {
  const nodeOf = (stage: StageRecord) => stage.node_id;
  return pairs(byVisit(left.stages, nodeOf), byVisit(right.stages, nodeOf)).flatMap(
    ([key, a, b]): StageDiff[] => {
      const at = key.indexOf(' ');
      const head = { node_id: key.slice(at + 1), visit: Number(key.slice(0, at)) };
      if (a === undefined) return [{ ...head, change: 'added', details: [] }];
      if (b === undefined) return [{ ...head, change: 'removed', details: [] }];
      const details = changes(stageFacts(a), stageFacts(b));
      return details.length === 0 ? [] : [{ ...head, change: 'changed', details }];
    },
  );
}

function stageFacts(stage: StageRecord): JsonObject {
  return {
    status: stage.status,
    outcome: stage.outcome,
    branch: stage.branch,
    'produced artifacts': stage.produced_artifact_ids.length,
    artifacts: stage.artifacts.length,
  };
}

/** `what: left -> right` for every fact that is different. */
function changes(left: JsonObject, right: JsonObject): readonly string[] {
  return pairs(new Map(Object.entries(left)), new Map(Object.entries(right)))
    .filter(([, a, b]) => canonicalJson(a ?? null) !== canonicalJson(b ?? null))
    .map(([what, a, b]) => `${what}: ${shown(a)} -> ${shown(b)}`);
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 160 ? text : `${Array.from(text).slice(0, 157).join('')}...`;
}

function toolDiffs(
  left: readonly ToolCallRecord[],
  right: readonly ToolCallRecord[],
): readonly ToolDiff[] {
  const keyOf = ({ tool_name, args_hash }: ToolCallRecord) => `${tool_name} ${args_hash}`;
  return pairs(byVisit(left, keyOf), byVisit(right, keyOf)).flatMap(([, a, b]): ToolDiff[] => {
    const call = a ?? b;
    if (call === undefined || a?.result === b?.result) return [];
    const { tool_name, args_hash } = call;
    const result_changed = a !== undefined && b !== undefined;
    const results = { left_result: a?.result ?? null, right_result: b?.result ?? null };
    return [{ tool_name, args_hash, result_changed, ...results }];
  });
}

const IDS = new Set([
  'id',
  'stage_id',
  'transcript_id',
  'run_id',
  'run_path',
  'worker_id',
  'parent_stage_id',
  'session_id',
  'parent_session_id',
  'snapshot_path',
  'daemon_id',
  'timestamp',
]);

/** Lists of the observability block: the section's name, and what two runs may rightly differ in. */
const SECTIONS: readonly (readonly [list: string, section: string])[] = [
  ['worker_lineage', 'worker_lineage'],
  ['planner_rounds', 'planner_rounds'],
  ['transcript_pointers', 'transcript_pointers'],
  ['compaction_events', 'compaction_events'],
  ['daemon_events', 'daemon_events'],
  ['verification_outcomes', 'verification'],
];

function observabilityDiffs(left: RunDocument, right: RunDocument): readonly SectionDiff[] {
  const [a, b] = [left, right].map((run) => (run.observability ?? null) as Json);
  const diffs = SECTIONS.flatMap(([list, section]) =>
    listDiffs(section, itemsOf(left, thingsAt(a, list)), itemsOf(right, thingsAt(b, list))),
  );
  const shape = (block: Json | undefined) =>
    `${listAt(block, 'action_graph_nodes').length}/${listAt(block, 'action_graph_edges').length}`;
  if (shape(a) === shape(b)) return diffs;
  const details = [`nodes/edges: ${shape(a)} -> ${shape(b)}`];
  return [...diffs, { section: 'action_graph', label: 'shape', details }];
}

/** Items of a list; where a transcript would be if there were one is not among them. */
function thingsAt(block: Json | undefined, list: string): readonly Json[] {
  const items = listAt(block, list);
  if (list !== 'transcript_pointers') return items;
  return items.filter((item) => fieldAt(item, 'available') === true);
}

function itemsOf(run: RunDocument, items: readonly Json[]): Map<string, JsonObject> {
  const labelOf = (item: Json) =>
    textAt(item, 'node_id') ||
    textAt(item, 'worker_name') ||
    textAt(item, 'location') ||
    textAt(item, 'name') ||
    textAt(item, 'kind');
  const named = byVisit(items, labelOf);
  return new Map([...named].map(([key, item]) => [key, withoutIdentity(run, item)]));
}

/** The item without ids of its run, and with paths as seen from it. */
function withoutIdentity(run: RunDocument, item: Json): JsonObject {
  const out: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(item as JsonObject)) {
    if (IDS.has(name)) continue;
    out[name] = typeof value === 'string' ? relativeTo(run, value) : value;
  }
  return out;
}

function relativeTo({ persisted_path, id }: RunDocument, text: string): string {
  const stem = persisted_path?.replace(/\.[^./]*$/, '') ?? '';
  const from = stem === '' ? text : text.replaceAll(stem, '<run>');
  return id === '' ? from : from.replaceAll(id, '<run>');
}

function listDiffs(
  section: string,
  left: ReadonlyMap<string, JsonObject>,
  right: ReadonlyMap<string, JsonObject>,
): readonly SectionDiff[] {
  return pairs(left, right).flatMap(([key, a, b]): SectionDiff[] => {
    const label = key.slice(key.indexOf(' ') + 1);
    if (a === undefined) return [{ section, label, details: ['added'] }];
    if (b === undefined) return [{ section, label, details: ['removed'] }];
    const details = changes(a, b);
    return details.length === 0 ? [] : [{ section, label, details }];
  });
}

/** What a run came to, by any writer. Fields that neither record has say nothing. */
function outcomeDiffs(left: RunDocument, right: RunDocument): readonly SectionDiff[] {
  const sections: readonly (readonly [string, (run: RunDocument) => JsonObject])[] = [
    ['result', resultFacts],
    ['receipt', receiptFacts],
    ['effects', (run) => (fieldAt(documentJson(run), 'effects') ?? {}) as JsonObject],
    ['child_runs', (run) => countsBy(run.child_runs.map((c) => `${c.worker_name} ${c.status}`))],
    ['questions', (run) => countsBy(run.hitl_questions.map(({ prompt }) => prompt))],
    ['handoffs', (run) => countsBy(run.handoffs.map(handoffKey))],
    ['metrics', metricFacts],
  ];
  return sections.flatMap(([section, facts]): SectionDiff[] => {
    const details = changes(facts(left), facts(right));
    return details.length === 0 ? [] : [{ section, label: 'changed', details }];
  });
}

/** What was noted, each by its name and how often that was noted before. */
function metricFacts({ metrics = [] }: RunDocument): JsonObject {
  const seen = new Map<string, number>();
  const facts = metrics.map(({ name, value }): [string, Json] => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return [nth === 1 ? name : `${name} #${nth}`, comparable(value)];
  });
  return Object.fromEntries(facts);
}

function resultFacts(run: RunDocument): JsonObject {
  const whole = documentJson(run);
  const error = fieldAt(whole, 'error');
  return {
    returned: comparable(fieldAt(whole, 'returned') ?? null),
    final: comparable(fieldAt(whole, 'final') ?? null),
    error: textAt(error, 'code') || null,
    message: textAt(error, 'message') || null,
  };
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** Receipts of the lifecycle, which two runs get each with its own ids and times. */
const RECEIPTS: ReadonlySet<string> = new Set(['spawn_settlement_agent', 'handoff_to']);

/** A result with its ids numbered in order of appearance: which ones they are is chance. */
function comparable(value: Json): Json {
  if (RECEIPTS.has(textAt(value, 'method'))) {
    return { method: textAt(value, 'method'), status: fieldAt(value, 'status') ?? null };
  }
  const text = JSON.stringify(value);
  if (text.search(UUID) === -1) return value;
  const ids = new Map<string, string>();
  const numbered = text.replaceAll(UUID, (id) => {
    if (!ids.has(id)) ids.set(id, `<id ${ids.size + 1}>`);
    return ids.get(id) as string;
  });
  return JSON.parse(numbered) as Json;
}

function receiptFacts(run: RunDocument): JsonObject {
  const receipt = fieldAt(documentJson(run), 'receipt');
  const items = listAt(receipt, 'items').map(
    (item) =>
      `${textAt(item, 'bucket')} ${textAt(item, 'disposition')} by ${textAt(item, 'decided_by')}`,
  );
  return { status: textAt(receipt, 'status') || null, ...countsBy(items) };
}

function handoffKey({
  source_persona,
  target_persona_or_human: target,
}: RunDocument['handoffs'][number]): string {
  return `${source_persona} to ${target.label ?? target.id ?? target.kind}`;
}

function countsBy(names: readonly string[]): JsonObject {
  const counts: { [name: string]: number } = {};
  for (const name of names) counts[name] = (ownEntry(counts, name) ?? 0) + 1;
  return counts;
}
