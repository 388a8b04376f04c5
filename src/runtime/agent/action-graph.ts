// Plans as data: what a planner wrote, in whatever words, as one list of actions with phases and dependencies; the order
// in which they can be done; and the workflow that does them. Pure: the same plan gives the same ids.
import { isJsonObject, type Json, type JsonObject, ownEntry } from '../../base/index.ts';
import { planErrors } from './errors.ts';

/** The phases of a plan, in their order. */
export const ACTION_PHASES = ['research', 'execute', 'verify', 'evaluate'] as const;
export type ActionPhase = (typeof ACTION_PHASES)[number];

/** The most that the tools of an action do. */
export type ToolClass = 'none' | 'read' | 'write' | 'exec';

export type PlannedAction = {
  /** `action-1`, `action-2`, ... in the order they were written. */
  readonly id: string;
  /** What the planner called it. */
  readonly source_id: string;
  readonly title: string;
  readonly description: string;
  readonly phase: ActionPhase;
  readonly tools: readonly string[];
  readonly tool_class: ToolClass;
  /** Ids of actions that must be done before. */
  readonly depends_on: readonly string[];
};

export type ActionPlan = {
  readonly _type: 'action_graph';
  readonly version: 1;
  readonly task: string;
  readonly summary: string;
  readonly actions: readonly PlannedAction[];
  /** What the planner wrote that means nothing here, such as a dependency on an action that there is not. */
  readonly warnings: readonly string[];
  readonly metadata: JsonObject;
};

/** Actions that can be done at one time, of one phase and one class of tools. */
export type ActionBatch = {
  readonly id: string;
  readonly index: number;
  readonly phase: ActionPhase;
  readonly tool_class: ToolClass;
  readonly count: number;
  readonly action_ids: readonly string[];
  readonly actions: readonly PlannedAction[];
};

const LISTS = ['actions', 'steps', 'tasks', 'items', 'plan'] as const;
const DEPENDENCIES = ['depends_on', 'dependsOn', 'dependencies', 'after', 'requires'] as const;

/** Words that planners use for a phase. Everything else is work. */
const PHASE_WORDS: { readonly [word: string]: ActionPhase } = {
  research: 'research',
  inspect: 'research',
  explore: 'research',
  investigate: 'research',
  analysis: 'research',
  analyze: 'research',
  verify: 'verify',
  verification: 'verify',
  test: 'verify',
  check: 'verify',
  qa: 'verify',
  evaluate: 'evaluate',
  evaluation: 'evaluate',
  review: 'evaluate',
};

const CLASS_WORDS: readonly (readonly [ToolClass, RegExp])[] = [
  ['exec', /run|exec|shell|command|bash|terminal|process/i],
  ['write', /edit|write|patch|apply|create|delete|move|rename|scaffold|append/i],
  ['read', /./],
];

/**
 * A plan in normal form. An action of a later phase that names no dependency waits for all of the phase before it that
 * has any. A circle of dependencies is an error.
 */
export function actionGraph(raw: Json, options: JsonObject = {}): ActionPlan {
  if (isJsonObject(raw) && raw['_type'] === 'action_graph') return raw as unknown as ActionPlan;
  const about = isJsonObject(raw) ? raw : {};
  const warnings: string[] = [];
  const drafts = stepsOf(raw).map((step, index) => draftOf(step, index));
  const linked = drafts.map((draft) => withLinks(draft, drafts, warnings));
  refuseCircles(linked);
  const actions = [...linked];
  // One after the other: what one gets decides what another may get without a circle.
  for (const [index, action] of linked.entries()) actions[index] = repaired(action, actions);
  return {
    _type: 'action_graph',
    version: 1,
    task: textOf(options['task']) || textOf(about['task']) || textOf(about['goal']),
    summary: textOf(about['summary']) || textOf(about['rationale']),
    actions,
    warnings,
    metadata: isJsonObject(about['metadata']) ? about['metadata'] : {},
  };
}

/** What can be done when, after the actions (by either id) that are done already. */
export function actionGraphBatches(
  given: Json,
  completed: readonly string[] = [],
): readonly ActionBatch[] {
  const { actions } = actionGraph(given);
  const done = new Set(
    actions
      .filter(({ id, source_id }) => completed.includes(id) || completed.includes(source_id))
      .map(({ id }) => id),
  );
  const batches: ActionBatch[] = [];
  let left = actions.filter(({ id }) => !done.has(id));
  while (left.length > 0) {
    const ready = left.filter(({ depends_on }) => depends_on.every((id) => done.has(id)));
    // A document that was written by hand may still hold a circle.
    if (ready.length === 0) throw planErrors.circle({ ids: left.map(({ id }) => id).join(', ') });
    for (const group of grouped(ready)) batches.push(batchOf(group, batches.length));
    for (const { id } of ready) done.add(id);
    left = left.filter(({ id }) => !done.has(id));
  }
  return batches;
}

