// Agents as programs see them: the loop, and sessions with their events.
import type { Json, JsonObject } from '../base/index.ts';
import {
  agentLoop,
  daemonCalls,
  type LoopOptions,
  type LoopParts,
  loopErrors,
  sessionCalls,
  sessionErrors,
  suspendTopLevel,
} from '../runtime/agent/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  type Dict,
  dictFrom,
  display,
  fromJson,
  type HarnFunction,
  isDict,
  isFunction,
  isInt,
  type List,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toolsFrom } from './agent-tools.ts';
import { underCommandPolicy } from './command-policy.ts';
import { toData, toNumber } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';
import { detachPermissions, jsonHandler } from './permission-code.ts';
import { skillsFrom } from './skills.ts';

/** Functions that grew a leading handle take both shapes. */
function withoutHandle(args: List): List {
  return args[0] instanceof HarnHandle ? args.slice(1) : args;
}

const idOf = (value: Value | undefined): string => display(value ?? null);
const optionalId = (value: Value | undefined): string | null =>
  value === undefined || value === null ? null : display(value);

/** The options of a loop, with what is not data apart. */
function loopOptions(options: Value | undefined): {
  data: LoopOptions;
  parts: LoopParts;
  commands: Value;
} {
  if (options === undefined || options === null) return { data: {}, parts: {}, commands: null };
  if (!isDict(options)) throw loopErrors.badOption({ option: 'options', expected: 'a dict' });
  const given = options as Dict & { readonly [key: string]: Value };
  const {
    tools,
    permissions,
    post_turn_callback,
    context_callback,
    context_filter,
    compact_callback,
    custom_compactor,
    mask_callback,
    compress_callback,
    command_policy,
    policy,
    verify_completion,
    llm_caller,
    tool_caller,
    on_delta,
    skills,
    ...rest
  } = given;
  const [ceiling, nested] = splitPolicy(policy);
  const asked = detachPermissions(permissions);
  const post = closureOf('post_turn_callback', post_turn_callback);
  const context = closureOf('context_callback', context_callback ?? context_filter);
  const compact =
    closureOf('compact_callback', compact_callback) ??
    closureOf('custom_compactor', custom_compactor);
  const mask = closureOf('mask_callback', mask_callback);
  const compress = closureOf('compress_callback', compress_callback);
  const verify = closureOf('verify_completion', verify_completion);
  const llmCaller = closureOf('llm_caller', llm_caller);
  const toolCaller = closureOf('tool_caller', tool_caller);
  const delta = closureOf('on_delta', on_delta);
  const found = skillsFrom('agent_loop', skills);
  return {
    data: {
      ...(toData(rest as Value) as LoopOptions),
      ...(ceiling === undefined ? {} : { policy: toData(ceiling) as JsonObject }),
      permissions: asked.data,
    },
    commands: command_policy ?? nested,
    parts: {
      tools: toolsFrom(tools),
      ...(found === undefined ? {} : { skills: found }),
      permissionCode: asked.code,
      ...(post === undefined ? {} : { postTurn: jsonHandler(post) }),
      ...(context === undefined ? {} : { context: jsonHandler(context) }),
      ...(compact === undefined ? {} : { compact: jsonHandler(compact) }),
      ...(mask === undefined ? {} : { mask: jsonHandler(mask) }),
      ...(compress === undefined ? {} : { compress: jsonHandler(compress) }),
      ...(verify === undefined ? {} : { verify: jsonHandler(verify) }),
      ...(llmCaller === undefined ? {} : { llmCaller: jsonHandler(llmCaller) }),
      ...(toolCaller === undefined ? {} : { toolCaller: jsonHandler(toolCaller) }),
      ...(delta === undefined ? {} : { onDelta: jsonHandler(delta) }),
    },
  };
}

/** A policy and the command policy inside of it, which has closures. */
function splitPolicy(policy: Value | undefined): readonly [Value | undefined, Value] {
  if (policy === undefined || !isDict(policy)) return [policy, null];
  const { command_policy: commands, ...rest } = policy as Dict & { readonly [key: string]: Value };
  return commands === undefined ? [policy, null] : [dictFrom(Object.entries(rest)), commands];
}

function closureOf(option: string, value: Value | undefined): HarnFunction | undefined {
  if (value === undefined || value === null) return undefined;
  if (isFunction(value)) return value;
  throw loopErrors.badOption({ option, expected: 'a closure' });
}

/** A verb on sessions: its name as a method; the older global is `agent_session_<verb>`. */
interface Verb {
  readonly signature: string;
  readonly doc: string;
  readonly run: (ctx: RunContext, args: List) => Value;
  readonly alias?: string;
}

