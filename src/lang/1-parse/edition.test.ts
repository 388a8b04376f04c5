import { expect, test } from 'vitest';
import { DiagnosticSink } from '../../base/index.ts';
import { detectEdition, editionOfRange, resolveEdition } from './edition.ts';
import { tokenize } from './lexer.ts';
import { parse } from './parser.ts';

const detect = (text: string) => detectEdition(tokenize({ id: 't', text }, new DiagnosticSink()));

test.each([
  ['var x = 1', '0.7'],
  ['fn f() {\n  var x = 1\n}', '0.7'],
  ['const a = 1\nvar b = 2', '0.7'],
  ['const a = 1', '2026'],
  ['pipeline default(harness: Harness) { }', '2026'],
  ['fn f(a, fs: HarnessFs) { }', '2026'],
  ['let a = 1', undefined],
  ['let d = {var: 1}\nd.var', undefined],
  ['// var x\nlet s = "const y = 1"', undefined],
])('the spelling of %j shows %s', (text, expected) => {
  expect(detect(text)).toBe(expected);
});

test.each([
  ['>=0.7,<0.8', '0.7'],
  ['^0.7', '0.7'],
  ['0.7.50', '0.7'],
  ['>=0.9', '2026'],
  ['>=0.10,<0.11', '2026'],
  ['>=0.7', undefined],
  ['~0.8', undefined],
  ['>=1', '2026'],
  ['nonsense', undefined],
])('the range %s means %s', (range, expected) => {
  expect(editionOfRange(range)).toBe(expected);
});

test('the strongest source that names an edition decides', () => {
  const all = {
    cli: '2026',
    env: '0.7',
    manifestEdition: '0.7',
    manifestHarn: '^0.7',
    detected: '0.7',
    projectMajority: '0.7',
  } as const;
  expect(resolveEdition(all)).toBe('2026');
  expect(resolveEdition({ ...all, cli: 'later' })).toBe('0.7');
  expect(resolveEdition({ manifestHarn: '>=0.9', detected: '0.7' })).toBe('2026');
  expect(resolveEdition({ detected: '0.7', projectMajority: '2026' })).toBe('0.7');
  expect(resolveEdition({ projectMajority: '0.7' })).toBe('0.7');
  expect(resolveEdition({})).toBe('2026');
});

test('the module carries the edition; the option overrides the spelling', () => {
  const source = { id: 't', text: 'var x = 1' };
  expect(parse(source).module.edition).toBe('0.7');
  expect(parse(source, { edition: '2026' }).module.edition).toBe('2026');
  expect(parse({ id: 't', text: 'x' }, { fallbackEdition: '0.7' }).module.edition).toBe('0.7');
});
