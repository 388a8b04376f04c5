// The ledger of a finishing run: every item that was open when the body returned, or became so since, and what became
// of it. It keeps one line per item, whatever happens, and is re-made by replay.
import type { ServiceKey } from '../run/index.ts';
import type { Bucket } from './bucket.ts';

export const DISPOSITIONS = [
  'settled',
  'drained',
  'resumed',
  'cancelled',
  'acknowledged',
  'handed_off',
  'deferred',
  'abandoned',
  'unknown',
] as const;

/** How an item ended. */
export type Disposition = (typeof DISPOSITIONS)[number];

/** Who decided it. */
export type DecidedBy = 'item' | 'callback' | 'settlement' | 'policy' | 'model' | 'operator';

export interface Decision {
  readonly disposition: Disposition;
  readonly by: DecidedBy;
  readonly reason: string;
  readonly to?: string | undefined;
  readonly resumeToken?: string | undefined;
}

/** One line of the settlement receipt. */
export type ReceiptItem = {
  readonly bucket: Bucket;
  readonly id: string;
  readonly disposition: Disposition;
  readonly decided_by: DecidedBy;
  readonly reason: string;
  readonly to?: string;
  readonly resume_token?: string;
  /** The order in which the dispositions fell, from 1. */
  readonly seq: number;
};

interface Seen {
  readonly bucket: Bucket;
  readonly id: string;
}

interface Line {
  readonly bucket: Bucket;
  readonly id: string;
  decision: (Decision & { readonly seq: number }) | undefined;
  present: boolean;
}

/** Dispositions that say the item stays as it is; being listed afterwards is no surprise. */
const STAYS: ReadonlySet<Disposition> = new Set(['abandoned', 'deferred', 'handed_off', 'unknown']);

export class Ledger {
  readonly #lines = new Map<string, Line>();
  #active = false;
  #seq = 0;

  /** From here on items are noted; what ended before the body returned is not the receipt's matter. */
  begin(): void {
    this.#active = true;
  }

  /** Notes an item that has just come to be. */
  opened(item: Seen): void {
    if (!this.#active) return;
    const line = this.#line(item);
    line.present = true;
    const past = line.decision;
    if (past === undefined || STAYS.has(past.disposition)) return;
    if (past.disposition === 'resumed' || past.disposition === 'settled') line.decision = undefined;
    else {
      // Never acted on twice: what its owner still lists after ending it is not known to have ended.
      const reason = `still open after it was ${past.disposition}`;
      this.#decide(line, { disposition: 'unknown', by: past.by, reason });
    }
  }

  /** Compares with what is open now: new items are noted; those gone without a decision settled by themselves. */
  observe(items: readonly Seen[]): void {
    if (!this.#active) return;
    const present = new Set(items.map(keyOf));
    for (const item of items) this.opened(item);
    for (const [key, line] of this.#lines) {
      if (present.has(key)) continue;
      line.present = false;
      if (line.decision === undefined) this.#decide(line, SETTLED);
    }
  }

  /** Notes that an item is not open any more: without a decision, it settled by itself. */
  left(item: Seen): void {
    const line = this.#lines.get(keyOf(item));
    if (line === undefined) return;
    line.present = false;
    if (line.decision === undefined) this.#decide(line, SETTLED);
  }

  /** Writes down what became of an item. */
  decide(item: Seen, decision: Decision): void {
    if (this.#active) this.#decide(this.#line(item), decision);
  }

  /** Whether nothing more needs to be decided about it. */
  isDecided(item: Seen): boolean {
    return this.#lines.get(keyOf(item))?.decision !== undefined;
  }

  /** Whether it is noted and still without a decision. */
  isOpen(item: Seen): boolean {
    const line = this.#lines.get(keyOf(item));
    return line !== undefined && line.decision === undefined;
  }

  /** What became of it so far. */
  dispositionOf(item: Seen): Disposition | undefined {
    return this.#lines.get(keyOf(item))?.decision?.disposition;
  }

  /** Why it was decided as it was. */
  reasonOf(item: Seen): string {
    return this.#lines.get(keyOf(item))?.decision?.reason ?? '';
  }

  /** Items without a decision, in the order they were noted. */
  open(): readonly Seen[] {
    return [...this.#lines.values()].filter((line) => line.decision === undefined);
  }

  /** The receipt's lines, in the order the dispositions fell. */
  items(): readonly ReceiptItem[] {
    const items: ReceiptItem[] = [];
    for (const { bucket, id, decision } of this.#lines.values()) {
      if (decision === undefined) continue;
      const { disposition, by, reason, to, resumeToken, seq } = decision;
      items.push({
        bucket,
        id,
        disposition,
        decided_by: by,
        reason,
        ...(to === undefined ? {} : { to }),
        ...(resumeToken === undefined ? {} : { resume_token: resumeToken }),
        seq,
      });
    }
    items.sort((a, b) => a.seq - b.seq);
    return items.map((item, index) => ({ ...item, seq: index + 1 }));
  }

  #line(item: Seen): Line {
    const key = keyOf(item);
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { bucket: item.bucket, id: item.id, decision: undefined, present: true };
      this.#lines.set(key, line);
    }
    return line;
  }

  #decide(line: Line, decision: Decision): void {
    this.#seq += 1;
    line.decision = { ...decision, seq: this.#seq };
  }
}

const SETTLED: Decision = { disposition: 'settled', by: 'item', reason: 'ended by itself' };

function keyOf({ bucket, id }: Seen): string {
  return `${bucket} ${id}`;
}

/** The ledger of the run. */
export const ledgerKey: ServiceKey<Ledger> = {
  name: 'lifecycle.ledger',
  create: () => new Ledger(),
};
