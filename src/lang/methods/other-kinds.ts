// Methods of ranges, bytes, pools, and of the value named `stream`.
import { ITER_METHODS } from './iter.ts';
import { type MethodSpec, methodRows } from './method-spec.ts';

const OWN_RANGE_METHODS = methodRows('range', [
  ['contains(n: any) -> bool', 'Whether an int is in the range.'],
  ['count() -> int', 'How many ints there are.', 'len', 'size'],
  ['empty() -> bool', 'Whether there are no ints.'],
  [
    'first(n?: int) -> any',
    'The first int, nil of an empty range; with a number, a list of that many.',
  ],
  ['iter() -> iter<int>', 'A lazy iterator over the ints.'],
  [
    'last(n?: int) -> any',
    'The last int, nil of an empty range; with a number, a list of that many.',
  ],
  ['to_list() -> list<int>', 'The ints as a list.'],
]);

const OWN_NAMES = new Set(OWN_RANGE_METHODS.map(({ name }) => name));

/** What a range does not do itself is done by an iterator over it. */
export const RANGE_METHODS: readonly MethodSpec[] = [
  ...OWN_RANGE_METHODS,
  ...ITER_METHODS.filter(({ name }) => !OWN_NAMES.has(name)),
];

export const BYTES_METHODS = methodRows('bytes', [
  ['count() -> int', 'How many bytes there are.', 'len', 'size'],
  ['empty() -> bool', 'Whether there are no bytes.'],
  ['iter() -> iter<int>', 'A lazy iterator over the bytes as ints.'],
  [
    'slice(start: any, end?: any) -> bytes',
    'The bytes from start up to before end; positions below zero count from the end.',
  ],
  ['to_list() -> list<int>', 'The bytes as ints.'],
]);

/** Of what `pool_create` gives. */
export const POOL_METHODS = methodRows('pool', [
  ['size() -> int', 'How many tasks of the pool are queued or run.'],
  ['snapshot() -> dict', 'What the pool is and how it stands.'],
  [
    'submit(f: fn() -> any, options?: dict) -> dict',
    'Puts a function into the queue and gives its task, for `pool_wait`.',
  ],
]);

/** Of the value named `stream`: each takes its sources, which are lists, ranges, iterators, streams or channels. */
export const OPERATOR_METHODS = methodRows('stream', [
  [
    'broadcast(source: any, copies?: int) -> list',
    'So many streams (2) that each give every value.',
  ],
  [
    'collect(source: any, max?: any) -> list',
    'The values as a list; more than 10,000, or than `{max: n}`, are an error.',
  ],
  [
    'debounce(source: any, quiet: any) -> Stream',
    'The last value of each burst, once nothing came for so long.',
  ],
  ['filter(source: any, f: fn(any) -> any) -> Stream', 'The values that the function accepts.'],
  ['first(source: any) -> any', 'The first value; nil when there is none.'],
  [
    'fold(source: any, initial: any, f: fn(any, any) -> any) -> any',
    'One value of all: the function gets what there is so far and the next value.',
  ],
  [
    'interleave(...sources: any) -> Stream',
    'One value of each source in turn; sources that are over are passed by.',
  ],
  ['map(source: any, f: fn(any) -> any) -> Stream', 'What the function gives for each value.'],
  ['merge(...sources: any) -> Stream', 'The values of all sources as they come.'],
  ['race(...sources: any) -> Stream', 'All values of the source that gives one first.'],
  [
    'scan(source: any, initial: any, f: fn(any, any) -> any) -> Stream',
    'Each value that `fold` goes through.',
  ],
  ['take(source: any, n: int) -> Stream', 'The first values.'],
  [
    'take_until(source: any, f: fn(any) -> any) -> Stream',
    'The values before the first that the function accepts.',
  ],
  ['tap(source: any, f: fn(any) -> any) -> Stream', 'The values, each shown to the function.'],
  ['throttle(source: any, pause: any) -> Stream', 'The values, with at least so long between two.'],
  ['zip(a: any, b: any) -> Stream', 'Pairs of a value of each, as long as both have some.'],
]);
