// Call-like expressions: which function each one calls, and with what.
import { nearestName } from '../../../base/index.ts';
import type { Argument, Call, Expression, MethodCall, Pipe } from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { argumentValue } from '../call-target.ts';
import type { CallTarget } from '../checked-module.ts';
import type { BindingRecord } from '../records.ts';
import { assignable } from './assignable.ts';
import { boundaryResult } from './boundary.ts';
import { type CallSite, inferCall } from './calls.ts';
import { decimalResult } from './decimals.ts';
import type { Declared } from './declared.ts';
import { mismatchDetail } from './detail.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { checkUnreachable } from './exhaustive.ts';
import { alternatives, expand, fieldsOf, mayBeNil, withoutNil } from './expand.ts';
import { methodOf } from './methods.ts';
import { ANY, BOOL, type FunctionType, INT, type Parameter, STRING, type Type } from './type.ts';
import { orNil } from './union.ts';
import { checkUnknownMethod } from './unknown-method.ts';
import type { At, Walk } from './walk.ts';
import { widen } from './widen.ts';

export function inferCallNode(walk: Walk, node: Call): Type {
  const { callee, args, typeArgs, span } = node;
  const target = walk.record.calls.get(node)?.target;
  if (callee.kind !== 'Identifier') {
    const type = expand(walk.infer(callee));
    return callValue(walk, type, { name: 'function', args, typeArgs, span, isChecked: true });
  }
  const { name } = callee;
  switch (target?.kind) {
    case 'builtin':
      return callBuiltin(walk, target.spec, node, name);
    case 'struct':
      return callStruct(walk, target, node);
    case 'undefined':
      inferArguments(walk, args);
      return ANY;
    case 'function': {
      const type = walk.typeOf(target.binding as BindingRecord);
      walk.note(callee, type);
      return callValue(walk, type, { name, args, typeArgs, span, isChecked: true });
    }
    default: {
      const type = expand(walk.infer(callee));
      return callValue(walk, type, { name, args, typeArgs, span, isChecked: true });
    }
  }
}

/** Calls whatever an expression gave. Only what certainly is no function is wrong. */
function callValue(walk: Walk, type: Type, site: CallSite): Type {
  if (type.kind === 'function') return inferCall(walk, type, site);
  if (type.kind === 'union') {
    const functions = type.members.map((member) => expand(member));
    const only = functions.filter((member) => member.kind === 'function');
    const callee = only.length === 1 ? only[0] : undefined;
    if (callee !== undefined) return inferCall(walk, callee, site);
  }
  inferArguments(walk, site.args);
  const isData =
    type.kind === 'literal' ||
    (type.kind === 'primitive' && type.name !== 'closure' && type.name !== 'nil') ||
    (type.kind === 'container' && type.name === 'list');
  if (isData) walk.latent(typeErrors.notCallable({ type: typeText(widen(type)) }, site));
  return ANY;
}

function inferArguments(walk: Walk, args: readonly Argument[]): Type[] {
  return args.map((arg) => walk.infer(argumentValue(arg)));
}

// ------------------------------------------------------------------ builtins

function callBuiltin(walk: Walk, spec: BuiltinSpec, node: Call, name: string): Type {
  const type = walk.builtinType(spec);
  walk.note(node.callee, type);
  if (type.kind !== 'function') {
    inferArguments(walk, node.args);
    return ANY;
  }
  const { args, typeArgs, span } = node;
  const refine = decimalResult(walk, spec.name, span);
  const result = inferCall(walk, type, {
    name,
    args,
    typeArgs,
    span,
    isChecked: false,
    spec,
    refine,
  });
  const refined = boundaryResult(walk, spec, name) ?? refinedResult(walk, spec.name, node);
  if (type.returns.kind === 'never') checkUnreachable(walk, node, name);
  return refined ?? result;
}

/** Where the result depends on more than types. */
function refinedResult(walk: Walk, name: string, { args }: Call): Type | undefined {
  const [first] = args;
  if (name !== 'unwrap_or' || first === undefined || args[1] === undefined) return undefined;
  const result = expand(typeAgain(walk, argumentValue(first)));
  const value =
    result.kind === 'container' && result.name === 'Result' ? result.args[0] : undefined;
  return value;
}

