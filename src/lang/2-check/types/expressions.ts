// Expressions one by one: literals, names, access, and forms with blocks. Operators, calls and matches have files of
// their own.
import { nearestName } from '../../../base/index.ts';
import type {
  Closure,
  DictLiteral,
  Expression,
  Identifier,
  If,
  Index,
  ListLiteral,
  Member,
  Parallel,
  Propagate,
  Slice,
  Spread,
  StructLiteral,
  Ternary,
  Try,
} from '../../ast.ts';
import { assignable } from './assignable.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { alternatives, expand, fieldsOf, mayBeNil, withoutNil } from './expand.ts';
import { checkReturned } from './functions.ts';
import { matchVariables } from './match-variables.ts';
import { elementType, iteratedType, propertyType } from './members.ts';
import { refine } from './narrow.ts';
import { keyOf, knownPath } from './references.ts';
import { bind, substitute, substituteFields } from './substitute.ts';
import {
  ANY,
  container,
  DICT,
  elementOf,
  type Field,
  functionType,
  isNil,
  LIST,
  literal,
  NEVER,
  type Parameter,
  STRING,
  type Type,
  type VariableType,
} from './type.ts';
import { orNil, unionOf } from './union.ts';
import type { Walk } from './walk.ts';
import { widen } from './widen.ts';

// ------------------------------------------------------------------ literals

/** Longer lists are not followed element by element. */
const MAX_PRECISE = 32;

export function inferList(walk: Walk, { elements }: ListLiteral, expected: Type): Type {
  const open = expand(expected);
  const wanted = open.kind === 'container' && open.name === 'list' ? elementOf(open) : ANY;
  const types: Type[] = [];
  let isOpen = false;
  for (const [i, element] of elements.entries()) {
    if (element.kind === 'Spread') {
      const spread = iteratedType(walk.infer(element.value)) ?? ANY;
      if (spread.kind === 'any') isOpen = true;
      else types.push(spread);
      continue;
    }
    const place = open.kind === 'tuple' ? (open.elements[i] ?? ANY) : wanted;
    const type = walk.infer(element, place);
    types.push(elements.length > MAX_PRECISE ? widen(type) : type);
  }
  if (open.kind === 'tuple' && open.elements.length === elements.length && !isOpen)
    return { kind: 'tuple', elements: types };
  if (isOpen || types.length === 0) return LIST;
  const element = unionOf(types);
  return element.kind === 'any'
    ? LIST
    : { kind: 'container', name: 'list', args: [element], fresh: true };
}

/** A dict with written keys is a shape; one with computed keys is just a dict. */
export function inferDict(walk: Walk, { entries }: DictLiteral, expected: Type): Type {
  const wanted = wantedFields(expected);
  const value = wantedValue(expected);
  const fields = new Map<string, Field>();
  let isOpen = entries.length === 0;
  for (const entry of entries) {
    if (entry.kind === 'Spread') {
      const spread = fieldsOf(expand(walk.infer(entry.value)));
      if (spread === undefined) isOpen = true;
      for (const field of spread ?? []) fields.set(field.name, field);
      continue;
    }
    const name = entry.key.kind === 'StringLiteral' ? entry.key.value : undefined;
    if (name === undefined) walk.infer(entry.key);
    const place =
      name === undefined ? value : (wanted?.find((f) => f.name === name)?.type ?? value);
    const type = walk.infer(entry.value, place);
    if (name === undefined) isOpen = true;
    else fields.set(name, { name, type, optional: false });
  }
  return isOpen ? DICT : { kind: 'shape', fields: [...fields.values()], declared: false };
}

function wantedFields(expected: Type): readonly Field[] | undefined {
  return expected.kind === 'any' ? undefined : fieldsOf(expand(expected));
}

function wantedValue(expected: Type): Type {
  const open = expand(expected);
  return open.kind === 'container' && open.name === 'dict' ? elementOf(open) : ANY;
}

