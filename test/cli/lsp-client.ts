// An editor for tests: starts `harn lsp` of a built command line and speaks the protocol with it.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CodeAction,
  type CompletionItem,
  createProtocolConnection,
  type Diagnostic,
  type DocumentSymbol,
  type Hover,
  type InitializeResult,
  type Location,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type SemanticTokens,
  type SignatureHelp,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node.js';

export class Editor {
  readonly child: ChildProcessWithoutNullStreams;
  readonly connection: ProtocolConnection;
  readonly #root: string;
  readonly #texts = new Map<string, string>();
  readonly #versions = new Map<string, number>();
  readonly #told = new Map<string, readonly Diagnostic[]>();
  readonly #waiting: (() => void)[] = [];
  #hasEnded = false;

  constructor(bin: string, root: string, env: NodeJS.ProcessEnv = process.env) {
    this.#root = root;
    this.child = spawn(process.execPath, [bin, 'lsp', '--stdio'], { cwd: root, env });
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.child.stdout),
      new StreamMessageWriter(this.child.stdin),
    );
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: PublishDiagnosticsParams) => {
        this.#told.set(uri, diagnostics);
        for (const wake of this.#waiting.splice(0)) wake();
      },
    );
    this.child.once('exit', () => {
      this.#hasEnded = true;
      for (const wake of this.#waiting.splice(0)) wake();
      // What is still asked is never answered.
      this.connection.dispose();
    });
    this.connection.listen();
  }

  async initialize(capabilities: object = {}): Promise<InitializeResult> {
    const rootUri = pathToFileURL(this.#root).href;
    const result = await this.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri,
      capabilities,
      workspaceFolders: [{ uri: rootUri, name: 'project' }],
    });
    await this.connection.sendNotification('initialized', {});
    return result;
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.#root, name)).href;
  }

  async open(name: string, text: string): Promise<void> {
    this.#texts.set(name, text);
    this.#versions.set(name, 1);
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: this.uri(name), languageId: 'harn', version: 1, text },
    });
  }

  /** Replaces the first occurrence of a piece of text, as typing would: by a range. */
  async edit(name: string, old: string, text: string): Promise<void> {
    const before = this.text(name);
    const start = before.indexOf(old);
    const range = { start: position(before, start), end: position(before, start + old.length) };
    this.#texts.set(name, before.slice(0, start) + text + before.slice(start + old.length));
    const version = (this.#versions.get(name) ?? 0) + 1;
    this.#versions.set(name, version);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri(name), version },
      contentChanges: [{ range, text }],
    });
  }

  async close(name: string): Promise<void> {
    const textDocument = { uri: this.uri(name) };
    await this.connection.sendNotification('textDocument/didClose', { textDocument });
  }

  text(name: string): string {
    return this.#texts.get(name) ?? '';
  }

  /** The position of the nth occurrence of a piece of text, plus some characters. */
  at(name: string, piece: string, { nth = 0, plus = 0 } = {}): Position {
    const text = this.text(name);
    let offset = -1;
    for (let i = 0; i <= nth; i += 1) offset = text.indexOf(piece, offset + 1);
    if (offset === -1) throw new Error(`no ${piece} in ${name}`);
    return position(text, offset + plus);
  }

  /** Waits until what is told of a file is as wanted. */
  async diagnostics(
    name: string,
    isWanted: (found: readonly Diagnostic[]) => boolean,
    wanted: (code: string) => boolean = (code) => !code.startsWith('HARN-LNT-'),
  ): Promise<readonly Diagnostic[]> {
    const uri = this.uri(name);
    for (;;) {
      const found = this.#told.get(uri)?.filter((each) => wanted(String(each.code)));
      if (found !== undefined && isWanted(found)) return found;
      if (this.#hasEnded) throw new Error('the server has ended');
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #ask<T>(method: string, name: string, params: object): Promise<T> {
    const textDocument = { uri: this.uri(name) };
    return this.connection.sendRequest<T>(`textDocument/${method}`, { textDocument, ...params });
  }

  hover(name: string, at: Position): Promise<Hover | null> {
    return this.#ask('hover', name, { position: at });
  }

  async hoverText(name: string, at: Position): Promise<string> {
    const found = await this.hover(name, at);
    const { contents } = found ?? { contents: '' };
    return typeof contents === 'object' && 'value' in contents ? contents.value : '';
  }

  completion(name: string, at: Position): Promise<CompletionItem[]> {
    return this.#ask('completion', name, { position: at });
  }

  async labels(name: string, at: Position): Promise<string[]> {
    return (await this.completion(name, at)).map(({ label }) => label);
  }

  signatureHelp(name: string, at: Position): Promise<SignatureHelp | null> {
    return this.#ask('signatureHelp', name, { position: at });
  }

  definition(name: string, at: Position): Promise<Location | null> {
    return this.#ask('definition', name, { position: at });
  }

  references(name: string, at: Position, includeDeclaration = true): Promise<Location[]> {
    return this.#ask('references', name, { position: at, context: { includeDeclaration } });
  }

  prepareRename(name: string, at: Position): Promise<unknown> {
    return this.#ask('prepareRename', name, { position: at });
  }

  rename(name: string, at: Position, newName: string): Promise<WorkspaceEdit> {
    return this.#ask('rename', name, { position: at, newName });
  }

  symbols(name: string): Promise<DocumentSymbol[]> {
    return this.#ask('documentSymbol', name, {});
  }

  semanticTokens(name: string): Promise<SemanticTokens> {
    return this.#ask('semanticTokens/full', name, {});
  }

  formatting(name: string): Promise<TextEdit[]> {
    return this.#ask('formatting', name, { options: { tabSize: 2, insertSpaces: true } });
  }

  codeActions(name: string, range: Range, only?: string[]): Promise<CodeAction[]> {
    const context = { diagnostics: [], ...(only === undefined ? {} : { only }) };
    return this.#ask('codeAction', name, { range, context });
  }

  /** What a range of a file says. */
  slice(name: string, { start, end }: Range): string {
    const text = this.text(name);
    return text.slice(offset(text, start), offset(text, end));
  }

  /** Ends the server as editors do; gives its exit code. */
  async shutdown(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => {
      this.child.once('exit', resolve);
    });
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return await ended;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

function position(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

function offset(text: string, { line, character }: Position): number {
  const lines = text.split('\n').slice(0, line);
  return lines.reduce((sum, each) => sum + each.length + 1, 0) + character;
}
