// Whether what an agent is told fits what it may do: its tools, the policy, the approvals and the words of its prompts,
// looked at together before a model is paid for. Findings have stable codes; an error is a surface that cannot work.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { globMatches } from '../run/index.ts';
import {
  aliasesOf,
  annotationsOf,
  levelOf,
  levelRank,
  pathParamsOf,
  resultReadersOf,
} from './tool-annotations.ts';
import { isOffered } from './tool-policy.ts';
import { type Mention, mentionsIn } from './tool-surface-prompt.ts';
import type { Tool } from './tools.ts';

export type SurfaceDiagnostic = {
  /** `TOOL_SURFACE_...`. */
  readonly code: string;
  readonly severity: 'warning' | 'error';
  readonly message: string;
  /** The tool it is about. */
  readonly tool?: string;
};

/** What was found; `valid` is no error among it. */
export type SurfaceReport = {
  readonly valid: boolean;
  readonly diagnostics: readonly SurfaceDiagnostic[];
};

/** A tool as far as its surface goes. */
interface Face {
  readonly name: string;
  /** Undefined: it declares none. */
  readonly properties: JsonObject | undefined;
  readonly annotations: JsonObject | undefined;
  readonly hasExecutor: boolean;
  readonly deferred: boolean;
  /** False: only its name is known, so nothing is said about what it declares. */
  readonly isDeclared: boolean;
  /** What it says about itself a server says: nobody here can make it say more. */
  readonly isServers: boolean;
}

/** A surface: everything beside `tools` may be missing. */
export interface ToolSurface {
  readonly tools: readonly Face[];
  readonly policy: JsonObject | null;
  readonly approvals: JsonObject | null;
  readonly prompts: readonly string[];
  readonly hasSearch: boolean;
}

type Found = (
  code: string,
  severity: SurfaceDiagnostic['severity'],
  tool: string | undefined,
  message: string,
) => void;

/** Looks a surface through. */
export function validateSurface(surface: ToolSurface): SurfaceReport {
  const diagnostics: SurfaceDiagnostic[] = [];
  const found: Found = (code, severity, tool, message) => {
    const about = tool === undefined ? {} : { tool };
    diagnostics.push({ code: `TOOL_SURFACE_${code}`, severity, message, ...about });
  };
  const active = surface.tools.filter(({ name }) => isOffered(surface.policy, name));
  checkReaders(active, found);
  for (const tool of active) if (tool.isDeclared) checkTool(tool, surface.policy, found);
  checkConstraints(active, surface.policy, found);
  checkApprovals(active, surface.approvals, found);
  for (const prompt of surface.prompts) checkPrompt(prompt, surface, found);
  return {
    valid: diagnostics.every(({ severity }) => severity !== 'error'),
    diagnostics: unique(diagnostics),
  };
}

/** A surface as programs give it: `{tools, policy?, approval_policy?, system?, prompt?, prompts?, tool_search?}`. */
export function readSurface(given: JsonObject, tools: readonly JsonObject[]): ToolSurface {
  const {
    policy,
    approval_policy: approvals,
    system,
    prompt,
    prompts,
    tool_search: search = false,
  } = given;
  const texts = [
    system,
    prompt,
    ...(Array.isArray(prompts) ? (prompts as readonly Json[]) : [prompts]),
  ];
  return {
    tools: tools.map(faceOf),
    policy: isJsonObject(policy) ? policy : null,
    approvals: isJsonObject(approvals) ? approvals : null,
    prompts: texts.filter((text): text is string => typeof text === 'string' && text !== ''),
    hasSearch: search !== false && search !== null,
  };
}

/** Both steps, for front doors. */
export const toolSurface = { read: readSurface, validate: validateSurface };