const VERBS: readonly Verb[] = [
  {
    signature: 'open(id: any?, more: any?) -> string',
    doc: 'The id of a session, opened when it is not there. Without an id a new one is drawn.',
    run: (ctx, [id]) => sessionCalls.open(ctx, optionalId(id)),
  },
  {
    signature: 'exists(id: any, more: any?) -> bool',
    doc: 'Whether a session is open.',
    run: (ctx, [id]) => sessionCalls.exists(ctx, idOf(id)),
  },
  {
    signature: 'current_id() -> string | nil',
    doc: 'The session that the caller works in, in tools and callbacks of a loop.',
    run: (ctx) => sessionCalls.current_id(ctx),
  },
  {
    signature: 'length(id: any, more: any?) -> int',
    doc: 'How many messages a session has.',
    run: (ctx, [id]) => sessionCalls.length(ctx, idOf(id)),
  },
  {
    signature: 'snapshot(id: any, more: any?) -> dict | nil',
    doc: 'The transcript of a session and where it came from; nil when there is none.',
    run: (ctx, [id]) => fromJson(sessionCalls.snapshot(ctx, idOf(id))),
  },
  {
    signature: 'ancestry(id: any, more: any?) -> dict | nil',
    doc: '`{parent_id, child_ids, root_id}` of a session; nil when there is none.',
    run: (ctx, [id]) => fromJson(sessionCalls.ancestry(ctx, idOf(id))),
  },
  {
    signature: 'scratchpad(id: any, more: any?) -> dict | nil',
    doc: 'The notes of the model of a session; nil when there are none.',
    run: (ctx, [id]) => fromJson(sessionCalls.scratchpad(ctx, idOf(id))),
  },
  {
    signature: 'set_scratchpad(id: any, notes: any?, more: any?) -> dict',
    doc: 'Puts notes in place of those there are: `{ok, version, scratchpad}`.',
    run: (ctx, [id, notes]) =>
      fromJson(sessionCalls.set_scratchpad(ctx, idOf(id), toData(notes ?? null))),
  },
  {
    signature: 'clear_scratchpad(id: any, more: any?) -> nil',
    doc: 'Takes the notes of a session away.',
    run: (ctx, [id]) => sessionCalls.clear_scratchpad(ctx, idOf(id)),
  },
  {
    signature: 'clear_skills(id: any, more: any?) -> list<string>',
    doc: 'Takes every skill of a session out of force and gives their names; the next loop begins without them.',
    run: (ctx, [id]) => fromJson(sessionCalls.clear_skills(ctx, idOf(id))),
  },
  {
    signature: 'reset(id: any, more: any?) -> nil',
    doc: 'Forgets what was said in a session; its id and subscribers stay.',
    run: (ctx, [id]) => sessionCalls.reset(ctx, idOf(id)),
  },
  {
    signature: 'fork(source: any, id: any?, more: any?) -> string',
    doc: 'Copies a session under a new id.',
    run: (ctx, [source, id]) => sessionCalls.fork(ctx, idOf(source), optionalId(id)),
  },
  {
    signature: 'fork_at(source: any, keep_first: any?, id: any?, more: any?) -> string',
    doc: 'Copies the first messages of a session under a new id.',
    run: (ctx, [source, count, id]) =>
      sessionCalls.fork_at(
        ctx,
        idOf(source),
        countOf('fork_at', 'keep_first', count),
        optionalId(id),
      ),
  },
  {
    signature: 'trim(id: any, keep_last: any?, more: any?) -> int',
    doc: 'Keeps the last messages of a session and gives how many there are.',
    run: (ctx, [id, count]) =>
      sessionCalls.trim(ctx, idOf(id), countOf('trim', 'keep_last', count)),
  },
  {
    signature: 'inject(id: any, message: any?, more: any?) -> nil',
    doc: 'Adds a message `{role, content}`: at once, or after the turn that is under way.',
    run: (ctx, [id, message]) => sessionCalls.inject(ctx, idOf(id), toData(message)),
  },
  {
    signature: 'inject_feedback(id: any, kind: any?, content: any?, more: any?) -> nil',
    doc: 'Says something to the model of a session, as a user message before its next turn, with a `feedback_injected` event of this kind.',
    alias: 'agent_inject_feedback',
    run: (ctx, [id, kind, content]) =>
      sessionCalls.inject_feedback(ctx, idOf(id), idOf(kind), idOf(content)),
  },
  {
    signature: 'subscribe(id: any, callback: any?, more: any?) -> nil',
    doc: 'Calls `callback(event)` for every event of a session.',
    alias: 'agent_subscribe',
    run: (ctx, [id, callback]) => {
      if (!isFunction(callback as Value)) {
        throw wrong.argument({
          builtin: 'agent_subscribe',
          detail: `the callback must be a closure, got ${typeOf(callback ?? null)}`,
        });
      }
      return sessionCalls.subscribe(ctx, idOf(id), jsonHandler(callback as HarnFunction));
    },
  },
];

function countOf(verb: string, name: string, value: Value | undefined): number {
  if (!isInt(value ?? null)) throw sessionErrors.badArgument({ verb, name, expected: 'an int' });
  return toNumber(value);
}

