// Methods of sets. T is the element. Where another set is asked for, a list counts as the set of its items.
import { methodRows } from './method-spec.ts';

export const SET_METHODS = methodRows('set', [
  ['add(item: any) -> set', 'The set with an item added.', 'adding'],
  [
    'all<T>(f?: fn(T) -> any) -> bool',
    'Whether the function accepts every item; without one, whether every item counts as true.',
    'every',
  ],
  [
    'any<T>(f?: fn(T) -> any) -> bool',
    'Whether the function accepts some item; without one, whether some item counts as true.',
  ],
  ['contains(item: any) -> bool', 'Whether an equal item is in the set.', 'has'],
  ['count() -> int', 'How many items there are.', 'len', 'size'],
  ['difference<T>(other: any) -> set<T>', 'The items that are not in the other set.'],
  ['empty() -> bool', 'Whether there are no items.'],
  ['filter<T>(f: fn(T) -> any) -> set<T>', 'The items that the function accepts.'],
  ['for_each<T>(f: fn(T) -> any) -> any', 'Calls the function with each item and gives nil.'],
  ['intersect<T>(other: any) -> set<T>', 'The items that are in the other set as well.'],
  ['is_disjoint(other: any) -> bool', 'Whether no item is in both sets.'],
  ['is_subset(other: any) -> bool', 'Whether every item is in the other set.'],
  ['is_superset(other: any) -> bool', 'Whether every item of the other set is in this one.'],
  ['iter<T>() -> iter<T>', 'A lazy iterator over the items.'],
  ['map<T, U>(f: fn(T) -> U) -> set<U>', 'The set of what the function gives for each item.'],
  ['remove<T>(item: any) -> set<T>', 'The set without an item.', 'removing', 'delete'],
  ['symmetric_difference(other: any) -> set', 'The items that are in one of both sets only.'],
  ['to_list<T>() -> list<T>', 'The items as a list, in the order they were added.'],
  ['union(other: any) -> set', 'The items of both sets.'],
]);
