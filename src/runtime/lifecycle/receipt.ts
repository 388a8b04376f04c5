// The settlement receipt: one line per item that was open when the body returned, or became so since.
import type { Json, JsonObject } from '../../base/index.ts';
import type { RecordedError } from '../run/index.ts';
import { DISPOSITIONS, type Disposition, type ReceiptItem } from './ledger.ts';

export type ReceiptStatus = 'settled' | 'partial' | 'failed' | 'cancelled';

/** What every ended run carries. Times in ms since the Unix epoch, recorded. */
export type SettlementReceipt = {
  readonly v: 1;
  readonly run_id: string;
  readonly status: ReceiptStatus;
  readonly items: readonly ReceiptItem[];
  /** How many items ended in each way; ways that did not occur are left out. */
  readonly counts: { readonly [D in Disposition]?: number };
  readonly main_returned_at_ms: number;
  readonly settled_at_ms: number;
  /** Why finishing itself failed: a hook or callback that threw after the body had returned. */
  readonly finish_error?: JsonObject;
};

/** What a receipt is made of. */
export interface ReceiptFacts {
  readonly runId: string;
  readonly items: readonly ReceiptItem[];
  /** How the run as a whole ended; what was left open is seen from the items. */
  readonly ended: 'well' | 'failed' | 'cancelled';
  readonly mainReturnedAtMs: number;
  readonly settledAtMs: number;
  readonly finishError?: RecordedError | undefined;
}

export function buildReceipt(facts: ReceiptFacts): SettlementReceipt {
  const { runId, items, ended, mainReturnedAtMs, settledAtMs, finishError } = facts;
  return {
    v: 1,
    run_id: runId,
    status: ended === 'well' ? statusOf(items) : ended,
    items,
    counts: countsOf(items),
    main_returned_at_ms: mainReturnedAtMs,
    settled_at_ms: settledAtMs,
    ...(finishError === undefined ? {} : { finish_error: { ...finishError } as JsonObject }),
  };
}

/** Whether a receipt admits to something abandoned or unknown: what `--strict` asks. */
export function isPartial(receipt: Json): boolean {
  const items = (receipt as SettlementReceipt | null)?.items ?? [];
  return statusOf(items) === 'partial';
}

/** A line of a receipt for people. */
export function receiptLine(item: ReceiptItem): string {
  const to = item.to === undefined ? '' : ` to ${shortRef(item.to)}`;
  const token = item.resume_token === undefined ? '' : ` [${item.resume_token}]`;
  return `${shownItem(item)}: ${item.disposition}${to} by ${item.decided_by} (${item.reason})${token}`;
}

/** An item as people call it; the receipt itself has the whole id. */
function shownItem({ bucket, id }: ReceiptItem): string {
  const tail = id.slice(-8);
  switch (bucket) {
    case 'partial_handoffs':
      return `handoff ${id.slice(id.lastIndexOf('_') + 1)}`;
    case 'pool_pending_tasks':
      // Long-running tools stand in this bucket too; the ids of tasks begin with their pool.
      return `${id.startsWith('pool_') ? 'pool task' : 'long-running tool'} ${tail}`;
    case 'in_flight_llm_calls':
      return `model call ${tail}`;
    case 'queued_triggers':
      return `trigger ${id}`;
    case 'suspended_subagents':
      return `subagent ${id}`;
    default:
      return `${bucket} ${id}`;
  }
}

/** A run id by its first part, which commands accept; anything else as it is. */
function shortRef(ref: string): string {
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(ref) ? ref.slice(0, 8) : ref;
}

function statusOf(items: readonly ReceiptItem[]): 'settled' | 'partial' {
  const lost = items.some(
    ({ disposition }) => disposition === 'abandoned' || disposition === 'unknown',
  );
  return lost ? 'partial' : 'settled';
}

function countsOf(items: readonly ReceiptItem[]): { readonly [D in Disposition]?: number } {
  const counts: { [D in Disposition]?: number } = {};
  for (const disposition of DISPOSITIONS) {
    const count = items.filter((item) => item.disposition === disposition).length;
    if (count > 0) counts[disposition] = count;
  }
  return counts;
}