export function inferStruct(walk: Walk, node: StructLiteral): Type {
  const binding = walk.record.uses.get(node);
  const base = binding === undefined ? ANY : walk.typeOf(binding);
  const decl = base.kind === 'namespace' ? base.decl : undefined;
  const fields = decl?.node.kind === 'StructDeclaration' ? decl.members?.fields : undefined;
  if (decl === undefined || fields === undefined) {
    inferEntries(walk, node.entries);
    return ANY;
  }
  const given = new Map<string, Type>();
  const bindings = new Map<VariableType, Type>();
  let isOpen = false;
  for (const entry of node.entries) {
    if (entry.kind === 'Spread' || entry.key.kind !== 'StringLiteral') {
      inferEntries(walk, [entry]);
      isOpen = true;
      continue;
    }
    const name = entry.key.value;
    const field = fields.find((each) => each.name === name);
    const type = walk.infer(entry.value, field?.type);
    given.set(name, type);
    if (field === undefined) reportNoField(walk, decl.name, name, fields, entry.key);
    else checkField(walk, decl, field, type, entry.value, bindings);
  }
  const missing = fields.filter((field) => !field.optional && !given.has(field.name));
  if (!isOpen && missing.length > 0) {
    const names = missing.map((field) => `'${field.name}' (${typeText(field.type)})`).join(', ');
    const problem = `missing field ${names}`;
    walk.error(typeErrors.structField({ name: decl.name, problem }, { span: node.nameSpan }));
  }
  const args = decl.variables.map((variable) => bindings.get(variable) ?? ANY);
  return { kind: 'nominal', decl, args: args.every((arg) => arg.kind === 'any') ? [] : args };
}

function checkField(
  walk: Walk,
  decl: { readonly name: string; readonly variables: readonly VariableType[] },
  field: Field,
  type: Type,
  at: Expression,
  bindings: Map<VariableType, Type>,
): void {
  matchVariables(field.type, type, (variable, found) => {
    if (!bindings.has(variable)) bindings.set(variable, widen(found));
  });
  const known = new Map([...bind(decl.variables, [], ANY), ...bindings]);
  const wanted = substitute(field.type, known);
  if (assignable(type, wanted) || (field.optional && isNil(type))) return;
  const problem = `field '${field.name}' has type ${typeText(widen(type))}, expected ${typeText(wanted)}`;
  walk.error(typeErrors.structField({ name: decl.name, problem }, { span: at.span }));
}

function reportNoField(
  walk: Walk,
  type: string,
  name: string,
  fields: readonly Field[],
  at: Expression,
): void {
  const suggestion = nearestName(
    name,
    fields.map((field) => field.name),
  );
  walk.warn(typeErrors.unknownField({ name, type, suggestion }, { span: at.span }));
}

function inferEntries(
  walk: Walk,
  entries: readonly (DictLiteral['entries'][number] | Spread)[],
): void {
  for (const entry of entries) {
    if (entry.kind === 'DictEntry') walk.infer(entry.key);
    walk.infer(entry.value);
  }
}

// --------------------------------------------------------------------- names

export function inferIdentifier(walk: Walk, node: Identifier): Type {
  const binding = walk.record.uses.get(node);
  return binding === undefined ? ANY : walk.typeOf(binding);
}

// -------------------------------------------------------------------- access

export function inferMember(walk: Walk, node: Member): Type {
  const { object, name, optional } = node;
  const target = walk.infer(object);
  if (target.kind === 'namespace') return variantValue(walk, target, node);
  if (target.kind === 'any' || target.kind === 'unknown' || target.kind === 'never') {
    return target.kind === 'never' ? NEVER : (knownPath(walk, node) ?? ANY);
  }
  if (target.kind === 'handle')
    return { kind: 'handle', path: target.path === '' ? name : `${target.path}.${name}` };
  const known = knownPath(walk, node);
  const nilable = mayBeNil(target);
  const present = nilable ? withoutNil(target) : target;
  if (nilable && !optional) checkNilAccess(walk, node, target, `\`.${name}\``, '?.');
  const type = propertyType(present, name);
  if (type === undefined) return missingProperty(walk, node, present);
  if (known !== undefined) return known;
  return nilable && optional ? orNil(type) : type;
}

