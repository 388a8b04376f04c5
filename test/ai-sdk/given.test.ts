// Programs of the AI SDK over durable models that ask nobody: prepared answers, tapes, and the switch that forbids calls.
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/runtime/compose.ts';
import {
  durable,
  type Harness,
  type PipelineFn,
  pipeline,
} from '../../src/runtime/harness/index.ts';
import { createMockHost, createNodeHost, type MockHost } from '../../src/runtime/host/index.ts';
import type { LlmConfig } from '../../src/runtime/llm/index.ts';
import { openStore } from '../../src/store/index.ts';
import { type ScriptedModel, scriptedModel } from './scripted-model.ts';

function timedHost(env: { readonly [name: string]: string } = {}): MockHost {
  const { clock } = createNodeHost();
  return Object.assign(Object.create(createMockHost({ env })) as MockHost, { clock });
}

async function returnedBy(
  fn: PipelineFn<null, unknown>,
  { host = timedHost(), llm }: { host?: MockHost; llm?: LlmConfig } = {},
): Promise<unknown> {
  await using store = await openStore('memory:');
  const program = pipeline('p', fn);
  const runtime = createRuntime({
    store,
    pipelines: [program],
    host,
    ...(llm === undefined ? {} : { llm }),
  });
  const result = await runtime.start(program, null).done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned;
}

const adder = {
  add: tool({
    inputSchema: jsonSchema<{ a: number; b: number }>({
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
    }),
    execute: async ({ a, b }) => a + b,
  }),
};

const agent =
  (scripted: ScriptedModel, prompt = 'how many?') =>
  async (harness: Harness): Promise<unknown> => {
    const { text, steps, totalUsage } = await generateText({
      model: durable(harness, scripted.model),
      tools: adder,
      stopWhen: stepCountIs(3),
      prompt,
    });
    return { text, steps: steps.length, input: totalUsage.inputTokens };
  };

const story = (scripted: ScriptedModel) => async (harness: Harness) => {
  const result = streamText({ model: durable(harness, scripted.model), prompt: 'a story' });
  const pieces: string[] = [];
  for await (const piece of result.textStream) pieces.push(piece);
  return pieces.join('');
};

const ADDS = [[{ name: 'add', input: { a: 1, b: 2 } }], 'there are 3'] as const;

describe('a durable model with prepared answers', () => {
  it('gives them in order, calls of tools too, and buys nothing', async () => {
    const scripted = scriptedModel(['bought']);
    const value = await returnedBy(async (harness) => {
      harness.llm.mockEnqueue({ tool_calls: [{ name: 'add', arguments: { a: 1, b: 2 } }] });
      harness.llm.mockEnqueue({ text: 'three', input_tokens: 7 });
      const told = await agent(scripted)(harness);
      const calls = harness.llm.mockCalls();
      return { told, last: calls[1]?.messages };
    });
    expect(value).toMatchObject({ told: { text: 'three', steps: 2 } });
    expect(value).toMatchObject({
      last: [{ role: 'user' }, { role: 'assistant' }, { content: '3' }],
    });
    expect(scripted.bought).toHaveLength(0);
  });

  it('streams them, and asks the model again when they are used up', async () => {
    const scripted = scriptedModel(['bought']);
    const value = await returnedBy(async (harness) => {
      harness.llm.mockEnqueue({ text: 'once upon a time', thinking: 'hm' });
      return [await story(scripted)(harness), await story(scripted)(harness)];
    });
    expect(value).toEqual(['once upon a time', 'bought']);
    expect(scripted.bought).toHaveLength(1);
  });

  it('fails as it was told to', async () => {
    const scripted = scriptedModel(['bought']);
    const value = await returnedBy(async (harness) => {
      harness.llm.mockEnqueue({ error: { category: 'auth', message: 'no' } });
      return await agent(scripted)(harness).catch((error: { code: string }) => error.code);
    });
    expect(value).toBe('HARN-LLM-106');
  });

  it('refuses what none of the answers of its run fits', async () => {
    const scripted = scriptedModel(['bought']);
    const llm = { mocks: [{ match: '*many*', text: 'lots' }] };
    expect(await returnedBy(agent(scripted), { llm })).toMatchObject({ text: 'lots' });
    const refused = agent(scripted, 'something else');
    const code = await returnedBy(
      (harness) => refused(harness).catch((error: { code: string }) => error.code),
      { llm },
    );
    expect(code).toBe('HARN-LLM-161');
    expect(scripted.bought).toHaveLength(0);
  });
});

describe('a durable model with a tape', () => {
  it('says from the tape what was recorded, whole or in pieces', async () => {
    const host = timedHost();
    const both = (adds: ScriptedModel, tells: ScriptedModel) => async (harness: Harness) => [
      await agent(adds)(harness),
      await story(tells)(harness),
    ];
    const bought = [scriptedModel(ADDS), scriptedModel(['one two'])] as const;
    const recorded = await returnedBy(both(...bought), { host, llm: { recordTape: 'a.jsonl' } });
    expect(recorded).toMatchObject([{ text: 'there are 3', steps: 2 }, 'one two']);
    const second = scriptedModel(['never']);
    const told = await returnedBy(both(second, second), { host, llm: { tape: 'a.jsonl' } });
    expect(told).toEqual(recorded);
    expect(second.bought).toHaveLength(0);
  });

  it('fails with the key of a request that is not on it', async () => {
    const host = timedHost({ HARN_LLM_TAPE: 'empty.jsonl' });
    await host.fs.writeFile('empty.jsonl', new Uint8Array());
    const code = await returnedBy(
      (harness) => agent(scriptedModel(['x']))(harness).catch((e: { code: string }) => e.code),
      { host },
    );
    expect(code).toBe('HARN-LLM-150');
  });
});

it('refuses to leave the machine where calls are switched off, and still gives prepared answers', async () => {
  const host = timedHost({ HARN_LLM_CALLS_DISABLED: '1' });
  const scripted = scriptedModel(['bought']);
  const value = await returnedBy(
    async (harness) => {
      const refused = await agent(scripted)(harness).catch((e: { code: string }) => e.code);
      harness.llm.mockEnqueue({ text: 'here' });
      return [refused, await agent(scripted)(harness)];
    },
    { host },
  );
  expect(value).toMatchObject(['HARN-LLM-130', { text: 'here' }]);
  expect(scripted.bought).toHaveLength(0);
});
