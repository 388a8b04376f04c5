// Examples of builtins: failed results, kinds of errors, assertions and identity.
import type { Examples } from './example.ts';

export const ERROR_EXAMPLES: Examples = {
  Err: {
    source: 'println(unwrap_or(Err("no network"), "offline"))',
    prints: 'offline',
  },
  is_err: {
    source: 'println([is_err(try { 1 / 0 }), is_err(try { 1 / 2 })])',
    prints: '[true, false]',
  },
  is_ok: {
    source: 'println([is_ok(try { json_parse("[1]") }), is_ok(try { json_parse("[1") })])',
    prints: '[true, false]',
  },
  is_timeout: {
    source:
      'let errors = ["Deadline exceeded", "Not found"]\nprintln(errors.map({ error -> is_timeout(error) }))',
    prints: '[true, false]',
  },
  is_rate_limited: {
    source:
      'try {\n  throw {category: "rate_limit", message: "slow down"}\n} catch (error) {\n  println(is_rate_limited(error))\n}',
    prints: 'true',
  },
  assert: {
    source: 'println(unwrap_err(try { assert(2 > 3, "two is not enough") }))',
    prints: 'two is not enough',
  },
  assert_eq: {
    source: 'println(unwrap_err(try { assert_eq(1 + 1, 3) }))',
    prints: 'Assertion failed: expected 3, got 2',
  },
  assert_ne: {
    source: 'println(unwrap_err(try { assert_ne("id", "id", "ids must differ") }))',
    prints: 'ids must differ: values should not be equal: "id"',
  },
  addr_of: {
    source: 'let a = [1]\nlet b = a\nprintln(addr_of(a) == addr_of(b))\nprintln(addr_of(42))',
    prints: 'true\nint@42',
  },
  is_same: {
    source: 'let a = [1]\nprintln([is_same(a, a), is_same(a, [1]), a == [1]])',
    prints: '[true, false, true]',
  },
  hash_value: {
    source: 'println(hash_value({a: 1, b: 2}) == hash_value({b: 2, a: 1}))',
    prints: 'true',
  },
};
