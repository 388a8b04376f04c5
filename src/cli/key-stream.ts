// What is typed, one key at a time, for readline. Given several characters at once (a slow connection, text that is pasted),
// Node's readline adds them at the end of the line wherever the cursor is; given one after the other it does not. Terminals
// mark what is pasted when they are asked to: a marked text is handed over as a whole, so that its lines are not sent one by one.
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const PASTE_BEGINS = '\u001b[200~';
const PASTE_ENDS = '\u001b[201~';

/** What a terminal is told, so that it marks what is pasted, and so that it stops. */
export const MARK_PASTES = '\u001b[?2004h';
export const MARK_NO_PASTES = '\u001b[?2004l';

type Source = NodeJS.ReadableStream & {
  readonly isRaw?: boolean;
  setRawMode?(mode: boolean): unknown;
};

/** A stream for readline over a terminal; `detach` gives the terminal back. */
export class KeyStream extends Readable {
  readonly #source: Source;
  readonly #onPaste: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  /** What may be the beginning of a mark. */
  #held = '';
  /** What was pasted so far; undefined outside of a paste. */
  #pasted: string | undefined;

  constructor(source: NodeJS.ReadableStream, onPaste: (text: string) => void) {
    super();
    this.#source = source;
    this.#onPaste = onPaste;
    source.on('data', this.#take);
    source.on('end', this.#end);
    source.resume();
  }

  /** Keys are told as they come, so that they stay in order with what is pasted. */
  override _read(): void {
    return;
  }

  get isRaw(): boolean {
    return this.#source.isRaw ?? false;
  }

  setRawMode(mode: boolean): this {
    this.#source.setRawMode?.(mode);
    return this;
  }

  detach(): void {
    this.#source.off('data', this.#take);
    this.#source.off('end', this.#end);
    this.#source.pause();
  }

  readonly #end = (): void => {
    this.#keys(this.#held);
    this.emit('end');
  };

  readonly #take = (bytes: Buffer | string): void => {
    let text = this.#held + (typeof bytes === 'string' ? bytes : this.#decoder.write(bytes));
    this.#held = '';
    while (text !== '') {
      const mark = this.#pasted === undefined ? PASTE_BEGINS : PASTE_ENDS;
      const at = text.indexOf(mark);
      const kept = at === -1 ? beginningAtEnd(text, mark, this.#pasted === undefined ? 2 : 1) : 0;
      const before = at === -1 ? text.slice(0, text.length - kept) : text.slice(0, at);
      this.#held = at === -1 ? text.slice(text.length - kept) : '';
      text = at === -1 ? '' : text.slice(at + mark.length);
      if (this.#pasted === undefined) this.#keys(before);
      else this.#pasted += before;
      if (at !== -1) this.#turn();
    }
  };

  /** A mark: a paste begins, or it is whole. */
  #turn(): void {
    const pasted = this.#pasted;
    this.#pasted = pasted === undefined ? '' : undefined;
    if (pasted !== undefined) this.#onPaste(pasted.replaceAll(/\r\n?/g, '\n'));
  }

  /** A tab with more behind it was not typed to complete something. */
  #keys(text: string): void {
    const characters = [...text];
    const last = characters.length - 1;
    for (const [at, one] of characters.entries()) {
      this.emit('data', one === '\t' && at < last ? '  ' : one);
    }
  }
}

/** How many characters at the end of a text may begin a mark, at least so many: among keys, a lone escape is one. */
function beginningAtEnd(text: string, mark: string, least: number): number {
  for (let length = Math.min(text.length, mark.length - 1); length >= least; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
