// Calls against a known function type: how many arguments, whether each fits, what the type parameters stand for.
import type { HarnError } from '../../../base/index.ts';
import type { Argument, Expression, TypeExpr } from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { argumentValue } from '../call-target.ts';
import { assignable } from './assignable.ts';
import { foundType, mismatch } from './detail.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { expand } from './expand.ts';
import { checkThrown } from './functions.ts';
import { violation } from './interfaces.ts';
import { matchVariables } from './match-variables.ts';
import { checkOptions, isOtherData } from './option-bags.ts';
import { schemaType } from './schema-types.ts';
import { substitute } from './substitute.ts';
import {
  ANY,
  container,
  type FunctionType,
  isNil,
  type Parameter,
  type Type,
  type VariableType,
} from './type.ts';
import { unionOf } from './union.ts';
import type { At, Walk } from './walk.ts';
import { widen } from './widen.ts';

/** One call: what is called, with what, and how strictly. */
export interface CallSite extends At {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly typeArgs: readonly TypeExpr[];
  /** The first parameter's value when it is not among the arguments (`x |> f`). */
  readonly piped?: Type | undefined;
  /**
   * Whether the parameters were written by the program. Those of builtins are less exact: an argument that cannot be
   * right is a warning, and only where the newer rules hold.
   */
  readonly isChecked: boolean;
  /** The builtin that is called. */
  readonly spec?: BuiltinSpec | undefined;
  /** Says more of the result than the signature does, where that depends on the arguments. */
  readonly refine?: ((args: readonly Type[]) => Type | undefined) | undefined;
}

/** The type parameters of one call as they become known. */
class Choice {
  readonly bindings = new Map<VariableType, Type>();
  readonly #fixed: ReadonlySet<VariableType>;
  readonly #onConflict: (variable: VariableType, first: Type, second: Type) => void;

  constructor(
    fixed: ReadonlyMap<VariableType, Type>,
    onConflict: (variable: VariableType, first: Type, second: Type) => void,
  ) {
    for (const [variable, type] of fixed) this.bindings.set(variable, type);
    this.#fixed = new Set(fixed.keys());
    this.#onConflict = onConflict;
  }

  learn(pattern: Type, actual: Type, variables: readonly VariableType[]): void {
    matchVariables(pattern, actual, (variable, found) => {
      if (variables.includes(variable)) this.#bind(variable, widen(found));
    });
  }

  #bind(variable: VariableType, type: Type): void {
    const known = this.bindings.get(variable);
    if (known === undefined) {
      this.bindings.set(variable, type);
      return;
    }
    if (this.#fixed.has(variable) || assignable(type, known)) return;
    if (assignable(known, type)) this.bindings.set(variable, type);
    else if (isNil(expand(type)) || isNil(expand(known)))
      this.bindings.set(variable, unionOf([known, type]));
    else this.#onConflict(variable, known, type);
  }
}

/** Of calls of what has no type parameters, which are most. */
const NO_CHOICE = new Choice(new Map(), () => undefined);

/** An argument and the parameter that it is for. */
interface Given {
  readonly param: Parameter;
  readonly type: Type;
  /** The expression, or the call for what is piped in. */
  readonly at: At | Expression;
}

/** Walks the arguments of a call and gives its result type. */
export function inferCall(walk: Walk, type: FunctionType, site: CallSite): Type {
  const { variables } = type;
  let isBroken = false;
  const refuse = (variable: VariableType, first: Type, second: Type) => {
    if (isBroken || !site.isChecked) return;
    isBroken = true;
    const texts = { first: typeText(first), second: typeText(second) };
    walk.error(typeErrors.inferredTwice({ name: variable.name, ...texts }, site));
  };
  const isPlain = variables.length === 0 && site.typeArgs.length === 0;
  const choice = isPlain ? NO_CHOICE : new Choice(explicitArguments(walk, type, site), refuse);
  const given: Given[] = [];
  let position = 0;
  if (site.piped !== undefined) {
    const param = parameterAt(type, position++);
    if (param !== undefined) {
      if (variables.length > 0) choice.learn(param.type, site.piped, variables);
      given.push({ param, type: site.piped, at: site });
    }
  }
  let isSpread = false;
  for (const arg of site.args) {
    const param = isSpread || arg.kind !== 'Spread' ? parameterAt(type, position++) : undefined;
    const wanted = param === undefined ? undefined : expectedType(param.type, variables, choice);
    const value = argumentValue(arg);
    const inferred = walk.infer(value, wanted);
    const actual = param === undefined ? inferred : asSchema(walk, param.type, value, inferred);
    if (arg.kind === 'Spread') isSpread = true;
    if (isSpread || arg.kind === 'NamedArgument' || param === undefined) continue;
    if (variables.length > 0) choice.learn(param.type, actual, variables);
    given.push({ param, type: actual, at: value });
  }
  if (site.isChecked && !isBroken) {
    for (const [index, { param, type: actual, at }] of given.entries())
      checkArgument(walk, { index, param, actual, at }, choice);
    if (!isSpread) checkArity(walk, type, site, position);
    checkBounds(walk, variables, choice, site);
  } else {
    if (!site.isChecked && !isSpread) checkMissing(walk, type, site, position);
    if (walk.isStrict) warnImpossible(walk, given);
    checkOptions(walk, site, given);
  }
  if (type.throws !== undefined && walk.frame.throws !== undefined)
    checkThrown(walk, type.throws, site);
  const refined = site.refine?.(given.map((each) => expand(each.type)));
  if (refined !== undefined) return refined;
  return variables.length === 0
    ? type.returns
    : substitute(type.returns, withDefaults(variables, choice.bindings));
}

