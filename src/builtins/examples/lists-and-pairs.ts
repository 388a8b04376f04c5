// Examples of builtins: lists in parts and groups, keys and entries of dicts, iterators and pairs.
import type { Examples } from './example.ts';

export const LIST_EXAMPLES: Examples = {
  chunk: { source: 'println(chunk([1, 2, 3, 4, 5], 2))', prints: '[[1, 2], [3, 4], [5]]' },
  dedup_by: {
    source: 'println(dedup_by(["ada", "bob", "al"], { name -> name.substring(0, 1) }))',
    prints: '[ada, bob]',
  },
  flat_map: {
    source: 'println(flat_map(["a b", "c"], { line -> line.split(" ") }))',
    prints: '[a, b, c]',
  },
  group_by: {
    source: 'println(group_by(["ada", "bob", "al"], { name -> len(name) }))',
    prints: '{2: [al], 3: [ada, bob]}',
  },
  partition: {
    source: 'println(partition([1, 2, 3, 4], { n -> n > 2 }))',
    prints: '{match: [3, 4], no_match: [1, 2]}',
  },
  keys: { source: 'println(keys({b: 1, a: 2}))', prints: '[a, b]' },
  entries: {
    source: 'for entry in entries({b: 1, a: 2}) {\n  println("${entry.key}=${entry.value}")\n}',
    prints: 'a=2\nb=1',
  },
  iter: {
    source:
      'let numbers = iter([1, 2, 3, 4])\nprintln(numbers.filter({ n -> n > 1 }).take(2).to_list())',
    prints: '[2, 3]',
  },
  pair: {
    source: 'let size = pair("width", 80)\nprintln("${size.first}: ${size.second}")',
    prints: 'width: 80',
  },
};
