import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, type DecimalRounding, MAX_DECIMAL_DIGITS } from './decimal.ts';
import { decimalErrors } from './errors.ts';

const code = (name: Parameters<typeof decimalErrors.$code>[0]) => decimalErrors.$code(name);
const d = (text: string) => Decimal.from(text);
const show = (value: Decimal) => value.toString();

/** Any decimal, and those near each other, where carries and ties are. */
const decimal = fc
  .oneof(
    fc.tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(30)),
    fc.tuple(fc.bigInt({ min: -1200n, max: 1200n }), fc.nat(3)),
  )
  .map(([units, scale]) => {
    const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
    const cut = digits.length - scale;
    const text = scale === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
    return d(units < 0n ? `-${text}` : text);
  });

const ROUNDINGS: readonly DecimalRounding[] = [
  'half_away',
  'half_even',
  'half_toward',
  'away',
  'toward',
  'floor',
  'ceil',
];

/** Whether a quotient stands for a fraction: `n / d` compared without dividing. */
function isAt(value: Decimal, n: Decimal, by: Decimal): number {
  const product = value.times(by);
  return product.compare(n) * by.sign;
}

describe('a decimal', () => {
  test.each([
    ['0.10', '0.10'],
    ['+7', '7'],
    ['-0.00', '0.00'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0012.50', '12.50'],
    ['1e3', '1000'],
    ['1.5e-7', '0.00000015'],
    ['-1.25E2', '-125'],
    ['123456789012345678901234567890.12', '123456789012345678901234567890.12'],
  ])('of the text %s prints as %s', (text, shown) => {
    expect(show(d(text))).toBe(shown);
  });

  test.each([
    ...['', '.', '-', 'e5', '1,5', '1_000', ' 1', '0x10', 'NaN', 'Infinity', '1e', '1.2.3', '١'],
  ])('is not made of the text %j', (text) => {
    expect(Decimal.parse(text)).toBeUndefined();
    expect(() => d(text)).toThrow(expect.objectContaining({ code: code('notDecimal') }));
  });

  test.each([0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])(
    'is not made of the float %d',
    (value) => {
      expect(() => Decimal.from(value)).toThrow(
        expect.objectContaining({ code: code('fromFloat') }),
      );
    },
  );

  test('is made of whole numbers, of another one and of what a run keeps', () => {
    expect(show(Decimal.from(-3))).toBe('-3');
    expect(show(Decimal.from(2n ** 70n))).toBe(String(2n ** 70n));
    expect(show(Decimal.from({ $decimal: '1.50' }))).toBe('1.50');
    const one = d('1.0');
    expect(Decimal.from(one)).toBe(one);
  });

  test('is a text for JSON, and recognisable in what a run keeps', () => {
    expect(JSON.stringify({ price: d('1.50') })).toBe('{"price":"1.50"}');
    expect(d('1.50').toData()).toEqual({ $decimal: '1.50' });
    expect(Decimal.isData({ $decimal: '1.50' })).toBe(true);
    for (const other of [
      { $decimal: 'x' },
      { $decimal: '1', more: 1 },
      { $decimal: 1 },
      '1',
      null,
    ]) {
      expect(Decimal.isData(other)).toBe(false);
    }
  });

  test('that would be too long is refused before it is calculated', () => {
    const nines = d('9'.repeat(MAX_DECIMAL_DIGITS));
    const tiny = d(`1e-${MAX_DECIMAL_DIGITS}`);
    const long = expect.objectContaining({ code: code('tooLong') });
    expect(() => nines.plus(Decimal.from(1))).toThrow(long);
    expect(() => nines.times(nines)).toThrow(long);
    expect(() => tiny.times(tiny)).toThrow(long);
    expect(() => nines.dividedBy(tiny)).toThrow(long);
    expect(() => tiny.dividedBy(nines)).toThrow(long);
    expect(() => d('2').power(10n ** 30n)).toThrow(long);
    expect(() => d('1.1').power(10_001)).toThrow(long);
    expect(() => d('1e999999')).toThrow(long);
    expect(() => d('1e-10001')).toThrow(long);
    expect(show(d('-1').power(10n ** 30n + 1n))).toBe('-1');
    expect(Decimal.parse('9'.repeat(50_000))).toBeUndefined();
    expect(nines.compare(tiny)).toBe(1);
  });
});

describe('operations', () => {
  test.each([
    ['6.00', '2', '3.00'],
    ['1', '4', '0.25'],
    ['1.00', '4', '0.25'],
    ['10', '3', '3.333333333333333333333333333333333'],
    ['-20', '3', '-6.666666666666666666666666666666667'],
    ['2', '3', '0.6666666666666666666666666666666667'],
    ['0.001', '1000', '0.000001'],
    ['100', '0.001', '100000'],
    ['0.00', '3', '0.00'],
    ['1e50', '3', `${'3'.repeat(50)}.${'3'}`],
    ['999999999999999999999999999999999999999', '1', '999999999999999999999999999999999999999'],
  ])('%s / %s is %s', (a, b, quotient) => {
    expect(show(d(a).dividedBy(d(b)))).toBe(quotient);
  });

  test.each([
    ['7.5', '2', '1.5'],
    ['-7.5', '2', '-1.5'],
    ['7.5', '-2', '1.5'],
    ['1', '0.3', '0.1'],
  ])('%s %% %s is %s', (a, b, rest) => {
    expect(show(d(a).remainder(d(b)))).toBe(rest);
  });

  test.each([
    ['1.05', 2, '1.1025'],
    ['2', -2, '0.25'],
    ['-3', 3, '-27'],
    ['0.00', 0, '1'],
    ['3', -1, '0.3333333333333333333333333333333333'],
  ])('%s ** %d is %s', (base, exponent, result) => {
    expect(show(d(base).power(exponent))).toBe(result);
  });

  test('division and remainder by zero, and a fraction of a power, are errors', () => {
    const byZero = expect.objectContaining({ code: code('divisionByZero') });
    expect(() => d('1').dividedBy(d('0.0'))).toThrow(byZero);
    expect(() => d('1').remainder(d('0'))).toThrow(byZero);
    expect(() => d('0').power(-1)).toThrow(byZero);
    expect(() => d('2').power(0.5)).toThrow(expect.objectContaining({ code: code('exponent') }));
  });

  const TABLE: readonly (readonly [string, readonly string[]])[] = [
    // half_away, half_even, half_toward, away, toward, floor, ceil
    ['2.5', ['3', '2', '2', '3', '2', '2', '3']],
    ['3.5', ['4', '4', '3', '4', '3', '3', '4']],
    ['-2.5', ['-3', '-2', '-2', '-3', '-2', '-3', '-2']],
    ['2.51', ['3', '3', '3', '3', '2', '2', '3']],
    ['-2.1', ['-2', '-2', '-2', '-3', '-2', '-3', '-2']],
    ['-0.4', ['0', '0', '0', '-1', '0', '-1', '0']],
  ];
  test.each(TABLE)('%s rounds by every rule', (text, expected) => {
    expect(ROUNDINGS.map((how) => show(d(text).round(0, how)))).toEqual(expected);
  });

  test('rounding gives the digits that were asked for, also before the point', () => {
    expect(show(d('1.005').round(2))).toBe('1.01');
    expect(show(d('1.2').round(4))).toBe('1.2000');
    expect(show(d('1250').round(-2))).toBe('1300');
    expect(show(d('1250').round(-2, 'half_even'))).toBe('1200');
    expect(show(d('49').round(-2))).toBe('0');
    expect(() => d('1').round(0.5)).toThrow(expect.objectContaining({ code: code('digits') }));
    expect(() => d('1').round(20_000)).toThrow(expect.objectContaining({ code: code('digits') }));
    expect(() => d('1').round(1, 'up' as DecimalRounding)).toThrow(
      expect.objectContaining({ code: code('rounding') }),
    );
  });
});

describe('laws', () => {
  test('addition and multiplication associate, commute and distribute', () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, (a, b, c) => {
        expect(show(a.plus(b))).toBe(show(b.plus(a)));
        expect(show(a.times(b))).toBe(show(b.times(a)));
        expect(show(a.plus(b).plus(c))).toBe(show(a.plus(b.plus(c))));
        expect(show(a.times(b).times(c))).toBe(show(a.times(b.times(c))));
        expect(a.times(b.plus(c)).equals(a.times(b).plus(a.times(c)))).toBe(true);
        expect(show(a.minus(b).plus(b).minus(a))).toMatch(/^0(\.0+)?$/);
      }),
    );
  });

  test('every decimal is the one that its text gives', () => {
    fc.assert(
      fc.property(decimal, (value) => {
        const again = d(show(value));
        expect([again.coefficient, again.scale]).toEqual([value.coefficient, value.scale]);
        expect(value.normalized().equals(value)).toBe(true);
        expect(show(value.normalized())).not.toMatch(/\..*0$/);
      }),
    );
  });

  test('the order is that of the fractions', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const left = a.coefficient * 10n ** BigInt(b.scale);
        const right = b.coefficient * 10n ** BigInt(a.scale);
        expect(a.compare(b)).toBe(left < right ? -1 : left > right ? 1 : 0);
        expect(a.equals(b)).toBe(left === right);
      }),
    );
  });

  test('a quotient is exact, or within half a unit of its last digit with ties to even', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        fc.pre(!b.isZero);
        const quotient = a.dividedBy(b);
        if (isAt(quotient, a, b) === 0) return;
        const digits = String(quotient.coefficient).replace(/^-/, '');
        expect(digits.length).toBeGreaterThanOrEqual(34);
        const half = new Array(quotient.scale + 1).fill('0');
        const unit = d(quotient.scale === 0 ? '0.5' : `0.${half.slice(1).join('')}5`);
        expect(isAt(quotient.minus(unit), a, b)).toBeLessThanOrEqual(0);
        expect(isAt(quotient.plus(unit), a, b)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('what was multiplied divides without loss, and quotient and rest make the whole', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        fc.pre(!b.isZero);
        expect(a.times(b).dividedBy(b).equals(a)).toBe(true);
        const rest = a.remainder(b);
        expect(rest.absolute().compare(b.absolute())).toBe(-1);
        expect(rest.isZero || rest.sign === a.sign).toBe(true);
        expect(a.minus(rest).remainder(b).isZero).toBe(true);
      }),
    );
  });

  test('a rounded number is the nearest on its side, whatever the rule', () => {
    fc.assert(
      fc.property(decimal, fc.integer({ min: -5, max: 8 }), (value, digits) => {
        const unit = d(`1e${-digits}`);
        for (const how of ROUNDINGS) {
          const rounded = value.round(digits, how);
          const off = rounded.minus(value);
          expect(off.absolute().compare(unit)).toBe(-1);
          if (how === 'floor') expect(off.sign).not.toBe(1);
          if (how === 'ceil') expect(off.sign).not.toBe(-1);
          if (how.startsWith('half')) {
            expect(off.absolute().times(Decimal.from(2)).compare(unit)).not.toBe(1);
          }
          expect(rounded.scale).toBe(Math.max(0, digits));
        }
      }),
    );
  });
});
