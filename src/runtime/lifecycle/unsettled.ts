// Unsettled work: who feeds the buckets, and the snapshot of all of them. The lifecycle knows no owner; each registers
// a source when the run is composed. Sources notify; nobody polls.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { BUCKETS, type Bucket } from './bucket.ts';
import { type Disposition, ledgerKey } from './ledger.ts';

/** What can be done to an open item. `drain` means: let it end by itself, cancel it when the time is up. */
export type SettleAction =
  | 'resume'
  | 'cancel'
  | 'acknowledge'
  | 'defer'
  | 'deliver'
  | 'drain'
  | 'abandon';

/** One open item. */
export interface UnsettledItem {
  readonly bucket: Bucket;
  readonly id: string;
  /** The dict the language sees. */
  readonly view: JsonObject;
  /** Whether it can move with nobody deciding about it: something is under way, or a timer or event may wake it. */
  readonly moves: boolean;
  readonly actions: readonly SettleAction[];
  /** What a later process needs to go on with it. */
  readonly resumeToken?: string;
}

/** Details of an action. */
export interface ActOptions {
  readonly reason: string;
  /** `resume`: what the worker is told. */
  readonly input?: Json;
  /** `defer`: the queue it goes to. */
  readonly target?: string;
  /** `acknowledge`: what was decided. */
  readonly decision?: Json;
}

/** What came of an action. `gone`: the item had moved by itself in the meantime. */
export type ActResult =
  | {
      readonly status: 'done';
      readonly disposition: Disposition;
      readonly to?: string;
      readonly resumeToken?: string;
      /** What the language's method returns for it. */
      readonly result?: Json;
    }
  | { readonly status: 'gone' }
  | { readonly status: 'refused'; readonly reason: string };

/** The owner of a kind of open work. */
export interface UnsettledSource {
  readonly bucket: Bucket;
  /**
   * The open items. What lives in this run's memory is answered without suspending; what lives outside is read
   * through an effect, so that a replay sees the same.
   */
  items(ctx: RunContext, nowMs: number): Suspending<readonly UnsettledItem[]>;
  /**
   * Does one of the item's actions. When it returns, the item is no longer among the items. Uses `store` and `local`
   * effects only and does not wait, so that the actions of one settlement round are one commit.
   */
  act(
    ctx: RunContext,
    item: UnsettledItem,
    action: SettleAction,
    options: ActOptions,
  ): Suspending<ActResult>;
  /** For items that move outside of this process: waits (through an effect) until they may have changed. */
  moved?(ctx: RunContext): Suspending<unknown>;
}

/** The sources of one run and the notification that something changed. */
export class UnsettledHub {
  readonly #sources: UnsettledSource[] = [];
  readonly #listeners = new Set<() => void>();
  #version = 0;

  add(source: UnsettledSource): void {
    this.#sources.push(source);
  }

  of(bucket: Bucket): readonly UnsettledSource[] {
    return this.#sources.filter((source) => source.bucket === bucket);
  }

  get sources(): readonly UnsettledSource[] {
    return this.#sources;
  }

  /** Grows with every change: take it before looking, compare before waiting. */
  get version(): number {
    return this.#version;
  }

  /** Called by sources, in the run's own order of events, whenever an item comes, goes or changes. */
  changed(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The hub of the run; composition adds the sources before the body starts. */
export const unsettledHubKey: ServiceKey<UnsettledHub> = {
  name: 'lifecycle.unsettled',
  create: () => new UnsettledHub(),
};

/** A look at everything open. */
export interface Snapshot {
  /** The five lists the language sees. */
  readonly state: JsonObject;
  readonly items: readonly UnsettledItem[];
}

/** Wall time as the program sees it (virtual when mocked), recorded. */
export const programNow = defineSyncEffect(
  { name: 'lifecycle.now_ms', class: 'ambient', access: 'read' },
  (env) => Math.floor(env.clock.nowMs()),
);

/** Looks at every source, in bucket order, and tells the ledger. */
export function* takeSnapshot(ctx: RunContext): Suspending<Snapshot> {
  const hub = ctx.get(unsettledHubKey);
  const nowMs = hub.sources.length === 0 ? 0 : ctx.sync(programNow, []);
  const items: UnsettledItem[] = [];
  const state: { [bucket: string]: readonly Json[] } = {};
  for (const { bucket } of BUCKETS) {
    const mine: UnsettledItem[] = [];
    for (const source of hub.of(bucket)) mine.push(...(yield* source.items(ctx, nowMs)));
    state[bucket] = mine.map((item) => item.view);
    items.push(...mine);
  }
  ctx.get(ledgerKey).observe(items);
  return { state, items };
}

/** Does an action through the source that has the item. */
export function* actOn(
  ctx: RunContext,
  item: UnsettledItem,
  action: SettleAction,
  options: ActOptions,
): Suspending<ActResult> {
  const sources = ctx.get(unsettledHubKey).of(item.bucket);
  for (const source of sources) {
    const result = yield* source.act(ctx, item, action, options);
    if (result.status !== 'gone') return result;
  }
  return { status: 'gone' };
}
