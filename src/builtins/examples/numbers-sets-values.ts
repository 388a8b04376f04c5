// Examples of builtins: numbers, sets and values.
import type { Examples } from './example.ts';

export const NUMBERS_SETS_VALUES_EXAMPLES: Examples = {
  percentile: {
    source: 'println(percentile([10, 20, 30, 40], 50))',
    prints: '25.0',
  },
  pi: {
    source: 'println(pi)',
    prints: '3.141592653589793',
  },
  decimal: {
    source:
      'let price = decimal("19.90")\nprintln(price * 3)\nprintln(price == decimal("19.9"))\nprintln(round(price / 7, 2))',
    prints: '59.70\ntrue\n2.84',
  },
  pow: {
    source: 'println(pow(2, 10))\nprintln(pow(2, -1))',
    prints: '1024\n0.5',
  },
  round: {
    source:
      'println([round(2.5), round(-2.5), round(2.345, 2)])\nprintln(round(decimal("2.345"), 2, "half_even"))',
    prints: '[3, -3, 2.35]\n2.34',
  },
  sign: {
    source: 'println([sign(-7), sign(0), sign(2.5)])',
    prints: '[-1, 0, 1]',
  },
  sin: {
    source: 'println(sin(pi / 2.0))',
    prints: '1.0',
  },
  sqrt: {
    source: 'println(sqrt(2.25))',
    prints: '1.5',
  },
  stddev: {
    source: 'println(stddev([2, 4, 4, 4, 5, 5, 7, 9]))',
    prints: '2.0',
  },
  tan: {
    source: 'println(round(tan(pi / 4.0) * 1000.0))',
    prints: '1000',
  },
  variance: {
    source: 'println([variance([1, 2, 3, 4]), variance([1, 2, 3], true)])',
    prints: '[1.25, 1.0]',
  },
  set_add: {
    source: 'println(set_add(set(1, 2), 3))',
    prints: 'set(1, 2, 3)',
  },
  set_contains: {
    source: 'println(set_contains(set("a", "b"), "b"))',
    prints: 'true',
  },
  set_difference: {
    source: 'println(set_difference(set(1, 2, 3), set(2)))',
    prints: 'set(1, 3)',
  },
  set_intersect: {
    source: 'println(set_intersect(set(1, 2, 3), set(2, 3, 4)))',
    prints: 'set(2, 3)',
  },
  set_is_disjoint: {
    source: 'println(set_is_disjoint(set(1, 2), set(3)))',
    prints: 'true',
  },
  set_is_subset: {
    source:
      'println(set_is_subset(set(1), set(1, 2)))\nprintln(set_is_subset(set(1, 3), set(1, 2)))',
    prints: 'true\nfalse',
  },
  set_is_superset: {
    source: 'println(set_is_superset(set(1, 2), set(1)))',
    prints: 'true',
  },
  set_remove: {
    source: 'println(set_remove(set(1, 2), 1))',
    prints: 'set(2)',
  },
  set_symmetric_difference: {
    source: 'println(set_symmetric_difference(set(1, 2), set(2, 3)))',
    prints: 'set(1, 3)',
  },
  set_union: {
    source: 'println(set_union(set(1, 2), set(2, 3)))',
    prints: 'set(1, 2, 3)',
  },
  to_float: {
    source: 'println([to_float("2.5"), to_float(3), to_float("many")])',
    prints: '[2.5, 3.0, nil]',
  },
  to_list: {
    source: 'println(to_list(set(1, 2)))\nprintln(to_list("abc"))',
    prints: '[1, 2]\n[abc]',
  },
  to_string: {
    source: 'println(to_string([1, 2.0, nil]) + "!")',
    prints: '[1, 2.0, nil]!',
  },
  values: {
    source: 'println(values({b: 2, a: 1}))',
    prints: '[1, 2]',
  },
  weekday_name: {
    source: 'println(weekday_name(date_parse("2024-02-29")))',
    prints: 'Thursday',
  },
  window: {
    source: 'println(window([1, 2, 3, 4], 2))\nprintln(window([1, 2, 3, 4], 2, 2))',
    prints: '[[1, 2], [2, 3], [3, 4]]\n[[1, 2], [3, 4]]',
  },
  throw_error: {
    source:
      'let caught = unwrap_err(try { throw_error("no such order", "not_found") })\nprintln("${caught.category}: ${caught.message}")',
    prints: 'not_found: no such order',
  },
  unreachable: {
    source: 'let caught = try { unreachable("traffic light: blue") }\nprintln(unwrap_err(caught))',
    prints: 'unreachable code was reached: traffic light: blue',
  },
  unwrap: {
    source: 'println(unwrap(Ok(42)))\nprintln(unwrap("no result"))',
    prints: '42\nno result',
  },
  unwrap_err: {
    source: 'println(unwrap_err(Err("no space left")))',
    prints: 'no space left',
  },
  unwrap_or: {
    source: 'println(unwrap_or(Ok(1), 0))\nprintln(unwrap_or(Err("no"), 0))',
    prints: '1\n0',
  },
};
