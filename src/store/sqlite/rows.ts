// Statements over the rows of one projection. Names of tables and columns were checked in row-shape.ts and are quoted;
// values are always parameters.
import type { RowShape, ShapedQuery, ShapedTest } from '../row-shape.ts';

type Value = string | number | null;

/** A statement with its parameters. */
export interface Prepared {
  readonly text: string;
  readonly params: Value[];
}

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

const table = (shape: RowShape) => `"rows_${shape.name}"`;
const quoted = (column: string) => `"c_${column}"`;

/**
 * Makes an empty table with an index per declared index, and per column that none of these begins with. They do not hold
 * the key, although it decides ties: a key in each was more than the rows themselves, and ties are sorted in no time.
 */
export function createRowsSql(shape: RowShape): string {
  const types = { text: 'TEXT', number: 'REAL' };
  const columns = shape.columns.map(({ name, type }) => `, ${quoted(name)} ${types[type]}`);
  const begun = new Set(shape.indexes.map(([first]) => first));
  const alone = shape.columns.filter(({ name }) => !begun.has(name)).map(({ name }) => [name]);
  return [
    `DROP TABLE IF EXISTS ${table(shape)}`,
    `CREATE TABLE ${table(shape)} (key TEXT PRIMARY KEY, row TEXT NOT NULL${columns.join('')}) STRICT`,
    ...[...alone, ...shape.indexes].map(
      (names, i) =>
        `CREATE INDEX "rows_${shape.name}#${i}" ON ${table(shape)} (${names.map(quoted).join(', ')})`,
    ),
  ].join(';\n');
}

/** Index: the table's key. */
export function rowSql(shape: RowShape): string {
  return `SELECT row FROM ${table(shape)} WHERE key = ?`;
}

export function putRowSql(shape: RowShape): string {
  const columns = ['key', 'row', ...shape.columns.map(({ name }) => quoted(name))];
  const updates = columns.slice(1).map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO ${table(shape)} (${columns.join(', ')})
    VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (key) DO UPDATE SET ${updates.join(', ')}`;
}

/** Index: the table's key. */
export function deleteRowSql(shape: RowShape): string {
  return `DELETE FROM ${table(shape)} WHERE key = ?`;
}

/** Index: the one that begins with the tested or sorted column. */
export function selectRows(shape: RowShape, query: ShapedQuery): Prepared {
  const { tests, orderBy, descending, limit, after } = query;
  const parts = tests.map(testSql);
  if (after !== undefined) parts.push(afterSql(orderBy, descending, after));
  const where = parts.length === 0 ? '' : ` WHERE ${parts.map(({ text }) => text).join(' AND ')}`;
  const direction = descending ? ' DESC' : '';
  const order = [...orderBy.map(quoted), 'key'].map((column) => column + direction).join(', ');
  return {
    text: `SELECT key, row FROM ${table(shape)}${where} ORDER BY ${order} LIMIT ?`,
    // SQLite reads a negative limit as none.
    params: [...parts.flatMap(({ params }) => params), limit ?? -1],
  };
}

function testSql({ column, op, value }: ShapedTest): Prepared {
  const name = quoted(column);
  if (op === 'is') return { text: `${name} IS ?`, params: [value as Value] };
  if (op !== 'in') return { text: `${name} ${OPERATORS[op]} ?`, params: [value as Value] };
  const values = value as readonly Value[];
  const orNull = values.includes(null) ? ` OR ${name} IS NULL` : '';
  return {
    text: `(${name} IN (SELECT value FROM json_each(?))${orNull})`,
    params: [JSON.stringify(values)],
  };
}

/**
 * Rows behind a given one. Row values cannot express it because a column may be null, so it is spelt out: equal in
 * the first i columns and behind in the next, for every i. Null comes first.
 */
function afterSql(
  orderBy: readonly string[],
  descending: boolean,
  { values, key }: NonNullable<ShapedQuery['after']>,
): Prepared {
  const alternatives: Prepared[] = [];
  const equal: Prepared[] = [];
  for (const [i, column] of orderBy.entries()) {
    const value = values[i] ?? null;
    const behind = behindSql(quoted(column), value, descending);
    if (behind !== undefined) alternatives.push(allOf([...equal, behind]));
    equal.push({ text: `${quoted(column)} IS ?`, params: [value] });
  }
  alternatives.push(allOf([...equal, { text: descending ? 'key < ?' : 'key > ?', params: [key] }]));
  return {
    text: `(${alternatives.map(({ text }) => `(${text})`).join(' OR ')})`,
    params: alternatives.flatMap(({ params }) => params),
  };
}

function behindSql(name: string, value: Value, descending: boolean): Prepared | undefined {
  if (value === null) return descending ? undefined : { text: `${name} IS NOT NULL`, params: [] };
  const text = descending ? `(${name} < ? OR ${name} IS NULL)` : `${name} > ?`;
  return { text, params: [value] };
}

function allOf(parts: readonly Prepared[]): Prepared {
  return {
    text: parts.map(({ text }) => text).join(' AND '),
    params: parts.flatMap(({ params }) => params),
  };
}
