import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../host/index.ts';
import type { RunContext } from '../../run/index.ts';
import { listModels, llmCall, llmEffects } from '../index.ts';
import { resultOf } from '../llm-run.fixture.ts';
import { inferProvider } from '../providers/known.ts';
import { capabilitiesOf } from './capabilities.ts';
import { SHIPPED } from './catalog.ts';
import { catalogModel, tierOf } from './models.ts';

const ask = <T>(body: (ctx: RunContext) => T, env: { readonly [name: string]: string } = {}) =>
  resultOf(
    function* (ctx) {
      yield* [];
      return body(ctx);
    },
    { host: createMockHost({ env }) },
  ) as Promise<T>;

describe('the catalog of models', () => {
  it.each([
    ['claude-sonnet-4-20250514', 'frontier'],
    ['claude-opus-4-7', 'frontier'],
    ['gpt-4o', 'frontier'],
    ['gpt-4o-mini-2024-07-18', 'mid'],
    ['gpt-5-nano', 'small'],
    ['Qwen3.5-9B', 'small'],
    ['qwen3-32b', 'mid'],
    ['deepseek-v3', 'mid'],
    ['nobody-knows', 'mid'],
  ])('knows how able %s is: %s', (model, tier) => {
    expect(tierOf(model)).toBe(tier);
  });

  it('takes the row of the longest name that a model begins with', () => {
    expect(catalogModel('gpt-4o-mini-2024-07-18')?.id).toBe('gpt-4o-mini');
    expect(catalogModel('openai/gpt-4o-2024-11-20')?.id).toBe('gpt-4o');
    expect(catalogModel('claude-sonnet-4-20260101')?.id).toBe('claude-sonnet-4-20250514');
    expect(catalogModel('gpt-4oo')).toBeUndefined();
  });

  it.each([
    ['mid', { id: 'gpt-4o-mini', provider: 'openai', alias: 'mid', tier: 'mid' }],
    ['local:gemma', { id: 'gemma', provider: 'ollama', alias: null, tool_format: 'text' }],
    ['vendor/model', { id: 'vendor/model', provider: 'openrouter', tool_format: 'native' }],
    ['gpt-4o', { id: 'gpt-4o', provider: 'openai', tier: 'frontier' }],
  ])('says what %s stands for', (name, expected) => {
    expect(SHIPPED.resolve(name)).toMatchObject(expected);
  });

  it('counts prepared answers among the providers that are there', async () => {
    const [there] = (await ask((ctx) => [ctx.sync(llmEffects.available_providers, [])], {})) as [
      readonly string[],
    ];
    expect(there).toContain('mock');
    expect(there).not.toContain('openai');
  });

  it('tells of keys only whether they are there', async () => {
    const key = 'sk-very-secret';
    const told = await ask(
      (ctx) => [
        ctx.sync(llmEffects.available_providers, []),
        ctx.sync(llmEffects.provider_catalog, []),
        ctx.sync(llmEffects.model_info, ['gpt-4o']),
        ctx.sync(llmEffects.info, []),
        ctx.sync(llmEffects.config, ['openai']),
      ],
      { OPENAI_API_KEY: key },
    );
    expect(told[0]).toEqual(expect.arrayContaining(['openai', 'local', 'ollama']));
    expect(told[0]).not.toContain('anthropic');
    expect(told[2]).toMatchObject({
      auth_available: true,
      catalog: { pricing: { input_per_mtok: 2.5, output_per_mtok: 10 }, context_window: 128_000 },
    });
    expect(told[3]).toEqual({ provider: 'openai', model: 'gpt-4o', api_key_set: true });
    expect(JSON.stringify(told)).not.toContain(key);
  });

  it('lists models with prices, capabilities and whether they can be asked', () => {
    const rows = listModels(createMockHost({ env: { ANTHROPIC_API_KEY: 'k' } }).env);
    expect(rows.find(({ model }) => model === 'gpt-4o-mini')).toEqual({
      provider: 'openai',
      model: 'gpt-4o-mini',
      tier: 'mid',
      context: 128_000,
      max_output: 16_384,
      input_per_mtok: 0.15,
      output_per_mtok: 0.6,
      capabilities: ['tools', 'vision'],
      available: false,
    });
    expect(rows.some(({ available, provider }) => available && provider === 'anthropic')).toBe(
      true,
    );
  });

  it('has a tier and an alias in the place of a model in calls', async () => {
    const host = createMockHost();
    const models = await resultOf(
      function* (ctx) {
        const asked: string[] = [];
        for (const options of [{ model_tier: 'small' }, { model: 'mid' }, { model_tier: null }]) {
          const { model } = yield* llmCall(ctx, 'q', null, { provider: 'mock', ...options });
          asked.push(model);
        }
        return asked;
      },
      { host },
    );
    expect(models).toEqual(['gpt-4.1-nano', 'gpt-4o-mini', 'mock']);
    await expect(
      resultOf((ctx) => llmCall(ctx, 'q', null, { provider: 'mock', model_tier: 'huge' })),
    ).rejects.toMatchObject({ code: 'HARN-LLM-140' });
  });
});

