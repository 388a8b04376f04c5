// Models from TypeScript: heard while they arrive, with the same outcomes as in a program.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import type { LlmDelta } from '../llm/index.ts';
import { type PipelineFn, pipeline } from './index.ts';

async function outcome(mocks: readonly Json[], fn: PipelineFn<null, unknown>): Promise<unknown> {
  await using store = await openStore('memory:');
  const p = pipeline('p', fn);
  const runtime = createRuntime({
    store,
    pipelines: [p],
    host: createMockHost(),
    llm: { mocks },
  });
  const result = await runtime.start(p, null).done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned;
}

describe('harness.llm in TypeScript', () => {
  it('gives an answer piece by piece, and then the whole', async () => {
    const value = await outcome([{ text: 'one two' }], async ({ llm }) => {
      const pieces: LlmDelta[] = [];
      const stream = llm.stream('count');
      for await (const piece of stream) pieces.push(piece);
      const { text, transcript } = await stream.result();
      return { pieces, text, said: (transcript['messages'] as readonly Json[]).length };
    });
    expect(value).toEqual({
      pieces: [
        { type: 'text', text: 'one' },
        { type: 'text', text: ' two' },
      ],
      text: 'one two',
      said: 2,
    });
  });

  it('throws the failure of a stream where it is heard, and where the result is asked for', async () => {
    const mocks = [{ error: { category: 'overloaded', message: 'busy' } }];
    const value = await outcome(mocks, async ({ llm }) => {
      const stream = llm.stream('count');
      const codes: string[] = [];
      try {
        for await (const piece of stream) codes.push(piece.type);
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
      await stream.result().catch((error: { code: string }) => codes.push(error.code));
      return codes;
    });
    expect(value).toEqual(['HARN-LLM-103', 'HARN-LLM-103']);
  });

  it('calls onDelta with every piece before the call returns', async () => {
    const value = await outcome([{ text: 'a b' }], async ({ llm }) => {
      const heard: string[] = [];
      const onDelta = async (delta: LlmDelta) => {
        if (delta.type === 'text') heard.push(delta.text);
      };
      const { text } = await llm.call('q', { onDelta });
      return [...heard, text];
    });
    expect(value).toEqual(['a', ' b', 'a b']);
  });
});
