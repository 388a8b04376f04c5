// Tools that the embedding program runs, for loops in TypeScript.
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { defineTool, pipeline } from './index.ts';

describe('a tool with a host capability', () => {
  it('needs no handler', async () => {
    const look = defineTool({
      name: 'look',
      description: 'Looks',
      parameters: { at: 'string' },
      hostCapability: 'editor.look',
    });
    const body = pipeline('test', async ({ agent }) => {
      const { tools } = await agent.loop({ task: 'look around', tools: [look] });
      return tools.successful;
    });
    await using store = await openStore('memory:');
    const asked: unknown[] = [];
    const runtime = createRuntime({
      store,
      pipelines: [body],
      host: createMockHost(),
      llm: {
        mocks: [
          { text: '', tool_calls: [{ id: 'c', name: 'look', arguments: { at: 'it' } }] },
          { text: 'done' },
        ],
      },
      hostCapabilities: {
        editor: { operations: { look: { class: 'read', call: (at) => asked.push(at) } } },
      },
    });
    expect(await runtime.start(body, null).done).toMatchObject({ returned: ['look'] });
    expect(asked).toEqual([{ at: 'it' }]);
  });
});
