// Command policies: what is looked at before a command starts and after it has ended. A policy belongs to the task that
// installs it and to all that task starts from then on; those further out are asked first and a rewritten command is held
// against the rules of all of them again.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { isSecretName } from '../host/index.ts';
import { fsEffects } from '../io/index.ts';
import {
  defineSyncEffect,
  type Handler,
  isTruthy,
  type RunContext,
  type Suspending,
  startHandler,
  type Task,
} from '../run/index.ts';
import { scanCommand } from './command-risk.ts';
import { boundaryErrors } from './errors.ts';

/** The data of a policy. */
export interface CommandRules {
  /** Names of tools that this policy is meant for; a word to whoever looks at it. */
  readonly tools?: readonly string[];
  /** Where commands are meant to stay, for the label `outside_workspace`. */
  readonly workspace_roots?: readonly string[];
  readonly default_shell_mode?: string | null;
  /** Texts that a command must not have; with `*` they are for the whole of it. */
  readonly deny_patterns?: readonly string[];
  /** Labels of risk that somebody has to approve. */
  readonly require_approval?: readonly string[];
  /** Lets hooks run commands themselves. */
  readonly allow_recursive?: boolean;
}

/** A policy as it is in force. */
export interface CommandPolicy extends Required<CommandRules> {
  readonly pre: Handler | undefined;
  readonly post: Handler | undefined;
}

export const RULE_KEYS = [
  'tools',
  'workspace_roots',
  'default_shell_mode',
  'deny_patterns',
  'require_approval',
  'allow_recursive',
] as const;

/** Reads the data of a policy; what does not belong there is refused. */
export function readRules(given: Json): Required<CommandRules> {
  if (!isJsonObject(given)) throw bad('the config must be a dict');
  const { _type: _, ...fields } = given;
  for (const key of Object.keys(fields)) {
    if (!(RULE_KEYS as readonly string[]).includes(key)) {
      throw bad(`there is no field \`${key}\`; it has ${[...RULE_KEYS, 'pre', 'post'].join(', ')}`);
    }
  }
  const mode = fields['default_shell_mode'] ?? null;
  if (mode !== null && typeof mode !== 'string') throw bad('`default_shell_mode` must be a text');
  const recursive = fields['allow_recursive'] ?? false;
  if (typeof recursive !== 'boolean') throw bad('`allow_recursive` must be a bool');
  return {
    tools: texts(fields, 'tools'),
    workspace_roots: texts(fields, 'workspace_roots'),
    default_shell_mode: mode,
    deny_patterns: texts(fields, 'deny_patterns'),
    require_approval: texts(fields, 'require_approval'),
    allow_recursive: recursive,
  };
}

function texts(fields: JsonObject, key: string): readonly string[] {
  const list = fields[key] ?? [];
  const isTexts =
    Array.isArray(list) && (list as readonly Json[]).every((each) => typeof each === 'string');
  if (!isTexts) throw bad(`\`${key}\` must be a list of texts`);
  return list as readonly string[];
}

function bad(detail: string): Error {
  return boundaryErrors.badPolicy({ detail });
}

// ---- what is in force ------------------------------------------------------------------------------------------

const POLICIES = 'command_policies';
const IN_HOOK = 'command_hook';

/** Set while a hook runs: whose hook it is. */
interface InHook {
  readonly policy: CommandPolicy;
}

function attached<T>({ attached: all }: Task, name: string): T | undefined {
  return all[name] as T | undefined;
}

/** A policy with the task that installed it. */
interface Installed {
  readonly policy: CommandPolicy;
  readonly owner: Task;
}

function installed(task: Task): readonly Installed[] {
  return attached<readonly Installed[]>(task, POLICIES) ?? [];
}

/** The policies in force for a task, outermost first. */
export function policiesOf({ task }: RunContext): readonly CommandPolicy[] {
  return installed(task).map(({ policy }) => policy);
}

