// `harn repl`: reads inputs from a terminal or a pipe, runs them, shows what they come to.
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { renderDiagnostic } from '../../base/index.ts';
import { createRegistry, EFFECT_GROUPS } from '../../builtins/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Command } from '../command.ts';
import { KeyStream } from '../key-stream.ts';
import { readHistory, writeHistory } from '../line-history.ts';
import type { Output } from '../output.ts';
import { isOpen } from '../repl/cells.ts';
import { type Answer, ReplSession } from '../repl/session.ts';
import { editionOf } from '../source-files.ts';

const HISTORY_LINES = 1_000;

const HELP = [
  'Type statements and expressions; an open bracket goes on in the next line, an empty line ends it.',
  ':type EXPRESSION  its type    :load FILE  runs a file here    :names  what is declared',
  ':help             this text   :quit       leave (or Ctrl-D); Ctrl-C gives up a line or what runs',
];

export const repl: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const edition = editionOf(host, args.value('edition')) ?? '2026';
    const session = new ReplSession(host, edition, (stream, text) => {
      if (stream === 'stdout') output.terminal.out(text);
      else output.terminal.err(text);
    });
    const isTerminal = process.stdin.isTTY === true;
    const history = historyFile(host);
    const keys = isTerminal ? new KeyStream(process.stdin, () => undefined) : undefined;
    const lines = createInterface({
      input: keys ?? process.stdin,
      output: isTerminal ? process.stdout : undefined,
      terminal: isTerminal,
      completer: (line: string) => complete(line, session),
      history: isTerminal ? readHistory(history) : [],
      historySize: HISTORY_LINES,
    });
    if (isTerminal) {
      lines.on('history', (entries: string[]) => writeHistory(history, entries));
    }
    try {
      return await new Loop(host, session, lines, output, isTerminal).run();
    } finally {
      lines.close();
      keys?.detach();
      await session.close();
    }
  },
};

/** The loop: one input after another until the end. */
class Loop {
  readonly #host: Host;
  readonly #session: ReplSession;
  readonly #lines: Interface;
  readonly #output: Output;
  readonly #isTerminal: boolean;
  #open = '';
  #failed = false;

  constructor(
    host: Host,
    session: ReplSession,
    lines: Interface,
    output: Output,
    isTerminal: boolean,
  ) {
    this.#host = host;
    this.#session = session;
    this.#lines = lines;
    this.#output = output;
    this.#isTerminal = isTerminal;
  }

  /** A pipe that had a mistake in it ends with 1. */
  async run(): Promise<number> {
    const onInterrupt = () => this.#interrupt();
    this.#lines.on('SIGINT', onInterrupt);
    process.on('SIGINT', onInterrupt);
    if (this.#isTerminal) this.#output.line('harn: :help says what can be typed here');
    this.#prompt();
    try {
      for await (const line of this.#lines) {
        const code = await this.#line(line);
        if (code !== undefined) return code;
        this.#prompt();
      }
      const code = this.#open.trim() === '' ? undefined : await this.#evaluate(this.#open);
      return code ?? (this.#failed && !this.#isTerminal ? 1 : 0);
    } finally {
      process.removeListener('SIGINT', onInterrupt);
    }
  }

  #prompt(): void {
    if (!this.#isTerminal) return;
    this.#lines.setPrompt(this.#open === '' ? '> ' : '. ');
    this.#lines.prompt();
  }

  #interrupt(): void {
    if (this.#session.cancel()) return;
    this.#open = '';
    this.#output.line();
    this.#prompt();
  }

  async #line(line: string): Promise<number | undefined> {
    if (this.#open === '' && line.trimStart().startsWith(':')) return this.#command(line.trim());
    const text = this.#open === '' ? line : `${this.#open}\n${line}`;
    if (text.trim() === '') return undefined;
    if (line.trim() !== '' && isOpen(text, this.#session.edition)) {
      this.#open = text;
      return undefined;
    }
    this.#open = '';
    return this.#evaluate(text);
  }

  async #command(line: string): Promise<number | undefined> {
    const [word = '', ...rest] = line.split(/\s+/);
    const argument = rest.join(' ');
    switch (word) {
      case ':quit':
      case ':q':
        return 0;
      case ':help':
        for (const each of HELP) this.#output.line(each);
        return undefined;
      case ':names':
        this.#output.line(this.#session.names.join(' '));
        return undefined;
      case ':type':
        this.#output.line(this.#session.typeOf(argument) ?? 'it has no type that is known');
        return undefined;
      case ':load':
        return this.#load(argument);
      default:
        this.#fail(`there is no command ${word}; :help lists them`);
        return undefined;
    }
  }

  async #load(file: string): Promise<number | undefined> {
    const text = await this.#host.fs.readText(file).catch((error: Error) => {
      this.#fail(error.message);
    });
    return text === undefined ? undefined : this.#evaluate(text);
  }

  async #evaluate(text: string): Promise<number | undefined> {
    const answer: Answer = await this.#session.evaluate(text);
    switch (answer.kind) {
      case 'value':
        if (answer.text !== undefined) this.#output.line(answer.text);
        return undefined;
      case 'exit':
        return answer.code;
      case 'failure':
        this.#fail(answer.text);
        return undefined;
      case 'mistakes':
        for (const each of answer.diagnostics) {
          const color = this.#output.colorErr;
          this.#fail(renderDiagnostic(each, answer.source, { color }));
        }
        return undefined;
    }
  }

  #fail(text: string): void {
    this.#failed = true;
    this.#output.remark(text);
  }
}

const WORD = /[A-Za-z_][\w.]*$/;

/** What the word at the end of a line may become: names of this session and builtins. */
function complete(line: string, session: ReplSession): [string[], string] {
  const word = WORD.exec(line)?.[0] ?? '';
  const builtins = createRegistry(EFFECT_GROUPS)
    .names()
    .filter((name) => !/^[@_]/.test(name))
    .map((name) => (name.includes('.') ? `harness.${name}` : name));
  const names = [...session.names, ...builtins];
  return [names.filter((name) => name.startsWith(word)), word];
}

function historyFile(host: Host): string {
  return path.join(host.system.homeDir(), '.harn', 'repl_history');
}
