// What a project says of models: the tables `[llm]` and `[capabilities]` of harn.toml, or a file of providers with the tables
// of `[llm]` at its top. Read once: what makes no sense is refused with its place, and so is a key that stands in the
// file itself, because what is read here is kept with runs.
import { isJsonObject, type Json, type JsonObject, nearestName } from '../../../base/index.ts';
import { llmErrors } from '../errors.ts';
import { knownProvider, type ProviderConfig, type Wire } from '../providers/known.ts';
import { readRules } from './read-rules.ts';

/** The tables as data: what `[llm]` holds, and `capabilities` beside it. Plain JSON; it is kept with the run. */
export type LlmTables = JsonObject;

const WIRES: readonly string[] = ['anthropic', 'openai', 'google', 'openai-compatible'];
const STYLES: readonly string[] = ['bearer', 'header', 'none'];
const TIERS: readonly string[] = ['small', 'mid', 'frontier'];

/** What a field of a table may be. */
export type LlmFieldKind = 'text' | 'number' | 'texts' | 'wire' | 'style' | 'tier' | 'table';

const IS: { readonly [K in LlmFieldKind]: (value: Json) => boolean } = {
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => typeof value === 'number' && value >= 0,
  texts: (value) =>
    typeof value === 'string' ||
    (Array.isArray(value) && value.every((one: Json) => typeof one === 'string')),
  wire: (value) => WIRES.includes(value as string),
  style: (value) => STYLES.includes(value as string),
  tier: (value) => TIERS.includes(value as string),
  table: (value) => isJsonObject(value),
};

const EXPECTED: { readonly [K in LlmFieldKind]: string } = {
  text: 'a text',
  number: 'a number from 0',
  texts: 'a text or a list of texts',
  wire: WIRES.join(', '),
  style: STYLES.join(', '),
  tier: TIERS.join(', '),
  table: 'a table',
};

type Fields = { readonly [field: string]: LlmFieldKind };

const PROVIDER: Fields = {
  base_url: 'text',
  base_url_env: 'texts',
  auth_style: 'style',
  auth_header: 'text',
  auth_env: 'texts',
  wire: 'wire',
  chat_endpoint: 'text',
  completion_endpoint: 'text',
  default_model: 'text',
  rpm: 'number',
  cost_per_1k_in: 'number',
  cost_per_1k_out: 'number',
  latency_p50_ms: 'number',
};
const ALIAS: Fields = { id: 'text', provider: 'text' };
const MODEL: Fields = {
  provider: 'text',
  tier: 'tier',
  context: 'number',
  max_output: 'number',
  input_per_mtok: 'number',
  output_per_mtok: 'number',
  cache_read_per_mtok: 'number',
  cache_write_per_mtok: 'number',
};
const DEFAULTS: Fields = {
  max_tokens: 'number',
  temperature: 'number',
  top_p: 'number',
  top_k: 'number',
  seed: 'number',
};

/** Tables of tables: what an entry of each may have. */
const NAMED: { readonly [table: string]: Fields } = {
  providers: PROVIDER,
  aliases: ALIAS,
  models: MODEL,
  model_defaults: DEFAULTS,
};
/** Lists of tables. */
const LISTED: { readonly [table: string]: Fields } = {
  inference_rules: { pattern: 'text', provider: 'text' },
  tier_rules: { pattern: 'text', tier: 'tier' },
};
/** What the tables may hold, for who explains them. */
export const LLM_TABLES = {
  named: NAMED,
  listed: LISTED,
  wires: WIRES,
  styles: STYLES,
  tiers: TIERS,
} as const;

const KNOWN: readonly string[] = [
  ...Object.keys(NAMED),
  ...Object.keys(LISTED),
  ...['default_provider', 'tier_defaults', 'fallbacks', 'capabilities'],
];

/** Names under which people write keys into files. */
const SECRET = /^(?:api_?key|key|token|secret|password)$/i;

/** Checks tables; `where` is what errors call the file. */
export function readTables(given: Json, where: string): LlmTables {
  if (!isJsonObject(given)) throw bad(where, '[llm] must be a table');
  for (const [table, value] of Object.entries(given)) {
    if (!KNOWN.includes(table)) {
      const near = nearestName(table, KNOWN, 2);
      const hint = near === undefined ? '' : `; did you mean "${near}"?`;
      throw bad(where, `[llm] has an unknown key "${table}"${hint}`);
    }
    checkTable(table, value, where);
  }
  return given;
}

function checkTable(table: string, value: Json, where: string): void {
  const named = NAMED[table];
  const listed = LISTED[table];
  if (named !== undefined) {
    if (!isJsonObject(value)) throw bad(where, `[llm.${table}] must be a table`);
    for (const [name, entry] of Object.entries(value)) {
      checkEntry(`[llm.${table}.${name}]`, entry, named, where);
    }
  } else if (listed !== undefined) {
    if (!Array.isArray(value)) throw bad(where, `write [[llm.${table}]], once for each rule`);
    for (const entry of value as readonly Json[]) {
      checkEntry(`[[llm.${table}]]`, entry, listed, where);
      const missing = Object.keys(listed).find((field) => !(field in (entry as JsonObject)));
      if (missing !== undefined) throw bad(where, `[[llm.${table}]] needs ${missing}`);
    }
  } else if (table === 'capabilities') {
    readRules(value);
  } else if (table === 'default_provider') {
    if (!IS.text(value)) throw bad(where, 'default_provider must be a text');
  } else if (table === 'tier_defaults') {
    checkEntry('[llm.tier_defaults]', value, { default: 'tier' }, where);
  } else {
    if (!isJsonObject(value)) throw bad(where, '[llm.fallbacks] must be a table');
    for (const [name, chain] of Object.entries(value)) {
      if (!Array.isArray(chain) || !IS.texts(chain)) {
        throw bad(where, `[llm.fallbacks] ${name} must be a list of providers or models`);
      }
    }
  }
}

