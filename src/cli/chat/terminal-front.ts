// A chat at a terminal: a prompt with history and lines that go on, text as it arrives, tool calls, approvals.
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { KeyStream, MARK_NO_PASTES, MARK_PASTES } from '../key-stream.ts';
import { readHistory, writeHistory } from '../line-history.ts';
import type { Output } from '../output.ts';
import { wrapped } from '../wording.ts';
import { commandNames } from './command-names.ts';
import { type ChatEvent, type ChatSkill, type Front, type Typed, typedOf } from './front.ts';
import { callText, endText, resultText, spentText } from './show.ts';

const HISTORY_LINES = 1_000;
const BLOCK = '"""';
const PASTE = /\[paste \d+: \d+ lines\]/g;

/** What stands for a paste means nothing to a later chat. */
const isWhole = (line: string) => line.search(PASTE) === -1;

/** Without what a terminal would take for orders. */
const printable = (text: string) => text.replaceAll(/[^\P{Cc}\t]/gu, '');

/** Where lines are typed and shown; the process itself is one. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
}

/** What a line that begins with `/` may become. */
function completed(line: string, skills: readonly ChatSkill[]): string[] {
  if (!line.startsWith('/') || line.includes(' ')) return [];
  const names = [...commandNames, ...skills.map(({ id }) => id)];
  return names.map((name) => `/${name}`).filter((name) => name.startsWith(line));
}

interface Waiting {
  readonly take: (line: string | undefined) => void;
}

export class TerminalFront implements Front {
  readonly #output: Output;
  readonly #skills: readonly ChatSkill[];
  readonly #lines: Interface;
  readonly #keys: KeyStream;
  readonly #stdout: NodeJS.WritableStream;
  /** Texts of several lines that were pasted, by what stands for them in the line. */
  readonly #pasted = new Map<string, string>();
  /** Typed while nobody asked, such as during a turn. */
  readonly #typed: (string | undefined)[] = [];
  #waiting: Waiting | undefined;
  #prompt = '';
  #stop: () => void = () => undefined;
  /** What interrupts mean now. */
  #mode: 'prompt' | 'approval' | 'turn' = 'turn';
  #wasInterrupted = false;
  #midLine = false;

