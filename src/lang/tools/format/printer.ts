// What every printing rule works with: the source, its comments, and lists with the comments between their items.
// Rules for the kinds of nodes are in the files beside; where they need each other they go through `rules`.
import type { Span } from '../../../base/index.ts';
import type { Block, Comment, Expression, Module, Statement } from '../../ast.ts';
import { Comments, commentDoc } from './comments.ts';
import {
  concat,
  type Doc,
  group,
  hardline,
  ifBreak,
  indent,
  join,
  line,
  literal,
  softline,
  suffix,
} from './doc.ts';

/** The rules that lower files need from higher ones. */
export interface Rules {
  readonly expression: (p: Printer, node: Expression, min?: number) => Doc;
  readonly statement: (p: Printer, node: Statement) => Doc;
}

/** Something with a place, in a list. */
export interface Item {
  readonly span: { readonly start: number; readonly end: number };
}

interface Entry {
  readonly start: number;
  readonly end: number;
  readonly doc: Doc;
}

export class Printer {
  readonly text: string;
  readonly comments: Comments;
  readonly #rules: Rules;

  constructor(text: string, module: Module, rules: Rules) {
    this.text = text;
    this.comments = new Comments(module);
    this.#rules = rules;
  }

  /** `min`: what binds weaker gets parentheses. */
  expression(node: Expression, min = 0): Doc {
    return this.#rules.expression(this, node, min);
  }

  /** A statement; one with comments where no rule looks for them stays as it was written. */
  statement(node: Statement): Doc {
    const { start, end } = node.span;
    const doc = this.#rules.statement(this, node);
    if (!this.comments.anyIn(start, end)) return doc;
    return this.asWritten(node.span);
  }

  asWritten({ start, end }: Item['span']): Doc {
    this.comments.take(start, end);
    return literal(this.text.slice(start, end));
  }

