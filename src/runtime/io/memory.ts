// Memories: observations that outlive a run, by namespace, found again by their words. Storing and forgetting add a
// line to the namespace's log (memory-log.ts), once however often the call is issued; what was recalled is an outcome of
// the journal, so a replay sees what the run saw then and not what has been learned since.
import { isJsonObject, type Json, type JsonObject, uuidV7 } from '../../base/index.ts';
import { resolvePath } from '../host/index.ts';
import { defineEffect, type EffectEnv, type ExecutionScope, timestamp } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import {
  activeRecords,
  appendEvent,
  type MemoryRecord,
  memoryFile,
  readEvents,
} from './memory-log.ts';
import { recordWords, scores, wordsOf } from './memory-rank.ts';

/** Where memories are, and facts that are otherwise made up. */
export type MemoryOptions = {
  /** A directory; the folder `memory` of the project's state folder when left out. */
  readonly root?: string | undefined;
  /** RFC 3339; the present when left out. */
  readonly now?: string | undefined;
  /** Of the record that is stored. */
  readonly id?: string | undefined;
  readonly provenance?: Json | undefined;
};

/** What a summary is of: so many records, or those that fit. */
export type MemoryWindow =
  | number
  | null
  | {
      readonly limit?: number;
      readonly query?: string;
      readonly tag?: string;
      readonly tags?: readonly string[];
    };

/** What is forgotten: records with this text in them, or those that all of this is true of. */
export type MemoryPredicate =
  | string
  | {
      readonly id?: string;
      readonly key?: string;
      readonly tag?: string;
      readonly tags?: readonly string[];
      readonly query?: string;
    };

/** Records in short. */
export type MemorySummary = {
  readonly _type: 'memory_summary';
  readonly namespace: string;
  readonly count: number;
  readonly text: string;
  readonly records: readonly MemoryRecord[];
};

/** What became of `forget`. */
export type MemoryForgotten = {
  readonly _type: 'memory_forgotten';
  readonly namespace: string;
  readonly forgotten: number;
  readonly ids: readonly string[];
  readonly forgotten_at: string;
};

const RECALLED = 5;
const SUMMARIZED = 10;
const BULLET_CHARS = 240;
const SUMMARY_CHARS = 4000;

const reading = { class: 'read', access: 'read' } as const;
const writing = { class: 'mutation', access: 'write', onUnknown: 'retry' } as const;

/** A relative root is meant where the caller works. */
const rootAt = (index: number) => (scope: ExecutionScope, args: readonly unknown[]) => {
  const options = args[index];
  if (!isJsonObject(options) || typeof options['root'] !== 'string') return args;
  return args.with(index, { ...options, root: scope.path(options['root']) });
};

export const memoryEffects = {
  /** Adds an observation and gives its record. */
  store: defineEffect(
    { name: 'memory.store', ...writing, scoped: rootAt(4) },
    async (
      env,
      namespace: string,
      key: string,
      value: Json,
      tags: readonly string[] | null = null,
      options: MemoryOptions | null = null,
    ): Promise<MemoryRecord> => {
      const given = optionsOf(options);
      if (key === '') throw bad('the key must be a text that is not empty');
      const file = await fileOf(env, namespace, given);
      const by = env.idempotencyKey;
      if (env.reissued) {
        for (const event of await readEvents(env, file))
          if (event.kind === 'stored' && event.by === by) return event.record;
      }
      const record: MemoryRecord = {
        _type: 'memory_record',
        id: given.id ?? uuidV7(env.clock.nowMs(), env.host.random),
        namespace,
        key,
        value,
        text: typeof value === 'string' ? value : JSON.stringify(value),
        tags: textsOf('tags', tags),
        stored_at: given.now ?? timestamp(env.clock.nowMs()),
        provenance: given.provenance ?? null,
      };
      await appendEvent(env, file, { v: 1, kind: 'stored', by, record });
      return record;
    },
  ),
  /** The `k` records that fit best, best first, each with its `score`; without words the latest. */
  recall: defineEffect(
    { name: 'memory.recall', ...reading, scoped: rootAt(3) },
    async (
      env,
      namespace: string,
      query: string,
      k: number | null = null,
      options: MemoryOptions | null = null,
    ): Promise<readonly MemoryRecord[]> => {
      const count = countOf('k', k, RECALLED);
      const records = await recordsOf(env, namespace, optionsOf(options));
      return fitting(records, query).slice(0, count);
    },
  ),
  /** The latest records, or those that fit, as a list with one line each. */
  summarize: defineEffect(
    { name: 'memory.summarize', ...reading, scoped: rootAt(2) },
    async (
      env,
      namespace: string,
      window: MemoryWindow = null,
      options: MemoryOptions | null = null,
    ): Promise<MemorySummary> => {
      const { limit, query, tags } = windowOf(window);
      const all = await recordsOf(env, namespace, optionsOf(options));
      const tagged = all.filter((record) => hasTags(record, tags));
      const records = fitting(tagged, query).slice(0, limit);
      const text = bullets(records);
      return { _type: 'memory_summary', namespace, count: records.length, text, records };
    },
  ),
  /** Forgets what a predicate is true of. The observations stay in the log, with who forgot them. */
  forget: defineEffect(
    { name: 'memory.forget', ...writing, scoped: rootAt(2) },
    async (
      env,
      namespace: string,
      predicate: MemoryPredicate,
      options: MemoryOptions | null = null,
    ): Promise<MemoryForgotten> => {
      const given = optionsOf(options);
      const matches = matcherOf(predicate);
      const file = await fileOf(env, namespace, given);
      const events = await readEvents(env, file);
      const by = env.idempotencyKey;
      const shape = { _type: 'memory_forgotten', namespace } as const;
      for (const event of env.reissued ? events : []) {
        if (event.kind === 'forgotten' && event.by === by) {
          const { ids, at } = event;
          return { ...shape, forgotten: ids.length, ids, forgotten_at: at };
        }
      }
      const at = given.now ?? timestamp(env.clock.nowMs());
      const ids = activeRecords(events).flatMap((record) => (matches(record) ? [record.id] : []));
      if (ids.length > 0) await appendEvent(env, file, { v: 1, kind: 'forgotten', by, ids, at });
      return { ...shape, forgotten: ids.length, ids, forgotten_at: at };
    },
  ),
};

