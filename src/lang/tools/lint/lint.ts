// The linter: runs the rules over a checked module, drops what the file or the project does not want to hear.
import type { Diagnostic } from '../../../base/index.ts';
import type { CheckedModule, CheckedProgram } from '../../2-check/checked-module.ts';
import { applyEdits, type Edit } from '../edits.ts';
import { lintBackground } from './background.ts';
import { lintComments } from './comments.ts';
import { lintConcurrency } from './concurrency.ts';
import { LintContext, type LintFinding, type LintOptions } from './context.ts';
import { lintDropped } from './dropped.ts';
import { lintErrors, ruleName, templateRules } from './errors.ts';
import { lintExpressions } from './expressions.ts';
import { lintFlow } from './flow.ts';
import { lintImportOrder } from './import-order.ts';
import { lintInterfaces } from './interfaces.ts';
import { lintNames } from './names.ts';
import { lintNil } from './nil.ts';
import { lintPrompts } from './prompts.ts';
import { lintShadows } from './shadow.ts';
import { lintTemplateBindings } from './template-bindings.ts';
import { lintTests } from './test-words.ts';

/** Every rule by its name, for settings. */
export const LINT_RULES: readonly string[] = [...lintErrors.$docs, ...templateRules.$docs].map(
  ({ name }) => ruleName(name),
);

/** What the rules find in a module, in the order of the text. Modules that did not parse are not judged. */
export function lint(
  checked: CheckedModule,
  program: CheckedProgram,
  options: LintOptions = {},
): readonly LintFinding[] {
  const ctx = new LintContext(checked, options);
  lintNames(ctx, program);
  lintShadows(ctx);
  lintFlow(ctx);
  lintExpressions(ctx);
  lintNil(ctx);
  lintInterfaces(ctx);
  lintTests(ctx);
  lintPrompts(ctx);
  lintTemplateBindings(ctx);
  lintConcurrency(ctx);
  lintBackground(ctx);
  lintDropped(ctx);
  lintComments(ctx);
  lintImportOrder(ctx, program);
  const disabled = new Set(options.disabled ?? []);
  const lineOf = linesOf(ctx.text);
  const allowed = allowances(ctx, lineOf);
  return ctx.findings
    .filter(({ rule, error }) => {
      const name = ruleName(rule);
      const line = lineOf(error.span?.start ?? 0);
      return !disabled.has(name) && allowed.get(line)?.has(name) !== true;
    })
    .sort((a, b) => (a.error.span?.start ?? 0) - (b.error.span?.start ?? 0));
}

/** A finding as the checker's are. */
export function lintDiagnostic({ error, rule }: LintFinding): Diagnostic {
  const { code, message, span, hint, data } = error;
  const where = span ?? { source: '', start: 0, end: 0 };
  return {
    severity: 'warning',
    code,
    message,
    span: where,
    hint,
    data: { ...data, rule: ruleName(rule) },
  };
}

/** The text with all fixes that do not overlap, each whole or not at all; `fixed` says how many findings that mends. */
export function applyFixes(
  text: string,
  findings: readonly LintFinding[],
): { readonly text: string; readonly fixed: number } {
  const taken: Edit[] = [];
  const fixes = new Set<readonly Edit[]>();
  let fixed = 0;
  for (const { fix } of findings) {
    if (fix === undefined) continue;
    if (!fixes.has(fix)) {
      if (fix.some((edit) => taken.some((other) => touches(edit, other)))) continue;
      fixes.add(fix);
      taken.push(...fix);
    }
    fixed += 1;
  }
  return { text: applyEdits(text, taken).text, fixed };
}

function touches(a: Edit, b: Edit): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Rules that comments allow, by line (from 0): their own line and the next. */
function allowances(
  ctx: LintContext,
  lineOf: (offset: number) => number,
): ReadonlyMap<number, ReadonlySet<string>> {
  const byLine = new Map<number, Set<string>>();
  for (const { text, span } of ctx.module.comments) {
    const found = /\blint:allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)/.exec(text);
    if (found === null) continue;
    const first = lineOf(span.start);
    const before = ctx.text.slice(ctx.text.lastIndexOf('\n', span.start - 1) + 1, span.start);
    const isAlone = before.trim() === '';
    const lines = isAlone ? [first, lineOf(span.end) + 1] : [first];
    for (const line of lines) {
      const names = byLine.get(line) ?? new Set();
      for (const name of (found[1] ?? '').split(',')) names.add(name.trim());
      byLine.set(line, names);
    }
  }
  return byLine;
}

/** The line of an offset, from 0: the number of line breaks before it. */
function linesOf(text: string): (offset: number) => number {
  const breaks: number[] = [];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) breaks.push(i);
  return (offset) => {
    let low = 0;
    let high = breaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
