// The height of a tree. Brackets are counted while parsing, but operator chains grow to the left without depth;
// later phases walk the tree by recursion, so what is too high is refused here.
import type { Module, Node } from '../ast.ts';

/** How many nodes may lie on one path. Chosen so that a recursive walk fits on a small stack. */
export const MAX_HEIGHT = 2_000;

/** A node on a path longer than `limit`, or undefined. Walks with a list of its own, not the stack. */
export function findTooHigh(module: Module, limit: number = MAX_HEIGHT): Node | undefined {
  const nodes: object[] = [module];
  const heights: number[] = [0];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const height = heights.pop() as number;
    if (height > limit) return node as Node;
    for (const value of Object.values(node)) {
      if (typeof value !== 'object' || value === null) continue;
      if (Array.isArray(value)) {
        for (const item of value as readonly object[]) {
          nodes.push(item);
          heights.push(height + 1);
        }
      } else if ('kind' in value) {
        nodes.push(value);
        heights.push(height + 1);
      }
    }
  }
  return undefined;
}
