// What a supervisor is told: its children, how they are restarted, and what the failure of one means for the others.
import type { Handler } from '../../run/index.ts';
import { syncErrors } from './errors.ts';

/** Whom the failure of one child restarts: itself, all, itself and those after it; or the supervisor gives up. */
export type SupervisorStrategy =
  | 'one_for_one'
  | 'one_for_all'
  | 'rest_for_one'
  | 'escalate_to_parent';

const STRATEGIES: readonly string[] = [
  'one_for_one',
  'one_for_all',
  'rest_for_one',
  'escalate_to_parent',
];

const MODES: readonly string[] = ['never', 'on_failure', 'always'];

/** When and how often a child is started again. Times in ms. */
export interface RestartOptions {
  /** `on_failure` if not said. */
  readonly mode?: string;
  /** Restarts within the window before the child is suppressed; 5 if not said. */
  readonly max_restarts?: number;
  /** 60 s if not said. */
  readonly window_ms?: number;
  /** The pause before the first restart, 250 if not said; each further one is `factor` (2) times as long. */
  readonly backoff_ms?: number;
  readonly max_backoff_ms?: number;
  readonly factor?: number;
  /** Up to so much is added, differently for each attempt but the same in every replay. */
  readonly jitter_ms?: number;
  /** A suppressed child is tried again after so long; never with 0. */
  readonly circuit_open_ms?: number;
}

export interface SupervisorChildSpec {
  readonly name: string;
  readonly kind?: string | undefined;
  /** A mode, or all of it. */
  readonly restart?: string | RestartOptions | undefined;
  /** Shown as it is: what the child holds while it runs. */
  readonly active_lease?: string | undefined;
  /** Called with `{supervisor_id, child_name, child_kind, attempt, restart_count}`. */
  readonly task: Handler;
}

export interface SupervisorSpec {
  readonly name?: string | undefined;
  readonly strategy?: string | undefined;
  readonly children: readonly SupervisorChildSpec[];
}

export type RestartPolicy = Required<RestartOptions>;

const DEFAULTS: RestartPolicy = {
  mode: 'on_failure',
  max_restarts: 5,
  window_ms: 60_000,
  backoff_ms: 250,
  max_backoff_ms: 30_000,
  factor: 2,
  jitter_ms: 0,
  circuit_open_ms: 0,
};

const CALL = 'supervisor_start';

/** The strategy by name; refuses what it does not know. */
export function strategyOf(name: string = 'one_for_one'): SupervisorStrategy {
  if (!STRATEGIES.includes(name)) throw bad('strategy', `one of ${STRATEGIES.join(', ')}`);
  return name as SupervisorStrategy;
}

/** A restart policy with everything said. */
export function restartPolicy(given: string | RestartOptions = {}): RestartPolicy {
  const options = typeof given === 'string' ? { mode: given } : given;
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw bad(`restart.${name}`, `left out; known are ${Object.keys(DEFAULTS).join(', ')}`);
    }
    if (name !== 'mode' && !(typeof value === 'number' && value >= 0)) {
      throw bad(`restart.${name}`, 'a number of 0 or more');
    }
  }
  const policy = { ...DEFAULTS, ...options };
  if (!MODES.includes(policy.mode)) throw bad('restart.mode', `one of ${MODES.join(', ')}`);
  return policy;
}

/** Refuses children without names, or with the same one. */
export function assertChildren(children: readonly SupervisorChildSpec[]): void {
  if (children.length === 0) throw bad('children', 'a list with at least one child');
  const names = new Set(children.map((child) => child.name));
  if (names.has('') || names.size < children.length)
    throw bad('children', 'named, each differently');
}

/** How long to wait before restart number `n` (from 0) of a child. */
export function backoffMs(policy: RestartPolicy, n: number, place: number): number {
  const grown = policy.backoff_ms * policy.factor ** n;
  const jitter = policy.jitter_ms === 0 ? 0 : (place * 7919 + n * 104_729) % (policy.jitter_ms + 1);
  return Math.min(policy.max_backoff_ms, grown) + jitter;
}

function bad(option: string, expected: string) {
  return syncErrors.badOption({ call: CALL, option, expected });
}
