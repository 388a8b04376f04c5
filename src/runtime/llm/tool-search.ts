// Tools that are kept back until a search finds them (`tool_search`). Providers that search themselves get the tools with
// a mark and a meta tool in front (native); for all others the kept back tools stay here and the model gets a tool to
// search with (client), whose calls whoever runs the tools answers.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { llmErrors } from './errors.ts';
import type { LlmRequest, LlmTool } from './request.ts';

/** The tool by which a model searches, where it has no other name. */
export const SEARCH_TOOL = '__harn_tool_search';

/** The option `tool_search` after reading. */
export type ToolSearch = {
  readonly variant: 'bm25' | 'regex';
  readonly mode: 'auto' | 'native' | 'client';
  /** How the client searches. */
  readonly strategy: 'bm25' | 'regex';
  readonly always_loaded: readonly string[];
  /** Most tokens that found schemas may take together; the oldest go first. */
  readonly budget_tokens?: number;
  /** Of the tool to search with. */
  readonly name: string;
  /** Whether a prompt lists what is kept back. */
  readonly include_stub_listing: boolean;
};

const DEFAULTS: ToolSearch = {
  variant: 'bm25',
  mode: 'auto',
  strategy: 'bm25',
  always_loaded: [],
  name: SEARCH_TOOL,
  include_stub_listing: false,
};

const KNOWN: ReadonlySet<string> = new Set([...Object.keys(DEFAULTS), 'budget_tokens']);

/** Reads the option; undefined is no search. */
export function parseToolSearch(value: Json | undefined): ToolSearch | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return DEFAULTS;
  const given = typeof value === 'string' ? { variant: value } : value;
  if (!isJsonObject(given)) throw bad('a bool, "bm25", "regex" or a dict');
  const unknown = Object.keys(given).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw bad(`without "${unknown}"`);
  const variant = oneOf(given, 'variant', ['bm25', 'regex']) ?? 'bm25';
  const { always_loaded: always = [], budget_tokens: budget = null, name = SEARCH_TOOL } = given;
  const { include_stub_listing: stubs = false } = given;
  if (!Array.isArray(always) || !always.every((one: Json) => typeof one === 'string')) {
    throw bad('given always_loaded as a list of names');
  }
  if (budget !== null && !(typeof budget === 'number' && Number.isInteger(budget) && budget > 0)) {
    throw bad('given budget_tokens as an int above 0');
  }
  if (typeof name !== 'string' || !/^[A-Za-z_][\w-]*$/.test(name)) {
    throw bad('given a name that can be one of a tool');
  }
  if (typeof stubs !== 'boolean') throw bad('given include_stub_listing as a bool');
  return {
    variant,
    mode: oneOf(given, 'mode', ['auto', 'native', 'client']) ?? 'auto',
    strategy: strategyOf(given) ?? variant,
    always_loaded: always as readonly string[],
    ...(budget === null ? {} : { budget_tokens: budget as number }),
    name,
    include_stub_listing: stubs,
  };
}

function strategyOf(given: JsonObject): 'bm25' | 'regex' | undefined {
  const { strategy } = given;
  if (strategy === 'semantic' || strategy === 'host') throw llmErrors.noSearchHost({ strategy });
  return oneOf(given, 'strategy', ['bm25', 'regex']);
}

function oneOf<T extends string>(given: JsonObject, key: string, names: readonly T[]) {
  const value = given[key] ?? null;
  if (value === null) return undefined;
  const found = names.find((name) => name === value);
  if (found === undefined) throw bad(`given a ${key} out of ${names.join(', ')}`);
  return found;
}

function bad(expected: string): Error {
  return llmErrors.badOption({ option: 'tool_search', expected });
}

/** The tools that a model sees at once, and those that are kept back. One at least must be seen. */
export function splitTools<T extends { readonly name: string; readonly deferLoading: boolean }>(
  tools: readonly T[],
  search: ToolSearch,
): { readonly eager: readonly T[]; readonly kept: readonly T[] } {
  const isKept = (tool: T) => tool.deferLoading && !search.always_loaded.includes(tool.name);
  const kept = tools.filter(isKept);
  const eager = tools.filter((tool) => !isKept(tool));
  if (kept.length > 0 && eager.length === 0) throw llmErrors.allDeferred({});
  return { eager, kept };
}

