// Assignments. Containers are values: writing into one makes a new container and rebinds the root variable, unless
// the variable owns the old one (ownership.ts), then it is changed in place.

import type { AssignStatement, AssignTarget, Expression, Identifier } from '../ast.ts';
import { callMethodOf } from './call.ts';
import type { Emitter } from './emitter.ts';
import { DISCARD } from './frame.ts';
import { type Js, quote } from './js.ts';
import { arithmetic, propertyRead, subscript } from './operators.ts';
import { accumulates, isFresh, isQuiet, ownerFlag, rootOf } from './ownership.ts';
import { walk } from './walk.ts';

export function assignStatement(em: Emitter, node: AssignStatement): void {
  const root = rootOf(node.target);
  const fault =
    em.checked.faults.get(node) ??
    em.checked.faults.get(node.target) ??
    (root === undefined ? undefined : em.checked.faults.get(root));
  if (fault !== undefined) {
    em.into(node.value, DISCARD);
    em.push(`${em.raise(fault, node.target)};`);
    return;
  }
  if (node.target.kind === 'Identifier') assignVariable(em, node, node.target);
  else assignPart(em, node, node.target, root);
}

function assignVariable(em: Emitter, node: AssignStatement, target: Identifier): void {
  const binding = em.bindingOf(target);
  if (binding === undefined) {
    em.into(node.value, DISCARD);
    return;
  }
  const name = em.nameOf(binding);
  const flag = ownerFlag(em, binding);
  if (flag !== undefined && accumulate(em, node, name, flag)) return;
  if (node.operator !== '=') {
    // The old value is read before the right side runs.
    const operands = em.ordered([() => name, () => em.value(node.value)]);
    const value = em.once(operands, (a, b) =>
      arithmetic(em, node, operatorOf(node), a as Js, b as Js),
    );
    em.push(`${name} = ${value};`);
    if (flag !== undefined) em.push(`${flag} = false;`);
    return;
  }
  if (flag === undefined && !runsAfterwards(node.value))
    em.into(node.value, { kind: 'assign', name });
  else {
    em.push(`${name} = ${em.value(node.value)};`);
    if (flag !== undefined) em.push(`${flag} = ${isFresh(node.value)};`);
  }
}

/** Whether something runs between the moment the value is known and the end of the expression. */
function runsAfterwards(node: Expression): boolean {
  let found = false;
  walk(node, (child) => {
    if (child.kind === 'DeferStatement' || (child.kind === 'Try' && child.finally !== undefined))
      found = true;
  });
  return found;
}

function operatorOf(node: AssignStatement): string {
  return node.operator.slice(0, -1);
}

/** `xs = xs + [e]`, `xs += [e]`, `d = d + {k: v}`, `xs = xs.push(e)` on a variable that may own its container. */
function accumulate(em: Emitter, node: AssignStatement, name: string, flag: string): boolean {
  const what = accumulates(node, em.checked);
  if (what === undefined) return false;
  if (what.kind === 'join') {
    const { old, right, owned } = operandsOf(em, what.right, name, flag);
    em.push(`${name} = ${em.call('join', [old, right, owned], node)};`, `${flag} = true;`);
    return true;
  }
  const { old, right, owned } = operandsOf(em, what.element, name, flag);
  const element = settle(em, right);
  const { lines, result } = em.capture(() => callMethodOf(em, what.call, old, [element]));
  em.push(`if (${em.$('isArray')}(${old})) {`);
  em.push(`${name} = ${em.$('append')}(${old}, ${element}, ${owned});`, `${flag} = true;`);
  em.push('} else {', ...lines, `${name} = ${result};`, `${flag} = false;`, '}');
  return true;
}

/**
 * The old container, what is added to it, and whether the old one may be changed in place. Where evaluating what is
 * added can run other code, that code must not change the old container, which was read before it, and may take it
 * elsewhere. So the flag says null meanwhile: a write sees "not owned" and copies, and whoever shows or writes the
 * variable leaves another mark than null.
 */
