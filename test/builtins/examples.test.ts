// Every example in the table of builtins is a program that prints what the table says, and every row that programs can name
// has one.
import { describe, expect, test } from 'vitest';
import { EFFECT_GROUPS } from '../../src/builtins/effectful.ts';
import { EXAMPLES } from '../../src/builtins/examples/all.ts';
import { createRegistry } from '../../src/builtins/index.ts';
import type { Host } from '../../src/runtime/host/index.ts';
import { createNodeHttp } from '../../src/runtime/host/node-http.ts';
import { printed } from '../agents/program.ts';
import { hostWithDemo } from '../mcp/demo-server.ts';

const rows = createRegistry(EFFECT_GROUPS).rows();

/** A mock host with an MCP server; examples that listen have the network of this machine, of which they use the loopback. */
function hostFor(source: string): Host {
  const host = hostWithDemo();
  if (!source.includes('websocket_server(')) return host;
  return Object.assign(host, { http: createNodeHttp({ clock: host.clock }) });
}

/** An example of statements stands in a pipeline. */
function program(source: string): string {
  return `pipeline main() {\n${source}\n}`;
}

describe('an example in the table', () => {
  test.each(Object.entries(EXAMPLES))('prints what it says: %s', async (_, { source, prints }) => {
    const lines = await printed(program(source), { host: hostFor(source) });
    expect(lines.join('\n')).toBe(prints.trimEnd());
  });

  test('is there for every row that programs can name', () => {
    const without = rows
      .filter(({ name }) => !/^(?:@|__)/.test(name) && EXAMPLES[name] === undefined)
      .map(({ name }) => name);
    expect(without).toEqual([]);
  });

  test('is about a row', () => {
    const names = new Set(rows.map(({ name }) => name));
    expect(Object.keys(EXAMPLES).filter((name) => !names.has(name))).toEqual([]);
  });
});