/** The face of a declaration; `handler: true` stands for one that has code, `declared: false` for a name alone. */
function faceOf(declared: JsonObject): Face {
  const inner = isJsonObject(declared['function']) ? declared['function'] : declared;
  const given = inner['parameters'] ?? inner['inputSchema'] ?? inner['input_schema'];
  const hasAnnotations = isJsonObject(declared['annotations']) || isJsonObject(declared['policy']);
  return {
    name: String(inner['name'] ?? ''),
    properties: isJsonObject(given) ? propertiesOf(given) : undefined,
    annotations: hasAnnotations ? annotationsOf(declared) : undefined,
    hasExecutor: typeof declared['executor'] === 'string' || (declared['handler'] ?? null) !== null,
    deferred: declared['defer_loading'] === true,
    isDeclared: declared['declared'] !== false,
    isServers: typeof declared['_mcp_server'] === 'string',
  };
}

/** The face of a tool that a loop has. */
export function faceOfTool({ name, parameters, annotations, deferLoading, handler }: Tool): Face {
  const isBare = Object.keys(annotations).length === 0;
  return {
    name,
    properties: propertiesOf(parameters),
    annotations: isBare ? undefined : annotations,
    hasExecutor: true,
    deferred: deferLoading,
    isDeclared: true,
    isServers: handler?.kind === 'program' && handler.mcp?.isListed === true,
  };
}

function propertiesOf(schema: JsonObject): JsonObject {
  const { properties } = schema;
  if (isJsonObject(properties)) return properties;
  return schema['type'] === 'object' ? {} : schema;
}

/** What runs and leaves its output behind needs somebody who can show it. */
function checkReaders(active: readonly Face[], found: Found): void {
  const names = new Set(active.map(({ name }) => name));
  const anyReader = active.some(({ annotations }) => annotations?.['kind'] === 'read');
  for (const { name, annotations, isServers } of active) {
    if (annotations === undefined || isServers) continue;
    const readers = resultReadersOf(annotations);
    for (const reader of readers.filter((one) => !names.has(one))) {
      found(
        'UNKNOWN_RESULT_READER',
        'warning',
        name,
        `"${name}" names "${reader}" as a reader of its results, and there is no such active tool`,
      );
    }
    const emits = annotations['kind'] === 'execute' && annotations['emits_artifacts'] === true;
    if (!emits || annotations['inline_result'] === true) continue;
    const isRead = readers.length === 0 ? anyReader : readers.some((one) => names.has(one));
    // What is only named may be a reader.
    if (isRead || (readers.length === 0 && active.some((one) => !one.isDeclared))) continue;
    found(
      'MISSING_RESULT_READER',
      'error',
      name,
      `"${name}" can leave artifacts behind, and no active tool reads them: declare result_readers, or inline_result: true`,
    );
  }
}

const QUIET: ReadonlySet<Json> = new Set(['think']);

function checkTool(tool: Face, policy: JsonObject | null, found: Found): void {
  if (!tool.isServers) checkDeclaration(tool, found);
  const { name, annotations = {} } = tool;
  const level = levelOf(annotations);
  const most = levelRank(policy?.['side_effect_level']);
  const needs = levelRank(level);
  if (most === undefined || needs === undefined || needs <= most) return;
  const ceiling = String(policy?.['side_effect_level']);
  found(
    'SIDE_EFFECT_CEILING_EXCEEDED',
    'error',
    name,
    `"${name}" needs ${level}, and the policy ends at ${ceiling}`,
  );
}

/** What a tool leaves unsaid. */
function checkDeclaration(tool: Face, found: Found): void {
  const { name, properties, annotations, hasExecutor } = tool;
  if (properties === undefined)
    found('MISSING_SCHEMA', 'warning', name, `"${name}" declares no parameters`);
  if (!hasExecutor)
    found('MISSING_EXECUTOR', 'warning', name, `"${name}" does not say who runs it`);
  if (annotations === undefined) {
    found('MISSING_ANNOTATIONS', 'warning', name, `"${name}" has no annotations`);
    return;
  }
  const level = levelOf(annotations);
  const isSilent = level === undefined || level === 'none';
  if (isSilent && !QUIET.has(annotations['kind'] ?? null) && annotations['readOnlyHint'] !== true) {
    found(
      'MISSING_SIDE_EFFECT_LEVEL',
      'warning',
      name,
      `the annotations of "${name}" leave its side_effect_level at none`,
    );
  }
}

