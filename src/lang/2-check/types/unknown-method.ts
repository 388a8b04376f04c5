// Calls of a method that the receiver certainly does not have: they give nil, which nobody can have meant.
import { nearestName } from '../../../base/index.ts';
import type { MethodCall } from '../../ast.ts';
import { methodNames } from '../../methods/table.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { alternatives } from './expand.ts';
import { methodOf } from './methods.ts';
import { baseOf, type ContainerType, elementOf, type Type } from './type.ts';
import type { Walk } from './walk.ts';
import { widen } from './widen.ts';

/** What other languages call a method of ours. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['append', 'push'],
  ['collect', 'to_list'],
  ['drop', 'skip'],
  ['each', 'for_each'],
  ['includes', 'contains'],
  ['is_empty', 'empty'],
  ['length', 'len'],
  ['some', 'any'],
  ['strip', 'trim'],
]);

/** Warns when no value of the type can have the method. */
export function checkUnknownMethod(walk: Walk, node: MethodCall, receiver: Type): void {
  const names: string[] = [];
  for (const each of alternatives(receiver)) {
    const own = closedNames(each);
    if (own === undefined || methodOf(walk.builtins, each, node) !== undefined) return;
    names.push(...own);
  }
  if (names.includes(node.name) || receiver.kind === 'never') return;
  const { name, nameSpan } = node;
  const word = OTHER_WORDS.get(name);
  const suggestion = word !== undefined && names.includes(word) ? word : nearestName(name, names);
  const isBuiltin = alternatives(receiver).every((each) => each.kind !== 'nominal');
  const problem = { name, type: typeText(widen(receiver)), suggestion, isBuiltin };
  walk.warn(typeErrors.noSuchMethod(problem, { span: nameSpan }));
}

/** Everything that can be called on values of the type; undefined when that is not known, or open. Structs have a finding of their own. */
function closedNames(type: Type): readonly string[] | undefined {
  switch (type.kind) {
    case 'primitive':
      return type.name === 'nil' ? undefined : methodNames(type.name);
    case 'literal':
      return methodNames(baseOf(type).name);
    case 'tuple':
      return methodNames('list');
    case 'function':
      return [];
    case 'nominal':
      return type.decl.node.kind === 'EnumDeclaration' ? [] : undefined;
    case 'container':
      return isOpen(type) ? undefined : methodNames(type.name);
    default:
      return undefined;
  }
}

/** A schema is a dict, and a dict may hold functions under any key: unless its values are known to be none. */
function isOpen(type: ContainerType): boolean {
  if (type.name === 'Schema') return true;
  return type.name === 'dict' && mayBeCallable(elementOf(type));
}

/** Whether some value of the type can be a function. */
function mayBeCallable(type: Type): boolean {
  return alternatives(type).some((each) => {
    if (each.kind === 'primitive') return each.name === 'closure';
    return !NEVER_CALLABLE.has(each.kind);
  });
}

const NEVER_CALLABLE: ReadonlySet<Type['kind']> = new Set([
  'literal',
  'container',
  'tuple',
  'shape',
]);