async function recordsOf(env: EffectEnv, namespace: string, options: MemoryOptions) {
  return activeRecords(await readEvents(env, await fileOf(env, namespace, options)));
}

function fileOf(env: EffectEnv, namespace: string, { root }: MemoryOptions): Promise<string> {
  const { cwd } = env.host.system;
  return memoryFile(env, namespace, root === undefined ? undefined : resolvePath(cwd(), root));
}

/** Latest first without words; with some, what has one of them, best first. */
function fitting(records: readonly MemoryRecord[], query: string): readonly MemoryRecord[] {
  const latest = [...records].reverse();
  if (wordsOf(query).length === 0) return latest;
  const found = scores(latest, query);
  return latest
    .map((record, i) => ({ ...record, score: found[i] ?? 0 }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
}

function bullets(records: readonly MemoryRecord[]): string {
  const lines: string[] = [];
  let length = 0;
  for (const { key, text, value } of records) {
    const told = isJsonObject(value) && typeof value['text'] === 'string' ? value['text'] : text;
    const flat = told.replace(/\s+/g, ' ').trim();
    const line = `- ${key}: ${flat.length > BULLET_CHARS ? `${flat.slice(0, BULLET_CHARS)}…` : flat}`;
    length += line.length + 1;
    if (length > SUMMARY_CHARS) break;
    lines.push(line);
  }
  return lines.join('\n');
}

const OPTIONS: readonly string[] = ['root', 'now', 'id', 'provenance'];

function optionsOf(options: MemoryOptions | null): MemoryOptions {
  const given = fieldsOf('options', options ?? {}, OPTIONS);
  const now = textAt(given, 'now');
  if (now !== undefined && Number.isNaN(Date.parse(now))) throw bad('now must be an RFC 3339 time');
  return {
    root: textAt(given, 'root'),
    now,
    id: textAt(given, 'id'),
    provenance: given['provenance'],
  };
}

function windowOf(window: MemoryWindow) {
  if (window === null || typeof window === 'number') {
    return { limit: countOf('the window', window, SUMMARIZED), query: '', tags: [] };
  }
  const given = fieldsOf('the window', window, ['limit', 'query', 'tag', 'tags']);
  return {
    limit: countOf('limit', given['limit'] ?? null, SUMMARIZED),
    query: textAt(given, 'query') ?? '',
    tags: tagsOf(given),
  };
}

function matcherOf(predicate: MemoryPredicate): (record: MemoryRecord) => boolean {
  if (typeof predicate === 'string') {
    const wanted = predicate.toLowerCase();
    // An empty text is in everything: nobody means that when they forget something.
    if (wanted.trim() === '') throw bad('the predicate must say what to forget');
    return ({ key, text }) => `${key}\n${text}`.toLowerCase().includes(wanted);
  }
  const given = fieldsOf('the predicate', predicate, ['id', 'key', 'tag', 'tags', 'query']);
  const [id, key, tags] = [textAt(given, 'id'), textAt(given, 'key'), tagsOf(given)];
  const words = wordsOf(textAt(given, 'query') ?? '');
  if (id === undefined && key === undefined && tags.length + words.length === 0) {
    throw bad('the predicate must say what to forget');
  }
  return (record) => {
    if (id !== undefined && record.id !== id) return false;
    if (key !== undefined && record.key !== key) return false;
    if (!hasTags(record, tags)) return false;
    const has = new Set(recordWords(record));
    return words.every((word) => has.has(word));
  };
}

function hasTags({ tags }: MemoryRecord, wanted: readonly string[]): boolean {
  return wanted.every((tag) => tags.includes(tag));
}

function tagsOf(given: JsonObject): readonly string[] {
  const tag = textAt(given, 'tag');
  return [...(tag === undefined ? [] : [tag]), ...textsOf('tags', given['tags'] ?? null)];
}

function fieldsOf(what: string, given: unknown, known: readonly string[]): JsonObject {
  if (!isJsonObject(given)) throw bad(`${what} must be a dict`);
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger === undefined) return given;
  throw bad(`${what} has no ${JSON.stringify(stranger)}; expected ${known.join(', ')}`);
}

function textAt(given: JsonObject, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw bad(`${name} must be a text that is not empty`);
}

function textsOf(name: string, given: unknown): readonly string[] {
  if (given === undefined || given === null) return [];
  const all = Array.isArray(given) && given.every((each) => typeof each === 'string');
  if (!all) throw bad(`${name} must be a list of texts`);
  return given as readonly string[];
}

function countOf(name: string, given: unknown, otherwise: number): number {
  if (given === undefined || given === null) return otherwise;
  if (typeof given === 'number' && Number.isInteger(given) && given > 0) return given;
  throw bad(`${name} must be a whole number above 0`);
}

function bad(detail: string) {
  return ioErrors.badMemory({ detail });
}
