// Mastra: its agent over a model object of the AI SDK, as it comes: it keeps nothing until the answer is there, so a killed
// process loses the loop. Harn on its store in memory is the nearest.
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import { measure, meeting, TASK, TURNS } from '../agents.mjs';

const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };

function parts(prompt) {
  const turn = prompt.filter(({ role }) => role === 'assistant').length;
  return turn < TURNS
    ? [
        {
          type: 'tool-call',
          toolCallId: `call_${turn}`,
          toolName: 'add',
          input: JSON.stringify({ n: turn }),
        },
      ]
    : [{ type: 'text', text: 'done' }];
}

const model = {
  specificationVersion: 'v2',
  provider: 'scripted',
  modelId: 'scripted',
  supportedUrls: {},
  async doGenerate({ prompt }) {
    const content = parts(prompt);
    const finishReason = content[0].type === 'text' ? 'stop' : 'tool-calls';
    return { content, finishReason, usage, warnings: [] };
  },
  async doStream({ prompt }) {
    const [part] = parts(prompt);
    const pieces =
      part.type === 'text'
        ? [
            { type: 'text-start', id: '0' },
            { type: 'text-delta', id: '0', delta: part.text },
            { type: 'text-end', id: '0' },
          ]
        : [part];
    const finishReason = part.type === 'text' ? 'stop' : 'tool-calls';
    const all = [
      { type: 'stream-start', warnings: [] },
      ...pieces,
      { type: 'finish', finishReason, usage },
    ];
    return { stream: ReadableStream.from(all) };
  },
};

const all = meeting();
const add = createTool({
  id: 'add',
  description: 'Adds one',
  inputSchema: z.object({ n: z.number() }),
  execute: async (given) => {
    const { n } = given.context ?? given;
    await all.come(n);
    return String(n + 1);
  },
});
const agent = new Agent({
  id: 'adder',
  name: 'adder',
  instructions: 'Add.',
  model,
  tools: { add },
});
await measure(async () => (await agent.generate(TASK, { maxSteps: TURNS + 2 })).text, all);
