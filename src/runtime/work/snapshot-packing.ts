// Snapshots as facts keep them: without what goes without saying, and what is large by the hash of its content, so that
// workers with the same tools and instructions share it. A snapshot that follows another one of its run keeps only what
// has changed. Reading gives back the very same snapshot; `snapshot-shape.ts` knows what goes without saying.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { KEYS, shapeOf } from './snapshot-shape.ts';

/** A packed snapshot, and the texts that it names by hash. */
export interface Packed {
  readonly value: JsonObject;
  readonly blobs: readonly string[];
}

/** In place of an object that would read as something else. */
const VERBATIM = '=';
/** The keys of a shape that an object does not have. */
const ABSENT = '-';
/** The hash of what is kept elsewhere. */
const BLOB = '#';
const MARKS: readonly string[] = [VERBATIM, ABSENT, BLOB, '__proto__'];

/** What is longer than this, as JSON, is kept by its hash. */
const LARGE = 512;
/** The parts in which workers resemble each other. */
const SHARED: readonly string[] = ['config', 'code'];

/** A whole snapshot; `runId` is the run that writes it down. */
export function packSnapshot(snapshot: JsonObject, runId: string): Packed {
  return pack(snapshot, runId, (_key, value, absent) => !equal(value, absent));
}

/** What has changed since another snapshot; undefined when that says less than the whole. */
export function packChanges(
  snapshot: JsonObject,
  before: JsonObject,
  runId: string,
): Packed | undefined {
  const isSame = Object.keys(before).every((key) => key in snapshot);
  if (!isSame) return undefined;
  return pack(snapshot, runId, (key, value) => !equal(value, before[key]));
}

function pack(
  snapshot: JsonObject,
  runId: string,
  isKept: (key: string, value: Json, absent: Json | undefined) => boolean,
): Packed {
  const value: { [key: string]: Json } = {};
  const blobs: string[] = [];
  for (const key of [...KEYS, ...Object.keys(snapshot).filter((name) => !KEYS.includes(name))]) {
    const own = snapshot[key];
    if (own === undefined) continue;
    const { absent, shape } = shapeOf(key, snapshot, own, runId);
    if (!isKept(key, own, absent)) continue;
    const packed = packValue(own, shape);
    value[key] = SHARED.includes(key) ? withoutLarge(packed, blobs, 0) : packed;
  }
  const missing = KEYS.filter((key) => snapshot[key] === undefined);
  if (missing.length > 0) value[ABSENT] = missing;
  return { value, blobs };
}

/** The hashes of what has to be read before a packed snapshot can be. */
export function blobsOf(packed: Json): readonly string[] {
  if (Array.isArray(packed)) return [];
  if (!isJsonObject(packed) || VERBATIM in packed) return [];
  const hash = packed[BLOB];
  if (typeof hash === 'string') return [hash];
  return Object.values(packed).flatMap((value) => blobsOf(value as Json));
}

/**
 * The snapshot that was packed: a whole one, or what has changed since `before`. Without its blobs, what they hold is
 * left out.
 */
export function unpackSnapshot(
  packed: JsonObject,
  {
    runId,
    before,
    blobs = new Map(),
  }: {
    readonly runId: string;
    readonly before?: JsonObject | undefined;
    readonly blobs?: ReadonlyMap<string, Json>;
  },
): JsonObject {
  const snapshot: { [key: string]: Json } = { ...before };
  const missing = packed[ABSENT];
  const isMissing = (key: string) => Array.isArray(missing) && missing.includes(key);
  const others = Object.keys(packed).filter((name) => name !== ABSENT && !KEYS.includes(name));
  for (const key of [...KEYS, ...others]) {
    if (isMissing(key)) continue;
    const own = packed[key];
    if (own === undefined) {
      if (before !== undefined) continue;
      const { absent } = shapeOf(key, snapshot, undefined, runId);
      if (absent !== undefined) snapshot[key] = absent;
      continue;
    }
    const whole = SHARED.includes(key) ? withLarge(own, blobs) : own;
    const { shape } = shapeOf(key, snapshot, whole, runId);
    snapshot[key] = unpackValue(whole, shape);
  }
  return snapshot;
}

/** Leaves out of an object what its shape says. */
function packValue(value: Json, shape: Json | undefined): Json {
  if (!isJsonObject(value)) return value;
  const known = isJsonObject(shape) ? shape : {};
  if (MARKS.some((mark) => Object.hasOwn(value, mark))) return { [VERBATIM]: value };
  const packed: { [key: string]: Json } = {};
  for (const [key, own] of Object.entries(value)) {
    if (own === undefined || equal(own, known[key])) continue;
    packed[key] = packValue(own, known[key]);
  }
  const absent = Object.keys(known).filter((key) => value[key] === undefined);
  if (absent.length > 0) packed[ABSENT] = absent;
  return packed;
}

function unpackValue(packed: Json, shape: Json | undefined): Json {
  if (!isJsonObject(packed)) return packed;
  if (packed[VERBATIM] !== undefined) return packed[VERBATIM];
  const known = isJsonObject(shape) ? shape : {};
  const absent = packed[ABSENT];
  const value: { [key: string]: Json } = {};
  for (const [key, implied] of Object.entries(known)) {
    const isAbsent = Array.isArray(absent) && absent.includes(key);
    if (!isAbsent && packed[key] === undefined) value[key] = implied;
  }
  for (const [key, own] of Object.entries(packed)) {
    if (key !== ABSENT) value[key] = unpackValue(own as Json, known[key]);
  }
  return value;
}

/** Moves large parts to blobs: the innermost ones, and none so near the top that it is one worker's alone. */
function withoutLarge(packed: Json, blobs: string[], depth: number): Json {
  const text = JSON.stringify(packed);
  if (text.length <= LARGE) return packed;
  const isParted =
    isJsonObject(packed) &&
    !(VERBATIM in packed) &&
    (depth < 2 || Object.values(packed).some((part) => JSON.stringify(part).length > LARGE));
  if (!isParted) {
    blobs.push(text);
    return { [BLOB]: sha256(text) };
  }
  const parts = Object.entries(packed).map(([key, part]) => [
    key,
    withoutLarge(part as Json, blobs, depth + 1),
  ]);
  return Object.fromEntries(parts) as JsonObject;
}

function withLarge(packed: Json, blobs: ReadonlyMap<string, Json>): Json {
  if (!isJsonObject(packed) || VERBATIM in packed) return packed;
  const hash = packed[BLOB];
  if (typeof hash === 'string') return blobs.get(hash) ?? null;
  const parts = Object.entries(packed).map(([key, part]) => [key, withLarge(part as Json, blobs)]);
  return Object.fromEntries(parts) as JsonObject;
}

function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item: Json, at) => equal(item, b[at] as Json));
  }
  const [left, right] = [a as JsonObject, b as JsonObject];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => key in right && equal(left[key], right[key]));
}