const push = defineSyncEffect(
  { name: 'runtime.command_policy_push', class: 'local', access: 'write' },
  ({ task }, policy: CommandPolicy) => {
    const list = [...installed(task), { policy, owner: task }];
    task.attached = { ...task.attached, [POLICIES]: list };
    return null;
  },
);

const pop = defineSyncEffect(
  { name: 'runtime.command_policy_pop', class: 'local', access: 'write' },
  ({ task }) => {
    const list = installed(task);
    if (list.at(-1)?.owner !== task) throw boundaryErrors.noPolicy({});
    task.attached = { ...task.attached, [POLICIES]: list.slice(0, -1) };
    return null;
  },
);

/** Where functions are found again: in a program, say. */
export interface HookSource {
  refOf(fn: object): Json | undefined;
  hook(ref: JsonObject): Handler | undefined;
}

/** The policies in force as data, for work that another run goes on with; `missing` names hooks that nobody finds again. */
export function savePolicies(
  ctx: RunContext,
  source: HookSource,
): { readonly policies: readonly JsonObject[]; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const policies = policiesOf(ctx).map(({ pre, post, ...rules }) => {
    const hooks: { [key: string]: Json } = {};
    for (const [key, hook] of Object.entries({ pre, post })) {
      if (hook === undefined) continue;
      const ref = hook.fn === undefined ? undefined : source.refOf(hook.fn);
      if (ref === undefined) missing.push(`the hook \`${key}\` of its command policy`);
      else hooks[key] = ref;
    }
    return { ...rules, ...hooks } as JsonObject;
  });
  return { policies, missing };
}

/** Saved policies behind what is attached to a task already. Nobody can take them away. */
export function withSaved(
  { task }: RunContext,
  saved: readonly Json[],
  source: HookSource,
): { readonly attached: Task['attached']; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const more = saved.map((given): Installed => {
    const { pre, post, ...rules } = isJsonObject(given) ? given : {};
    const hookOf = (name: string, ref: Json | undefined) => {
      const hook = isJsonObject(ref) ? source.hook(ref) : undefined;
      if (ref !== undefined && hook === undefined) {
        missing.push(`the hook \`${name}\` of its command policy`);
      }
      return hook;
    };
    const hooks = { pre: hookOf('pre', pre), post: hookOf('post', post) };
    return { policy: { ...readRules(rules), ...hooks }, owner: task };
  });
  if (more.length === 0) return { attached: task.attached, missing };
  const attached = { ...task.attached, [POLICIES]: [...installed(task), ...more] };
  return { attached, missing };
}

/** Installs a policy for the task and what it starts from now on. */
export function pushCommandPolicy(ctx: RunContext, policy: CommandPolicy): null {
  return ctx.sync(push, [policy]);
}

/** Takes away what the task installed last. */
export function popCommandPolicy(ctx: RunContext): null {
  return ctx.sync(pop, []);
}

/** Runs `body` with a policy. */
export function* withCommandPolicy<T>(
  ctx: RunContext,
  policy: CommandPolicy,
  body: () => Suspending<T>,
): Suspending<T> {
  pushCommandPolicy(ctx, policy);
  try {
    return yield* body();
  } finally {
    popCommandPolicy(ctx);
  }
}

/** The policies whose hooks are asked: none inside of a hook, which must be allowed to run commands at all. */
export function hookedPolicies(ctx: RunContext): readonly CommandPolicy[] {
  const inside = attached<InHook>(ctx.task, IN_HOOK);
  if (inside === undefined) return policiesOf(ctx);
  if (!inside.policy.allow_recursive) throw boundaryErrors.recursive({});
  return [];
}

/** Calls a hook, as a task that knows it is one. */
export function* callHook(
  ctx: RunContext,
  policy: CommandPolicy,
  hook: Handler,
  about: JsonObject,
): Suspending<Json> {
  const { task } = ctx;
  const before = task.attached;
  task.attached = { ...before, [IN_HOOK]: { policy } satisfies InHook };
  const child = startHandler(ctx, task.nextCallback(task.lastOrdinal), hook, [about]);
  task.attached = before;
  return ((yield* ctx.join(child)) ?? null) as Json;
}

