// What a backend has to know about a projection's rows: table name, columns, indexes and checked queries. Turns the
// declaration into that once, so backends do not check again.
import type { JsonObject } from '../base/index.ts';
import { sto } from './errors.ts';
import type { ColumnTest, ColumnType, Projection, RowQuery } from './projection.ts';

/** The table of one projection. */
export interface RowShape {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly indexes: readonly (readonly string[])[];
  /** Equal exactly when tables are interchangeable. */
  readonly signature: string;
}

/** One condition, column known and value clean. */
export interface ShapedTest {
  readonly column: string;
  readonly op: 'is' | 'in' | 'gt' | 'gte' | 'lt' | 'lte';
  readonly value: string | number | null | readonly (string | number | null)[];
}

/** A query whose columns exist. The order always ends with the key. */
export interface ShapedQuery {
  readonly tests: readonly ShapedTest[];
  readonly orderBy: readonly string[];
  readonly descending: boolean;
  readonly limit: number | undefined;
  /** Values of `orderBy` columns and the key of the row to continue behind. */
  readonly after:
    | { readonly values: readonly (string | number | null)[]; readonly key: string }
    | undefined;
}

/** Checks a declaration. */
export function rowShape(projection: Projection): RowShape {
  const { name } = projection;
  const refuse = (reason: string) => sto.projectionInvalid({ projection: name, reason });
  if (!/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/.test(name)) throw refuse('its name has other characters');
  const columns = Object.entries(projection.columns ?? {}).map(([column, type]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(column)) throw refuse(`column name ${column}`);
    return { name: column, type };
  });
  const known = new Set(columns.map((column) => column.name));
  const indexes = projection.indexes ?? [];
  for (const column of indexes.flat()) {
    if (!known.has(column)) throw refuse(`index over undeclared column ${column}`);
  }
  return { name, columns, indexes, signature: JSON.stringify([columns, indexes]) };
}

/** The values a row has in its columns. A value of the wrong type is a mistake of the fold. */
export function columnValues(shape: RowShape, row: JsonObject): (string | number | null)[] {
  return shape.columns.map(({ name, type }) => {
    const value = row[name] ?? null;
    if (value === null) return null;
    if (type === 'text' && typeof value === 'string') return cleanText(value);
    if (type === 'number' && typeof value === 'number') return value;
    throw sto.projectionInvalid({
      projection: shape.name,
      reason: `column ${name} holds ${typeof value}, declared as ${type}`,
    });
  });
}

/** Checks a query against the declared columns. */
export function shapeQuery(shape: RowShape, query: RowQuery): ShapedQuery {
  const types = new Map(shape.columns.map(({ name, type }) => [name, type]));
  const orderBy = query.orderBy ?? [];
  const tests = Object.entries(query.where ?? {}).flatMap(([name, test]) => shapeTest(name, test));
  for (const column of [...orderBy, ...tests.map((test) => test.column)]) {
    if (types.has(column)) continue;
    const reason = `asked for column ${column}, which is not declared`;
    throw sto.projectionInvalid({ projection: shape.name, reason });
  }
  for (const { column, value } of tests) refuseOtherType(shape, column, types.get(column), value);
  const { after } = query;
  const afterValue = (column: string) => {
    const value = after?.row[column] ?? null;
    return typeof value === 'string' ? cleanText(value) : typeof value === 'number' ? value : null;
  };
  return {
    tests,
    orderBy,
    descending: query.descending ?? false,
    limit: query.limit,
    after: after && { values: orderBy.map(afterValue), key: after.key },
  };
}

function refuseOtherType(
  shape: RowShape,
  column: string,
  type: ColumnType | undefined,
  value: ShapedTest['value'],
): void {
  const wanted = type === 'text' ? 'string' : 'number';
  for (const one of Array.isArray(value) ? value : [value]) {
    if (one === null || typeof one === wanted) continue;
    const reason = `column ${column} is compared with a ${typeof one}, declared as ${type}`;
    throw sto.projectionInvalid({ projection: shape.name, reason });
  }
}

function shapeTest(column: string, test: ColumnTest): ShapedTest[] {
  if (typeof test !== 'object' || test === null) return [{ column, op: 'is', value: clean(test) }];
  if ('in' in test) return [{ column, op: 'in', value: test.in.map(clean) }];
  const bounds = Object.entries(test) as ['gt' | 'gte' | 'lt' | 'lte', string | number][];
  return bounds.map(([op, value]) => ({ column, op, value: clean(value) }));
}

function clean<T extends string | number | null>(value: T): T | string {
  return typeof value === 'string' ? cleanText(value) : value;
}

/**
 * Text as every backend can keep it: drivers cut at NUL and replace unpaired surrogates, each in its own way.
 * Keys and columns come from what users write, so they are made uniform rather than refused.
 */
export function cleanText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd').replaceAll('\0', '\ufffd');
}