describe('the capabilities of a model', () => {
  it.each([
    ['anthropic', 'claude-opus-4-7', { thinking_modes: ['adaptive'], max_tools: 10_000 }],
    ['anthropic', 'claude-haiku-4-4', { defer_loading: false, prompt_caching: true }],
    ['anthropic', 'claude-haiku-4-5', { defer_loading: true, tool_search: ['bm25', 'regex'] }],
    ['openai', 'gpt-5.4-preview', { tool_search: ['hosted', 'client'], vision_supported: true }],
    ['openai', 'gpt-3.5-turbo', { native_tools: true, vision_supported: false }],
    ['openai', 'o3', { thinking_modes: ['effort'], requires_completion_tokens: true }],
    ['groq', 'gpt-5.4', { defer_loading: true }],
    ['mock', 'claude-opus-4-7', { tool_search: ['bm25', 'regex'] }],
    ['mock', 'mystery', { native_tools: false, thinking: false }],
    ['nobody', 'mystery', { native_tools: false, max_tools: null, tool_search: [] }],
  ])('of %s %s come from the first rule that fits', (provider, model, expected) => {
    expect(capabilitiesOf(provider, model)).toMatchObject({ provider, model, ...expected });
  });

  it('can be told otherwise for a run, and as they were again', async () => {
    const rules = {
      provider: { proxy: [{ model_match: 'x*', native_tools: true, version_min: [1, 2] }] },
    };
    const open = {
      provider: { anthropic: [{ model_match: 'claude-opus-*', native_tools: true }] },
    };
    const told = await ask((ctx) => {
      const of = (provider: string, model: string) =>
        ctx.sync(llmEffects.capabilities, [provider, model]);
      ctx.sync(llmEffects.capabilities_install, [rules]);
      const versioned = of('proxy', 'xy').native_tools;
      ctx.sync(llmEffects.capabilities_install, [open]);
      const down = of('anthropic', 'claude-opus-4-7').defer_loading;
      ctx.sync(llmEffects.capabilities_clear, []);
      return [versioned, down, of('anthropic', 'claude-opus-4-7').defer_loading];
    });
    expect(told).toEqual([false, false, true]);
  });

  it.each([
    [{}, 'no provider'],
    [{ provider: { a: [{ native_tools: true }] } }, 'model_match'],
    [{ provider: { a: [{ model_match: '*', native_tool: true }] } }, 'native_tool'],
    [{ provider: { a: [{ model_match: '*', native_tools: 'yes' }] } }, 'type'],
    [{ provider: { a: [{ model_match: '*', version_min: [1] }] } }, 'version_min'],
  ])('are not changed by rules that make no sense: %j', async (rules, _what) => {
    await expect(
      ask((ctx) => ctx.sync(llmEffects.capabilities_install, [rules])),
    ).rejects.toMatchObject({ code: 'HARN-LLM-200' });
  });

  it('keep images from models that are known not to take them', async () => {
    const image = { type: 'image', base64: 'aGk=', media_type: 'image/png' };
    const see = (options: object) =>
      resultOf((ctx) => llmCall(ctx, 'plain', null, { provider: 'mock', ...options }));
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'what?' }, image] }];
    await expect(see({ model: 'gpt-3.5-turbo', vision: true })).rejects.toMatchObject({
      code: 'HARN-LLM-202',
    });
    await expect(see({ model: 'gpt-3.5-turbo', messages })).rejects.toMatchObject({
      code: 'HARN-LLM-202',
    });
    await expect(see({ model: 'mine', vision: true })).rejects.toMatchObject({
      code: 'HARN-LLM-202',
    });
    await expect(see({ model: 'mine', messages })).resolves.toMatchObject({ provider: 'mock' });
    await expect(see({ model: 'gpt-4o', vision: true, messages })).resolves.toMatchObject({
      provider: 'mock',
    });
  });

  it.each([
    ['openai:gpt-4o-mini', { provider: 'openai', model: 'gpt-4o-mini' }],
    ['anthropic:claude-3', { provider: 'anthropic', model: 'claude-3' }],
    ['openrouter:a/b', { provider: 'openrouter', model: 'a/b' }],
    ['local:qwen3:8b', { provider: 'ollama', model: 'qwen3:8b' }],
    ['llama3:8b', { provider: 'ollama', model: 'llama3:8b' }],
  ])('takes the provider that %s is prefixed with', (name, place) => {
    expect(inferProvider(name)).toEqual(place);
  });
});
