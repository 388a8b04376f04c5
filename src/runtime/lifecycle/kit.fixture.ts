// A small world for the lifecycle's tests: a fake owner of open work for any bucket, runs over a memory store, and a
// store that dies after commit n.
import { expect } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import {
  defineEffect,
  type Handler,
  Run,
  type RunBody,
  type RunContext,
  type RunDeps,
  type RunEventListener,
  type RunResult,
  type RunStart,
  runIndex,
  type Suspending,
} from '../run/index.ts';
import {
  type Bucket,
  createFinisher,
  type Disposition,
  equipLifecycle,
  handoffIndex,
  type LifecycleParts,
  programTargets,
  type SettleAction,
  type SettlementReceipt,
  type UnsettledItem,
  type UnsettledSource,
  unsettledHubKey,
} from './index.ts';

const ID_FIELD: { readonly [B in Bucket]: string } = {
  suspended_subagents: 'handle',
  queued_triggers: 'id',
  partial_handoffs: 'handoff_id',
  in_flight_llm_calls: 'call_id',
  pool_pending_tasks: 'task_id',
};

const DONE: { readonly [A in SettleAction]: Disposition } = {
  resume: 'resumed',
  cancel: 'cancelled',
  acknowledge: 'acknowledged',
  defer: 'deferred',
  deliver: 'handed_off',
  drain: 'drained',
  abandon: 'abandoned',
};

/** Its own row per action, so that a test can count what was really done. */
const actEffect = defineEffect(
  { name: 'fake.act', class: 'store', access: 'write' },
  (env, bucket: string, id: string, action: string, reason: string) => {
    const payload = { bucket, id, action, reason };
    env.inTx((tx) => tx.append('fake.acts', { kind: 'acted', payload }));
    return null;
  },
);

const turns = defineEffect(
  { name: 'fake.turns', class: 'read', access: 'read' },
  async (_env, count: number) => {
    for (let i = 0; i < count; i += 1) await new Promise<void>((ok) => setImmediate(ok));
    return count;
  },
);

export interface FakeItem {
  readonly id: string;
  readonly actions: readonly SettleAction[];
  readonly moves?: boolean;
  readonly resumeToken?: string;
  /** Ends by itself after so many turns of the event loop. */
  readonly endsAfter?: number;
  readonly failsWith?: string;
  readonly refusesWith?: string;
}

/** An owner of open work in one bucket. */
export class FakeSource implements UnsettledSource {
  readonly bucket: Bucket;
  readonly #items = new Map<string, FakeItem>();

  constructor(bucket: Bucket) {
    this.bucket = bucket;
  }

  /** Opens an item; one that ends by itself does so in a task of its own. */
  open(ctx: RunContext, item: FakeItem): void {
    this.#items.set(item.id, item);
    ctx.get(unsettledHubKey).changed();
    const { endsAfter } = item;
    if (endsAfter === undefined) return;
    const close = () => this.close(ctx, item.id);
    ctx.startTask(ctx.task.nextGroup('fake'), function* (child) {
      yield* child.perform(turns, [endsAfter]);
      close();
    });
  }

  close(ctx: RunContext, id: string): void {
    if (this.#items.delete(id)) ctx.get(unsettledHubKey).changed();
  }

  *items(): Suspending<readonly UnsettledItem[]> {
    yield* [];
    return [...this.#items.values()].map((item) => this.#shown(item));
  }

  item(_ctx: RunContext, id: string): UnsettledItem | undefined {
    const item = this.#items.get(id);
    return item === undefined ? undefined : this.#shown(item);
  }

  #shown(item: FakeItem): UnsettledItem {
    return {
      bucket: this.bucket,
      id: item.id,
      view: { [ID_FIELD[this.bucket]]: item.id },
      moves: item.moves ?? item.endsAfter !== undefined,
      actions: item.actions,
      ...(item.resumeToken === undefined ? {} : { resumeToken: item.resumeToken }),
    };
  }

  act: UnsettledSource['act'] = function* (this: FakeSource, ctx, item, action, options) {
    const known = this.#items.get(item.id);
    if (known === undefined) return { status: 'gone' };
    if (known.failsWith !== undefined) throw new Error(known.failsWith);
    if (known.refusesWith !== undefined) return { status: 'refused', reason: known.refusesWith };
    yield* ctx.perform(actEffect, [this.bucket, item.id, action, options.reason]);
    this.close(ctx, item.id);
    return { status: 'done', disposition: DONE[action] };
  };
}

/** The fake owners of one run. */
export interface Fakes {
  readonly workers: FakeSource;
  readonly triggers: FakeSource;
  readonly calls: FakeSource;
  readonly tasks: FakeSource;
}

export function newFakes(): Fakes {
  return {
    workers: new FakeSource('suspended_subagents'),
    triggers: new FakeSource('queued_triggers'),
    calls: new FakeSource('in_flight_llm_calls'),
    tasks: new FakeSource('pool_pending_tasks'),
  };
}

export const WORKER: readonly SettleAction[] = ['resume', 'cancel', 'defer'];
export const TRIGGER: readonly SettleAction[] = ['acknowledge', 'defer'];
export const CALL: readonly SettleAction[] = ['drain', 'cancel'];

/** A body that gets the fakes of its run. */
export type Scenario = (fakes: Fakes) => RunBody;

export interface LifeOptions {
  readonly parts?: Omit<LifecycleParts, 'sources' | 'targets'>;
  /** Pipelines of the run's program. */
  readonly pipelines?: readonly string[];
  readonly store?: Store;
  readonly host?: MockHost;
  readonly onEvent?: RunEventListener;
}

/** A run in its world. */
export interface Life {
  readonly run: Run;
  readonly store: Store;
  readonly host: MockHost;
  readonly done: Promise<RunResult>;
}

const SPEC = { pipeline: 'main', origin: 'test', program: null, version: '1', input: null };

export async function newStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex, handoffIndex);
  return store;
}

