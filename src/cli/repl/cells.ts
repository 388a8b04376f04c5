// What was typed so far, as modules: each input is a module of its own that imports what earlier ones declared. A
// variable is carried over through a function that its module gets for that; assigning to it moves it to the new input.
import { LineIndex, type Span } from '../../base/index.ts';
import { type Edition, type Node, parse, parseErrors } from '../../lang/index.ts';

/** An input, ready to be compiled. */
export interface Cell {
  readonly name: string;
  readonly text: string;
  /** How many lines stand before what was typed. */
  readonly prelude: number;
  /** Names that are there once it has run. */
  readonly declares: ReadonlyMap<string, Declared>;
  /** As it was typed. */
  readonly typed: string;
  /** What the module has besides, each before a place in what was typed. */
  readonly inserts: readonly Insert[];
}

type Insert = readonly [at: number, word: string];

/** Where a name lives. */
interface Declared {
  readonly cell: string;
  readonly kind: 'variable' | 'other';
}

/** The inputs of a session. */
export class Cells {
  readonly #edition: Edition;
  readonly #names = new Map<string, Declared>();
  readonly #texts = new Map<string, string>();
  readonly #imports = new Map<string, string>();
  readonly #made = new Map<string, Cell>();
  #count = 0;

  constructor(edition: Edition) {
    this.#edition = edition;
  }

