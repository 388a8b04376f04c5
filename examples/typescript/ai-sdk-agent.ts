// An agent of the AI SDK as a durable run. The agent, its tools and its loop are the SDK's; what is ours is `durable(...)`
// around the model, and the harness in the tools. Kill the process at any moment and start it again: it goes on where
// it was, no answer is bought twice and no refund is made twice.
//
//     node examples/run-ts.mjs examples/typescript/ai-sdk-agent.ts
import { jsonSchema, ToolLoopAgent, tool } from 'ai';
import { createRuntime, durable, type Harness, openStore, pipeline } from 'harn';
import { refundModel } from './refund-model.ts';

const order = jsonSchema<{ order: string }>({
  type: 'object',
  properties: { order: { type: 'string' } },
  required: ['order'],
});

// Whatever a tool does to the outside goes through the harness: that is what makes it happen once.
const toolsOf = (harness: Harness) => ({
  lookUp: tool({
    description: 'Says what is known of an order',
    inputSchema: order,
    execute: async ({ order }) => ({ order, paid: 20, at: await harness.clock.nowMs() }),
  }),
  refund: tool({
    description: 'Pays an order back',
    inputSchema: order,
    execute: async ({ order }) => {
      await harness.fs.append('refunds.txt', `${order}: 20\n`);
      harness.stdio.println(`Refunded ${order}.`);
      return 'done';
    },
  }),
});

const refunds = pipeline('refunds', async (harness, request: string) => {
  const agent = new ToolLoopAgent({
    // The one line that differs from a plain program: `model: openai('gpt-4o')` becomes this.
    model: durable(harness, refundModel()),
    tools: toolsOf(harness),
  });
  const { text } = await agent.generate({ prompt: request });
  harness.stdio.println(text);
  return text;
});

await using store = await openStore('.harn/harn.sqlite');
const runtime = createRuntime({ store, pipelines: [refunds] });
// Under an id the work is done once: what a killed process left behind goes on, and what is done is not done again.
const run = await runtime.start(refunds, 'Refund A-1 and B-2.', { id: 'refunds A-1 and B-2' });
const result = await run.done;
process.exitCode = result.status === 'settled' ? 0 : 1;
