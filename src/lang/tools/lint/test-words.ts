// Rules about words of tests: `assert` belongs there, `require` elsewhere.
import type { Node, PipelineDeclaration } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

const ASSERTS: ReadonlySet<string> = new Set(['assert', 'assert_eq', 'assert_ne']);

export function lintTests(ctx: LintContext): void {
  // Functions beside tests help them.
  const hasTests = ctx.module.body.some(isTest);
  walk(ctx.module, (node, around) => {
    if (node.kind === 'RequireStatement') {
      if (around.some(isTest))
        ctx.report('requireInTest', lintErrors.requireInTest({}, { span: node.span }));
      return;
    }
    if (hasTests || node.kind !== 'Call') return;
    const target = ctx.checked.calls.get(node)?.target;
    if (target?.kind !== 'builtin' || !ASSERTS.has(target.spec.name)) return;
    const { name } = target.spec;
    const at = { span: node.callee.span };
    ctx.report('assertOutsideTest', lintErrors.assertOutsideTest({ name }, at));
  });
}

function isTest(node: Node): node is PipelineDeclaration {
  return (
    node.kind === 'PipelineDeclaration' &&
    (node.name.startsWith('test_') || node.attributes.some(({ name }) => name === 'test'))
  );
}
