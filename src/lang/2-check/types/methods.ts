// Methods: of declared types, of builtin values, and closures that are called through a field.
import type { MethodCall } from '../../ast.ts';
import type { BuiltinTypes } from './builtins.ts';
import { expand, fieldsOf } from './expand.ts';
import { bind, substitute } from './substitute.ts';
import { ANY, elementOf, type FunctionType, STRING, type Type } from './type.ts';

/** A method as it can be called: without its receiver. */
export interface FoundMethod {
  readonly type: FunctionType;
  /** Written in the program, so that its parameters are checked. */
  readonly isDeclared: boolean;
}

/** The method that a call reaches; undefined when that is not known. */
export function methodOf(
  builtins: BuiltinTypes,
  receiver: Type,
  { name }: MethodCall,
): FoundMethod | undefined {
  const type = expand(receiver);
  switch (type.kind) {
    case 'nominal': {
      const { decl, args } = type;
      // A run asks structs only.
      if (decl.node.kind === 'EnumDeclaration') return undefined;
      const method = decl.methods.get(name) ?? decl.members?.methods.get(name);
      if (method === undefined) return fieldClosure(type, name);
      const own = substitute(method.type, bind(decl.variables, args, ANY)) as FunctionType;
      return { type: own, isDeclared: true };
    }
    case 'variable':
      for (const bound of type.bounds) {
        const found =
          expand(bound).kind === 'nominal' ? methodOfBound(expand(bound), name) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    case 'primitive':
      return builtinMethod(builtins, type.name, name, type.name === 'string' ? STRING : ANY);
    case 'literal':
      return typeof type.value === 'string'
        ? builtinMethod(builtins, 'string', name, STRING)
        : undefined;
    case 'container':
      return builtinMethod(builtins, type.name, name, elementOf(type));
    case 'tuple':
      return builtinMethod(builtins, 'list', name, ANY);
    case 'shape':
      return builtinMethod(builtins, 'dict', name, ANY) ?? fieldClosure(type, name);
    default:
      return undefined;
  }
}

/** What an interface promises of its methods, with its associated types left open. */
function methodOfBound(bound: Type, name: string): FoundMethod | undefined {
  if (bound.kind !== 'nominal') return undefined;
  const members = bound.decl.members;
  const method = members?.methods.get(name);
  if (method === undefined || members === undefined) return undefined;
  const open = [...members.associated.values()].map((each) => each.variable);
  const bindings = new Map([
    ...bind(bound.decl.variables, bound.args, ANY),
    ...bind(open, [], ANY),
  ]);
  return { type: substitute(method.type, bindings) as FunctionType, isDeclared: false };
}

function fieldClosure(type: Type, name: string): FoundMethod | undefined {
  const field = fieldsOf(type)?.find((each) => each.name === name);
  const callee = field === undefined ? undefined : expand(field.type);
  return callee?.kind === 'function' ? { type: callee, isDeclared: true } : undefined;
}

function builtinMethod(
  builtins: BuiltinTypes,
  receiver: string,
  name: string,
  element: Type,
): FoundMethod | undefined {
  const type = builtins.method(receiver, name);
  if (type === undefined) return undefined;
  // T is the receiver's element; what is left is chosen by the call.
  const own = type.variables.find((variable) => variable.name === 'T');
  if (own === undefined) return { type, isDeclared: false };
  const bound = substitute(type, new Map([[own, element]])) as FunctionType;
  const variables = type.variables.filter((variable) => variable !== own);
  return { type: { ...bound, variables }, isDeclared: false };
}
