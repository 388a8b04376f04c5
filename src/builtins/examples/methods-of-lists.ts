// Examples of methods of lists.
import type { Examples } from './example.ts';

export const METHODS_OF_LISTS: Examples = {
  'list.all': { source: 'println([2, 4].all({ n -> n % 2 == 0 }))', prints: 'true' },
  'list.any': { source: 'println([1, 2].any({ n -> n > 1 }))', prints: 'true' },
  'list.chunk': { source: 'println([1, 2, 3, 4, 5].chunk(2))', prints: '[[1, 2], [3, 4], [5]]' },
  'list.compact': { source: 'println([1, nil, 2].compact())', prints: '[1, 2]' },
  'list.contains': { source: 'println(["ada", "bob"].contains("bob"))', prints: 'true' },
  'list.count': { source: 'println(["ada", "bob"].count())', prints: '2' },
  'list.dedup_by': {
    source: 'println(["ada", "bob", "al"].dedup_by({ name -> name.substring(0, 1) }))',
    prints: '[ada, bob]',
  },
  'list.each_cons': { source: 'println([1, 2, 3].each_cons(2))', prints: '[[1, 2], [2, 3]]' },
  'list.empty': { source: 'println([].empty())', prints: 'true' },
  'list.enumerate': {
    source: 'for each in ["a", "b"].enumerate() {\n  println("${each.index}: ${each.value}")\n}',
    prints: '0: a\n1: b',
  },
  'list.filter': { source: 'println([1, 2, 3].filter({ n -> n > 1 }))', prints: '[2, 3]' },
  'list.find': {
    source: 'println(["ada", "bob"].find({ name -> name.starts_with("b") }))',
    prints: 'bob',
  },
  'list.find_index': {
    source: 'println(["ada", "bob"].find_index({ name -> name.starts_with("b") }))',
    prints: '1',
  },
  'list.first': {
    source: 'println([7, 8, 9].first())\nprintln([7, 8, 9].first(2))',
    prints: '7\n[7, 8]',
  },
  'list.flat_map': {
    source: 'println(["a b", "c"].flat_map({ line -> line.split(" ") }))',
    prints: '[a, b, c]',
  },
  'list.flatten': { source: 'println([[1, 2], [3]].flatten())', prints: '[1, 2, 3]' },
  'list.for_each': {
    source: '["ada", "bob"].for_each({ name -> println(name) })',
    prints: 'ada\nbob',
  },
  'list.group_by': {
    source: 'println(["ada", "bob", "al"].group_by({ name -> name.count() }))',
    prints: '{2: [al], 3: [ada, bob]}',
  },
  'list.index_of': { source: 'println(["ada", "bob"].index_of("bob"))', prints: '1' },
  'list.iter': {
    source: 'println([1, 2, 3].iter().map({ n -> n * n }).take(2).to_list())',
    prints: '[1, 4]',
  },
  'list.join': { source: 'println(["a", "b", "c"].join(", "))', prints: 'a, b, c' },
  'list.last': {
    source: 'println([7, 8, 9].last())\nprintln([7, 8, 9].last(2))',
    prints: '9\n[8, 9]',
  },
  'list.map': { source: 'println([1, 2, 3].map({ n -> n * n }))', prints: '[1, 4, 9]' },
  'list.max': { source: 'println([3, 9, 4].max())', prints: '9' },
  'list.max_by': {
    source: 'println(["ada", "joe", "robert"].max_by({ name -> name.count() }))',
    prints: 'robert',
  },
  'list.min': { source: 'println([3, 9, 4].min())', prints: '3' },
  'list.min_by': {
    source: 'println(["robert", "al"].min_by({ name -> name.count() }))',
    prints: 'al',
  },
  'list.none': { source: 'println([1, 2].none({ n -> n > 2 }))', prints: 'true' },
  'list.partition': {
    source:
      'let parts = [1, 2, 3, 4].partition({ n -> n > 2 })\nprintln(parts[0])\nprintln(parts[1])',
    prints: '[3, 4]\n[1, 2]',
  },
  'list.pop': { source: 'println([1, 2, 3].pop())', prints: '[1, 2]' },
  'list.push': {
    source: 'let old = [1, 2]\nprintln(old.push(3))\nprintln(old)',
    prints: '[1, 2, 3]\n[1, 2]',
  },
  'list.reduce': { source: 'println([1, 2, 3].reduce(10, { sum, n -> sum + n }))', prints: '16' },
  'list.reverse': { source: 'println([1, 2, 3].reverse())', prints: '[3, 2, 1]' },
  'list.skip': { source: 'println([1, 2, 3].skip(1))', prints: '[2, 3]' },
  'list.slice': {
    source: 'println([1, 2, 3, 4].slice(1, 3))\nprintln([1, 2, 3, 4].slice(-2))',
    prints: '[2, 3]\n[3, 4]',
  },
  'list.sort': { source: 'println([3, 1, 2].sort())', prints: '[1, 2, 3]' },
  'list.sort_by': {
    source: 'println(["robert", "al", "joe"].sort_by({ name -> name.count() }))',
    prints: '[al, joe, robert]',
  },
  'list.sum': { source: 'println([1, 2, 3].sum())', prints: '6' },
  'list.take': { source: 'println([1, 2, 3].take(2))', prints: '[1, 2]' },
  'list.tally': { source: 'println(["a", "b", "a"].tally())', prints: '{a: 2, b: 1}' },
  'list.to_list': { source: 'println([1, 2].to_list())', prints: '[1, 2]' },
  'list.unique': { source: 'println([1, 2, 1].unique())', prints: '[1, 2]' },
  'list.window': { source: 'println([1, 2, 3, 4, 5].window(2, 3))', prints: '[[1, 2], [4, 5]]' },
  'list.zip': { source: 'println(["a", "b"].zip([1, 2]))', prints: '[[a, 1], [b, 2]]' },
};