function checkEntry(at: string, entry: Json, fields: Fields, where: string): void {
  if (!isJsonObject(entry)) throw bad(where, `${at} must be a table`);
  for (const [field, value] of Object.entries(entry)) {
    const kind = fields[field];
    if (kind === undefined) {
      const isSecret = SECRET.test(field) && 'auth_env' in fields;
      const hint = isSecret ? '; name the environment variable that has the key in auth_env' : '';
      throw bad(where, `${at} has an unknown key "${field}"${hint}`);
    }
    if (!IS[kind](value)) throw bad(where, `${at} ${field} must be ${EXPECTED[kind]}`);
  }
}

function bad(where: string, problem: string): Error {
  return llmErrors.badTables({ where, problem });
}

/** Tables of several places as one: of two that say something of the same thing, the later one counts. */
export function mergeTables(layers: readonly LlmTables[]): LlmTables {
  const merged: { [table: string]: Json } = {};
  for (const layer of layers) {
    for (const [table, value] of Object.entries(layer)) {
      const before = merged[table];
      if (Array.isArray(value)) {
        // Rules are asked in order: those of the later place first.
        merged[table] = [...value, ...(Array.isArray(before) ? (before as readonly Json[]) : [])];
      } else if (table === 'providers' && isJsonObject(before) && isJsonObject(value)) {
        merged[table] = mergeFields(before, value);
      } else if (table === 'capabilities' && isJsonObject(before) && isJsonObject(value)) {
        merged[table] = mergeCapabilities(before, value);
      } else if (isJsonObject(value)) {
        merged[table] = { ...(isJsonObject(before) ? before : {}), ...value };
      } else merged[table] = value;
    }
  }
  return merged;
}

function mergeFields(before: JsonObject, after: JsonObject): JsonObject {
  const merged: { [name: string]: Json } = { ...before };
  for (const [name, entry] of Object.entries(after)) {
    const known = merged[name];
    merged[name] = isJsonObject(known) && isJsonObject(entry) ? { ...known, ...entry } : entry;
  }
  return merged;
}

function mergeCapabilities(before: JsonObject, after: JsonObject): JsonObject {
  const rules: { [provider: string]: Json } = { ...((before['provider'] ?? {}) as JsonObject) };
  for (const [name, list] of Object.entries((after['provider'] ?? {}) as JsonObject)) {
    const known = rules[name];
    rules[name] = [
      ...(list as readonly Json[]),
      ...(Array.isArray(known) ? (known as readonly Json[]) : []),
    ];
  }
  const families = { ...((before['provider_family'] ?? {}) as JsonObject) };
  return {
    provider: rules,
    provider_family: { ...families, ...((after['provider_family'] ?? {}) as JsonObject) },
  };
}

/** A provider by its table: what it does not say, the shipped one of that name does. */
export function providerFrom(name: string, table: JsonObject): ProviderConfig {
  const shipped = knownProvider(name);
  const list = (field: string): readonly string[] | undefined => {
    const value = table[field];
    if (value === undefined) return undefined;
    return typeof value === 'string' ? [value] : (value as readonly string[]);
  };
  const style = table['auth_style'] as 'bearer' | 'header' | 'none' | undefined;
  const keyEnv = list('auth_env') ?? shipped?.keyEnv ?? [];
  const auth = style ?? shipped?.auth ?? (keyEnv.length === 0 ? 'none' : 'bearer');
  const chat = table['chat_endpoint'] as string | undefined;
  const needsKey = auth === 'none' || keyEnv.length === 0 ? 'never' : 'always';
  const told = {
    authHeader: table['auth_header'] as string | undefined,
    baseUrl: table['base_url'] as string | undefined,
    model: table['default_model'] as string | undefined,
    chatEndpoint: chat,
    rpm: table['rpm'] as number | undefined,
  };
  const own = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  return {
    modelEnv: [],
    schemas: true,
    ...shipped,
    name,
    wire:
      (table['wire'] as Wire | undefined) ?? wireOf(chat) ?? shipped?.wire ?? 'openai-compatible',
    auth,
    baseUrlEnv: list('base_url_env') ?? shipped?.baseUrlEnv ?? [],
    keyEnv,
    needsKey: style === undefined ? (shipped?.needsKey ?? needsKey) : needsKey,
    ...own,
  };
}

/** Anthropic's servers are asked for messages; everybody else's for completions. */
function wireOf(chat: string | undefined): Wire | undefined {
  return chat?.endsWith('/messages') === true ? 'anthropic' : undefined;
}