/** Reading below something that may be nil. What is nil for certain fails when a run gets there. */
function checkNilAccess(
  walk: Walk,
  node: Member | Index | Slice,
  type: Type,
  what: string,
  operator: string,
): void {
  if (!walk.isStrict) return;
  const hint = `Check for nil first, or write \`${operator}\` to get nil.`;
  const error = typeErrors.nilAccess({ what, type: typeText(type), hint }, { span: node.span });
  if (withoutNil(type).kind === 'never') walk.latent(error);
  else walk.error(error);
}

/** A property that values of the type do not have: an error for plain values, nil for what has fields. */
function missingProperty(walk: Walk, node: Member, type: Type): Type {
  if (type.kind === 'never') return ANY;
  const { name, nameSpan, optional } = node;
  const fields = alternatives(type).flatMap((each) => fieldsOf(each) ?? []);
  const isDeclared = alternatives(type).every((each) => each.kind !== 'shape' || each.declared);
  if (fields.length === 0 && !alternatives(type).some((each) => fieldsOf(each) !== undefined)) {
    if (!optional)
      walk.latent(
        typeErrors.noProperties({ name, type: typeText(widen(type)) }, { span: nameSpan }),
      );
  } else if (isDeclared && walk.isStrict) {
    const suggestion = nearestName(
      name,
      fields.map((field) => field.name),
    );
    if (suggestion !== undefined)
      walk.warn(
        typeErrors.unknownField({ name, type: typeText(type), suggestion }, { span: nameSpan }),
      );
  }
  return ANY;
}

/** `Color.Red`: a value without payload, or the constructor of one with. */
function variantValue(
  walk: Walk,
  { decl }: Extract<Type, { kind: 'namespace' }>,
  node: Member,
): Type {
  if (decl.node.kind !== 'EnumDeclaration') return ANY;
  const variant = decl.variant(node.name);
  if (variant === undefined) {
    const names = decl.members?.variants.map((each) => each.name) ?? [];
    const suggestion = nearestName(node.name, names);
    const problem = { name: decl.name, variant: node.name, suggestion };
    walk.error(typeErrors.unknownVariant(problem, { span: node.nameSpan }));
    return ANY;
  }
  const type: Type = { kind: 'nominal', decl, args: [] };
  if (variant.payload.length === 0) return type;
  const params = variant.payload.map((each, i): Parameter => {
    return { name: each.label, type: each.type, optional: i >= variant.required };
  });
  return functionType(params, type, { variables: decl.variables });
}

export function inferIndex(walk: Walk, node: Index): Type {
  const target = walk.infer(node.object);
  walk.infer(node.index);
  if (target.kind === 'any' || target.kind === 'unknown') return knownPath(walk, node) ?? ANY;
  const nilable = mayBeNil(target);
  if (nilable && !node.optional) checkNilAccess(walk, node, target, '`[…]`', '?[');
  const known = knownPath(walk, node);
  if (known !== undefined) return known;
  const type = elementType(nilable ? withoutNil(target) : target, keyOf(node.index));
  return nilable && node.optional ? orNil(type) : type;
}

export function inferSlice(walk: Walk, node: Slice): Type {
  const target = walk.infer(node.object);
  if (node.start !== undefined) walk.infer(node.start);
  if (node.end !== undefined) walk.infer(node.end);
  const open = expand(target);
  if (open.kind === 'container') return open.name === 'list' ? widen(open) : ANY;
  return open === STRING || (open.kind === 'literal' && typeof open.value === 'string')
    ? STRING
    : ANY;
}

export function inferNonNull(walk: Walk, operand: Expression): Type {
  return withoutNil(walk.infer(operand));
}