/** The tool to search with, as a model is told of it. */
export function searchTool({ name, strategy }: Pick<ToolSearch, 'name' | 'strategy'>): LlmTool {
  const how =
    strategy === 'regex'
      ? 'a regular expression, matched without case against names, descriptions and parameters'
      : 'words that say what the tool should do';
  return {
    name,
    description:
      'Finds further tools by name or purpose. What is found can be called from the next turn on.',
    parameters: {
      type: 'object',
      properties: { query: { type: 'string', description: `What to look for: ${how}.` } },
      required: ['query'],
    },
  };
}

/** How providers are told that they are to search themselves. */
export type NativeSearch = {
  readonly form: 'openai' | 'anthropic';
  readonly variant: 'bm25' | 'regex';
};

/** Makes the search of a request what its destination can do. */
export function withToolSearch(
  request: LlmRequest,
  search: ToolSearch | undefined,
  to: { readonly provider: string; readonly model: string; readonly isForced: boolean },
): LlmRequest {
  const { tools = [] } = request;
  if (search === undefined) {
    if (!tools.some((tool) => tool.defer_loading === true || tool.namespace !== undefined))
      return request;
    return { ...request, tools: tools.map(plain) };
  }
  const listed = tools.map((tool) => ({
    tool,
    name: tool.name,
    deferLoading: tool.defer_loading === true,
  }));
  const { eager, kept } = splitTools(listed, search);
  const form = to.isForced ? 'openai' : nativeForm(to.model);
  // Calls that were not asked to be native stay with what works on every interface of a provider.
  if (search.mode === 'native' && form === undefined) {
    throw llmErrors.noNativeSearch({ provider: to.provider, model: to.model });
  }
  if (form !== undefined && (search.mode === 'native' || (search.mode === 'auto' && to.isForced))) {
    const marked = listed.map((one) =>
      kept.includes(one) ? { ...one.tool, defer_loading: true as const } : undeferred(one.tool),
    );
    return { ...request, tools: marked, tool_search: { form, variant: search.variant } };
  }
  const shown = eager.map(({ tool }) => plain(tool));
  return { ...request, tools: kept.length === 0 ? shown : [...shown, searchTool(search)] };
}

function plain({ defer_loading: _deferred, namespace: _namespace, ...tool }: LlmTool): LlmTool {
  return tool;
}

function undeferred({ defer_loading: _deferred, ...tool }: LlmTool): LlmTool {
  return tool;
}

/** Whose form of search a model knows, as its makers say. */
function nativeForm(model: string): NativeSearch['form'] | undefined {
  const name = model.toLowerCase();
  const gpt = /(?:^|\/)gpt-(\d+)(?:\.(\d+))?/.exec(name);
  if (gpt !== null) return Number(gpt[1]) * 100 + Number(gpt[2] ?? 0) >= 504 ? 'openai' : undefined;
  const claude = /claude-(opus|sonnet|haiku)-(\d+)(?:[-.](\d{1,2})(?!\d))?/.exec(name);
  if (claude === null) return undefined;
  const version = Number(claude[2]) * 100 + Number(claude[3] ?? 0);
  return version >= (claude[1] === 'haiku' ? 405 : 400) ? 'anthropic' : undefined;
}

/** The tools of a request that its provider searches, in that provider's form. */
export function nativeTools({
  tools = [],
  tool_search: search,
}: LlmRequest): readonly JsonObject[] {
  if (search?.form === 'anthropic') {
    const name = `tool_search_tool_${search.variant}`;
    return [
      { type: `${name}_20251119`, name },
      ...tools.map(({ name: tool, description = '', parameters, defer_loading: deferred }) => ({
        name: tool,
        description,
        input_schema: parameters,
        ...(deferred === true ? { defer_loading: true } : {}),
      })),
    ];
  }
  const spaces = [...new Set(tools.flatMap(({ namespace }) => namespace ?? []))].sort();
  return [
    { type: 'tool_search', mode: 'hosted', ...(spaces.length === 0 ? {} : { namespaces: spaces }) },
    ...tools.map(({ defer_loading: deferred, namespace, ...fn }) => ({
      type: 'function',
      function: fn as JsonObject,
      ...(deferred === true ? { defer_loading: true } : {}),
      ...(namespace === undefined ? {} : { namespace }),
    })),
  ];
}
