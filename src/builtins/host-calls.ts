// The host boundary, as `harness.host` and the older globals: capabilities by name, tools of the host, and the answers that a
// program under test prepares.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import { hostCalls, testHostEffects } from '../runtime/boundary/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import { type Ctx, display, fromJson, type List, type Steps, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

const text = (value: Value | undefined) => display(value ?? null);
const none = () => [];

export function hostCallRows(): readonly BuiltinRow[] {
  return [...callRows(), ...mockRows()];
}

function callRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'host.call(name: string, args: any?) -> any',
      {
        boundary: true,
        doc: 'Calls `capability.operation` of the host: of this process, of the program that embeds it, or prepared by a test.',
        effect: 'wait',
        aliases: ['host_call'],
      },
      function* (ctx: Ctx, name: Value, args: Value = null): Steps {
        return fromJson(yield* hostCalls.call(ctx as RunContext, text(name), toData(args)));
      },
    ),
    builtin(
      'host.capabilities() -> dict',
      {
        doc: 'What can be called: `{capability: {description, operations}}`.',
        effect: 'ambient',
        aliases: ['host_capabilities'],
      },
      (ctx: Ctx) => fromJson(hostCalls.capabilities(ctx as RunContext)),
    ),
    builtin(
      'host.has(capability: string, operation: string?) -> bool',
      {
        doc: 'Whether a capability, or an operation of it, can be called.',
        effect: 'ambient',
        aliases: ['host_has'],
      },
      (ctx: Ctx, capability: Value, operation: Value = null) =>
        hostCalls.has(
          ctx as RunContext,
          text(capability),
          operation === null ? undefined : text(operation),
        ),
    ),
    builtin(
      'host.tools() -> list',
      {
        doc: 'The tools of the host: `{name, description, schema, deprecated}` each; empty without an embedding program.',
        effect: 'ambient',
        aliases: ['host_tool_list'],
      },
      (ctx: Ctx) => fromJson(hostCalls.tools(ctx as RunContext)),
    ),
    builtin(
      'host.call_tool(name: string, args: any?) -> any',
      {
        boundary: true,
        doc: 'Calls a tool of the host by its name.',
        effect: 'wait',
        aliases: ['host_tool_call'],
      },
      function* (ctx: Ctx, name: Value, args: Value = null): Steps {
        return fromJson(yield* hostCalls.callTool(ctx as RunContext, text(name), toData(args)));
      },
    ),
  ];
}

function mockRows(): readonly BuiltinRow[] {
  return [
    effectRow(
      'testing.host_mock(capability: string, operation: string, answer: any, params: dict?) -> nil',
      testHostEffects.host_mock,
      {
        doc: 'Prepares an answer of the host: a result, or `{result, error, params}`. It fits calls that have at least `params`; the latest one is asked first.',
        aliases: ['host_mock'],
        args: mockArguments,
      },
    ),
    effectRow('testing.host_mock_clear() -> nil', testHostEffects.host_mock_clear, {
      doc: 'Forgets the prepared answers of the host and the calls so far.',
      aliases: ['host_mock_clear'],
      args: none,
    }),
    effectRow('testing.host_mock_calls() -> list', testHostEffects.host_mock_calls, {
      doc: 'The calls that prepared answers were given to: `{capability, operation, params}` each.',
      aliases: ['host_mock_calls'],
      args: none,
    }),
    effectRow('testing.host_mock_push_scope() -> nil', testHostEffects.host_mock_push_scope, {
      doc: 'Begins a scope in which no answers of the host are prepared and no calls were made.',
      aliases: ['host_mock_push_scope'],
      args: none,
    }),
    effectRow('testing.host_mock_pop_scope() -> nil', testHostEffects.host_mock_pop_scope, {
      doc: 'Ends a scope of prepared answers of the host.',
      aliases: ['host_mock_pop_scope'],
      args: none,
    }),
  ];
}

function mockArguments([capability, operation, answer, params]: List): [
  string,
  string,
  Json,
  JsonObject | null,
] {
  const wanted = toData(params);
  if (wanted !== null && !isJsonObject(wanted)) {
    throw wrong.argument({ builtin: 'host_mock', detail: 'params must be a dict' });
  }
  return [text(capability), text(operation), toData(answer), wanted];
}
