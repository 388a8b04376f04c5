// The real terminal. Output goes straight to the descriptor, so that it is in order and out before we leave; what a slow
// non-blocking reader does not take waits in a queue. A reader that went away ends that stream quietly.
import { fstatSync, writeSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { isatty } from 'node:tty';
import type { Clock } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { systemCode } from './node-errors.ts';
import type { CallOptions, HostStdio } from './ports.ts';
import { encodeUtf8 } from './utf8.ts';

const RETRY_MS = 2;

/** stdin, stdout and stderr of this process. */
export function createNodeStdio({ clock }: { readonly clock: Clock }): HostStdio {
  const out = new OutputDescriptor(1, clock);
  const err = new OutputDescriptor(2, clock);
  const input = new InputLines(() => process.stdin);
  return {
    writeOut: (text) => out.write(text),
    writeErr: (text) => err.write(text),
    flush: async () => {
      await out.flush();
      await err.flush();
    },
    isClosed: (stream) => (stream === 'stdout' ? out : err).closed,
    readLine: (options) => input.readLine(options),
    readAll: (options) => input.readAll(options),
    isTty: (stream) => isTerminal({ stdin: 0, stdout: 1, stderr: 2 }[stream]),
    columns: () => (isTerminal(1) ? process.stdout.columns : undefined),
    rows: () => (isTerminal(1) ? process.stdout.rows : undefined),
  };
}

/** Files and pipes are no terminals; only what may be one is worth loading the module that knows. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && isatty(fd);
  } catch {
    return false;
  }
}

/** One output descriptor with its queue. */
export class OutputDescriptor {
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #write: (fd: number, bytes: Uint8Array) => number;
  #queue: Uint8Array[] = [];
  #draining: Promise<void> | undefined;
  #closed: boolean = false;

  constructor(
    fd: number,
    clock: Clock,
    write: (fd: number, bytes: Uint8Array) => number = writeSync,
  ) {
    this.#fd = fd;
    this.#clock = clock;
    this.#write = write;
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(text: string): void {
    if (this.#closed || text === '') return;
    this.#queue.push(encodeUtf8(text));
    // While older text waits, newer text must not overtake it.
    if (this.#draining === undefined && !this.#push()) this.#draining = this.#drain();
  }

  async flush(): Promise<void> {
    await this.#draining;
  }

  /** Hands over as much as is taken; false when the reader is slow. */
  #push(): boolean {
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      try {
        const taken = this.#write(this.#fd, head);
        if (taken === head.length) this.#queue.shift();
        else this.#queue[0] = head.subarray(taken);
      } catch (error) {
        if (systemCode(error) === 'EAGAIN') return false;
        // EPIPE and its like: nobody will ever read this. Failing the program for it would help nobody.
        this.#closed = true;
        this.#queue = [];
      }
    }
    return true;
  }

  async #drain(): Promise<void> {
    do {
      await new Promise<void>((resolve) => this.#clock.after(RETRY_MS, resolve));
    } while (!this.#push());
    this.#draining = undefined;
  }
}

type Input = Pick<ReadStream, 'on' | 'pause' | 'resume' | 'removeListener'>;

/** Lines of an input stream. Listens only while somebody waits, so an idle stdin does not keep the process alive. */
export class InputLines {
  readonly #open: () => Input;
  #stream: Input | undefined;
  readonly #decoder = new TextDecoder('utf-8');
  #text = '';
  #ended: boolean = false;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(open: () => Input) {
    this.#open = open;
  }

  readLine(options: CallOptions = {}): Promise<string | undefined> {
    return this.#inTurn(async () => {
      let searched = 0;
      for (;;) {
        const end = this.#text.indexOf('\n', searched);
        if (end !== -1) return this.#take(end, 1);
        if (this.#ended) return this.#text === '' ? undefined : this.#take(this.#text.length, 0);
        searched = this.#text.length;
        await this.#more(options.signal);
      }
    });
  }

  readAll(options: CallOptions = {}): Promise<string> {
    return this.#inTurn(async () => {
      while (!this.#ended) await this.#more(options.signal);
      const text = this.#text;
      this.#text = '';
      return text;
    });
  }

  /** Readers are served in the order of their calls. */
  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const turn = this.#busy.then(read);
    this.#busy = turn.catch(() => undefined);
    return turn;
  }

  #take(length: number, breakLength: number): string {
    const line = this.#text.slice(0, length);
    this.#text = this.#text.slice(length + breakLength);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  /** Waits for the next piece or the end. */
  async #more(signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal, 'reading stdin');
    const stream = this.#stream ?? this.#open();
    this.#stream = stream;
    let stop = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const onData = (chunk: Uint8Array) => {
          this.#text += this.#decoder.decode(chunk, { stream: true });
          resolve();
        };
        // A stdin that cannot be read (closed by the parent) has nothing to give.
        const onEnd = () => {
          this.#ended = true;
          this.#text += this.#decoder.decode();
          resolve();
        };
        const stopListening = onAbort(signal, () => {
          if (signal !== undefined) reject(abortedError(signal, 'reading stdin'));
        });
        stop = () => {
          stopListening();
          stream.removeListener('data', onData);
          stream.removeListener('end', onEnd);
          stream.removeListener('error', onEnd);
          stream.pause();
        };
        stream.on('data', onData);
        stream.on('end', onEnd);
        stream.on('error', onEnd);
        stream.resume();
      });
    } finally {
      stop();
    }
  }
}
