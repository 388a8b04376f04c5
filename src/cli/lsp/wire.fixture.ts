// A language server in this process with a client that sends whatever it is told to, well formed or not.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { createRegistry, EFFECT_GROUPS } from '../../builtins/index.ts';
import { serveLsp } from './server.ts';

/** What comes back for a request. */
export interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

interface Sent extends Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
}

const SETTINGS = {
  lineWidth: undefined,
  disabled: [],
  requireFileHeader: false,
  complexityThreshold: undefined,
};

export class Wire {
  readonly folder: string;
  readonly #toServer = new PassThrough();
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #rest = Buffer.alloc(0);
  #last = 0;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'harn-wire-')));
    for (const [name, text] of Object.entries(files))
      writeFileSync(path.join(this.folder, name), text);
    const output = new PassThrough();
    output.on('data', (chunk: Buffer) => this.#read(chunk));
    void serveLsp({
      builtins: createRegistry(EFFECT_GROUPS).specs(),
      edition: undefined,
      version: '0.0.0',
      settings: () => Promise.resolve(SETTINGS),
      input: this.#toServer,
      output,
    });
  }

  /** The folder goes; the server stays until the process ends, with nothing to do. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  /** A request; its number is known before the answer, to take it back. */
  ask(method: string, params: unknown): { readonly id: number; readonly answer: Promise<Answer> } {
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
    });
    this.#send({ id, method, params });
    return { id, answer };
  }

  async result(method: string, params: unknown): Promise<unknown> {
    return (await this.ask(method, params).answer).result;
  }

  async initialize(): Promise<void> {
    const rootUri = pathToFileURL(this.folder).href;
    await this.ask('initialize', { processId: null, rootUri, capabilities: {} }).answer;
    this.notify('initialized', {});
  }

  open(name: string, text: string, version = 1): void {
    const textDocument = { uri: this.uri(name), languageId: 'harn', version, text };
    this.notify('textDocument/didOpen', { textDocument });
  }

  #send(message: Sent): void {
    this.sendRaw({ jsonrpc: '2.0', ...message });
  }

  /** Any value of JSON, which need not be a message. */
  sendRaw(value: unknown): void {
    const body = JSON.stringify(value);
    this.#toServer.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const head = this.#rest.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(
        /Content-Length: (\d+)/.exec(this.#rest.toString('utf8', 0, head))?.[1],
      );
      const end = head + 4 + length;
      if (this.#rest.length < end) return;
      const message = JSON.parse(this.#rest.toString('utf8', head + 4, end)) as Sent;
      this.#rest = this.#rest.subarray(end);
      if (message.method === undefined && message.id !== undefined)
        this.#waiting.get(message.id)?.(message);
    }
  }
}
