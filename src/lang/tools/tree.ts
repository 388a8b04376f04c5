// Ways through the syntax tree for tools: what lies directly below a node, and which nodes are around a place.
import type { Module, Node } from '../ast.ts';

/** The nodes directly below a node, in source order. */
export function* childrenOf(node: Node): Generator<Node, void, undefined> {
  for (const [key, field] of Object.entries(node)) {
    if (key === 'comments' || typeof field !== 'object' || field === null) continue;
    if (isNode(field)) yield field;
    else if (Array.isArray(field))
      for (const item of field as readonly unknown[]) if (isNode(item)) yield item;
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value && 'span' in value;
}

/** The nodes around an offset, outermost first. A place between two nodes belongs to the one that it begins. */
export function pathTo(module: Module, offset: number): Node[] {
  const path: Node[] = [module];
  for (let at: Node | undefined = module; at !== undefined; ) {
    at = childAt(at, offset);
    if (at !== undefined) path.push(at);
  }
  return path;
}

function childAt(node: Node, offset: number): Node | undefined {
  let touching: Node | undefined;
  for (const child of childrenOf(node)) {
    const { start, end } = child.span;
    if (start > offset || end < offset || start === end) continue;
    if (end > offset) return child;
    touching = child;
  }
  return touching;
}
