// Mastra workflows with libSQL storage. Its store sets WAL and `synchronous = NORMAL` by itself: what is written survives
// the end of the process, not always that of the machine. It is to be compared with Harn's `process` durability.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { Mastra } from '@mastra/core';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { LibSQLStore } from '@mastra/libsql';
import { z } from 'zod';
import { ANSWERS, each, median, PARKED, parts, STEPS, tell, timed } from '../shared.mjs';

const dir = process.argv[2];
mkdirSync(dir, { recursive: true });
const wanted = parts();
const shape = z.object({ n: z.number() });

const storeAt = (name) => new LibSQLStore({ id: name, url: `file:${join(dir, name)}` });

let steps = createWorkflow({ id: 'steps', inputSchema: shape, outputSchema: shape });
for (let n = 0; n < STEPS; n += 1) {
  steps = steps.then(
    createStep({
      id: `step${n}`,
      inputSchema: shape,
      outputSchema: shape,
      execute: async ({ inputData }) => ({ n: inputData.n + 1 }),
    }),
  );
}
steps.commit();

const asking = createWorkflow({
  id: 'asking',
  inputSchema: shape,
  outputSchema: z.object({ answer: z.string() }),
})
  .then(
    createStep({
      id: 'step',
      inputSchema: shape,
      outputSchema: shape,
      execute: async ({ inputData }) => ({ n: inputData.n + 1 }),
    }),
  )
  .then(
    createStep({
      id: 'ask',
      inputSchema: shape,
      outputSchema: z.object({ answer: z.string() }),
      resumeSchema: z.object({ answer: z.string() }),
      execute: async ({ resumeData, suspend }) => {
        if (resumeData === undefined) return suspend({});
        return { answer: resumeData.answer };
      },
    }),
  )
  .commit();

const open = (name) =>
  new Mastra({ workflows: { steps, asking }, storage: storeAt(name), logger: false });

const result = {};
if (wanted.has('steps')) {
  const workflow = open('work.db').getWorkflow('steps');
  const once = async () => {
    const run = await workflow.createRun();
    const { status } = await run.start({ inputData: { n: 0 } });
    if (status !== 'success') throw new Error(status);
  };
  await once();
  result.stepUs = ((await timed(once)) * 1e3) / STEPS;
}
if (wanted.has('answers')) {
  const workflow = open('work.db').getWorkflow('asking');
  const times = [];
  for (let n = 0; n < ANSWERS; n += 1) {
    const run = await workflow.createRun();
    const waiting = await run.start({ inputData: { n } });
    if (waiting.status !== 'suspended') throw new Error(waiting.status);
    let answered;
    times.push(
      await timed(async () => {
        // As another process would: from the storage, by id.
        const again = await workflow.createRun({ runId: run.runId });
        answered = await again.resume({ step: 'ask', resumeData: { answer: 'approved' } });
      }),
    );
    if (answered.result?.answer !== 'approved') throw new Error('not answered');
  }
  result.parkedAnswerMs = median(times);
}
if (wanted.has('parked')) {
  const workflow = open('parked.db').getWorkflow('asking');
  result.parkMs =
    (await timed(() =>
      each(PARKED, async (n) => {
        const run = await workflow.createRun();
        await run.start({ inputData: { n } });
      }),
    )) / PARKED;
  const again = open('parked.db').getWorkflow('asking');
  let total = 0;
  result.listMs = await timed(async () => {
    const listed = await again.listWorkflowRuns({ status: 'suspended', perPage: PARKED, page: 0 });
    total = listed.runs.length;
  });
  if (total !== PARKED) throw new Error(`${total} runs wait`);
  const file = join(dir, 'parked.db');
  await createClient({ url: `file:${file}` }).execute('PRAGMA wal_checkpoint(TRUNCATE)');
  const left = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (left > 0) throw new Error(`${left} bytes are still in the log`);
  result.parkedBytes = statSync(file).size / PARKED;
}
tell(result);
process.exit(0);
