// What a worker is started with: parsed once, at the edge. Texts of refusals are those of the language.
import {
  dataText,
  isJsonObject,
  type Json,
  type JsonObject,
  nearestName,
} from '../../base/index.ts';
import { parseResumeConditions } from './suspend-conditions.ts';
import { workerErrors } from './worker-errors.ts';

/** How a body is found again: the mode names its kind, the rest is the kind's own. */
export type WorkerConfig = { readonly mode: string; readonly [key: string]: Json };

export type TranscriptMode = 'inherit' | 'fork' | 'reset' | 'compact';

/** What goes with a worker from one piece of work to the next. */
export type CarryPolicy = {
  readonly artifact_mode: string;
  readonly transcript_mode: TranscriptMode;
  readonly context_policy: Json;
  readonly resume_workflow: boolean;
  readonly persist_state: boolean;
  readonly retriggerable: boolean;
  readonly policy: Json;
  /** The snapshot file is written at every change, not only when the worker rests. */
  readonly snapshot_file?: true;
};

/** A parsed call of `spawn_agent`. */
export interface SpawnRequest {
  readonly name: string;
  readonly task: string;
  readonly wait: boolean;
  readonly config: WorkerConfig;
  readonly carry: CarryPolicy;
  readonly request: JsonObject;
  readonly execution: JsonObject;
  readonly audit: JsonObject;
  /** Born parked until these come true. */
  readonly resumeWhen: Json;
  /** Names of the only tools it may use; undefined: those of its parent. */
  readonly tools: readonly string[] | undefined;
  readonly policy: Json;
  /** Capabilities that its effects do not have. */
  readonly without: readonly string[];
  readonly tokenBudget: number | undefined;
  /** Set for stages that a workflow delegates. */
  readonly parentWorkerId: string | null;
  readonly parentStageId: string | null;
}

/** Parses the config of `spawn_agent`. `hasBody`: a function was given to run instead of a graph or node. */
export function parseSpawn(given: Json | undefined, hasBody: boolean): SpawnRequest {
  if (given === undefined || given === null) throw refuse('spawn_agent: missing config');
  if (!isJsonObject(given)) throw refuse('spawn_agent: config must be a dict');
  const task = textOf(given['task']);
  if (task.trim() === '') throw refuse('spawn_agent: config.task is required');
  const config = configOf(given, hasBody);
  const options = objectOf(given['options']);
  return {
    name: nameOf(given['name'], 'worker'),
    task,
    wait: given['wait'] === true,
    config,
    carry: parseCarry(given['carry']),
    request: requestOf(task, given, config),
    execution: executionOf(given['execution']),
    audit: objectOf(given['audit'], 'worker audit parse error: expected dict'),
    resumeWhen: parseResumeConditions(options['resume_when'] ?? null),
    tools: toolsOf(given),
    policy: policyOf(given),
    without: stringsOf(given['without'], 'spawn_agent: without must be a list of strings') ?? [],
    tokenBudget: budgetOf(given['token_budget'] ?? options['token_budget']),
    parentWorkerId: idOf(given['parent_worker_id']),
    parentStageId: idOf(given['parent_stage_id']),
  };
}

/** What is left for the workflow: what is the worker's own is not an option of its execution. */
function executionOptions(options: JsonObject): JsonObject {
  const own: ReadonlySet<string> = new Set(['resume_when', ...REQUEST_KEYS]);
  return Object.fromEntries(Object.entries(options).filter(([key]) => !own.has(key)));
}

