// What tokens cost, for models whose list price is known. A model that is not here has no price: its calls count as
// unpriced, never as free. Prices are US dollars per million tokens, by the longest prefix of the model's name.

export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number;
  /** Of input that the provider keeps for later; some charge more for it than for input it forgets. */
  readonly keptInput: number;
}

const price = (input: number, output: number, cachedInput: number, keptInput = input): Price => ({
  input,
  output,
  cachedInput,
  keptInput,
});

const PRICES: { readonly [prefix: string]: Price } = {
  'gpt-4o': price(2.5, 10, 1.25),
  'gpt-4o-mini': price(0.15, 0.6, 0.075),
  'gpt-4.1': price(2, 8, 0.5),
  'gpt-4.1-mini': price(0.4, 1.6, 0.1),
  'gpt-4.1-nano': price(0.1, 0.4, 0.025),
  'gpt-5': price(1.25, 10, 0.125),
  'gpt-5-mini': price(0.25, 2, 0.025),
  'gpt-5-nano': price(0.05, 0.4, 0.005),
  o3: price(2, 8, 0.5),
  'o4-mini': price(1.1, 4.4, 0.275),
  'claude-opus-4': price(15, 75, 1.5, 18.75),
  'claude-sonnet-4': price(3, 15, 0.3, 3.75),
  'claude-3-5-haiku': price(0.8, 4, 0.08, 1),
  'gemini-2.5-flash': price(0.3, 2.5, 0.03),
};

/** Tokens of one call; those read from a cache are part of the input. */
export interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
}

/** The list price of a call in US dollars; undefined when the model's price is not known. */
export function costOf(
  model: string,
  counts: TokenCounts,
  found: Price | undefined = priceOf(model),
): number | undefined {
  if (found === undefined) return undefined;
  const cached = counts.cacheReadTokens ?? 0;
  const kept = counts.cacheWriteTokens ?? 0;
  const fresh = Math.max(0, counts.inputTokens - cached - kept);
  const input = fresh * found.input + cached * found.cachedInput + kept * found.keptInput;
  return (input + counts.outputTokens * found.output) / 1e6;
}

/** What the cache saved against the full price; negative when keeping cost more than was saved. */
export function cacheSavingsOf(model: string, readTokens: number, writtenTokens: number): number {
  const found = priceOf(model);
  if (found === undefined) return 0;
  const saved = readTokens * (found.input - found.cachedInput);
  return (saved + writtenTokens * (found.input - found.keptInput)) / 1e6;
}

/** The list price of a model by the longest prefix of its name; undefined when it is not known. */
export function priceOf(model: string): Price | undefined {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  let best = '';
  for (const prefix of Object.keys(PRICES)) {
    const fits = name === prefix || name.startsWith(`${prefix}-`) || name.startsWith(`${prefix}:`);
    if (fits && prefix.length > best.length) best = prefix;
  }
  return PRICES[best];
}
