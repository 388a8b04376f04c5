import { expect, test } from 'vitest';
import { display, formatFloat } from './display.ts';
import { HarnDuration } from './duration.ts';
import { makeEnum } from './enum.ts';
import { describeFunction } from './function.ts';
import { HarnPair } from './pair.ts';
import { makeRange } from './range.ts';
import { HarnSet } from './set.ts';
import { toIter } from './source.ts';
import { defineStruct, makeStruct } from './struct.ts';
import { makeFloat, type Value } from './value.ts';

const Point = defineStruct('Point', ['y', 'x', 'label'], ['label']);

test.each<[string, Value]>([
  ['nil', null],
  ['[a, [1.0, nil]]', ['a', [makeFloat(1), null]]],
  ['{10: nil, 9: true, a: x}', { a: 'x', 9: true, 10: null }],
  ['set(1, b)', new HarnSet([1, 'b', 1])],
  ['(1, hello)', new HarnPair(1, 'hello')],
  ['Color.Red', makeEnum('Color', 'Red')],
  ['Shape.Rect(2.0, 3)', makeEnum('Shape', 'Rect', [makeFloat(2), 3])],
  ['Point {x: 1, y: 2}', makeStruct(Point, { x: 1, y: 2 })],
  ['Point {label: a, x: 1, y: 2}', makeStruct(Point, { x: 1, y: 2, label: 'a' })],
  ['1 to 5', makeRange(1, 5, true)],
  ['0 to 3 exclusive', makeRange(0, 3, false)],
  ['30m', new HarnDuration(1_800_000)],
  ['168h', new HarnDuration(7 * 86_400_000)],
  ['1500ms', new HarnDuration(1500)],
  ['0ms', new HarnDuration(0)],
  ['b"00ff"', new Uint8Array([0, 255])],
  [`b"${'00'.repeat(32)}...+3"`, new Uint8Array(35)],
  ['<fn(a, b)>', describeFunction(() => null, { params: ['a', 'b'] })],
  ['<builtin len>', describeFunction(() => null, { name: 'len', builtin: true })],
])('%s', (shown, value) => {
  expect(display(value)).toBe(shown);
});

test.each<[string, number]>([
  ['4.0', 4],
  ['-0.0', -0],
  ['0.1', 0.1],
  ['999999999999999.0', 999_999_999_999_999],
  ['1000000000000000', 1e15],
  ['1000000000000000000000', 1e21],
  ['0.0000001', 1e-7],
  ['-0.00000015', -1.5e-7],
  ['NaN', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])('the float %s', (shown, value) => {
  expect(formatFloat(value)).toBe(shown);
});

test('an iterator shows whether it is used up, and showing it takes nothing', () => {
  const it = toIter([1]);
  expect(display(it)).toBe('<iter>');
  it.next(null);
  it.next(null);
  expect(display(it)).toBe('<iter (exhausted)>');
});
