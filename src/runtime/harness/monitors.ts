// Monitors in TypeScript: `harness.monitors`.
import type { Json, JsonObject } from '../../base/index.ts';
import { callHandler, type RunContext, type Suspending } from '../run/index.ts';
import { type MonitorWait, type PollContext, waitForState } from '../trigger/index.ts';
import { notData } from './family.ts';
import type { LaneFn } from './tasks.ts';
import type { Harness } from './tree.ts';

/** What a monitor looks at, and until when. */
export interface MonitorCall<S extends Json> {
  /** Looks: gives what is so now. What it does goes through the harness it is given. */
  readonly poll: LaneFn<[about: PollContext], S>;
  /** Whether what was seen is what is waited for. Use only the state. */
  readonly condition: (state: S) => boolean;
  /** For ever when left out. */
  readonly timeoutMs?: number;
  /** 10 s when left out. */
  readonly pollIntervalMs?: number;
  /** What is looked at, for people. */
  readonly label?: string;
  readonly waitId?: string;
  /** Whether an event `{id, kind, payload, ...}` that enters the inbox is reason to look at once. */
  readonly pushFilter?: (entry: JsonObject) => boolean;
}

/** Waiting until something outside is as it should be. */
export interface MonitorsHandle {
  /**
   * Looks until the condition is met or the time is up. Each look is recorded; a replay looks at nothing again.
   *
   * @example
   * const { status } = await harness.monitors.waitFor({
   *   poll: (h) => h.net.get('https://example.com/deploy').then(({ body }) => body),
   *   condition: (body) => body === 'done',
   *   timeoutMs: 600_000,
   * });
   */
  waitFor<S extends Json>(call: MonitorCall<S>): Promise<MonitorWait<S, boolean>>;
}

/** The monitors handle of a context. */
export function monitorsHandle(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): MonitorsHandle {
  return notData('harness.monitors', {
    waitFor<S extends Json>(call: MonitorCall<S>): Promise<MonitorWait<S, boolean>> {
      const { poll, condition, pushFilter, ...rest } = call;
      const look = (inner: RunContext, about: PollContext) => {
        const run = (lane: RunContext) => poll(harnessFor(lane), about);
        return callHandler(inner, { kind: 'async', name: poll.name, run }, []) as Suspending<S>;
      };
      const spec = {
        ...rest,
        poll: look,
        *condition(_inner: RunContext, state: S): Suspending<boolean> {
          yield* [];
          return condition(state);
        },
        ...(pushFilter === undefined
          ? {}
          : {
              *pushFilter(_inner: RunContext, entry: JsonObject): Suspending<boolean> {
                yield* [];
                return pushFilter(entry);
              },
            }),
      };
      return ctx.runFromLane(ctx.task.nextGroup('monitor'), (inner) => waitForState(inner, spec));
    },
  });
}