/** The type of a plain name; anything else is not walked twice. */
function typeAgain(walk: Walk, node: Expression): Type {
  return node.kind === 'Identifier' ? walk.infer(node) : ANY;
}

// -------------------------------------------------------------- construction

/** `Point({x: 1})` and `Point(1, 2)`: the older ways to make a struct. */
function callStruct(walk: Walk, target: Extract<CallTarget, { kind: 'struct' }>, node: Call): Type {
  const types = inferArguments(walk, node.args);
  const { node: declaration } = target.binding;
  const decl = declaration?.kind === 'StructDeclaration' ? walk.declared(declaration) : undefined;
  if (decl === undefined) return ANY;
  const type: Type = { kind: 'nominal', decl, args: [] };
  const [only] = types;
  if (types.length === 1 && only?.kind === 'shape' && decl.variables.length === 0)
    checkConstruction(walk, decl, only, node);
  return type;
}

function checkConstruction(walk: Walk, decl: Declared, given: Type, at: At): void {
  const wanted: Type = { kind: 'shape', fields: decl.members?.fields ?? [], declared: true };
  if (assignable(given, wanted)) return;
  const detail = mismatchDetail(widen(given), wanted).replace(/^ \((.*)\)$/s, '$1');
  const problem = detail === '' ? 'the fields do not fit' : detail;
  walk.error(typeErrors.structField({ name: decl.name, problem }, { span: at.span }));
}

function constructVariant(walk: Walk, decl: Declared, node: MethodCall): Type {
  const { name, args, span } = node;
  const variant = decl.variant(name);
  if (variant === undefined) {
    inferArguments(walk, args);
    const names = decl.members?.variants.map((each) => each.name) ?? [];
    const suggestion = nearestName(name, names);
    const problem = { name: decl.name, variant: name, suggestion };
    walk.error(typeErrors.unknownVariant(problem, { span: node.nameSpan }));
    return ANY;
  }
  const params = variant.payload.map((each, i): Parameter => {
    return { name: each.label ?? String(i + 1), type: each.type, optional: i >= variant.required };
  });
  const { variables } = decl;
  const returns: Type = { kind: 'nominal', decl, args: variables };
  const maker: FunctionType = {
    kind: 'function',
    params,
    rest: undefined,
    returns,
    variables,
    throws: undefined,
  };
  const type = inferCall(walk, maker, {
    name,
    args,
    typeArgs: node.typeArgs,
    span,
    isChecked: true,
  });
  const isOpen = type.kind === 'nominal' && type.args.every((arg) => arg.kind === 'any');
  return isOpen ? { kind: 'nominal', decl, args: [] } : type;
}

// ------------------------------------------------------------------- methods

export function inferMethodCall(walk: Walk, node: MethodCall): Type {
  const target = walk.record.calls.get(node)?.target;
  const { args, typeArgs, span, name } = node;
  switch (target?.kind) {
    case 'builtin':
    case 'capability': {
      if (target.kind === 'capability') walk.infer(node.receiver);
      const type = walk.builtinType(target.spec);
      if (type.kind !== 'function') break;
      const { spec } = target;
      const result = inferCall(walk, type, { name, args, typeArgs, span, isChecked: false, spec });
      return boundaryResult(walk, spec, spec.name) ?? result;
    }
    case 'enumVariant':
      return callVariant(walk, target, node);
    default:
  }
  const receiver = walk.infer(node.receiver);
  return callMethod(walk, node, receiver);
}

function callVariant(
  walk: Walk,
  target: Extract<CallTarget, { kind: 'enumVariant' }>,
  node: MethodCall,
): Type {
  const declaration = target.binding.node;
  const decl = declaration?.kind === 'EnumDeclaration' ? walk.declared(declaration) : undefined;
  if (decl !== undefined) return constructVariant(walk, decl, node);
  const [first = ANY] = inferArguments(walk, node.args).map(widen);
  if (target.binding.name !== 'Result') return ANY;
  const args = node.name === 'Ok' ? [first, ANY] : [ANY, first];
  return { kind: 'container', name: 'Result', args, fresh: false };
}

