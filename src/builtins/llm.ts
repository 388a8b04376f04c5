// Models, as `harness.llm` and the older globals.
import type { Json } from '../base/index.ts';
import {
  type LlmCallOptions,
  llmCallSafeWithTranscript,
  llmCallWithTranscript,
  llmMockEffects,
  type RunContext,
} from '../runtime/index.ts';
import { type Ctx, display, fromJson, type List, type Steps, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { HarnHandle } from './handle.ts';

const none = () => [];

export function llmRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'llm.call(prompt: any, system: any?, options: dict?) -> dict',
      {
        doc: 'Asks a model once: `{text, model, provider, input_tokens, output_tokens, transcript, ...}`. With `transcript` it goes on from one.',
        effect: 'wait',
        aliases: ['llm_call'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [prompt, system, options] = callArguments(args);
        return fromJson(
          (yield* llmCallWithTranscript(
            ctx as RunContext,
            prompt,
            system,
            options,
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
        const [prompt, system, options] = callArguments(args);
        return fromJson(
          (yield* llmCallSafeWithTranscript(
            ctx as RunContext,
            prompt,
            system,
            options,
          )) as unknown as Json,
        );
      },
    ),
    effectRow('llm.mock_enqueue(response: any) -> nil', llmMockEffects.mock_enqueue, {
      doc: 'Prepares an answer for a later call of this run: text, or `{text, match, error, ...}`.',
      aliases: ['llm_mock'],
      args: ([response]) => [toData(response)],
    }),
    effectRow('llm.mock_calls() -> list', llmMockEffects.mock_calls, {
      doc: 'The calls that prepared answers were looked up for.',
      aliases: ['llm_mock_calls'],
      args: none,
      result: (calls: Json) => fromJson(calls),
    }),
    effectRow('llm.mock_clear() -> nil', llmMockEffects.mock_clear, {
      doc: 'Forgets the prepared answers and the calls so far.',
      aliases: ['llm_mock_clear'],
      args: none,
    }),
    effectRow('llm.mock_push_scope() -> nil', llmMockEffects.mock_push_scope, {
      doc: 'Starts a scope of prepared answers.',
      aliases: ['llm_mock_push_scope'],
      args: none,
    }),
    effectRow('llm.mock_pop_scope() -> nil', llmMockEffects.mock_pop_scope, {
      doc: 'Ends a scope of prepared answers.',
      aliases: ['llm_mock_pop_scope'],
      args: none,
    }),
  ];
}

function callArguments(args: List): [string, string | null, LlmCallOptions] {
  const given = args[0] instanceof HarnHandle ? args.slice(1) : args;
  const [prompt, system, options] = given;
  return [
    display(prompt ?? null),
    system === undefined || system === null ? null : display(system),
    (options === undefined || options === null ? {} : toData(options)) as LlmCallOptions,
  ];
}
