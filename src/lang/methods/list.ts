// Methods of lists. T is the element.
import { methodRows } from './method-spec.ts';

export const LIST_METHODS = methodRows('list', [
  [
    'all<T>(f?: fn(T) -> any) -> bool',
    'Whether the function accepts every item; without one, whether every item counts as true.',
    'every',
  ],
  [
    'any<T>(f?: fn(T) -> any) -> bool',
    'Whether the function accepts some item; without one, whether some item counts as true.',
  ],
  ['chunk<T>(size: int) -> list<list<T>>', 'Parts of so many items, the last one shorter.'],
  ['compact<T>() -> list<T>', 'The items that are not nil.'],
  ['contains(item: any) -> bool', 'Whether an equal item is in the list.'],
  ['count() -> int', 'How many items there are.', 'len', 'size'],
  ['dedup_by<T>(f: fn(T) -> any) -> list<T>', 'The first item for each answer of the function.'],
  ['each_cons<T>(size: int) -> list<list<T>>', 'Every run of so many neighbours.'],
  ['empty() -> bool', 'Whether there are no items.'],
  ['enumerate<T>() -> list<{index: int, value: T}>', 'Each item with its position.'],
  ['filter<T>(f: fn(T) -> any) -> list<T>', 'The items that the function accepts.'],
  [
    'find<T>(f: fn(T) -> any) -> any',
    'The first item that the function accepts; nil when there is none.',
  ],
  [
    'find_index<T>(f: fn(T) -> any) -> int',
    'The position of the first item that the function accepts, or -1.',
  ],
  [
    'first(n?: int) -> any',
    'The first item, nil of an empty list; with a number, a list of that many.',
  ],
  [
    'flat_map<T>(f: fn(T) -> any) -> list',
    'What the function gives for each item, with lists opened one level.',
  ],
  ['flatten() -> list', 'The list with the lists in it opened one level.'],
  ['for_each<T>(f: fn(T) -> any) -> any', 'Calls the function with each item and gives nil.'],
  [
    'group_by<T>(f: fn(T) -> any) -> dict<string, list<T>>',
    'Lists of items under the text of what the function gives for them.',
  ],
  ['index_of(item: any) -> int', 'The position of the first equal item, or -1.'],
  ['iter<T>() -> iter<T>', 'A lazy iterator over the items.'],
  [
    'join(separator?: any) -> string',
    'The texts of the items in one, with the separator between them.',
  ],
  [
    'last(n?: int) -> any',
    'The last item, nil of an empty list; with a number, a list of that many.',
  ],
  ['map<T, U>(f: fn(T) -> U) -> list<U>', 'What the function gives for each item.'],
  ['max() -> any', 'The greatest item; nil of an empty list.'],
  [
    'max_by<T>(f: fn(T) -> any) -> any',
    'The item for which the function gives the greatest value; nil of an empty list.',
  ],
  ['min() -> any', 'The least item; nil of an empty list.'],
  [
    'min_by<T>(f: fn(T) -> any) -> any',
    'The item for which the function gives the least value; nil of an empty list.',
  ],
  [
    'none<T>(f?: fn(T) -> any) -> bool',
    'Whether the function accepts no item; without one, whether the list is empty.',
  ],
  [
    'partition<T>(f: fn(T) -> any) -> list<list<T>>',
    'Two lists: the items that the function accepts, and the others.',
  ],
  ['pop<T>() -> list<T>', 'The list without its last item.', 'dropping_last'],
  ['push(item: any) -> list', 'The list with an item added at its end.', 'appending'],
  [
    'reduce<T>(initial: any, f: fn(any, T) -> any) -> any',
    'One value of all items: the function gets what there is so far and the next item.',
    'fold',
  ],
  ['reverse<T>() -> list<T>', 'The items from last to first.', 'reversed'],
  ['skip<T>(n: any) -> list<T>', 'The list without its first items.'],
  [
    'slice<T>(start: any, end?: any) -> list<T>',
    'The items from start up to before end; positions below zero count from the end.',
  ],
  ['sort<T>() -> list<T>', 'The items in ascending order.', 'sorted'],
  [
    'sort_by<T>(f: fn(T) -> any) -> list<T>',
    'The items in ascending order of what the function gives for them.',
    'sorted_by',
  ],
  ['sum() -> number', 'The numbers added up; other items are skipped.'],
  ['take<T>(n: any) -> list<T>', 'The first items.'],
  ['tally() -> dict<string, int>', 'How often each item occurs, under its text.'],
  ['to_list<T>() -> list<T>', 'The list itself.'],
  ['unique<T>() -> list<T>', 'The first of equal items.'],
  [
    'window<T>(size: int, step?: int) -> list<list<T>>',
    'Every run of so many neighbours, starting each step items.',
  ],
  [
    'zip(other: list) -> list<list>',
    'Lists of two, one item of each list, as long as both have some.',
  ],
]);
