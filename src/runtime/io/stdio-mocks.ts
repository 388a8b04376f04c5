// The terminal of a program under test: prepared input, what counts as a terminal, and stderr kept instead of shown. Memory
// of the run: a replay makes it again, and reads that are replayed take their text away as the reads themselves did.
import type { StdStream } from '../host/index.ts';
import { defineSyncEffect, type ServiceKey } from '../run/index.ts';

/** Prepared text of stdin, taken from the front. */
export class PreparedInput {
  #left: string;

  constructor(text: string) {
    this.#left = text;
  }

  /** The next line without its break; null at the end. */
  line(): string | null {
    if (this.#left === '') return null;
    const end = this.#left.indexOf('\n');
    const line = end === -1 ? this.#left : this.#left.slice(0, end);
    this.#left = end === -1 ? '' : this.#left.slice(end + 1);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  all(): string {
    const all = this.#left;
    this.#left = '';
    return all;
  }
}

interface Mocks {
  input: PreparedInput | undefined;
  readonly tty: Map<StdStream, boolean>;
  stderr: string[] | undefined;
}

/** What stands in for the terminal in this run. */
export const stdioMocksKey: ServiceKey<Mocks> = {
  name: 'io.stdio_mocks',
  create: () => ({ input: undefined, tty: new Map(), stderr: undefined }),
};

const local = { class: 'local', access: 'write' } as const;

export const testStdioEffects = {
  /** From here on stdin is this text. */
  stdin_set: defineSyncEffect({ name: 'testing.stdin_set', ...local }, (env, text: string) => {
    env.get(stdioMocksKey).input = new PreparedInput(text);
    return null;
  }),
  /** Back to the real stdin. */
  stdin_reset: defineSyncEffect({ name: 'testing.stdin_reset', ...local }, (env) => {
    env.get(stdioMocksKey).input = undefined;
    return null;
  }),
  /** Says whether `stdin`, `stdout` or `stderr` counts as a terminal. */
  tty_set: defineSyncEffect(
    { name: 'testing.tty_set', ...local },
    (env, stream: StdStream, isTty: boolean) => {
      env.get(stdioMocksKey).tty.set(stream, isTty);
      return null;
    },
  ),
  tty_reset: defineSyncEffect({ name: 'testing.tty_reset', ...local }, (env) => {
    env.get(stdioMocksKey).tty.clear();
    return null;
  }),
  /** From here on text to stderr is kept instead of shown. */
  capture_stderr_start: defineSyncEffect(
    { name: 'testing.capture_stderr_start', ...local },
    (env) => {
      env.get(stdioMocksKey).stderr = [];
      return null;
    },
  ),
  /** What was kept, and the end of keeping; empty when nothing was started. */
  capture_stderr_take: defineSyncEffect(
    { name: 'testing.capture_stderr_take', ...local },
    (env) => {
      const mocks = env.get(stdioMocksKey);
      const kept = mocks.stderr?.join('') ?? '';
      mocks.stderr = undefined;
      return kept;
    },
  ),
};
