// Functions without a name, and the bodies that run as tasks: what they are called with, what they give.
import type { Closure, Expression, Parallel } from '../../ast.ts';
import { assignable } from './assignable.ts';
import { foundType } from './detail.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { expand } from './expand.ts';
import { checkReturned } from './functions.ts';
import { iteratedType } from './members.ts';
import { forgetAssignedLater } from './shared.ts';
import {
  ANY,
  container,
  DICT,
  functionType,
  isNil,
  LIST,
  type Parameter,
  type Type,
} from './type.ts';
import { unionOf } from './union.ts';
import type { Walk } from './walk.ts';
import { widen } from './widen.ts';

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
  forgetAssignedLater(walk, node);
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
  const texts = { expected: typeText(wanted), got: typeText(foundType(given, wanted)), detail: '' };
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
  for (const binding of walk.record.assignedWithin(node.span.start, node.span.end))
    walk.record.sharedVariables.add(binding);
  const mark = walk.flow.mark();
  forgetShared(walk);
  const returned: Type[] = [];
  let value: Type = ANY;
  walk.inFrame({ returns: undefined, returned, isClosure: true, throws: undefined }, () => {
    declare();
    value = walk.block(node.body);
  });
  walk.flow.undo(mark);
  forgetAssignedLater(walk, node);
  return unionOf([...returned, value]);
}