/** A plan as markdown for people and prompts: a heading per phase, a line per action. */
export function actionGraphRender(given: Json): string {
  const { task, summary, actions } = actionGraph(given);
  const head = [task === '' ? '' : `# ${task}`, summary].filter((line) => line !== '');
  const phases = ACTION_PHASES.flatMap((phase) => {
    const own = actions.filter((action) => action.phase === phase);
    return own.length === 0 ? [] : [`## ${phase.toUpperCase()}`, ...own.map(lineOf)];
  });
  return [...head, ...phases].join('\n');
}

/**
 * The workflow of a plan: one stage per batch, in order, then the check and the evaluation that `config` has and the
 * plan has not. `config` gives the fields of the nodes by phase.
 */
export function actionGraphFlow(given: Json, config: JsonObject = {}): JsonObject {
  const graph = actionGraph(given);
  const batches = actionGraphBatches(given);
  const nodes: { [id: string]: Json } = {};
  for (const batch of batches) {
    nodes[`${batch.id}_${batch.phase}`] = batchNode(batch, objectOf(config[batch.phase]));
  }
  for (const phase of ['verify', 'evaluate'] as const) {
    const own = config[phase];
    if (!isJsonObject(own) || batches.some((batch) => batch.phase === phase)) continue;
    nodes[phase] = phase === 'verify' ? verifyNode(own) : { kind: 'stage', mode: 'llm', ...own };
  }
  const ids = Object.keys(nodes);
  if (ids.length === 0) throw planErrors.empty({});
  const edges = ids.slice(1).map((to, index) => ({ from: ids[index] as string, to }));
  const name = textOf(config['name']);
  return {
    name: name === '' ? 'action_graph' : name,
    entry: ids[0] as string,
    nodes,
    edges,
    metadata: {
      task: graph.task,
      batches: batches.map(({ id, action_ids }) => ({ id, action_ids })),
    },
  };
}

function stepsOf(raw: Json): readonly Json[] {
  if (Array.isArray(raw)) return raw as readonly Json[];
  const about = objectOf(raw);
  for (const list of LISTS) {
    const found = about[list];
    if (Array.isArray(found)) return found as readonly Json[];
    if (isJsonObject(found)) return stepsOf(found);
  }
  throw planErrors.noSteps({});
}

interface Draft {
  readonly action: PlannedAction;
  readonly wants: readonly string[];
}

function draftOf(step: Json, index: number): Draft {
  const id = `action-${index + 1}`;
  const about = isJsonObject(step) ? step : { title: textOf(step) };
  const title = ['title', 'name', 'content', 'task', 'description'].map((key) =>
    textOf(about[key]),
  );
  const shown = title.find((text) => text !== '');
  if (shown === undefined) throw planErrors.noTitle({ index: index + 1 });
  const tools = namesOf(about['tools'] ?? about['tool']);
  const description = textOf(about['description']) || textOf(about['details']);
  return {
    action: {
      id,
      source_id: textOf(about['id']) || id,
      title: shown,
      description: description === shown ? '' : description,
      phase: phaseOf(about),
      tools,
      tool_class: classOf(tools),
      depends_on: [],
    },
    wants: DEPENDENCIES.flatMap((key) => namesOf(about[key])),
  };
}

function phaseOf(step: JsonObject): ActionPhase {
  for (const key of ['phase', 'kind', 'type']) {
    const found = ownEntry(PHASE_WORDS, textOf(step[key]).toLowerCase());
    if (found !== undefined) return found;
  }
  return 'execute';
}

function classOf(tools: readonly string[]): ToolClass {
  if (tools.length === 0) return 'none';
  for (const [name, words] of CLASS_WORDS) {
    if (tools.some((tool) => words.test(tool))) return name;
  }
  return 'read';
}

