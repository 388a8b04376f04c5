// What a loop does beyond its turns when it is a daemon: it says how it stands, waits, and tells the model what woke it.
//
// States: active (turns) -> idle (nothing to do; durable wait) -> active -> ... It ends with the status of any loop, with
// `idle` when nothing could ever wake it, or with `watchdog` when nothing did for too long.
import type { JsonObject } from '../../base/index.ts';
import { clockEffects, fsEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import type { AgentEventBody } from './agent-events.ts';
import type { DaemonPlan } from './daemon-options.ts';
import { snapshotJson } from './daemon-snapshot.ts';
import { hearEffect, wordsOf } from './host-messages.ts';
import type { LoopCompaction } from './loop-compaction.ts';
import { type IdleFor, idleAudit, waitIdle, wakeWords, watchdogMs } from './loop-idle.ts';
import { PARK_TOOL } from './loop-park.ts';
import type { LoopTotals } from './loop-result.ts';
import type { Session } from './session.ts';
import { settleSession } from './session-settle.ts';
import {
  type WatchedChange,
  type WatchState,
  watchStateEffect,
  withChanges,
} from './watch-state.ts';

/** The loop that is a daemon, as far as it is needed here. */
export interface DaemonLoop {
  readonly ctx: RunContext;
  readonly session: Session;
  readonly plan: DaemonPlan;
  readonly task: string;
  readonly system: string | null;
  readonly totals: LoopTotals;
  readonly compaction: LoopCompaction;
  readonly emit: (event: AgentEventBody) => Suspending<void>;
  /** Says something to the model. */
  readonly say: (kind: string, content: string) => Suspending<void>;
  /** Takes up what the run itself said; true when there was something. */
  readonly takeOwn: () => Suspending<boolean>;
  /** Told how the daemon stands, each time it is written down; null: it is at work again. */
  readonly onStand: ((snapshot: JsonObject | null) => void) | undefined;
  /** Whether time is not to wake it now; see loop-idle.ts. */
  readonly isHeld: (() => boolean) | undefined;
}

export class DaemonSide {
  readonly #loop: DaemonLoop;
  #watched: WatchState;
  #roots: readonly string[] = [];
  #except: readonly string[] = [];

  constructor(loop: DaemonLoop, watched: WatchState = {}) {
    this.#loop = loop;
    this.#watched = watched;
  }

  /** Looks at the watched files for the first time: what changes from here on wakes the daemon. */
  *begin(isResumed: boolean): Suspending<void> {
    const { ctx, plan } = this.#loop;
    if (plan.watchPaths.length === 0) return;
    const except = plan.persistPath === undefined ? [] : [plan.persistPath];
    const {
      roots,
      state,
      except: left,
    } = yield* ctx.perform(watchStateEffect, [plan.watchPaths, except]);
    this.#roots = roots;
    this.#except = left;
    if (!isResumed) this.#watched = state;
  }

  /** Idle until there is something to do. A status: there will never be. */
  *idle(iteration: number): Suspending<'idle' | 'watchdog' | undefined> {
    const { ctx, session, plan, totals, compaction } = this.#loop;
    if (plan.consolidation !== undefined) {
      if (yield* compaction.run(plan.consolidation)) totals.compactions += 1;
    }
    const snapshot = yield* this.#write('idle');
    const hasHeard = yield* this.#hear();
    // Told only now: what it shows counts no event as under way that is dealt with.
    this.#loop.onStand?.(snapshot);
    if (hasHeard) {
      this.#loop.onStand?.(null);
      return undefined;
    }
    const about = this.#about(iteration);
    const couldWake = about.listens || about.wake_ms !== null || about.watch.length > 0;
    if (!couldWake) return 'idle';
    yield* this.#loop.emit({
      type: 'tool_call_audit',
      tool_name: PARK_TOOL,
      audit: idleAudit(about),
    });
    yield* this.#loop.emit({ type: 'loop_checkpoint', iteration, kind: 'daemon_idle_pre' });
    // Others may want to read what was said while nobody is at work.
    yield* settleSession(ctx, session);
    const woken = yield* waitIdle(ctx, about, this.#watched, this.#loop.isHeld);
    this.#loop.onStand?.(null);
    this.#watched = withChanges(this.#watched, woken.changed);
    if (woken.reason === 'watchdog') {
      const attempts = plan.watchdogAttempts ?? 0;
      yield* this.#loop.emit({
        type: 'daemon_watchdog_tripped',
        attempts,
        elapsed_ms: watchdogMs(attempts),
      });
      return 'watchdog';
    }
    yield* this.#loop.emit({
      type: 'loop_checkpoint',
      iteration,
      kind: 'daemon_idle_post',
      reason: woken.reason,
    });
    yield* this.#tellChanges(woken.changed);
    // What came in the same moment is dealt with now; then it goes without saying that time has passed.
    const heard = yield* this.#hear();
    const words = heard && woken.reason === 'timer' ? null : wakeWords(woken);
    if (words !== null) yield* this.#loop.say(`daemon_${woken.reason}`, words);
    return undefined;
  }

  *#tellChanges(changed: readonly WatchedChange[]): Suspending<void> {
    if (changed.length === 0) return;
    const { ctx, session } = this.#loop;
    const here = `${ctx.scope.cwd ?? ctx.run.start.cwd}/`;
    const events = changed.map(({ path, kind }) => ({
      kind: KINDS[kind],
      paths: [path],
      relative_paths: [path.startsWith(here) ? path.slice(here.length) : path],
      raw_kind: kind,
    }));
    yield* this.#loop.emit({ type: 'fs_watch', subscription_id: session.id, events });
  }

  /** Writes down how the daemon stands, and says so. */
  *stand(state: string): Suspending<void> {
    const snapshot = yield* this.#write(state);
    this.#loop.onStand?.(snapshot);
  }

  *#write(state: string): Suspending<JsonObject> {
    const { ctx, session, plan, totals, task, system } = this.#loop;
    const snapshot = snapshotJson({
      state,
      session,
      task,
      system,
      iterations: totals.iterations,
      inputTokens: totals.inputTokens,
      outputTokens: totals.outputTokens,
      lastText: totals.lastText,
      watch: this.#watched,
      nowMs: Math.floor(ctx.sync(clockEffects.now_ms, [])),
    });
    if (plan.persistPath !== undefined) {
      const text = `${JSON.stringify(snapshot, null, 2)}\n`;
      yield* ctx.perform(fsEffects.write_text, [plan.persistPath, text]);
    }
    return snapshot;
  }

  #about(iteration: number): IdleFor {
    const { plan, session } = this.#loop;
    return {
      session_id: session.id,
      iteration,
      listens: plan.listens,
      wake_ms: plan.wakeMs,
      watchdog_ms: plan.watchdogAttempts === undefined ? null : watchdogMs(plan.watchdogAttempts),
      watch: this.#roots,
      except: this.#except,
    };
  }

  /** Takes up what was said; true when there was something. */
  *#hear(): Suspending<boolean> {
    const own = yield* this.#loop.takeOwn();
    const { ctx, session, plan } = this.#loop;
    if (!plan.listens) return own;
    const heard = yield* ctx.perform(hearEffect, [session.id, 'idle', true]);
    for (const message of heard) {
      const words = wordsOf(message) ?? 'You were woken: look whether there is something to do.';
      yield* this.#loop.say(`host_${message.kind}`, words);
    }
    return own || heard.length > 0;
  }
}

const KINDS = { created: 'create', modified: 'modify', removed: 'remove' } as const;
