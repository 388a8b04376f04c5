// LangGraph.js: its prebuilt agent with the SQLite checkpointer. Checkpoints are written before the next step starts, and
// SQLite is set to FULL, as in peer.mjs.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { z } from 'zod';
import { measure, meeting, TASK, TURNS } from '../agents.mjs';

class Scripted extends BaseChatModel {
  _llmType() {
    return 'scripted';
  }
  bindTools() {
    return this;
  }
  async _generate(messages) {
    const turn = messages.filter((message) => message.getType() === 'ai').length;
    const message =
      turn < TURNS
        ? new AIMessage({
            content: '',
            tool_calls: [{ id: `call_${turn}`, name: 'add', args: { n: turn } }],
          })
        : new AIMessage('done');
    return { generations: [{ text: '', message }] };
  }
}

const dir = process.argv[2];
mkdirSync(dir, { recursive: true });
const checkpointer = SqliteSaver.fromConnString(join(dir, 'agents.sqlite'));
checkpointer.setup();
checkpointer.db.pragma('synchronous = FULL');
const all = meeting();
const add = tool(
  async ({ n }) => {
    await all.come(n);
    return String(n + 1);
  },
  { name: 'add', description: 'Adds one', schema: z.object({ n: z.number() }) },
);
const agent = createReactAgent({ llm: new Scripted({}), tools: [add], checkpointer });
await measure(async (n) => {
  const end = await agent.invoke(
    { messages: [{ role: 'user', content: TASK }] },
    { configurable: { thread_id: `loop${n}` }, recursionLimit: 50, durability: 'sync' },
  );
  return end.messages.at(-1).content;
}, all);