/** With its dependencies by id. */
function withLinks(
  { action, wants }: Draft,
  drafts: readonly Draft[],
  warnings: string[],
): PlannedAction {
  const ids = wants.flatMap((want) => {
    const found = drafts.find(
      ({ action: other }) => other.source_id === want || other.id === want || other.title === want,
    );
    if (found !== undefined) return [found.action.id];
    warnings.push(`${action.id} depends on "${want}", which is not part of the plan`);
    return [];
  });
  return { ...action, depends_on: [...new Set(ids)] };
}

/** With the dependencies that follow from the phases. */
function repaired(action: PlannedAction, all: readonly PlannedAction[]): PlannedAction {
  if (action.depends_on.length > 0) return action;
  const place = ACTION_PHASES.indexOf(action.phase);
  for (let earlier = place - 1; earlier >= 0; earlier -= 1) {
    const before = all.filter(({ phase }) => phase === ACTION_PHASES[earlier]);
    const free = before.filter((other) => !reaches(other, action.id, all));
    if (free.length > 0) return { ...action, depends_on: free.map(({ id }) => id) };
  }
  return action;
}

/** Whether an action depends on another one, directly or not. */
function reaches(from: PlannedAction, target: string, all: readonly PlannedAction[]): boolean {
  const seen = new Set<string>();
  const visit = (id: string): boolean => {
    if (id === target) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return (all.find((one) => one.id === id)?.depends_on ?? []).some(visit);
  };
  return from.depends_on.some(visit);
}

function refuseCircles(actions: readonly PlannedAction[]): void {
  const round = actions.filter((action) => reaches(action, action.id, actions));
  if (round.length === 0) return;
  throw planErrors.circle({ ids: round.map(({ source_id }) => source_id).join(', ') });
}

const CLASSES: readonly ToolClass[] = ['none', 'read', 'write', 'exec'];

/** By phase, then by class of tools. */
function grouped(ready: readonly PlannedAction[]): readonly (readonly PlannedAction[])[] {
  return ACTION_PHASES.flatMap((phase) =>
    CLASSES.map((name) =>
      ready.filter((action) => action.phase === phase && action.tool_class === name),
    ),
  ).filter((group) => group.length > 0);
}

function batchOf(actions: readonly PlannedAction[], index: number): ActionBatch {
  const [first] = actions as readonly [PlannedAction];
  return {
    id: `batch_${index + 1}`,
    index,
    phase: first.phase,
    tool_class: first.tool_class,
    count: actions.length,
    action_ids: actions.map(({ id }) => id),
    actions,
  };
}

function batchNode(batch: ActionBatch, config: JsonObject): JsonObject {
  const lines = batch.actions.map((action) => lineOf(action)).join('\n');
  const own = textOf(config['prompt']);
  const prompt = `${own === '' ? '' : `${own}\n\n`}Do these actions of the plan:\n${lines}`;
  const metadata = { ...objectOf(config['metadata']), batch: batch.id, actions: batch.action_ids };
  const base =
    batch.phase === 'verify' ? verifyNode(config) : { kind: 'stage', mode: 'llm', ...config };
  return {
    ...base,
    task_label: config['task_label'] ?? `Batch ${batch.index + 1}`,
    prompt,
    metadata,
  };
}

/** Fields of a node that asks a model; the others of a check are the check. */
const NODE_FIELDS: readonly string[] = [
  ...['mode', 'model_policy', 'prompt', 'system', 'tools', 'retry_policy', 'metadata', 'kind'],
  ...['task_label', 'context_policy', 'output_contract', 'verify'],
];

function verifyNode(config: JsonObject): JsonObject {
  const isField = ([key]: readonly [string, Json]) => NODE_FIELDS.includes(key);
  const node = Object.fromEntries(Object.entries(config).filter(isField));
  const check = Object.fromEntries(Object.entries(config).filter((each) => !isField(each)));
  const verify = Object.keys(check).length === 0 ? {} : { verify: check };
  return { ...verify, ...node, kind: 'verify' };
}

function lineOf({ id, title, description, tools, depends_on }: PlannedAction): string {
  const facts = [
    ...(tools.length === 0 ? [] : [`tools: ${tools.join(', ')}`]),
    ...(depends_on.length === 0 ? [] : [`depends on: ${depends_on.join(', ')}`]),
  ];
  const what = description === '' ? title : `${title}: ${description}`;
  return `- ${id} ${what}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`;
}

function namesOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[])
    .map((one) => (isJsonObject(one) ? textOf(one['name'] ?? one['id']) : textOf(one)))
    .filter((name) => name !== '');
}

function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : '';
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
