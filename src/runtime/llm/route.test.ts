import { describe, expect, it } from 'vitest';
import { createMockHost } from '../host/index.ts';
import type { LlmConfig } from './config.ts';
import { endpointOf } from './providers/endpoint.ts';
import { knownProvider } from './providers/known.ts';
import { destination, type LlmWish } from './route.ts';

function goesTo(
  wish: Partial<LlmWish>,
  env: { readonly [name: string]: string } = {},
  config: LlmConfig = {},
): string {
  const full = { provider: null, model: null, tape: null, mocked: false, ...wish };
  try {
    const found = destination(full, createMockHost({ env }).env, config);
    return `${found.kind} ${found.provider} ${found.model}`;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const KEY = { OPENAI_API_KEY: 'k' };

describe('where a call goes', () => {
  it.each([
    ['nowhere when nothing is set up', {}, {}, 'mock mock mock'],
    ['to the provider of the call', { provider: 'openai' }, KEY, 'network openai gpt-4o'],
    [
      'to the call before the environment',
      { provider: 'mock' },
      { HARN_LLM_PROVIDER: 'openai', ...KEY },
      'mock mock mock',
    ],
    ['to the provider of the environment', {}, { HARN_LLM_PROVIDER: 'mock' }, 'mock mock mock'],
    [
      'with the model of the environment',
      {},
      { HARN_LLM_MODEL: 'gpt-4.1', ...KEY },
      'network openai gpt-4.1',
    ],
    ['to OpenAI when there is a key', {}, KEY, 'network openai gpt-4o'],
    [
      'to the usual provider of the environment when the name of a model says nothing',
      { model: 'unheard-of' },
      { HARN_DEFAULT_PROVIDER: 'openai', ...KEY },
      'network openai unheard-of',
    ],
    [
      'to OpenAI without a key at an address of its own',
      {},
      { OPENAI_BASE_URL: 'http://localhost:1/v1' },
      'network openai gpt-4o',
    ],
    [
      'to a local server',
      { model: 'qwen' },
      { HARN_LLM_BASE_URL: 'http://localhost:1' },
      'network local qwen',
    ],
    [
      'to a local server with the model it is known to have',
      {},
      { LOCAL_LLM_BASE_URL: 'http://localhost:1', LOCAL_LLM_MODEL: 'qwen' },
      'network local qwen',
    ],
    ['to where the name of the model points', { model: 'ollama:phi' }, {}, 'network ollama phi'],
    [
      'to the place of the model also with auto',
      { provider: 'auto', model: 'llama3:8b' },
      { HARN_LLM_PROVIDER: 'openai' },
      'network ollama llama3:8b',
    ],
    ['to prepared answers of the run', { mocked: true }, KEY, 'mock mock mock'],
    [
      'to what is still prepared, whatever provider is named',
      { mocked: true, queued: true, provider: 'openai' },
      {},
      'mock openai gpt-4o',
    ],
    [
      'not to prepared answers that are used up when a provider is named',
      { mocked: true, provider: 'openai' },
      KEY,
      'network openai gpt-4o',
    ],
    ['to the tape of the call', { provider: 'tape', tape: 't' }, KEY, 'tape tape tape'],
    ['to the tape of the environment', {}, { HARN_LLM_TAPE: 't', ...KEY }, 'tape tape tape'],
    [
      'to the mock although there is a tape',
      { provider: 'mock' },
      { HARN_LLM_TAPE: 't' },
      'mock mock mock',
    ],
  ])('%s', (_title, wish, env, expected) => {
    expect(goesTo(wish, env as { [name: string]: string })).toBe(expected);
  });

  it.each([
    ['an unknown provider', { provider: 'opnai' }, {}, 'HARN-LLM-132'],
    ['a provider without its key', { provider: 'openai' }, {}, 'HARN-LLM-131'],
    ['a model that names a provider without its key', { model: 'gpt-4o' }, {}, 'HARN-LLM-131'],
    ['a model nobody serves', { model: 'wonder-1' }, {}, 'HARN-LLM-133'],
    ['a local server without an address', { provider: 'local' }, {}, 'HARN-LLM-135'],
    ['a provider without a model', { provider: 'huggingface' }, { HF_TOKEN: 'k' }, 'HARN-LLM-134'],
    ['a tape that is not there', { provider: 'tape' }, {}, 'HARN-LLM-152'],
    [
      'real calls when they are switched off',
      { provider: 'openai' },
      { HARN_LLM_CALLS_DISABLED: '1', ...KEY },
      'HARN-LLM-130',
    ],
  ])('refuses %s', (_title, wish, env, code) => {
    expect(goesTo(wish, env as { [name: string]: string })).toBe(code);
  });

  it('obeys the settings of the run', () => {
    expect(goesTo({}, {}, { defaultProvider: 'ollama' })).toBe('network ollama llama3.2');
    expect(goesTo({ provider: 'openai' }, {}, { mocks: [] })).toBe('mock mock mock');
    expect(goesTo({ provider: 'openai' }, {}, { tape: 't' })).toBe('tape tape tape');
    expect(goesTo({}, { HARN_LLM_CALLS_DISABLED: '1' })).toBe('mock mock mock');
  });

  it('adds the version to an address that has no path', () => {
    const at = (name: string, env: { readonly [name: string]: string }) => {
      const known = knownProvider(name);
      return known === undefined ? '' : endpointOf(known, createMockHost({ env }).env).baseUrl;
    };
    expect(at('ollama', { OLLAMA_HOST: '127.0.0.1:11434' })).toBe('http://127.0.0.1:11434/v1');
    expect(at('local', { HARN_LLM_BASE_URL: 'http://a:1/' })).toBe('http://a:1/v1');
    expect(at('local', { HARN_LLM_BASE_URL: 'http://a:1/api/v2/' })).toBe('http://a:1/api/v2');
  });
});
