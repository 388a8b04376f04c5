// Examples of methods of iterators, of pools and of the value named `stream`.
import type { Examples } from './example.ts';

export const METHODS_OF_ITERATORS: Examples = {
  'iter.all': { source: 'println(iter([2, 4]).all({ n -> n % 2 == 0 }))', prints: 'true' },
  'iter.any': { source: 'println(iter([1, 2]).any({ n -> n > 1 }))', prints: 'true' },
  'iter.chain': { source: 'println(iter([1, 2]).chain([3]).to_list())', prints: '[1, 2, 3]' },
  'iter.chunks': {
    source: 'println(iter([1, 2, 3]).chunks(2).to_list())',
    prints: '[[1, 2], [3]]',
  },
  'iter.count': { source: 'println(iter([1, 2, 3]).filter({ n -> n > 1 }).count())', prints: '2' },
  'iter.enumerate': {
    source:
      'for place in iter(["a", "b"]).enumerate() {\n  println("${place.first}: ${place.second}")\n}',
    prints: '0: a\n1: b',
  },
  'iter.filter': {
    source: 'println(iter([1, 2, 3]).filter({ n -> n > 1 }).to_list())',
    prints: '[2, 3]',
  },
  'iter.find': { source: 'println(iter([1, 2, 3]).find({ n -> n > 1 }))', prints: '2' },
  'iter.first': { source: 'println(iter([7, 8]).first())', prints: '7' },
  'iter.flat_map': {
    source: 'println(iter([1, 3]).flat_map({ n -> [n, n + 1] }).to_list())',
    prints: '[1, 2, 3, 4]',
  },
  'iter.for_each': {
    source: 'iter(["ada", "bob"]).for_each({ name -> println(name) })',
    prints: 'ada\nbob',
  },
  'iter.iter': { source: 'println(iter([1, 2]).iter().to_list())', prints: '[1, 2]' },
  'iter.last': { source: 'println(iter([7, 8]).last())', prints: '8' },
  'iter.map': {
    source: 'println(iter([1, 2, 3]).map({ n -> n * n }).to_list())',
    prints: '[1, 4, 9]',
  },
  'iter.max': { source: 'println(iter([3, 9, 4]).max())', prints: '9' },
  'iter.min': { source: 'println(iter([3, 9, 4]).min())', prints: '3' },
  'iter.next': {
    source: 'let numbers = iter([7])\nprintln(numbers.next())\nprintln(numbers.next().done)',
    prints: '{done: false, value: 7}\ntrue',
  },
  'iter.reduce': {
    source: 'println(iter([1, 2, 3]).reduce(10, { sum, n -> sum + n }))',
    prints: '16',
  },
  'iter.scan': {
    source: 'println(iter([1, 2, 3]).scan(0, { sum, n -> sum + n }).to_list())',
    prints: '[1, 3, 6]',
  },
  'iter.skip': { source: 'println(iter([1, 2, 3]).skip(1).to_list())', prints: '[2, 3]' },
  'iter.skip_while': {
    source: 'println(iter([1, 5, 2]).skip_while({ n -> n < 3 }).to_list())',
    prints: '[5, 2]',
  },
  'iter.sum': { source: 'println(iter([1, 2, 3]).sum())', prints: '6' },
  'iter.take': { source: 'println(iter([1, 2, 3]).take(2).to_list())', prints: '[1, 2]' },
  'iter.take_until': {
    source: 'println(iter([1, 2, 3]).take_until({ n -> n > 2 }).to_list())',
    prints: '[1, 2]',
  },
  'iter.take_while': {
    source: 'println(iter([1, 5, 2]).take_while({ n -> n < 3 }).to_list())',
    prints: '[1]',
  },
  'iter.tap': {
    source: 'println(iter([1, 2]).tap({ n -> println("saw ${n}") }).sum())',
    prints: 'saw 1\nsaw 2\n3',
  },
  'iter.to_dict': {
    source: 'println(iter([pair("a", 1), pair("b", 2)]).to_dict())',
    prints: '{a: 1, b: 2}',
  },
  'iter.to_list': { source: 'println(iter("abc").to_list())', prints: '[a, b, c]' },
  'iter.to_set': { source: 'println(iter([1, 2, 1]).to_set().count())', prints: '2' },
  'iter.windows': {
    source: 'println(iter([1, 2, 3]).windows(2).to_list())',
    prints: '[[1, 2], [2, 3]]',
  },
  'iter.zip': {
    source:
      'for both in iter(["a", "b"]).zip([1, 2]) {\n  println("${both.first}${both.second}")\n}',
    prints: 'a1\nb2',
  },
  'pool.size': {
    source: 'let pool = pool_create({name: "work"})\nprintln(pool.size())',
    prints: '0',
  },
  'pool.snapshot': {
    source:
      'let pool = pool_create({name: "wide", max_concurrent: 2})\nprintln(pool.snapshot().max_concurrent)',
    prints: '2',
  },
  'pool.submit': {
    source:
      'let pool = pool_create({name: "sums"})\nlet task = pool.submit({ -> 6 * 7 })\nprintln(pool_wait(task).result)',
    prints: '42',
  },
  'stream.broadcast': {
    source:
      'let copies = stream.broadcast([1, 2], 2)\nprintln(stream.collect(copies[0]))\nprintln(stream.collect(copies[1]))',
    prints: '[1, 2]\n[1, 2]',
  },
  'stream.collect': {
    source: 'println(stream.collect(stream.map([1, 2], { n -> n * 10 })))',
    prints: '[10, 20]',
  },
  'stream.debounce': {
    source: 'println(stream.collect(stream.debounce([1, 2, 3], 10ms)))',
    prints: '[3]',
  },
  'stream.filter': {
    source: 'println(stream.collect(stream.filter([1, 2, 3], { n -> n > 1 })))',
    prints: '[2, 3]',
  },
  'stream.first': { source: 'println(stream.first([7, 8]))', prints: '7' },
  'stream.fold': {
    source: 'println(stream.fold([1, 2, 3], 10, { sum, n -> sum + n }))',
    prints: '16',
  },
  'stream.interleave': {
    source: 'println(stream.collect(stream.interleave([1, 2, 3], [10])))',
    prints: '[1, 10, 2, 3]',
  },
  'stream.map': {
    source: 'println(stream.collect(stream.map(1 to 3, { n -> n * n })))',
    prints: '[1, 4, 9]',
  },
  'stream.merge': {
    source: 'println(stream.collect(stream.merge([1], [2])).sort())',
    prints: '[1, 2]',
  },
  'stream.race': { source: 'println(stream.collect(stream.race([1, 2])))', prints: '[1, 2]' },
  'stream.scan': {
    source: 'println(stream.collect(stream.scan([1, 2, 3], 0, { sum, n -> sum + n })))',
    prints: '[1, 3, 6]',
  },
  'stream.take': { source: 'println(stream.collect(stream.take([1, 2, 3], 2)))', prints: '[1, 2]' },
  'stream.take_until': {
    source: 'println(stream.collect(stream.take_until([1, 2, 3], { n -> n > 2 })))',
    prints: '[1, 2]',
  },
  'stream.tap': {
    source: 'println(stream.collect(stream.tap([1, 2], { n -> println("saw ${n}") })))',
    prints: 'saw 1\nsaw 2\n[1, 2]',
  },
  'stream.throttle': {
    source: 'println(stream.collect(stream.throttle([1, 2], 1ms)))',
    prints: '[1, 2]',
  },
  'stream.zip': {
    source:
      'for both in stream.zip(["a", "b"], [1, 2]) {\n  println("${both.first}${both.second}")\n}',
    prints: 'a1\nb2',
  },
};
