// Examples of methods of dicts, sets, ranges and bytes.
import type { Examples } from './example.ts';

export const METHODS_OF_COLLECTIONS: Examples = {
  'dict.count': { source: 'println({a: 1, b: 2}.count())', prints: '2' },
  'dict.entries': {
    source: 'for entry in {b: 2, a: 1}.entries() {\n  println("${entry.key}=${entry.value}")\n}',
    prints: 'a=1\nb=2',
  },
  'dict.filter': { source: 'println({a: 1, b: 2}.filter({ n -> n > 1 }))', prints: '{b: 2}' },
  'dict.get': { source: 'println({a: 1}.get("a"))\nprintln({a: 1}.get("b", 0))', prints: '1\n0' },
  'dict.has': { source: 'println({a: nil}.has("a"))', prints: 'true' },
  'dict.iter': {
    source: 'println({b: 2, a: 1}.iter().map({ pair -> pair.first }).to_list())',
    prints: '[a, b]',
  },
  'dict.keys': { source: 'println({b: 2, a: 1}.keys())', prints: '[a, b]' },
  'dict.map_values': {
    source: 'println({a: 1, b: 2}.map_values({ n -> n * 10 }))',
    prints: '{a: 10, b: 20}',
  },
  'dict.merge': { source: 'println({a: 1, b: 2}.merge({b: 3}))', prints: '{a: 1, b: 3}' },
  'dict.rekey': {
    source: 'println({a: 1, b: 2}.rekey({ key -> key.uppercase() }))',
    prints: '{A: 1, B: 2}',
  },
  'dict.remove': { source: 'println({a: 1, b: 2}.remove("a"))', prints: '{b: 2}' },
  'dict.values': { source: 'println({b: 2, a: 1}.values())', prints: '[1, 2]' },
  'set.add': { source: 'println(set([1, 2]).add(3))', prints: 'set(1, 2, 3)' },
  'set.all': { source: 'println(set([2, 4]).all({ n -> n % 2 == 0 }))', prints: 'true' },
  'set.any': { source: 'println(set([1, 2]).any({ n -> n > 1 }))', prints: 'true' },
  'set.contains': { source: 'println(set([1, 2]).contains(2))', prints: 'true' },
  'set.count': { source: 'println(set([1, 2, 1]).count())', prints: '2' },
  'set.difference': {
    source: 'println(set([1, 2, 3]).difference([2]).to_list())',
    prints: '[1, 3]',
  },
  'set.empty': { source: 'println(set([]).empty())', prints: 'true' },
  'set.filter': {
    source: 'println(set([1, 2, 3]).filter({ n -> n > 1 }).to_list())',
    prints: '[2, 3]',
  },
  'set.for_each': {
    source: 'set(["ada", "bob"]).for_each({ name -> println(name) })',
    prints: 'ada\nbob',
  },
  'set.intersect': {
    source: 'println(set([1, 2, 3]).intersect(set([2, 3, 4])).to_list())',
    prints: '[2, 3]',
  },
  'set.is_disjoint': { source: 'println(set([1, 2]).is_disjoint(set([3])))', prints: 'true' },
  'set.is_subset': { source: 'println(set([1]).is_subset(set([1, 2])))', prints: 'true' },
  'set.is_superset': { source: 'println(set([1, 2]).is_superset(set([1])))', prints: 'true' },
  'set.iter': { source: 'println(set([1, 2, 3]).iter().first())', prints: '1' },
  'set.map': { source: 'println(set([1, 2, 3]).map({ n -> n % 2 }).to_list())', prints: '[1, 0]' },
  'set.remove': { source: 'println(set([1, 2]).remove(1).to_list())', prints: '[2]' },
  'set.symmetric_difference': {
    source: 'println(set([1, 2]).symmetric_difference(set([2, 3])).to_list())',
    prints: '[1, 3]',
  },
  'set.to_list': { source: 'println(set([3, 1, 3]).to_list())', prints: '[3, 1]' },
  'set.union': { source: 'println(set([1, 2]).union(set([2, 3])).to_list())', prints: '[1, 2, 3]' },
  'range.contains': { source: 'println((1 to 3).contains(3))', prints: 'true' },
  'range.count': { source: 'println((1 to 3).count())', prints: '3' },
  'range.empty': { source: 'println((1 to 1 exclusive).empty())', prints: 'true' },
  'range.first': {
    source: 'println((5 to 9).first())\nprintln((5 to 9).first(2))',
    prints: '5\n[5, 6]',
  },
  'range.iter': {
    source: 'println((1 to 9).iter().filter({ n -> n % 4 == 0 }).to_list())',
    prints: '[4, 8]',
  },
  'range.last': {
    source: 'println((5 to 9).last())\nprintln((5 to 9).last(2))',
    prints: '9\n[8, 9]',
  },
  'range.to_list': { source: 'println((1 to 3).to_list())', prints: '[1, 2, 3]' },
  'bytes.count': { source: 'println(bytes_from_string("añ").count())', prints: '3' },
  'bytes.empty': { source: 'println(bytes_from_string("").empty())', prints: 'true' },
  'bytes.iter': { source: 'println(bytes_from_string("ab").iter().sum())', prints: '195' },
  'bytes.slice': {
    source: 'println(bytes_to_string(bytes_from_string("harness").slice(1, 4)))',
    prints: 'arn',
  },
  'bytes.to_list': { source: 'println(bytes_from_string("ab").to_list())', prints: '[97, 98]' },
};
