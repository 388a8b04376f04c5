// Workers: delegated work, as `harness.agent.worker_*` and the older globals. Every row takes a leading handle too.
import { type Json, type JsonObject, ownEntry } from '../base/index.ts';
import { inheritedSkills } from '../runtime/agent/index.ts';
import type { Handler, RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Attachments,
  agentStop,
  awaitResumption,
  closeAgent,
  listAgents,
  parseResumeConditions,
  poolWait,
  resumeAgent,
  sendInput,
  spawnAgent,
  subAgentRun,
  suspendAgent,
  waitAgent,
  workerCheckpoint,
  workerTrigger,
} from '../runtime/work/index.ts';
import {
  type Ctx,
  call,
  dictGet,
  fromJson,
  functionMeta,
  type HarnFunction,
  isDict,
  isFunction,
  isList,
  type List,
  type Steps,
  type Value,
} from '../values/index.ts';
import { toolsFrom } from './agent-tools.ts';
import { toData, toKept } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { HarnHandle } from './handle.ts';
import { detachPermissions, jsonHandler } from './permission-code.ts';
import { skillsFrom } from './skills.ts';
import { receiptRows } from './worker-receipts.ts';
import { codeOf, detach, nodeCode } from './workflow-code.ts';

/** Names of the internal primitives that older std modules call. */
const host = (name: string) => `__host_worker_${name}`;

export function workerRows(): readonly BuiltinRow[] {
  return [...startRows(), ...suspendRows(), ...endRows(), ...accessRows(), ...receiptRows()];
}

/** Declares a row over a runtime function of the run and the given arguments. */
function row(
  signature: string,
  doc: string,
  aliases: readonly string[],
  method: (ctx: RunContext, args: List) => Suspending<Json>,
): BuiltinRow {
  return builtin(
    signature,
    { doc, effect: 'wait', aliases },
    function* (ctx: Ctx, ...given: Value[]): Steps {
      const [at, args] = withHandle(ctx as RunContext, given);
      return fromJson(yield* method(at, args));
    },
  );
}

/** A leading handle is whose authority counts. */
function withHandle(ctx: RunContext, args: List): [RunContext, List] {
  const [first, ...rest] = args;
  return first instanceof HarnHandle ? [ctx.through(first.authority), rest] : [ctx, args];
}

/** An argument as data; one that is not given stays away. */
function data(value: Value | undefined): Json | undefined {
  return value === undefined ? undefined : toData(value);
}

function startRows(): readonly BuiltinRow[] {
  return [
    row(
      'agent.worker_spawn(config: any?) -> dict',
      'Starts a worker: `{name?, task, body | node | graph, carry?, policy?, tools?, execution?, wait?}`; gives its handle.',
      ['spawn_agent', host('spawn')],
      (ctx, [config]) => spawn(ctx, config),
    ),
    row(
      'agent.worker_send_input(worker: any, task: any?) -> dict',
      'Gives a worker that is not at work another task.',
      ['send_input', host('send_input')],
      (ctx, [worker, task]) => sendInput(ctx, data(worker), data(task)),
    ),
    row(
      'agent.worker_trigger(worker: any, payload: any?) -> dict',
      'Begins the next piece of work of a worker that awaits one.',
      ['worker_trigger', host('trigger')],
      (ctx, [worker, payload]) => workerTrigger(ctx, data(worker), data(payload)),
    ),
    row(
      'agent.worker_wait(worker: any) -> any',
      'Waits until a worker (or each of a list) has ended or parked, and gives its handle.',
      ['wait_agent', host('wait')],
      (ctx, [worker]) => wait(ctx, worker),
    ),
    row(
      'agent.sub_agent_run(task: any, options: any?) -> dict',
      'Runs one task with a sub-agent: its envelope, or a worker handle with `background: true`.',
      ['sub_agent_run', '__host_sub_agent_run'],
      (ctx, [task, options]) => {
        const { plain, attachments } = split(options);
        const inherited = attachments['skills'] === undefined && inheritedSkills(ctx, plain);
        if (!inherited) return subAgentRun(ctx, data(task), plain, attachments);
        const { skills, options: more } = inherited;
        return subAgentRun(ctx, data(task), more, { ...attachments, skills });
      },
    ),
    row(
      'agent.worker_checkpoint(state: any?) -> any',
      'Inside a worker body: where it can be suspended. Nil unless it was; then what it was resumed with.',
      ['worker_checkpoint'],
      (ctx, [state]) => workerCheckpoint(ctx, toKept(state)),
    ),
  ];
}

