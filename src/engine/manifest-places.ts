// Where the keys and values of a TOML text stand, which its parser does not tell. It reads what is being written too: what
// it does not understand it passes over to the end of the line.

export type TomlPath = readonly (string | number)[];

export interface TomlRange {
  readonly start: number;
  readonly end: number;
}

/** A key with its value, a table, or an item of a list. */
export interface TomlEntry {
  /** Names, and numbers of items and of `[[tables]]`. */
  readonly path: TomlPath;
  /** Undefined for items of lists. */
  readonly key: TomlRange | undefined;
  /** Undefined for tables with a header, and where nothing is written yet. */
  readonly value: TomlRange | undefined;
  /** Whether it is a header: keys below it are of this table. */
  readonly isHeader: boolean;
}

/** Everything that a text names, in its order. */
export function tomlEntries(text: string): readonly TomlEntry[] {
  return new Scanner(text).entries();
}

/** The entry of a path: the first that is named so. */
export function entryAt(entries: readonly TomlEntry[], path: TomlPath): TomlEntry | undefined {
  const wanted = JSON.stringify(path);
  return entries.find((entry) => JSON.stringify(entry.path) === wanted);
}

interface Key extends TomlRange {
  readonly name: string;
}

class Scanner {
  readonly #text: string;
  readonly #entries: TomlEntry[] = [];
  /** How many `[[tables]]` of a path there were. */
  readonly #counts = new Map<string, number>();
  #at = 0;
  #table: TomlPath = [];

  constructor(text: string) {
    this.#text = text;
  }

  entries(): readonly TomlEntry[] {
    for (;;) {
      this.#skipSpace(true);
      if (this.#at >= this.#text.length) return this.#entries;
      const before = this.#at;
      if (this.#text[this.#at] === '[') this.#header();
      else this.#pair(this.#table);
      // The rest of a line that makes no sense.
      this.#skipSpace(false);
      if (this.#at === before || !/[\n#]/.test(this.#text[this.#at] ?? '\n')) this.#skipLine();
    }
  }

  #header(): void {
    const isList = this.#text.startsWith('[[', this.#at);
    this.#at += isList ? 2 : 1;
    const keys = this.#keys();
    let path: TomlPath = [];
    keys.forEach((key, i) => {
      path = [...path, key.name];
      const isLast = i === keys.length - 1;
      const id = JSON.stringify(path);
      const count = this.#counts.get(id);
      if (isLast && isList) {
        this.#add(path, key);
        this.#counts.set(id, (count ?? 0) + 1);
        path = [...path, count ?? 0];
        this.#add(path, key, undefined, true);
        return;
      }
      this.#add(path, key, undefined, isLast);
      // A table below the last of a list.
      if (count !== undefined) path = [...path, count - 1];
    });
    this.#table = path;
    while (this.#text[this.#at] === ']') this.#at += 1;
  }

  /** `key = value` in a table. */
  #pair(table: TomlPath): void {
    const keys = this.#keys();
    if (keys.length === 0) return;
    const path = [...table, ...keys.map(({ name }) => name)];
    keys.slice(0, -1).forEach((key, i) => {
      this.#add(path.slice(0, table.length + i + 1), key);
    });
    this.#skipSpace(false);
    const last = keys.at(-1);
    if (this.#text[this.#at] !== '=') {
      this.#add(path, last);
      return;
    }
    this.#at += 1;
    this.#skipSpace(false);
    const slot = this.#entries.length;
    const value = this.#value(path);
    this.#entries.splice(slot, 0, { path, key: last, value, isHeader: false });
  }

  #value(path: TomlPath): TomlRange | undefined {
    const start = this.#at;
    const first = this.#text[start];
    if (first === '[') this.#list(path);
    else if (first === '{') this.#inline(path);
    else if (first === '"' || first === "'") this.#string(first);
    else {
      while (/[^,\]}#\r\n]/.test(this.#text[this.#at] ?? '\n')) this.#at += 1;
      const written = this.#text.slice(start, this.#at).trimEnd();
      if (written === '') return undefined;
      return { start, end: start + written.length };
    }
    return { start, end: this.#at };
  }

  #list(path: TomlPath): void {
    this.#at += 1;
    for (let i = 0; ; i += 1) {
      this.#skipSpace(true);
      const next = this.#text[this.#at];
      if (next === undefined) return;
      if (next === ']') {
        this.#at += 1;
        return;
      }
      const slot = this.#entries.length;
      const value = this.#value([...path, i]);
      const entry = { path: [...path, i], key: undefined, value, isHeader: false };
      this.#entries.splice(slot, 0, entry);
      this.#skipSpace(true);
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (value === undefined) return;
    }
  }

  #inline(path: TomlPath): void {
    this.#at += 1;
    for (;;) {
      this.#skipSpace(true);
      const next = this.#text[this.#at];
      if (next === undefined) return;
      if (next === '}') {
        this.#at += 1;
        return;
      }
      const before = this.#at;
      this.#pair(path);
      this.#skipSpace(true);
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.#at === before) return;
    }
  }

