// Builtins that convert between the ways of writing a name of several words.
import { chars, display, type SyncFunction, type Value } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';

/** Words of a camel or pascal name: `HTTPServer` is `HTTP` and `Server`. */
function splitCamel(name: string): string[] {
  return name.split(/(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u);
}

function upperFirst(word: string): string {
  const [first = '', ...rest] = chars(word);
  return first.toUpperCase() + rest.join('');
}

function lowerFirst(word: string): string {
  const [first = '', ...rest] = chars(word);
  return first.toLowerCase() + rest.join('');
}

function camel(words: readonly string[]): string {
  return words
    .filter((word) => word !== '')
    .map((word, i) => (i === 0 ? word : upperFirst(word)))
    .join('');
}

function pascal(words: readonly string[]): string {
  return words.map(upperFirst).join('');
}

function lower(words: readonly string[], separator: string): string {
  return words.join(separator).toLowerCase();
}

/** Every word with a capital, the rest of it as it was, spaces kept. */
function titleCase(text: string): string {
  return text.replace(/\S+/gu, upperFirst);
}

function onText(fn: (text: string) => string): SyncFunction {
  return (_, text) => fn(display((text ?? '') as Value));
}

const CASES: readonly (readonly [string, string, (text: string) => string])[] = [
  ['snake_to_camel', 'my_name → myName', (s) => camel(s.split('_'))],
  ['snake_to_pascal', 'my_name → MyName', (s) => pascal(s.split('_'))],
  ['snake_to_kebab', 'my_name → my-name', (s) => s.replaceAll('_', '-')],
  ['camel_to_snake', 'myName → my_name', (s) => lower(splitCamel(s), '_')],
  ['camel_to_kebab', 'myName → my-name', (s) => lower(splitCamel(s), '-')],
  ['pascal_to_snake', 'MyName → my_name', (s) => lower(splitCamel(s), '_')],
  ['pascal_to_camel', 'MyName → myName', lowerFirst],
  ['camel_to_pascal', 'myName → MyName', upperFirst],
  ['kebab_to_camel', 'my-name → myName', (s) => camel(s.split('-'))],
  ['kebab_to_pascal', 'my-name → MyName', (s) => pascal(s.split('-'))],
  ['kebab_to_snake', 'my-name → my_name', (s) => s.replaceAll('-', '_')],
  ['uppercase_first', 'name → Name', upperFirst],
  ['lowercase_first', 'Name → name', lowerFirst],
  ['title_case', 'some words → Some Words', titleCase],
];

export function caseRows(): readonly BuiltinRow[] {
  return CASES.map(([name, doc, fn]) =>
    builtin(`${name}(text: string) -> string`, { doc }, onText(fn)),
  );
}
