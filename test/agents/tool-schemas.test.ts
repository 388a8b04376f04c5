// Tools of TypeScript with schemas of libraries, with zod as the one at hand.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json } from '../../src/base/index.ts';
import { asTool, defineTool } from '../../src/runtime/harness/agent.ts';

const weigh = z.object({
  what: z.string().trim().min(1),
  grams: z.number().default(3),
  when: z.string().transform((text) => new Date(text)),
});

const call = { callId: 'c', sessionId: 's', idempotencyKey: 'k', cwd: '/', env: {} };
const site = { ...call, signal: new AbortController().signal };

const run = (tool: ReturnType<typeof asTool>, args: { readonly [name: string]: Json }) => {
  if (tool.handler?.kind !== 'native') throw new Error('no native handler');
  return tool.handler.run(args, site);
};

describe('a tool with a schema of a library', () => {
  const tool = asTool(
    defineTool({
      name: 'weigh',
      description: 'Weighs',
      parameters: weigh,
      deferLoading: true,
      handler: ({ what, grams, when }) => `${what} ${grams + 1} ${when.getUTCFullYear()}`,
    }),
  );

  it('tells models its JSON Schema', () => {
    expect(tool.parameters).toMatchObject({
      type: 'object',
      properties: { what: { type: 'string', minLength: 1 }, grams: { type: 'number', default: 3 } },
      required: ['what', 'when'],
    });
    expect(tool.parameters).not.toHaveProperty('$schema');
    expect(tool.deferLoading).toBe(true);
  });

  it('gives its handler what the schema makes of the arguments', async () => {
    expect(await run(tool, { what: ' tea ', when: '2026-01-02T00:00:00Z' })).toBe('tea 4 2026');
  });

  it('refuses what the library refuses, in its words', async () => {
    await expect(run(tool, { what: '  ', when: '2026' })).rejects.toMatchObject({
      code: 'HARN-TOL-023',
      message: expect.stringContaining('what: '),
    });
  });

  it('may say its JSON Schema beside a schema that does not', async () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'own',
        validate: (value: unknown) => ({ value: value as { n: number } }),
      },
    };
    const own = { name: 'own', description: '', parameters: schema, handler: () => null };
    expect(() => asTool(defineTool(own))).toThrow(
      expect.objectContaining({ code: 'HARN-TOL-022' }),
    );
    const told = asTool(defineTool({ ...own, jsonSchema: { type: 'object', properties: {} } }));
    expect(told.parameters).toEqual({ type: 'object', properties: {} });
  });

  it('may have plain parameters, too', async () => {
    const plain = asTool(
      defineTool<{ path: string }>({
        name: 'cat',
        description: '',
        parameters: { path: 'string' },
        handler: ({ path }) => path,
      }),
    );
    expect(plain.parameters).toMatchObject({ required: ['path'] });
    expect(await run(plain, { path: 'a' })).toBe('a');
  });
});
