// An immutable list that grows at its end. Every version shares one array with the versions it grew from; only a second
// growth from the same version copies. So appending is O(1), a fork costs nothing until it diverges, and reading is
// reading an array.

export class AppendList<T> {
  readonly #shared: T[];
  readonly length: number;
  #view: readonly T[] | undefined;

  private constructor(shared: T[], length: number) {
    this.#shared = shared;
    this.length = length;
  }

  static of<T>(items: readonly T[] = []): AppendList<T> {
    return new AppendList([...items], items.length);
  }

  /** The list with more at its end. */
  append(...items: readonly T[]): AppendList<T> {
    if (items.length === 0) return this;
    // Somebody else has grown from this version: what follows in the shared array is theirs.
    const shared = this.#shared.length === this.length ? this.#shared : this.toArray().slice();
    for (const item of items) shared.push(item);
    return new AppendList(shared, shared.length);
  }

  at(index: number): T | undefined {
    return index < this.length ? this.#shared[index] : undefined;
  }

  get last(): T | undefined {
    return this.#shared[this.length - 1];
  }

  /** The items from `start`; all of them by default. */
  toArray(start = 0): readonly T[] {
    if (start > 0) return this.#shared.slice(start, this.length);
    this.#view ??= this.#shared.slice(0, this.length);
    return this.#view;
  }
}
