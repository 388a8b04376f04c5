// Row queries over a list, ordered exactly as the SQL backends order: null first, text by code point, the key last.
import type { RowShape, ShapedQuery, ShapedTest } from '../row-shape.ts';

type Value = string | number | null;

/** A row with the values of its declared columns. */
export interface MemoryRow {
  readonly key: string;
  readonly row: string;
  readonly columns: readonly Value[];
}

/** The rows a query asks for. */
export function selectRows(
  shape: RowShape,
  rows: readonly MemoryRow[],
  { tests, orderBy, descending, limit, after }: ShapedQuery,
): MemoryRow[] {
  const at = new Map(shape.columns.map((column, i) => [column.name, i]));
  const columnOf = (row: MemoryRow, column: string) => row.columns[at.get(column) ?? -1] ?? null;
  const sign = descending ? -1 : 1;
  const compareTo = (row: MemoryRow, values: readonly Value[], key: string) => {
    for (const [i, column] of orderBy.entries()) {
      const order = compareValues(columnOf(row, column), values[i] ?? null);
      if (order !== 0) return order * sign;
    }
    return compareText(row.key, key) * sign;
  };
  const found = rows.filter(
    (row) =>
      tests.every((test) => passes(columnOf(row, test.column), test)) &&
      (after === undefined || compareTo(row, after.values, after.key) > 0),
  );
  const valuesOf = (row: MemoryRow) => orderBy.map((column) => columnOf(row, column));
  return found.sort((a, b) => compareTo(a, valuesOf(b), b.key)).slice(0, limit);
}

function passes(value: Value, { op, value: wanted }: ShapedTest): boolean {
  if (op === 'is') return value === wanted;
  if (op === 'in') return (wanted as readonly Value[]).includes(value);
  if (value === null || typeof value !== typeof wanted) return false;
  const order = compareValues(value, wanted as Value);
  if (op === 'gt') return order > 0;
  if (op === 'gte') return order >= 0;
  return op === 'lt' ? order < 0 : order <= 0;
}

function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareText(String(a), String(b));
}

/** Orders as UTF-8 bytes do, which UTF-16 code units do not: surrogates sort above the rest of the basic plane. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
