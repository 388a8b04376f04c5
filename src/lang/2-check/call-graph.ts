// Which functions can reach themselves: strongly connected groups of the reference graph (Tarjan, iterative). An edge
// is any way in which one function may come to run another: calling, naming or creating it.
import type { FunctionRecord } from './records.ts';

interface Frame {
  readonly record: FunctionRecord;
  readonly successors: readonly FunctionRecord[];
  next: number;
}

/** Sets `group` and `recursive` of every function. */
export function findRecursion(
  functions: readonly FunctionRecord[],
  successorsOf: (record: FunctionRecord) => readonly FunctionRecord[],
): void {
  const order = new Map<FunctionRecord, number>();
  const low = new Map<FunctionRecord, number>();
  const open: FunctionRecord[] = [];
  const isOpen = new Set<FunctionRecord>();
  let groups = 0;

  const lower = (record: FunctionRecord, value: number) => {
    low.set(record, Math.min(low.get(record) as number, value));
  };
  const enter = (record: FunctionRecord): Frame => {
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

  for (const start of functions) {
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
