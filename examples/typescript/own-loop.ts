// A loop of one's own as a durable run: ask the model, do what it asks for, tell it, until it is done. No framework, and
// no code that knows of crashes. Kill the process at any moment and start it again: it goes on where it was.
//
//     node examples/run-ts.mjs examples/typescript/own-loop.ts
import { createRuntime, durable, type Harness, openStore, pipeline } from 'harn';
import { type Model, refundModel } from './refund-model.ts';

type Prompt = Parameters<Model['doGenerate']>[0]['prompt'];

/** Does what the model asks for. What reaches the outside goes through the harness. */
async function call(harness: Harness, tool: string, order: string): Promise<string> {
  if (tool === 'lookUp') return `${order} was paid with 20`;
  await harness.fs.append('refunds.txt', `${order}: 20\n`);
  harness.stdio.println(`Refunded ${order}.`);
  return 'done';
}

const refunds = pipeline('refunds', async (harness, request: string) => {
  const model = durable(harness, refundModel());
  const prompt: Prompt = [{ role: 'user', content: [{ type: 'text', text: request }] }];
  for (;;) {
    const { content } = await model.doGenerate({ prompt });
    const asked = content.find((part) => part.type === 'tool-call');
    if (asked === undefined) {
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
      harness.stdio.println(text);
      return text;
    }
    const { toolCallId, toolName, input } = asked;
    const args = JSON.parse(input) as { readonly order: string };
    const value = await call(harness, toolName, args.order);
    prompt.push(
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName, input: args }] },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } }],
      },
    );
  }
});

await using store = await openStore('.harn/harn.sqlite');
const runtime = createRuntime({ store, pipelines: [refunds] });
// Under an id the work is done once: what a killed process left behind goes on, and what is done is not done again.
const run = await runtime.start(refunds, 'Refund A-1 and B-2.', { id: 'refunds A-1 and B-2' });
const result = await run.done;
process.exitCode = result.status === 'settled' ? 0 : 1;
