// The rule about names that hide other names: a variable declared where one of the same name is already visible in the
// same function or one around it. Names at the top of the file do not count.
import type { Node } from '../../ast.ts';
import { childrenOf } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

const SCOPES: ReadonlySet<Node['kind']> = new Set([
  'Block',
  'Closure',
  'FunctionDeclaration',
  'PipelineDeclaration',
  'ToolDeclaration',
  'OverrideDeclaration',
  'ForStatement',
  'MatchArm',
  'CatchClause',
  'SelectCase',
  'Parallel',
]);

export function lintShadows(ctx: LintContext): void {
  const scopes: Set<string>[] = [];
  const enter = (node: Node): void => {
    const opens = SCOPES.has(node.kind);
    if (opens) scopes.push(new Set());
    const name = declaredName(ctx, node);
    if (name !== undefined && scopes.length > 0) declare(ctx, node, name, scopes);
    for (const child of childrenOf(node)) enter(child);
    if (opens) scopes.pop();
  };
  enter(ctx.module);
}

function declaredName(ctx: LintContext, node: Node): string | undefined {
  if (node.kind !== 'NamePattern' && node.kind !== 'Param') return undefined;
  return ctx.checked.declares.has(node) && !node.name.startsWith('_') ? node.name : undefined;
}

function declare(ctx: LintContext, node: Node, name: string, scopes: readonly Set<string>[]): void {
  const isVariable = node.kind === 'NamePattern';
  if (isVariable && scopes.slice(0, -1).some((scope) => scope.has(name)))
    ctx.report('shadowVariable', lintErrors.shadowVariable({ name }, { span: node.span }));
  scopes.at(-1)?.add(name);
}
