// Visits every node below a node, in source order, by looking at its fields.
import type { Node } from '../ast.ts';

/** Calls `visit` for `root` and everything below it. */
export function walk(root: Node, visit: (node: Node) => void): void {
  visit(root);
  for (const [key, field] of Object.entries(root)) {
    if (key === 'comments' || typeof field !== 'object' || field === null) continue;
    if (Array.isArray(field)) {
      for (const item of field as readonly unknown[]) if (isNode(item)) walk(item, visit);
    } else if (isNode(field)) walk(field, visit);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value && 'span' in value;
}
