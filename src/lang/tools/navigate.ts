// From a place to other places: where something is declared, everywhere it is named, and what renaming it changes.
import type { Span } from '../../base/index.ts';
import { KEYWORDS } from '../1-parse/token.ts';
import type { Binding, CheckedModule, CheckedProgram } from '../2-check/checked-module.ts';
import { memberOf, type ToolContext } from './members.ts';
import { type Occurrence, occurrenceAt, occurrencesIn } from './occurrences.ts';
import { pathTo } from './tree.ts';

/** A declared name, told apart by its place, so that separate checks of one workspace can be put together. */
export interface NameSymbol {
  readonly name: string;
  readonly module: string;
  readonly span: Span;
}

/** One change of a text. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** Where the thing under an offset is declared: a name, a member, or the module of an import path. */
export function declarationAt(context: ToolContext, offset: number): Span | undefined {
  const { module } = context;
  const found = occurrenceAt(module, offset);
  if (found !== undefined) return symbolOf(found.binding)?.span;
  for (const node of pathTo(module.module, offset).toReversed()) {
    if (node.kind === 'ImportDeclaration') {
      const target = module.imports.find((each) => each.node === node)?.moduleId;
      const { start, end } = node.pathSpan;
      const isPath = offset >= start && offset <= end;
      return target === undefined || !isPath ? undefined : { source: target, start: 0, end: 0 };
    }
    if (node.kind !== 'Member' && node.kind !== 'MethodCall') continue;
    const { start, end } = node.nameSpan;
    return offset < start || offset > end ? undefined : memberOf(context, node)?.span;
  }
  return undefined;
}

/** The name under an offset, when a file declares it. */
export function symbolAt(module: CheckedModule, offset: number): NameSymbol | undefined {
  const found = occurrenceAt(module, offset);
  return found === undefined ? undefined : symbolOf(found.binding);
}

function symbolOf({ name, node, moduleId }: Binding): NameSymbol | undefined {
  if (node === undefined || moduleId === undefined) return undefined;
  const span = 'nameSpan' in node && node.nameSpan !== undefined ? node.nameSpan : node.span;
  return { name, module: moduleId, span };
}

/** Every place of a program that names a symbol. */
export function occurrencesOf(program: CheckedProgram, symbol: NameSymbol): Occurrence[] {
  return program.modules.flatMap((module) =>
    occurrencesIn(module).filter(({ binding }) => isSame(symbolOf(binding), symbol)),
  );
}

function isSame(a: NameSymbol | undefined, b: NameSymbol): boolean {
  return a !== undefined && a.module === b.module && a.span.start === b.span.start;
}

/** Whether a text can be the name of something. */
export function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && text !== '_' && !KEYWORDS.has(text);
}

/**
 * What changes when the name under an offset is replaced. Where an import gives it another name, only that one changes,
 * and only in that file.
 */
export function renameEdits(
  places: readonly Occurrence[],
  at: Occurrence,
  replacement: string,
): TextEdit[] {
  const isAlias = at.text !== at.binding.name;
  return places
    .filter(({ text, span }) => text === at.text && (!isAlias || span.source === at.span.source))
    .map(({ span, text, isShorthand }) => ({
      span,
      text: isShorthand ? `${text}: ${replacement}` : replacement,
    }));
}