  constructor(
    output: Output,
    homeDir: string,
    { stdin, stdout }: Streams,
    skills: readonly ChatSkill[] = [],
  ) {
    this.#skills = skills;
    this.#output = output;
    const file = path.join(homeDir, '.harn', 'chat_history');
    this.#stdout = stdout;
    this.#keys = new KeyStream(stdin, (text) => this.#paste(text));
    this.#lines = createInterface({
      input: this.#keys,
      output: stdout,
      terminal: true,
      completer: (line: string) => [completed(line, skills), line],
      history: readHistory(file),
      historySize: HISTORY_LINES,
    });
    this.#lines.on('history', (entries: string[]) => writeHistory(file, entries.filter(isWhole)));
    this.#lines.on('line', (line) => this.#push(this.#unfolded(line)));
    stdout.write(MARK_PASTES);
    this.#lines.on('close', () => this.#push(undefined));
    this.#lines.on('SIGINT', () => this.#interrupt());
  }

  async next(signal: AbortSignal): Promise<Typed> {
    this.#endLine();
    this.#mode = 'prompt';
    try {
      const text = await this.#message(signal);
      return text === undefined ? { kind: 'leave' } : typedOf(text, this.#skills);
    } finally {
      this.#mode = 'turn';
      this.#wasInterrupted = false;
    }
  }

  async approve(question: string, signal: AbortSignal): Promise<string | undefined> {
    this.#endLine();
    this.#mode = 'approval';
    try {
      this.#output.line(
        this.#output.style('yellow', wrapped(question, this.#output.terminal.columns)),
      );
      return await this.#line('y/n/a> ', signal);
    } finally {
      this.#mode = 'turn';
    }
  }

  onStop(stop: () => void): void {
    this.#stop = stop;
  }

  close(): void {
    this.#stdout.write(MARK_NO_PASTES);
    this.#lines.close();
    this.#keys.detach();
  }

  show(event: ChatEvent): void {
    const { terminal } = this.#output;
    switch (event.type) {
      case 'text':
        terminal.out(event.text);
        this.#midLine = !event.text.endsWith('\n');
        return;
      case 'thinking':
        terminal.out(this.#output.style('dim', event.text));
        this.#midLine = true;
        return;
      case 'tool_call':
        this.#say('cyan', `→ ${callText(event.name, event.arguments)}`);
        return;
      case 'tool_result':
        this.#say(event.ok ? 'dim' : 'red', `  ${resultText(event.result, event.ms)}`);
        return;
      case 'turn':
        this.#turn(event);
        return;
      case 'session':
        this.#say('dim', `session ${event.session_id}; /help says what can be typed`);
        return;
      case 'note':
        this.#say('dim', event.text);
        return;
      case 'error':
        this.#say('red', `${event.message} [${event.code}]`);
        return;
      case 'approval':
        return;
    }
  }

  #turn({ state }: Extract<ChatEvent, { readonly type: 'turn' }>): void {
    const end = endText(state);
    if (end !== undefined) this.#say(state.last?.error === null ? 'yellow' : 'red', end);
    const model = state.model === null ? '' : `${state.model} · `;
    this.#say('dim', model + spentText(state.spent));
  }

  #say(style: 'dim' | 'cyan' | 'red' | 'yellow', text: string): void {
    this.#endLine();
    this.#output.line(this.#output.style(style, wrapped(text, this.#output.terminal.columns)));
  }

  #endLine(): void {
    if (this.#midLine) this.#output.line();
    this.#midLine = false;
  }

  /** A message: one line, lines joined by a backslash at their ends, or a block. */
  async #message(signal: AbortSignal): Promise<string | undefined> {
    const first = await this.#line('> ', signal);
    if (first === undefined) return undefined;
    const lines = [first];
    const isBlock = first.trim() === BLOCK;
    if (isBlock) lines.pop();
    for (;;) {
      const last = lines.at(-1);
      const goesOn = isBlock || last?.endsWith('\\') === true;
      if (!goesOn) return lines.join('\n');
      if (!isBlock) lines[lines.length - 1] = (last as string).slice(0, -1);
      const line = await this.#line('. ', signal);
      if (line === undefined || (isBlock && line.trim() === BLOCK)) return lines.join('\n');
      lines.push(line);
    }
  }

  async #line(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    if (this.#typed.length > 0) return this.#typed.shift();
    this.#prompt = prompt;
    this.#lines.setPrompt(prompt);
    this.#lines.prompt();
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting = undefined;
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting = {
        take: (line) => {
          signal.removeEventListener('abort', onAbort);
          this.#waiting = undefined;
          resolve(line);
        },
      };
      if (signal.aborted) onAbort();
    });
  }

  #push(line: string | undefined): void {
    this.#wasInterrupted = false;
    const { take } = this.#waiting ?? {};
    if (take === undefined) this.#typed.push(line);
    else take(line);
  }

  /** Several lines are one thing in the line that is typed, so that they can be looked at, added to, and sent together. */
  #paste(text: string): void {
    const whole = text.replace(/\n$/, '');
    const lines = whole.split('\n').length;
    const mark = `[paste ${this.#pasted.size + 1}: ${lines} lines]`;
    if (lines > 1) this.#pasted.set(mark, whole);
    this.#lines.write(lines > 1 ? mark : printable(whole));
  }

  #unfolded(line: string): string {
    return line.replaceAll(PASTE, (mark) => this.#pasted.get(mark) ?? mark);
  }

  /** Leaves the line that was begun where it is, and goes on below it. */
  #giveUpLine(): void {
    this.#lines.write(null, { ctrl: true, name: 'e' });
    // An emptied line is drawn as many rows up as the whole one had.
    const { rows } = this.#lines.getCursorPos();
    this.#stdout.write('\n'.repeat(rows + 1));
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#stdout.write('\r');
  }

  #interrupt(): void {
    if (this.#mode === 'turn') {
      this.#stop();
      return;
    }
    if (this.#mode === 'approval') {
      this.#output.line();
      this.#waiting?.take(undefined);
      return;
    }
    const isEmpty = this.#lines.line === '' && this.#prompt === '> ';
    this.#giveUpLine();
    if (isEmpty && this.#wasInterrupted) {
      this.#waiting?.take(undefined);
      return;
    }
    this.#wasInterrupted = isEmpty;
    if (isEmpty) this.#output.line(this.#output.style('dim', 'Ctrl-C again leaves'));
    this.#lines.prompt();
  }
}
