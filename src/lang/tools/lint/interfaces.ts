// Rules about what functions and types say to those who use them: types of public functions, results of public
// pipelines, many values of one type in a row, `?` instead of `| nil`.
import type { FunctionDeclaration, Param, PipelineDeclaration, UnionType } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

/** So many values of one type can no longer be told apart at a call. */
const TOO_MANY = 4;

export function lintInterfaces(ctx: LintContext): void {
  walk(ctx.module, (node) => {
    switch (node.kind) {
      case 'FunctionDeclaration':
        publicTypes(ctx, node);
        positional(ctx, node);
        break;
      case 'PipelineDeclaration':
        returnType(ctx, node);
        break;
      case 'UnionType':
        optional(ctx, node);
        break;
      default:
    }
  });
}

function publicTypes(ctx: LintContext, node: FunctionDeclaration): void {
  const { pub, name, nameSpan: span, params, returns } = node;
  if (!pub || name.startsWith('_')) return;
  const missing = params.filter((param) => param.type === undefined && param.name !== 'self');
  const [first] = missing;
  const report = (what: string) =>
    ctx.report('publicApiTypes', lintErrors.publicApiTypes({ name, what }, { span }));
  if (first !== undefined)
    report(missing.length === 1 ? `\`${first.name}\`` : `${missing.length} parameters`);
  else if (returns === undefined && returnsValue(node)) report('its result');
}

function returnsValue({ body }: FunctionDeclaration): boolean {
  let found = false;
  walk(body, (node, around) => {
    const isInner = around.some(({ kind }) => kind === 'Closure' || kind === 'FunctionDeclaration');
    if (node.kind === 'ReturnStatement' && node.value !== undefined && !isInner) found = true;
  });
  return found;
}

function positional(ctx: LintContext, { name, nameSpan: span, params }: FunctionDeclaration): void {
  const counts = new Map<string, number>();
  for (const param of params) {
    const type = typeText(ctx, param);
    if (type !== undefined) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  for (const [type, count] of counts) {
    if (count < TOO_MANY) continue;
    const problem = { name, count, type };
    ctx.report('positionalParameters', lintErrors.positionalParameters(problem, { span }));
  }
}

/** Parameters with a default are given by those who know them. */
function typeText(ctx: LintContext, { type, rest, default: value }: Param): string | undefined {
  return type === undefined || rest || value !== undefined ? undefined : ctx.slice(type.span);
}

function returnType(
  ctx: LintContext,
  { pub, name, nameSpan: span, returns }: PipelineDeclaration,
): void {
  if (!pub || returns !== undefined || name.startsWith('_')) return;
  ctx.report('pipelineReturnType', lintErrors.pipelineReturnType({ name }, { span }));
}

/** `T | nil` of a plain name or a list: behind anything else the `?` might belong to a part. */
function optional(ctx: LintContext, { members, span }: UnionType): void {
  const [first, second, ...others] = members;
  if (first === undefined || second === undefined || others.length > 0) return;
  const isNil = (text: string) => text === 'nil';
  const [left, right] = [ctx.slice(first.span), ctx.slice(second.span)];
  if (isNil(left) === isNil(right)) return;
  const kept = isNil(left) ? second : first;
  if (kept.kind !== 'NamedType' && kept.kind !== 'ListType') return;
  const text = `${ctx.slice(kept.span)}?`;
  const fix = ctx.hasComment(span) ? undefined : [{ start: span.start, end: span.end, text }];
  ctx.report('preferOptional', lintErrors.preferOptional({ text }, { span }), fix);
}