  /** `a.b."c d"`. */
  #keys(): readonly Key[] {
    const keys: Key[] = [];
    for (;;) {
      this.#skipSpace(false);
      const start = this.#at;
      const first = this.#text[start];
      if (first === '"' || first === "'") this.#string(first);
      else while (/[\w-]/.test(this.#text[this.#at] ?? ' ')) this.#at += 1;
      const end = this.#at;
      if (end === start) return keys;
      keys.push({ name: nameOf(this.#text.slice(start, end)), start, end });
      this.#skipSpace(false);
      if (this.#text[this.#at] !== '.') return keys;
      this.#at += 1;
    }
  }

  #string(quote: '"' | "'"): void {
    const long = quote.repeat(3);
    if (this.#text.startsWith(long, this.#at)) {
      this.#at += 3;
      while (this.#at < this.#text.length && !this.#text.startsWith(long, this.#at)) {
        this.#at += quote === '"' && this.#text[this.#at] === '\\' ? 2 : 1;
      }
      this.#at = Math.min(this.#text.length, this.#at + 3);
      // Up to two more quotes may belong to the text.
      for (let i = 0; i < 2 && this.#text[this.#at] === quote; i += 1) this.#at += 1;
      return;
    }
    this.#at += 1;
    while (!/[\n"']/.test(this.#text[this.#at] ?? '\n') || this.#isOther(quote)) {
      this.#at += quote === '"' && this.#text[this.#at] === '\\' ? 2 : 1;
    }
    if (this.#text[this.#at] === quote) this.#at += 1;
    this.#at = Math.min(this.#text.length, this.#at);
  }

  /** The quote that does not end this string. */
  #isOther(quote: '"' | "'"): boolean {
    const at = this.#text[this.#at];
    return at !== quote && (at === '"' || at === "'");
  }

  #skipSpace(overLines: boolean): void {
    for (;;) {
      const at = this.#text[this.#at];
      if (at === ' ' || at === '\t' || at === '\r') this.#at += 1;
      else if (overLines && at === '\n') this.#at += 1;
      else if (overLines && at === '#') this.#skipLine();
      else return;
    }
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #add(path: TomlPath, key: Key | undefined, value?: TomlRange, isHeader = false): void {
    const range = key === undefined ? undefined : { start: key.start, end: key.end };
    this.#entries.push({ path, key: range, value, isHeader });
  }
}

/** The name that a key is written as. */
function nameOf(written: string): string {
  if (written.startsWith("'")) return written.slice(1, written.endsWith("'") ? -1 : undefined);
  if (!written.startsWith('"')) return written;
  try {
    return JSON.parse(written) as string;
  } catch {
    return written.slice(1, written.endsWith('"') ? -1 : undefined);
  }
}
