// Statements one by one. A statement gives the type of its value, `never` when it leaves.
import type {
  AssignStatement,
  Block,
  ForStatement,
  GuardStatement,
  If,
  LetStatement,
  RequireStatement,
  ReturnStatement,
  Statement,
  ThrowStatement,
  WhileStatement,
} from '../../ast.ts';
import type { BindingRecord } from '../records.ts';
import { assignable } from './assignable.ts';
import { foundType, mismatch } from './detail.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { checkThrow } from './exhaustive.ts';
import { expand, withoutNil } from './expand.ts';
import { checkReturned, checkThrown } from './functions.ts';
import { iteratedType } from './members.ts';
import { refine } from './narrow.ts';
import { arithmetic } from './operators.ts';
import { narrowPlace, referenceOf, typeOfPlace } from './references.ts';
import { doubtShared, forgetAssigned } from './shared.ts';
import { ANY, DICT, LIST, NEVER, NIL, type Type } from './type.ts';
import type { At, Walk } from './walk.ts';
import { widen } from './widen.ts';

export function walkLet(walk: Walk, node: LetStatement): void {
  if (node.type === undefined) {
    const type = walk.infer(node.value);
    walk.bindPattern(node.pattern, type);
    return;
  }
  const declared = walk.readType(node.type);
  const type = walk.infer(node.value, declared);
  const { pattern } = node;
  const name = pattern.kind === 'NamePattern' ? pattern.name : 'value';
  checkFit(walk, name, type, declared, node.value);
  if (pattern.kind !== 'NamePattern') {
    walk.bindPattern(pattern, declared);
    return;
  }
  const binding = walk.record.declares.get(pattern);
  if (binding === undefined) return;
  binding.hasAnnotation = true;
  binding.declaredType = declared;
  binding.type = declared;
}

/** Reports a value that does not fit what its name was declared as. */
function checkFit(
  walk: Walk,
  name: string,
  type: Type,
  declared: Type,
  at: At,
  isAssignment = false,
): void {
  if (assignable(type, declared)) return;
  const got = foundType(type, declared);
  const problem = {
    name,
    expected: typeText(declared),
    got: typeText(got),
    ...mismatch(got, declared),
  };
  const make = isAssignment ? typeErrors.assigned : typeErrors.initializer;
  walk.error(make(problem, { span: at.span }));
}

export function walkAssign(walk: Walk, node: AssignStatement): void {
  const { target, operator, value } = node;
  const binding = target.kind === 'Identifier' ? walk.record.uses.get(target) : undefined;
  const wanted =
    binding?.declaredType ?? (target.kind === 'Identifier' ? ANY : placeType(walk, node));
  const given = walk.infer(value, wanted);
  let type = given;
  if (operator !== '=') {
    const before = target.kind === 'Identifier' ? walk.infer(target) : typeOfPlace(walk, target);
    type = arithmetic(walk, node, operator.slice(0, -1) as '+', before, given) ?? ANY;
  } else if (target.kind !== 'Identifier') {
    walk.infer(target.object);
    if (target.kind === 'Index') walk.infer(target.index);
  }
  if (target.kind === 'Identifier') {
    checkFit(walk, target.name, type, wanted, value, true);
    if (binding === undefined) return;
    // The declared type holds again; without one, what was assigned is what is known.
    const isDeclared = wanted.kind !== 'any';
    walk.flow.set(binding, isDeclared ? wanted : isShared(binding) ? ANY : widen(type));
    return;
  }
  const name = target.kind === 'Member' ? target.name : 'element';
  checkFit(walk, name, type, wanted, value, true);
  forgetInside(walk, target);
  if (operator === '=' && type.kind !== 'any') narrowPlace(walk, target, widen(type));
}

/** A variable that closures assign too: no line can tell what it holds. */
function isShared({ captured, reassigned }: BindingRecord): boolean {
  return reassigned && captured;
}

/** What an element or field was declared to hold; anything, where the container's type was only inferred. */
function placeType(walk: Walk, { target }: AssignStatement): Type {
  if (target.kind === 'Identifier') return ANY;
  let root = target.object;
  while (root.kind === 'Member' || root.kind === 'Index') root = root.object;
  const binding = root.kind === 'Identifier' ? walk.record.uses.get(root) : undefined;
  const declared = binding?.declaredType;
  if (declared === undefined || declared.kind === 'any' || !binding?.hasAnnotation) return ANY;
  const type = typeOfPlace(walk, { ...target, optional: true });
  return type;
}

