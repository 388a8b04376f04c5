// Command policies and the scan of commands, as globals: a policy is a dict that `command_policy` has read, with its hooks in it.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import { type CommandPolicy, commandPolicies } from '../runtime/boundary/index.ts';
import type { Handler, RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  type Dict,
  dictFrom,
  fromJson,
  isDict,
  isFunction,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { jsonHandler } from './permission-code.ts';

const HOOKS = ['pre', 'post'] as const;

/** A policy from what a program has written, or from what `command_policy` gave. */
export function policyFrom(config: Value): CommandPolicy {
  return {
    ...commandPolicies.readRules(dataOf(config)),
    pre: hookOf(config, 'pre'),
    post: hookOf(config, 'post'),
  };
}

function dataOf(config: Value): Json {
  if (!isDict(config)) return toData(config);
  const fields = Object.entries(config as Dict & { readonly [key: string]: Value });
  return toData(dictFrom(fields.filter(([key]) => !(HOOKS as readonly string[]).includes(key))));
}

function hookOf(config: Value, name: (typeof HOOKS)[number]): Handler | undefined {
  const hook = isDict(config)
    ? ((config as { readonly [key: string]: Value })[name] ?? null)
    : null;
  if (hook === null) return undefined;
  if (isFunction(hook)) return jsonHandler(hook);
  throw wrong.argument({ builtin: 'command_policy', detail: `\`${name}\` must be a closure` });
}

/** The data of a policy, with its hooks beside it, as a value that can be changed and read again. */
function policyValue(config: Value): Value {
  const rules = commandPolicies.readRules(dataOf(config)) as unknown as JsonObject;
  policyFrom(config);
  const given = config as { readonly [key: string]: Value };
  const hooks = HOOKS.map((name): [string, Value] => [name, given[name] ?? null]);
  const data = Object.entries(rules).map(([key, value]): [string, Value] => [key, fromJson(value)]);
  return dictFrom([['_type', 'command_policy'], ...data, ...hooks]);
}

export function commandPolicyRows(): readonly BuiltinRow[] {
  return [...policyRows(), ...scanRows()];
}

function policyRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'command_policy(config: dict) -> dict',
      {
        doc: 'A policy for commands: `{tools, workspace_roots, default_shell_mode, deny_patterns, require_approval, pre, post, allow_recursive}`.',
      },
      (_: Ctx, config: Value) => policyValue(config),
    ),
    builtin(
      'runtime.command_policy_push(policy: dict) -> nil',
      {
        doc: 'Puts the commands of this task, and of what it starts from now on, under a policy.',
        effect: 'ambient',
        aliases: ['command_policy_push'],
      },
      (ctx: Ctx, policy: Value) => commandPolicies.push(ctx as RunContext, policyFrom(policy)),
    ),
    builtin(
      'runtime.command_policy_pop() -> nil',
      {
        doc: 'Takes away the policy that this task installed last.',
        effect: 'ambient',
        aliases: ['command_policy_pop'],
      },
      (ctx: Ctx) => commandPolicies.pop(ctx as RunContext),
    ),
  ];
}

function scanRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'command_risk_scan(ctx: dict) -> dict',
      {
        doc: 'What a command may do, from its words: `{risk_labels, confidence, rationale, recommended_action}`. `ctx` is what hooks get, or `{argv | command, cwd, workspace_roots}`.',
      },
      (_: Ctx, about: Value) => fromJson(commandPolicies.scan(aboutOf('command_risk_scan', about))),
    ),
    builtin(
      'command_llm_risk_scan(ctx: dict, options: dict?) -> dict',
      {
        doc: 'The same with the options it was asked with, secrets taken out. It asks no model.',
      },
      (_: Ctx, about: Value, options: Value = null) => {
        const scan = commandPolicies.scan(aboutOf('command_llm_risk_scan', about));
        return fromJson({ ...scan, source: 'deterministic', options: shown(toData(options)) });
      },
    ),
    builtin(
      'command_result_scan(ctx: dict) -> dict',
      {
        doc: 'What is wrong with the result of a command: `{risk_labels, failed, safe, rationale, recommended_action}`.',
      },
      (_: Ctx, about: Value) => {
        const given = aboutOf('command_result_scan', about);
        const { result = given } = given;
        return fromJson(commandPolicies.scanResult(isJsonObject(result) ? result : {}));
      },
    ),
  ];
}

function aboutOf(name: string, about: Value): JsonObject {
  if (!isDict(about)) throw wrong.argument({ builtin: name, detail: 'the context must be a dict' });
  const given = Object.entries(about as Dict & { readonly [key: string]: Value });
  return toData(dictFrom(given.filter(([, value]) => !isFunction(value)))) as JsonObject;
}

const SECRET = /key|token|secret|passw|auth/i;

function shown(options: Json): Json {
  if (!isJsonObject(options)) return {};
  const entries = Object.entries(options).map(([name, value]): [string, Json] => [
    name,
    SECRET.test(name) ? '[redacted]' : value,
  ]);
  return Object.fromEntries(entries);
}

/** Runs `body` with the policy that options of a loop name, as `command_policy` or inside of `policy`. */
export function underCommandPolicy<T>(
  ctx: RunContext,
  given: Value,
  body: () => Suspending<T>,
): Suspending<T> {
  return given === null ? body() : commandPolicies.with(ctx, policyFrom(given), body);
}
