// Every example in the table of builtins is a program that prints what the table says. Groups that have one for each
// row stay that way.
import { describe, expect, test } from 'vitest';
import { compressionRows } from '../../src/builtins/compression.ts';
import { cookieRows } from '../../src/builtins/cookies.ts';
import { dataFormatRows } from '../../src/builtins/data-formats.ts';
import { EXAMPLES } from '../../src/builtins/examples/all.ts';
import { EFFECT_GROUPS } from '../../src/builtins/effectful.ts';
import { createRegistry } from '../../src/builtins/index.ts';
import { jqRows } from '../../src/builtins/jq.ts';
import { junitRows } from '../../src/builtins/junit.ts';
import { keyRows } from '../../src/builtins/keys.ts';
import { multipartRows } from '../../src/builtins/multipart.ts';
import { signedUrlRows } from '../../src/builtins/signed-url.ts';
import { printed } from '../agents/program.ts';

const COMPLETE = [
  ...[dataFormatRows, compressionRows, keyRows, jqRows, multipartRows],
  ...[cookieRows, signedUrlRows, junitRows],
];

const rows = createRegistry(EFFECT_GROUPS).rows();
const examples = rows.flatMap(({ name, example = EXAMPLES[name] }) =>
  example === undefined ? [] : [{ name, ...example }],
);

/** An example of statements stands in a pipeline. */
function program(source: string): string {
  return `pipeline main() {\n${source}\n}`;
}

describe('an example in the table', () => {
  test.each(examples)('prints what it says: $name', async ({ source, prints }) => {
    const lines = await printed(program(source));
    expect(lines.join('\n')).toBe(prints.trimEnd());
  });

  test('is there for every row of the groups that are complete', () => {
    const without = COMPLETE.flatMap((group) => group())
      .filter(({ example }) => example === undefined)
      .map(({ name }) => name);
    expect(without).toEqual([]);
  });
});