function operandsOf(
  em: Emitter,
  added: Expression,
  name: string,
  flag: string,
): { readonly old: Js; readonly right: Js; readonly owned: Js } {
  if (isQuiet(added)) return { old: name, right: em.value(added), owned: flag };
  const old = em.spill(name);
  const owned = em.spill(flag);
  em.push(`${flag} = null;`);
  const right = em.spill(em.value(added));
  return { old, right, owned: `${owned} && ${flag} === null` };
}

/** One step below the root: a name or a subscript that is already code. */
type Step =
  | { readonly kind: 'name'; readonly name: string; readonly at: Expression }
  | { readonly kind: 'key'; readonly js: Js; readonly at: Expression };

function assignPart(
  em: Emitter,
  node: AssignStatement,
  target: AssignTarget,
  root: Identifier | undefined,
): void {
  const chain = chainOf(target);
  const binding = root === undefined ? undefined : em.bindingOf(root);
  const base = () => (binding === undefined ? em.value(baseOf(target)) : em.nameOf(binding));
  const keys = chain.map(
    (part) => () => (part.kind === 'Index' ? em.value(part.index) : quote(part.name)),
  );
  const isPlain = node.operator === '=';
  const parts = em.ordered(isPlain ? [...keys, () => em.value(node.value)] : keys);
  const steps = chain.map((part, i): Step => {
    if (part.kind === 'Member') return { kind: 'name', name: part.name, at: part };
    return { kind: 'key', js: settle(em, parts[i] as Js), at: part };
  });
  const holder = binding === undefined ? em.spill(base()) : em.nameOf(binding);
  const value = isPlain
    ? stored(em, node, steps, parts[parts.length - 1] as Js)
    : changed(em, node, holder, steps);
  const flag = ownerFlag(em, binding);
  em.push(`${holder} = ${write(em, holder, steps, value, flag)};`);
  if (flag !== undefined) em.push(`${flag} = true;`);
}

/** A key is used for reading and for writing. */
function settle(em: Emitter, js: Js): Js {
  return em.isStable(js) ? js : em.spill(js);
}

function chainOf(target: Expression): Extract<Expression, { kind: 'Member' | 'Index' }>[] {
  if (target.kind !== 'Member' && target.kind !== 'Index') return [];
  return [...chainOf(target.object), target];
}

function baseOf(target: Expression): Expression {
  return target.kind === 'Member' || target.kind === 'Index' ? baseOf(target.object) : target;
}

function readStep(em: Emitter, object: Js, step: Step): Js {
  if (step.kind === 'name') return propertyRead(em, object, step.name, false, step.at);
  return subscript(em, object, step.js, false, step.at);
}

/** The value to store. The right side has run before the container is read: it may write into the same one. */
function stored(em: Emitter, node: AssignStatement, steps: readonly Step[], right: Js): Js {
  return steps.length > 1 || !isQuiet(node.value) ? settle(em, right) : right;
}

/** The value to store for `+=` and its like: the old one is read before the right side runs. */
function changed(em: Emitter, node: AssignStatement, holder: Js, steps: readonly Step[]): Js {
  const old = em.spill(steps.reduce((object, step) => readStep(em, object, step), holder));
  const right = settle(em, em.value(node.value));
  return em.spill(arithmetic(em, node, operatorOf(node), old, right));
}

/** Only the root container can be owned; the ones inside it are copied, because others may hold them. */
function write(
  em: Emitter,
  holder: Js,
  steps: readonly Step[],
  value: Js,
  flag: string | undefined,
): Js {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const inner =
    rest.length === 0
      ? value
      : write(em, em.spill(readStep(em, holder, step)), rest, value, undefined);
  const own = flag === undefined ? [] : [flag];
  if (step.kind === 'name')
    return em.call('setProperty', [holder, quote(step.name), inner, ...own], step.at);
  return em.call('setIndex', [holder, step.js, inner, ...own], step.at);
}
