// TOML texts as data.
import { expect, it } from 'vitest';
import { parseToml } from './toml.ts';

it('tables, lists of tables, numbers and dates become JSON data', async () => {
  const text = 'id = "p"\n[limits]\nmax-tokens = 1_000\n[[cases]]\nat = 2026-01-02T03:04:05Z\n';
  expect(await parseToml(text)).toEqual({
    id: 'p',
    limits: { 'max-tokens': 1000 },
    cases: [{ at: '2026-01-02T03:04:05.000Z' }],
  });
});

it('a mistake is an error that names its line', async () => {
  await expect(parseToml('a = 1\nb = \n')).rejects.toThrow(/line|2/);
});
