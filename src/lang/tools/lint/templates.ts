// Findings in prompt templates: what was found out elsewhere, with codes, as the rules of programs have them.
import type { Diagnostic } from '../../../base/index.ts';
import type { LintOptions } from './context.ts';
import { lintErrors, ruleName } from './errors.ts';
import { lintDiagnostic } from './lint.ts';

/** A problem of a template; `offset` is in its text. */
export type TemplateFault =
  | { readonly kind: 'syntax'; readonly offset: number; readonly detail: string }
  | {
      readonly kind: 'filter';
      readonly offset: number;
      readonly name: string;
      readonly suggestion: string | undefined;
    };

/** Something in a template that works and is worth changing. */
export type TemplateHabit = { readonly offset: number; readonly length: number } & (
  | { readonly kind: 'variants'; readonly count: number; readonly limit: number }
  | { readonly kind: 'provider'; readonly name: string; readonly value: string }
);

/** The habits as warnings. */
export function templateHabitDiagnostics(
  source: string,
  habits: readonly TemplateHabit[],
  { disabled = [] }: LintOptions = {},
): readonly Diagnostic[] {
  return habits.flatMap((habit) => {
    const rule = habit.kind === 'variants' ? 'templateVariants' : 'templateProviderBranch';
    if (disabled.includes(ruleName(rule))) return [];
    const { offset, length } = habit;
    const at = { span: { source, start: offset, end: offset + length } };
    const error =
      habit.kind === 'variants'
        ? lintErrors.templateVariants({ count: habit.count, limit: habit.limit }, at)
        : lintErrors.templateProviderBranch({ name: habit.name, value: habit.value }, at);
    return [lintDiagnostic({ error, rule, fix: undefined })];
  });
}

/** The problems as diagnostics: rendering such a template fails, so they are errors. */
export function templateDiagnostics(
  source: string,
  faults: readonly TemplateFault[],
  { disabled = [] }: LintOptions = {},
): readonly Diagnostic[] {
  return faults.flatMap((fault) => {
    const rule = fault.kind === 'syntax' ? 'templateParse' : 'templateFilter';
    if (disabled.includes(ruleName(rule))) return [];
    const length = fault.kind === 'syntax' ? 1 : fault.name.length;
    const at = { span: { source, start: fault.offset, end: fault.offset + length } };
    const error =
      fault.kind === 'syntax'
        ? lintErrors.templateParse({ detail: fault.detail }, at)
        : lintErrors.templateFilter({ name: fault.name, suggestion: fault.suggestion }, at);
    return [{ ...lintDiagnostic({ error, rule, fix: undefined }), severity: 'error' as const }];
  });
}
