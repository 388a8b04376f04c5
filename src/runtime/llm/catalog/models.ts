// The models that are known by name: who serves them, how able they are, how much they read and write. A model that is not
// here can be asked all the same; nothing is known of it then but what its name shows.

/** How able a model is, roughly. */
export type ModelTier = 'small' | 'mid' | 'frontier';

const TIERS: readonly string[] = ['small', 'mid', 'frontier'];

/** Whether a name is one of a tier. */
export function isModelTier(name: string): name is ModelTier {
  return TIERS.includes(name);
}

/** What the catalog has of a model. */
export type CatalogModel = {
  readonly id: string;
  readonly provider: string;
  readonly tier: ModelTier;
  /** Tokens of input and answer together. */
  readonly context: number;
  /** The longest answer. */
  readonly max_output: number;
};

const model = (
  id: string,
  provider: string,
  tier: ModelTier,
  context: number,
  max_output: number,
): CatalogModel => ({ id, provider, tier, context, max_output });

export const CATALOG_MODELS: readonly CatalogModel[] = [
  model('claude-opus-4-20250514', 'anthropic', 'frontier', 200_000, 32_000),
  model('claude-sonnet-4-20250514', 'anthropic', 'frontier', 200_000, 64_000),
  model('claude-3-5-haiku-20241022', 'anthropic', 'mid', 200_000, 8192),
  model('gpt-5', 'openai', 'frontier', 400_000, 128_000),
  model('gpt-5-mini', 'openai', 'mid', 400_000, 128_000),
  model('gpt-5-nano', 'openai', 'small', 400_000, 128_000),
  model('gpt-4o', 'openai', 'frontier', 128_000, 16_384),
  model('gpt-4o-mini', 'openai', 'mid', 128_000, 16_384),
  model('gpt-4.1', 'openai', 'frontier', 1_047_576, 32_768),
  model('gpt-4.1-mini', 'openai', 'mid', 1_047_576, 32_768),
  model('gpt-4.1-nano', 'openai', 'small', 1_047_576, 32_768),
  model('o3', 'openai', 'frontier', 200_000, 100_000),
  model('o4-mini', 'openai', 'mid', 200_000, 100_000),
  model('gemini-2.5-flash', 'gemini', 'mid', 1_048_576, 65_536),
];

/** Names that stand for a model: the tiers, each with the one that is asked for it. */
export const MODEL_ALIASES: { readonly [alias: string]: { id: string; provider: string } } = {
  frontier: { id: 'claude-sonnet-4-20250514', provider: 'anthropic' },
  mid: { id: 'gpt-4o-mini', provider: 'openai' },
  small: { id: 'gpt-4.1-nano', provider: 'openai' },
};

/** The row of a model: of its own name, or of the longest one it begins with (`gpt-4o-2024-11-20`). */
export function catalogModel(id: string): CatalogModel | undefined {
  const name = id.slice(id.lastIndexOf('/') + 1).toLowerCase();
  let best: CatalogModel | undefined;
  for (const row of CATALOG_MODELS) {
    const stem = row.id.replace(/-\d{8}$/, '');
    const fits = name === row.id || name === stem || name.startsWith(`${stem}-`);
    if (fits && stem.length > (best?.id.length ?? 0)) best = row;
  }
  return best;
}

const FRONTIER =
  /claude-(?:opus|sonnet)|gpt-(?:4o|4\.1|5)(?!.*(?:mini|nano))|^o[134](?!.*mini)|gemini-.*pro/;
const SMALL = /nano|(?:^|[^\d.])(?:[1-9]|1[0-4])(?:\.\d+)?b\b|llama3\.2|phi/;

/** How able a model is: by its row, else by what its name shows; `mid` when that is nothing. */
export function tierOf(id: string): ModelTier {
  const row = catalogModel(id);
  if (row !== undefined) return row.tier;
  const name = id.toLowerCase();
  if (FRONTIER.test(name)) return 'frontier';
  return SMALL.test(name) ? 'small' : 'mid';
}

/** The model that an alias stands for; undefined for other names. */
export function aliasOf(
  name: string,
): { readonly id: string; readonly provider: string } | undefined {
  return Object.hasOwn(MODEL_ALIASES, name) ? MODEL_ALIASES[name] : undefined;
}

/** A model as it is asked for. */
export type ResolvedModel = {
  readonly id: string;
  readonly provider: string;
  /** The name that stood for it; null when it was named itself. */
  readonly alias: string | null;
  readonly tool_format: 'native' | 'text';
  readonly tier: ModelTier;
};
