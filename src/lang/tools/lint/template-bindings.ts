// The rules about what prompt templates are given: names that they take and do not get, and names that they get and never
// look at. Who lints knows the files; without that nothing is said.

import { nearestName } from '../../../base/index.ts';
import type { TemplateBinding, TemplateBindings } from '../template-calls.ts';
import { templateCalls } from '../template-calls.ts';
import type { LintContext } from './context.ts';
import { templateRules } from './errors.ts';

/** What is known about a template that a module names; undefined when it is not there or cannot be read. */
export type TemplateReader = (
  module: string,
  path: string,
) =>
  | {
      readonly used: ReadonlySet<string>;
      readonly needed: ReadonlySet<string>;
      /** False when more names may be looked at than are known. */
      readonly isWhole: boolean;
    }
  | undefined;

export function lintTemplateBindings(ctx: LintContext): void {
  const read = ctx.options.templates;
  if (read === undefined) return;
  for (const { path, span, bindings } of templateCalls(ctx.checked)) {
    if (bindings === undefined) continue;
    const template = read(ctx.checked.source.id, path);
    if (template === undefined) continue;
    const given = new Set(bindings.names.map(({ name }) => name));
    const missing = [...template.needed].filter((name) => !given.has(name));
    const idle = bindings.names.filter(({ name }) => !template.used.has(name));
    if (bindings.isWhole) {
      for (const name of missing) {
        const near = nearestName(
          name,
          idle.map((each) => each.name),
        );
        const error = templateRules.templateUnbound({ path, name, given: near }, { span });
        ctx.report('templateUnbound', error);
      }
    }
    if (!template.isWhole) continue;
    for (const binding of idle) {
      const { name } = binding;
      const suggestion = nearestName(name, missing);
      const error = templateRules.templateUnused(
        { path, name, suggestion },
        { span: binding.span },
      );
      // What is probably misspelt is not taken away.
      const fix = suggestion === undefined ? removal(ctx, bindings, binding) : undefined;
      ctx.report('templateUnused', error, fix);
    }
  }
}

/** Takes an entry away whose value does nothing, up to the entry behind it. */
function removal(ctx: LintContext, { node }: TemplateBindings, { value, index }: TemplateBinding) {
  if (value.kind !== 'Identifier' && !value.kind.endsWith('Literal')) return undefined;
  if (
    value.kind === 'DictLiteral' ||
    value.kind === 'ListLiteral' ||
    value.kind === 'StructLiteral'
  )
    return undefined;
  const entry = node.entries[index];
  const [before, after] = [node.entries[index - 1], node.entries[index + 1]];
  if (entry === undefined) return undefined;
  const range =
    after !== undefined
      ? { start: entry.span.start, end: after.span.start }
      : { start: before?.span.end ?? entry.span.start, end: entry.span.end };
  return ctx.hasComment(range) ? undefined : [{ ...range, text: '' }];
}
