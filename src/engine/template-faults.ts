// Prompt templates that programs name and that are not there, or cannot be rendered: told before anything runs. One that is
// not there may be written by the program itself, so it is a warning.
import type { Diagnostic, Span } from '../base/index.ts';
import { type CheckedModule, loadLangTools } from '../lang/index.ts';
import { promptErrors } from './errors.ts';
import type { TemplateFiles } from './template-load.ts';

/** A template as a module names it. */
export interface NamedTemplate {
  readonly path: string;
  readonly span: Span;
}

/** The templates that modules name, those of the standard library left out. */
export async function namedTemplates(
  modules: readonly CheckedModule[],
): Promise<readonly NamedTemplate[]> {
  const speaking = modules.filter(
    ({ source: { id, text } }) => !id.startsWith('std/') && text.includes('render'),
  );
  if (speaking.length === 0) return [];
  const { templateCalls } = await loadLangTools();
  return speaking.flatMap((module) => templateCalls(module));
}

export function templateFaults(
  named: readonly NamedTemplate[],
  files: TemplateFiles,
): readonly Diagnostic[] {
  return named.flatMap(({ path, span }): readonly Diagnostic[] => {
    const facts = files.facts(span.source, path);
    if (facts.kind === 'missing') return [found(promptErrors.missing({ path }), span, 'warning')];
    return facts.kind === 'broken' ? [found(promptErrors.broken(facts), span, 'error')] : [];
  });
}

function found(
  { code, message, hint, data }: ReturnType<typeof promptErrors.missing>,
  span: Span,
  severity: Diagnostic['severity'],
): Diagnostic {
  return { severity, code, message, span, hint, data };
}
