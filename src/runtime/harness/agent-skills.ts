// Skills of loops in TypeScript: those that a program declares, and cards as `harness.skills.find` gives them.
import type { Json, JsonObject } from '../../base/index.ts';
import type { Skill } from '../skills/index.ts';
import { codeHandler } from './permissions.ts';

/** A skill that a program declares. */
export interface AgentSkill {
  readonly name: string;
  /** What it does and when to use it, in one sentence: what models and the matcher see. */
  readonly description: string;
  readonly whenToUse?: string;
  /** Files whose presence among `working_files` means that it fits, as patterns. */
  readonly paths?: readonly string[];
  /** The tools that are left while it is in force: names, `namespace:<tag>`, or `*`. */
  readonly allowedTools?: readonly string[];
  /** Its text: stands in the system prompt while it is in force. */
  readonly prompt?: string;
  /** MCP servers of harn.toml that it needs: connected while it is in force, and the loop has their tools. */
  readonly requiresMcp?: readonly string[];
  /** True: only code brings it into force, neither the matcher nor the model. */
  readonly disableModelInvocation?: boolean;
  /** Called with `{name, iteration, reason, score}` when it comes into force; the loop waits for it. */
  readonly onActivate?: (about: JsonObject) => unknown;
  /** Called with `{name, iteration}` when it ceases to be in force. */
  readonly onDeactivate?: (about: JsonObject) => unknown;
}

/** A skill as loops have it. */
export function asSkill(given: AgentSkill | JsonObject): Skill {
  const { onActivate, onDeactivate, ...declared } = given as AgentSkill;
  const card: { [field: string]: Json } = {};
  for (const [field, value] of Object.entries(declared)) {
    if (value !== undefined) card[SPELLED[field] ?? field] = value as Json;
  }
  return {
    card,
    ...(onActivate === undefined ? {} : { onActivate: codeHandler(onActivate) }),
    ...(onDeactivate === undefined ? {} : { onDeactivate: codeHandler(onDeactivate) }),
  };
}

const SPELLED: { readonly [field: string]: string | undefined } = {
  whenToUse: 'when_to_use',
  allowedTools: 'allowed_tools',
  requiresMcp: 'requires_mcp',
  disableModelInvocation: 'disable_model_invocation',
};
