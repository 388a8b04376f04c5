// Methods of iterators, which generators, streams and channels have too. Those that give an iterator pull nothing until
// somebody pulls from it; the others pull what they need. T is the element.
import { methodRows } from './method-spec.ts';

export const ITER_METHODS = methodRows('iter', [
  [
    'all<T>(f: fn(T) -> any) -> bool',
    'Whether the function accepts every value; stops at the first that it does not.',
    'every',
  ],
  [
    'any<T>(f: fn(T) -> any) -> bool',
    'Whether the function accepts some value; stops at the first.',
  ],
  ['chain(other: any) -> iter', 'The values, then those of the other.'],
  ['chunks<T>(n: any) -> iter<list<T>>', 'Lists of so many values, the last one shorter.'],
  ['count() -> int', 'How many values are left; pulls them all.'],
  ['enumerate<T>() -> iter<pair<int, T>>', 'Pairs of position and value.'],
  ['filter<T>(f: fn(T) -> any) -> iter<T>', 'The values that the function accepts.'],
  [
    'find<T>(f: fn(T) -> any) -> any',
    'The first value that the function accepts; nil when there is none.',
  ],
  ['first() -> any', 'The next value; nil at the end.'],
  [
    'flat_map<T>(f: fn(T) -> any) -> iter',
    'What the function gives for each value, with lists and iterators opened.',
  ],
  ['for_each<T>(f: fn(T) -> any) -> any', 'Calls the function with each value and gives nil.'],
  ['iter<T>() -> iter<T>', 'A lazy iterator over the values; of an iterator itself.'],
  ['last() -> any', 'The last value; nil when there is none. Pulls them all.'],
  ['map<T, U>(f: fn(T) -> U) -> iter<U>', 'What the function gives for each value.'],
  ['max() -> any', 'The greatest value; nil when there is none.'],
  ['min() -> any', 'The least value; nil when there is none.'],
  ['next() -> any', 'The next value as `{value, done}`; `done` is true at the end.'],
  [
    'reduce<T>(initial: any, f: fn(any, T) -> any) -> any',
    'One value of all: the function gets what there is so far and the next value.',
    'fold',
  ],
  ['scan<T>(initial: any, f: fn(any, T) -> any) -> iter', 'Each value that `reduce` goes through.'],
  ['skip<T>(n: any) -> iter<T>', 'The values without the first ones.'],
  [
    'skip_while<T>(f: fn(T) -> any) -> iter<T>',
    'The values from the first that the function does not accept.',
  ],
  ['sum() -> number', 'The numbers added up; other values are skipped.'],
  ['take<T>(n: any) -> iter<T>', 'The first values.'],
  [
    'take_until<T>(f: fn(T) -> any) -> iter<T>',
    'The values before the first that the function accepts.',
  ],
  [
    'take_while<T>(f: fn(T) -> any) -> iter<T>',
    'The values before the first that the function does not accept.',
  ],
  [
    'tap<T>(f: fn(T) -> any) -> iter<T>',
    'The values, each shown to the function when it is pulled.',
  ],
  ['to_dict() -> dict', 'A dict of pairs of key and value.'],
  ['to_list<T>() -> list<T>', 'The values as a list.'],
  ['to_set<T>() -> set<T>', 'The values as a set.'],
  ['windows<T>(n: any) -> iter<list<T>>', 'Every run of so many neighbours.'],
  [
    'zip<T>(other: any) -> iter<pair<T, any>>',
    'Pairs of a value of each, as long as both have some.',
  ],
]);
