// Which patterns a backtracking engine may run: those whose work at each place of a text has a fixed bound, whatever the
// text. Said by the shape of the pattern alone, and only when it is plain; everything else takes the linear engine.

/** More ways to match at one place than this are too many. */
const MOST_WAYS = 1_000;

/** A piece of a pattern: how many ways to try it has, and whether its end can be repeated without a bound. */
interface Cost {
  readonly ways: number;
  readonly isOpen: boolean;
}

const NEVER: Cost = { ways: Number.POSITIVE_INFINITY, isOpen: true };

/**
 * Whether the work at one place is bounded: there are few ways to match, and what repeats without a bound is one
 * character of a set, last in the pattern, where nothing after it can fail. Groups that repeat are never bounded here:
 * the engines also differ in what such groups have captured. `source` is in JavaScript's syntax.
 */
export function isBounded(source: string): boolean {
  const reader = new Reader(source);
  const { ways } = reader.alternatives();
  return reader.isAtEnd && ways <= MOST_WAYS;
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#source.length;
  }

  alternatives(): Cost {
    let { ways, isOpen } = this.#sequence();
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      const next = this.#sequence();
      ways += next.ways;
      isOpen ||= next.isOpen;
    }
    return { ways, isOpen };
  }

  #sequence(): Cost {
    let ways = 1;
    let isOpen = false;
    while (!this.isAtEnd && !'|)'.includes(this.#source[this.#at] as string)) {
      // Something stands behind what repeats without a bound, so that can have to give back.
      if (isOpen) return this.#stop();
      const piece = this.#quantified();
      ways *= piece.ways;
      isOpen = piece.isOpen;
    }
    return { ways, isOpen };
  }

  #quantified(): Cost {
    const isGroup = this.#source[this.#at] === '(';
    const atom = this.#atom();
    const [whole = '', text = '', low = '', comma, high = ''] =
      /^([*+?]|\{(\d+)(,)?(\d*)\})\??/.exec(this.#source.slice(this.#at, this.#at + 32)) ?? [];
    this.#at += whole.length;
    if (whole === '') return atom;
    if (isGroup) return text === '?' && !atom.isOpen ? { ...atom, ways: atom.ways + 1 } : NEVER;
    if (text === '?') return { ways: 2, isOpen: false };
    const isOpen = text === '*' || text === '+' || (comma !== undefined && high === '');
    const least = Number(low);
    // Every one of the repetitions is a step of its own.
    return { ways: isOpen ? 1 + least : 1 + Number(high === '' ? low : high), isOpen };
  }

  #atom(): Cost {
    const char = this.#source[this.#at];
    if (char === '(') return this.#group();
    if (char === '[') return this.#skip(/\[(?:[^\]\\]|\\[\s\S])*\]/y);
    if (char === '\\') return this.#skip(/\\(?:[pPux]\{[^}]*\}|[\s\S])/y);
    this.#at += (this.#source.codePointAt(this.#at) ?? 0) > 0xffff ? 2 : 1;
    return { ways: 1, isOpen: false };
  }

  #group(): Cost {
    this.#skip(/\((?:\?(?::|<\w+>))?/y);
    const inner = this.alternatives();
    if (this.#source[this.#at] !== ')') return this.#stop();
    this.#at += 1;
    return inner;
  }

  #skip(pattern: RegExp): Cost {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found === null) return this.#stop();
    this.#at += found[0].length;
    return { ways: 1, isOpen: false };
  }

  #stop(): Cost {
    this.#at = this.#source.length;
    return NEVER;
  }
}
