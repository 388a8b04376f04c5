// The operands of expressions that have neither names nor bodies of their own, in order of evaluation.
import { assertNever } from '../../base/index.ts';
import type { Expression } from '../ast.ts';

export type PlainExpression = Extract<
  Expression,
  {
    kind:
      | 'NilLiteral'
      | 'BoolLiteral'
      | 'IntLiteral'
      | 'FloatLiteral'
      | 'DurationLiteral'
      | 'StringLiteral'
      | 'Placeholder'
      | 'ErrorExpression'
      | 'InterpolatedString'
      | 'ListLiteral'
      | 'Index'
      | 'Slice'
      | 'Unary'
      | 'Propagate'
      | 'NonNull'
      | 'Binary'
      | 'Range'
      | 'Ternary';
  }
>;

export function operandsOf(node: PlainExpression): readonly Expression[] {
  switch (node.kind) {
    case 'NilLiteral':
    case 'BoolLiteral':
    case 'IntLiteral':
    case 'FloatLiteral':
    case 'DurationLiteral':
    case 'StringLiteral':
    case 'Placeholder':
    case 'ErrorExpression':
      return [];
    case 'InterpolatedString':
      return node.parts.filter((part) => part.kind !== 'StringText');
    case 'ListLiteral':
      return node.elements.map((e) => (e.kind === 'Spread' ? e.value : e));
    case 'Index':
      return [node.object, node.index];
    case 'Slice':
      return [node.object, node.start, node.end].filter((part) => part !== undefined);
    case 'Unary':
    case 'Propagate':
    case 'NonNull':
      return [node.operand];
    case 'Binary':
      return spineOf(node);
    case 'Range':
      return [node.start, node.end];
    case 'Ternary':
      return [node.condition, node.whenTrue, node.whenFalse];
    default:
      return assertNever(node);
  }
}

/** The operands along the left spine: long sums nest thousands deep, so nobody should recurse into them. */
function spineOf(node: Extract<Expression, { kind: 'Binary' }>): readonly Expression[] {
  const operands: Expression[] = [];
  let left: Expression = node;
  while (left.kind === 'Binary') {
    operands.push(left.right);
    left = left.left;
  }
  operands.push(left);
  return operands.reverse();
}
