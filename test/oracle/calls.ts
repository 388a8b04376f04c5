// Calls of the reference interpreter: what a name in call position means, arguments, methods, pipes, tail calls.
import type { Argument, Call, Expression, Member, MethodCall, Pipe } from '../../src/lang/ast.ts';
import {
  call,
  callMethodS,
  type Dict,
  fail,
  isList,
  makeEnum,
  makeStruct,
  optionalProperty,
  property,
  type Steps,
  typeOf,
  type Value,
} from '../../src/values/index.ts';
import { type Entity, Scope } from './environment.ts';
import type { Frame } from './machine.ts';
import { NotModelled, TailCall } from './signals.ts';

/** The name of the cell that holds what was piped. */
export const PIPED = '|>';

/** The value of a name: a variable, else a builtin. */
export function readName(name: string, at: number, scope: Scope, frame: Frame): Value {
  const cell = scope.find(name, at);
  const value = cell === undefined ? frame.task.machine.builtins.get(name) : cell.value;
  if (value === undefined) throw fail.undefinedVariable({ name });
  return value;
}

function entityOf(node: Expression, scope: Scope): Entity | undefined {
  if (node.kind !== 'Identifier') return undefined;
  return scope.find(node.name, node.span.start)?.entity;
}

/** The name of the enum that an expression names, if it does. */
function enumName(node: Expression, scope: Scope): string | undefined {
  const entity = entityOf(node, scope);
  if (entity?.kind === 'enum') return entity.declaration.name;
  const isBuiltin = node.kind === 'Identifier' && node.name === 'Result';
  return isBuiltin && scope.find('Result', node.span.start) === undefined ? 'Result' : undefined;
}

export function* evaluateArgs(
  args: readonly Argument[],
  scope: Scope,
  frame: Frame,
): Steps<Value[]> {
  const values: Value[] = [];
  for (const arg of args) {
    if (arg.kind === 'NamedArgument') throw new NotModelled('named arguments');
    if (arg.kind !== 'Spread') {
      values.push(yield* frame.evaluate(arg, scope));
      continue;
    }
    const spread = yield* frame.evaluate(arg.value, scope);
    if (!isList(spread)) throw fail.spread({ into: 'arguments', got: typeOf(spread) });
    values.push(...spread);
  }
  return values;
}

export function* evaluateCall(node: Call, scope: Scope, frame: Frame): Steps {
  const entity = entityOf(node.callee, scope);
  if (entity?.kind === 'struct') {
    const [fields] = yield* evaluateArgs(node.args, scope, frame);
    return makeStruct(entity.struct, (fields ?? {}) as Dict);
  }
  const callee = yield* frame.evaluate(node.callee, scope);
  return yield* call(callee, frame.task, yield* evaluateArgs(node.args, scope, frame));
}

export function* evaluateMethodCall(node: MethodCall, scope: Scope, frame: Frame): Steps {
  const owner = enumName(node.receiver, scope);
  if (owner !== undefined)
    return makeEnum(owner, node.name, yield* evaluateArgs(node.args, scope, frame));
  const receiver = yield* frame.evaluate(node.receiver, scope);
  if (node.optional && receiver === null) return null;
  const args = yield* evaluateArgs(node.args, scope, frame);
  return yield* callMethodS(frame.task, receiver, node.name, args);
}

export function* evaluateMember(node: Member, scope: Scope, frame: Frame): Steps {
  const owner = enumName(node.object, scope);
  if (owner !== undefined) return makeEnum(owner, node.name);
  const object = yield* frame.evaluate(node.object, scope);
  return node.optional ? optionalProperty(object, node.name) : property(object, node.name);
}

export function* evaluatePipe(node: Pipe, scope: Scope, frame: Frame): Steps {
  const piped = yield* frame.evaluate(node.left, scope);
  if (!node.placeholder)
    return yield* call(yield* frame.evaluate(node.right, scope), frame.task, [piped]);
  return yield* frame.evaluate(node.right, withPiped(piped, scope));
}

function withPiped(piped: Value, scope: Scope): Scope {
  const inner = new Scope(scope);
  inner.declare(PIPED, { value: piped });
  return inner;
}

/** The call that `return node` leaves to its caller; undefined when `node` is not a plain call of a function. */
export function* tailCall(
  node: Expression,
  scope: Scope,
  frame: Frame,
): Steps<TailCall | undefined> {
  if (node.kind === 'Call' && entityOf(node.callee, scope) === undefined) {
    const callee = yield* frame.evaluate(node.callee, scope);
    const args = yield* evaluateArgs(node.args, scope, frame);
    if (typeof callee !== 'function') throw fail.notCallable({ kind: typeOf(callee) });
    return new TailCall(callee, args);
  }
  if (node.kind !== 'Pipe' || node.placeholder) return undefined;
  const piped = yield* frame.evaluate(node.left, scope);
  const callee = yield* frame.evaluate(node.right, scope);
  if (typeof callee !== 'function') throw fail.notCallable({ kind: typeOf(callee) });
  return new TailCall(callee, [piped]);
}
