// Methods of dicts. T is the type of the values.
import { methodRows } from './method-spec.ts';

export const DICT_METHODS = methodRows('dict', [
  ['count() -> int', 'How many keys there are.', 'len', 'size'],
  [
    'entries<T>() -> list<{key: string, value: T}>',
    'A dict for each key, with its value, in the order of the keys.',
  ],
  [
    'filter<T>(f: fn(T) -> any) -> dict<string, T>',
    'The entries whose value the function accepts.',
  ],
  [
    'get(key: any, default?: any) -> any',
    'The value of a key; the default, or nil, when it is not there.',
  ],
  ['has(key: any) -> bool', 'Whether there is such a key.'],
  ['iter<T>() -> iter<pair<string, T>>', 'A lazy iterator over pairs of key and value.'],
  ['keys() -> list<string>', 'The keys, sorted.'],
  [
    'map_values<T, U>(f: fn(T) -> U) -> dict<string, U>',
    'The same keys with what the function gives for each value.',
  ],
  ['merge(other: dict) -> dict', 'The entries of both; those of the other dict win.', 'merging'],
  [
    'rekey<T>(f: fn(string) -> any) -> dict<string, T>',
    'The same values under the keys that the function gives for each key.',
    'rekeyed',
    'map_keys',
  ],
  ['remove<T>(key: any) -> dict<string, T>', 'The dict without a key.', 'removing'],
  ['values<T>() -> list<T>', 'The values, in the order of the keys.'],
]);
