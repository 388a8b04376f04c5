// Changes of a text as data: what fixes and the migration propose.

/** Replaces `start` to `end` (offsets) with `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits; of two that touch the same place the first in the text wins and the other is left out. */
export function applyEdits(
  text: string,
  edits: readonly Edit[],
): { readonly text: string; readonly skipped: number } {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const out: string[] = [];
  let at = 0;
  let skipped = 0;
  for (const edit of sorted) {
    if (edit.start < at) {
      skipped += 1;
      continue;
    }
    out.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  out.push(text.slice(at));
  return { text: out.join(''), skipped };
}

/** Where an offset of the changed text was before; what is new counts as the place where it was put. */
export function offsetBefore(edits: readonly Edit[], offset: number): number {
  let moved = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const at = start + moved;
    if (at >= offset) break;
    if (offset < at + text.length) return start;
    moved += text.length - (end - start);
  }
  return offset - moved;
}