function callMethod(walk: Walk, node: MethodCall, receiver: Type): Type {
  const { name, args, typeArgs, span } = node;
  const nilable = receiver.kind !== 'any' && mayBeNil(receiver);
  if (nilable && !node.optional) checkNilReceiver(walk, node, receiver);
  const present = nilable ? withoutNil(receiver) : receiver;
  const found = methodOf(walk.builtins, present, node);
  if (found === undefined) {
    inferArguments(walk, args);
    checkMethodName(walk, node, present);
    checkUnknownMethod(walk, node, present);
    return knownResult(walk, node, present) ?? ANY;
  }
  const result = inferCall(walk, found.type, {
    name,
    args,
    typeArgs,
    span,
    isChecked: found.isDeclared,
  });
  return nilable && node.optional ? orNil(result) : result;
}

/** A name that no value of a struct has, as method or as field. */
function checkMethodName(walk: Walk, { name, nameSpan }: MethodCall, type: Type): void {
  if (!walk.isStrict || type.kind !== 'nominal' || type.decl.node.kind !== 'StructDeclaration')
    return;
  const { decl } = type;
  const fields = fieldsOf(type)?.map((field) => field.name) ?? [];
  if (fields.includes(name)) return;
  const suggestion = nearestName(name, [...decl.methods.keys(), ...fields]);
  const problem = { name, type: typeText(type), suggestion };
  walk.warn(typeErrors.unknownMethod(problem, { span: nameSpan }));
}

function checkNilReceiver(walk: Walk, node: MethodCall, type: Type): void {
  if (!walk.isStrict || withoutNil(type).kind === 'never') return;
  const hint = `Check for nil first, or write \`?.${node.name}(...)\` to get nil.`;
  const what = `\`.${node.name}()\``;
  walk.error(typeErrors.nilAccess({ what, type: typeText(type), hint }, { span: node.span }));
}

/** What some methods give on any value. */
function knownResult(_walk: Walk, { name }: MethodCall, receiver: Type): Type | undefined {
  if (receiver.kind === 'any') return undefined;
  const isDict = alternatives(receiver).every((each) => fieldsOf(each) !== undefined);
  if (!isDict) return undefined;
  return name === 'has' ? BOOL : name === 'count' ? INT : undefined;
}

// --------------------------------------------------------------------- pipes

/** `x |> f`, `x |> g(_)`; a long chain is walked in a loop. */
export function inferPipe(walk: Walk, node: Pipe): Type {
  const pipes: Pipe[] = [];
  let left: Expression = node;
  while (left.kind === 'Pipe') {
    pipes.push(left);
    left = left.left;
  }
  let value = walk.infer(left);
  for (const pipe of pipes.reverse()) value = pipeInto(walk, pipe, value);
  return value;
}

function pipeInto(walk: Walk, node: Pipe, value: Type): Type {
  const { right, span } = node;
  if (node.placeholder) {
    walk.infer(right);
    return ANY;
  }
  const target = walk.record.calls.get(node)?.target;
  const site = { args: [], typeArgs: [], span, piped: value };
  if (target?.kind === 'builtin') {
    const type = walk.builtinType(target.spec);
    if (type.kind !== 'function') return ANY;
    const { spec } = target;
    const result = inferCall(walk, type, { ...site, name: spec.name, isChecked: false });
    return boundaryResult(walk, spec, spec.name) ?? result;
  }
  const callee = expand(walk.infer(right));
  if (callee.kind !== 'function') return ANY;
  const name = right.kind === 'Identifier' ? right.name : 'function';
  return inferCall(walk, callee, { ...site, name, isChecked: true });
}

/** Interpolation takes anything. */
export function inferInterpolated(walk: Walk, parts: readonly { readonly kind: string }[]): Type {
  for (const part of parts) if (part.kind !== 'StringText') walk.infer(part as Expression);
  return STRING;
}
