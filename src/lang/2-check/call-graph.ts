// Which functions can reach themselves: strongly connected groups of the reference graph (Tarjan, iterative). An edge
// is any way in which one function may come to run another: calling, naming or creating it.
import type { ColourNode } from './records.ts';

interface Frame {
  readonly record: ColourNode;
  readonly successors: readonly ColourNode[];
  next: number;
}

/** Sets `group` and `recursive` of every node. */
export function findRecursion(
  nodes: readonly ColourNode[],
  successorsOf: (record: ColourNode) => readonly ColourNode[],
): void {
  const order = new Map<ColourNode, number>();
  const low = new Map<ColourNode, number>();
  const open: ColourNode[] = [];
  const isOpen = new Set<ColourNode>();
  let groups = 0;

  const lower = (record: ColourNode, value: number) => {
    low.set(record, Math.min(low.get(record) as number, value));
  };
  const enter = (record: ColourNode): Frame => {
    order.set(record, order.size);
    low.set(record, order.get(record) as number);
    open.push(record);
    isOpen.add(record);
    return { record, successors: successorsOf(record), next: 0 };
  };
  const close = ({ record, successors }: Frame) => {
    if (low.get(record) !== order.get(record)) return;
    const isSingle = open.at(-1) === record;
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      isOpen.delete(member);
      member.group = groups;
      member.recursive = !isSingle || successors.includes(record);
      if (member === record) break;
    }
    groups += 1;
  };

  for (const start of nodes) {
    if (order.has(start)) continue;
    const stack = [enter(start)];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const successor = frame.successors[frame.next];
      frame.next += 1;
      if (successor === undefined) {
        stack.pop();
        close(frame);
        const parent = stack.at(-1);
        if (parent !== undefined) lower(parent.record, low.get(frame.record) as number);
      } else if (!order.has(successor)) {
        stack.push(enter(successor));
      } else if (isOpen.has(successor)) {
        lower(frame.record, order.get(successor) as number);
      }
    }
  }
}
