// Every error the value operations raise. The texts are what a Harn program sees when it catches them, so they
// follow the language; `number` is permanent.
import { defineErrors, row } from '../base/index.ts';

export const fail = defineErrors('VAL', {
  divisionByZero: row<Record<string, never>>({ number: 1, message: () => 'Division by zero' }),
  binaryOperands: row<{ operator: string; left: string; right: string }>({
    number: 2,
    message: ({ operator, left, right }) => `Type error: ${operandText(operator, left, right)}`,
    hint: 'Convert one side first, for example with to_string, to_int or to_float.',
  }),
  unaryOperand: row<{ operator: string; operand: string }>({
    number: 3,
    message: ({ operator, operand }) => `Type error: cannot apply \`${operator}\` to ${operand}`,
  }),
  noProperty: row<{ name: string; kind: string }>({
    number: 4,
    message: ({ name, kind }) => `Type error: cannot access property \`${name}\` on ${kind}`,
    hint: 'Use `?.` where the value may be nil.',
  }),
  notIndexable: row<{ kind: string }>({
    number: 5,
    message: ({ kind }) => `Type error: cannot index into ${kind}`,
    hint: 'Use `?[` where the value may be nil.',
  }),
  indexOutOfBounds: row<{ index: string; length: number; what: string }>({
    number: 6,
    message: ({ index, length, what }) =>
      `Runtime error: Index ${index} out of bounds for ${what} of length ${length}`,
  }),
  badIndex: row<{ kind: string; index: string }>({
    number: 7,
    message: ({ kind, index }) => `Type error: cannot index ${kind} with ${index}`,
  }),
  notAssignable: row<{ name: string; kind: string }>({
    number: 8,
    message: ({ name, kind }) => `Type error: cannot assign to \`${name}\` of ${kind}`,
  }),
  notCallable: row<{ kind: string }>({
    number: 9,
    message: ({ kind }) => `Type error: ${kind} is not callable`,
  }),
  stackOverflow: row<Record<string, never>>({
    number: 10,
    message: () => 'Runtime error: Stack overflow: too many nested calls',
    hint: 'Write the recursion as a tail call (`return f(...)`) or as a loop.',
  }),
  undefinedVariable: row<{ name: string; suggestion?: string | undefined }>({
    number: 11,
    message: ({ name, suggestion }) =>
      `Undefined variable: ${name}${suggestion === undefined ? '' : ` (did you mean \`${suggestion}\`?)`}`,
  }),
  immutableAssignment: row<{ name: string }>({
    number: 12,
    message: ({ name }) => `Cannot assign to immutable binding: ${name}`,
    hint: 'Declare the binding as mutable to reassign it.',
  }),
  redeclared: row<{ name: string; keyword: string }>({
    number: 13,
    message: ({ name, keyword }) =>
      `Cannot redeclare immutable variable '${name}' in the same scope (use '${keyword}' for mutable bindings)`,
  }),
  parameterType: row<{ name: string; expected: string; got: string; shown: string }>({
    number: 14,
    message: ({ name, expected, got, shown }) =>
      `Runtime error: TypeError: parameter '${name}' expected ${expected}, got ${got} (${shown})`,
  }),
  parameterShape: row<{ path: string; detail: string }>({
    number: 15,
    message: ({ path, detail }) => `Type error: parameter '${path}': ${detail}`,
  }),
  tryOperand: row<{ kind: string }>({
    number: 16,
    message: ({ kind }) => `Type error: ? operator requires a Result value, got ${kind}`,
  }),
  destructure: row<{ pattern: '[...]' | '{...}'; got: string }>({
    number: 17,
    message: ({ pattern, got }) => `Type error: cannot destructure ${got} with ${pattern} pattern`,
  }),
  spread: row<{ into: string; got: string }>({
    number: 18,
    message: ({ into, got }) => `Type error: cannot spread ${got} into ${into}`,
  }),
  notIterable: row<{ kind: string }>({
    number: 19,
    message: ({ kind }) => `Type error: iter: value of type ${kind} is not iterable`,
  }),
  expectedPair: row<{ where: string; kind: string }>({
    number: 20,
    message: ({ where, kind }) => `Type error: ${where} expects Pair values, got ${kind}`,
  }),
  unwrapNil: row<Record<string, never>>({
    number: 21,
    message: () => 'Runtime error: unwrap_nil: value is nil',
  }),
  argument: row<{ name: string; expected: string; got: string }>({
    number: 22,
    message: ({ name, expected, got }) => `Type error: ${name}: expected ${expected}, got ${got}`,
  }),
  rangeIndex: row<{ index: string; length: number }>({
    number: 26,
    message: ({ index, length }) =>
      `Runtime error: range index out of range: index ${index}, length ${length}`,
  }),
  json: row<{ problem: string; line: number; column: number }>({
    number: 27,
    message: ({ problem, line, column }) =>
      `JSON parse error: ${problem} at line ${line} column ${column}`,
  }),
  notData: row<{ kind: string }>({
    number: 28,
    message: ({ kind }) => `Type error: ${kind} is not data: it cannot be stored or sent`,
    hint: 'Keep what it was made from instead.',
  }),
  noMatch: row<Record<string, never>>({
    number: 23,
    message: () => 'No match arm matched the value',
  }),
  rangeBounds: row<{ left: string; right: string }>({
    number: 24,
    message: ({ left, right }) => `Type error: a range needs two ints, got ${left} to ${right}`,
  }),
  missingField: row<{ struct: string; field: string }>({
    number: 25,
    message: ({ struct, field }) => `Type error: ${struct}: missing field '${field}'`,
  }),
  tooLong: row<{ what: string }>({
    number: 29,
    message: ({ what }) => `Runtime error: the ${what} would be longer than a ${what} can be`,
    hint: 'Work on it in parts, or write it to a file piece by piece.',
  }),
  decimalAndFloat: row<{ operator: string; left: string; right: string }>({
    number: 30,
    message: ({ operator, left, right }) => `Type error: ${operandText(operator, left, right)}`,
    hint: 'A float is not exact: write the number as decimal("0.10"), or calculate with floats by to_float(x).',
  }),
  decimalPower: row<{ exponent: string }>({
    number: 31,
    message: ({ exponent }) =>
      `Type error: a decimal can only be raised to a whole power, got ${exponent}`,
    hint: 'For other powers calculate with floats: to_float(x) ** 0.5.',
  }),
});

function operandText(operator: string, left: string, right: string): string {
  switch (operator) {
    case '+':
      return `Cannot add ${left} and ${right}`;
    case '-':
      return `Cannot subtract ${right} from ${left}`;
    case '*':
      return `Cannot multiply ${left} and ${right}`;
    case '/':
      return `Cannot divide ${left} by ${right}`;
    case '<':
      return `Cannot compare ${left} and ${right}`;
    default:
      return `Cannot apply ${operator} to ${left} and ${right}`;
  }
}
