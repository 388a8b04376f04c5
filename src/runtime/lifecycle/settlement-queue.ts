// What a settlement takes up next: the first undecided item of each bucket. A look at everything costs as much as there
// is, so a new one is taken when half of the last one has been worked off: small sets are looked at in every
// round, large ones a few times in all, and what came to be meanwhile is seen by the next look. In between an owner is
// asked about the one item only. Nothing here depends on when something moved, so a replay looks at the same places.
import type { RunContext, Suspending } from '../run/index.ts';
import { BUCKETS, type Bucket } from './bucket.ts';
import { ledgerKey } from './ledger.ts';
import { findOpen, type Snapshot, takeSnapshot, type UnsettledItem } from './unsettled.ts';

interface Queue {
  readonly bucket: Bucket;
  readonly items: readonly UnsettledItem[];
  next: number;
}

/** How much of a look is worked off before the next one: one in so many. */
const PART = 2;

export class SettlementQueue {
  readonly #ctx: RunContext;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #handled = new Set<string>();
  #queues: readonly Queue[] = [];
  #listed = 0;
  #taken = 0;
  #atMs = 0;

  /** `only` narrows it to items with these keys. */
  constructor(ctx: RunContext, only: ReadonlySet<string> | undefined) {
    this.#ctx = ctx;
    this.#only = only;
  }

  /** Looks at everything. */
  *look(): Suspending<Snapshot> {
    const snapshot = yield* takeSnapshot(this.#ctx);
    const lists = new Map<Bucket, UnsettledItem[]>(BUCKETS.map(({ bucket }) => [bucket, []]));
    this.#atMs = snapshot.atMs;
    this.#listed = 0;
    this.#taken = 0;
    for (const item of snapshot.items) {
      if (!this.#isOurs(item)) continue;
      lists.get(item.bucket)?.push(item);
      this.#listed += 1;
    }
    this.#queues = [...lists].map(([bucket, items]) => ({ bucket, items, next: 0 }));
    return snapshot;
  }

  /** The next item of each bucket, as it is now; each is given once. */
  *next(): Suspending<readonly UnsettledItem[]> {
    const isDue = this.#taken > 0 && this.#taken * PART >= this.#listed;
    if (isDue) yield* this.look();
    let next = this.#take();
    if (next.length === 0 && !isDue) {
      yield* this.look();
      next = this.#take();
    }
    return next;
  }

  /** Whether an item was given out. */
  hasGiven(item: UnsettledItem): boolean {
    return this.#handled.has(itemKey(item));
  }

  /** An item as it is now; one that has ended by itself is noted as such. */
  refresh(listed: UnsettledItem): UnsettledItem | undefined {
    const item = findOpen(this.#ctx, listed, this.#atMs);
    if (item === undefined) this.#ctx.get(ledgerKey).left(listed);
    return item;
  }

  #take(): readonly UnsettledItem[] {
    const taken: UnsettledItem[] = [];
    for (const queue of this.#queues) {
      const item = this.#first(queue);
      if (item === undefined) continue;
      this.#handled.add(itemKey(item));
      taken.push(item);
    }
    return taken;
  }

  #first(queue: Queue): UnsettledItem | undefined {
    while (queue.next < queue.items.length) {
      const listed = queue.items[queue.next] as UnsettledItem;
      queue.next += 1;
      this.#taken += 1;
      const item = this.refresh(listed);
      if (item !== undefined) return item;
    }
    return undefined;
  }

  #isOurs(item: UnsettledItem): boolean {
    const key = itemKey(item);
    return !this.#handled.has(key) && (this.#only === undefined || this.#only.has(key));
  }
}

/** What an item is known by in all buckets. */
export function itemKey({ bucket, id }: { readonly bucket: Bucket; readonly id: string }): string {
  return `${bucket} ${id}`;
}
