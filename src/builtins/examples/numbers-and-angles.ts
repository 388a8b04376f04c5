// Examples of builtins: numbers, logarithms, angles and averages.
import type { Examples } from './example.ts';

export const NUMBER_EXAMPLES: Examples = {
  abs: { source: 'println([abs(-3), abs(-2.5)])', prints: '[3, 2.5]' },
  acos: { source: 'println(acos(-1) == pi)', prints: 'true' },
  asin: { source: 'println(asin(1) == pi / 2)', prints: 'true' },
  atan: { source: 'println(atan(1))', prints: '0.7853981633974483' },
  atan2: { source: 'println(atan2(1, -1) * 180 / pi)', prints: '135.0' },
  cos: { source: 'println([cos(0), cos(pi)])', prints: '[1.0, -1.0]' },
  ceil: { source: 'println([ceil(2.1), ceil(-2.1)])', prints: '[3, -2]' },
  floor: { source: 'println([floor(2.9), floor(-2.1)])', prints: '[2, -3]' },
  e: { source: 'println(e)', prints: '2.718281828459045' },
  exp: { source: 'println([exp(0), exp(1) == e])', prints: '[1.0, true]' },
  ln: { source: 'println([ln(1), ln(e)])', prints: '[0.0, 1.0]' },
  log10: { source: 'println(log10(1000))', prints: '3.0' },
  log2: { source: 'println(log2(8))', prints: '3.0' },
  is_infinite: {
    source: 'println([is_infinite(exp(1000)), is_infinite(1.0)])',
    prints: '[true, false]',
  },
  is_nan: { source: 'println([is_nan(ln(-1)), is_nan(1.0)])', prints: '[true, false]' },
  max: { source: 'println([max(2, 7), max(2, 1.5)])', prints: '[7, 2.0]' },
  min: { source: 'println([min(2, 7), min(2, 7.5)])', prints: '[2, 2.0]' },
  mean: { source: 'println(mean([1, 2, 6]))', prints: '3.0' },
  median: { source: 'println([median([9, 1, 2]), median([1, 2, 3, 10])])', prints: '[2.0, 2.5]' },
};
