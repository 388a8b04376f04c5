// The language server: speaks the protocol over a pair of streams, keeps the open buffers, and tells what is wrong in them
// shortly after each change. The packages of the protocol load with it.
import type { Connection, InitializeParams, InitializeResult } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic } from '../../base/index.ts';
import type { BuiltinSpec, Edition } from '../../lang/index.ts';
import { loadLangTools, TOKEN_MODIFIERS, TOKEN_TYPES } from '../../lang/index.ts';
import { Answers, FIX_ALL, type Settings } from './answers.ts';
import { type MakeDocument, Places, toProtocolDiagnostic } from './convert.ts';
import { Manifests } from './manifests.ts';
import { Published } from './published.ts';
import { Structure } from './structure.ts';
import { isManifest, keyOf, Workspace } from './workspace.ts';

export interface LspOptions {
  readonly builtins: readonly BuiltinSpec[];
  readonly edition: Edition | undefined;
  readonly version: string;
  readonly settings: Settings;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

const WATCHED_FILES = 'workspace/didChangeWatchedFiles';

/** How long the text has to rest before it is checked, in milliseconds. */
const REST = 120;

/** Serves until the editor ends it, which ends the process: so the protocol wants it. */
export async function serveLsp(options: LspOptions): Promise<never> {
  const { createConnection, ProposedFeatures, TextDocuments } = await import(
    'vscode-languageserver/node.js'
  );
  const { TextDocument: Text } = await import('vscode-languageserver-textdocument');
  const connection = createConnection(ProposedFeatures.all, options.input, options.output);
  const documents = new TextDocuments(Text);
  const make: MakeDocument = (uri, text) => Text.create(uri, 'harn', 0, text);
  const server = new Server(connection, options, make);
  documents.onDidOpen(({ document }) => server.changed(document));
  documents.onDidChangeContent(({ document }) => server.changed(document));
  documents.onDidClose(({ document }) => server.closed(document));
  documents.listen(connection);
  server.listen();
  connection.listen();
  // The connection ends the process on `exit`, and when the editor is gone.
  return new Promise<never>(() => undefined);
}

class Server {
  readonly #connection: Connection;
  readonly #workspace: Workspace;
  readonly #answers: Answers;
  readonly #structure: Structure;
  readonly #manifests: Manifests;
  readonly #published: Published;
  readonly #make: MakeDocument;
  readonly #version: string;
  #timer: NodeJS.Timeout | undefined;
  /** Checks run one after the other. */
  #checking: Promise<void> = Promise.resolve();

