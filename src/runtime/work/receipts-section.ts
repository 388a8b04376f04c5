// Lifecycle receipts in the run record: every run folds it, most runs without a single receipt.
import { type Chain, chainItems, type RecordSection } from '../run/index.ts';

/** The effect whose outcomes are receipts. */
export const RECEIPT_EFFECT = 'agent.receipt';

/** The receipts of a run in its record. One that is kept as a blob is named by its hash. */
export const receiptsSection: RecordSection<Chain> = {
  key: 'lifecycle_receipts',
  initial: null,
  fold(before, entry) {
    if (entry.kind !== 'outcome' || entry.effect !== RECEIPT_EFFECT) return before;
    if (entry.status !== 'ok') return before;
    const item = entry.blob === undefined ? (entry.value ?? null) : { blob: entry.blob };
    return { item, before };
  },
  view: chainItems,
};
