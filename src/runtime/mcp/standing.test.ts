// Whether a server can be had by its name, for what needs one.
import { expect, it } from 'vitest';
import { createMockHost } from '../host/index.ts';
import { resultOf } from '../llm/llm-run.fixture.ts';
import { mcpCalls } from './calls.ts';
import { McpClient } from './client.ts';
import { connectionsKey } from './connections.ts';

it('a server stands connected, declared, or not at all', async () => {
  const files = { '/work/harn.toml': '[[mcp]]\nname = "files"\ncommand = "mcp-files"\n' };
  const host = createMockHost({ cwd: '/work', files });
  const seen = await resultOf(
    function* (ctx) {
      ctx.get(connectionsKey).register(new McpClient('client:1', 'desk'));
      return [
        yield* mcpCalls.standing(ctx, 'desk'),
        yield* mcpCalls.standing(ctx, 'files'),
        yield* mcpCalls.standing(ctx, 'else'),
      ];
    },
    { host },
  );
  expect(seen).toEqual(['connected', 'declared', undefined]);
});
