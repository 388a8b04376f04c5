// In-place updates of containers. A variable that accumulates (`xs = xs + [e]`, `xs = xs.push(e)`, `d[k] = v`) gets a
// companion boolean: true while nobody else can hold its current list or dict. Showing the value to anyone clears it;
// a write that finds it false copies once and sets it. So a loop of appends is linear, and aliases never change.

import type { Binding, CheckedModule } from '../2-check/checked-module.ts';
import type { AssignStatement, Expression, MethodCall, Node } from '../ast.ts';
import type { Emitter } from './emitter.ts';
import type { Js } from './js.ts';
import { walk } from './walk.ts';

/** Methods that append one element. */
const APPENDS = new Set(['push', 'appending']);

/** Methods that give a fresh value and never keep their receiver or call back. */
const READS = new Set([
  'len',
  'count',
  'empty',
  'is_empty',
  'contains',
  'has',
  'index_of',
  'first',
  'last',
  'join',
  'get',
  'keys',
  'values',
  'entries',
  'starts_with',
  'ends_with',
]);

/** Builtins of the same kind. */
const READING_BUILTINS = new Set([
  'len',
  'println',
  'print',
  'log',
  'to_string',
  'type_of',
  'contains',
  'keys',
  'values',
  'entries',
  'join',
  'json_stringify',
  'has_key',
  'stdio.println',
  'stdio.print',
  'stdio.log',
]);

/** The variables of a module that accumulate. */
export function findOwners(checked: CheckedModule): Set<Binding> {
  const owners = new Set<Binding>();
  walk(checked.module, (node) => {
    if (node.kind !== 'AssignStatement') return;
    const root = rootOf(node.target);
    const binding = root === undefined ? undefined : checked.uses.get(root);
    if (binding === undefined || (binding.kind !== 'local' && binding.kind !== 'moduleVar')) return;
    if (!binding.mutable || binding.moduleId !== checked.source.id) return;
    if (node.target.kind !== 'Identifier' || accumulates(node, checked) !== undefined)
      owners.add(binding);
  });
  return owners;
}

/** The variable below a chain of members and subscripts. */
export function rootOf(
  target: Expression,
): Extract<Expression, { kind: 'Identifier' }> | undefined {
  if (target.kind === 'Identifier') return target;
  if (target.kind === 'Member' || target.kind === 'Index') return rootOf(target.object);
  return undefined;
}

export type Accumulation =
  | { readonly kind: 'append'; readonly element: Expression; readonly call: MethodCall }
  | { readonly kind: 'join'; readonly right: Expression };

/** What `x = x + …`, `x += …` or `x = x.push(e)` adds, when it is such an assignment. */
export function accumulates(
  node: AssignStatement,
  { uses }: Pick<CheckedModule, 'uses'>,
): Accumulation | undefined {
  const binding = uses.get(node.target);
  if (node.target.kind !== 'Identifier' || binding === undefined) return undefined;
  const { value } = node;
  const isSelf = (e: Expression) => e.kind === 'Identifier' && uses.get(e) === binding;
  if (node.operator === '+=')
    return isContainer(value) ? { kind: 'join', right: value } : undefined;
  if (node.operator !== '=') return undefined;
  if (value.kind === 'Binary' && value.operator === '+' && isSelf(value.left)) {
    return isContainer(value.right) ? { kind: 'join', right: value.right } : undefined;
  }
  if (value.kind !== 'MethodCall' || value.optional || !APPENDS.has(value.name)) return undefined;
  const element = value.args[0];
  if (value.args.length !== 1 || element === undefined || !isSelf(value.receiver)) return undefined;
  if (element.kind === 'Spread' || element.kind === 'NamedArgument') return undefined;
  return { kind: 'append', element, call: value };
}

function isContainer(node: Expression): boolean {
  return node.kind === 'ListLiteral' || node.kind === 'DictLiteral';
}

/** Code that evaluates to a container nobody else holds. */
export function isFresh(node: Expression): boolean {
  return isContainer(node);
}

/** The companion of a variable, if it has one. */
export function ownerFlag(em: Emitter, binding: Binding | undefined): string | undefined {
  if (binding === undefined || !em.owners.has(binding)) return undefined;
  return em.names.ownerOf(em.nameOf(binding));
}

/** The value of an expression for a use that does not let it escape: reading a part, comparing, showing. */
export function peek(em: Emitter, node: Expression): Js {
  if (node.kind !== 'Identifier') return em.value(node);
  const binding = em.bindingOf(node);
  if (binding === undefined || ownerFlag(em, binding) === undefined || em.isLate(binding))
    return em.value(node);
  return em.nameOf(binding);
}

export function isReadingMethod(name: string): boolean {
  return READS.has(name);
}

export function isReadingBuiltin(name: string): boolean {
  return READING_BUILTINS.has(name);
}

/** Calls, writes, and everything that may pull from a source or let another task run. */
const RUNS_OTHER_CODE: ReadonlySet<Node['kind']> = new Set<Node['kind']>([
  'Call',
  'MethodCall',
  'Pipe',
  'AssignStatement',
  'ForStatement',
  'Yield',
  'Emit',
  'Spawn',
  'Parallel',
  'Select',
  'Mutex',
  'Deadline',
]);

/** Whether evaluating a node can run other code of the program, so that a variable may change meanwhile. */
export function isQuiet(node: Node): boolean {
  let quiet = true;
  walk(node, (child) => {
    if (RUNS_OTHER_CODE.has(child.kind)) quiet = false;
  });
  return quiet;
}
