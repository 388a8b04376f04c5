// Settlement receipts as they come out of records and results, where they are plain data.
import { isJsonObject, type Json } from '../base/index.ts';
import type { ReceiptItem } from '../runtime/lifecycle/index.ts';

/** The items of a receipt, in its order; none when there is no receipt. */
export function receiptItems(receipt: Json): readonly ReceiptItem[] {
  const items = isJsonObject(receipt) ? receipt['items'] : undefined;
  return Array.isArray(items) ? (items as unknown as readonly ReceiptItem[]) : [];
}
