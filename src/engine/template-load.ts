// Brings in what looks at prompt templates, for checks.
import type { SourceFs } from './loader.ts';
import type { TemplateFiles } from './template-files.ts';

export type { TemplateFacts, TemplateFiles } from './template-files.ts';

/** Looks at the templates of programs whose ids are paths below `root`. */
export async function loadTemplateFiles(root: string, fs?: SourceFs): Promise<TemplateFiles> {
  return (await import('./template-files.ts')).templateFiles(root, fs);
}
