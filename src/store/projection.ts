// Projections: a fold over topics declared as data and kept as rows in the transaction of each append, so that what
// we query never disagrees with the log. A row can always be thrown away and folded again.
import type { JsonObject } from '../base/index.ts';
import type { StoredEvent } from './event-log.ts';

/** How a column is compared and indexed. */
export type ColumnType = 'text' | 'number';

/**
 * A declared fold. Use a `type`, not an `interface`, for the row: it must be a JSON object.
 *
 * `keyOf` and `fold` are pure: the same events always give the same rows. Raise `version` when either changes or the
 * columns do; the rows are then rebuilt when the projection is declared.
 */
export interface Projection<Row extends JsonObject = JsonObject> {
  /** Lower-case words, `_` and `.`: part of the table's name. */
  readonly name: string;
  readonly version: number;
  /** Which topics feed it: a predicate, or a list of exact names and prefixes ending in `*`. */
  readonly topics: ((topic: string) => boolean) | readonly string[];
  /**
   * The kinds of events that can change a row; all when left out. Others are not folded at all, which is what most events
   * of a busy topic should cost.
   */
  readonly kinds?: readonly string[];
  /** Fields of the row that can be searched and sorted by; each gets an index. A field may be null or absent. */
  readonly columns?: { readonly [column: string]: ColumnType };
  /** Further indexes over several columns, in order. */
  readonly indexes?: readonly (readonly string[])[];
  /**
   * The key of the row that a topic feeds, for projections whose every row is fed by one topic and whose topics feed one
   * row each. When such a topic is deleted its row goes; all other projections are folded again from the whole log.
   */
  readonly rowOfTopic?: (topic: string) => string;
  /**
   * How a row is kept where a shorter form says the same; readers and the fold always see the row. Pure, like the fold.
   * Columns are made of the row, not of what is kept.
   */
  readonly kept?: {
    pack(row: Row): JsonObject;
    unpack(kept: JsonObject, key: string): Row;
  };
  /** The row an event belongs to; undefined: the event says nothing here. */
  keyOf(event: StoredEvent): string | undefined;
  /** The row after the event; undefined removes it, the very same object leaves it as it is and costs no write. */
  fold(row: Row | undefined, event: StoredEvent): Row | undefined;
}

/** A row with its key. */
export interface ProjectionRow<Row extends JsonObject = JsonObject> {
  readonly key: string;
  readonly row: Row;
}

/** A value of a column: null stands for absent too. */
export type ColumnValue = string | number | null;

/** A condition on one column: equal to a value, one of a list, or inside bounds (which null never is). */
export type ColumnTest =
  | ColumnValue
  | { readonly in: readonly ColumnValue[] }
  | {
      readonly gt?: string | number;
      readonly gte?: string | number;
      readonly lt?: string | number;
      readonly lte?: string | number;
    };

/** Which rows, in which order. */
export interface RowQuery<Row extends JsonObject = JsonObject> {
  /** All must hold. Only declared columns. */
  readonly where?: { readonly [column: string]: ColumnTest };
  /** Columns to sort by (null first, text by code point); the key decides ties. Default: by key. */
  readonly orderBy?: readonly string[];
  readonly descending?: boolean;
  readonly limit?: number;
  /** The last row of the page before: continue behind it. */
  readonly after?: ProjectionRow<Row>;
}

/** The reading side of projections. */
export interface Projections {
  /** Makes projections readable and kept from now on; builds or rebuilds those that are new, changed or behind. */
  declare(...projections: readonly Projection[]): Promise<void>;
  rows<Row extends JsonObject>(
    projection: Projection<Row>,
    query?: RowQuery<Row>,
  ): Promise<readonly ProjectionRow<Row>[]>;
  row<Row extends JsonObject>(projection: Projection<Row>, key: string): Promise<Row | undefined>;
  /** Throws the rows away and folds the whole log again. */
  rebuild(projection: Projection): Promise<void>;
}

/** States a projection with its row type inferred. */
export function defineProjection<Row extends JsonObject>(
  projection: Projection<Row>,
): Projection<Row> {
  return projection;
}

/** The text a row is kept as. */
export function rowText<Row extends JsonObject>({ kept }: Projection<Row>, row: Row): string {
  return JSON.stringify(kept === undefined ? row : kept.pack(row));
}

/** The row that a text was kept for. */
export function rowFrom<Row extends JsonObject>(
  { kept }: Projection<Row>,
  key: string,
  text: string,
): Row {
  const parsed = JSON.parse(text) as JsonObject;
  return kept === undefined ? (parsed as Row) : kept.unpack(parsed, key);
}

/** Whether events of a kind can change a projection. */
export function feedsKind({ kinds }: Projection, kind: string): boolean {
  return kinds === undefined || kinds.includes(kind);
}

/** Whether a topic feeds a projection. */
export function feeds(projection: Projection, topic: string): boolean {
  if (typeof projection.topics === 'function') return projection.topics(topic);
  return projection.topics.some((name) =>
    name.endsWith('*') ? topic.startsWith(name.slice(0, -1)) : topic === name,
  );
}
