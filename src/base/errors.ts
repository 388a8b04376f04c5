// What can be wrong with a decimal number. Both languages meet these texts.
import { defineErrors, row } from './catalog.ts';

export const decimalErrors = defineErrors('DEC', {
  notDecimal: row<{ shown: string }>({
    number: 1,
    message: ({ shown }) => `Type error: not a decimal number: ${shown}`,
    hint: 'Write digits with an optional sign, point and exponent, such as "-12.50" or "1.5e3".',
  }),
  fromFloat: row<{ shown: string }>({
    number: 2,
    message: ({ shown }) => `Type error: a decimal cannot be made of the float ${shown}`,
    hint: 'Write the digits as a string, decimal("0.10"); of a float that you have, decimal(to_string(f)) takes the digits that it shows.',
    help: [
      'A float holds the nearest binary fraction, not the digits that were written: `0.1` is really',
      '`0.1000000000000000055511151231257827…`. Making a decimal of it would turn that silent error into exact digits,',
      'so only text and whole numbers are taken. In TypeScript, `Decimal.from(String(x))` says the same on purpose.',
    ].join('\n'),
  }),
  tooLong: row<{ digits: number }>({
    number: 3,
    message: ({ digits }) =>
      `Runtime error: the decimal would have more than ${digits} digits before or after its point`,
    hint: 'Round in between: round(x, 20) keeps twenty digits after the point.',
  }),
  divisionByZero: row<Record<string, never>>({ number: 4, message: () => 'Division by zero' }),
  digits: row<{ got: string; most: number }>({
    number: 5,
    message: ({ got, most }) =>
      `Type error: digits to round to must be an int between -${most} and ${most}, got ${got}`,
  }),
  rounding: row<{ got: string; known: string }>({
    number: 6,
    message: ({ got, known }) => `Type error: cannot round by ${got}; known are ${known}`,
  }),
  exponent: row<{ got: string }>({
    number: 7,
    message: ({ got }) => `Type error: a decimal can only be raised to an int power, got ${got}`,
    hint: 'For other powers calculate with floats: to_float(x) ** 0.5.',
  }),
});
