// Nodes with closures in them: their data, and the closures as the runtime calls them.
import type { Json } from '../base/index.ts';
import type { Handler, Suspending } from '../runtime/run/index.ts';
import type { ExecuteCode, StageCode } from '../runtime/workflow/index.ts';
import {
  call,
  dictGet,
  fromJson,
  functionMeta,
  HarnAbort,
  type HarnFunction,
  isDict,
  isFunction,
  isList,
  type Value,
} from '../values/index.ts';
import { toolsFrom } from './agent-tools.ts';
import { toKept } from './data.ts';

/** Stands for a closure in the data of a graph. */
export const PLACE = '@closure';

/** Data without its closures, which are kept aside in the order they stand. */
export function detach(value: Value | undefined, closures: Value[]): Json {
  if (value === undefined || value === null) return null;
  if (isFunction(value)) {
    closures.push(value);
    return { [PLACE]: closures.length - 1 };
  }
  if (isList(value)) return value.map((item) => detach(item, closures));
  if (isDict(value)) {
    const entries = Object.entries(value as { readonly [key: string]: Value });
    return Object.fromEntries(entries.map(([key, item]) => [key, detach(item, closures)]));
  }
  return toKept(value);
}

/** The closures of a graph as its nodes use them. */
export function codeOf(graph: Value | undefined): ExecuteCode {
  const nodes: { [node: string]: StageCode } = {};
  if (graph === undefined || !isDict(graph)) return {};
  const written = dictGet(graph, 'nodes');
  const source = written !== undefined && isDict(written) ? written : graph;
  for (const [id, node] of Object.entries(source as { readonly [id: string]: Value })) {
    if (isDict(node)) nodes[id] = nodeCode(node);
  }
  return { nodes, isAbort: HarnAbort.is };
}

/** The closures of one node. */
export function nodeCode(node: Value): StageCode {
  if (!isDict(node)) return {};
  const handler = dictGet(node, 'handler');
  const tools =
    dictGet(node, 'mode') === 'llm' ? [] : toolsFrom(withHandlers(dictGet(node, 'tools')));
  return {
    ...(handler !== undefined && isFunction(handler) ? { handler: stageHandler(handler) } : {}),
    ...(tools.length === 0 ? {} : { tools }),
  };
}

/** The tools that are declarations; a plain list of names only says what a node may use. */
function withHandlers(tools: Value | undefined): Value | undefined {
  if (tools !== undefined && isList(tools)) return tools.filter(isDict);
  return tools;
}

/** A closure that does the work of a stage: called with its facts, gives text, a bool or a dict. */
function stageHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'stage',
    fn,
    run: function* (ctx, [input]) {
      return toKept(yield* call(fn, ctx, [fromJson((input ?? null) as Json)]) as Suspending<Value>);
    },
  };
}
