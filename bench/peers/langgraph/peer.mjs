// LangGraph.js with its SQLite checkpointer. Checkpoints are written before the next step starts (`durability: 'sync'`)
// and SQLite is set to FULL, so that a step is on disk when the next begins, as it is in Harn's default.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Annotation, Command, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { ANSWERS, each, median, PARKED, parts, STEPS, tell, timed } from '../shared.mjs';

const dir = process.argv[2];
mkdirSync(dir, { recursive: true });
const wanted = parts();

function openSaver(name) {
  const saver = SqliteSaver.fromConnString(join(dir, name));
  saver.setup();
  saver.db.pragma('synchronous = FULL');
  return saver;
}

const State = Annotation.Root({
  n: Annotation({ reducer: (_old, value) => value, default: () => 0 }),
  answer: Annotation({ reducer: (_old, value) => value, default: () => null }),
});

const steps = (checkpointer) =>
  new StateGraph(State)
    .addNode('step', ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', ({ n }) => (n < STEPS ? 'step' : END))
    .compile({ checkpointer });

const asking = (checkpointer) =>
  new StateGraph(State)
    .addNode('step', ({ n }) => ({ n: n + 1 }))
    .addNode('ask', () => ({ answer: interrupt('approve?') }))
    .addEdge(START, 'step')
    .addEdge('step', 'ask')
    .addEdge('ask', END)
    .compile({ checkpointer });

const config = (id) => ({
  configurable: { thread_id: id },
  recursionLimit: STEPS + 10,
  durability: 'sync',
});

const result = {};
const saver = openSaver('work.sqlite');
if (wanted.has('steps')) {
  const app = steps(saver);
  await app.invoke({ n: 0 }, config('warm'));
  result.stepUs = ((await timed(() => app.invoke({ n: 0 }, config('steps')))) * 1e3) / STEPS;
}
if (wanted.has('answers')) {
  const app = asking(saver);
  const times = [];
  for (let n = 0; n < ANSWERS; n += 1) {
    const at = config(`answer${n}`);
    await app.invoke({ n: 0 }, at);
    let answered;
    times.push(
      await timed(async () => {
        answered = await app.invoke(new Command({ resume: 'approved' }), at);
      }),
    );
    if (answered.answer !== 'approved') throw new Error('not answered');
  }
  result.parkedAnswerMs = median(times);
}
if (wanted.has('parked')) {
  const many = openSaver('parked.sqlite');
  const app = asking(many);
  result.parkMs =
    (await timed(() => each(PARKED, (n) => app.invoke({ n }, config(`p${n}`))))) / PARKED;
  many.db.pragma('wal_checkpoint(TRUNCATE)');
  many.db.close();
  const again = openSaver('parked.sqlite');
  const waiting = new Set();
  result.listMs = await timed(async () => {
    // Without a thread there is no question but "all checkpoints".
    for await (const tuple of again.list({ configurable: {} })) {
      const asks = (tuple.pendingWrites ?? []).some(([, channel]) => channel === '__interrupt__');
      if (asks) waiting.add(tuple.config.configurable.thread_id);
    }
  });
  if (waiting.size !== PARKED) throw new Error(`${waiting.size} threads wait`);
  result.parkedBytes = statSync(join(dir, 'parked.sqlite')).size / PARKED;
}
tell(result);
