// Tools looked at as a whole in TypeScript: checked against policies and prompts, and made from a description.
import type { Json, JsonObject } from '../../base/index.ts';
import { type SurfaceReport, toolSurface, toolSynthesis } from '../agent/index.ts';
import type { RunContext } from '../run/index.ts';
import { type AgentTool, toolDeclaration } from './agent.ts';

/** Tools with what surrounds them. */
export interface ToolSurfaceGiven {
  readonly tools: readonly AgentTool[];
  /** The capability policy that they are to work under. */
  readonly policy?: JsonObject;
  readonly approvalPolicy?: JsonObject;
  readonly system?: string;
  /** Other texts that the model reads. */
  readonly prompts?: readonly string[];
  /** Whether the model can search for tools that are kept back. */
  readonly toolSearch?: boolean;
}

/**
 * Whether tools, policy, approvals and prompts fit each other, as loops look before their first call. Findings have stable
 * codes (`TOOL_SURFACE_...`); `valid` is no error among them. Nothing is run.
 */
export function validateToolSurface(given: ToolSurfaceGiven): SurfaceReport {
  const { tools, policy, approvalPolicy, system, prompts = [], toolSearch = false } = given;
  const around: JsonObject = {
    ...(policy === undefined ? {} : { policy }),
    ...(approvalPolicy === undefined ? {} : { approval_policy: approvalPolicy }),
    ...(system === undefined ? {} : { system }),
    prompts: [...prompts],
    tool_search: toolSearch,
  };
  const declared = tools.map((tool): JsonObject => {
    const handler = (tool.handler ?? tool.run) === undefined ? {} : { handler: true };
    return { ...toolDeclaration(tool), ...handler };
  });
  return toolSurface.validate(toolSurface.read(around, declared));
}

/** A description of which a tool is made. */
export interface ToolDescription {
  readonly description: string;
  /** Made of the description when it is left out. */
  readonly name?: string;
  readonly parameters?: JsonObject;
  readonly returns?: Json;
  /** What it needs, such as `fs.read` or `net.http`; the level of its side effects follows from them. */
  readonly capabilities?: readonly string[];
  readonly sideEffectLevel?: string;
}

/** A tool without code: it checks its arguments and shows what would be called. */
export interface SynthesizedAgentTool extends AgentTool {
  /** The same description is the same id. */
  readonly id: string;
  readonly handler: (args: JsonObject) => JsonObject;
}

/** Tools of descriptions, kept for the run. */
export interface SynthesisMethods {
  /** Makes a tool of a description, for loops or to be called: `tool.handler(args)`. @throws HARN-TSY-... for what makes no sense. */
  synthesizeTool(description: ToolDescription): SynthesizedAgentTool;
  /** The tools that were made in this run. */
  synthesizedTools(): readonly JsonObject[];
  clearSynthesizedTools(): void;
}

export function synthesisMethods(ctx: RunContext): SynthesisMethods {
  return {
    synthesizeTool: ({ sideEffectLevel, ...given }) => {
      const level = sideEffectLevel === undefined ? {} : { side_effect_level: sideEffectLevel };
      const made = toolSynthesis.make(ctx, { ...(given as JsonObject), ...level });
      const { id, name, description, parameters, side_effect_level } = made;
      return {
        id,
        name,
        description,
        parameters,
        mutates: false,
        annotations: { kind: 'other', side_effect_level },
        handler: (args) => toolSynthesis.call(made, args),
      };
    },
    synthesizedTools: () => toolSynthesis.list(ctx) as readonly JsonObject[],
    clearSynthesizedTools: () => void toolSynthesis.clear(ctx),
  };
}
