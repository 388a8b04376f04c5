// The rule about variables that bodies running side by side change.
import type { AssignStatement, Expression, Node } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

export function lintConcurrency(ctx: LintContext): void {
  walk(ctx.module, (node, around) => {
    if (node.kind !== 'AssignStatement') return;
    const root = rootOf(node.target);
    const binding = root.kind === 'Identifier' ? ctx.checked.uses.get(root) : undefined;
    const home = binding?.node;
    if (binding === undefined || home === undefined) return;
    const task = around.find(
      (each) =>
        isTask(each) && !(home.span.start >= each.span.start && home.span.end <= each.span.end),
    );
    if (task === undefined) return;
    const word = task.kind === 'Spawn' ? 'spawn' : 'parallel';
    const { name } = binding;
    const at = { span: node.target.span };
    ctx.report('mutableCaptureInParallel', lintErrors.mutableCaptureInParallel({ name, word }, at));
  });
}

function isTask({ kind }: Node): boolean {
  return kind === 'Parallel' || kind === 'Spawn';
}

function rootOf(target: AssignStatement['target']): Expression {
  let at: Expression = target;
  while (at.kind === 'Member' || at.kind === 'Index') at = at.object;
  return at;
}
