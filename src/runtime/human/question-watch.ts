// Who waits for an answer in this process, by question. One reader per store follows what is written about questions and
// tells whom it concerns, so that a commit costs the same however many wait. It never carries data: who is told looks at
// the question's row.
import { createDeferred, type Deferred } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { questionIndex } from './question-record.ts';
import { OLD_RESPONSE_TOPIC, questionTopic } from './topics.ts';

const TOPICS = [questionTopic.name, OLD_RESPONSE_TOPIC];
const PAGE = 500;

/** Somebody who waits for news of one question. */
export interface QuestionNews {
  /** Resolves at the first news after `watchQuestion` or the last `next`, and when there is something wrong to be found. */
  next(signal: AbortSignal): Promise<void>;
  stop(): void;
}

interface Waiter {
  news: Deferred<void>;
}

const READERS = new WeakMap<Store, Reader>();

/** Follows a question from here: what happens to it after this resolved is news. */
export async function watchQuestion(store: Store, id: string): Promise<QuestionNews> {
  let reader = READERS.get(store);
  if (reader === undefined) {
    reader = new Reader(store);
    READERS.set(store, reader);
  }
  return reader.watch(id);
}

class Reader {
  readonly #store: Store;
  readonly #waiters = new Map<string, Set<Waiter>>();
  /** Where the reader stands in each topic; undefined while it does not read. */
  #positions: Promise<Map<string, number>> | undefined;
  #idle = new AbortController();

  constructor(store: Store) {
    this.#store = store;
  }

  async watch(id: string): Promise<QuestionNews> {
    const waiter: Waiter = { news: createDeferred() };
    const mine = this.#waiters.get(id) ?? new Set();
    this.#waiters.set(id, mine.add(waiter));
    const stop = () => {
      mine.delete(waiter);
      if (mine.size === 0 && this.#waiters.get(id) === mine) this.#waiters.delete(id);
      if (this.#waiters.size === 0) this.#idle.abort();
    };
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
    for (const topic of TOPICS) {
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
      for (const event of page) this.#tell(questionIndex.keyOf(event));
      at = page.at(-1)?.id ?? at;
      if (page.length < PAGE) return at;
    }
  }

  #tell(id: string | undefined): void {
    if (id === undefined) return;
    for (const { news } of this.#waiters.get(id) ?? []) news.resolve();
  }

  #tellAll(): void {
    for (const id of [...this.#waiters.keys()]) this.#tell(id);
  }

  /** The store cannot be read: all look for themselves and report it to someone who listens. */
  #failed(): void {
    this.#positions = undefined;
    this.#tellAll();
  }
}
