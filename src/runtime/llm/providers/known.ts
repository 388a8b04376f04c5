// The providers that can be named, as data. A server that is not in the table is `local` with its address in the
// environment, or is added by a manifest.

/** How one talks to a server. */
export type Wire = 'anthropic' | 'openai' | 'google' | 'openai-compatible';

export interface ProviderConfig {
  readonly name: string;
  readonly wire: Wire;
  /** Where the key goes: nowhere, into `authorization`, or into a header of its own. */
  readonly auth: 'none' | 'bearer' | 'header';
  readonly authHeader?: string;
  readonly baseUrl?: string;
  /** Environment names that give the address, first wins. */
  readonly baseUrlEnv: readonly string[];
  /** Environment names that give the key, first wins. */
  readonly keyEnv: readonly string[];
  /** Whether calls need a key. `unless_address`: not when the environment gives an address of one's own. */
  readonly needsKey: 'always' | 'never' | 'unless_address';
  readonly modelEnv: readonly string[];
  readonly model?: string;
  /** Whether JSON schemas may be sent for structured answers. */
  readonly schemas: boolean;
  /** Where questions go below the address, when not where the wire format has them. */
  readonly chatEndpoint?: string;
  /** Requests a minute. */
  readonly rpm?: number;
  /** It runs on machines of one's own: its calls cost nothing where no price is given. */
  readonly isFree?: true;
}

const TABLE: readonly ProviderConfig[] = [
  {
    name: 'openai',
    wire: 'openai',
    auth: 'bearer',
    baseUrl: 'https://api.openai.com/v1',
    baseUrlEnv: ['OPENAI_BASE_URL'],
    keyEnv: ['OPENAI_API_KEY'],
    needsKey: 'unless_address',
    modelEnv: [],
    model: 'gpt-4o',
    schemas: true,
  },
  {
    name: 'local',
    wire: 'openai-compatible',
    auth: 'bearer',
    baseUrlEnv: ['HARN_LLM_BASE_URL', 'LOCAL_LLM_BASE_URL'],
    keyEnv: ['HARN_LLM_API_KEY'],
    needsKey: 'never',
    modelEnv: ['LOCAL_LLM_MODEL'],
    schemas: true,
    isFree: true,
  },
  {
    name: 'anthropic',
    wire: 'anthropic',
    auth: 'header',
    authHeader: 'x-api-key',
    baseUrl: 'https://api.anthropic.com/v1',
    baseUrlEnv: ['ANTHROPIC_BASE_URL'],
    keyEnv: ['ANTHROPIC_API_KEY'],
    needsKey: 'unless_address',
    modelEnv: [],
    model: 'claude-sonnet-4-20250514',
    schemas: true,
  },
  {
    name: 'openrouter',
    wire: 'openai-compatible',
    auth: 'bearer',
    baseUrl: 'https://openrouter.ai/api/v1',
    baseUrlEnv: [],
    keyEnv: ['OPENROUTER_API_KEY'],
    needsKey: 'always',
    modelEnv: [],
    model: 'anthropic/claude-sonnet-4.6',
    schemas: true,
  },
  {
    name: 'huggingface',
    wire: 'openai-compatible',
    auth: 'bearer',
    baseUrl: 'https://router.huggingface.co/v1',
    baseUrlEnv: [],
    keyEnv: ['HF_TOKEN', 'HUGGINGFACE_API_KEY'],
    needsKey: 'always',
    modelEnv: [],
    schemas: true,
  },
  {
    name: 'gemini',
    wire: 'google',
    auth: 'header',
    authHeader: 'x-goog-api-key',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    baseUrlEnv: ['GEMINI_BASE_URL'],
    keyEnv: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    needsKey: 'unless_address',
    modelEnv: [],
    schemas: true,
  },
  {
    name: 'ollama',
    wire: 'openai-compatible',
    auth: 'none',
    baseUrl: 'http://localhost:11434',
    baseUrlEnv: ['OLLAMA_HOST'],
    keyEnv: [],
    needsKey: 'never',
    modelEnv: [],
    model: 'llama3.2',
    schemas: true,
    isFree: true,
  },
  {
    name: 'mlx',
    wire: 'openai-compatible',
    auth: 'none',
    baseUrl: 'http://127.0.0.1:8002',
    baseUrlEnv: ['MLX_BASE_URL'],
    keyEnv: [],
    needsKey: 'never',
    modelEnv: ['MLX_MODEL_ID'],
    model: 'mlx-qwen36-27b',
    schemas: true,
    isFree: true,
  },
];

/** Every name that `provider` may have. */
export const PROVIDER_NAMES: readonly string[] = ['mock', 'tape', ...TABLE.map((one) => one.name)];

/** A provider by name; undefined for `mock`, `tape` and names nobody knows. */
export function knownProvider(name: string): ProviderConfig | undefined {
  return TABLE.find((one) => one.name === name);
}

/** The provider a model's name points to, with the name to send; undefined when it points to none. */
export function inferProvider(model: string): { provider: string; model: string } | undefined {
  const transport = /^(?:local|ollama):(.+)$/.exec(model)?.[1];
  if (transport !== undefined) return { provider: 'ollama', model: transport };
  const [, prefix = '', rest = ''] = /^([a-z]+):(.+)$/s.exec(model) ?? [];
  if (knownProvider(prefix) !== undefined) return { provider: prefix, model: rest };
  if (/^[^/]+\/[^/]+$/.test(model)) return { provider: 'openrouter', model };
  if (model.startsWith('claude-')) return { provider: 'anthropic', model };
  if (/^(?:gpt-|o[134])/.test(model)) return { provider: 'openai', model };
  if (model.startsWith('gemini-')) return { provider: 'gemini', model };
  if (/^[^:]+:[^:]+$/.test(model)) return { provider: 'ollama', model };
  return undefined;
}
