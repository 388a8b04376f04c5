// What a worker may use: its parent's policy narrowed by what was asked for. Nothing widens it again: asking for more
// than the parent has is an error, not a silent cut.
import { isJsonObject, type Json, type JsonObject, nearestName } from '../../base/index.ts';
import { objectOf, type SpawnRequest } from './worker-config.ts';
import { workerErrors } from './worker-errors.ts';

/** How far side effects go, least first. */
export const SIDE_EFFECT_LEVELS: readonly string[] = [
  'none',
  'read_only',
  'workspace_write',
  'process_exec',
  'network',
];

/** The policy of a new worker; null is no restriction. */
export function narrowPolicy(
  parent: Json,
  { policy, tools }: Pick<SpawnRequest, 'policy' | 'tools'>,
): Json {
  const shorthand: Json = tools === undefined ? null : { tools: [...tools] };
  const requested = intersect(policy, shorthand);
  return intersect(parent, requested);
}

interface Field {
  readonly is: (value: Json) => boolean;
  readonly text: string;
}

const TEXTS: Field = {
  is: (value) => Array.isArray(value) && value.every((each: Json) => typeof each === 'string'),
  text: 'a list of strings',
};
const LIST: Field = { is: (value) => Array.isArray(value), text: 'a list' };
const LEVEL: Field = {
  is: (value) => typeof value === 'string' && SIDE_EFFECT_LEVELS.includes(value),
  text: `one of ${SIDE_EFFECT_LEVELS.join(', ')}`,
};

/** What a policy can say. Other names are the embedder's. */
const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['tools', TEXTS],
  ['workspace_roots', TEXTS],
  ['side_effect_level', LEVEL],
  ['arg_constraints', LIST],
  ['tool_arg_constraints', LIST],
  ['approval_policies', LIST],
  ['capabilities', { is: isJsonObject, text: 'a dict' }],
  ['recursion_limit', { is: (value) => typeof value === 'number', text: 'a number' }],
]);

/** What is not understood in a policy: a restriction that is misspelt restricts nothing. */
export function policyProblem(
  policy: JsonObject,
): { readonly name: string; readonly problem: string } | undefined {
  for (const [name, value] of Object.entries(policy)) {
    const field = FIELDS.get(name);
    const meant = field === undefined ? nearestName(name, FIELDS.keys()) : undefined;
    if (meant !== undefined) return { name, problem: `is not known: did you mean "${meant}"?` };
    if (field !== undefined && value !== null && !field.is(value))
      return { name, problem: `must be ${field.text}` };
  }
  return undefined;
}

/** `wanted` inside of `ceiling`. */
export function intersect(ceiling: Json, wanted: Json): Json {
  if (!isJsonObject(wanted)) return ceiling;
  const problem = policyProblem(wanted);
  if (problem !== undefined) throw workerErrors.badPolicy(problem);
  if (!isJsonObject(ceiling)) return wanted;
  const result: { [key: string]: Json } = { ...ceiling, ...wanted };
  result['tools'] = narrowNames(ceiling, wanted, 'tools', 'requested tools exceed host ceiling');
  result['workspace_roots'] = narrowRoots(ceiling, wanted);
  result['capabilities'] = narrowCapabilities(ceiling, wanted);
  result['side_effect_level'] = lowerLevel(ceiling, wanted);
  result['recursion_limit'] = lowerNumber(ceiling, wanted, 'recursion_limit');
  for (const key of ['arg_constraints', 'tool_arg_constraints', 'approval_policies']) {
    result[key] = [...listOf(ceiling, key), ...listOf(wanted, key)];
  }
  for (const [key, value] of Object.entries(result)) {
    const isNothing = value === null || (Array.isArray(value) && value.length === 0);
    if (isNothing && !(key in ceiling) && !(key in wanted)) delete result[key];
  }
  return result;
}

/** Names of both; an empty or missing list restricts nothing. */
function narrowNames(
  ceiling: JsonObject,
  wanted: JsonObject,
  key: string,
  problem: string,
): readonly Json[] {
  const most = listOf(ceiling, key);
  const asked = listOf(wanted, key);
  if (asked.length === 0) return most;
  if (most.length === 0) return asked;
  const beyond = asked.filter((name) => !most.includes(name));
  if (beyond.length > 0) throw widens(`spawn_agent: ${problem}: ${beyond.join(', ')}`);
  return asked;
}