/** `x?`: the value of an Ok. */
export function inferPropagate(walk: Walk, { operand }: Propagate): Type {
  const type = expand(walk.infer(operand));
  return type.kind === 'container' && type.name === 'Result' ? (type.args[0] ?? ANY) : ANY;
}

// -------------------------------------------------------------------- choice

export function inferTernary(walk: Walk, node: Ternary, expected: Type): Type {
  walk.infer(node.condition);
  const mark = walk.flow.mark();
  refine(walk, node.condition, true);
  const whenTrue = walk.infer(node.whenTrue, expected);
  walk.flow.undo(mark);
  refine(walk, node.condition, false);
  const whenFalse = walk.infer(node.whenFalse, expected);
  walk.flow.undo(mark);
  return unionOf([whenTrue, whenFalse]);
}

/** A chain of `if … else if … else`. Whatever leaves does not take part in what holds afterwards. */
export function inferIf(walk: Walk, node: If): Type {
  const { flow } = walk;
  walk.infer(node.condition);
  const mark = flow.mark();
  refine(walk, node.condition, true);
  const then = walk.block(node.then);
  const afterThen = flow.take(mark);
  refine(walk, node.condition, false);
  const other = inferElse(walk, node.otherwise);
  const afterElse = flow.take(mark);
  const open = [];
  if (then.kind !== 'never') open.push(afterThen);
  if (other.kind !== 'never') open.push(afterElse);
  flow.join(open);
  return unionOf([then, other]);
}

function inferElse(walk: Walk, node: If['otherwise']): Type {
  if (node === undefined) return { kind: 'primitive', name: 'nil' };
  return node.kind === 'If' ? inferIf(walk, node) : walk.block(node);
}

/** Alone it gives a Result; with a handler the value of whichever part ended. */
export function inferTry(walk: Walk, node: Try): Type {
  const { flow } = walk;
  const mark = flow.mark();
  const body = walk.block(node.body);
  const afterBody = flow.take(mark);
  forgetAssigned(walk, node.body);
  let value: Type = body;
  if (node.catch !== undefined) {
    const inCatch = flow.mark();
    const { catch: handler } = node;
    const binding = walk.record.declares.get(handler);
    if (binding !== undefined) binding.type = walk.readType(handler.type);
    const handled = walk.block(handler.body);
    const afterCatch = flow.take(inCatch);
    const open = [];
    if (body.kind !== 'never') open.push(afterBody);
    if (handled.kind !== 'never') open.push(afterCatch);
    flow.join(open);
    value = unionOf([body, handled]);
  } else if (node.finally !== undefined) flow.apply(afterBody);
  if (node.finally !== undefined && walk.block(node.finally).kind === 'never') return NEVER;
  if (node.catch !== undefined || node.finally !== undefined) return value;
  const isResult = body.kind === 'container' && body.name === 'Result';
  return isResult ? body : container('Result', [widen(body), ANY]);
}

/** What a block may have been in the middle of: every variable it assigns is what it was declared as. */
export function forgetAssigned(walk: Walk, { span }: { readonly span: Expression['span'] }): void {
  for (const binding of walk.record.assignedWithin(span.start, span.end))
    walk.flow.set(binding, binding.declaredType);
}

// ------------------------------------------------------------------ functions

