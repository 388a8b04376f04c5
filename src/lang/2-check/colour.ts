// The two colours: which functions may suspend. Seeds are what waits by itself (spawn, select, unknown calls, unbounded
// loops, recursion); the colour then spreads from callees to callers until nothing changes. The world is closed:
// imports are static, so every function is known.
import type { Expression, ForStatement } from '../ast.ts';
import { CallEffects } from './call-effect.ts';
import { findRecursion } from './call-graph.ts';
import type { CallNode } from './checked-module.ts';
import type { ProgramState } from './program-state.ts';
import type { BindingRecord, CallRecord, ColourNode, FunctionRecord } from './records.ts';
import { ValueKinds } from './value-kinds.ts';

/** A `for` over a literal range of at most this many numbers is short: it neither ticks nor suspends. */
const SHORT_RANGE = 10_000n;

/** Who suspends when its callee does: a function at a call, or a group of methods of which one does. */
interface Dependent {
  readonly caller: ColourNode;
  readonly call: CallSite | undefined;
}

interface CallSite {
  readonly caller: FunctionRecord;
  readonly node: CallNode;
}

class ColourGraph {
  readonly dependents = new Map<ColourNode, Dependent[]>();
  readonly successors = new Map<ColourNode, Set<ColourNode>>();

  /** One may come to run the other. */
  addReference(from: ColourNode, to: ColourNode): void {
    const known = this.successors.get(from);
    if (known === undefined) this.successors.set(from, new Set([to]));
    else known.add(to);
  }

  /** `caller` suspends if `callee` does. */
  addCall(callee: ColourNode, dependent: Dependent): void {
    this.addReference(dependent.caller, callee);
    const known = this.dependents.get(callee);
    if (known === undefined) this.dependents.set(callee, [dependent]);
    else known.push(dependent);
  }
}

/** Sets the colour of every function and call, the suspension points, the loops that tick, and tail calls. */
export function inferColours(state: ProgramState, entryPoints: ReadonlySet<FunctionRecord>): void {
  const kinds = new ValueKinds(state);
  const effects = new CallEffects(state, kinds);
  const graph = new ColourGraph();
  const groups = [...state.methods.values()];

  for (const group of groups)
    for (const member of group.members) graph.addCall(member, { caller: group, call: undefined });
  for (const record of state.functions) {
    for (const referenced of referencedBy(state, record)) graph.addReference(record, referenced);
    if (entryPoints.has(record) || suspendsByNature(record)) record.suspends = true;
    for (const loop of record.loops) colourLoop(record, loop, kinds);
    for (const node of record.calls) {
      const call = { caller: record, node };
      const { waits, callees } = effects.of(node, record.module);
      if (waits) markSuspending(call);
      for (const callee of callees) graph.addCall(callee, { caller: record, call });
    }
  }
  const nodes: ColourNode[] = [...state.functions, ...groups];
  findRecursion(nodes, (node) => [...(graph.successors.get(node) ?? [])]);
  for (const node of nodes) if (node.recursive) node.suspends = true;
  spread(nodes, graph);
  for (const record of state.functions) findTailCalls(state, record);
}

/** Constructs, generators and bodies that the scheduler drives. */
function suspendsByNature({ node, produces, waits, module }: FunctionRecord): boolean {
  for (const wait of waits) module.suspensionPoints.add(wait);
  const isDriven =
    node.kind === 'Module' ||
    node.kind === 'PipelineDeclaration' ||
    node.kind === 'EvalPackDeclaration';
  return isDriven || waits.length > 0 || produces !== 'value';
}

function referencedBy(state: ProgramState, record: FunctionRecord): Set<FunctionRecord> {
  const found = new Set<FunctionRecord>(record.children);
  // A pipeline runs the body of the one it extends.
  if (record.inherits !== undefined) found.add(record.inherits);
  for (const binding of record.references) {
    const target = state.functionOf.get(binding);
    if (target !== undefined) found.add(target);
    for (const { value } of binding.received) {
      if (value.kind !== 'Closure' || binding.moduleId === undefined) continue;
      const closure = state.modules.get(binding.moduleId)?.functions.get(value);
      if (closure !== undefined) found.add(closure);
    }
  }
  return found;
}

function colourLoop(
  record: FunctionRecord,
  loop: FunctionRecord['loops'][number],
  kinds: ValueKinds,
): void {
  const { tickLoops, suspensionPoints } = record.module;
  if (loop.kind !== 'ForStatement') {
    tickLoops.add(loop);
    record.suspends = true;
    return;
  }
  switch (iterationOf(loop, record, kinds)) {
    case 'short':
      return;
    case 'bounded':
      tickLoops.add(loop);
      return;
    case 'long':
      tickLoops.add(loop);
      record.suspends = true;
      return;
    case 'waits':
      tickLoops.add(loop);
      suspensionPoints.add(loop);
      record.suspends = true;
  }
}

/** `short`: no tick needed. `bounded`: by the size of a value. `long`: an open range. `waits`: maybe a channel. */
function iterationOf(
  { iterable }: ForStatement,
  record: FunctionRecord,
  kinds: ValueKinds,
): 'short' | 'bounded' | 'long' | 'waits' {
  if (iterable.kind === 'ListLiteral') return 'short';
  if (iterable.kind === 'Range') return isShort(iterable) ? 'short' : 'long';
  switch (kinds.of(iterable, record.module)) {
    case 'unknown':
    case 'iter':
      return 'waits';
    case 'range':
      return 'long';
    default:
      return 'bounded';
  }
}

function isShort({ start, end }: Extract<Expression, { kind: 'Range' }>): boolean {
  if (start.kind !== 'IntLiteral' || end.kind !== 'IntLiteral') return false;
  return end.value - start.value <= SHORT_RANGE;
}

function markSuspending({ caller, node }: CallSite): void {
  caller.suspends = true;
  caller.module.suspensionPoints.add(node);
  (caller.module.calls.get(node) as CallRecord).suspends = true;
}

/** From callees to callers. Calling a generator only makes it, so its colour stays its own. */
function spread(nodes: readonly ColourNode[], graph: ColourGraph): void {
  const queue = nodes.filter((node) => node.suspends);
  const done = new Set<ColourNode>();
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (done.has(node)) continue;
    done.add(node);
    if (node.produces !== 'value') continue;
    for (const { caller, call } of graph.dependents.get(node) ?? []) {
      if (call !== undefined) markSuspending(call);
      caller.suspends = true;
      if (!done.has(caller)) queue.push(caller);
    }
  }
}

/** `return f(...)` with nothing left to do: to itself a loop, within a recursive group a trampoline. */
function findTailCalls(state: ProgramState, record: FunctionRecord): void {
  if (record.hasDefer || record.produces !== 'value' || !record.recursive) return;
  if (record.node.kind !== 'FunctionDeclaration') return;
  for (const node of record.returnedCalls) {
    const call = record.module.calls.get(node);
    if (call?.target.kind !== 'function') continue;
    const callee = state.functionOf.get(call.target.binding as BindingRecord);
    if (callee?.group !== record.group || callee.produces !== 'value') continue;
    if (callee === record) record.selfTailCalls = true;
    else if (callee.node.kind === 'FunctionDeclaration') record.cycleTailCalls = true;
    else continue;
    call.tail = callee === record ? 'self' : 'cycle';
  }
}
