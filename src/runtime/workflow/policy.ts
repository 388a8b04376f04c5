// Capability policies of workflows: what a node asks for, what it may have under the workflow and the host. A part that
// is not given asks for nothing and limits nothing.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { SIDE_EFFECT_LEVELS } from '../work/index.ts';
import type { WorkflowGraph, WorkflowNode } from './graph.ts';

/** What a policy asks for beyond its ceiling, each as a reason. */
export function beyondCeiling(policy: JsonObject, ceiling: JsonObject): readonly string[] {
  const problems: string[] = [];
  const tools = over(texts(policy['tools']), texts(ceiling['tools']));
  if (tools.length > 0) problems.push(`tools ${tools.join(', ')}`);
  const allowed = capabilities(ceiling);
  for (const [capability, ops] of Object.entries(capabilities(policy))) {
    if (Object.keys(allowed).length === 0) break;
    const known = Object.hasOwn(allowed, capability) ? allowed[capability] : undefined;
    // An empty list of operations stands for all of them.
    const more = known === undefined ? ops : known.length === 0 ? [] : over(ops, known);
    if (known === undefined && ops.length === 0) problems.push(`capability ${capability}`);
    if (more.length > 0)
      problems.push(`capability ${more.map((op) => `${capability}.${op}`).join(', ')}`);
  }
  const [asks, may] = [levelOf(policy), levelOf(ceiling)];
  if (
    asks !== undefined &&
    may !== undefined &&
    SIDE_EFFECT_LEVELS.indexOf(asks) > SIDE_EFFECT_LEVELS.indexOf(may)
  ) {
    problems.push(`side effects up to ${asks}, where ${may} is the most`);
  }
  return problems;
}

/** The part of a policy that its ceiling allows. */
export function narrowPolicy(policy: JsonObject, ceiling: JsonObject): JsonObject {
  const [tools, allowedTools] = [texts(policy['tools']), texts(ceiling['tools'])];
  const [wanted, allowed] = [capabilities(policy), capabilities(ceiling)];
  const narrowed = Object.keys(wanted).length === 0 ? allowed : intersection(wanted, allowed);
  const levels = [levelOf(policy), levelOf(ceiling)].filter((level) => level !== undefined);
  const level = levels.sort(
    (a, b) => SIDE_EFFECT_LEVELS.indexOf(a) - SIDE_EFFECT_LEVELS.indexOf(b),
  )[0];
  return {
    ...ceiling,
    ...policy,
    tools:
      tools.length === 0
        ? allowedTools
        : allowedTools.length === 0
          ? tools
          : tools.filter((tool) => allowedTools.includes(tool)),
    capabilities: narrowed,
    ...(level === undefined ? {} : { side_effect_level: level }),
  };
}

/** What a node asks for: its own policy and that of its tools. */
export function requestedPolicy(node: WorkflowNode): JsonObject {
  const declared = toolEntries(node.tools).flatMap((tool) => {
    const policy = tool['policy'];
    return isJsonObject(policy) ? [policy] : [];
  });
  return declared.reduce<JsonObject>(unite, node.capability_policy);
}

/** What a node may do in the end. */
export function effectivePolicy(
  graph: WorkflowGraph,
  node: WorkflowNode,
  ceiling: JsonObject,
): JsonObject {
  return narrowPolicy(narrowPolicy(requestedPolicy(node), graph.capability_policy), ceiling);
}

/** Names of the tools of a node. */
export function toolNames(tools: Json): readonly string[] {
  const list = isJsonObject(tools) ? (tools['tools'] ?? []) : tools;
  if (!Array.isArray(list)) return [];
  return list.flatMap((tool: Json) => {
    if (typeof tool === 'string') return [tool];
    const name = isJsonObject(tool) ? tool['name'] : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

function toolEntries(tools: Json): readonly JsonObject[] {
  const list = isJsonObject(tools) ? (tools['tools'] ?? []) : tools;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function unite(a: JsonObject, b: JsonObject): JsonObject {
  const [left, right] = [capabilities(a), capabilities(b)];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const levels = [levelOf(a), levelOf(b)].filter((level) => level !== undefined);
  const level = levels.sort(
    (x, y) => SIDE_EFFECT_LEVELS.indexOf(y) - SIDE_EFFECT_LEVELS.indexOf(x),
  )[0];
  return {
    ...a,
    capabilities: Object.fromEntries(
      names.map((name) => [name, [...new Set([...(left[name] ?? []), ...(right[name] ?? [])])]]),
    ),
    ...(level === undefined ? {} : { side_effect_level: level }),
  };
}

type Capabilities = { readonly [capability: string]: readonly string[] };

function intersection(wanted: Capabilities, allowed: Capabilities): Capabilities {
  if (Object.keys(allowed).length === 0) return wanted;
  const entries = Object.entries(wanted).flatMap(([name, ops]) => {
    const may = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (may === undefined) return [];
    const both =
      may.length === 0 ? ops : ops.length === 0 ? may : ops.filter((op) => may.includes(op));
    return [[name, both] as const];
  });
  return Object.fromEntries(entries);
}

function capabilities(policy: JsonObject): Capabilities {
  const given = policy['capabilities'];
  if (!isJsonObject(given)) return {};
  return Object.fromEntries(Object.entries(given).map(([name, ops]) => [name, texts(ops)]));
}

function levelOf(policy: JsonObject): string | undefined {
  const level = policy['side_effect_level'];
  return typeof level === 'string' && SIDE_EFFECT_LEVELS.includes(level) ? level : undefined;
}

/** What is in `wanted` and not in `allowed`; an empty `allowed` limits nothing. */
function over(wanted: readonly string[], allowed: readonly string[]): readonly string[] {
  return allowed.length === 0 ? [] : wanted.filter((one) => !allowed.includes(one));
}

function texts(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one: Json): one is string => typeof one === 'string');
}
