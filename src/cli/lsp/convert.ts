// Between offsets in texts and what the protocol says: positions, edits, kinds as numbers. Both count UTF-16 units.
import type {
  CompletionItem,
  CompletionItemKind,
  DiagnosticTag,
  DocumentSymbol,
  Location,
  Diagnostic as ProtocolDiagnostic,
  Range,
  SymbolKind,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic, Span } from '../../base/index.ts';
import {
  type CheckedProgram,
  type Completion,
  nameErrors,
  type SemanticToken,
  type SymbolEntry,
  TOKEN_MODIFIERS,
  TOKEN_TYPES,
} from '../../lang/index.ts';
import type { Workspace } from './workspace.ts';

/** Makes documents of texts, which know lines. */
export type MakeDocument = (uri: string, text: string) => TextDocument;

/** The places of one program. */
export class Places {
  readonly #workspace: Workspace;
  readonly #program: CheckedProgram;
  readonly #make: MakeDocument;
  readonly #documents = new Map<string, TextDocument | undefined>();

  constructor(workspace: Workspace, program: CheckedProgram, make: MakeDocument) {
    this.#workspace = workspace;
    this.#program = program;
    this.#make = make;
  }

  /** A module's text as it was checked; undefined for modules that are no files. */
  document(id: string): TextDocument | undefined {
    if (!this.#documents.has(id)) {
      const uri = this.#workspace.uriOf(id);
      const text = this.#program.modules.find(({ source }) => source.id === id)?.source.text;
      const isKnown = uri !== undefined && text !== undefined;
      this.#documents.set(id, isKnown ? this.#make(uri, text) : undefined);
    }
    return this.#documents.get(id);
  }

  location(span: Span): Location | undefined {
    const document = this.document(span.source);
    return document && { uri: document.uri, range: rangeIn(document, span) };
  }
}

export function rangeIn(
  document: TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** What editors fade (1) or strike through (2). */
const TAGS: ReadonlyMap<string, DiagnosticTag> = new Map([
  ['HARN-LNT-011', 1],
  ['HARN-LNT-014', 1],
  ['HARN-LNT-015', 1],
  ['HARN-LNT-016', 1],
  ['HARN-LNT-017', 1],
  ['HARN-LNT-019', 1],
  [nameErrors.$code('deprecated'), 2],
]);

const SEVERITY = { error: 1, warning: 2, info: 3 } as const;

export function toProtocolDiagnostic(
  { severity, code, message, span, hint, notes }: Diagnostic,
  document: TextDocument,
): ProtocolDiagnostic {
  const more = [
    ...(notes ?? []).map((note) => note.message),
    ...(hint === undefined ? [] : [hint]),
  ];
  const tag = TAGS.get(code);
  return {
    range: rangeIn(document, span),
    severity: SEVERITY[severity],
    code,
    source: 'harn',
    message: [message, ...more].join('\n'),
    ...(tag === undefined ? {} : { tags: [tag] }),
  };
}

const COMPLETION_KIND: { readonly [K in Completion['kind']]: CompletionItemKind } = {
  variable: 6,
  constant: 21,
  function: 3,
  method: 2,
  field: 5,
  variant: 20,
  struct: 22,
  enum: 13,
  interface: 8,
  type: 25,
  keyword: 14,
  module: 9,
  handle: 9,
};

export function toCompletionItem(
  { label, kind, detail, doc, rank, replaces }: Completion,
  document: TextDocument,
  offset: number,
): CompletionItem {
  const item: CompletionItem = { label, kind: COMPLETION_KIND[kind], sortText: `${rank}${label}` };
  if (detail !== undefined) item.detail = detail;
  if (doc !== undefined && doc !== '') item.documentation = { kind: 'markdown', value: doc };
  if (replaces !== undefined) {
    const range = rangeIn(document, { start: offset - replaces, end: offset });
    item.textEdit = { range, newText: label };
    item.filterText = label;
  }
  return item;
}

const SYMBOL_KIND: { readonly [K in SymbolEntry['kind']]: SymbolKind } = {
  function: 12,
  method: 6,
  pipeline: 12,
  tool: 12,
  skill: 5,
  evalPack: 5,
  struct: 23,
  enum: 10,
  variant: 22,
  interface: 11,
  type: 26,
  impl: 5,
  field: 8,
  variable: 13,
  constant: 14,
};

export function symbolKind(kind: SymbolEntry['kind']): SymbolKind {
  return SYMBOL_KIND[kind];
}

export function toDocumentSymbol(entry: SymbolEntry, document: TextDocument): DocumentSymbol {
  const { name, kind, span, nameSpan, children } = entry;
  return {
    name: kind === 'impl' ? `impl ${name}` : name,
    kind: SYMBOL_KIND[kind],
    range: rangeIn(document, span),
    selectionRange: rangeIn(document, nameSpan),
    children: children.map((child) => toDocumentSymbol(child, document)),
  };
}

/** Five numbers per token, each place told from the one before. */
export function encodeTokens(tokens: readonly SemanticToken[], document: TextDocument): number[] {
  const data: number[] = [];
  let last = { line: 0, character: 0 };
  for (const { start, length, type, modifiers } of tokens) {
    const at = document.positionAt(start);
    const isSameLine = at.line === last.line;
    const bits = modifiers.reduce((sum, each) => sum | (1 << TOKEN_MODIFIERS.indexOf(each)), 0);
    const column = isSameLine ? at.character - last.character : at.character;
    data.push(at.line - last.line, column, length, TOKEN_TYPES.indexOf(type), bits);
    last = at;
  }
  return data;
}

/** Markdown of a hover: code, then prose. */
export function codeAndProse(code: string, doc: string | undefined, language = 'harn'): string {
  const block = `\`\`\`${language}\n${code}\n\`\`\``;
  return doc === undefined || doc.trim() === '' ? block : `${block}\n\n${doc.trim()}`;
}