function checkConstraints(active: readonly Face[], policy: JsonObject | null, found: Found): void {
  for (const list of [policy?.['tool_arg_constraints'], policy?.['arg_constraints']]) {
    for (const constraint of Array.isArray(list) ? list.filter(isJsonObject) : []) {
      const pattern = String(constraint['tool'] ?? '*');
      const meant = active.filter(({ name }) => globMatches(pattern, name));
      const key = constraint['arg_key'];
      if (meant.length === 0) {
        found(
          'UNKNOWN_ARG_CONSTRAINT_TOOL',
          'warning',
          pattern,
          `a constraint on arguments is for "${pattern}", and no active tool is called so`,
        );
      } else if (typeof key === 'string' && !meant.some((tool) => mayTake(tool, key))) {
        found(
          'UNKNOWN_ARG_CONSTRAINT_KEY',
          'warning',
          pattern,
          `a constraint is for the argument "${key}" of "${pattern}", which it does not have`,
        );
      }
    }
  }
}

function mayTake({ isDeclared, properties = {}, annotations = {} }: Face, key: string): boolean {
  if (!isDeclared) return true;
  if (Object.hasOwn(properties, key) || pathParamsOf(annotations).includes(key)) return true;
  const aliases = aliasesOf(annotations);
  return aliases.has(key) || [...aliases.values()].includes(key);
}

const APPROVALS = ['auto_approve', 'auto_deny', 'require_approval'] as const;

function checkApprovals(active: readonly Face[], approvals: JsonObject | null, found: Found): void {
  for (const rule of APPROVALS) {
    const list = approvals?.[rule];
    for (const pattern of Array.isArray(list) ? (list as readonly Json[]) : []) {
      if (typeof pattern !== 'string' || /[*?]/.test(pattern)) continue;
      if (active.some(({ name }) => name === pattern)) continue;
      found(
        'APPROVAL_PATTERN_NO_MATCH',
        'warning',
        pattern,
        `${rule} of the approval policy names "${pattern}", which is no active tool`,
      );
    }
  }
}

function checkPrompt(prompt: string, surface: ToolSurface, found: Found): void {
  const known = new Map(surface.tools.map((tool) => [tool.name, tool]));
  for (const mention of mentionsIn(prompt, [...known.keys()])) {
    const tool = known.get(mention.name);
    if (tool === undefined) {
      found(
        'UNKNOWN_PROMPT_TOOL',
        'warning',
        mention.name,
        `a prompt speaks of "${mention.name}", which is no declared tool`,
      );
      continue;
    }
    if (!isOffered(surface.policy, tool.name)) {
      found(
        'PROMPT_TOOL_NOT_IN_POLICY',
        'warning',
        tool.name,
        `a prompt speaks of "${tool.name}", which the policy leaves out`,
      );
    } else if (tool.deferred && !surface.hasSearch) {
      found(
        'DEFERRED_TOOL_PROMPT_REFERENCE',
        'warning',
        tool.name,
        `a prompt speaks of "${tool.name}", which is kept back while there is no tool_search`,
      );
    }
    checkAliases(mention, tool, found);
  }
}

function checkAliases({ name, args }: Mention, { annotations = {} }: Face, found: Found): void {
  for (const [alias, canonical] of aliasesOf(annotations)) {
    if (!args.includes(alias)) continue;
    found(
      'DEPRECATED_ARG_ALIAS',
      'warning',
      name,
      `a prompt writes "${alias}" for the argument "${canonical}" of "${name}"`,
    );
  }
}

function unique(diagnostics: readonly SurfaceDiagnostic[]): readonly SurfaceDiagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message }) => {
    const key = `${code} ${message}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
