// The answers to an editor's questions: each finds the program, asks lang, and puts the answer into the protocol's shape.
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  DocumentSymbol,
  Hover,
  Location,
  Position,
  TextEdit as ProtocolEdit,
  Range,
  SemanticTokens,
  SignatureHelp,
  TextDocumentPositionParams,
  WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { HarnError } from '../../base/index.ts';
import {
  type CheckedProgram,
  type Completion,
  completionsAt,
  declarationAt,
  type Fix,
  fixesIn,
  hoverAt,
  isName,
  type LangTools,
  loadLangTools,
  memberPlaces,
  memberSymbolAt,
  type NameSymbol,
  type Occurrence,
  occurrenceAt,
  occurrencesOf,
  openOptionAt,
  outlineOf,
  renameEdits,
  restOfStandIn,
  semanticTokens,
  signatureHelpAt,
  symbolAt,
  type TextEdit,
  type ToolContext,
  tokensOf,
  withStandIn,
} from '../../lang/index.ts';
import type { ToolSettings } from '../tool-settings.ts';
import {
  codeAndProse,
  encodeTokens,
  type MakeDocument,
  Places,
  rangeIn,
  toCompletionItem,
  toDocumentSymbol,
} from './convert.ts';
import { lspErrors } from './errors.ts';
import { hasLetters } from './structure.ts';
import type { Workspace } from './workspace.ts';

type LintFinding = ReturnType<LangTools['lint']>[number];

/** What `harn.toml` says about a file. */
export type Settings = (uri: string) => Promise<ToolSettings>;

interface Asked {
  readonly context: ToolContext;
  readonly document: TextDocument;
  readonly offset: number;
  readonly places: Places;
}

/** A place that names something, in whichever program it was found. */
interface Found {
  readonly occurrence: Occurrence;
  readonly location: Location;
}

export class Answers {
  readonly #workspace: Workspace;
  readonly #make: MakeDocument;
  readonly #settings: Settings;

  constructor(workspace: Workspace, make: MakeDocument, settings: Settings) {
    this.#workspace = workspace;
    this.#settings = settings;
    this.#make = make;
  }

  async #ask(uri: string, position: Position = { line: 0, character: 0 }): Promise<Asked> {
    const program = await this.#workspace.program(uri);
    const places = new Places(this.#workspace, program, this.#make);
    const { builtins } = this.#workspace;
    const module = program.entry;
    const document = this.#make(uri, module.source.text);
    return {
      context: { program, module, builtins },
      document,
      offset: document.offsetAt(position),
      places,
    };
  }

