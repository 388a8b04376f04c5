// What models can do, as rules: the first that fits a provider and a model counts. Facts of the makers' documentation.
import type { Capabilities } from './read-rules.ts';

/** One rule. `model_match` is a glob over the lower-case name; `version_min` is of the Claude or GPT version in it. */
export type CapabilityRule = Partial<Capabilities> & {
  readonly model_match: string;
  readonly version_min?: readonly [number, number];
};

const CLAUDE = { native_tools: true, prompt_caching: true, vision_supported: true } as const;
const SEARCH = {
  defer_loading: true,
  tool_search: ['bm25', 'regex'],
  max_tools: 10_000,
} as const;

function claude(family: string): readonly CapabilityRule[] {
  const model_match = `*claude-${family}-*`;
  const interleaved = family === 'opus' ? { interleaved_thinking_supported: true } : {};
  const searchFrom = family === 'haiku' ? ([4, 5] as const) : ([4, 0] as const);
  return [
    {
      ...{ ...CLAUDE, ...SEARCH, ...interleaved, model_match },
      version_min: [4, 7],
      thinking_modes: ['adaptive'],
    },
    {
      ...{ ...CLAUDE, ...SEARCH, ...interleaved, model_match },
      version_min: searchFrom,
      thinking_modes: ['enabled'],
    },
    { ...CLAUDE, model_match, thinking_modes: ['enabled'] },
  ];
}

const EFFORT = {
  native_tools: true,
  thinking_modes: ['effort'],
  requires_completion_tokens: true,
  reasoning_effort_supported: true,
} as const;

const GPT = { native_tools: true } as const;
const HOSTED = { defer_loading: true, tool_search: ['hosted', 'client'] } as const;

const OPENAI: readonly CapabilityRule[] = [
  { ...GPT, model_match: '*gpt-4o*', vision_supported: true },
  { ...GPT, model_match: '*gpt-4.1*', vision_supported: true },
  { ...GPT, ...HOSTED, model_match: '*gpt-*', version_min: [5, 4], vision_supported: true },
  { ...GPT, model_match: '*gpt-*', version_min: [5, 0], vision_supported: true },
  { ...GPT, model_match: '*gpt-*' },
  { ...EFFORT, model_match: 'o1*' },
  { ...EFFORT, model_match: 'o3*' },
  { ...EFFORT, model_match: 'o4*', vision_supported: true },
  { ...EFFORT, model_match: 'openai/o*' },
];

const THINKING = { native_tools: true, thinking_modes: ['enabled'] } as const;
const QWEN: readonly CapabilityRule[] = [{ ...THINKING, model_match: '*qwen3*' }];
const SEEING = { vision_supported: true } as const;

/** The shipped rules, by provider. */
export const CAPABILITY_RULES: { readonly [provider: string]: readonly CapabilityRule[] } = {
  anthropic: [
    ...['opus', 'sonnet', 'haiku'].flatMap(claude),
    { ...CLAUDE, model_match: 'claude-*', thinking_modes: ['enabled'] },
  ],
  openai: OPENAI,
  gemini: [{ model_match: '*gemini-*', native_tools: true, ...SEEING }],
  openrouter: [
    { ...THINKING, model_match: 'qwen/*', thinking_modes: ['enabled', 'effort'] },
    {
      ...THINKING,
      model_match: 'deepseek/deepseek-v3*',
      thinking_modes: ['enabled', 'effort'],
      prompt_caching: true,
    },
    {
      ...{ ...THINKING, ...SEEING, prompt_caching: true },
      model_match: 'google/gemini-2.5*',
      thinking_modes: ['enabled', 'effort'],
    },
    { model_match: 'google/gemma-4*', native_tools: true },
    { ...CLAUDE, model_match: 'anthropic/claude-*', thinking_modes: ['enabled'] },
  ],
  huggingface: [
    { ...THINKING, model_match: 'qwen/*' },
    { ...THINKING, model_match: 'deepseek-ai/deepseek-v3*', prompt_caching: true },
  ],
  local: QWEN,
  mlx: [{ ...THINKING, ...SEEING, model_match: '*qwen3*' }],
  ollama: [
    ...['llava*', 'bakllava*', 'llama3.2-vision*', 'gemma3*'].map((model_match) => ({
      model_match,
      ...SEEING,
    })),
    ...QWEN,
  ],
  bedrock: [{ model_match: '*', native_tools: true }],
  azure_openai: ['gpt-*', 'o1*', 'o3*', 'o4*'].map((model_match) => ({
    model_match,
    native_tools: true,
  })),
  vertex: [{ model_match: 'gemini-*', native_tools: true }],
};

/** Providers that have the rules of another one after their own. */
export const CAPABILITY_FAMILIES: { readonly [provider: string]: string } = {
  openrouter: 'openai',
  together: 'openai',
  groq: 'openai',
  deepseek: 'openai',
  fireworks: 'openai',
  huggingface: 'openai',
  local: 'openai',
};