  slice(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  /** `{ … }` with every statement on a line of its own. */
  block(node: Block): Doc {
    return this.braces(node.statements, node.span.start + 1, node.span.end - 1, (each) =>
      this.statement(each),
    );
  }

  /** Items on lines of their own between braces. */
  braces<T extends Item>(
    items: readonly T[],
    from: number,
    to: number,
    print: (item: T) => Doc,
    gap: (before: T, after: T) => boolean = () => false,
  ): Doc {
    if (items.length === 0 && !this.comments.anyIn(from, to)) return '{}';
    return concat(['{', indent(this.lines(items, from, to, print, gap)), hardline, '}']);
  }

  /** Items on lines of their own, each after a line break. `gap` asks for a blank line between two. */
  lines<T extends Item>(
    items: readonly T[],
    from: number,
    to: number,
    print: (item: T) => Doc,
    gap: (before: T, after: T) => boolean = () => false,
    opened = true,
  ): Doc {
    const parts: Doc[] = [];
    let at = from;
    let before: T | undefined;
    for (const item of items) {
      const { start, end } = item.span;
      const wantsGap = before !== undefined && gap(before, item);
      at = this.#between(parts, at, start, { opened, wantsGap });
      parts.push(print(item));
      at = end;
      before = item;
    }
    this.#between(parts, at, to, { opened, wantsGap: false, last: true });
    return concat(parts);
  }

  /** What stands between two items: remarks behind the first, comments on their own lines, a blank line. */
  #between(
    parts: Doc[],
    from: number,
    to: number,
    how: { readonly opened: boolean; readonly wantsGap: boolean; readonly last?: boolean },
  ): number {
    let at = from;
    let wantsGap = how.wantsGap;
    const breakLine = (next: number) => {
      const first = parts.length === 0;
      const blank = !first && (wantsGap || this.#newlines(at, next) > 1);
      wantsGap = wantsGap && !blank;
      if (blank) parts.push(hardline);
      if (!first || how.opened) parts.push(hardline);
    };
    let sameLine = false;
    for (const comment of this.comments.take(from, to)) {
      const { start, end } = comment.span;
      const behind = this.#newlines(at, start) === 0 && (parts.length > 0 || how.opened);
      if (behind && !sameLine && isOneLine(comment, this.text)) {
        parts.push(suffix(this.text.slice(start, end).trimEnd()));
      } else {
        if (sameLine && this.#newlines(at, start) === 0) parts.push(' ');
        else breakLine(start);
        parts.push(commentDoc(comment, this.text));
        sameLine = true;
      }
      at = end;
    }
    if (how.last === true) return at;
    if (sameLine && this.#newlines(at, to) === 0) parts.push(' ');
    else breakLine(to);
    return to;
  }

  /** What joins two parts of one form: `otherwise`, or the comments that stand between them and a line break. */
  joint(from: number, to: number, otherwise: Doc): Doc {
    if (!this.comments.anyIn(from, to)) return otherwise;
    const parts: Doc[] = [];
    let at = from;
    for (const comment of this.comments.take(from, to)) {
      const { start, end } = comment.span;
      const behind = parts.length === 0 && this.#newlines(at, start) === 0;
      if (behind && isOneLine(comment, this.text))
        parts.push(suffix(this.slice(comment.span).trimEnd()));
      else parts.push(hardline, commentDoc(comment, this.text));
      at = end;
    }
    return concat([...parts, hardline]);
  }

  #newlines(from: number, to: number): number {
    let count = 0;
    for (let i = from; i < to; i += 1) if (this.text.charCodeAt(i) === 10) count += 1;
    return count;
  }

  /**
   * `(a, b)`: on one line, or one item per line with a comma behind each. `pad` is inside the brackets of the one-line
   * form. `from` and `to` are right inside the brackets.
   */
  list<T extends Item>(
    brackets: readonly [string, string],
    items: readonly T[],
    from: number,
    to: number,
    print: (item: T) => Doc,
    pad: '' | ' ' = '',
  ): Doc {
    const entries = items.map(
      (item): Entry => ({ start: item.span.start, end: item.span.end, doc: print(item) }),
    );
    return this.listOf(brackets, entries, from, to, pad);
  }

  /** Whether a list has comments outside its items. */
  commentsBetween(entries: readonly Entry[], from: number, to: number): boolean {
    return this.#gaps(entries, from, to).some(([start, end]) => this.comments.anyIn(start, end));
  }

  /** The same for items that are laid out already. */
  listOf(
    brackets: readonly [string, string],
    entries: readonly Entry[],
    from: number,
    to: number,
    pad: '' | ' ' = '',
  ): Doc {
    const [open, close] = brackets;
    if (this.commentsBetween(entries, from, to))
      return this.#listWithComments(brackets, entries, from, to);
    if (entries.length === 0) return `${open}${close}`;
    const body = join(
      concat([',', line]),
      entries.map(({ doc }) => doc),
    );
    const edge = pad === '' ? softline : line;
    return group(open, indent(edge, body, ifBreak(',')), edge, close);
  }

  #gaps(entries: readonly Entry[], from: number, to: number): (readonly [number, number])[] {
    const starts = [from, ...entries.map(({ end }) => end)];
    const ends = [...entries.map(({ start }) => start), to];
    return starts.map((start, i) => [start, ends[i] ?? to] as const);
  }

  #listWithComments(
    [open, close]: readonly [string, string],
    entries: readonly Entry[],
    from: number,
    to: number,
  ): Doc {
    const inline = this.#inlineComments(entries, from, to);
    if (inline !== undefined) {
      const body = join(concat([',', line]), inline);
      return group(open, indent(softline, body, ifBreak(',')), softline, close);
    }
    const items = entries.map((entry) => ({ span: entry, doc: concat([entry.doc, ',']) }));
    const lines = this.lines(items, from, to, ({ doc }) => doc);
    return concat([open, indent(lines), hardline, close]);
  }

  /** Items with the block comments right before them, when there are no other comments. */
  #inlineComments(entries: readonly Entry[], from: number, to: number): Doc[] | undefined {
    const last = entries.at(-1);
    if (last === undefined || this.comments.anyIn(last.end, to)) return undefined;
    const gaps = this.#gaps(entries, from, to).slice(0, -1);
    const isInline = gaps.every(([start, end]) => {
      const gap = this.text.slice(start, end);
      if (!gap.includes('/*')) return !gap.includes('//');
      const after = gap.slice(gap.lastIndexOf('*/') + 1);
      return !gap.includes('//') && !after.includes('\n') && !/\*\/\s*,/.test(gap);
    });
    const oneLine = gaps.every(
      ([start, end]) => !/\/\*.*\n.*\*\//s.test(this.text.slice(start, end)),
    );
    if (!isInline || !oneLine) return undefined;
    return entries.map((entry, i) => {
      const [start, end] = gaps[i] as readonly [number, number];
      const before = this.comments.take(start, end);
      const texts = before.map((comment) => `${this.slice(comment.span)} `);
      return concat([...texts, entry.doc]);
    });
  }
}

function isOneLine(comment: Comment, text: string): boolean {
  const { start, end } = comment.span;
  return comment.style === 'line' || !text.slice(start, end).includes('\n');
}
