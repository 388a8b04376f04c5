// The smallest pipeline in TypeScript. In a project of your own: `npm install harn`, then run this file with your
// usual tools. Here: `node examples/run-ts.mjs examples/typescript/hello.ts Ada`.
import { createRuntime, openStore, pipeline } from 'harn';

const hello = pipeline('hello', async (harness, input: { readonly name: string }) => {
  harness.stdio.println(`Hello, ${input.name}, from Harn.`);
  return { greeted: input.name };
});

await using store = await openStore('memory:');
const runtime = createRuntime({ store, pipelines: [hello] });
const result = await runtime.start(hello, { name: process.argv[2] ?? 'world' }).done;
process.exitCode = result.status === 'settled' ? 0 : 1;
