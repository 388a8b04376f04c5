// Effects: everything a program can do to or learn from the outside, declared once, as data. The class decides how
// the journal treats it (see journal-entry.ts and perform.ts); nothing outside the owning room states a class.
import type { Json, JsonObject } from '../../base/index.ts';
import type { Store, Tx } from '../../store/index.ts';
import type { Host } from '../host/index.ts';
import type { Authority } from './authority.ts';
import { runErrors } from './errors.ts';
import type { OutputStream } from './output.ts';
import type { RunClock } from './run-clock.ts';
import type { ExecutionScope } from './scope.ts';
import type { Task } from './task.ts';

/**
 * How an effect relates to the outside:
 * - `ambient`: clock, chance, ids, environment, short sleeps. Recorded; rides along with the next durable append.
 * - `output`: text to stdout and stderr. Counted, not recorded; replay suppresses what was already written.
 * - `read`: the outcome is recorded; asked again when none was. Never asked twice once recorded.
 * - `mutation`: the intent is durable before the call; an intent without outcome follows `onUnknown`.
 * - `store`: touches only our own store, in the transaction of its outcome. No intent, exactly once.
 * - `local`: touches only this run's memory and is re-made by replay. Not recorded.
 */
export type EffectClass = 'ambient' | 'output' | 'read' | 'mutation' | 'store' | 'local';

/** What happens on resume to a mutation that was begun and has no recorded outcome. */
export type OnUnknown = 'retry' | 'probe' | 'fail' | 'ask';

/** A wait as the journal keeps it: for what, until when (wall time), and whatever helps to tell who can end it. */
export type WaitFacts = { readonly kind: string; readonly due_ms?: number } & JsonObject;

/** The call that waits. */
export interface WaitSite {
  /** The call's idempotency key. */
  readonly key: string;
  readonly runId: string;
  readonly taskId: string;
  /** The run's wall time now. */
  readonly nowMs: number;
}

/** What an implementation may use. Nothing ambient: all of it belongs to the one call. */
export interface EffectEnv {
  readonly host: Host;
  /** What the caller may do, for calls that do more than their name says: a request that reads a file. */
  readonly authority: Authority;
  /** The run's clock: the host's, or a virtual one under test. */
  readonly clock: RunClock;
  /** Aborted when the task is dropped, interrupted, or the run parks. */
  readonly signal: AbortSignal;
  /** The same on every re-issue of this call; hand it to whoever can use it. */
  readonly idempotencyKey: string;
  readonly runId: string;
  readonly taskId: string;
  readonly ordinal: number;
  /** True when an earlier life began this call and its end is not known. */
  readonly reissued: boolean;
  /** The task that asks; for effects that start tasks or keep per-task state. */
  readonly task: Task;
  /** When a wait is due: set for effects that declare `wait`. The same after a resume. */
  readonly dueMs: number | undefined;
  /** The wait of this call, as it was opened: set for effects that declare `wait`. */
  readonly wait: WaitFacts | undefined;
  /** The run's store; asking for it makes the run durable. */
  store(): Promise<Store>;
  /**
   * Says that from here on only a person (or another program) can move this call: a run of such calls may park. The result
   * takes it back.
   */
  awaitPeople(): () => void;
  /** Writes program output (class `output`). */
  write(stream: OutputStream, text: string): void;
  /** Adds facts to the durable intent as soon as they are known (a process id, a size before). */
  note(facts: JsonObject): Promise<void>;
  /** `store` effects only: operations committed together with the outcome. */
  inTx(ops: (tx: Tx) => void): void;
  /** A typed service of this run; see context.ts. */
  get<T>(key: ServiceKey<T>): T;
}

/** Names a service of a run, so that a context need not know rooms to its right. */
export interface ServiceKey<T> {
  readonly name: string;
  readonly create: (run: RunServices) => T;
}

/** What a service may use when it is made. */
export interface RunServices {
  readonly runId: string;
  readonly clock: RunClock;
  readonly host: Host;
  get<T>(key: ServiceKey<T>): T;
  /** Called when this process lets go of the run, however that comes about: for what is open outside. */
  onRelease(close: () => Promise<void>): void;
}

/** What `probe` found out about a mutation whose outcome was not recorded. */
export type Probe<R> =
  | { readonly status: 'done'; readonly value: R }
  | { readonly status: 'not_done' }
  | { readonly status: 'unknown' };

