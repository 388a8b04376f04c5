import { expect, test } from 'vitest';
import { parseSignature } from './signature.ts';
import { treeNotation } from './tree-notation.fixture.ts';

test.each([
  ['hash_value(value: any) -> string', '[(Param value any)]', 'string'],
  ['log(message?: any)', '[(Param message any optional)]', ''],
  ['set(...items: any) -> set', '[(Param items any rest)]', 'set'],
  [
    'map<T, U>(xs: list<T>, f: fn(T) -> U) -> list<U>',
    '[(Param xs list<T>) (Param f (FnType [(FnTypeParam T)] returns:U))]',
    'list<U>',
  ],
  ['now()', '[]', ''],
])('the signature %s has its parts', (text, params, returns) => {
  const signature = parseSignature(text);
  expect(text.startsWith(signature.name)).toBe(true);
  expect(treeNotation(signature.params)).toBe(params);
  expect(signature.returns === undefined ? '' : treeNotation(signature.returns)).toBe(returns);
});

test('names may be dotted and words of the language', () => {
  expect(parseSignature('harness.fs.read_text(path: string) -> string').name).toBe(
    'harness.fs.read_text',
  );
  expect(parseSignature('select(...channels: any) -> dict').name).toBe('select');
});

test('a text that is no signature is a bug', () => {
  expect(() => parseSignature('f(a')).toThrow('expected )');
  expect(() => parseSignature('f() -> int int')).toThrow('end of signature');
});
