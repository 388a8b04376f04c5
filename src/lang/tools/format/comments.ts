// Comments of the module being printed: which are still to be written, and what a comment looks like when it is.
import type { Comment, Module } from '../../ast.ts';
import { concat, type Doc, hardline, join, literal } from './doc.ts';

export class Comments {
  readonly #all: readonly Comment[];
  readonly #written: Uint8Array;

  constructor(module: Module) {
    this.#all = module.comments;
    this.#written = new Uint8Array(module.comments.length);
  }

  /** Whether a comment that is not written yet begins in the range. */
  anyIn(start: number, end: number): boolean {
    for (let i = this.#first(start); i < this.#all.length; i += 1) {
      if ((this.#all[i] as Comment).span.start >= end) return false;
      if (this.#written[i] === 0) return true;
    }
    return false;
  }

  /** Takes what begins in the range: the caller writes it. */
  take(start: number, end: number): Comment[] {
    const taken: Comment[] = [];
    for (let i = this.#first(start); i < this.#all.length; i += 1) {
      const comment = this.#all[i] as Comment;
      if (comment.span.start >= end) break;
      if (this.#written[i] === 1) continue;
      this.#written[i] = 1;
      taken.push(comment);
    }
    return taken;
  }

  #first(start: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#all[middle] as Comment).span.start < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A comment as text; blocks with a star on each line move with the code, others keep their lines. */
export function commentDoc(comment: Comment, source: string): Doc {
  const text = source.slice(comment.span.start, comment.span.end);
  if (comment.style === 'line') return text.trimEnd();
  const lines = text.split('\n').map((each) => each.trimEnd());
  if (lines.length === 1) return text;
  const [first = '', ...more] = lines;
  if (!more.every((each) => each.trimStart().startsWith('*'))) return concat([literal(text)]);
  return join(hardline, [first, ...more.map((each) => ` ${each.trimStart()}`)]);
}