export function agentSessionRows(): readonly BuiltinRow[] {
  return [
    ...VERBS.map(({ signature, doc, run, alias }) => {
      const verb = signature.slice(0, signature.indexOf('('));
      const aliases = [alias ?? `agent_session_${verb}`];
      return builtin(
        `agent.${signature}`,
        { doc, effect: 'ambient', aliases },
        (ctx: Ctx, ...args: Value[]) => run(ctx as RunContext, withoutHandle(args)),
      );
    }),
    builtin(
      'agent.close(id: any, status: any?, more: any?) -> nil',
      {
        doc: 'Ends a session here; what was written of it stays readable.',
        effect: 'mutation',
        aliases: ['agent_session_close'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [id, status] = withoutHandle(args);
        return yield* sessionCalls.close(ctx as RunContext, idOf(id), optionalId(status));
      },
    ),
    builtin(
      'agent.replay_events(id: any, more: any?) -> list',
      {
        doc: 'The events of a session as the store has them: `{event_id, kind, occurred_at_ms, event}`.',
        effect: 'read',
        aliases: ['load_agent_session_replay_events'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [id] = withoutHandle(args);
        const events = yield* sessionCalls.replay_events(ctx as RunContext, idOf(id));
        return fromJson(events as unknown as Json);
      },
    ),
  ];
}

/** A verb on daemons, by the name that programs call it. */
function daemonRow(
  signature: string,
  doc: string,
  run: (ctx: RunContext, args: List) => Suspending<Json>,
): BuiltinRow {
  const verb = signature.slice(0, signature.indexOf('('));
  return builtin(
    `agent.${signature}`,
    { doc, effect: 'wait', aliases: [verb] },
    function* (ctx: Ctx, ...args: Value[]): Steps {
      return fromJson(yield* run(ctx as RunContext, withoutHandle(args)));
    },
  );
}

const refOf = (value: Value | undefined): Json => toData(value ?? null);

export function daemonRows(): readonly BuiltinRow[] {
  return [
    daemonRow(
      'daemon_spawn(config: any, more: any?) -> dict',
      'Starts an agent that is idle instead of over: `{task, persist_path, ...}` with options of agent_loop. Gives its handle.',
      (ctx, [config]) => {
        const { data, parts } = loopOptions(config);
        return daemonCalls.spawn(ctx, data as Json, parts);
      },
    ),
    daemonRow(
      'daemon_trigger(handle: any, event: any?, more: any?) -> dict',
      'Puts an event into the queue of a daemon, which deals with one at a time.',
      (ctx, [ref, event]) => daemonCalls.trigger(ctx, refOf(ref), toData(event ?? null)),
    ),
    daemonRow(
      'daemon_snapshot(handle: any, more: any?) -> dict',
      'How a daemon stood when it was idle last, with its queue as it is now.',
      (ctx, [ref]) => daemonCalls.snapshot(ctx, refOf(ref)),
    ),
    daemonRow(
      'daemon_stop(handle: any, more: any?) -> dict',
      'Ends a daemon; its folder and its queue stay.',
      (ctx, [ref]) => daemonCalls.stop(ctx, refOf(ref)),
    ),
    daemonRow(
      'daemon_resume(path: any, more: any?) -> dict',
      'Goes on with the daemon of a folder.',
      (ctx, [path]) => daemonCalls.resume(ctx, idOf(path)),
    ),
    daemonRow(
      'daemon_wait(handle: any, more: any?) -> any',
      'Waits until a daemon has ended and gives what its loop came to.',
      (ctx, [ref]) => daemonCalls.wait(ctx, refOf(ref)),
    ),
  ];
}

export function agentLoopRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'agent.loop(task: any, system: any?, options: any?, more: any?) -> dict',
      {
        doc: 'Runs an agent with tools until it is done: `{status, text, llm, tools, transcript, ...}`.',
        effect: 'wait',
        aliases: ['agent_loop'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [task, system, options] = withoutHandle(args);
        const { data, parts, commands } = loopOptions(options);
        const prompt = task === undefined || task === null ? '' : display(task);
        const run = ctx as RunContext;
        const result = yield* underCommandPolicy(run, commands, () =>
          agentLoop(run, prompt, optionalId(system), data, parts),
        );
        return fromJson(result as unknown as Json);
      },
    ),
    builtin(
      '__host_top_level_agent_suspend(session_id: any, task: any, system: any?, options: any?, reason: any?, conditions: any?, iteration: any?) -> dict',
      {
        doc: 'Parks a loop that nobody delegated as a worker of its own, and gives what the loop comes to.',
        effect: 'wait',
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        const [id, task, system, options, reason, conditions, iteration] = withoutHandle(args);
        const { data, parts } = loopOptions(options);
        const result = yield* suspendTopLevel(ctx as RunContext, {
          sessionId: idOf(id),
          task: task === undefined || task === null ? '' : display(task),
          system: optionalId(system),
          options: data,
          parts,
          reason: toData(reason),
          conditions: toData(conditions),
          iteration: isInt(iteration ?? null) ? toNumber(iteration) : 0,
        });
        return fromJson(result);
      },
    ),
  ];
}
