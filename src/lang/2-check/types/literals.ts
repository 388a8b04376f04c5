// Lists, dicts and structs that are written out: precise where they stand, so that each part can fit on its own.
import { nearestName } from '../../../base/index.ts';
import type { DictLiteral, Expression, ListLiteral, Spread, StructLiteral } from '../../ast.ts';
import { assignable } from './assignable.ts';
import { foundType } from './detail.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { expand, fieldsOf } from './expand.ts';
import { matchVariables } from './match-variables.ts';
import { iteratedType } from './members.ts';
import { bind, substitute } from './substitute.ts';
import {
  ANY,
  DICT,
  elementOf,
  type Field,
  isNil,
  LIST,
  literal,
  type Type,
  type VariableType,
} from './type.ts';
import { unionOf } from './union.ts';
import type { Walk } from './walk.ts';
import { widen } from './widen.ts';

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
  const problem = `field '${field.name}' has type ${typeText(foundType(type, wanted))}, expected ${typeText(wanted)}`;
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

export const TRUE: Type = literal(true, true);
export const FALSE: Type = literal(false, true);
