// What goes with a worker in memory only: tools with their handlers, and the callbacks of its loop. And how they outlive
// the run: a tool as its declaration with the place where its program finds the handler again.
import { isJsonObject, type Json } from '../../base/index.ts';
import type { Handler } from '../run/index.ts';
import type { Skill } from '../skills/index.ts';
import type { AttachmentKeeper, Attachments } from '../work/index.ts';
import {
  loadPermissions,
  loadSkills,
  loadTools,
  savePermissions,
  saveSkills,
  saveTools,
} from './saved-code.ts';
import { loadStages, saveStages } from './stage-attachments.ts';
import type { Tool } from './tools.ts';

/** The attachments of a loop. */
export interface LoopAttachments {
  readonly tools: readonly Tool[];
  readonly skills?: readonly Skill[] | undefined;
  readonly postTurn?: Handler | undefined;
  readonly context?: Handler | undefined;
  readonly compact?: Handler | undefined;
  readonly mask?: Handler | undefined;
  readonly compress?: Handler | undefined;
  readonly verify?: Handler | undefined;
  readonly llmCaller?: Handler | undefined;
  readonly toolCaller?: Handler | undefined;
  readonly onDelta?: Handler | undefined;
  /** The code in `permissions`, by its places. */
  readonly permissionCode: readonly (Handler | undefined)[];
}

/** As the attachments of a worker. */
export function loopAttachments({
  tools,
  skills,
  postTurn,
  context,
  compact,
  mask,
  compress,
  verify,
  llmCaller,
  toolCaller,
  onDelta,
  permissionCode,
}: LoopAttachments): Attachments {
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(skills === undefined ? {} : { skills }),
    ...(postTurn === undefined ? {} : { post_turn: postTurn }),
    ...(context === undefined ? {} : { context }),
    ...(compact === undefined ? {} : { compact }),
    ...(mask === undefined ? {} : { mask }),
    ...(compress === undefined ? {} : { compress }),
    ...(verify === undefined ? {} : { verify }),
    ...(llmCaller === undefined ? {} : { llm_caller: llmCaller }),
    ...(toolCaller === undefined ? {} : { tool_caller: toolCaller }),
    ...(onDelta === undefined ? {} : { on_delta: onDelta }),
    ...(permissionCode.length === 0 ? {} : { permissionCode }),
  };
}

/** Out of the attachments of a worker. */
export function attachmentsOfLoop(attachments: Attachments): LoopAttachments {
  return {
    tools: (attachments['tools'] ?? []) as readonly Tool[],
    skills: attachments['skills'] as LoopAttachments['skills'],
    postTurn: attachments['post_turn'] as Handler | undefined,
    context: attachments['context'] as Handler | undefined,
    compact: attachments['compact'] as Handler | undefined,
    mask: attachments['mask'] as Handler | undefined,
    compress: attachments['compress'] as Handler | undefined,
    verify: attachments['verify'] as Handler | undefined,
    llmCaller: attachments['llm_caller'] as Handler | undefined,
    toolCaller: attachments['tool_caller'] as Handler | undefined,
    onDelta: attachments['on_delta'] as Handler | undefined,
    permissionCode: (attachments['permissionCode'] ?? []) as LoopAttachments['permissionCode'],
  };
}

const CALLBACKS = [
  ...(['post_turn', 'context', 'compact', 'mask', 'compress', 'verify'] as const),
  ...(['llm_caller', 'tool_caller', 'on_delta'] as const),
];

const KNOWN: ReadonlySet<string> = new Set([
  ...['tools', 'skills', 'permissionCode', 'code', 'workflow', 'stage'],
  ...CALLBACKS,
]);

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** Keeps the attachments of loops. */
export const loopAttachmentKeeper: AttachmentKeeper = {
  save(attachments, source) {
    const { tools, skills, permissionCode } = attachmentsOfLoop(attachments);
    const data: { [name: string]: Json } = {};
    const missing: string[] = [];
    if (tools.length > 0) data['tools'] = saveTools(tools, source, missing);
    if (skills !== undefined) data['skills'] = saveSkills(skills, source, missing);
    for (const name of CALLBACKS) {
      const handler = attachments[name] as Handler | undefined;
      if (handler === undefined) continue;
      const ref = handler.fn === undefined ? undefined : source.refOf(handler.fn);
      if (ref === undefined) missing.push(`the callback "${name}"`);
      else data[name] = ref;
    }
    if (permissionCode.length > 0) {
      data['permissionCode'] = savePermissions(permissionCode, source, missing);
    }
    Object.assign(data, saveStages(attachments, source, missing));
    for (const [name, value] of Object.entries(attachments)) {
      if (KNOWN.has(name) || isEmpty(value)) continue;
      missing.push(`the attachment "${name}"`);
    }
    return { data, missing: [...new Set(missing)] };
  },
  load(data, source) {
    const missing: string[] = [];
    const tools = loadTools(data['tools'], source, missing);
    const found: { [name: string]: unknown } = tools.length === 0 ? {} : { tools };
    if (data['skills'] !== undefined) found['skills'] = loadSkills(data['skills'], source, missing);
    for (const name of CALLBACKS) {
      const ref = data[name];
      if (!isJsonObject(ref)) continue;
      const handler = source.callback(ref);
      if (handler === undefined) missing.push(`the callback "${name}"`);
      else found[name] = handler;
    }
    const rules = data['permissionCode'];
    if (Array.isArray(rules)) found['permissionCode'] = loadPermissions(rules, source, missing);
    const attachments = { ...found, ...loadStages(data, source, missing) };
    return { attachments, missing: [...new Set(missing)] };
  },
};
