// Codes of the type checker. Numbers below 500 have the meaning that the ecosystem gives them, the others are ours.
// Wordings that tools look for are kept.
import { defineErrors, row } from '../../../base/index.ts';

type Mismatch = { expected: string; got: string; suggestion?: string | undefined };
type Named = { name: string };

function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : ` (did you mean \`${suggestion}\`?)`;
}

export const typeErrors = defineErrors('TYP', {
  operator: row<{ message: string; hint: string | undefined }>({
    number: 2,
    message: ({ message }) => message,
    hint: ({ hint }) =>
      hint ?? 'Convert one side first, for example with to_string, to_int or to_float.',
  }),
  concatenation: row<{ left: string; right: string }>({
    number: 3,
    message: ({ left, right }) => `can't add ${left} and ${right}`,
    hint: 'Use interpolation, or `to_string(value)`.',
  }),
  returned: row<Mismatch & { detail: string }>({
    number: 4,
    message: ({ expected, got, detail }) =>
      `return type doesn't match: expected ${expected}, got ${got}${detail}`,
  }),
  assigned: row<Named & Mismatch & { detail: string }>({
    number: 5,
    message: ({ name, expected, got, detail }) =>
      `'${name}' declared as ${expected}, but assigned ${got}${detail}`,
  }),
  argument: row<Mismatch & { index: number; name: string; detail: string }>({
    number: 6,
    message: ({ index, name, expected, got, detail }) =>
      `Argument ${index} ('${name}'): expected ${expected}, got ${got}${detail}`,
  }),
  initializer: row<Named & Mismatch & { detail: string }>({
    number: 7,
    message: ({ name, expected, got, detail }) =>
      `'${name}' declared as ${expected}, but assigned ${got}${detail}`,
    help: 'The value of a binding does not fit the type that was written for it. `int` may stand for `float`; a dict may have more fields than a shape asks for, never fewer.',
  }),
  closureReturned: row<Mismatch & { detail: string }>({
    number: 8,
    message: ({ expected, got, detail }) =>
      `return type doesn't match: expected ${expected}, got ${got}${detail}`,
  }),
  unknownField: row<{ name: string; type: string; suggestion: string | undefined }>({
    number: 9,
    message: ({ name, type, suggestion }) =>
      `${type} has no field \`${name}\`${didYouMean(suggestion)}`,
    help: 'Reading a field that is not there gives nil.',
  }),
  noProperties: row<{ name: string; type: string }>({
    number: 10,
    message: ({ name, type }) => `cannot access property \`${name}\` on ${type}`,
  }),
  typeArguments: row<{ name: string; expected: number; got: number }>({
    number: 13,
    message: ({ name, expected, got }) =>
      expected === 0
        ? `'${name}' takes no type arguments, got ${got}`
        : `'${name}' takes ${expected} type arguments, got ${got}`,
  }),
  inferredTwice: row<{ name: string; first: string; second: string }>({
    number: 12,
    message: ({ name, first, second }) =>
      `type parameter '${name}' was inferred as both ${first} and ${second}`,
    hint: 'Pass values of one type, or give the type explicitly: `f<int | string>(...)`.',
  }),
  bound: row<{ type: string; bound: string; variable: string; reason: string }>({
    number: 15,
    message: ({ type, bound, variable, reason }) =>
      `type '${type}' does not satisfy interface '${bound}': ${reason} (required by type parameter '${variable}')`,
  }),
  notIterable: row<{ type: string }>({
    number: 16,
    message: ({ type }) => `cannot iterate over ${type}: the loop would not run`,
    hint: 'Lists, dicts, sets, ranges, iterators and streams can be iterated; for the characters of a string use `.chars()`.',
  }),
  notCallable: row<{ type: string }>({
    number: 18,
    message: ({ type }) => `${type} is not callable`,
  }),
  unknownType: row<Named & { suggestion: string }>({
    number: 20,
    message: ({ name, suggestion }) => `unknown type \`${name}\`${didYouMean(suggestion)}`,
    help: 'Values of a type that nobody declares are not checked.',
  }),
  unknownVariant: row<{ name: string; variant: string; suggestion: string | undefined }>({
    number: 21,
    message: ({ name, variant, suggestion }) =>
      `enum ${name} has no variant \`${variant}\`${didYouMean(suggestion)}`,
  }),
  structField: row<{ name: string; problem: string }>({
    number: 22,
    message: ({ name, problem }) => `${name}: ${problem}`,
  }),
  payload: row<{ name: string; variant: string; expected: number; got: number }>({
    number: 23,
    message: ({ name, variant, expected, got }) =>
      `${name}.${variant} takes ${expected} values, got ${got}`,
  }),
  nilAccess: row<{ what: string; type: string; hint: string }>({
    number: 25,
    message: ({ what, type }) => `${what} may fail: the value may be nil (it is ${type})`,
    hint: ({ hint }) => hint,
    help: 'Check for nil first (`if x != nil`, `guard`), use `?.` or `?[`, give a default with `??`, or assert with `!`.',
  }),
  thrown: row<{ type: string; declared: string }>({
    number: 26,
    message: ({ type, declared }) => `throws ${type}, but only ${declared} is declared`,
    hint: 'Add it to `throws`, or catch it here.',
  }),
  arity: row<{ name: string; expected: string; got: number }>({
    number: 501,
    message: ({ name, expected, got }) => `'${name}' expects ${expected}, got ${got}`,
    help: 'Arguments that are missing are nil and extra ones are ignored, so this is a warning.',
  }),
  unreachableCode: row<Record<string, never>>({
    number: 502,
    message: () => 'unreachable code',
    hint: 'Every path before it leaves with return, throw, break or continue.',
  }),
  notExhausted: row<Named & { type: string }>({
    number: 503,
    message: ({ name, type }) =>
      `unreachable() can be reached: '${name}' may still be ${type} here`,
    hint: 'Handle the remaining types before it.',
  }),
  partlyNarrowed: row<{ what: string; name: string; missing: string }>({
    number: 504,
    message: ({ what, name, missing }) =>
      `${what} reached but \`${name}: unknown\` was not fully narrowed — uncovered concrete type(s): ${missing}`,
  }),
  variance: row<{ name: string; declared: string; word: string; position: string; where: string }>({
    number: 506,
    message: ({ name, declared, word, position, where }) =>
      `type parameter '${name}' is declared '${declared}' (${word}) but appears in a ${position} position in ${where}`,
    hint: ({ declared }) => `Leave out \`${declared}\`, which makes the parameter invariant.`,
  }),
  decimalOfFloat: row<Record<string, never>>({
    number: 508,
    message: () => 'a decimal cannot be made of a float',
    hint: 'Write the digits as a string: `decimal("0.10")`.',
    help: 'A float has lost the digits that were written. `decimal(to_string(f))` takes those that it shows.',
  }),
  unknownOption: row<{ call: string; option: string; suggestion: string | undefined }>({
    number: 514,
    message: ({ call, option, suggestion }) =>
      `${call} has no option \`${option}\`${didYouMean(suggestion)}`,
    help: 'Some calls refuse options that they do not know, others leave them alone; no call does anything for them. `harn docs NAME` lists those there are.',
  }),
  optionType: row<{ call: string; option: string } & Mismatch>({
    number: 515,
    message: ({ call, option, expected, got }) =>
      `option \`${option}\` of ${call}: expected ${expected}, got ${got}`,
  }),
  missingReturn: row<Named & { expected: string }>({
    number: 507,
    message: ({ name, expected }) =>
      `'${name}' can end without a return, which gives nil, but returns ${expected}`,
    hint: 'A named function gives a value only with `return`.',
  }),
  guardStays: row<Record<string, never>>({
    number: 511,
    message: () =>
      'the `else` of this `guard` can end without leaving, so its condition may not hold afterwards',
    hint: 'Leave with `return`, `throw`, `break` or `continue`, or write `if`.',
  }),
  unknownMethod: row<{ name: string; type: string; suggestion: string | undefined }>({
    number: 509,
    message: ({ name, type, suggestion }) =>
      `${type} has no method \`${name}\`${didYouMean(suggestion)}`,
    help: 'Calling a method that is not there gives nil.',
  }),
  produced: row<{ verb: string; got: string; expected: string; detail: string }>({
    number: 510,
    message: ({ verb, got, expected, detail }) =>
      `${verb} ${got}, but what is produced was declared as ${expected}${detail}`,
  }),
  noSuchMethod: row<Named & { type: string; suggestion: string | undefined; isBuiltin: boolean }>({
    number: 512,
    message: ({ name, type, suggestion }) =>
      `${type} has no method \`${name}\`${didYouMean(suggestion)}`,
    hint: ({ isBuiltin }) =>
      isBuiltin
        ? 'The call gives nil.'
        : 'Only structs get the methods of an `impl`: the call gives nil.',
    help: 'Calling a method that a value does not have does nothing and gives nil, so this is a warning. `harn docs list` shows the methods of lists; the same goes for `dict`, `string`, `set`, `range`, `iter` and `bytes`. Other kinds of values have none: numbers, bools, durations, decimals, pairs, results, enums, functions.',
  }),
});

/** Exhaustiveness of match. */
export const matchErrors = defineErrors('MAT', {
  missingVariants: row<{ on: string; missing: string }>({
    number: 1,
    message: ({ on, missing }) => `Non-exhaustive match on ${on}: missing variants ${missing}`,
    hint: 'Add an arm for each, or end with `_ -> { ... }`.',
  }),
  duplicateArm: row<{ pattern: string }>({
    number: 2,
    message: ({ pattern }) => `this arm is never taken: ${pattern} is matched by an earlier arm`,
  }),
});
