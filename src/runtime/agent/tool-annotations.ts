// What a tool declares about itself beyond its schema, under `annotations` (and under `policy`, where workflow graphs
// look for it): its kind, how far its side effects go, which arguments are paths, who reads what it leaves behind.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { SIDE_EFFECT_LEVELS } from '../work/index.ts';

const QUIET_KINDS: ReadonlySet<Json> = new Set(['read', 'search', 'think', 'fetch']);

/** The annotations of a declaration, those of its `policy` under them. */
export function annotationsOf(declared: JsonObject): JsonObject {
  const own = declared['annotations'];
  const policy = declared['policy'];
  return { ...(isJsonObject(policy) ? policy : {}), ...(isJsonObject(own) ? own : {}) };
}

/** Whether a tool says that it only looks. */
export function isReadOnly(annotations: JsonObject): boolean {
  if (annotations['readOnlyHint'] === true) return true;
  const level = levelOf(annotations);
  if (level !== undefined) return level === 'none' || level === 'read_only';
  return QUIET_KINDS.has(annotations['kind'] ?? null);
}

/** Its declared level; undefined when it declares none. */
export function levelOf(annotations: JsonObject): string | undefined {
  const level = annotations['side_effect_level'];
  return typeof level === 'string' ? level : undefined;
}

/** Where a level stands among the levels; undefined for what is none. */
export function levelRank(level: Json | undefined): number | undefined {
  const at = typeof level === 'string' ? SIDE_EFFECT_LEVELS.indexOf(level) : -1;
  return at === -1 ? undefined : at;
}

/** The arguments that are paths: `path_params` among the annotations or in their `arg_schema`. */
export function pathParamsOf(annotations: JsonObject): readonly string[] {
  return textsOf(annotations['path_params'] ?? argSchema(annotations)['path_params']);
}

/** Other names of arguments, each with the name that the schema knows. */
export function aliasesOf(annotations: JsonObject): ReadonlyMap<string, string> {
  const given = annotations['arg_aliases'] ?? argSchema(annotations)['arg_aliases'];
  const pairs = Object.entries(isJsonObject(given) ? given : {});
  return new Map(
    pairs.flatMap(([alias, name]) => (typeof name === 'string' ? [[alias, name]] : [])),
  );
}

/** Names of the tools that can show what this one leaves behind. */
export function resultReadersOf(annotations: JsonObject): readonly string[] {
  return textsOf(annotations['result_readers']);
}

function argSchema(annotations: JsonObject): JsonObject {
  const schema = annotations['arg_schema'] ?? annotations['args'];
  return isJsonObject(schema) ? schema : {};
}

function textsOf(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one: Json): one is string => typeof one === 'string');
}
