// What `loadLangTools` gives.
export { applyEdits, type Edit } from './edits.ts';
export { formatErrors } from './errors.ts';
export { type Exposed, type ExposedInput, exposedIn } from './exposed.ts';
export { DEFAULT_LINE_WIDTH, format } from './format/format.ts';
export type { LintFinding, LintOptions } from './lint/context.ts';
export { lintErrors, ruleName, templateRules } from './lint/errors.ts';
export { applyFixes, LINT_RULES, lint, lintDiagnostic } from './lint/lint.ts';
export type { TemplateReader } from './lint/template-bindings.ts';
export { templateDiagnostics, templateHabitDiagnostics } from './lint/templates.ts';
export { fixErrors } from './migrate/errors.ts';
export {
  type FileMigration,
  type Migration,
  type MigrationChecker,
  migrate,
  type OlderManifest,
} from './migrate/migrate.ts';
export { type TemplateCall, templateCalls } from './template-calls.ts';
export { type WrittenSurface, writtenSurfaces } from './tool-surfaces.ts';
