// The signature texts of the builtin table are in the syntax that the language parses.
import { expect, test } from 'vitest';
import { createRegistry } from '../../src/builtins/index.ts';
import { parseSignature } from '../../src/lang/index.ts';

const functions = createRegistry()
  .rows()
  .filter((row) => row.constant === undefined);

test.each(functions.map((row) => [row.name, row] as const))('%s', (name, row) => {
  expect(parseSignature(row.signature).name).toBe(name);
});
