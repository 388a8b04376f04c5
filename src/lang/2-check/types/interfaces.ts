// Interfaces are satisfied by having the methods: by structs, enums and other interfaces, without saying so.

import { typeText } from './display.ts';
import { matchVariables } from './match-variables.ts';
import { type Bindings, bind, substitute } from './substitute.ts';
import { ANY, type FunctionType, type NominalType, type Type, type VariableType } from './type.ts';
import { sameType } from './union.ts';

export type Fits = (from: Type, to: Type) => boolean;

/** Why a type does not satisfy an interface, for people; undefined when it does. */
export function violation(from: NominalType, to: NominalType, fits: Fits): string | undefined {
  const wanted = to.decl.members;
  if (wanted === undefined) return undefined;
  const own = bind(from.decl.variables, from.args, ANY);
  const methodOf = (name: string): FunctionType | undefined => {
    const method = from.decl.methods.get(name) ?? from.decl.members?.methods.get(name);
    return method === undefined ? undefined : (substitute(method.type, own) as FunctionType);
  };
  const bindings = new Map(bind(to.decl.variables, to.args, ANY));
  const broken = resolveAssociated(to, methodOf, bindings);
  if (broken !== undefined) return broken;
  for (const [name, { type }] of wanted.methods) {
    const actual = methodOf(name);
    if (actual === undefined) return `method '${name}' is missing`;
    const problem = methodProblem(name, actual, substitute(type, bindings) as FunctionType, fits);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What associated types stand for, as the methods show it; then what their defaults demand. */
function resolveAssociated(
  to: NominalType,
  methodOf: (name: string) => FunctionType | undefined,
  bindings: Map<VariableType, Type>,
): string | undefined {
  const members = to.decl.members;
  if (members === undefined || members.associated.size === 0) return undefined;
  const resolved = new Map<VariableType, Type>();
  for (const [name, { type }] of members.methods) {
    const actual = methodOf(name);
    if (actual === undefined) continue;
    matchVariables(type, actual, (variable, found) => {
      if (!resolved.has(variable)) resolved.set(variable, found);
    });
  }
  for (const [name, { variable, default: fallback }] of members.associated) {
    const found = resolved.get(variable);
    if (found !== undefined && fallback !== undefined && !sameType(found, fallback))
      return `associated type '${name}' resolves to '${typeText(found)}', expected '${typeText(fallback)}'`;
    bindings.set(variable, found ?? fallback ?? ANY);
  }
  return undefined;
}

function methodProblem(
  name: string,
  actual: FunctionType,
  wanted: FunctionType,
  fits: Fits,
): string | undefined {
  const required = actual.params.filter((param) => !param.optional).length;
  const tooFew = actual.rest === undefined && actual.params.length < wanted.params.length;
  if (tooFew || required > wanted.params.length)
    return `method '${name}' takes ${actual.params.length} parameters, expected ${wanted.params.length}`;
  for (const [i, param] of wanted.params.entries()) {
    const given = actual.params[i]?.type ?? actual.rest ?? ANY;
    if (!fits(erase(param.type, wanted), erase(given, actual)))
      return `parameter ${i + 1} of method '${name}' is ${typeText(given)}, expected ${typeText(param.type)}`;
  }
  if (!fits(erase(actual.returns, actual), erase(wanted.returns, wanted)))
    return `method '${name}' returns ${typeText(actual.returns)}, expected ${typeText(wanted.returns)}`;
  return undefined;
}

/** A method's own type parameters are not compared. */
function erase(type: Type, method: FunctionType): Type {
  const bindings: Bindings = bind(method.variables, [], ANY);
  return substitute(type, bindings);
}