function configOf(given: JsonObject, hasBody: boolean): WorkerConfig {
  if (hasBody) return { mode: 'function' };
  const options = objectOf(given['options']);
  const artifacts = listOf(given['artifacts']);
  if (given['graph'] !== undefined && given['graph'] !== null) {
    return {
      mode: 'workflow',
      graph: given['graph'],
      artifacts,
      options: executionOptions(options),
    };
  }
  if (given['node'] !== undefined && given['node'] !== null) {
    const { permissions } = given;
    const node = objectOf(given['node']);
    const modelPolicy = objectOf(node['model_policy']);
    const governed =
      permissions === undefined ? node : { ...node, model_policy: { ...modelPolicy, permissions } };
    const transcript = given['transcript'] ?? null;
    return { mode: 'stage', node: governed, artifacts, transcript };
  }
  const mode = given['mode'];
  if (typeof mode === 'string') return { ...objectOf(given['config']), mode };
  throw refuse('spawn_agent: config requires either graph or node');
}

const CARRY_KEYS: readonly string[] = [
  ...['transcript_mode', 'transcript', 'artifact_mode', 'artifacts', 'context_policy'],
  ...['resume_workflow', 'persist_state', 'retriggerable', 'policy', 'snapshot_file'],
];

const TRANSCRIPT_MODES: readonly string[] = ['inherit', 'fork', 'reset', 'compact'];

/** Parses `carry`: a dict, or nothing. */
export function parseCarry(given: Json | undefined): CarryPolicy {
  const carry = objectOf(given);
  const stray = Object.keys(carry).find((key) => !CARRY_KEYS.includes(key));
  if (stray !== undefined) {
    const meant = nearestName(stray, CARRY_KEYS, 2);
    const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
    throw refuse(`spawn_agent: carry has no field \`${stray}\`${hint}`);
  }
  const transcript = carry['transcript_mode'] ?? carry['transcript'] ?? null;
  const asked = isJsonObject(transcript) ? (transcript['mode'] ?? null) : transcript;
  const mode = asked === null || asked === '' ? 'inherit' : textOf(asked);
  if (!TRANSCRIPT_MODES.includes(mode)) {
    throw refuse(
      `spawn_agent: carry.transcript_mode must be one of inherit, fork, reset, compact; got \`${mode}\``,
    );
  }
  const artifacts = carry['artifact_mode'] ?? carry['artifacts'] ?? null;
  return {
    artifact_mode: typeof artifacts === 'string' && artifacts !== '' ? artifacts : 'inherit',
    transcript_mode: mode as TranscriptMode,
    context_policy: carry['context_policy'] ?? (isJsonObject(artifacts) ? artifacts : null),
    resume_workflow: carry['resume_workflow'] !== false,
    persist_state: carry['persist_state'] !== false,
    retriggerable: carry['retriggerable'] === true,
    policy: carry['policy'] ?? null,
    ...(carry['snapshot_file'] === true ? { snapshot_file: true } : {}),
  };
}

/** What describes a request besides its task, under all its names. */
export const REQUEST_KEYS: readonly string[] = [
  'request',
  'research_questions',
  'questions',
  'action_items',
  'actions',
  'workflow_stages',
  'stages',
  'verification_steps',
  'verification',
];

/** What was asked, kept as it was: payload, questions, items, stages, steps. */
export function requestOf(task: string, given: JsonObject, config: WorkerConfig): JsonObject {
  const source = detailsOf(given, config);
  const pick = (...names: readonly string[]) => {
    for (const name of names) if (Array.isArray(source[name])) return source[name] as Json;
    return [];
  };
  const lists: { [name: string]: Json } = {
    research_questions: pick('research_questions', 'questions'),
    action_items: pick('action_items', 'actions'),
    workflow_stages: pick('workflow_stages', 'stages'),
    verification_steps: pick('verification_steps', 'verification'),
  };
  const filled = Object.entries(lists).filter(([, list]) => (list as readonly Json[]).length > 0);
  const payload = source['request'] ?? (filled.length === 0 ? null : Object.fromEntries(filled));
  const system = source['system'] ?? objectOf(config['node'])['system'] ?? null;
  return { task, system, payload, ...lists };
}

function detailsOf(given: JsonObject, config: WorkerConfig): JsonObject {
  if (config.mode === 'stage') return objectOf(objectOf(config['node'])['metadata']);
  if (config.mode === 'workflow') {
    const metadata = objectOf(objectOf(config['graph'])['metadata']);
    return { ...metadata, ...objectOf(config['options']) };
  }
  return given;
}