  /** Names that inputs may use. */
  get names(): readonly string[] {
    return [...this.#names.keys(), ...this.#imports.keys()].sort();
  }

  /** The module of an earlier input, or undefined. */
  text(name: string): string | undefined {
    return this.#texts.get(name);
  }

  /** Makes the module of an input. */
  next(typed: string): Cell {
    this.#count += 1;
    const name = `input-${this.#count}.harn`;
    const { body } = parse({ id: name, text: typed }, { edition: this.#edition }).module;
    const declares = new Map<string, Declared>();
    for (const node of body)
      for (const each of declaredIn(node)) declares.set(each.name, { cell: name, kind: each.kind });
    const used = namesIn(typed);
    const lines: string[] = [];
    const variable = this.#edition === '0.7' ? 'var' : 'let';
    for (const [each, line] of this.#imports) if (used.has(each)) lines.push(line);
    for (const [each, { cell, kind }] of this.#names) {
      if (!used.has(each) || declares.has(each)) continue;
      if (kind === 'other') lines.push(`import { ${each} } from "${cell}"`);
      else {
        lines.push(`import { ${getter(each, cell)} } from "${cell}"`);
        lines.push(`${variable} ${each} = ${getter(each, cell)}()`);
        if (assigns(typed, each)) declares.set(each, { cell: name, kind: 'variable' });
      }
    }
    const getters = [...declares]
      .filter(([, { kind }]) => kind === 'variable')
      .map(([each]) => `pub fn ${getter(each, name)}() { return ${each} }`);
    const inserts = insertsOf(typed, body);
    const text = [...lines, withInserts(typed, inserts), ...getters, ''].join('\n');
    const cell = { name, text, prelude: lines.length, declares, typed, inserts };
    this.#made.set(name, cell);
    return cell;
  }

  /** An input as it was typed, or undefined. */
  typed(name: string): string | undefined {
    return this.#made.get(name)?.typed;
  }

  /** A place of an input's module as a place in what was typed. */
  placeTyped<P extends { readonly file: string; readonly line: number; readonly column: number }>(
    place: P,
  ): P {
    const cell = this.#made.get(place.file);
    if (cell === undefined) return place;
    const line = place.line - cell.prelude;
    const index = new LineIndex(cell.typed);
    let { column } = place;
    for (const [at, word] of cell.inserts) {
      const before = index.positionOf(at);
      if (before.line === line && before.column < column)
        column = Math.max(before.column, column - word.length);
    }
    return { ...place, line, column };
  }

  /** The same for a stretch of the module's text. */
  spanTyped(span: Span): Span {
    const cell = this.#made.get(span.source);
    if (cell === undefined) return span;
    const head = cell.text
      .split('\n', cell.prelude)
      .reduce((sum, each) => sum + each.length + 1, 0);
    const offset = (given: number) =>
      cell.inserts.reduce(
        (sum, [at, word]) => (sum > at ? Math.max(at, sum - word.length) : sum),
        given - head,
      );
    return { ...span, start: offset(span.start), end: offset(span.end) };
  }

  /** Keeps an input that has run. */
  keep({ name, text, declares, typed }: Cell): void {
    this.#texts.set(name, text);
    for (const [each, declared] of declares) this.#names.set(each, declared);
    const { body } = parse({ id: name, text: typed }, { edition: this.#edition }).module;
    for (const node of body) {
      if (node.kind !== 'ImportDeclaration') continue;
      const line = typed.slice(node.span.start, node.span.end);
      for (const imported of importedNames(line)) this.#imports.set(imported, line);
    }
  }
}

/** The function of an input's module that tells one of its variables. */
function getter(name: string, cell: string): string {
  return `${cell.replace(/\.harn$/, '').replace('-', '_')}_${name}`;
}

interface Name {
  readonly name: string;
  readonly kind: Declared['kind'];
}

function declaredIn(node: Node): Name[] {
  if (node.kind === 'LetStatement') {
    const names: string[] = [];
    collect(node.pattern, names);
    return names.map((name) => ({ name, kind: 'variable' }));
  }
  const isNamed = node.kind.endsWith('Declaration') && node.kind !== 'ImportDeclaration';
  const { name } = node as { readonly name?: unknown };
  return isNamed && typeof name === 'string' ? [{ name, kind: 'other' }] : [];
}

/** The names that a pattern binds. */
function collect(pattern: unknown, names: string[]): void {
  if (Array.isArray(pattern)) for (const each of pattern) collect(each, names);
  else if (typeof pattern === 'object' && pattern !== null) {
    const { kind, name } = pattern as { readonly kind?: unknown; readonly name?: unknown };
    if (kind === 'NamePattern' && typeof name === 'string') names.push(name);
    for (const each of Object.values(pattern)) collect(each, names);
  }
}

function importedNames(line: string): string[] {
  const list = /\{([^}]*)\}/.exec(line)?.[1] ?? '';
  return list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function namesIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
}

function assigns(text: string, name: string): boolean {
  return new RegExp(
    `(?:^|[^.\\w])${name}\\s*(?:\\[[^\\]]*\\]|\\.\\w+)*\\s*(?:[-+*/%]|\\?\\?)?=(?!=)`,
  ).test(text);
}

/** What makes the text a module: its value is that of its last expression, and later inputs may import what it declares. */
function insertsOf(text: string, body: readonly Node[]): Insert[] {
  return body.flatMap((node, i): Insert[] => {
    if (node.kind === 'ExpressionStatement' && i === body.length - 1) {
      return [[node.span.start, 'return ']];
    }
    const at = keywordStart(node, text);
    return at === undefined ? [] : [[at, 'pub ']];
  });
}

function withInserts(text: string, inserts: readonly Insert[]): string {
  return inserts.reduceRight((out, [at, word]) => out.slice(0, at) + word + out.slice(at), text);
}

/** Where the keyword of a declaration stands that could be public and is not. */
function keywordStart(node: Node, text: string): number | undefined {
  const { pub, nameSpan, span } = node as Partial<{ pub: boolean; nameSpan: Span }> & Node;
  if (pub !== false || nameSpan === undefined || node.kind === 'ImportDeclaration')
    return undefined;
  const keyword = /(?:gen\s+)?[a-z_]+\s+$/.exec(text.slice(span.start, nameSpan.start));
  return keyword === null ? undefined : span.start + keyword.index;
}

/** Whether more lines have to come: the text ends where something is still open. */
export function isOpen(text: string, edition: Edition): boolean {
  const { all } = parse({ id: 'input', text }, { edition }).diagnostics;
  return all.some(({ code }) => code === parseErrors.$code('unexpectedEnd'));
}