function narrowRoots(ceiling: JsonObject, wanted: JsonObject): readonly Json[] {
  const most = listOf(ceiling, 'workspace_roots');
  const asked = listOf(wanted, 'workspace_roots');
  if (asked.length === 0) return most;
  if (most.length === 0) return asked;
  const both = asked.filter((root) => isInside(String(root), most));
  // An empty list would restrict nothing.
  if (both.length === 0) {
    throw widens(`spawn_agent: requested workspace roots exceed host ceiling: ${asked.join(', ')}`);
  }
  return both;
}

function isInside(root: string, roots: readonly Json[]): boolean {
  return roots.some(
    (most) => root === most || root.startsWith(`${String(most).replace(/\/$/, '')}/`),
  );
}

function narrowCapabilities(ceiling: JsonObject, wanted: JsonObject): Json {
  const most = objectOf(ceiling['capabilities']);
  const asked = objectOf(wanted['capabilities']);
  if (Object.keys(asked).length === 0) return ceiling['capabilities'] ?? null;
  if (Object.keys(most).length === 0) return asked;
  for (const [capability, operations] of Object.entries(asked)) {
    const allowed = most[capability];
    if (allowed === undefined) {
      throw widens(`spawn_agent: requested capability exceeds host ceiling: ${capability}`);
    }
    const names = Array.isArray(allowed) ? (allowed as readonly Json[]) : [];
    const beyond = (Array.isArray(operations) ? (operations as readonly Json[]) : []).filter(
      (operation) => names.length > 0 && !names.includes(operation),
    );
    if (beyond.length > 0) {
      const list = beyond.map((operation) => `${capability}.${String(operation)}`).join(', ');
      throw widens(`spawn_agent: requested capability operations exceed host ceiling: ${list}`);
    }
  }
  return asked;
}

function lowerLevel(ceiling: JsonObject, wanted: JsonObject): Json {
  const most = ceiling['side_effect_level'] ?? null;
  const asked = wanted['side_effect_level'] ?? null;
  if (most === null || asked === null) return asked ?? most;
  const rank = (level: Json) => SIDE_EFFECT_LEVELS.indexOf(String(level));
  return rank(asked) <= rank(most) ? asked : most;
}

function lowerNumber(ceiling: JsonObject, wanted: JsonObject, key: string): Json {
  const most = ceiling[key] ?? null;
  const asked = wanted[key] ?? null;
  if (typeof most !== 'number' || typeof asked !== 'number') return asked ?? most;
  return Math.min(most, asked);
}

/** What effects of a policy's holder are refused, as rules of an authority. */
export function policyRules(policy: Json): readonly string[] {
  if (!isJsonObject(policy)) return [];
  const level = SIDE_EFFECT_LEVELS.indexOf(String(policy['side_effect_level'] ?? 'network'));
  const byLevel = level === -1 ? [] : LEVEL_RULES.slice(level).flat();
  const capabilities = objectOf(policy['capabilities']);
  if (Object.keys(capabilities).length === 0) return byLevel;
  const byCapability = OPERATIONS.flatMap(([capability, operations, effects]) => {
    const granted = capabilities[capability];
    if (!Array.isArray(granted)) return effects;
    const all = granted.length === 0;
    return all || granted.some((op: Json) => operations.includes(String(op))) ? [] : effects;
  });
  return [...byLevel, ...byCapability];
}

/** What each level refuses that the next one allows. */
const LEVEL_RULES: readonly (readonly string[])[] = [
  ['fs', 'host'],
  ['fs:write', 'host:write'],
  ['process'],
  ['net'],
  [],
];

/** Effects by the capability and the operations that stand for them; one of these is enough. */
const OPERATIONS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['workspace', ['read_text'], ['fs.read_text', 'fs.read_base64']],
  ['workspace', ['list'], ['fs.list_dir', 'fs.glob']],
  ['workspace', ['exists', 'read_text', 'list'], ['fs.exists', 'fs.stat']],
  [
    'workspace',
    ['write_text', 'apply_edit'],
    ['fs.write_text', 'fs.append', 'fs.copy', 'fs.rename', 'fs.mkdir'],
  ],
  ['workspace', ['delete'], ['fs.delete']],
  ['process', ['exec'], ['process']],
];

function listOf(policy: JsonObject, key: string): readonly Json[] {
  const list = policy[key];
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

function widens(problem: string) {
  return workerErrors.policyWidens({ problem });
}