/** A written-out schema stands for the type that it describes where a `Schema<T>` is wanted. */
function asSchema(walk: Walk, wanted: Type, node: Expression, actual: Type): Type {
  if (wanted.kind !== 'container' || wanted.name !== 'Schema') return actual;
  const described = schemaType(walk, node, actual);
  return described === undefined ? actual : container('Schema', [described]);
}

function explicitArguments(
  walk: Walk,
  { variables }: FunctionType,
  site: CallSite,
): ReadonlyMap<VariableType, Type> {
  const bindings = new Map<VariableType, Type>();
  if (site.typeArgs.length === 0) return bindings;
  if (site.typeArgs.length !== variables.length && site.isChecked) {
    const counts = { expected: variables.length, got: site.typeArgs.length };
    walk.error(typeErrors.typeArguments({ name: site.name, ...counts }, site));
    return bindings;
  }
  for (const [i, variable] of variables.entries())
    bindings.set(variable, walk.readType(site.typeArgs[i]));
  return bindings;
}

function parameterAt({ params, rest }: FunctionType, index: number): Parameter | undefined {
  const param = params[index];
  if (param !== undefined || rest === undefined) return param;
  return { name: undefined, type: rest, optional: true };
}

/** What an argument's place wants, with the parameters that are known so far. */
function expectedType(type: Type, variables: readonly VariableType[], choice: Choice): Type {
  if (variables.length === 0) return type;
  return substitute(type, withDefaults(variables, choice.bindings));
}

function withDefaults(
  variables: readonly VariableType[],
  known: ReadonlyMap<VariableType, Type>,
): ReadonlyMap<VariableType, Type> {
  if (known.size === variables.length) return known;
  return new Map(variables.map((variable) => [variable, known.get(variable) ?? ANY]));
}

interface GivenArgument {
  readonly index: number;
  readonly param: Parameter;
  readonly actual: Type;
  readonly at: At;
}

function checkArgument(walk: Walk, given: GivenArgument, choice: Choice): void {
  const { param, actual } = given;
  if (param.type.kind === 'any') return;
  const wanted = choice.bindings.size === 0 ? param.type : substitute(param.type, choice.bindings);
  if (assignable(actual, wanted) || (param.optional && isNil(actual))) return;
  walk.error(argumentError(given, wanted));
}

function argumentError({ index, param, actual, at }: GivenArgument, wanted: Type): HarnError {
  const got = foundType(actual, wanted);
  const problem = {
    index: index + 1,
    name: param.name ?? '...',
    expected: typeText(wanted),
    got: typeText(got),
    ...mismatch(got, wanted),
  };
  return typeErrors.argument(problem, { span: at.span });
}

/** Builtins may do without what they document, except for parameters that are not marked: those would be nil. */
function checkMissing(walk: Walk, type: FunctionType, site: CallSite, got: number): void {
  if (got < requiredOf(type)) checkArity(walk, type, site, got);
}

function warnImpossible(walk: Walk, given: readonly Given[]): void {
  for (const [index, { param, type: actual, at }] of given.entries())
    if (isImpossible(actual, param.type))
      walk.warn(argumentError({ index, param, actual, at }, param.type));
}

/** Whether no value of a type can be what a builtin documents: plain data of another kind. */
function isImpossible(actual: Type, wanted: Type): boolean {
  return wanted.kind === 'primitive' && isOtherData(actual, wanted);
}

function requiredOf({ params }: FunctionType): number {
  return params.filter((param) => !param.optional).length;
}

function checkArity(walk: Walk, type: FunctionType, site: CallSite, got: number): void {
  const { params, rest } = type;
  const required = requiredOf(type);
  if (got >= required && (got <= params.length || rest !== undefined)) return;
  const most = rest === undefined && required !== params.length ? ` to ${params.length}` : '';
  const least = rest === undefined ? '' : 'at least ';
  const noun = required === 1 && most === '' ? 'argument' : 'arguments';
  const expected = `${least}${required}${most} ${noun}`;
  walk.warn(typeErrors.arity({ name: site.name, expected, got }, site));
}

/** `where T: Displayable`: what T stands for in this call has the methods. */
function checkBounds(
  walk: Walk,
  variables: readonly VariableType[],
  choice: Choice,
  site: CallSite,
): void {
  for (const variable of variables) {
    const type = expand(choice.bindings.get(variable) ?? ANY);
    for (const bound of variable.bounds) {
      const reason = boundProblem(type, expand(bound));
      if (reason === undefined) continue;
      const texts = { type: typeText(type), bound: typeText(bound), reason };
      walk.error(typeErrors.bound({ ...texts, variable: variable.name }, site));
    }
  }
}

function boundProblem(type: Type, bound: Type): string | undefined {
  if (bound.kind !== 'nominal' || bound.decl.node.kind !== 'InterfaceDeclaration') return undefined;
  switch (type.kind) {
    case 'nominal':
      return type.decl === bound.decl ? undefined : violation(type, bound, assignable);
    case 'primitive':
    case 'literal':
    case 'function':
    case 'tuple':
      return 'it has no methods of its own';
    default:
      return undefined;
  }
}
