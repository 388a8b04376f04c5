// Models, as `harness.llm` and the older globals.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import {
  type LlmCallOptions,
  llmCallSafeWithTranscript,
  llmCallWithTranscript,
  startLlmStream,
} from '../runtime/agent/index.ts';
import {
  catalogKey,
  type LlmDelta,
  type LlmParts,
  type LlmSessionCost,
  llmCallStructured,
  llmCallStructuredResult,
  llmCallStructuredSafe,
  llmCompletion,
  llmEffects,
  type StructuredOptions,
  withRateLimit,
} from '../runtime/llm/index.ts';
import type { Handler, RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  type Dict,
  dictGet,
  dictMerge,
  display,
  fromJson,
  functionMeta,
  type HarnFunction,
  isDict,
  isFunction,
  isInt,
  type List,
  type MutableDict,
  makeFloat,
  type Steps,
  type Value,
} from '../values/index.ts';
import { withoutHandlers } from './agent-tools.ts';
import { optionsOf, toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { llmCatalogRows } from './llm-catalog.ts';
import { outsideSchema } from './schema-convert.ts';
import { HarnChannel } from './sync-values.ts';

const none = () => [];

export function llmRows(): readonly BuiltinRow[] {
  return [
    ...callRows(),
    ...structuredRows(),
    costRow(),
    ...spendRows(),
    ...rateRows(),
    ...traceRows(),
    ...llmCatalogRows(),
    ...mockRows(),
  ];
}

function callRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'llm.call(prompt: any, system: any?, options: dict?) -> dict',
      {
        doc: 'Asks a model once: `{text, model, provider, input_tokens, output_tokens, transcript, ...}`. With `transcript` it goes on from one; `on_delta` is called with every piece of the answer.',
        effect: 'wait',
        aliases: ['llm_call'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prompt, system, options, parts] = callArguments(args);
        return fromJson(
          (yield* llmCallWithTranscript(
            ctx as RunContext,
            prompt,
            system,
            options,
            parts,
          )) as unknown as Json,
        );
      },
    ),
    builtin(
      'llm.call_safe(prompt: any, system: any?, options: dict?) -> dict',
      {
        doc: 'Asks a model once and never throws: `{ok, response, error}`.',
        effect: 'wait',
        aliases: ['llm_call_safe'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prompt, system, options, parts] = callArguments(args);
        return fromJson(
          (yield* llmCallSafeWithTranscript(
            ctx as RunContext,
            prompt,
            system,
            options,
            parts,
          )) as unknown as Json,
        );
      },
    ),
    builtin(
      'llm.stream(prompt: any, system: any?, options: dict?) -> any',
      {
        doc: 'Asks a model and gives a channel with the pieces of its text as they come; it closes when the answer is complete. Leaving the loop over it, or closing it, cuts the call.',
        effect: 'wait',
        aliases: ['llm_stream'],
      },
      (ctx: Ctx, ...args: Value[]) => {
        const [prompt, system, options] = callArguments(args);
        const { channel } = startLlmStream(ctx as RunContext, prompt, system, options, textOf);
        return new HarnChannel(channel, true);
      },
    ),
  ];
}

function traceRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'llm.completion(prefix: any, suffix: any?, system: any?, options: dict?) -> dict',
      {
        doc: 'Asks a model for the text that follows `prefix`, up to `suffix` where there is one: the result of a call, `text` is what is missing.',
        effect: 'wait',
        aliases: ['llm_completion'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prefix, suffix, ...rest] = args[0] instanceof HarnHandle ? args.slice(1) : args;
        const [, system, options] = callArguments([null, ...rest]);
        const after = suffix === undefined || suffix === null ? null : display(suffix);
        const before = display(prefix ?? null);
        const told = yield* llmCompletion(ctx as RunContext, before, after, system, options);
        return fromJson(told as unknown as Json);
      },
    ),
    effectRow('llm.healthcheck(provider: any?, options: any?) -> dict', llmEffects.healthcheck, {
      doc: 'Whether a provider can be asked, and serves a model: `{provider, valid, status, message, metadata}`. Nothing is bought; `api_key` tries a key.',
      aliases: ['llm_healthcheck'],
      args: ([provider = null, options = null]) => [toData(provider), toData(options)],
    }),
    effectRow('llm.trace() -> list', llmEffects.trace, {
      doc: 'What the model calls of this run were like: events with a `type` of `llm_call`, `llm_retry`, `schema_retry`, `provider_fallback`, `tool_execution`, `tool_rejected`, `context_compaction` or `loop_complete`.',
      aliases: ['agent_trace'],
      args: none,
      result: (events: Json) => fromJson(events),
    }),
    effectRow('llm.trace_summary() -> dict', llmEffects.trace_summary, {
      doc: 'What those events add up to: `{llm_calls, input_tokens, output_tokens, total_duration_ms, schema_retries, provider_fallbacks, llm_retries, tool_executions, tool_rejections, tools_used, compactions, iterations, models}`.',
      aliases: ['agent_trace_summary'],
      args: none,
    }),
  ];
}

function structuredRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'llm.call_structured(prompt: any, schema: any, options: dict?) -> any',
      {
        doc: 'Asks a model for data that fits a schema and gives the data; asks again up to three times (`retries`).',
        effect: 'wait',
        aliases: ['llm_call_structured'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prompt, schema, options] = structuredArguments(args);
        return fromJson(yield* llmCallStructured(ctx as RunContext, prompt, schema, options));
      },
    ),
    builtin(
      'llm.call_structured_safe(prompt: any, schema: any, options: dict?) -> dict',
      {
        doc: 'The same without throwing: `{ok, data, error}`.',
        effect: 'wait',
        aliases: ['llm_call_structured_safe'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prompt, schema, options] = structuredArguments(args);
        const envelope = yield* llmCallStructuredSafe(ctx as RunContext, prompt, schema, options);
        return fromJson(envelope as unknown as Json);
      },
    ),
    builtin(
      'llm.call_structured_result(prompt: any, schema: any, options: dict?) -> dict',
      {
        doc: 'The same with how it went: `{ok, data, raw_text, error, error_category, attempts, repaired, extracted_json, usage, ...}`. The option `repair` asks once more for an answer that does not fit.',
        effect: 'wait',
        aliases: ['llm_call_structured_result'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prompt, schema, options] = structuredArguments(args);
        const told = yield* llmCallStructuredResult(ctx as RunContext, prompt, schema, options);
        return fromJson(told as unknown as Json);
      },
    ),
  ];
}

function costRow(): BuiltinRow {
  return builtin(
    'llm_cost(model: string, input_tokens: int, output_tokens: int) -> float',
    {
      doc: 'The list price of a call in US dollars; 0.0 for a model whose price is not known.',
    },
    (ctx: Ctx, ...args: Value[]) => {
      const [model, input, output] = args[0] instanceof HarnHandle ? args.slice(1) : args;
      const counts = { inputTokens: tokens(input), outputTokens: tokens(output) };
      const catalog = (ctx as RunContext).get(catalogKey);
      return makeFloat(catalog.cost(display(model ?? null), counts) ?? 0);
    },
  );
}

function spendRows(): readonly BuiltinRow[] {
  return [
    effectRow('llm.budget(max_cost: float?) -> nil', llmEffects.budget, {
      doc: 'The most that the model calls of this run may cost, in US dollars, with what they have cost so far; nil for no limit. A call that may cost more than is left is not made.',
      aliases: ['llm_budget'],
    }),
    effectRow('llm.budget_remaining() -> float?', llmEffects.budget_remaining, {
      doc: 'US dollars that are left of the budget of this run; nil without one.',
      aliases: ['llm_budget_remaining'],
      args: none,
      result: (left: number | null) => (left === null ? null : makeFloat(left)),
    }),
    effectRow('llm.session_cost() -> dict', llmEffects.session_cost, {
      doc: 'What the model calls of this run have cost: `{total_cost, input_tokens, output_tokens, call_count}`.',
      aliases: ['llm_session_cost'],
      args: none,
      result: (cost: LlmSessionCost) =>
        dictMerge(fromJson(cost) as Dict, { total_cost: makeFloat(cost.total_cost) }),
    }),
    effectRow('llm.usage() -> dict', llmEffects.usage, {
      doc: 'Tokens and time of the model calls of this run: `{input_tokens, output_tokens, total_duration_ms, call_count}`.',
      aliases: ['llm_usage'],
      args: none,
    }),
  ];
}