export function inferClosure(walk: Walk, node: Closure, expected: Type): Type {
  const open = expand(expected);
  const wanted = open.kind === 'function' ? open : undefined;
  const { type, scope } = walk.functionHead(node);
  const params = type.params.map((param, i): Parameter => {
    const hint = param.type.kind === 'any' ? wanted?.params[i]?.type : undefined;
    return hint === undefined ? param : { ...param, type: hint };
  });
  const returned: Type[] = [];
  let value: Type = ANY;
  const isValue = walk.record.functions.get(node)?.produces === 'value';
  const returns = node.returns === undefined || !isValue ? undefined : type.returns;
  const mark = walk.flow.mark();
  forgetShared(walk);
  walk.inScope(scope, () => {
    walk.inFrame({ returns, returned, isClosure: true, throws: type.throws }, () => {
      declareParams(walk, node.params, params, type.rest);
      value = walk.statements(node.body.statements);
      if (returns !== undefined && value.kind !== 'never') {
        const last = node.body.statements.at(-1);
        if (last?.kind === 'ExpressionStatement') checkReturned(walk, value, last);
      }
    });
  });
  walk.flow.undo(mark);
  if (walk.isStrict) forgetAssigned(walk, node);
  if (!isValue) return functionType(params, node.returns === undefined ? ANY : type.returns);
  const result = returns ?? widen(unionOf([...returned, value]));
  return functionType(params, result, { rest: type.rest, variables: type.variables });
}

/** Inside a closure, a variable that is assigned somewhere may hold anything it was declared for. */
function forgetShared(walk: Walk): void {
  const shared = [...walk.flow.learned()].filter((binding) => binding.reassigned);
  for (const binding of shared) walk.flow.set(binding, binding.declaredType);
}

/** Binds parameters to their types; defaults are read in order. */
export function declareParams(
  walk: Walk,
  nodes: Closure['params'],
  params: readonly Parameter[],
  rest: Type | undefined,
): void {
  let index = 0;
  for (const node of nodes) {
    const type = node.rest ? (rest ?? ANY) : (params[index++]?.type ?? ANY);
    if (node.default !== undefined) {
      const given = walk.infer(node.default, type);
      if (!assignable(given, type) && !isNil(given))
        reportDefault(walk, node.name, type, given, node.default);
    }
    const binding = walk.record.declares.get(node);
    if (binding === undefined) continue;
    binding.type = node.rest ? (type.kind === 'any' ? LIST : container('list', [type])) : type;
    binding.declaredType = binding.type;
    binding.hasAnnotation = node.type !== undefined;
  }
}

function reportDefault(walk: Walk, name: string, wanted: Type, given: Type, at: Expression): void {
  const texts = { expected: typeText(wanted), got: typeText(widen(given)), detail: '' };
  walk.error(typeErrors.initializer({ name, ...texts }, { span: at.span }));
}

/** `parallel` gives a list of what its bodies give. */
export function inferParallel(walk: Walk, node: Parallel): Type {
  const subject = walk.infer(node.subject);
  for (const option of node.options) walk.infer(option.value);
  const item = node.mode === 'count' ? undefined : iteratedType(subject);
  const value = inferTask(walk, node, () => {
    const binding = node.param === undefined ? undefined : walk.record.declares.get(node.param);
    if (binding !== undefined) {
      const written = node.param?.type;
      binding.type = written === undefined ? (item ?? ANY) : walk.readType(written);
      binding.declaredType = binding.type;
    }
  });
  if (node.stream) return ANY;
  if (node.mode === 'settle') return DICT;
  const element = widen(value);
  return element.kind === 'any' || element.kind === 'never' ? LIST : container('list', [element]);
}

/** The value of a body that runs as a task of its own. */
export function inferTask(
  walk: Walk,
  node: { readonly body: Closure['body']; readonly span: Expression['span'] },
  declare: () => void,
): Type {
  const mark = walk.flow.mark();
  forgetShared(walk);
  const returned: Type[] = [];
  let value: Type = ANY;
  walk.inFrame({ returns: undefined, returned, isClosure: true, throws: undefined }, () => {
    declare();
    value = walk.block(node.body);
  });
  walk.flow.undo(mark);
  if (walk.isStrict) forgetAssigned(walk, node);
  return unionOf([...returned, value]);
}

/** For struct fields of a generic type, with its arguments. */
export function instanceFields(
  fields: readonly Field[],
  variables: readonly VariableType[],
  args: readonly Type[],
): readonly Field[] {
  return substituteFields(fields, bind(variables, args, ANY));
}

export const TRUE: Type = literal(true, true);
export const FALSE: Type = literal(false, true);
