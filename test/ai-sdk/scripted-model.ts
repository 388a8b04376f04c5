// A model object of the AI SDK for tests: answers from a script by how many turns it sees, counts what is bought, and
// holds streams back until it is told.
import type { SdkModel as LanguageModelV3 } from '../../src/runtime/llm/providers/sdk-model.ts';

type Options = Parameters<LanguageModelV3['doGenerate']>[0];
type Answer = Awaited<ReturnType<LanguageModelV3['doGenerate']>>;
type Part =
  Awaited<ReturnType<LanguageModelV3['doStream']>>['stream'] extends ReadableStream<infer P>
    ? P
    : never;

export const USAGE: Answer['usage'] = {
  inputTokens: { total: 12, noCache: 10, cacheRead: 2, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
};

/** One turn: text, or calls of tools. */
export type Turn = string | readonly { readonly name: string; readonly input: object }[];

export interface ScriptedModel {
  readonly model: LanguageModelV3;
  /** The options of every call that was bought. */
  readonly bought: Options[];
}

/** Answers the n-th turn of a conversation with the n-th entry of the script. */
export function scriptedModel(
  script: readonly Turn[],
  meet: (options: Options, nth: number) => Promise<void> | void = () => undefined,
): ScriptedModel {
  const bought: Options[] = [];
  const turnOf = async (options: Options): Promise<{ turn: Turn; nth: number }> => {
    bought.push(options);
    await meet(options, bought.length);
    const nth = options.prompt.filter(({ role }) => role === 'assistant').length;
    return { turn: script[nth] ?? 'done', nth };
  };
  const model: LanguageModelV3 = {
    specificationVersion: 'v3',
    provider: 'scripted.chat',
    modelId: 'gpt-4o',
    supportedUrls: {},
    async doGenerate(options) {
      const { turn, nth } = await turnOf(options);
      return {
        content: contentOf(turn, nth),
        finishReason: { unified: typeof turn === 'string' ? 'stop' : 'tool-calls', raw: 'raw' },
        usage: USAGE,
        warnings: [],
        request: { body: 'the whole prompt' },
        response: {
          id: `r${nth}`,
          modelId: 'gpt-4o',
          timestamp: new Date(1_700_000_000_000),
          headers: { 'set-cookie': 'secret' },
        },
      };
    },
    async doStream(options) {
      const { turn, nth } = await turnOf(options);
      const parts = partsOf(turn, nth);
      return {
        stream: new ReadableStream<Part>({
          async pull(controller) {
            const next = parts.shift();
            if (next === undefined) controller.close();
            else controller.enqueue(next);
          },
        }),
      };
    },
  };
  return { model, bought };
}

function contentOf(turn: Turn, nth: number): Answer['content'] {
  if (typeof turn === 'string') return [{ type: 'text', text: turn }];
  return turn.map(({ name, input }, at) => ({
    type: 'tool-call',
    toolCallId: `call_${nth}_${at}`,
    toolName: name,
    input: JSON.stringify(input),
  }));
}

function partsOf(turn: Turn, nth: number): Part[] {
  const body: Part[] =
    typeof turn === 'string'
      ? [
          { type: 'text-start', id: 't' },
          ...turn.split(/(?= )/).map((delta): Part => ({ type: 'text-delta', id: 't', delta })),
          { type: 'text-end', id: 't' },
        ]
      : (contentOf(turn, nth) as Part[]);
  return [
    { type: 'stream-start', warnings: [] },
    ...body,
    {
      type: 'finish',
      usage: USAGE,
      finishReason: { unified: typeof turn === 'string' ? 'stop' : 'tool-calls', raw: 'raw' },
    },
  ];
}