/** After a write below a variable whose type was inferred, its inside is open. */
function forgetInside(
  walk: Walk,
  target: Exclude<AssignStatement['target'], { kind: 'Identifier' }>,
): void {
  let root = target.object;
  while (root.kind === 'Member' || root.kind === 'Index') root = root.object;
  const reference = referenceOf(walk, root);
  if (reference === undefined) return;
  const { binding } = reference;
  const type = binding.type ?? ANY;
  const open = expand(type);
  if (binding.hasAnnotation) walk.flow.set(binding, binding.declaredType);
  else if (open.kind === 'shape' && !open.declared) walk.flow.set(binding, DICT);
  else if (open.kind === 'container' && open.name === 'list') walk.flow.set(binding, LIST);
  else walk.flow.set(binding, type);
}

export function walkReturn(walk: Walk, node: ReturnStatement): void {
  const { returns } = walk.frame;
  const type = node.value === undefined ? NIL : walk.infer(node.value, returns);
  checkReturned(walk, type, node.value ?? node);
}

export function walkThrow(walk: Walk, node: ThrowStatement): void {
  checkThrown(walk, walk.infer(node.value), node);
  checkThrow(walk, node);
}

/** What holds after a guard is its condition: the other way leaves. */
export function walkGuard(walk: Walk, node: GuardStatement): void {
  walk.infer(node.condition);
  const mark = walk.flow.mark();
  refine(walk, node.condition, false);
  const otherwise = walk.block(node.otherwise);
  const changes = walk.flow.take(mark);
  refine(walk, node.condition, true);
  if (otherwise.kind === 'never') return;
  if (walk.isStrict) {
    const span = { ...node.span, end: node.condition.span.end };
    walk.warn(typeErrors.guardStays({}, { span }));
  }
  walk.flow.join([walk.flow.take(mark), changes]);
}

export function walkRequire(walk: Walk, node: RequireStatement): void {
  walk.infer(node.condition);
  if (node.message !== undefined) {
    const mark = walk.flow.mark();
    refine(walk, node.condition, false);
    walk.infer(node.message);
    walk.flow.undo(mark);
  }
  refine(walk, node.condition, true);
}

export function walkFor(walk: Walk, node: ForStatement): void {
  const type = walk.infer(node.iterable);
  const iterated = type.kind === 'any' ? type : iteratedType(withoutNil(type));
  if (iterated === undefined && withoutNil(type).kind !== 'never' && walk.isStrict)
    walk.warn(
      typeErrors.notIterable({ type: typeText(widen(type)) }, { span: node.iterable.span }),
    );
  inLoop(walk, node, node.body, () => walk.bindPattern(node.pattern, iterated ?? ANY));
}

/** `while true` without a `break` is never passed. */
export function walkWhile(walk: Walk, node: WhileStatement): Type {
  forgetAssigned(walk, node);
  walk.infer(node.condition);
  const { breaks } = walk;
  inLoop(walk, node, node.body, () => refine(walk, node.condition, true));
  const isEndless = node.condition.kind === 'BoolLiteral' && node.condition.value;
  return isEndless && walk.breaks === breaks ? NEVER : NIL;
}

/** A body that runs any number of times: what it assigns is open, before, in and after it. */
export function inLoop(walk: Walk, node: At, body: Block, prepare: () => void): Type {
  forgetAssigned(walk, node);
  doubtShared(walk);
  const mark = walk.flow.mark();
  prepare();
  const value = walk.block(body);
  walk.flow.undo(mark);
  return value;
}

/** Statements in order. After one that leaves, the rest is unreachable: it is reported once and still walked. */
export function walkStatements(
  walk: Walk,
  nodes: readonly Statement[],
  visit: (node: Statement) => Type,
): Type {
  let value: Type = NIL;
  let left = false;
  let before: Statement | undefined;
  for (const node of nodes) {
    if (before !== undefined && isJump(before) && !isDeclaration(node)) {
      walk.warn(typeErrors.unreachableCode({}, { span: node.span }));
      before = undefined;
      left = true;
    } else if (!left) before = node;
    value = visit(node);
    if (value.kind === 'never') left = true;
  }
  return left ? NEVER : value;
}

/** Whether a statement leaves for everyone to see: a jump, or an `if` all of whose branches end in one. */
function isJump(node: Statement): boolean {
  switch (node.kind) {
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return true;
    case 'ExpressionStatement':
      return node.expression.kind === 'If' && isJumpingIf(node.expression);
    default:
      return false;
  }
}

function isJumpingIf({ then, otherwise }: If): boolean {
  if (otherwise === undefined || !endsInJump(then)) return false;
  return otherwise.kind === 'If' ? isJumpingIf(otherwise) : endsInJump(otherwise);
}

function endsInJump({ statements }: Block): boolean {
  const last = statements.at(-1);
  return last !== undefined && isJump(last);
}

function isDeclaration({ kind }: Statement): boolean {
  return kind.endsWith('Declaration');
}
