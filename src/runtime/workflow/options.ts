// The options of workflow_execute, read once. Names that nobody knows are refused.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { executionOf } from '../work/index.ts';
import { workflowErrors } from './errors.ts';

/** How many stages, and how many items of a map, run beside each other when nobody says. */
export const DEFAULT_PARALLEL = 8;

export interface ExecuteOptions {
  readonly maxSteps: number | undefined;
  /** How many stages run beside each other at most. */
  readonly maxParallel: number;
  /** Tokens that all stages of this execution may use together. */
  readonly tokenBudget: number | undefined;
  readonly persistPath: string | undefined;
  readonly resumePath: string | undefined;
  readonly resumeRun: Json;
  readonly replayPath: string | undefined;
  readonly replayRun: Json;
  readonly replayMode: 'deterministic' | null;
  readonly parentRunId: string | null;
  readonly rootRunId: string | null;
  readonly execution: JsonObject;
  /** A conversation that new sessions begin with. */
  readonly transcript: Json;
  readonly ceiling: JsonObject;
  /** For all stages; empty for none. */
  readonly approvals: JsonObject;
  /** What is said of the mutation session: all of it is optional. */
  readonly audit: JsonObject;
  /** `skills`, `skill_match` and `working_files` for the loops of all stages, as they were given. */
  readonly skills: JsonObject;
  /** Facts for the record's metadata. */
  readonly facts: JsonObject;
}

const KNOWN: ReadonlySet<string> = new Set([
  ...['max_steps', 'persist_path', 'resume_path', 'resume_run', 'replay_path', 'replay_run'],
  ...['replay_mode', 'parent_run_id', 'root_run_id', 'parent_worker_id', 'parent_stage_id'],
  ...['delegated', 'execution', 'audit', 'mutation_scope', 'trigger_event', 'transcript'],
  ...['ceiling', 'metadata', 'max_parallel', 'token_budget', 'approval_policy'],
  ...['skills', 'skill_match', 'working_files'],
]);

/** Reads options as programs write them. */
export function readExecuteOptions(given: JsonObject): ExecuteOptions {
  for (const [option, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    if (!KNOWN.has(option)) throw bad(option, `one of ${[...KNOWN].join(', ')}`);
  }
  const text = (option: string) => {
    const value = given[option] ?? null;
    if (value === null || typeof value === 'string') return value;
    throw bad(option, 'a text');
  };
  const object = (option: string): JsonObject => {
    const value = given[option] ?? null;
    if (value === null) return {};
    if (isJsonObject(value)) return value;
    throw bad(option, 'a dict');
  };
  const mode = text('replay_mode');
  if (mode !== null && mode !== 'deterministic') throw bad('replay_mode', '"deterministic"');
  const replayRun = given['replay_run'] ?? null;
  const replayPath = text('replay_path') ?? undefined;
  if (mode !== null && replayRun === null && replayPath === undefined) {
    throw workflowErrors.replayMode({});
  }
  return {
    maxSteps: countOf(given, 'max_steps'),
    maxParallel: countOf(given, 'max_parallel') ?? DEFAULT_PARALLEL,
    tokenBudget: countOf(given, 'token_budget'),
    persistPath: text('persist_path') ?? undefined,
    resumePath: text('resume_path') ?? undefined,
    resumeRun: given['resume_run'] ?? null,
    replayPath,
    replayRun,
    replayMode: replayRun === null && replayPath === undefined ? null : 'deterministic',
    parentRunId: text('parent_run_id'),
    rootRunId: text('root_run_id'),
    execution: executionOf(object('execution')),
    transcript: given['transcript'] ?? null,
    ceiling: object('ceiling'),
    approvals: approvalsOf(object('approval_policy'), object('audit')),
    audit: auditOf(given, object('audit')),
    skills: skillsOf(given),
    facts: factsOf(given, object),
  };
}

function skillsOf(given: JsonObject): JsonObject {
  const names = ['skills', 'skill_match', 'working_files'];
  return Object.fromEntries(
    names.flatMap((name) => (given[name] == null ? [] : [[name, given[name]]])),
  ) as JsonObject;
}

function factsOf(given: JsonObject, object: (option: string) => JsonObject): JsonObject {
  const facts: { [name: string]: Json } = { ...object('metadata') };
  for (const name of ['parent_worker_id', 'parent_stage_id', 'delegated', 'trigger_event']) {
    const value = given[name] ?? null;
    if (value !== null) facts[name] = value;
  }
  return facts;
}

/** That of the audit holds where no other is given. */
function approvalsOf(given: JsonObject, { approval_policy }: JsonObject): JsonObject {
  if (Object.keys(given).length > 0 || approval_policy === undefined) return given;
  if (approval_policy === null) return given;
  if (isJsonObject(approval_policy)) return approval_policy;
  throw bad('audit.approval_policy', 'a dict');
}

function auditOf(given: JsonObject, audit: JsonObject): JsonObject {
  const said: { [name: string]: Json } = { ...audit };
  for (const name of ['mutation_scope', 'approval_policy']) {
    const value = given[name] ?? null;
    if (value !== null) said[name] = value;
  }
  return said;
}

function countOf(given: JsonObject, option: string): number | undefined {
  const value = given[option] ?? null;
  if (value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw bad(option, 'an int of at least 1');
}

function bad(option: string, expected: string): Error {
  return workflowErrors.badOption({ option, expected });
}
