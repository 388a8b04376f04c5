// Every example in the table of builtins is a program that prints what the table says. Every row that programs can name has
// one, but for those that are listed here with the reason.
import { describe, expect, test } from 'vitest';
import { EFFECT_GROUPS } from '../../src/builtins/effectful.ts';
import { EXAMPLES } from '../../src/builtins/examples/all.ts';
import { createRegistry } from '../../src/builtins/index.ts';
import { printed } from '../agents/program.ts';
import { hostWithDemo } from '../mcp/demo-server.ts';

const rows = createRegistry(EFFECT_GROUPS).rows();

/** What needs a server that listens, which the mock host of these examples has not. */
const WITHOUT = new Set(
  ['accept', 'route', 'server', 'server_close'].map((name) => `net.websocket_${name}`),
);

/** An example of statements stands in a pipeline. */
function program(source: string): string {
  return `pipeline main() {\n${source}\n}`;
}

describe('an example in the table', () => {
  test.each(Object.entries(EXAMPLES))('prints what it says: %s', async (_, { source, prints }) => {
    const lines = await printed(program(source), { host: hostWithDemo() });
    expect(lines.join('\n')).toBe(prints.trimEnd());
  });

  test('is there for every row that programs can name', () => {
    const without = rows
      .filter(({ name }) => !/^(?:@|__)/.test(name) && EXAMPLES[name] === undefined)
      .map(({ name }) => name);
    expect(new Set(without)).toEqual(WITHOUT);
  });

  test('is about a row', () => {
    const names = new Set(rows.map(({ name }) => name));
    expect(Object.keys(EXAMPLES).filter((name) => !names.has(name))).toEqual([]);
  });
});
