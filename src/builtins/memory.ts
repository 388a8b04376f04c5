// Memories, as `harness.memory` and the functions of std/memory.
import { type MemoryOptions, type MemoryPredicate, memoryEffects } from '../runtime/io/index.ts';
import { display, type List, type Value } from '../values/index.ts';
import { toKept } from './data.ts';
import type { BuiltinRow } from './define.ts';
import { effectRow } from './effect-row.ts';
import { HarnHandle } from './handle.ts';

const text = (value: Value | undefined) => display(value ?? null);
const data = (value: Value | undefined) => (value === undefined ? null : toKept(value));

/** Functions that grew a leading handle take both shapes. */
const from =
  (args: (args: List) => readonly unknown[]) =>
  (given: List): readonly unknown[] =>
    args(given[0] instanceof HarnHandle ? given.slice(1) : given);

export function memoryRows(): readonly BuiltinRow[] {
  return [
    effectRow(
      'memory.store(namespace: string, key: string, value: any, tags: list<string>?, options: dict?) -> dict',
      memoryEffects.store,
      {
        doc: 'Keeps an observation for later runs and gives its record. Options: `root`, `id`, `now`, `provenance`.',
        aliases: ['__memory_store'],
        args: from(([namespace, key, value, tags, options]) => [
          text(namespace),
          text(key),
          data(value),
          data(tags),
          data(options),
        ]),
      },
    ),
    effectRow(
      'memory.recall(namespace: string, query: string, k: int?, options: dict?) -> list<dict>',
      memoryEffects.recall,
      {
        doc: 'The `k` (5) observations whose words fit best, each with its `score`; the latest when the query is empty.',
        aliases: ['__memory_recall'],
        args: from(([namespace, query, k, options]) => [
          text(namespace),
          query === undefined || query === null ? '' : text(query),
          data(k),
          data(options),
        ]),
      },
    ),
    effectRow(
      'memory.summarize(namespace: string, window: any?, options: dict?) -> dict',
      memoryEffects.summarize,
      {
        doc: 'The latest observations (10), or those of a window `{limit, query, tag, tags}`, as text with a line each.',
        aliases: ['__memory_summarize'],
        args: from(([namespace, window, options]) => [
          text(namespace),
          data(window),
          data(options),
        ]),
      },
    ),
    effectRow(
      'memory.forget(namespace: string, predicate: any, options: dict?) -> dict',
      memoryEffects.forget,
      {
        doc: 'Forgets what has a text in it, or what all of `{id, key, tag, tags, query}` is true of; the log keeps both.',
        aliases: ['__memory_forget'],
        args: from(([namespace, predicate, options]) => [
          text(namespace),
          data(predicate) as MemoryPredicate,
          data(options) as MemoryOptions,
        ]),
      },
    ),
  ];
}