function rateRows(): readonly BuiltinRow[] {
  return [
    effectRow('llm.rate_limit(provider: string, options: any?) -> any', llmEffects.rate_limit, {
      doc: 'Sets (`{rpm: 60}` or `60`), lifts (`{rpm: 0}`) or tells the requests a minute that this run sends to a provider; nil is no limit.',
      aliases: ['llm_rate_limit'],
      args: ([provider, options]) => [display(provider ?? null), toData(options ?? null)],
    }),
    builtin(
      'llm.with_rate_limit(provider: string, body: any, options: dict?) -> any',
      {
        doc: 'Waits for a turn of a provider and calls the closure, again after failures that may pass: up to `max_retries` (5) times, after `backoff_ms` (1000), twice as long each time.',
        effect: 'wait',
        aliases: ['with_rate_limit'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [provider, fn, options] = args[0] instanceof HarnHandle ? args.slice(1) : args;
        if (!isFunction(fn ?? null)) {
          throw wrong.argument({ builtin: 'with_rate_limit', detail: '`body` must be a closure' });
        }
        const run = ctx as RunContext;
        const how = (toData(options ?? null) ?? {}) as Parameters<typeof withRateLimit>[3];
        const body = () => call(fn as HarnFunction, ctx, []) as Suspending<Value>;
        return yield* withRateLimit(run, run.task, display(provider ?? null), how, body);
      },
    ),
  ];
}

function mockRows(): readonly BuiltinRow[] {
  return [
    effectRow('llm.mock_enqueue(response: dict) -> nil', llmEffects.mock_enqueue, {
      doc: 'Prepares an answer for a later call of this run: `{text, match, tool_calls, error, ...}`.',
      aliases: ['llm_mock'],
      args: ([response]) => [toData(response)],
    }),
    effectRow('llm.mock_calls() -> list', llmEffects.mock_calls, {
      doc: 'The calls that prepared answers were looked up for.',
      aliases: ['llm_mock_calls'],
      args: none,
      result: (calls: Json) => fromJson(calls),
    }),
    effectRow('llm.mock_clear() -> nil', llmEffects.mock_clear, {
      doc: 'Forgets the prepared answers and the calls so far.',
      aliases: ['llm_mock_clear'],
      args: none,
    }),
    effectRow('llm.mock_push_scope() -> nil', llmEffects.mock_push_scope, {
      doc: 'Starts a scope of prepared answers.',
      aliases: ['llm_mock_push_scope'],
      args: none,
    }),
    effectRow('llm.mock_pop_scope() -> nil', llmEffects.mock_pop_scope, {
      doc: 'Ends a scope of prepared answers.',
      aliases: ['llm_mock_pop_scope'],
      args: none,
    }),
  ];
}

function structuredArguments(args: List): [string, JsonObject, StructuredOptions] {
  const [prompt, schema, options] = args[0] instanceof HarnHandle ? args.slice(1) : args;
  const shape = toData(outsideSchema(schema ?? null));
  if (!isJsonObject(shape)) {
    throw wrong.argument({ builtin: 'llm_call_structured', detail: 'the schema must be a dict' });
  }
  return [display(prompt ?? null), shape, (toData(options) ?? {}) as StructuredOptions];
}

function tokens(value: Value | undefined): number {
  if (isInt(value ?? null) && Number(value) >= 0) return Number(value);
  throw wrong.argument({ builtin: 'llm_cost', detail: 'tokens must be an int of 0 or more' });
}

/** What the channel of a stream carries: text, and nothing of thoughts and tools. */
function textOf(delta: LlmDelta): string | undefined {
  return delta.type === 'text' ? delta.text : undefined;
}

function callArguments(args: List): [string, string | null, LlmCallOptions, LlmParts] {
  const given = args[0] instanceof HarnHandle ? args.slice(1) : args;
  const [prompt, system, options = null] = given;
  const [data, parts] = withoutParts(options);
  return [
    display(prompt ?? null),
    system === undefined || system === null ? null : display(system),
    optionsOf<LlmCallOptions>(withJsonSchemas(data)),
    parts,
  ];
}

/** Options that are data, and those that are code. */
function withoutParts(options: Value): [Value, LlmParts] {
  if (!isDict(options)) return [options, {}];
  const [rest, experiment] = withoutExperiment(options);
  const { on_delta: onDelta = null, ...data } = rest as { readonly [key: string]: Value };
  if (onDelta === null) return [rest, experiment];
  if (!isFunction(onDelta)) {
    throw wrong.argument({ builtin: 'llm_call', detail: '`on_delta` must be a closure' });
  }
  const handler: Handler = {
    kind: 'generator',
    name: functionMeta(onDelta).name ?? 'on_delta',
    *run(ctx: RunContext, [delta]) {
      yield* call(onDelta, ctx, [fromJson(delta as Json)]) as Suspending<Value>;
      return null;
    },
  };
  return [data as Value, { ...experiment, onDelta: handler }];
}

/** An experiment that is code: a closure, or `{label, transform, args}` of `custom` in std/experiments. */
function withoutExperiment(options: Dict): [Value, LlmParts] {
  const { structural_experiment: given = null, ...data } = options as {
    readonly [key: string]: Value;
  };
  const transform = isDict(given) ? (dictGet(given, 'transform') ?? null) : given;
  if (!isFunction(transform)) return [options, {}];
  const label = isDict(given) ? display(dictGet(given, 'label') ?? 'custom') : 'custom';
  const args = isDict(given) ? toData(dictGet(given, 'args') ?? null) : null;
  const handler: Handler = {
    kind: 'generator',
    name: functionMeta(transform).name ?? 'structural_experiment',
    *run(ctx: RunContext, [shape]) {
      return toData(yield* call(transform, ctx, [fromJson(shape as Json)]) as Suspending<Value>);
    },
  };
  return [
    data as Value,
    { experiment: { label, args: isJsonObject(args) ? args : {}, transform: handler } },
  ];
}

const SCHEMA_OPTIONS = ['schema', 'json_schema', 'output_schema', 'output', 'output_format'];

/** Schemas that are in the keys of this language as JSON Schema, which is what models are asked with. */
function withJsonSchemas(options: Value): Value {
  if (!isDict(options)) return options;
  const out: MutableDict = { ...options };
  const tools = dictGet(options, 'tools') ?? null;
  if (tools !== null) out['tools'] = withoutHandlers(tools);
  for (const key of SCHEMA_OPTIONS) {
    const value = dictGet(options, key) ?? null;
    if (!isDict(value)) continue;
    const inner = dictGet(value, 'schema') ?? null;
    out[key] = isDict(inner)
      ? dictMerge(value, { schema: outsideSchema(inner) })
      : outsideSchema(value);
  }
  return out;
}
