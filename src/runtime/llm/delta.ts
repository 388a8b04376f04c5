// Pieces of an answer on their way: what a stream hands over before the answer is complete. Pieces that follow one
// another and belong together are joined, so that a slow listener gets fewer and longer ones.
import type { LlmAnswer } from './result.ts';

/** One piece. The texts of all pieces of a kind, joined, are what the answer has in the end. */
export type LlmDelta =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      /** A piece of the arguments as JSON text; alone it need not parse. */
      readonly arguments: string;
    };

/** Adds a piece, or makes the last one longer. */
export function joinDelta(deltas: LlmDelta[], next: LlmDelta): void {
  const last = deltas.at(-1);
  if (last?.type === 'tool_call') {
    if (next.type === 'tool_call' && next.id === last.id) {
      deltas[deltas.length - 1] = { ...last, arguments: last.arguments + next.arguments };
      return;
    }
  } else if (last !== undefined && next.type === last.type) {
    deltas[deltas.length - 1] = { type: last.type, text: last.text + next.text };
    return;
  }
  deltas.push(next);
}

/** The pieces of an answer that came in one: words of its text, so that what listens has something to do. */
export function deltasOf(answer: LlmAnswer): readonly LlmDelta[] {
  const { text, thinking, tool_calls: calls } = answer;
  const words = text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [];
  return [
    ...(thinking === null ? [] : [{ type: 'reasoning' as const, text: thinking }]),
    ...words.map((word) => ({ type: 'text' as const, text: word })),
    ...calls.map(({ id, name, arguments: args }) => ({
      type: 'tool_call' as const,
      id,
      name,
      arguments: typeof args === 'string' ? args : JSON.stringify(args),
    })),
  ];
}
