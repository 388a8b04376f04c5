// Who waits in this process for news of a row, by the row's key. One reader per store and source follows what is written
// and tells whom it concerns, so that a commit costs the same however many wait. It never carries data: who is told
// looks at the row.
import { createDeferred, type Deferred } from '../../base/index.ts';
import type { Store, StoredEvent } from '../../store/index.ts';

/** What a reader follows. Sources are told apart by their identity: declare each once. */
export interface NewsSource {
  readonly topics: readonly string[];
  /** The key that an event is about. */
  readonly keyOf: (event: StoredEvent) => string | undefined;
}

/** Somebody who waits for news of one key, or of several. */
export interface News {
  /** Resolves at the first news after `watchNews` or the last `next`, and when there is something wrong to be found. */
  next(signal: AbortSignal): Promise<void>;
  stop(): void;
}

interface Waiter {
  news: Deferred<void>;
}

const PAGE = 500;
const READERS = new WeakMap<Store, Map<NewsSource, Reader>>();

/** Follows keys from here: what happens to them after this resolved is news. */
export async function watchNews(
  store: Store,
  source: NewsSource,
  keys: readonly string[],
): Promise<News> {
  const readers = READERS.get(store) ?? new Map<NewsSource, Reader>();
  READERS.set(store, readers);
  const reader = readers.get(source) ?? new Reader(store, source);
  readers.set(source, reader);
  return reader.watch(keys);
}

class Reader {
  readonly #store: Store;
  readonly #source: NewsSource;
  readonly #waiters = new Map<string, Set<Waiter>>();
  /** Where the reader stands in each topic; undefined while it does not read. */
  #positions: Promise<Map<string, number>> | undefined;
  #idle = new AbortController();

  constructor(store: Store, source: NewsSource) {
    this.#store = store;
    this.#source = source;
  }

  async watch(keys: readonly string[]): Promise<News> {
    const waiter: Waiter = { news: createDeferred() };
    for (const key of keys) {
      const others = this.#waiters.get(key) ?? new Set();
      this.#waiters.set(key, others.add(waiter));
    }
    const stop = () => this.#leave(waiter, keys);
    try {
      await this.#begin();
    } catch (error) {
      stop();
      throw error;
    }
    return {
      stop,
      next: async (signal) => {
        // Whoever was told that something is wrong, found nothing and waits again, needs a reader again.
        await this.#begin();
        const { news } = waiter;
        const wake = () => news.resolve();
        signal.addEventListener('abort', wake, { once: true });
        if (!signal.aborted) await news.promise;
        signal.removeEventListener('abort', wake);
        waiter.news = createDeferred();
      },
    };
  }

  #leave(waiter: Waiter, keys: readonly string[]): void {
    for (const key of keys) {
      const mine = this.#waiters.get(key);
      mine?.delete(waiter);
      if (mine?.size === 0) this.#waiters.delete(key);
    }
    if (this.#waiters.size === 0) this.#idle.abort();
  }

  /** Starts reading at the end of the log, unless it is under way. */
  async #begin(): Promise<void> {
    if (this.#positions === undefined) {
      this.#idle = new AbortController();
      const { signal } = this.#idle;
      const begun = this.#ends();
      this.#positions = begun;
      void begun.then((positions) => this.#follow(positions, signal)).catch(() => this.#failed());
    }
    await this.#positions;
  }

  async #ends(): Promise<Map<string, number>> {
    const ends = new Map<string, number>();
    for (const topic of this.#source.topics) {
      ends.set(topic, (await this.#store.latest(topic)) ?? 0);
    }
    return ends;
  }

  async #follow(positions: Map<string, number>, signal: AbortSignal): Promise<void> {
    for (;;) {
      const mark = this.#store.changeMark();
      for (const [topic, from] of positions) positions.set(topic, await this.#read(topic, from));
      if (signal.aborted) break;
      await this.#store.waitForChange(mark, { signal });
    }
    // Someone may have come while the last page was read; they began at a reader that is no more.
    this.#positions = undefined;
    if (this.#waiters.size > 0) this.#tellAll();
  }

  async #read(topic: string, from: number): Promise<number> {
    for (let at = from; ; ) {
      const page = await this.#store.read(topic, { from: at, limit: PAGE });
      for (const event of page) this.#tell(this.#source.keyOf(event));
      at = page.at(-1)?.id ?? at;
      if (page.length < PAGE) return at;
    }
  }

  #tell(key: string | undefined): void {
    if (key === undefined) return;
    for (const { news } of this.#waiters.get(key) ?? []) news.resolve();
  }

  #tellAll(): void {
    for (const key of [...this.#waiters.keys()]) this.#tell(key);
  }

  /** The store cannot be read: all look for themselves and report it to someone who listens. */
  #failed(): void {
    this.#positions = undefined;
    this.#tellAll();
  }
}
