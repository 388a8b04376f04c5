// Supervisors of TypeScript lanes: lanes that are started again when they fail.
import type { RunContext } from '../run/index.ts';
import {
  type RestartOptions,
  type SupervisorEvent,
  type SupervisorMetrics,
  type SupervisorSpec,
  type SupervisorView,
  startSupervisor,
  stopSupervisor,
  supervisorEvents,
  supervisorMetrics,
  supervisorState,
} from '../work/index.ts';
import { callback } from './arguments.ts';
import { bad, call, checkLimit } from './sync-call.ts';
import type { LaneFn } from './tasks.ts';
import type { Harness } from './tree.ts';

/** When a child is started again. */
type RestartMode = 'never' | 'on_failure' | 'always';

/** When and how often a child is started again; `on_failure` if only numbers are given. Times in ms. */
interface SyncRestart {
  readonly mode?: RestartMode;
  /** Restarts within the window before the child is suppressed: 5 within 60,000 if not said. */
  readonly maxRestarts?: number;
  readonly windowMs?: number;
  /** The pause before the first restart, 250 if not said; each further one is `factor` (2) times as long, up to the most. */
  readonly backoffMs?: number;
  readonly factor?: number;
  readonly maxBackoffMs?: number;
  /** Up to so much is added to a pause, the same in every replay. */
  readonly jitterMs?: number;
  /** A suppressed child is tried again after so long; never with 0. */
  readonly circuitOpenMs?: number;
}

/** What a child is told about itself, as the language tells it. */
interface SupervisedChild {
  readonly supervisor_id: string;
  readonly child_name: string;
  readonly child_kind: string;
  /** From 1. */
  readonly attempt: number;
  readonly restart_count: number;
}

/** What a supervisor is told. */
export interface SyncSupervisor {
  readonly name?: string;
  /** Whom the failure of one child restarts; `one_for_one` if not said. */
  readonly strategy?: 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'escalate_to_parent';
  readonly children: readonly {
    readonly name: string;
    readonly kind?: string;
    readonly restart?: RestartMode | SyncRestart;
    /** Shown as it is: what the child holds while it runs. */
    readonly activeLease?: string;
    readonly task: LaneFn<[SupervisedChild], unknown>;
  }[];
}

/** A supervisor, its id or its name. */
type SupervisorTarget = string | { readonly id: string };

/** Supervisors by id or name. */
export interface SupervisorMethods {
  /** Starts the children. The supervisor outlives the lane that started it; the end of the run ends it. */
  supervisorStart(spec: SyncSupervisor): SupervisorView;
  /** HARN-SYN-011 when there is none. */
  supervisorState(supervisor: SupervisorTarget): SupervisorView;
  /** What happened, oldest first; the last thousand. */
  supervisorEvents(supervisor: SupervisorTarget): readonly SupervisorEvent[];
  supervisorMetrics(supervisor: SupervisorTarget): SupervisorMetrics;
  /** Asks the children to stop, drops those that take longer than `timeoutMs` (5,000), and tells how it ended. */
  supervisorStop(
    supervisor: SupervisorTarget,
    options?: { readonly timeoutMs?: number },
  ): Promise<SupervisorView>;
}

export function supervisorMethods(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): SupervisorMethods {
  return {
    supervisorStart: (given) => {
      const { name, strategy, children } = given;
      if (!Array.isArray(children)) throw bad('supervisorStart', 'children', 'a list');
      const specs = (children as SyncSupervisor['children']).map((child) => ({
        name: child.name,
        kind: child.kind,
        active_lease: child.activeLease,
        restart: typeof child.restart === 'object' ? restartOf(child.restart) : child.restart,
        task: callback('harness.sync.supervisorStart', child.task, harnessFor),
      }));
      const spec: SupervisorSpec = { name, strategy, children: specs };
      return startSupervisor(ctx, spec);
    },
    supervisorState: (target) => supervisorState(ctx, target),
    supervisorEvents: (target) => supervisorEvents(ctx, target),
    supervisorMetrics: (target) => supervisorMetrics(ctx, target),
    supervisorStop: async (target, { timeoutMs } = {}) => {
      checkLimit('supervisorStop', timeoutMs);
      return call(ctx, (inner) => stopSupervisor(inner, target, timeoutMs));
    },
  };
}

const RESTART: { readonly [K in keyof Required<SyncRestart>]: keyof RestartOptions } = {
  mode: 'mode',
  maxRestarts: 'max_restarts',
  windowMs: 'window_ms',
  backoffMs: 'backoff_ms',
  factor: 'factor',
  maxBackoffMs: 'max_backoff_ms',
  jitterMs: 'jitter_ms',
  circuitOpenMs: 'circuit_open_ms',
};

function restartOf(given: SyncRestart): RestartOptions {
  const entries = Object.entries(given).map(([name, value]) => {
    if (Object.hasOwn(RESTART, name)) return [RESTART[name as keyof SyncRestart], value];
    const known = Object.keys(RESTART).join(', ');
    throw bad('supervisorStart', `restart.${name}`, `left out; known are ${known}`);
  });
  return Object.fromEntries(entries);
}
