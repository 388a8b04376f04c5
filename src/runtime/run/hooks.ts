// Session hooks: the registry of one run, the patterns that choose them, and the reading of what a hook returns. Who
// fires an event decides what its control means. Registrations live in memory and are re-made by replay.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Handler, type RunContext, startHandler } from './context.ts';
import type { ServiceKey } from './effect.ts';
import { hookErrors } from './errors.ts';
import { hookMatches } from './hook-pattern.ts';
import type { Suspending } from './op.ts';

/** Every event a hook can be registered for. */
export const HOOK_EVENTS = [
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'PreCompact',
  'PostCompact',
  'PostTurn',
  'PermissionAsked',
  'PermissionReplied',
  'FileEdited',
  'SessionError',
  'SessionIdle',
  'PreFinish',
  'PostFinish',
  'OnUnsettledDetected',
  'PreSuspend',
  'PostSuspend',
  'PreResume',
  'PostResume',
  'PreDrain',
  'PostDrain',
  'OnDrainDecision',
  'WorkerSpawned',
  'WorkerProgressed',
  'WorkerWaitingForInput',
  'WorkerSuspended',
  'WorkerResumed',
  'WorkerCompleted',
  'WorkerFailed',
  'WorkerStopped',
  'WorkerCancelled',
] as const;

export type HookEvent = (typeof HOOK_EVENTS)[number];

/** What the hooks of one event ask for together. `effects` are the reminders they returned. */
export type HookControl = { readonly effects: readonly Json[] } & (
  | { readonly kind: 'allow' }
  | { readonly kind: 'block'; readonly reason: string }
  | {
      readonly kind: 'decision';
      readonly decision: 'allow' | 'deny' | 'ask';
      readonly reason?: string;
    }
  | { readonly kind: 'modify'; readonly payload: Json }
);

interface Registration {
  readonly event: HookEvent;
  readonly pattern: string | undefined;
  readonly handler: Handler;
}

/** The hooks of one run, in the order they were registered. */
export class HookRegistry {
  #hooks: Registration[] = [];

  /** `event` in PascalCase or snake_case. The handler is called with the payload as its only argument. */
  register(event: string, pattern: string | undefined, handler: Handler): void {
    const name = hookEvent(event);
    if (name === undefined) throw hookErrors.unknownEvent({ name: event.trim() });
    this.#hooks.push({ event: name, pattern, handler });
  }

  clear(): void {
    this.#hooks = [];
  }

  matching(event: HookEvent, payload: JsonObject): readonly Handler[] {
    return this.#hooks
      .filter((hook) => hook.event === event && hookMatches(hook.pattern, event, payload))
      .map((hook) => hook.handler);
  }
}

/** The hooks of the run. */
export const hooksKey: ServiceKey<HookRegistry> = {
  name: 'run.hooks',
  create: () => new HookRegistry(),
};

/** The event a name stands for; undefined when there is none. */
export function hookEvent(name: string): HookEvent | undefined {
  const wanted = name.trim().replaceAll('_', '').toLowerCase();
  return HOOK_EVENTS.find((event) => event.toLowerCase() === wanted);
}

/** How an event treats a block. */
export interface FireOptions {
  /** `ignore`: an advisory event; later hooks still run and the control is never `block`. */
  readonly onBlock?: 'stop' | 'ignore';
}

/**
 * Calls the hooks of an event in order, each as a child task. A hook that modifies the payload changes what later
 * hooks of this firing see; the first block or decision ends it. What hooks throw goes to the caller.
 */
export function* fireHooks(
  ctx: RunContext,
  event: HookEvent,
  given: JsonObject,
  { onBlock = 'stop' }: FireOptions = {},
): Suspending<HookControl> {
  let payload: JsonObject = 'event' in given ? given : { event, ...given };
  const effects: Json[] = [];
  let control: HookControl = { kind: 'allow', effects };
  const hooks = ctx.get(hooksKey).matching(event, payload);
  for (const hook of hooks) {
    const answer = readControl(event, yield* callHook(ctx, hook, payload));
    effects.push(...answer.effects);
    if (answer.kind === 'modify') {
      control = { ...answer, effects };
      payload = isJsonObject(answer.payload) ? answer.payload : { event, value: answer.payload };
    } else if (answer.kind !== 'allow' && !(answer.kind === 'block' && onBlock === 'ignore')) {
      control = { ...answer, effects };
      break;
    }
  }
  if (hooks.length > 0) {
    const phase = control.kind === 'decision' ? `decision:${control.decision}` : control.kind;
    ctx.run.events.emit({ event_type: 'hook', name: event, phase, payload });
  }
  return control;
}

function* callHook(ctx: RunContext, hook: Handler, payload: JsonObject): Suspending<unknown> {
  const child = startHandler(ctx, ctx.task.nextCallback(ctx.task.lastOrdinal), hook, [payload]);
  try {
    return yield* ctx.join(child);
  } finally {
    // An interrupt of the caller must not leave the hook running behind its back.
    ctx.run.scheduler.drop(child);
  }
}

/** What one hook's result means. Anything but nil, a bool, a dict or a list is an error. */
export function readControl(event: string, result: unknown): HookControl {
  const effects: readonly Json[] = [];
  if (result === null || result === undefined || result === true) return { kind: 'allow', effects };
  if (result === false) return { kind: 'block', reason: `${event} hook returned false`, effects };
  if (Array.isArray(result)) return { kind: 'allow', effects: result as readonly Json[] };
  if (!isJsonObject(result)) throw hookErrors.badResult({ event, type: typeName(result) });
  if (result['decision'] !== undefined && result['decision'] !== null)
    return readDecision(event, result);
  if (isTruthy(result['block'])) {
    const reason = result['reason'] ?? `${event} hook blocked the operation`;
    return { kind: 'block', reason: textOf(reason), effects };
  }
  if (result['modify'] !== undefined && result['modify'] !== null) {
    return { kind: 'modify', payload: result['modify'], effects };
  }
  return { kind: 'allow', effects };
}

function readDecision(event: string, result: JsonObject): HookControl {
  const given = textOf(result['decision'] as Json);
  const decision = given.trim().toLowerCase();
  if (decision !== 'allow' && decision !== 'deny' && decision !== 'ask') {
    throw hookErrors.badDecision({ event, given });
  }
  const reason = result['reason'];
  const why = reason === undefined || reason === null ? {} : { reason: textOf(reason) };
  return { kind: 'decision', decision, ...why, effects: [] };
}

/** Truth as the language sees it: nil, false, zero and everything empty are false. */
export function isTruthy(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return isJsonObject(value) ? Object.keys(value).length > 0 : true;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function typeName(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'function') return 'closure';
  return typeof value;
}