/** The declaration of one effect. `A` are its arguments, `R` its recorded result. */
export interface EffectSpec<A extends readonly unknown[], R> {
  /** Capability path: `fs.read_text`. The part before the first dot is the capability. */
  readonly name: string;
  readonly class: EffectClass;
  readonly access: 'read' | 'write' | 'mutate' | 'observe';
  readonly onUnknown?: OnUnknown;
  /** Overrides `onUnknown` per call (an option of the caller). */
  readonly policyOf?: (args: A) => string | undefined;
  /** True makes the run durable before the call although it is a read: something is paid for. */
  readonly paid?: (args: A) => boolean;
  /** The arguments as the journal checks them; defaults to the arguments themselves. */
  readonly identity?: (args: A) => Json;
  /** The hash of that, `checkHash(canonicalJson(identity(args)))`, where its owner comes by it faster. */
  readonly identityHash?: (args: A) => string;
  /** The arguments as they are meant where the caller works: paths made absolute, an environment put in. */
  readonly scoped?: (scope: ExecutionScope, args: A) => readonly unknown[];
  /** What the place where the caller works answers by itself (sync effects): nothing is asked and nothing recorded. */
  readonly answered?: (scope: ExecutionScope, args: A) => R | undefined;
  /** Says that this call waits, and until when (wall time): a durable row, not only a timer in memory. */
  readonly wait?: (args: A, nowMs: number, site: WaitSite) => WaitFacts | undefined;
  /** What else is written in the transaction that opens the wait, and in the one that gives it up. */
  readonly waitRows?: {
    readonly open: (tx: Tx, wait: WaitFacts, site: WaitSite, args: A) => void;
    readonly drop: (tx: Tx, wait: WaitFacts, site: WaitSite) => void;
  };
  /** True: the recorded outcome keeps only a keyed hash and replay reads again (secrets). */
  readonly secret?: (args: A) => boolean;
  /**
   * Called when a recorded outcome is handed over instead of a call: re-makes what the call did to the run's memory. `value` is
   * the recorded result; undefined when the call failed or its result does not lie in the journal itself.
   */
  readonly replayed?: (env: EffectEnv, args: A, value: R | undefined) => void;
  /** For results too large to keep: what to keep instead. Undefined keeps the result itself. */
  readonly reread?: (value: R) => JsonObject | undefined;
  /** `store` effects that start a child run: what the journal says about it, in the same transaction. */
  readonly child?: (value: R) => { readonly run_id: string; readonly pipeline: string } | undefined;
  /** Facts known before the call that `probe` needs (a hash of the content). */
  readonly intent?: (args: A) => JsonObject;
  /** Mutations that may go on for ever: a run that parks ends them rather than waiting, and a resume does as after a kill. */
  readonly endedByParking?: boolean;
  readonly probe?: (env: EffectEnv, args: A, intent: JsonObject) => Probe<R> | Promise<Probe<R>>;
}

/** A declared effect with its implementation. `sync` ones never suspend. */
export interface Effect<A extends readonly unknown[] = readonly unknown[], R = unknown> {
  readonly spec: EffectSpec<A, R>;
  readonly sync: boolean;
  readonly run: (env: EffectEnv, ...args: A) => R | Promise<R>;
}

/** A sync effect, kept apart in the types so that the TypeScript tree can return plain values. */
export interface SyncEffect<A extends readonly unknown[], R> extends Effect<A, R> {
  readonly sync: true;
  readonly run: (env: EffectEnv, ...args: A) => R;
}

/** An effect whose result arrives later. */
export interface AsyncEffect<A extends readonly unknown[], R> extends Effect<A, R> {
  readonly sync: false;
}

/** Declares an effect that may take time. */
export function defineEffect<A extends readonly unknown[], R>(
  spec: EffectSpec<A, R>,
  run: (env: EffectEnv, ...args: A) => R | Promise<R>,
): AsyncEffect<A, R> {
  if (spec.class === 'mutation' && spec.onUnknown === undefined) {
    throw new Error(`the mutation ${spec.name} must declare onUnknown`);
  }
  if (spec.onUnknown === 'probe' && spec.probe === undefined) {
    throw new Error(`the mutation ${spec.name} declares "probe" without a probe`);
  }
  return { spec, sync: false, run };
}

/** Declares an effect that answers at once: ambient values, output, and what only touches the run's memory. */
export function defineSyncEffect<A extends readonly unknown[], R>(
  spec: EffectSpec<A, R> & { readonly class: 'ambient' | 'output' | 'local' },
  run: (env: EffectEnv, ...args: A) => R,
): SyncEffect<A, R> {
  return { spec, sync: true, run };
}

/** The policy in force for one call. Unknown names, and `ask` where nobody can be asked, are refused beforehand. */
export function policyFor<A extends readonly unknown[], R>(
  effect: Effect<A, R>,
  args: A,
  canAsk: boolean,
): OnUnknown {
  const { spec } = effect;
  const asked = spec.policyOf?.(args) ?? spec.onUnknown ?? 'fail';
  if (asked === 'ask' && !canAsk) throw runErrors.askNeedsQuestions({ effect: spec.name });
  if (asked === 'ask') return asked;
  if (asked === 'retry' || asked === 'fail') return asked;
  if (asked === 'probe' && spec.probe !== undefined) return asked;
  throw runErrors.unknownPolicy({ effect: spec.name, policy: asked });
}