function* spawn(ctx: RunContext, config: Value | undefined): Suspending<Json> {
  if (config === undefined || !isDict(config)) return yield* spawnAgent(ctx, data(config));
  const plain: { [key: string]: Json } = {};
  const attachments: { [key: string]: unknown } = {};
  let body: Handler | undefined;
  for (const [key, value] of Object.entries(config as { readonly [key: string]: Value })) {
    if (key === 'body' && isFunction(value)) body = bodyHandler(value);
    else if (key === 'graph') {
      plain[key] = detach(value, []);
      attachments['workflow'] = codeOf(value);
    } else if (key === 'node') {
      plain[key] = detach(value, []);
      attachments['code'] = nodeCode(value);
    } else if (key === 'permissions') {
      const { data: rules, code } = detachPermissions(value);
      plain[key] = rules;
      attachments['permissionCode'] = code;
      // A task is a text to read: a dict becomes JSON, in which a decimal is its digits.
    } else plain[key] = key === 'task' ? toData(value) : toKept(value);
  }
  return yield* spawnAgent(ctx, plain, { attachments, ...(body === undefined ? {} : { body }) });
}

/** A closure `(task)` or `(task, worker)` as the body of a worker. */
export function bodyHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'worker',
    fn,
    run: function* (ctx: RunContext, [task, worker]) {
      const args = [fromJson(task as Json), fromJson(worker as Json)];
      return toKept(yield* call(fn, ctx, args) as Suspending<Value>);
    },
  };
}

function* wait(ctx: RunContext, given: Value | undefined): Suspending<Json> {
  if (given === undefined || !isList(given)) return yield* waitOne(ctx, data(given));
  const results: Json[] = [];
  for (const one of given) results.push(yield* waitOne(ctx, toKept(one)));
  return results;
}

function* waitOne(ctx: RunContext, ref: Json | undefined): Suspending<Json> {
  const handle = ref as JsonObject | null | undefined;
  if (handle?.['_type'] === 'pool_task') {
    return (yield* poolWait(ctx, { id: String(handle['id']) })) as Json;
  }
  return yield* waitAgent(ctx, ref);
}

/** What is data, and what only lives in memory: tools with their handlers, callbacks. */
function split(options: Value | undefined): {
  readonly plain: Json;
  readonly attachments: Attachments;
} {
  if (options === undefined || options === null || !isDict(options)) {
    return { plain: toKept(options), attachments: {} };
  }
  const plain: { [key: string]: Json } = {};
  const attachments: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(options as { readonly [key: string]: Value })) {
    const callback = ownEntry(CALLBACKS, key);
    if (key === 'tools') attachments[key] = toolsFrom(value);
    else if (key === 'skills') attachments[key] = skillsFrom('sub_agent_run', value);
    else if (key === 'permissions') {
      const { data: rules, code } = detachPermissions(value);
      plain[key] = rules;
      attachments['permissionCode'] = code;
    } else if (callback !== undefined && isFunction(value))
      attachments[callback] = jsonHandler(value);
    else if (isData(value)) plain[key] = toKept(value);
    else attachments[key] = value;
  }
  return { plain, attachments };
}

/** Callbacks of a loop, as attachments are called. */
const CALLBACKS: { readonly [option: string]: string | undefined } = {
  post_turn_callback: 'post_turn',
  context_callback: 'context',
  context_filter: 'context',
  compact_callback: 'compact',
  custom_compactor: 'compact',
  mask_callback: 'mask',
  compress_callback: 'compress',
  verify_completion: 'verify',
  llm_caller: 'llm_caller',
  tool_caller: 'tool_caller',
  on_delta: 'on_delta',
};

function isData(value: Value): boolean {
  if (isFunction(value) || value instanceof HarnHandle) return false;
  if (isList(value)) return value.every(isData);
  if (isDict(value)) return Object.values(value).every((item) => isData(item as Value));
  return true;
}