  constructor(connection: Connection, options: LspOptions, make: MakeDocument) {
    this.#connection = connection;
    this.#make = make;
    this.#version = options.version;
    this.#workspace = new Workspace(options.builtins, options.edition);
    this.#answers = new Answers(this.#workspace, make, options.settings);
    this.#structure = new Structure(this.#workspace, make);
    this.#manifests = new Manifests(this.#workspace);
    this.#published = new Published((uri, diagnostics) => {
      void connection.sendDiagnostics({ uri, diagnostics });
    });
  }

  listen(): void {
    const connection = this.#connection;
    const answers = this.#answers;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onDidChangeWatchedFiles(() => {
      this.#workspace.refresh();
      this.#checkSoon();
    });
    const manifests = this.#manifests;
    connection.onHover((params) => {
      const { textDocument, position } = params;
      if (isManifest(textDocument.uri)) return manifests.hover(textDocument.uri, position);
      return answers.hover(params);
    });
    connection.onCompletion((params) => {
      const { textDocument, position } = params;
      if (isManifest(textDocument.uri)) return manifests.completion(textDocument.uri, position);
      // In programs it begins a list.
      if (params.context?.triggerCharacter === '[') return [];
      return answers.completion(params);
    });
    connection.onCodeAction(({ textDocument: { uri }, range, context }) =>
      isManifest(uri)
        ? manifests.codeActions(uri, range)
        : answers.codeActions(uri, range, context.only),
    );
    connection.onSignatureHelp(ofPrograms((params) => answers.signatureHelp(params)));
    connection.onDefinition(ofPrograms((params) => answers.definition(params)));
    connection.onReferences(
      ofPrograms((params) => answers.references(params, params.context.includeDeclaration)),
    );
    connection.onPrepareRename(ofPrograms((params) => answers.prepareRename(params)));
    connection.onRenameRequest(ofPrograms((params) => answers.rename(params, params.newName)));
    connection.onDocumentSymbol(
      ofPrograms(({ textDocument }) => answers.documentSymbols(textDocument.uri)),
    );
    connection.onDocumentFormatting(
      ofPrograms(({ textDocument }) => answers.formatting(textDocument.uri)),
    );
    const structure = this.#structure;
    connection.onFoldingRanges(ofPrograms(({ textDocument: { uri } }) => structure.folds(uri)));
    connection.onSelectionRanges(
      ofPrograms(({ textDocument: { uri }, positions }) => structure.selections(uri, positions)),
    );
    connection.onDocumentHighlight(
      ofPrograms(({ textDocument: { uri }, position }) => structure.highlights(uri, position)),
    );
    connection.onWorkspaceSymbol(({ query }) => structure.symbols(query));
    connection.languages.semanticTokens.on(async (params) => {
      const { uri } = params.textDocument;
      return isManifest(uri) ? { data: [] } : answers.semanticTokens(uri);
    });
  }

  /** Editors tell of changes on the disk, and of folders that come and go, when they are asked to. */
  #follow({ workspace }: InitializeParams['capabilities']): void {
    const connection = this.#connection;
    const canWatch = workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    const hasFolders = workspace?.workspaceFolders === true;
    connection.onInitialized(() => {
      const watchers = ['**/*.harn', '**/harn.toml'].map((globPattern) => ({ globPattern }));
      const asked = { id: 'files', method: WATCHED_FILES, registerOptions: { watchers } };
      if (canWatch)
        void connection.sendRequest('client/registerCapability', { registrations: [asked] });
      if (!hasFolders) return;
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map(({ uri }) => keyOf(uri)));
        const come = added.map(({ uri }) => uri).filter((uri) => uri.startsWith('file:'));
        const kept = this.#workspace.roots.filter((root) => !gone.has(root));
        this.#workspace.roots = [...new Set([...kept, ...come.map(keyOf)])];
        this.#workspace.refresh();
        this.#checkSoon();
      });
    });
  }

  #initialize({ workspaceFolders, rootUri, capabilities }: InitializeParams): InitializeResult {
    this.#follow(capabilities);
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    this.#workspace.roots = folders.filter((uri) => uri.startsWith('file:')).map(keyOf);
    return {
      serverInfo: { name: 'harn', version: this.#version },
      capabilities: {
        // Texts come as changes to what is known.
        textDocumentSync: { openClose: true, change: 2 },
        hoverProvider: true,
        completionProvider: { triggerCharacters: ['.', '"', '/', '['] },
        signatureHelpProvider: { triggerCharacters: ['(', ','] },
        definitionProvider: true,
        referencesProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        documentFormattingProvider: true,
        documentHighlightProvider: true,
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        workspaceSymbolProvider: true,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        codeActionProvider: { codeActionKinds: ['quickfix', FIX_ALL] },
        semanticTokensProvider: {
          legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
          full: true,
        },
      },
    };
  }

  changed(document: TextDocument): void {
    this.#workspace.set(document);
    this.#checkSoon();
  }

  closed({ uri }: TextDocument): void {
    this.#workspace.close(uri);
    this.#published.closed(uri);
    this.#checkSoon();
  }

  #checkSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#checking = this.#checking.then(() => this.#checkOpen());
    }, REST);
  }

  /** Checks the open files whose programs have changed. Questions are answered in between. */
  async #checkOpen(): Promise<void> {
    for (const document of this.#workspace.openDocuments) {
      const { uri } = document;
      if (this.#published.knows(uri, this.#workspace.current(uri))) continue;
      try {
        if (isManifest(uri)) await this.#checkManifest(document);
        else await this.#check(uri);
      } catch (error) {
        // A defect of ours in one file must not silence the others.
        this.#connection.console.error(`${uri}: ${String(error)}`);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #checkManifest(document: TextDocument): Promise<void> {
    const { uri, version } = document;
    const found = await this.#manifests.diagnostics(document);
    // What was typed meanwhile is looked at next.
    if (document.version !== version || this.#workspace.document(uri) !== document) return;
    this.#published.found(uri, document, new Map([[uri, found]]));
  }

  async #check(uri: string): Promise<void> {
    const program = await this.#workspace.program(uri);
    const isOpen = this.#workspace.openDocuments.some((document) => document.uri === uri);
    if (!isOpen) return;
    const places = new Places(this.#workspace, program, this.#make);
    const found = new Map<string, ReturnType<typeof toProtocolDiagnostic>[]>();
    const { lintDiagnostic } = await loadLangTools();
    const habits = (await this.#answers.lintFindings(uri, program)).map(
      (each): Diagnostic => ({ ...lintDiagnostic(each), severity: 'info' }),
    );
    for (const diagnostic of [...program.diagnostics, ...program.latent, ...habits]) {
      const { source } = diagnostic.span;
      const document = this.#workspace.isOwn(source) ? places.document(source) : undefined;
      if (document === undefined) continue;
      const list = found.get(document.uri) ?? [];
      list.push(toProtocolDiagnostic(diagnostic, document));
      found.set(document.uri, list);
    }
    this.#published.found(uri, program, found);
  }
}

/** An answer that only programs have. */
function ofPrograms<P extends { readonly textDocument: { readonly uri: string } }, R>(
  answer: (params: P) => Promise<R>,
): (params: P) => Promise<R | null> {
  return async (params) => (isManifest(params.textDocument.uri) ? null : answer(params));
}
