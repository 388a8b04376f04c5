// Leaving a stream of a model early, from either language: the call ends at once, and its server sees the connection close.
import { createAnthropic } from '@ai-sdk/anthropic';
import { streamText } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/runtime/compose.ts';
import {
  durable,
  type Harness,
  type PipelineFn,
  pipeline,
} from '../../src/runtime/harness/index.ts';
import { createMockHost, createNodeHost, type MockHost } from '../../src/runtime/host/index.ts';
import {
  anthropicText,
  type ModelServer,
  modelServer,
  says,
  streams,
} from '../../src/runtime/llm/providers/model-server.fixture.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { openStore } from '../../src/store/index.ts';
import { printed } from '../effects/scene.ts';

let server: ModelServer;
let host: MockHost;

beforeAll(async () => {
  server = await modelServer();
  const real = createNodeHost();
  const mock = createMockHost({
    env: { ANTHROPIC_BASE_URL: server.origin, ANTHROPIC_API_KEY: 'k' },
  });
  host = Object.assign(Object.create(mock) as MockHost, { http: real.http, clock: real.clock });
});

afterAll(() => server.close());

/** The server says one piece, then nothing more, and does not end; what asks next hears when that was given up. */
function saysOnePiece(): void {
  server.answers(streams(anthropicText('one ', 'two').slice(0, 3), 'hang'), (response, request) => {
    void server.cut[0]?.then(() => says(200, 'closed')(response, request));
  });
}

async function returnedBy(fn: PipelineFn<null, unknown>): Promise<unknown> {
  await using store = await openStore('memory:');
  const program = pipeline('p', fn);
  const result = await createRuntime({ store, pipelines: [program], host }).start(program, null)
    .done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned;
}

describe('a stream that is left early', () => {
  it('is cut at once in TypeScript, while the program goes on', async () => {
    saysOnePiece();
    const value = await returnedBy(async ({ llm }: Harness) => {
      const stream = llm.stream('count', { provider: 'anthropic' });
      const heard: string[] = [];
      for await (const piece of stream) {
        heard.push(piece.type);
        break;
      }
      // The program is still there: it is not the end of the run that closes the connection.
      await server.cut[0];
      const code = await stream.result().catch((error: { code: string }) => error.code);
      return { heard, code };
    });
    expect(value).toEqual({ heard: ['text'], code: 'HARN-LLM-112' });
    expect(server.seen).toHaveLength(1);
  });

  it('is cut at once by who cancels the stream of a model object', async () => {
    saysOnePiece();
    const model = createAnthropic({ baseURL: `${server.origin}/v1`, apiKey: 'k' })('claude-x');
    const value = await returnedBy(async (harness) => {
      const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'q' }] }];
      const { stream } = await durable(harness, model).doStream({ prompt });
      const types: string[] = [];
      const reader = stream.getReader();
      while (!types.includes('text-delta')) types.push((await reader.read()).value?.type ?? 'over');
      await reader.cancel();
      await server.cut[0];
      return types.at(-1);
    });
    expect(value).toBe('text-delta');
  });

  it('is cut at once by the signal that a program gave the AI SDK', async () => {
    saysOnePiece();
    const model = createAnthropic({ baseURL: `${server.origin}/v1`, apiKey: 'k' })('claude-x');
    const value = await returnedBy(async (harness) => {
      const stop = new AbortController();
      const { textStream } = streamText({
        model: durable(harness, model),
        prompt: 'count',
        abortSignal: stop.signal,
      });
      const heard: string[] = [];
      for await (const piece of textStream) {
        heard.push(piece);
        stop.abort();
      }
      await server.cut[0];
      return heard;
    });
    expect(value).toEqual(['one ']);
  });

  it.each([
    ['break', 'for piece in llm_stream("q", nil, o) {\n    heard = heard + piece\n    break\n  }'],
    [
      'return',
      'fn hear(o) {\n    for piece in llm_stream("q", nil, o) { return piece }\n    return ""\n  }\n  heard = hear(o)',
    ],
    [
      'throw',
      'try {\n    for piece in llm_stream("q", nil, o) {\n      heard = piece\n      throw "enough"\n    }\n  } catch (e) { println(e) }',
    ],
    [
      'an operator',
      'for piece in stream.map(llm_stream("q", nil, o), { p -> p + "!" }) {\n    heard = piece\n    break\n  }',
    ],
    ['closing it', 'let s = llm_stream("q", nil, o)\n  heard = receive(s)\n  close_channel(s)'],
  ])('is cut at once in a program: by %s', async (_how, loop) => {
    saysOnePiece();
    const program = [
      'pipeline main() {',
      '  var heard = ""',
      '  let o = {provider: "anthropic"}',
      `  ${loop}`,
      `  let go = http_get("${server.origin}/next")`,
      '  println("${trim(heard)} ${go.body}")',
      '}',
    ].join('\n');
    expect((await printed(program, host)).at(-1)).toMatch(/^one ?!? "closed"$/);
  });

  it('comes to the same end whatever commit the run is killed after', async () => {
    const program = pipeline('p', async ({ llm, step }: Harness) => {
      let heard = '';
      for await (const piece of llm.stream('count', { provider: 'anthropic' })) {
        if (piece.type === 'text') heard += piece.text;
        break;
      }
      return await step('after', () => heard);
    });
    let kills = 0;
    for (let killAfter = 0; killAfter < 40; killAfter += 1) {
      server.answers(streams(anthropicText('one ', 'two').slice(0, 3), 'hang'));
      await using real = await openStore('memory:');
      const { store, alive } = stoppingStore(real, killAfter);
      const first = createRuntime({ store, pipelines: [program], host }).start(program, null);
      const isDone = first.done.then(() => true);
      if (await Promise.race([isDone, stopped(alive)])) break;
      kills += 1;
      const known = (await real.latest(`runs.${first.id}`)) !== undefined;
      const runtime = createRuntime({ store: real, pipelines: [program], host });
      const next = known
        ? await runtime.resume(first.id, { force: true })
        : runtime.start(program, null);
      expect(await next.done, `killed after ${killAfter}`).toMatchObject({ returned: 'one ' });
    }
    expect(kills).toBeGreaterThan(2);
  });
});

/** False once the store of a life has stopped and what was under way has come to rest. */
async function stopped(alive: () => boolean): Promise<false> {
  while (alive()) await new Promise((ok) => setImmediate(ok));
  for (let turn = 0; turn < 50; turn += 1) await new Promise((ok) => setImmediate(ok));
  return false;
}
