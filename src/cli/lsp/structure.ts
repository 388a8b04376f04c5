// Answers about the build of files: what folds, what a selection grows to, where else a name stands in this file, and which
// declarations of the open folders have a name.
import type {
  DocumentHighlight,
  FoldingRange,
  Position,
  SelectionRange,
  SymbolInformation,
} from 'vscode-languageserver';
import {
  foldsOf,
  memberPlaces,
  memberSymbolAt,
  occurrencesOf,
  outlineOf,
  pathTo,
  type SymbolEntry,
  symbolAt,
} from '../../lang/index.ts';
import { type MakeDocument, rangeIn, symbolKind } from './convert.ts';
import type { Workspace } from './workspace.ts';

/** Editors show no more than a few. */
const MAX_SYMBOLS = 500;

export class Structure {
  readonly #workspace: Workspace;
  readonly #make: MakeDocument;

  constructor(workspace: Workspace, make: MakeDocument) {
    this.#workspace = workspace;
    this.#make = make;
  }

  async folds(uri: string): Promise<FoldingRange[]> {
    const { entry } = await this.#workspace.program(uri);
    const document = this.#make(uri, entry.source.text);
    return foldsOf(entry.source).flatMap(({ start, end, kind }) => {
      const startLine = document.positionAt(start).line;
      // The line of the closing bracket stays.
      const endLine = document.positionAt(end).line - (kind === 'bracket' ? 1 : 0);
      if (endLine <= startLine) return [];
      return [{ startLine, endLine, ...(kind === 'bracket' ? {} : { kind }) }];
    });
  }

  async selections(uri: string, positions: readonly Position[]): Promise<SelectionRange[]> {
    const { entry } = await this.#workspace.program(uri);
    const document = this.#make(uri, entry.source.text);
    const whole = rangeIn(document, { start: 0, end: entry.source.text.length });
    return positions.map((position) => {
      let last: SelectionRange = { range: whole };
      let { start, end } = { start: 0, end: entry.source.text.length };
      for (const { span } of pathTo(entry.module, document.offsetAt(position))) {
        // Each lies in the one before, and is smaller.
        const isInside = span.start >= start && span.end <= end;
        if (!isInside || span.end - span.start === end - start) continue;
        last = { range: rangeIn(document, span), parent: last };
        ({ start, end } = span);
      }
      return last;
    });
  }

  async highlights(uri: string, position: Position): Promise<DocumentHighlight[]> {
    const program = await this.#workspace.program(uri);
    const { entry: module } = program;
    const document = this.#make(uri, module.source.text);
    const offset = document.offsetAt(position);
    const here = { ...program, modules: [module] };
    const symbol = symbolAt(module, offset);
    const context = { program, module, builtins: this.#workspace.builtins };
    const member = symbol === undefined ? memberSymbolAt(context, offset) : undefined;
    const places =
      symbol !== undefined
        ? occurrencesOf(here, symbol).map(({ span, role }) => ({
            span,
            at: role === 'declaration',
          }))
        : member !== undefined
          ? memberPlaces({ ...context, program: here }, member).map((each) => ({
              span: each.span,
              at: each.isDeclaration,
            }))
          : [];
    return places.map(({ span, at }) => ({ range: rangeIn(document, span), kind: at ? 3 : 2 }));
  }

  /** Declarations whose names have the letters that are asked for, in their order. */
  symbols(query: string): SymbolInformation[] {
    const found: SymbolInformation[] = [];
    const wanted = query.toLowerCase();
    for (const { uri, source, module } of this.#workspace.parsed()) {
      const document = this.#make(uri, source.text);
      const add = (entry: SymbolEntry, container: string | undefined): void => {
        if (hasLetters(entry.name.toLowerCase(), wanted) && found.length < MAX_SYMBOLS)
          found.push({
            name: entry.name,
            kind: symbolKind(entry.kind),
            location: { uri, range: rangeIn(document, entry.nameSpan) },
            ...(container === undefined ? {} : { containerName: container }),
          });
        for (const child of entry.children) add(child, entry.name);
      };
      for (const entry of outlineOf(module)) add(entry, undefined);
    }
    return found;
  }
}

export function hasLetters(name: string, wanted: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
