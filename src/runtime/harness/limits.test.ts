// Where agents work and what they may call, in TypeScript: execution, permissions with functions, hooks.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { defineTool, type Harness, pipeline } from './index.ts';

const call = (name: string, path: string, id = `call_${path}`): JsonObject => ({
  text: '',
  tool_calls: [{ id, name, arguments: { path } }],
});

async function returned(
  body: (harness: Harness) => Promise<unknown>,
  mocks: readonly JsonObject[] = [],
): Promise<unknown> {
  const store = await openStore('memory:');
  const main = pipeline('main', body);
  const host = createMockHost({ files: { '/work/note.txt': 'root', '/work/a/note.txt': 'a' } });
  const runtime = createRuntime({ store, pipelines: [main], host, llm: { mocks } });
  const result = await runtime.start(main, null).done;
  if (result.status !== 'settled') throw new Error(result.status);
  return result.returned;
}

const told: string[] = [];
const write = defineTool<{ path: string }>({
  name: 'write',
  description: 'Writes',
  parameters: { path: 'string' },
  handler: ({ path }, { cwd, env }) => {
    told.push(`${path} ${cwd} ${env['COLOR'] ?? '-'}`);
    return 'written';
  },
});

describe('a TypeScript pipeline', () => {
  it('gives workers and sub-agents a place, which their tools are told', async () => {
    told.length = 0;
    const execution = { cwd: 'a', env: { COLOR: 'red' } };
    const found = await returned(
      async ({ agent, fs }) => {
        const worker = await agent.workerSpawn({ task: 'x', execution }, async (own) => [
          own.fs.cwd(),
          own.env.get('COLOR'),
          await own.fs.readText('note.txt'),
        ]);
        const { result = null } = await agent.workerWait(worker);
        await agent.subAgentRun('write it', { execution, tools: [write] });
        return [result, await fs.readText('note.txt')];
      },
      [call('write', 'x'), { text: 'done' }],
    );
    expect(found).toEqual([['/work/a', 'red', 'a'], 'root']);
    expect(told).toEqual(['x /work/a red']);
  });

  it('limits agents with functions, and hears hooks', async () => {
    told.length = 0;
    const heard: string[] = [];
    const found = await returned(
      async ({ agent }) => {
        agent.registerToolHook({
          pre: (event) => void heard.push(String((event['tool'] as JsonObject)['name'])),
        });
        const permissions = {
          allow: { write: ({ path }: JsonObject) => String(path).startsWith('in/') },
          on_escalation: async ({ args }: { readonly args: JsonObject }) =>
            args['path'] === 'asked',
        };
        const loop = await agent.loop({ task: 'go', tools: [write], permissions });
        agent.clearToolHooks();
        const child = (await agent.subAgentRun('go', {
          tools: [write],
          permissions: { deny: ['write'] },
        })) as JsonObject;
        return [loop.tools.rejected, child['error'] ?? null];
      },
      [
        call('write', 'in/a'),
        call('write', 'asked'),
        call('write', 'out/b'),
        { text: 'done' },
        call('write', 'c'),
        { text: 'done' },
      ],
    );
    expect(told.map((line) => line.split(' ')[0])).toEqual(['in/a', 'asked']);
    expect(heard).toEqual(['write', 'write', 'write']);
    expect(found).toEqual([
      ['write'],
      {
        category: 'permission_denied',
        tool: 'write',
        message: '"write" is denied by its permissions',
      },
    ]);
  });
});
