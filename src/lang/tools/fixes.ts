// Mendings that follow from what the checker found: a misspelt name, a constant that is assigned to, a name that some
// other module exports.
import type { Diagnostic, Json, Span } from '../../base/index.ts';
import type { CheckedModule } from '../2-check/checked-module.ts';
import { namesOf } from '../2-check/patterns.ts';
import type { Module } from '../ast.ts';
import type { TextEdit } from './navigate.ts';
import { pathTo } from './tree.ts';

/** One mending, and the finding that it mends: by where it is. */
export interface Fix {
  readonly title: string;
  readonly span: Span;
  readonly edits: readonly TextEdit[];
  /** The best one there is. */
  readonly isPreferred: boolean;
}

/** A module that exports some name, as it would be imported from here. */
export interface Exporter {
  readonly path: string;
  readonly name: string;
}

/**
 * Every mending for a stretch of a module, of what was found there. `exportersOf` finds modules that have a name which
 * is missing.
 */
export function fixesIn(
  module: CheckedModule,
  findings: readonly Diagnostic[],
  start: number,
  end: number,
  exportersOf: (name: string) => readonly Exporter[] = () => [],
): Fix[] {
  const fixes: Fix[] = [];
  const isHere = (span: Span) => span.start <= end && span.end >= start;
  for (const [node, fault] of module.faults) {
    const { span } = node;
    if (!isHere(span)) continue;
    if (fault.kind === 'immutableAssignment') fixes.push(...makeMutable(module, span, fault.name));
    else if (fault.kind !== 'redeclaration')
      fixes.push(...importFixes(module, span, fault.name, exportersOf));
  }
  for (const finding of findings) {
    const { span } = finding;
    const edit = span.source === module.source.id ? suggested(finding, module) : undefined;
    if (edit === undefined || !(isHere(span) || isHere(edit.span))) continue;
    fixes.push({ title: `Change to \`${edit.text}\``, span, edits: [edit], isPreferred: true });
  }
  return fixes;
}

/**
 * What a finding suggests, as an edit. A suggestion is for the stretch that the finding says it replaces, else for the
 * whole of its place when that is what the finding is about: one of its parameters, as text or in quotes.
 */
export function suggested(
  { span, data }: Diagnostic,
  { source }: Pick<CheckedModule, 'source'>,
): TextEdit | undefined {
  const { suggestion, replaces, ...about } = data ?? {};
  if (typeof suggestion !== 'string') return undefined;
  if (isStretch(replaces)) return { span: { source: source.id, ...replaces }, text: suggestion };
  const written = source.text.slice(span.start, span.end);
  if (!Object.values(about).some((value) => value !== '' && unquoted(value) === unquoted(written)))
    return undefined;
  const text = written.startsWith('"') ? JSON.stringify(unquoted(suggestion)) : suggestion;
  return { span, text };
}

function isStretch(value: Json | undefined): value is { start: number; end: number } {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value;
}

function unquoted(value: Json | undefined): Json | undefined {
  return typeof value === 'string' ? value.replace(/^"(.*)"$/s, '$1') : value;
}

function* importFixes(
  module: CheckedModule,
  span: Span,
  name: string,
  exportersOf: (name: string) => readonly Exporter[],
): Generator<Fix, void, undefined> {
  if (module.source.text.slice(span.start, span.end) !== name) return;
  for (const exporter of exportersOf(name)) {
    const title = `Import \`${name}\` from "${exporter.path}"`;
    yield { title, span, edits: [importEdit(module, exporter)], isPreferred: false };
  }
}

/** Adds to a list that is there, or writes a new line below the last import. */
function importEdit({ source, imports }: CheckedModule, { name, path }: Exporter): TextEdit {
  for (const { node } of imports) {
    const last = node.names?.at(-1);
    if (node.path !== path || last === undefined) continue;
    const at = last.span.end;
    return { span: { source: source.id, start: at, end: at }, text: `, ${name}` };
  }
  const last = imports.at(-1)?.node;
  const line = `import { ${name} } from ${JSON.stringify(path)}\n`;
  if (last === undefined) {
    const shebang = source.text.startsWith('#!') ? source.text.indexOf('\n') + 1 : 0;
    return { span: { source: source.id, start: shebang, end: shebang }, text: line };
  }
  const at = last.span.end;
  return { span: { source: source.id, start: at, end: at }, text: `\n${line.trimEnd()}` };
}

/** Changes the word that declared a variable of this file. */
function* makeMutable(
  module: CheckedModule,
  span: Span,
  name: string,
): Generator<Fix, void, undefined> {
  const target = [...module.uses].find(
    ([node, used]) => used.name === name && node.span.start === span.start,
  )?.[1];
  if (target?.node === undefined || target.moduleId !== module.source.id) return;
  const path = pathTo(module.module, target.node.span.start);
  const statement = path.findLast((node) => node.kind === 'LetStatement');
  if (statement?.kind !== 'LetStatement') return;
  const word = module.edition === '0.7' ? 'var' : 'let';
  const start = module.source.text.indexOf(statement.binding, statement.span.start);
  if (start === -1 || start > target.node.span.start) return;
  const keyword = { source: module.source.id, start, end: start + statement.binding.length };
  const edits = [{ span: keyword, text: word }];
  yield { title: `Declare \`${name}\` with \`${word}\``, span, edits, isPreferred: true };
}

/** The names that a module offers to others by marking them. */
export function publicNamesOf(module: Module): readonly string[] {
  return module.body.flatMap((statement) => {
    if (!('pub' in statement) || !statement.pub) return [];
    if (statement.kind === 'LetStatement')
      return [...namesOf(statement.pattern)].map(({ name }) => name);
    return 'name' in statement ? [statement.name] : [];
  });
}