/** Starts (or goes on with) a run. */
export async function live(
  scenario: Scenario,
  options: LifeOptions & { readonly resume?: string } = {},
): Promise<Life> {
  const store = options.store ?? (await newStore());
  const host = options.host ?? createMockHost();
  const fakes = newFakes();
  const sources = [fakes.workers, fakes.triggers, fakes.calls, fakes.tasks];
  let start: RunStart | undefined;
  let runId = '';
  const deps: RunDeps = {
    host,
    openStore: async () => store,
    finish: createFinisher(),
    sink: { write: () => undefined },
    equip: (core) =>
      equipLifecycle(core, {
        ...options.parts,
        sources,
        targets: () => ({
          has: (name) => options.pipelines?.includes(name) ?? false,
          start: (name) =>
            programTargets(start as RunStart, runId, options.pipelines ?? []).start(name),
        }),
      }),
  };
  const run =
    options.resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, store, options.resume, { force: true });
  start = run.start;
  runId = run.id;
  if (options.onEvent !== undefined) run.listen(options.onEvent);
  return { run, store, host, done: run.begin(scenario(fakes)) };
}

/** Lets everything run that can. */
export async function spin(rounds = 300): Promise<void> {
  for (let i = 0; i < rounds; i += 1) await new Promise<void>((ok) => setImmediate(ok));
}

/** A run that has ended, with its receipt. */
export async function ended(scenario: Scenario, options: LifeOptions = {}) {
  const life = await live(scenario, options);
  const result = await life.done;
  expect(result.status).toBe('settled');
  if (result.status !== 'settled') throw new Error('not settled');
  const receipt = result.receipt as unknown as SettlementReceipt;
  return { ...life, result, receipt, final: result.final, record: result.record };
}

/** What was really done to the fakes' items, in order. */
export async function acts(store: Store): Promise<readonly string[]> {
  const events = await store.read('fake.acts', { limit: 1000 });
  return events.map(({ payload }) => {
    const { bucket, id, action } = payload as { bucket: string; id: string; action: string };
    return `${bucket} ${id} ${action}`;
  });
}

/** The kinds in the durable audit topic. */
export async function auditKinds(store: Store): Promise<readonly string[]> {
  const events = await store.read('pipeline.lifecycle.audit', { limit: 1000 });
  return events.map(({ payload }) => String((payload as JsonObject)['kind']));
}

/** Receipt lines in short: `bucket id disposition decided_by`. */
export function lines(receipt: SettlementReceipt): readonly string[] {
  return receipt.items.map((i) => `${i.bucket} ${i.id} ${i.disposition} ${i.decided_by}`);
}

export function generator(
  name: string,
  run: (ctx: RunContext, args: readonly unknown[]) => Suspending<unknown>,
): Handler {
  return { kind: 'generator', name, run };
}

/** A hook written as a plain function of its payload. */
export function hook(run: (payload: JsonObject) => Json | undefined): Handler {
  return generator('hook', function* (_ctx, [payload]) {
    yield* [];
    return run(payload as JsonObject);
  });
}

/** A callback that ignores its value. */
export function finishCallbackOf(run: (ctx: RunContext) => Suspending<unknown>): Handler {
  return generator('callback', (ctx) => run(ctx));
}
