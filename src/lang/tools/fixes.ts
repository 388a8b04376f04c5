// Mendings that follow from what the checker found: a misspelt name, a constant that is assigned to, a name that some
// other module exports.
import type { Span } from '../../base/index.ts';
import type { CheckedModule, Fault } from '../2-check/checked-module.ts';
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

/** Every mending for a stretch of a module. `exportersOf` finds modules that have a name which is missing. */
export function fixesIn(
  module: CheckedModule,
  start: number,
  end: number,
  exportersOf: (name: string) => readonly Exporter[] = () => [],
): Fix[] {
  const fixes: Fix[] = [];
  for (const [node, fault] of module.faults) {
    const { span } = node;
    if (span.start > end || span.end < start) continue;
    if (fault.kind === 'immutableAssignment') fixes.push(...makeMutable(module, span, fault.name));
    else if (fault.kind !== 'redeclaration')
      fixes.push(...nameFixes(module, span, fault, exportersOf));
  }
  for (const { span, name, suggestion } of module.corrections) {
    if (span.start > end || span.end < start) continue;
    const written = module.source.text.slice(span.start, span.end);
    const at = written.indexOf(name);
    if (at === -1) continue;
    const place = { ...span, start: span.start + at, end: span.start + at + name.length };
    const edits = [{ span: place, text: suggestion }];
    fixes.push({ title: `Change to \`${suggestion}\``, span, edits, isPreferred: true });
  }
  return fixes;
}

function* nameFixes(
  module: CheckedModule,
  span: Span,
  { name, suggestion }: Extract<Fault, { kind: 'undefinedVariable' | 'undefinedFunction' }>,
  exportersOf: (name: string) => readonly Exporter[],
): Generator<Fix, void, undefined> {
  if (module.source.text.slice(span.start, span.end) !== name) return;
  for (const exporter of exportersOf(name)) {
    const title = `Import \`${name}\` from "${exporter.path}"`;
    yield { title, span, edits: [importEdit(module, exporter)], isPreferred: false };
  }
  if (suggestion === undefined) return;
  const edits = [{ span, text: suggestion }];
  yield { title: `Change to \`${suggestion}\``, span, edits, isPreferred: true };
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
