// A model that needs no key, for the examples beside it: an agent that looks two orders up, refunds both and says so. It
// answers by how far the conversation is, takes its time like a real one, and writes down what it would have charged for.
import { appendFileSync } from 'node:fs';
import type { LanguageModel } from 'ai';

/** The interface of the AI SDK that every provider speaks. */
export type Model = Extract<LanguageModel, { specificationVersion: 'v3' }>;
type Answer = Awaited<ReturnType<Model['doGenerate']>>;

const TURNS: readonly (string | readonly [tool: string, order: string])[] = [
  ['lookUp', 'A-1'],
  ['refund', 'A-1'],
  ['lookUp', 'B-2'],
  ['refund', 'B-2'],
  'Both orders are refunded.',
];

/** How long an answer takes. */
const THINKING_MS = 500;

export function refundModel(): Model {
  return {
    specificationVersion: 'v3',
    provider: 'example',
    modelId: 'refund-model',
    supportedUrls: {},
    async doGenerate({ prompt }) {
      const turn = prompt.filter(({ role }) => role === 'assistant').length;
      await new Promise((ok) => setTimeout(ok, THINKING_MS));
      appendFileSync('bill.txt', `answer ${turn + 1}\n`);
      return answerOf(turn);
    },
    async doStream() {
      throw new Error('this model does not stream');
    },
  };
}

function answerOf(turn: number): Answer {
  const said = TURNS[turn] ?? 'That is all.';
  const isText = typeof said === 'string';
  return {
    content: isText
      ? [{ type: 'text', text: said }]
      : [
          {
            type: 'tool-call',
            toolCallId: `call-${turn}`,
            toolName: said[0],
            input: JSON.stringify({ order: said[1] }),
          },
        ],
    finishReason: { unified: isText ? 'stop' : 'tool-calls', raw: undefined },
    usage: {
      inputTokens: { total: 50, noCache: 50, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 10, text: 10, reasoning: 0 },
    },
    warnings: [],
  };
}
