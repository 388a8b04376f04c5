// The code of stages beyond the life of their run: of a stage on its own (`code`), of a delegated one (`stage`) and of the
// nodes of a workflow. A delegated stage is gone on with as one on its own.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Handler } from '../run/index.ts';
import type { Attachments, CodeSource } from '../work/index.ts';
import { loadPermissions, loadTools, savePermissions, saveTools } from './saved-code.ts';
import type { Tool } from './tools.ts';

/** What a node does with code of the program; the room of workflows says what each means. */
interface NodeCode {
  readonly handler?: Handler | undefined;
  readonly tools?: readonly Tool[] | undefined;
  readonly permissionCode?: readonly (Handler | undefined)[] | undefined;
}

/** The attachments of stages as data. */
export function saveStages(
  attachments: Attachments,
  source: CodeSource,
  missing: string[],
): JsonObject {
  const stage = attachments['stage'] as { readonly code?: NodeCode } | undefined;
  const code = (attachments['code'] ?? stage?.code) as NodeCode | undefined;
  const workflow = attachments['workflow'] as
    | { readonly nodes?: { readonly [id: string]: NodeCode } }
    | undefined;
  const saved = code === undefined ? {} : saveNode(code, 'its stage', source, missing);
  const nodes: { [id: string]: Json } = {};
  for (const [id, node] of Object.entries(workflow?.nodes ?? {})) {
    const one = saveNode(node, `its node "${id}"`, source, missing);
    if (Object.keys(one).length > 0) nodes[id] = one;
  }
  return {
    ...(Object.keys(saved).length === 0 ? {} : { code: saved }),
    ...(Object.keys(nodes).length === 0 ? {} : { nodes }),
  };
}

function saveNode(
  { handler, tools = [], permissionCode = [] }: NodeCode,
  whose: string,
  source: CodeSource,
  missing: string[],
): JsonObject {
  const ref = handler?.fn === undefined ? undefined : source.refOf(handler.fn);
  if (handler !== undefined && ref === undefined) missing.push(`the function of ${whose}`);
  return {
    ...(ref === undefined ? {} : { handler: ref }),
    ...(tools.length === 0 ? {} : { tools: saveTools(tools, source, missing) }),
    ...(permissionCode.length === 0
      ? {}
      : { permissions: savePermissions(permissionCode, source, missing) }),
  };
}

/** The attachments of stages from their data. */
export function loadStages(data: JsonObject, source: CodeSource, missing: string[]): Attachments {
  const { code, nodes } = data;
  const loaded: { [name: string]: unknown } = {};
  if (isJsonObject(code)) loaded['code'] = loadNode(code, 'its stage', source, missing);
  if (isJsonObject(nodes)) {
    const made = Object.entries(nodes).map(([id, node]) => [
      id,
      loadNode(isJsonObject(node) ? node : {}, `its node "${id}"`, source, missing),
    ]);
    const { isAbort } = source;
    const abort = isAbort === undefined ? {} : { isAbort };
    loaded['workflow'] = { nodes: Object.fromEntries(made), ...abort };
  }
  return loaded;
}

function loadNode(
  { handler, tools, permissions }: JsonObject,
  whose: string,
  source: CodeSource,
  missing: string[],
): NodeCode {
  const found = isJsonObject(handler) ? source.callback(handler) : undefined;
  if (isJsonObject(handler) && found === undefined) missing.push(`the function of ${whose}`);
  return {
    ...(found === undefined ? {} : { handler: found }),
    ...(tools === undefined ? {} : { tools: loadTools(tools, source, missing) }),
    ...(Array.isArray(permissions)
      ? { permissionCode: loadPermissions(permissions, source, missing) }
      : {}),
  };
}
