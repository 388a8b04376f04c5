// The language server: speaks the protocol over a pair of streams, keeps the open buffers, and tells what is wrong in them
// shortly after each change. The packages of the protocol load with it.
import type {
  CancellationToken,
  Connection,
  InitializeParams,
  InitializeResult,
  Position,
  TextDocumentContentChangeEvent,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic } from '../../base/index.ts';
import type { BuiltinSpec, Edition } from '../../lang/index.ts';
import { loadLangTools, TOKEN_MODIFIERS, TOKEN_TYPES } from '../../lang/index.ts';
import { Answers, FIX_ALL, type Settings } from './answers.ts';
import { type MakeDocument, Places, toProtocolDiagnostic } from './convert.ts';
import { lspErrors } from './errors.ts';
import { Gate, isTextChange, type Need, withParams } from './gate.ts';
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
  const { createConnection, ProposedFeatures, ResponseError, TextDocuments } = await import(
    'vscode-languageserver/node.js'
  );
  const { TextDocument: Text } = await import('vscode-languageserver-textdocument');
  const connection = createConnection(ProposedFeatures.all, options.input, options.output, {
    messageStrategy: { handleMessage: (message, next) => next(withParams(message)) },
  });
  const documents = new TextDocuments<TextDocument>({
    create(uri, language, version, text) {
      if (typeof uri !== 'string' || typeof text !== 'string') throw lspErrors.notAText({});
      return Text.create(uri, language, version, text);
    },
    update(document, changes, version) {
      if (!changes.every(isTextChange)) throw lspErrors.notAText({});
      for (const change of changes) Text.update(document, [inside(document, change)], version);
      return document;
    },
  });
  const make: MakeDocument = (uri, text) => Text.create(uri, 'harn', 0, text);
  const gate = new Gate((code, message, data) => new ResponseError(code, message, data));
  const server = new Server(connection, options, make, gate);
  documents.onDidOpen(({ document }) => server.changed(document));
  documents.onDidChangeContent(({ document }) => server.changed(document));
  documents.onDidClose(({ document }) => server.closed(document));
  documents.listen(connection);
  server.listen();
  connection.listen();
  // The connection ends the process on `exit`, and when the editor is gone.
  return new Promise<never>(() => undefined);
}

/** The same change by places that the text has: what lies beyond it would leave the table of lines wrong. */
function inside(document: TextDocument, change: TextDocumentContentChangeEvent) {
  if (!('range' in change) || change.range === undefined) return change;
  const within = (position: Position) => document.positionAt(document.offsetAt(position));
  const range = { start: within(change.range.start), end: within(change.range.end) };
  return { range, text: change.text };
}

class Server {
  readonly #connection: Connection;
  readonly #workspace: Workspace;
  readonly #answers: Answers;
  readonly #structure: Structure;
  readonly #manifests: Manifests;
  readonly #published: Published;
  readonly #make: MakeDocument;
  readonly #gate: Gate;
  readonly #version: string;
  #timer: NodeJS.Timeout | undefined;
  /** Checks run one after the other. */
  #checking: Promise<void> = Promise.resolve();

  constructor(connection: Connection, options: LspOptions, make: MakeDocument, gate: Gate) {
    this.#gate = gate;
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
    connection.onInitialize((params) => this.#initialize(params));
    connection.onShutdown(() => this.#gate.shut());
    connection.onDidChangeWatchedFiles(() => {
      this.#workspace.refresh();
      this.#checkSoon();
    });
    this.#listenInPrograms();
    this.#listenInManifests();
  }

  /** Questions that only programs answer. */
  #listenInPrograms(): void {
    const connection = this.#connection;
    const answers = this.#answers;
    const structure = this.#structure;
    const at = ['uri', 'position'] as const;
    connection.onSignatureHelp(this.#ofPrograms(at, (params) => answers.signatureHelp(params)));
    connection.onDefinition(this.#ofPrograms(at, (params) => answers.definition(params)));
    connection.onReferences(
      this.#ofPrograms([...at, 'context'], (params) =>
        answers.references(params, params.context.includeDeclaration),
      ),
    );
    connection.onPrepareRename(this.#ofPrograms(at, (params) => answers.prepareRename(params)));
    connection.onRenameRequest(
      this.#ofPrograms([...at, 'newName'], (params) => answers.rename(params, params.newName)),
    );
    connection.onDocumentSymbol(
      this.#ofPrograms(['uri'], ({ textDocument }) => answers.documentSymbols(textDocument.uri)),
    );
    connection.onDocumentFormatting(
      this.#ofPrograms(['uri'], ({ textDocument }) => answers.formatting(textDocument.uri)),
    );
    connection.onFoldingRanges(
      this.#ofPrograms(['uri'], ({ textDocument: { uri } }) => structure.folds(uri)),
    );
    connection.onSelectionRanges(
      this.#ofPrograms(['uri', 'positions'], ({ textDocument: { uri }, positions }) =>
        structure.selections(uri, positions),
      ),
    );
    connection.onDocumentHighlight(
      this.#ofPrograms(at, ({ textDocument: { uri }, position }) =>
        structure.highlights(uri, position),
      ),
    );
    connection.onWorkspaceSymbol(
      this.#gate.guard(['query'], ({ query }) => structure.symbols(query)),
    );
    connection.languages.semanticTokens.on(
      this.#gate.guard(['uri'], async ({ textDocument: { uri } }) =>
        isManifest(uri) ? { data: [] } : answers.semanticTokens(uri),
      ),
    );
  }

  /** Questions that manifests answer too. */
  #listenInManifests(): void {
    const connection = this.#connection;
    const answers = this.#answers;
    const manifests = this.#manifests;
    const at = ['uri', 'position'] as const;
    connection.onHover(
      this.#gate.guard(at, (params) => {
        const { textDocument, position } = params;
        if (isManifest(textDocument.uri)) return manifests.hover(textDocument.uri, position);
        return answers.hover(params);
      }),
    );
    connection.onCompletion(
      this.#gate.guard(at, (params) => {
        const { textDocument, position } = params;
        if (isManifest(textDocument.uri)) return manifests.completion(textDocument.uri, position);
        // In programs it begins a list.
        if (params.context?.triggerCharacter === '[') return [];
        return answers.completion(params);
      }),
    );
    connection.onCodeAction(
      this.#gate.guard(['uri', 'range', 'context'], ({ textDocument: { uri }, range, context }) =>
        isManifest(uri)
          ? manifests.codeActions(uri, range)
          : answers.codeActions(uri, range, context.only),
      ),
    );
  }

  /** An answer that only programs have. */
  #ofPrograms<P extends { readonly textDocument: { readonly uri: string } }, R>(
    needs: readonly Need[],
    answer: (params: P) => Promise<R>,
  ): (params: P, token?: CancellationToken) => Promise<R | null> {
    return this.#gate.guard<P, R | null>(needs, (params) =>
      isManifest(params.textDocument.uri) ? null : answer(params),
    );
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
    this.#gate.open();
    this.#follow(capabilities);
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    this.#workspace.roots = folders.filter((uri) => uri.startsWith('file:')).map(keyOf);
    return {
      serverInfo: { name: 'harn', version: this.#version },
      capabilities: {
        // Texts come as changes to what is known.
        textDocumentSync: { openClose: true, change: 2 },
        hoverProvider: true,
        completionProvider: { triggerCharacters: ['.', '"', '/', '[', '@'] },
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
