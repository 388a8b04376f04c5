// harn.toml in an editor: what is wrong with it as it is typed, what can stand at a place, what a key is for. The schema
// and all that is known about it are of the engine.
import path from 'node:path';
import type { CodeAction, CompletionItem, Hover, Position, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic } from '../../base/index.ts';
import { loadManifestTools } from '../../engine/index.ts';
import { codeAndProse, rangeIn, toProtocolDiagnostic } from './convert.ts';
import type { Workspace } from './workspace.ts';

const KINDS = { table: 9, key: 10, value: 12 } as const;

export class Manifests {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** What is wrong with an open manifest. */
  async diagnostics(document: TextDocument) {
    const found = await this.#findings(document);
    return found.map((each) => toProtocolDiagnostic(each, document));
  }

  async hover(uri: string, position: Position): Promise<Hover | null> {
    const document = this.#workspace.document(uri);
    if (document === undefined) return null;
    const { hoverManifest } = await loadManifestTools();
    const found = hoverManifest(document.getText(), document.offsetAt(position));
    if (found === undefined) return null;
    const value = codeAndProse(found.code, found.doc, 'toml');
    return { contents: { kind: 'markdown', value }, range: rangeIn(document, found.span) };
  }

  async completion(uri: string, position: Position): Promise<CompletionItem[]> {
    const document = this.#workspace.document(uri);
    if (document === undefined) return [];
    const { completeManifest } = await loadManifestTools();
    const found = await completeManifest(document.getText(), document.offsetAt(position));
    return found.map(({ label, kind, detail, doc, text, replaces }) => ({
      label,
      kind: KINDS[kind],
      filterText: label,
      textEdit: { range: rangeIn(document, replaces), newText: text },
      ...(detail === '' ? {} : { detail }),
      ...(doc === undefined ? {} : { documentation: { kind: 'markdown' as const, value: doc } }),
    }));
  }

  /** The name that was probably meant, for tables and keys that nobody looks at. */
  async codeActions(uri: string, range: Range): Promise<CodeAction[]> {
    const document = this.#workspace.document(uri);
    if (document === undefined) return [];
    const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    return (await this.#findings(document)).flatMap(({ span, data, message }): CodeAction[] => {
      const name = data?.['suggestion'];
      if (typeof name !== 'string' || span.start > end || span.end < start) return [];
      const edit = { range: rangeIn(document, span), newText: name };
      const title = `Write ${name}`;
      const diagnostics = [{ range: edit.range, message }];
      return [{ title, kind: 'quickfix', diagnostics, edit: { changes: { [uri]: [edit] } } }];
    });
  }

  async #findings(document: TextDocument): Promise<readonly Diagnostic[]> {
    const { diagnoseManifest } = await loadManifestTools();
    const id = path.posix.basename(document.uri);
    return diagnoseManifest({ id, text: document.getText() });
  }
}
