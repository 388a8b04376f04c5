// Variables that other functions and tasks assign: what a condition said about one holds until something may run that
// assigns it. After that nothing is known of it, so nothing is reported: neither that it is nil, nor that it may be.
import type { Argument, Call, Expression, MethodCall } from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { argumentValue } from '../call-target.ts';
import type { BindingRecord } from '../records.ts';
import { alternatives } from './expand.ts';
import { methodOf } from './methods.ts';
import { typeOfPlace } from './references.ts';
import { ANY } from './type.ts';
import type { At, Walk } from './walk.ts';

/** What a block may have been in the middle of: every variable it assigns is what it was declared as. */
export function forgetAssigned(walk: Walk, { span }: At): void {
  for (const binding of walk.record.assignedWithin(span.start, span.end))
    walk.flow.set(binding, binding.declaredType);
}

/**
 * A body that may run at any time from here on assigns variables. Where the newer rules hold they are what they were
 * declared as, which asks for checks; elsewhere they are not known, since nobody was ever asked to check again.
 */
export function forgetAssignedLater(walk: Walk, node: At): void {
  if (walk.isStrict) {
    forgetAssigned(walk, node);
    return;
  }
  for (const binding of walk.record.assignedWithin(node.span.start, node.span.end))
    doubt(walk, binding);
}

/** Anything may have run: every variable that other functions assign is open, as far as more was known of it. */
export function doubtShared(walk: Walk): void {
  for (const binding of walk.record.sharedVariables) doubt(walk, binding);
}

/** A call has been walked: what it may have run may have assigned. */
export function doubtAfterCall(walk: Walk, node: Call | MethodCall): void {
  if (walk.record.sharedVariables.size > 0 && mayAssign(walk, node)) doubtShared(walk);
}

function doubt(walk: Walk, binding: BindingRecord): void {
  const { type, declaredType, paths } = binding;
  if (type === undefined || (type === declaredType && paths === undefined)) return;
  walk.flow.set(binding, ANY);
}

/** Whether a call may run code of the program, or let other tasks run. */
function mayAssign(walk: Walk, node: Call | MethodCall): boolean {
  const target = walk.record.calls.get(node)?.target;
  switch (target?.kind) {
    case 'builtin':
    case 'capability':
      return mayWait(target.spec) || node.args.some((arg) => mayBeCallable(walk, arg));
    case 'struct':
    case 'enumVariant':
      return false;
    default:
  }
  if (node.kind === 'Call') return true;
  const method = methodOf(walk.builtins, typeOfPlace(walk, node.receiver), node);
  const isBuiltin = method !== undefined && !method.isDeclared;
  return !isBuiltin || node.args.some((arg) => mayBeCallable(walk, arg));
}

function mayWait({ suspends }: BuiltinSpec): boolean {
  return suspends === true;
}

function mayBeCallable(walk: Walk, arg: Argument): boolean {
  return !isData(walk, argumentValue(arg));
}

function isData(walk: Walk, node: Expression): boolean {
  switch (node.kind) {
    case 'StringLiteral':
    case 'InterpolatedString':
    case 'IntLiteral':
    case 'FloatLiteral':
    case 'BoolLiteral':
    case 'NilLiteral':
    case 'DurationLiteral':
    case 'Binary':
    case 'Unary':
      return true;
    case 'Identifier':
    case 'Member':
    case 'Index':
      return alternatives(typeOfPlace(walk, node)).every(
        ({ kind }) => kind === 'primitive' || kind === 'literal',
      );
    default:
      return false;
  }
}
