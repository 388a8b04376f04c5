// Codes of reading program text. PAR 001–006 have upstream's numbers and meanings; 5xx are ours. LEX is ours
// where the text is not a program at all. Messages keep the wording that tools of the ecosystem look for.
import { defineErrors, row } from '../base/index.ts';

/** Where a message points, for people. */
type At = { readonly line: number; readonly column: number };

/** What to do instead, where that can be told; and what to write for which stretch, where that is all. */
type Advised = {
  readonly advice: string | undefined;
  readonly suggestion?: string | undefined;
  readonly replaces?: { readonly start: number; readonly end: number } | undefined;
};

const at = ({ line, column }: At): string => `${line}:${column}`;

/** Text that is not source text. */
export const lexErrors = defineErrors('LEX', {
  binary: row<At>({
    number: 1,
    message: (p) => `The file is not text: a NUL byte or an undecodable byte at ${at(p)}`,
    hint: 'Harn source is UTF-8. Check that the path is right and save the file as UTF-8.',
  }),
  tooLong: row<{ length: number; limit: number }>({
    number: 2,
    message: (p) => `The source text has ${p.length} characters; the limit is ${p.limit}`,
    hint: 'Split the program into modules, or read large data from a file at run time.',
  }),
});

/** Text that is not a Harn program. */
export const parseErrors = defineErrors('PAR', {
  unexpectedToken: row<{ expected: string; got: string } & Advised & At>({
    number: 1,
    message: (p) => `Expected ${p.expected}, got ${p.got} at ${at(p)}`,
    hint: ({ advice }) => advice,
  }),
  unexpectedEnd: row<{ expected: string } & Advised>({
    number: 2,
    message: (p) => `Unexpected end of file, expected ${p.expected}`,
    hint: ({ advice }) => advice,
  }),
  unexpectedCharacter: row<{ character: string } & At>({
    number: 3,
    message: (p) => `Unexpected character '${p.character}' at ${at(p)}`,
    hint: ({ character }) => adviceOnCharacter(character),
  }),
  unterminatedString: row<At>({
    number: 4,
    message: (p) => `Unterminated string at ${at(p)}`,
    hint: 'A string ends on the line where it starts; use """ for text of several lines.',
  }),
  unterminatedComment: row<At>({
    number: 5,
    message: (p) => `Unterminated block comment at ${at(p)}`,
    hint: 'Block comments nest: every /* needs its own */.',
  }),
  intRange: row<{ text: string } & At>({
    number: 6,
    message: (p) => `Integer literal ${p.text} at ${at(p)} does not fit into 64 bits`,
    hint: 'Write it as a float, with a decimal point.',
  }),
  tooDeep: row<{ limit: number } & At>({
    number: 501,
    message: (p) => `Nesting deeper than ${p.limit} levels at ${at(p)}`,
    hint: 'Give inner parts a name with a binding or a function.',
  }),
  requiredAfterDefault: row<{ name: string } & At>({
    number: 502,
    message: (p) =>
      `Required parameter cannot follow a parameter with a default value: '${p.name}' at ${at(p)}`,
    hint: 'Move it before the parameters with defaults, or give it a default too.',
  }),
  assignTarget: row<At>({
    number: 503,
    message: (p) => `Only a variable, a field or an element can be assigned to, at ${at(p)}`,
  }),
  attributeTarget: row<At>({
    number: 504,
    message: (p) => `Attributes can only stand before a declaration, at ${at(p)}`,
    hint: 'Allowed are pipeline, fn, tool, skill, eval_pack, struct, enum, type, interface and impl.',
  }),
  restNotLast: row<{ name: string } & At>({
    number: 505,
    message: (p) => `Nothing may follow the rest element '...${p.name}', at ${at(p)}`,
  }),
  alternativeBinds: row<{ name: string } & At>({
    number: 510,
    message: (p) => `An alternative of \`|\` cannot bind '${p.name}', at ${at(p)}`,
    hint: 'Write one arm for each, or `_` for what is not needed.',
    help: 'Only one alternative of a pattern with `|` fits, so a name bound in one of them may have no value. Literals, variants and `_` can be alternatives.',
  }),
  literalInterpolation: row<{ text: string } & At>({
    number: 506,
    message: (p) => `\${${p.text}} at ${at(p)} is not an expression and stays as text`,
    hint: 'Write \\${ when the text is meant.',
  }),
  longChain: row<{ limit: number } & At>({
    number: 508,
    message: (p) => `More than ${p.limit} operators or members in a row at ${at(p)}`,
    hint: 'Build long texts with join(), and give intermediate values a name.',
  }),
  selectBoth: row<At>({
    number: 507,
    message: (p) => `A select has either a timeout or a default, not both, at ${at(p)}`,
  }),
});

function adviceOnCharacter(character: string): string | undefined {
  if (character === "'") return 'Strings stand in double quotes.';
  if (character === '`') return 'Strings stand in double quotes; `"${x}"` puts a value into one.';
  return /\p{L}/u.test(character) ? 'Names are made of A to Z, a to z, digits and `_`.' : undefined;
}