function suspendRows(): readonly BuiltinRow[] {
  return [
    row(
      'agent.worker_suspend(worker: any, reason: any?, options: any?) -> dict',
      'Asks a running worker to stop at its next turn or checkpoint: `{initiator?, conditions?}`.',
      ['suspend_agent', host('suspend')],
      (ctx, [worker, reason, options]) =>
        suspendAgent(ctx, data(worker), toKept(reason), toKept(options)),
    ),
    row(
      'agent.worker_resume(target: any, input: any?, continue_transcript: any?) -> dict',
      'Goes on with a suspended worker, or one that nobody holds: by handle, id, snapshot path or snapshot.',
      ['resume_agent', host('resume')],
      (ctx, [target, input, keep]) => resumeAgent(ctx, data(target), toKept(input), data(keep)),
    ),
    builtin(
      'agent.parse_resume_conditions(conditions: any?) -> any',
      {
        doc: 'Checks and completes `{trigger?, timeout?, on_event?}`; nil stays nil.',
        effect: 'ambient',
        aliases: ['parse_resume_conditions', '__host_resume_conditions_parse'],
      },
      (ctx: Ctx, ...given: Value[]) => {
        const [, [conditions]] = withHandle(ctx as RunContext, given);
        return fromJson(parseResumeConditions(toKept(conditions)) as Json);
      },
    ),
    builtin(
      'agent_await_resumption(reason: any, conditions: any?, resume_by: any?) -> dict',
      { doc: 'A request to be suspended, checked: `{reason, conditions, resume_by}`.' },
      (_ctx: Ctx, reason: Value, conditions: Value, by: Value) => {
        const asked = awaitResumption(toKept(reason), toKept(conditions));
        return {
          reason: asked.reason,
          conditions: fromJson(asked.conditions as Json),
          resume_by: by ?? null,
        };
      },
    ),
  ];
}

function endRows(): readonly BuiltinRow[] {
  return [
    row(
      'agent.worker_stop(worker: any, options: any?) -> dict',
      'Ends a worker; with `{graceful: true}` it hands over what it and the workers below it have.',
      ['agent_stop', host('stop')],
      (ctx, [worker, options]) => agentStop(ctx, data(worker), toKept(options)),
    ),
    row(
      'agent.worker_close(worker: any) -> dict',
      'Ends a worker now, whatever it does.',
      ['close_agent', host('close')],
      (ctx, [worker]) => closeAgent(ctx, data(worker)),
    ),
    builtin(
      'agent.worker_list() -> list',
      {
        doc: 'The workers of this run, in the order they were made.',
        effect: 'ambient',
        aliases: ['list_agents', host('list')],
      },
      (ctx: Ctx) => fromJson([...listAgents(ctx as RunContext)]),
    ),
  ];
}

/** Accessors: what a handle says, wherever the handle stands. */
const ACCESSORS: readonly (readonly [name: string, field: readonly string[], doc: string])[] = [
  ['worker_request', ['request'], 'What a worker was first asked.'],
  ['worker_result', ['result'], 'What a worker came to last; nil when it has not.'],
  ['worker_provenance', ['provenance'], 'Where a worker comes from.'],
  ['worker_research_questions', ['request', 'research_questions'], 'Questions of the request.'],
  ['worker_action_items', ['request', 'action_items'], 'Items of the request.'],
  ['worker_workflow_stages', ['request', 'workflow_stages'], 'Stages of the request.'],
  ['worker_verification_steps', ['request', 'verification_steps'], 'Steps of the request.'],
];

function accessRows(): readonly BuiltinRow[] {
  return ACCESSORS.map(([name, path, doc]) =>
    builtin(`${name}(worker: any) -> any`, { doc }, (_ctx: Ctx, worker: Value) => {
      let at: Value = handleIn(worker, path[0] as string);
      for (const field of path) at = isDict(at) ? (dictGet(at, field) ?? null) : null;
      return at ?? null;
    }),
  );
}

/** The dict that has the field: the handle, its `worker`, or its `data` (where a result is called `payload`). */
function handleIn(worker: Value, field: string): Value {
  const candidates: Value[] = [worker];
  if (isDict(worker))
    candidates.push(dictGet(worker, 'worker') ?? null, dictGet(worker, 'data') ?? null);
  for (const candidate of candidates) {
    if (!isDict(candidate)) continue;
    if (isDict(dictGet(candidate, field) ?? null)) return candidate;
    const payload = dictGet(candidate, 'payload') ?? null;
    if (field === 'result' && payload !== null) return { result: payload };
  }
  return worker;
}
