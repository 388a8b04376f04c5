// The rule about `///`, the older form of a doc comment.
import type { Comment } from '../../ast.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

export function lintComments(ctx: LintContext): void {
  for (const run of runsOf(ctx)) {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) continue;
    const { start } = first.span;
    const { end } = last.span;
    const text = run.map((each) => each.text.replace(/^\/ ?/, ''));
    const isSafe = text.every((line) => !line.includes('*/') && !line.includes('/*'));
    const indent = /[ \t]*$/.exec(ctx.text.slice(0, start))?.[0] ?? '';
    const written =
      text.length === 1
        ? `/** ${text[0]?.trim() ?? ''} */`
        : ['/**', ...text.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join(
            '\n',
          );
    const at = { span: { ...first.span, end } };
    const fix = isSafe ? [{ start, end, text: written }] : undefined;
    ctx.report('legacyDocComment', lintErrors.legacyDocComment({}, at), fix);
  }
}

/** Comments of that form that stand line below line, each alone on its line. */
function runsOf(ctx: LintContext): Comment[][] {
  const runs: Comment[][] = [];
  for (const comment of ctx.module.comments) {
    const { style, text, span } = comment;
    const lineStart = ctx.text.lastIndexOf('\n', span.start - 1) + 1;
    const isAlone = ctx.text.slice(lineStart, span.start).trim() === '';
    // Four or more are a rule that somebody drew.
    if (style !== 'line' || !text.startsWith('/') || text.startsWith('//') || !isAlone) continue;
    const before = runs.at(-1)?.at(-1);
    const between = before === undefined ? undefined : ctx.text.slice(before.span.end, span.start);
    if (between !== undefined && /^\r?\n[ \t]*$/.test(between)) runs.at(-1)?.push(comment);
    else runs.push([comment]);
  }
  return runs;
}
