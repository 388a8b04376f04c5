// The search of a loop over the tools that it keeps back: what a call of the search tool finds, which of them the model
// sees from the next turn on, and what followers and the history are told.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type LlmToolCall, splitTools, type ToolSearch } from '../llm/index.ts';
import { defineEffect, type RunContext, type Suspending } from '../run/index.ts';
import type { Emitter } from './emitter.ts';
import type { LoopPlan } from './loop-options.ts';
import { rankTools, type SearchedTool } from './tool-index.ts';
import type { ToolOutcome } from './tool-run.ts';
import type { Tool } from './tools.ts';
import type { TranscriptEvent } from './transcript.ts';

/** Most tools that one search brings up. */
const MOST_FOUND = 5;

type Searched = { readonly found: readonly string[]; readonly problem: string | null };

/** Searches: recorded, so that a resumed loop goes on with what was found. */
const searchEffect = defineEffect(
  { name: 'tools.search', class: 'read', access: 'read' },
  async (
    _env,
    strategy: ToolSearch['strategy'],
    query: string,
    tools: readonly SearchedTool[],
  ): Promise<Searched> => {
    if (strategy === 'bm25') return { found: rankTools(query, tools, MOST_FOUND), problem: null };
    const { matchTools } = await import('./tool-pattern.ts');
    return matchTools(query, tools, MOST_FOUND);
  },
);

/** The search of a loop that does it itself; undefined when nothing is kept back. */
export function clientSearch({ toolSearch, tools }: LoopPlan): ToolSearch | undefined {
  if (toolSearch === undefined || toolSearch.mode === 'native') return undefined;
  return splitTools([...tools.values()], toolSearch).kept.length === 0 ? undefined : toolSearch;
}

/** The tools that a model sees, given what was found so far. */
export function visibleTools(
  plan: LoopPlan,
  tools: readonly Tool[],
  promoted: readonly string[],
): readonly Tool[] {
  const { toolSearch: search } = plan;
  if (search === undefined) return tools.filter(({ deferLoading }) => !deferLoading);
  if (search.mode === 'native') return tools;
  const { eager, kept } = splitTools(tools, search);
  return [...eager, ...kept.filter(({ name }) => promoted.includes(name))];
}

/** What a call of a tool comes to that the model cannot see yet; undefined: it can be called. */
export function hiddenOutcome(
  plan: LoopPlan,
  name: string,
  promoted: readonly string[],
): ToolOutcome | undefined {
  const tool = plan.tools.get(name);
  if (tool === undefined || visibleTools(plan, [...plan.tools.values()], promoted).includes(tool)) {
    return undefined;
  }
  const search = plan.toolSearch?.name;
  const how =
    search === undefined ? 'and this loop has no tool_search' : `find it with ${search} first`;
  return refusal(name, `"${name}" is kept back; ${how}`);
}

/** What is visible after a search: the latest last, the oldest given up where the budget ends. */
export function promote(
  plan: LoopPlan,
  before: readonly string[],
  found: readonly string[],
): readonly string[] {
  const all = [...before.filter((name) => !found.includes(name)), ...found];
  const budget = plan.toolSearch?.budget_tokens;
  if (budget === undefined) return all;
  let left = budget;
  const kept: string[] = [];
  for (const name of all.toReversed()) {
    left -= tokensOf(plan.tools.get(name));
    // What was just found last is shown even where it is too large alone: nothing would be of no use.
    if (left < 0 && kept.length > 0) break;
    kept.unshift(name);
  }
  return kept;
}

/** Characters / 4, as everywhere. */
function tokensOf(tool: Tool | undefined): number {
  if (tool === undefined) return 0;
  const { name, description, parameters } = tool;
  return Math.ceil(JSON.stringify({ name, description, parameters }).length / 4);
}

/** Whether a call is one of the search tool. */
export function isSearchCall(plan: LoopPlan, { name }: Pick<LlmToolCall, 'name'>): boolean {
  return clientSearch(plan)?.name === name;
}

/** Runs a search that the model asked for. */
export function* runSearch(
  ctx: RunContext,
  plan: LoopPlan,
  call: LlmToolCall,
  emitter: Emitter,
): Suspending<ToolOutcome & { readonly found: readonly string[] }> {
  const search = plan.toolSearch as ToolSearch;
  const { strategy, name } = search;
  const { kept } = splitTools([...plan.tools.values()], search);
  const query = isJsonObject(call.arguments) ? (call.arguments['query'] ?? null) : call.arguments;
  if (typeof query !== 'string' || query.trim() === '') {
    return { ...refusal(name, 'the search needs a `query`'), found: [] };
  }
  const about = { tool_use_id: call.id, strategy, mode: 'client' };
  const asked = { ...about, name, query: { query } };
  yield* emitter.emit({ type: 'tool_search_query', ...asked });
  const corpus = kept.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }));
  const { found, problem } = yield* ctx.perform(searchEffect, [strategy, query, corpus]);
  const result = { ...about, promoted: found };
  yield* emitter.emit({ type: 'tool_search_result', ...result });
  const events = [event('tool_search_query', asked), event('tool_search_result', result)];
  if (problem !== null) return { ...refusal(name, problem), events, found: [] };
  const tools = kept.filter((tool) => found.includes(tool.name));
  const listed: JsonObject = {
    tools: tools.map(({ name, description }) => ({ name, description })),
    ...(found.length === 0 ? { note: 'nothing fits; try other words' } : {}),
  };
  return { status: 'ok', result: listed, text: JSON.stringify(listed), events, found };
}

function refusal(tool: string, message: string): ToolOutcome {
  const result = { error: 'schema_validation', tool, message };
  return {
    status: 'error',
    result,
    text: JSON.stringify(result),
    category: 'schema_validation',
    message,
  };
}

function event(kind: string, metadata: JsonObject): TranscriptEvent {
  return { kind, role: 'system', visibility: 'internal', metadata: metadata as Json };
}

/** The part of a system prompt that says what can be called and how more is found. */
export function searchPrompt(plan: LoopPlan, visible: readonly Tool[]): string | undefined {
  const search = clientSearch(plan);
  if (search === undefined) return undefined;
  const line = ({ name, description }: Tool) =>
    description === ''
      ? `- ${name}`
      : `- ${name}: ${(description.split('\n')[0] as string).slice(0, 120)}`;
  const { kept } = splitTools([...plan.tools.values()], search);
  const hidden = kept.filter((tool) => !visible.includes(tool));
  const stubs = search.include_stub_listing && hidden.length > 0;
  return [
    `More tools exist than you see. Call \`${search.name}\` to find them; what it finds can be called from your next answer on. At hand now:`,
    ...visible.map(line),
    ...(stubs ? ['To be found:', ...hidden.map(line)] : []),
  ].join('\n');
}
