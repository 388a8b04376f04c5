import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import type { RunBody } from '../run/index.ts';
import { type LlmResult, llmCall } from './index.ts';
import { completion, live, loadSdk, newStore, resultOf, until } from './llm-run.fixture.ts';
import { parseCall } from './options.ts';
import { tapeKey } from './tape.ts';

const OPENAI = 'https://api.openai.com/v1/chat/completions';
const TAPE = '/work/demo.tape.jsonl';

beforeAll(loadSdk);

function recordingHost(files: { readonly [path: string]: string } = {}): MockHost {
  const host = createMockHost({ env: { OPENAI_API_KEY: 'sk-secret' }, files });
  let calls = 0;
  host.onRequest('POST', OPENAI, () => {
    calls += 1;
    return { json: completion(`answer ${calls}`) };
  });
  return host;
}

const ask = (...prompts: string[]): RunBody =>
  function* (ctx) {
    const texts: string[] = [];
    for (const prompt of prompts) {
      texts.push((yield* llmCall(ctx, prompt, 'be brief', { temperature: 0 })).text);
    }
    return texts;
  };

async function recorded(...prompts: string[]): Promise<string> {
  const host = recordingHost();
  await resultOf(ask(...prompts), { host, config: { recordTape: TAPE } });
  return host.fs.readText(TAPE);
}

describe('a tape', () => {
  it('gives what was recorded, without provider or key, also when a request occurs twice', async () => {
    const tape = await recorded('one', 'two', 'one');
    expect(tape.trimEnd().split('\n')).toHaveLength(3);
    expect(tape).not.toContain('sk-secret');
    const host = createMockHost({ files: { [TAPE]: tape } });
    const texts = await resultOf(ask('two', 'one', 'one'), { host, config: { tape: TAPE } });
    expect(texts).toEqual(['answer 2', 'answer 1', 'answer 3']);
    expect(host.calls.filter((call) => call.port === 'http')).toEqual([]);
  });

  it('can be named by the call or by the environment, and costs nothing', async () => {
    const files = { [TAPE]: await recorded('one') };
    const byEnv = createMockHost({ files, env: { HARN_LLM_TAPE: TAPE } });
    expect(await resultOf(ask('one'), { host: byEnv })).toEqual(['answer 1']);
    const byCall = (await resultOf(
      (ctx) => llmCall(ctx, 'one', 'be brief', { temperature: 0, provider: 'tape', tape: TAPE }),
      { host: createMockHost({ files }) },
    )) as LlmResult;
    expect(byCall).toMatchObject({
      provider: 'tape',
      model: 'gpt-4o',
      cost_usd: 0,
      input_tokens: 12,
    });
  });

  it('names the request that it has no answer for', async () => {
    const host = createMockHost({ files: { [TAPE]: await recorded('one') } });
    const failed = resultOf(ask('one', 'one'), { host, config: { tape: TAPE } });
    await expect(failed).rejects.toMatchObject({
      code: 'HARN-LLM-150',
      data: { tape: TAPE, asked: '"one"', nth: 2 },
    });
    const other = resultOf(ask('three'), { host, config: { tape: TAPE } });
    await expect(other).rejects.toMatchObject({ code: 'HARN-LLM-150', data: { asked: '"three"' } });
  });

  it('refuses lines that are no answers, and forgives a last one that was never finished', async () => {
    const tape = await recorded('one');
    const broken = createMockHost({ files: { [TAPE]: `${tape}{"v":1}\n` } });
    await expect(
      resultOf(ask('one'), { host: broken, config: { tape: TAPE } }),
    ).rejects.toMatchObject({ code: 'HARN-LLM-151', data: { line: 2 } });
    const cut = createMockHost({ files: { [TAPE]: `${tape}{"v":1,"key` } });
    expect(await resultOf(ask('one'), { host: cut, config: { tape: TAPE } })).toEqual(['answer 1']);
  });

  it('is recorded on after half a line of a killed process', async () => {
    const host = recordingHost({ [TAPE]: `${await recorded('zero')}{"v":1,"ke` });
    await resultOf(ask('one'), { host, config: { recordTape: TAPE } });
    const lines = (await host.fs.readText(TAPE)).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as JsonObject)['v'])).toEqual([1, 1]);
  });

  it('is one line per answer when calls run beside each other', async () => {
    const host = recordingHost();
    await resultOf(
      function* (ctx) {
        const tasks = ['a', 'b', 'c'].map((prompt) =>
          ctx.startTask(ctx.task.nextGroup('spawn'), (child) => llmCall(child, prompt)),
        );
        for (const task of tasks) yield* ctx.join(task);
        return null;
      },
      { host, config: { recordTape: TAPE } },
    );
    const lines = (await host.fs.readText(TAPE)).trimEnd().split('\n');
    const keys = lines.map((line) => (JSON.parse(line) as { key: string }).key);
    expect(new Set(keys).size).toBe(3);
  });

  it('goes on at the right place when the run was parked in between', async () => {
    const tape = await recorded('one', 'one', 'one');
    const host = createMockHost({ files: { [TAPE]: tape } });
    const store = await newStore();
    const gates: (() => void)[] = [];
    const body: RunBody = function* (ctx) {
      const texts = [(yield* llmCall(ctx, 'one', 'be brief', { temperature: 0 })).text];
      ctx.run.scheduler.expectExternal(1);
      yield* ctx.block('someone', (resume) => {
        gates.push(() => resume({ ok: true, value: null }));
        return undefined;
      });
      texts.push((yield* llmCall(ctx, 'one', 'be brief', { temperature: 0 })).text);
      return texts;
    };
    const life = await live({ body, store, host, config: { tape: TAPE } });
    expect(await until(() => gates.length === 1)).toBe(true);
    await life.run.park('stop');
    const again = await live({ body, store, host, config: { tape: TAPE }, resume: life.run.id });
    expect(await until(() => gates.length === 2)).toBe(true);
    gates[1]?.();
    const result = (await again.result) as { main: { value: unknown } };
    expect(result.main.value).toEqual(['answer 1', 'answer 2']);
  });
});

describe('the key of a request', () => {
  const keyOf = (prompt: string, options: JsonObject = {}) =>
    tapeKey(parseCall(prompt, null, options).request);

  it('knows what is asked, not where or how long one waits', () => {
    expect(keyOf('a', { model: 'x', provider: 'openai', timeout_ms: 5 })).toBe(keyOf('a'));
    expect(keyOf('b')).not.toBe(keyOf('a'));
    expect(keyOf('a', { temperature: 1 })).not.toBe(keyOf('a'));
    expect(keyOf('a', { output: 'json' })).not.toBe(keyOf('a'));
  });
});