  /** The same with a stand-in at the cursor; offsets before it are those of the text. */
  async #askUnfinished(
    { document, offset }: Asked,
    after: string | undefined,
  ): Promise<ToolContext> {
    const text = withStandIn(document.getText(), offset, after);
    const program = await this.#workspace.programWith(document.uri, text);
    return { program, module: program.entry, builtins: this.#workspace.builtins };
  }

  async hover({ textDocument, position }: TextDocumentPositionParams): Promise<Hover | null> {
    const { context, document, offset } = await this.#ask(textDocument.uri, position);
    const found = hoverAt(context, offset);
    if (found === undefined) return null;
    const value = codeAndProse(found.code, found.doc);
    return { contents: { kind: 'markdown', value }, range: rangeIn(document, found.span) };
  }

  async completion({
    textDocument,
    position,
  }: TextDocumentPositionParams): Promise<CompletionItem[] | CompletionList> {
    const { uri } = textDocument;
    const asked = await this.#ask(uri, position);
    const { document, offset } = asked;
    const paths = (typed: string) => this.#workspace.importPaths(uri, typed);
    const written = document.getText();
    const tokens = tokensOf(asked.context.module.source);
    const option = openOptionAt(tokens, offset);
    // The name of an option is read as one only with a value.
    const rest = option === undefined ? restOfStandIn(tokens, offset) : ': nil';
    const isWhole =
      option?.hasValue ?? (rest === undefined && withStandIn(written, offset) === written);
    const context = isWhole ? asked.context : await this.#askUnfinished(asked, rest);
    // A path is read from the text as it is: a stand-in would become part of it.
    const inPath = completionsAt(asked.context, offset, paths).filter(
      ({ replaces }) => replaces !== undefined,
    );
    const found = inPath.length > 0 ? inPath : completionsAt(context, offset, paths);
    const shown = nearest(found, written.slice(0, offset));
    const items = shown.map((each) => toCompletionItem(each, document, offset));
    return shown.length < found.length ? { isIncomplete: true, items } : items;
  }

  async signatureHelp({
    textDocument,
    position,
  }: TextDocumentPositionParams): Promise<SignatureHelp | null> {
    const asked = await this.#ask(textDocument.uri, position);
    const { context, offset } = asked;
    const found =
      signatureHelpAt(context, offset) ??
      signatureHelpAt(await this.#askUnfinished(asked, ')'), offset);
    if (found === undefined) return null;
    const { label, doc, parameters, active } = found;
    const signature = {
      label,
      parameters: parameters.map(([start, end]) => ({ label: [start, end] as [number, number] })),
      ...(doc === undefined ? {} : { documentation: { kind: 'markdown' as const, value: doc } }),
    };
    // A number beyond the last parameter marks none.
    return {
      signatures: [signature],
      activeSignature: 0,
      activeParameter: active ?? parameters.length,
    };
  }

  async definition({
    textDocument,
    position,
  }: TextDocumentPositionParams): Promise<Location | null> {
    const { context, offset, places } = await this.#ask(textDocument.uri, position);
    const span = declarationAt(context, offset);
    return (span && places.location(span)) ?? null;
  }

  async references(
    { textDocument, position }: TextDocumentPositionParams,
    includeDeclaration: boolean,
  ): Promise<Location[]> {
    const { context, offset } = await this.#ask(textDocument.uri, position);
    const symbol = symbolAt(context.module, offset);
    if (symbol === undefined) return this.#memberReferences(context, offset, includeDeclaration);
    const found = await this.#everywhere(context, symbol);
    return found
      .filter(({ occurrence }) => includeDeclaration || occurrence.role !== 'declaration')
      .map(({ location }) => location);
  }

  /** Uses of a field, variant or method, wherever the type of the receiver is known. */
  async #memberReferences(
    context: ToolContext,
    offset: number,
    includeDeclaration: boolean,
  ): Promise<Location[]> {
    const symbol = memberSymbolAt(context, offset);
    if (symbol === undefined) return [];
    const found = new Map<string, Location>();
    const add = (program: ToolContext['program']) => {
      const places = new Places(this.#workspace, program, this.#make);
      const asked = { ...context, program, module: program.entry };
      for (const { span, isDeclaration } of memberPlaces(asked, symbol)) {
        const location = places.location(span);
        if (location === undefined || (isDeclaration && !includeDeclaration)) continue;
        found.set(`${span.source}:${span.start}`, location);
      }
    };
    add(context.program);
    for await (const program of this.#workspace.programsWith(symbol.name, 'keep')) add(program);
    return [...found.values()];
  }

  /** Every place in the workspace that names a symbol, once. */
  async #everywhere(context: ToolContext, symbol: NameSymbol): Promise<Found[]> {
    const found = new Map<string, Found>();
    const add = (program: ToolContext['program']) => {
      const places = new Places(this.#workspace, program, this.#make);
      for (const occurrence of occurrencesOf(program, symbol)) {
        const { span } = occurrence;
        const location = places.location(span);
        if (location !== undefined)
          found.set(`${span.source}:${span.start}`, { occurrence, location });
      }
    };
    add(context.program);
    for await (const program of this.#workspace.programsWith(symbol.name)) add(program);
    return [...found.values()];
  }

  async prepareRename({
    textDocument,
    position,
  }: TextDocumentPositionParams): Promise<{ range: Range; placeholder: string } | null> {
    const { context, document, offset } = await this.#ask(textDocument.uri, position);
    const at = this.#renamable(context, offset);
    return at === undefined ? null : { range: rangeIn(document, at.span), placeholder: at.text };
  }

  async rename(
    { textDocument, position }: TextDocumentPositionParams,
    replacement: string,
  ): Promise<WorkspaceEdit> {
    if (!isName(replacement)) throw lspErrors.notAName({ text: replacement });
    const { context, offset } = await this.#ask(textDocument.uri, position);
    const at = this.#renamable(context, offset);
    const symbol = at && symbolAt(context.module, offset);
    if (at === undefined || symbol === undefined) throw lspErrors.notRenamable({});
    const found = await this.#everywhere(context, symbol);
    const places = found.map(({ occurrence }) => occurrence);
    const rangeOf = new Map(found.map(({ occurrence, location }) => [occurrence.span, location]));
    const changes: NonNullable<WorkspaceEdit['changes']> = {};
    for (const { span, text } of renameEdits(places, at, replacement)) {
      const location = rangeOf.get(span);
      if (location === undefined) continue;
      changes[location.uri] ??= [];
      changes[location.uri]?.push({ range: location.range, newText: text });
    }
    return { changes };
  }

  /** A name that a file of ours declares, or that an import of ours gives. */
  #renamable({ module }: ToolContext, offset: number): Occurrence | undefined {
    const at = occurrenceAt(module, offset);
    const home = at?.binding.moduleId;
    if (at === undefined || home === undefined) return undefined;
    return this.#workspace.isOwn(home) || at.text !== at.binding.name ? at : undefined;
  }

  async documentSymbols(uri: string): Promise<DocumentSymbol[]> {
    const { context, document } = await this.#ask(uri);
    return outlineOf(context.module.module).map((entry) => toDocumentSymbol(entry, document));
  }

  async semanticTokens(uri: string): Promise<SemanticTokens> {
    const { context, document } = await this.#ask(uri);
    return { data: encodeTokens(semanticTokens(context.module), document) };
  }

  /** One change of the whole text; none for a text that does not parse, whose mistakes are told anyway. */
  async formatting(uri: string): Promise<ProtocolEdit[]> {
    const { document } = await this.#ask(uri);
    const { format, formatErrors } = await loadLangTools();
    const text = document.getText();
    const { lineWidth: width } = await this.#settings(uri);
    try {
      const newText = format({ id: this.#workspace.idOfUri(uri), text }, width);
      if (newText === text) return [];
      return [{ range: rangeIn(document, { start: 0, end: text.length }), newText }];
    } catch (error) {
      if (HarnError.is(error) && error.code === formatErrors.$code('cannotParse')) return [];
      throw error;
    }
  }

  /** What the linter says of a file: nothing where there are mistakes. */
  async lintFindings(uri: string, program: CheckedProgram): Promise<readonly LintFinding[]> {
    const { id } = program.entry.source;
    const isBroken = program.diagnostics.some(
      ({ severity, span }) => severity === 'error' && span.source === id,
    );
    if (isBroken || !this.#workspace.isOwn(id)) return [];
    const { lint } = await loadLangTools();
    // A manifest that is wrong is told by `harn lint`; here it must not hide what else there is to say.
    const settings = await this.#settings(uri).catch(() => undefined);
    return lint(program.entry, program, settings ?? {});
  }

  async codeActions(uri: string, range: Range, only?: readonly string[]): Promise<CodeAction[]> {
    const { context, document } = await this.#ask(uri);
    const wants = (kind: string) =>
      only === undefined || only.some((each) => kind === each || kind.startsWith(`${each}.`));
    const findings = await this.lintFindings(uri, context.program);
    const actions: CodeAction[] = [];
    if (wants('quickfix')) {
      const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
      const exporters = (name: string) => this.#workspace.exporters(uri, name);
      const { lintDiagnostic } = await loadLangTools();
      const { diagnostics, latent } = context.program;
      const all = [...diagnostics, ...latent, ...findings.map(lintDiagnostic)];
      for (const fix of fixesIn(context.module, all, start, end, exporters))
        actions.push(toAction(fix, document));
      for (const finding of findings) {
        const { span } = finding.error;
        if (span !== undefined && span.start <= end && span.end >= start)
          actions.push(...lintAction(finding, document));
      }
    }
    if (wants(FIX_ALL)) actions.push(...(await fixAll(findings, document)));
    return actions;
  }
}

/** Editors ask again while more is typed when there are more than this. */
const MAX_COMPLETIONS = 2_000;

/** Those that begin with what is typed come before those that have its letters, and near ones before far ones. */
function nearest(found: readonly Completion[], before: string): readonly Completion[] {
  if (found.length <= MAX_COMPLETIONS) return found;
  const typed = (/\w*$/.exec(before)?.[0] ?? '').toLowerCase();
  const distance = ({ label, rank }: Completion) =>
    label.toLowerCase().startsWith(typed)
      ? rank
      : hasLetters(label.toLowerCase(), typed)
        ? 10 + rank
        : undefined;
  return found
    .flatMap((each) => {
      const far = distance(each);
      return far === undefined ? [] : [{ each, far }];
    })
    .toSorted((a, b) => a.far - b.far)
    .slice(0, MAX_COMPLETIONS)
    .map(({ each }) => each);
}

/** The kind of the action that applies every safe fix of the linter. */
export const FIX_ALL = 'source.fixAll.harn';

function lintAction({ error, fix }: LintFinding, document: TextDocument): CodeAction[] {
  if (fix === undefined) return [];
  const edits = fix.map((edit) => ({ range: rangeIn(document, edit), newText: edit.text }));
  return [
    {
      title: `Mend: ${error.message}`,
      kind: 'quickfix',
      edit: { changes: { [document.uri]: edits } },
    },
  ];
}

async function fixAll(
  findings: readonly LintFinding[],
  document: TextDocument,
): Promise<CodeAction[]> {
  const { applyFixes } = await loadLangTools();
  const text = document.getText();
  const { text: newText } = applyFixes(text, findings);
  if (newText === text) return [];
  const range = rangeIn(document, { start: 0, end: text.length });
  const title = 'Apply all safe fixes of the linter';
  return [{ title, kind: FIX_ALL, edit: { changes: { [document.uri]: [{ range, newText }] } } }];
}

function toAction({ title, edits, isPreferred }: Fix, document: TextDocument): CodeAction {
  const toEdit = ({ span, text }: TextEdit) => ({ range: rangeIn(document, span), newText: text });
  return {
    title,
    kind: 'quickfix',
    isPreferred,
    edit: { changes: { [document.uri]: edits.map(toEdit) } },
  };
}
