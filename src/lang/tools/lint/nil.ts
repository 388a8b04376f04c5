// Rules about what guards against nil where there is none. They need the types of expressions, and say nothing without.
import { alternatives, mayBeNil } from '../../2-check/types/expand.ts';
import type { Binary, Expression, Node, NonNull } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

export function lintNil(ctx: LintContext): void {
  // Where nil is not followed strictly, a type without it is no promise.
  if (ctx.checked.types === undefined || !ctx.module.editionIsShown) return;
  if (ctx.module.edition !== '2026') return;
  walk(ctx.module, (node) => {
    if (node.kind === 'Binary') coalesce(ctx, node);
    else if (node.kind === 'NonNull') nonNull(ctx, node);
    else optional(ctx, node);
  });
}

/** Whether the checker is sure: gradual types, and what may look in many ways, are not. */
function isNeverNil(ctx: LintContext, node: Expression): boolean {
  const type = ctx.checked.types?.get(node);
  if (type === undefined || mayBeNil(type)) return false;
  return alternatives(type).every(
    ({ kind }) => kind === 'primitive' || kind === 'literal' || kind === 'handle',
  );
}

/** Names only: what is read from inside of values may be missing, whatever was declared. */
function isKnown(node: Expression): boolean {
  return node.kind === 'Identifier' || node.kind.endsWith('Literal');
}

function coalesce(ctx: LintContext, { operator, left, right, span }: Binary): void {
  if (operator !== '??' || right.kind === 'NilLiteral' || !isKnown(left)) return;
  if (!isNeverNil(ctx, left)) return;
  ctx.report('unreachableCoalesce', lintErrors.unreachableCoalesce({}, { span: right.span }), [
    { start: left.span.end, end: span.end, text: '' },
  ]);
}

function nonNull(ctx: LintContext, { operand, span }: NonNull): void {
  if (!isKnown(operand) || !isNeverNil(ctx, operand)) return;
  ctx.report('needlessNonNull', lintErrors.needlessNonNull({}, { span }), [
    { start: operand.span.end, end: span.end, text: '' },
  ]);
}

function optional(ctx: LintContext, node: Node): void {
  const receiver =
    node.kind === 'MethodCall' ? node.receiver : node.kind === 'Member' ? node.object : undefined;
  if (receiver === undefined || !('optional' in node) || node.optional !== true) return;
  if (!isKnown(receiver) || !isNeverNil(ctx, receiver)) return;
  const start = ctx.text.indexOf('?.', receiver.span.end);
  if (start === -1 || start >= node.span.end) return;
  const at = { span: { ...node.span, start, end: start + 2 } };
  ctx.report('needlessOptional', lintErrors.needlessOptional({ operator: '?.' }, at), [
    { start, end: start + 2, text: '.' },
  ]);
}