/** Checks `{cwd, env, worktree}`; other keys are refused. */
export function executionOf(given: Json | undefined): JsonObject {
  if (given === undefined || given === null) return {};
  if (!isJsonObject(given)) throw badExecution('expected dict');
  for (const [key, value] of Object.entries(given)) {
    if (!['cwd', 'env', 'worktree'].includes(key)) throw badExecution(`unknown field ${key}`);
    if (value === null) continue;
    if (key === 'cwd' && typeof value !== 'string') throw badExecution('cwd: expected string');
    if (key === 'env') checkEnv(value);
    if (key === 'worktree') checkWorktree(value);
  }
  return given;
}

function checkEnv(env: Json): void {
  if (!isJsonObject(env)) throw badExecution('env: expected dict');
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== 'string') throw badExecution(`env.${name}: expected string`);
  }
}

const WORKTREE_KEYS: readonly string[] = ['repo', 'path', 'branch', 'base_ref', 'cleanup'];

function checkWorktree(worktree: Json): void {
  if (!isJsonObject(worktree)) throw badExecution('worktree: expected dict');
  for (const [key, value] of Object.entries(worktree)) {
    if (!WORKTREE_KEYS.includes(key)) throw badExecution(`worktree: unknown field ${key}`);
    if (value !== null && typeof value !== 'string')
      throw badExecution(`worktree.${key}: expected string`);
  }
  const repo = worktree['repo'];
  if (typeof repo !== 'string' || repo.trim() === '') throw workerErrors.worktreeRepo({});
}

function badExecution(problem: string) {
  return workerErrors.badConfig({ problem: `worker execution parse error: ${problem}` });
}

function toolsOf(given: JsonObject): readonly string[] | undefined {
  const tools = objectOf(given['carry'])['tools'] ?? given['tools'];
  const shape = 'spawn_agent: tools shorthand must be a list of strings';
  const names = stringsOf(tools, shape)?.map((name) => name.trim());
  if (names === undefined) return undefined;
  const unique = [...new Set(names.filter((name) => name !== ''))];
  if (unique.length === 0) {
    throw refuse('spawn_agent: tools shorthand must include at least one tool name');
  }
  return unique;
}

function policyOf(given: JsonObject): Json {
  const policy = objectOf(given['carry'])['policy'] ?? given['policy'] ?? null;
  if (policy !== null && !isJsonObject(policy)) {
    throw refuse('spawn_agent: policy parse error: expected dict');
  }
  return policy;
}

function idOf(given: Json | undefined): string | null {
  return typeof given === 'string' && given !== '' ? given : null;
}

function budgetOf(given: Json | undefined): number | undefined {
  return typeof given === 'number' && Number.isInteger(given) && given >= 0 ? given : undefined;
}

function stringsOf(given: Json | undefined, problem: string): readonly string[] | undefined {
  if (given === undefined || given === null) return undefined;
  const isList = Array.isArray(given) && given.every((name) => typeof name === 'string');
  if (!isList) throw refuse(problem);
  return given as readonly string[];
}

/** A dict, or an empty one for nothing; with `problem` anything else is refused. */
export function objectOf(given: Json | undefined, problem?: string): JsonObject {
  if (isJsonObject(given)) return given;
  if (problem !== undefined && given !== undefined && given !== null) throw refuse(problem);
  return {};
}

function listOf(given: Json | undefined): readonly Json[] {
  return Array.isArray(given) ? (given as readonly Json[]) : [];
}

function nameOf(given: Json | undefined, fallback: string): string {
  const name = given === undefined || given === null ? '' : textOf(given).trim();
  return name === '' ? fallback : name;
}

/** Text as it is, everything else as compact JSON; nothing is empty text. */
export function textOf(given: Json | undefined): string {
  if (given === undefined || given === null) return '';
  return dataText(given);
}

function refuse(problem: string) {
  return workerErrors.badConfig({ problem });
}
