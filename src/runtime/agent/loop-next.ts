// How a loop goes on after a turn, and what a post-turn callback may say about that.
import type { Json, JsonObject } from '../../base/index.ts';
import type { LoopStatus } from './loop-result.ts';
import type { TurnTool } from './turn.ts';

/** How a loop goes on after a turn. */
export type Next =
  | { readonly kind: 'go' }
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'say';
      readonly text: string;
      /** Said by the program, not by the loop itself. */
      readonly isNews?: true;
    }
  | { readonly kind: 'stop'; readonly status: LoopStatus; readonly text?: string };

export const GO: Next = { kind: 'go' };
export const DONE: Next = { kind: 'stop', status: 'done' };

/** The calls of a turn, as a post-turn callback is told of them. */
export function toldOfTools(tools: readonly TurnTool[]): JsonObject {
  return {
    tool_names: tools.map((tool) => tool.tool_name),
    tool_results: tools.map(({ tool_name, status, rejected }) => ({ tool_name, status, rejected })),
    tool_count: tools.length,
  };
}

/** A text is said to the model, true ends the loop, a dict does either. */
export function readPostTurn(given: Json | undefined): Next {
  if (given === true) return { kind: 'stop', status: 'done' };
  if (typeof given === 'string')
    return given === '' ? { kind: 'go' } : { kind: 'say', text: given, isNews: true };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return { kind: 'go' };
  const { stop, message } = given as JsonObject;
  const said = typeof message === 'string' && message !== '' ? { text: message } : undefined;
  if (stop === true) return { kind: 'stop', status: 'done', ...said };
  return said === undefined ? GO : { kind: 'say', isNews: true, ...said };
}
