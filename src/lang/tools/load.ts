// The way to the formatter, the linter and the migration: they are loaded when somebody asks.

/** What works on sources without running them. */
export type LangTools = typeof import('./tools.ts');

export function loadLangTools(): Promise<LangTools> {
  return import('./tools.ts');
}
