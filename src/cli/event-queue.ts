// Lines on their way to whoever reads `harn run --json`. The run never waits long for its reader. Lines that are not taken
// wait in a queue with a bound. When it is full, the run gives the reader a little time, once; if nothing is taken in that
// time, lines that may be left out are (what the program printed, what models and tools said), until the reader is back,
// and the next line says in its warnings how many. Milestones and the last word are always kept. A reader that went away
// ends the queue quietly.
import { fstatSync, writeSync } from 'node:fs';

/** The way out. */
export interface LinePort {
  /** How many bytes were taken; 0 when the reader is busy. Throws when there is no reader any more. */
  write(bytes: Uint8Array): number;
  /** Calls back a little later. */
  later(fn: () => void): void;
  /** Lets some milliseconds pass. */
  pause(ms: number): void;
}

/** How many bytes may wait: a long read of everything else, and far from what a process has. */
export const MAX_WAITING = 16 * 1024 * 1024;
/** How long a full queue waits for a reader that takes nothing. */
const PATIENCE_MS = 1000;
const PAUSE_MS = 5;

export class EventQueue {
  readonly #port: LinePort;
  readonly #max: number;
  #waiting: string[] = [];
  /** What is on its way, and how much of the count below it stands for. */
  #chunk: Uint8Array = new Uint8Array();
  #chunkSize = 0;
  #size = 0;
  #patience = PATIENCE_MS;
  #isAskedLater = false;
  #closed = false;
  #onEmpty: (() => void)[] = [];

  constructor(port: LinePort, { max = MAX_WAITING }: { readonly max?: number } = {}) {
    this.#port = port;
    this.#max = max;
  }

  /** Whether a line of this length would be too much, after the reader had its chance. */
  isFull(length: number): boolean {
    const isOver = () => this.#size > 0 && this.#size + length > this.#max;
    while (isOver() && this.#patience > 0) {
      this.#port.pause(PAUSE_MS);
      this.#patience -= PAUSE_MS;
      this.#drain();
    }
    return isOver();
  }

  /** Takes a line; it goes out when its time comes. */
  push(line: string): void {
    if (this.#closed) return;
    this.#waiting.push(line);
    this.#size += line.length;
    if (!this.#isAskedLater) this.#drain();
  }

  /** Resolves when everything is out, or nobody reads any more. */
  flush(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  /** Hands over as much as is taken now; asks again later for the rest. */
  #drain(): void {
    while (this.#size > 0) {
      if (this.#chunk.length === 0) this.#load();
      let taken: number;
      try {
        taken = this.#port.write(this.#chunk);
      } catch {
        // Nobody will ever read this. Failing the run for it would help nobody.
        this.#closed = true;
        this.#waiting = [];
        this.#size = 0;
        break;
      }
      if (taken === 0) {
        this.#askLater();
        return;
      }
      this.#patience = PATIENCE_MS;
      this.#chunk = this.#chunk.subarray(taken);
      if (this.#chunk.length === 0) this.#size -= this.#chunkSize;
    }
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  #load(): void {
    this.#chunkSize = this.#size;
    this.#chunk = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
  }

  #askLater(): void {
    if (this.#isAskedLater) return;
    this.#isAskedLater = true;
    this.#port.later(() => {
      this.#isAskedLater = false;
      this.#drain();
    });
  }
}

/** The stdout of this process, never waited for. */
export function stdoutPort(): LinePort {
  // Asking for the stream makes a pipe or a socket non-blocking; Node sets it back at the end.
  if (!isFile(1)) void process.stdout;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  return {
    write(bytes) {
      try {
        return writeSync(1, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
        throw error;
      }
    },
    later: (fn) => void setTimeout(fn, 2),
    pause: (ms) => void Atomics.wait(cell, 0, 0, ms),
  };
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
