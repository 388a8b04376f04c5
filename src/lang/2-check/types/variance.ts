// `in T` and `out T` are promises about where T stands in a declaration; here they are checked.
import type { Declared, TypeNode } from './declared.ts';
import { typeErrors } from './errors.ts';
import type { Type, VariableType } from './type.ts';
import type { Walk } from './walk.ts';

/** 1: what comes out, -1: what goes in, 0: both. */
type Polarity = 1 | -1 | 0;

export function checkVariance(walk: Walk, node: TypeNode, decl: Declared): void {
  const marked = node.typeParams.flatMap((param, i) => {
    const variable = decl.variables[i];
    return param.variance === undefined || variable === undefined ? [] : [{ param, variable }];
  });
  if (marked.length === 0) return;
  for (const { param, variable } of marked) {
    const wrong = positionsOf(decl, variable).find((polarity) =>
      param.variance === 'out' ? polarity !== 1 : polarity !== -1,
    );
    if (wrong === undefined) continue;
    const isOut = param.variance === 'out';
    const problem = {
      name: param.name,
      declared: isOut ? 'out' : 'in',
      word: isOut ? 'covariant' : 'contravariant',
      position: wrong === 1 ? 'covariant' : wrong === -1 ? 'contravariant' : 'invariant',
      where: `${WORD[node.kind]} '${node.name}'`,
    };
    walk.error(typeErrors.variance(problem, { span: param.span }));
  }
}

const WORD = {
  StructDeclaration: 'struct',
  EnumDeclaration: 'enum',
  InterfaceDeclaration: 'interface',
  TypeDeclaration: 'type alias',
} as const;

function positionsOf(decl: Declared, variable: VariableType): readonly Polarity[] {
  const found: Polarity[] = [];
  const members = decl.members;
  if (members === undefined) return found;
  const visit = (type: Type, polarity: Polarity) => positions(type, variable, polarity, found);
  for (const field of members.fields) visit(field.type, 1);
  for (const variant of members.variants) for (const part of variant.payload) visit(part.type, 1);
  for (const { type } of members.methods.values()) visit(type, 1);
  if (members.target !== undefined) visit(members.target, 1);
  return found;
}

function positions(type: Type, variable: VariableType, at: Polarity, found: Polarity[]): void {
  const visit = (inner: Type, polarity: Polarity) => positions(inner, variable, polarity, found);
  switch (type.kind) {
    case 'variable':
      if (type === variable) found.push(at);
      return;
    case 'container': {
      const isWritable = type.name === 'list' || type.name === 'dict' || type.name === 'set';
      for (const arg of type.args) visit(arg, isWritable ? 0 : at);
      return;
    }
    case 'nominal':
    case 'alias':
      for (const [i, arg] of type.args.entries())
        visit(arg, times(at, type.decl.node.typeParams[i]?.variance));
      return;
    case 'union':
    case 'intersection':
      for (const member of type.members) visit(member, at);
      return;
    case 'tuple':
      for (const element of type.elements) visit(element, at);
      return;
    case 'shape':
      for (const field of type.fields) visit(field.type, at);
      return;
    case 'function':
      for (const param of type.params) visit(param.type, at === 0 ? 0 : at === 1 ? -1 : 1);
      if (type.rest !== undefined) visit(type.rest, at === 0 ? 0 : at === 1 ? -1 : 1);
      visit(type.returns, at);
      return;
    default:
  }
}

function times(at: Polarity, variance: 'in' | 'out' | undefined): Polarity {
  if (at === 0 || variance === undefined) return 0;
  if (variance === 'out') return at;
  return at === 1 ? -1 : 1;
}
