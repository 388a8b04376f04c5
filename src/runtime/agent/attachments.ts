// What goes with a worker in memory only: tools with their handlers, and the callbacks of its loop. And how they outlive
// the run: a tool as its declaration with the place where its program finds the handler again.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Handler } from '../run/index.ts';
import type { AttachmentKeeper, Attachments, CodeSource } from '../work/index.ts';
import type { Tool, ToolExecutor, ToolHandler } from './tools.ts';

/** The attachments of a loop. */
export interface LoopAttachments {
  readonly tools: readonly Tool[];
  readonly postTurn: Handler | undefined;
  readonly context: Handler | undefined;
  readonly compact: Handler | undefined;
  /** The code in `permissions`, by its places. */
  readonly permissionCode: readonly (Handler | undefined)[];
}

/** As the attachments of a worker. */
export function loopAttachments({
  tools,
  postTurn,
  context,
  compact,
  permissionCode,
}: LoopAttachments): Attachments {
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(postTurn === undefined ? {} : { post_turn: postTurn }),
    ...(context === undefined ? {} : { context }),
    ...(compact === undefined ? {} : { compact }),
    ...(permissionCode.length === 0 ? {} : { permissionCode }),
  };
}

/** Out of the attachments of a worker. */
export function attachmentsOfLoop(attachments: Attachments): LoopAttachments {
  return {
    tools: (attachments['tools'] ?? []) as readonly Tool[],
    postTurn: attachments['post_turn'] as Handler | undefined,
    context: attachments['context'] as Handler | undefined,
    compact: attachments['compact'] as Handler | undefined,
    permissionCode: (attachments['permissionCode'] ?? []) as LoopAttachments['permissionCode'],
  };
}

const CALLBACKS = ['post_turn', 'context', 'compact'] as const;

const KNOWN: ReadonlySet<string> = new Set(['tools', 'permissionCode', ...CALLBACKS]);
/** Attachments that no other run can make, as people know them. */
const NAMES: { readonly [name: string]: string | undefined } = {
  code: 'a function of its stages',
};

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** Keeps the attachments of loops. */
export const loopAttachmentKeeper: AttachmentKeeper = {
  save(attachments, source) {
    const { tools, permissionCode } = attachmentsOfLoop(attachments);
    const data: { [name: string]: Json } = {};
    const missing: string[] = [];
    if (tools.length > 0) {
      data['tools'] = tools.map((tool) => {
        const ref = refOf(tool.handler, source);
        if (tool.handler !== undefined && ref === null) missing.push(`the tool "${tool.name}"`);
        return savedTool(tool, ref);
      });
    }
    for (const name of CALLBACKS) {
      const handler = attachments[name] as Handler | undefined;
      if (handler === undefined) continue;
      const ref = handler.fn === undefined ? undefined : source.refOf(handler.fn);
      if (ref === undefined) missing.push(`the callback "${name}"`);
      else data[name] = ref;
    }
    if (permissionCode.length > 0) {
      data['permissionCode'] = permissionCode.map((handler, k) => {
        const ref = handler?.fn === undefined ? undefined : source.refOf(handler.fn);
        if (ref === undefined) missing.push(`function ${k + 1} of its permissions`);
        return ref ?? null;
      });
    }
    for (const [name, value] of Object.entries(attachments)) {
      if (KNOWN.has(name) || isEmpty(value)) continue;
      missing.push(NAMES[name] ?? `the attachment "${name}"`);
    }
    return { data, missing };
  },
  load(data, source) {
    const missing: string[] = [];
    const tools = listOf(data['tools']).map((saved) => {
      const tool = loadedTool(saved, source);
      if (tool.handler === undefined && isJsonObject(saved['ref'])) {
        missing.push(`the tool "${tool.name}"`);
      }
      return tool;
    });
    const found: { [name: string]: unknown } = tools.length === 0 ? {} : { tools };
    for (const name of CALLBACKS) {
      const ref = data[name];
      if (!isJsonObject(ref)) continue;
      const handler = source.callback(ref);
      if (handler === undefined) missing.push(`the callback "${name}"`);
      else found[name] = handler;
    }
    const rules = data['permissionCode'];
    if (Array.isArray(rules)) {
      found['permissionCode'] = rules.map((ref: Json, k: number) => {
        const handler = isJsonObject(ref) ? source.callback(ref) : undefined;
        if (isJsonObject(ref) && handler === undefined) {
          missing.push(`function ${k + 1} of its permissions`);
        }
        return handler;
      });
    }
    return { attachments: found, missing };
  },
};

function refOf(handler: ToolHandler | undefined, source: CodeSource): Json {
  return handler?.fn === undefined ? null : (source.refOf(handler.fn) ?? null);
}

function savedTool(tool: Tool, ref: Json): JsonObject {
  return {
    name: tool.name,
    description: tool.description,
    parameters: tool.parameters,
    executor: tool.executor,
    mutates: tool.mutates,
    side_effects: tool.sideEffects ?? null,
    parallel: tool.parallel,
    on_unknown: tool.onUnknown,
    timeout_ms: tool.timeoutMs ?? null,
    max_output_chars: tool.maxOutputChars,
    defer_loading: tool.deferLoading,
    namespace: tool.namespace ?? null,
    annotations: tool.annotations,
    ref,
  };
}

function loadedTool(saved: JsonObject, source: CodeSource): Tool {
  const { ref, timeout_ms: timeout, side_effects: level, namespace, annotations } = saved;
  return {
    name: String(saved['name']),
    description: String(saved['description']),
    parameters: saved['parameters'] as JsonObject,
    executor: String(saved['executor']) as ToolExecutor,
    handler: isJsonObject(ref) ? (source.tool(ref) as ToolHandler | undefined) : undefined,
    mutates: saved['mutates'] === true,
    sideEffects: typeof level === 'string' ? level : undefined,
    parallel: saved['parallel'] === true,
    onUnknown: saved['on_unknown'] === 'retry' ? 'retry' : 'fail',
    timeoutMs: typeof timeout === 'number' ? timeout : undefined,
    maxOutputChars: Number(saved['max_output_chars']),
    deferLoading: saved['defer_loading'] === true,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    annotations: isJsonObject(annotations) ? annotations : {},
  };
}

function listOf(given: Json | undefined): readonly JsonObject[] {
  return Array.isArray(given) ? given.filter(isJsonObject) : [];
}
