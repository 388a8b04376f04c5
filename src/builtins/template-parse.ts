// Prompt templates as a tree: text, interpolations and blocks.
import { type Expression, ExpressionReader, TemplateSyntaxError } from './template-expression.ts';

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'output';
      readonly value: Expression;
      /** The directive as written, shown when a lone name has no value. */
      readonly source: string;
      readonly at: number;
    }
  | {
      readonly kind: 'if';
      readonly branches: readonly {
        readonly test: Expression;
        readonly at: number;
        readonly body: readonly TemplateNode[];
      }[];
      readonly otherwise: readonly TemplateNode[];
    }
  | {
      readonly kind: 'for';
      readonly at: number;
      readonly names: readonly string[];
      readonly subject: Expression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | {
      readonly kind: 'include';
      readonly path: Expression;
      readonly bindings: readonly (readonly [string, Expression])[];
      readonly at: number;
    };

interface Directive {
  readonly content: string;
  readonly source: string;
  readonly at: number;
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'directive' } & Directive);

const RAW_OPEN = /^\s*raw\s*$/;
const RAW_CLOSE = /\{\{-?\s*endraw\s*-?\}\}/g;

/** Text and directives in order; comments are gone, trim markers have done their work. */
function cut(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  const text = (end: number, trimEnd: boolean) => {
    let part = template.slice(at, end);
    if (trimNext) part = part.replace(/^[ \t]*\r?\n?/, '');
    if (trimEnd) part = withoutLastLine(part);
    trimNext = false;
    if (part !== '') pieces.push({ kind: 'text', text: part });
  };
  for (;;) {
    const open = template.indexOf('{{', at);
    if (open === -1) break;
    if (template.startsWith('{{#', open)) {
      const close = template.indexOf('#}}', open);
      if (close === -1) throw new TemplateSyntaxError('unterminated comment', open);
      text(open, false);
      at = close + 3;
      continue;
    }
    const close = template.indexOf('}}', open + 2);
    if (close === -1) throw new TemplateSyntaxError('unterminated directive', open);
    const inner = template.slice(open + 2, close);
    const [left, right] = [inner.startsWith('-'), inner.endsWith('-') && inner.length > 1];
    text(open, left);
    at = close + 2;
    trimNext = right;
    const content = inner.slice(left ? 1 : 0, right ? -1 : undefined);
    if (RAW_OPEN.test(content)) {
      RAW_CLOSE.lastIndex = at;
      const end = RAW_CLOSE.exec(template);
      if (end === null) throw new TemplateSyntaxError('unterminated `{{ raw }}` block', open);
      text(end.index, false);
      at = RAW_CLOSE.lastIndex;
    } else {
      const start = open + 2 + (left ? 1 : 0);
      pieces.push({ kind: 'directive', content, source: template.slice(open, at), at: start });
    }
  }
  text(template.length, false);
  return pieces;
}

/** Without blanks at the end and the line break before them; by hand, because a pattern tries at every blank anew. */
function withoutLastLine(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  if (text[end - 1] === '\n') end -= text[end - 2] === '\r' ? 2 : 1;
  else if (text[end - 1] === '\r') end -= 1;
  return text.slice(0, end);
}

/** Reads a template. Throws TemplateSyntaxError. */
export function parseTemplate(template: string): readonly TemplateNode[] {
  const parser = new Parser(cut(template));
  const nodes = parser.block([]);
  return nodes;
}

class Parser {
  readonly #pieces: readonly Piece[];
  #next = 0;
  /** The directive that ended the last block. */
  #ended: Directive | undefined;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  /** Nodes up to a directive that starts with one of `ends`, or to the end of the template when there are none. */
  block(ends: readonly string[], opened?: Directive): TemplateNode[] {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const piece = this.#pieces[this.#next];
      if (piece === undefined) {
        if (opened === undefined) return nodes;
        const name = keyword(opened);
        throw new TemplateSyntaxError(`unterminated \`{{ ${name} }}\` block`, opened.at);
      }
      this.#next += 1;
      if (piece.kind === 'text') nodes.push(piece);
      else if (ends.includes(keyword(piece))) {
        this.#ended = piece;
        return nodes;
      } else nodes.push(this.#directive(piece));
    }
  }

  #directive(piece: Directive): TemplateNode {
    const reader = new ExpressionReader(piece.content, piece.at);
    switch (keyword(piece)) {
      case 'if':
        return this.#if(piece);
      case 'for':
        return this.#for(piece, reader);
      case 'include':
        return includeNode(piece, reader);
      case 'end':
      case 'else':
      case 'elif':
        return reader.fail(`unexpected \`${keyword(piece)}\``);
      default:
        break;
    }
    const value = reader.expression();
    reader.end();
    return { kind: 'output', value, source: piece.source, at: piece.at };
  }

  #if(opened: Directive): TemplateNode {
    const branches: { test: Expression; at: number; body: TemplateNode[] }[] = [];
    let piece = opened;
    while (keyword(piece) !== 'else' && keyword(piece) !== 'end') {
      const reader = new ExpressionReader(piece.content, piece.at);
      reader.take(keyword(piece));
      const test = reader.expression();
      reader.end();
      const { at } = piece;
      branches.push({ test, at, body: this.block(['elif', 'else', 'end'], opened) });
      piece = this.#ended as Directive;
    }
    const otherwise = keyword(piece) === 'else' ? this.block(['end'], opened) : [];
    return { kind: 'if', branches, otherwise };
  }

  #for(opened: Directive, reader: ExpressionReader): TemplateNode {
    reader.take('for');
    const names = [reader.name()];
    if (reader.take(',')) names.push(reader.name());
    reader.expect('in');
    const subject = reader.expression();
    reader.end();
    const body = this.block(['else', 'end'], opened);
    const otherwise =
      keyword(this.#ended as Directive) === 'else' ? this.block(['end'], opened) : [];
    return { kind: 'for', at: opened.at, names, subject, body, otherwise };
  }
}

function keyword({ content }: Directive): string {
  return /^\s*([a-z]+)(?![\w.[-])/.exec(content)?.[1] ?? '';
}

function includeNode(piece: Directive, reader: ExpressionReader): TemplateNode {
  reader.take('include');
  const path = reader.expression();
  const bindings: (readonly [string, Expression])[] = [];
  if (reader.take('with')) {
    reader.expect('{');
    while (!reader.take('}')) {
      const name = reader.name();
      reader.expect(':');
      bindings.push([name, reader.expression()]);
      if (!reader.take(',')) {
        reader.expect('}');
        break;
      }
    }
  }
  reader.end();
  return { kind: 'include', path, bindings, at: piece.at };
}