// ---- rules ------------------------------------------------------------------------------------------------------

/** What a command looks like to rules and hooks. */
export function contextOf(ctx: RunContext, policy: CommandPolicy, params: JsonObject): JsonObject {
  const { argv = null, command = null, mode = argv === null ? 'shell' : 'argv' } = params;
  const cwd = typeof params['cwd'] === 'string' ? params['cwd'] : ctx.sync(fsEffects.cwd, []);
  const stdin = params['stdin'] ?? null;
  const { tools, workspace_roots, default_shell_mode, deny_patterns, require_approval } = policy;
  return {
    request: {
      mode,
      argv,
      command,
      shell: params['shell'] ?? params['shell_id'] ?? null,
      cwd,
      env: redactedEnv(params['env'] ?? null),
      stdin: typeof stdin === 'string' ? { size: stdin.length, sha256: sha256(stdin) } : null,
      timeout_ms: params['timeout_ms'] ?? null,
    },
    cwd,
    workspace_roots,
    policy: { tools, default_shell_mode, deny_patterns, require_approval },
    caller: { run_id: ctx.runId, task_id: ctx.task.id },
    scan: scanCommand({
      argv: Array.isArray(argv) ? (argv as readonly Json[]).map(String) : [],
      command: typeof command === 'string' ? command : undefined,
      cwd,
      roots: workspace_roots,
    }),
  };
}

function redactedEnv(env: Json): Json {
  if (!isJsonObject(env)) return null;
  const shown = Object.entries(env).map(([name, value]): [string, Json] => [
    name,
    isSecretName(name) ? '[redacted]' : value,
  ]);
  return Object.fromEntries(shown);
}

/** The first pattern that a command fits. */
export function deniedPattern(
  { deny_patterns }: CommandPolicy,
  params: JsonObject,
): string | undefined {
  const argv = Array.isArray(params['argv']) ? (params['argv'] as readonly Json[]) : [];
  const text = [
    ...argv.map(String),
    ...(typeof params['command'] === 'string' ? [params['command']] : []),
  ].join(' ');
  return deny_patterns.find((pattern) => {
    if (!/[*?]/.test(pattern)) return text.includes(pattern);
    const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 's').test(text);
  });
}

/** The labels of a command that somebody has to approve. */
export function labelsToApprove(
  { require_approval }: CommandPolicy,
  about: JsonObject,
): readonly string[] {
  const scan = about['scan'];
  const labels =
    isJsonObject(scan) && Array.isArray(scan['risk_labels'])
      ? (scan['risk_labels'] as readonly Json[])
      : [];
  return require_approval.filter((label) => labels.includes(label));
}

/** Fields of a request that a hook may rewrite. */
const REWRITABLE: ReadonlySet<string> = new Set([
  ...['mode', 'argv', 'command', 'cwd', 'env', 'stdin', 'timeout_ms', 'shell', 'shell_id', 'login'],
]);

/** The request after a rewrite. */
export function rewritten(params: JsonObject, change: Json): JsonObject {
  if (!isJsonObject(change))
    throw boundaryErrors.badHook({ hook: 'pre', detail: 'gave a rewrite that is no dict' });
  for (const key of Object.keys(change)) {
    if (!REWRITABLE.has(key)) {
      const detail = `may not rewrite \`${key}\`; it may ${[...REWRITABLE].join(', ')}`;
      throw boundaryErrors.badHook({ hook: 'pre', detail });
    }
  }
  const { mode, argv, command } = change;
  // One form in place of the other takes that one's mode along.
  if (mode !== undefined || (argv === undefined && command === undefined))
    return { ...params, ...change };
  const { argv: _argv, command: _command, mode: _mode, ...rest } = params;
  return { ...rest, ...change };
}

/** What a hook's answer says, as a text where it says more than yes. */
export function reasonOf(value: Json | undefined, otherwise: string): string | undefined {
  if (value === undefined || !isTruthy(value)) return undefined;
  return typeof value === 'string' ? value : otherwise;
}
