// Circuit breakers: after so many failures in a row a circuit is open for a while, then lets a trial through. It decides
// nothing by itself: programs ask and report.
import { defineSyncEffect, type RunContext, type ServiceKey } from '../../run/index.ts';
import { syncErrors } from './errors.ts';
import { use } from './use.ts';

/** `half_open`: the time of rest is over and the next report decides. */
export type CircuitState = 'closed' | 'open' | 'half_open';

interface Circuit {
  readonly threshold: number;
  readonly resetMs: number;
  failures: number;
  openedAtMs: number | undefined;
}

const circuitsKey: ServiceKey<Map<string, Circuit>> = {
  name: 'work.circuits',
  create: () => new Map(),
};

/** Wall time, recorded. */
export const syncTime = defineSyncEffect(
  { name: 'runtime.time_ms', class: 'ambient', access: 'read' },
  (env) => Math.floor(env.clock.nowMs()),
);

/** Wall time in ms, whatever the program's authority over the clock. */
export function nowMs(ctx: RunContext): number {
  return ctx.withAuthority(ctx.run.authority).sync(syncTime, []);
}

/** Makes a breaker, closed; one of that name is replaced. */
export function makeCircuit(
  ctx: RunContext,
  name: string,
  { threshold = 5, resetMs = 30_000 }: { readonly threshold?: number; readonly resetMs?: number },
): string {
  use(ctx, 'circuit_breaker');
  const call = 'circuit_breaker';
  if (!Number.isSafeInteger(threshold) || threshold < 1) {
    throw syncErrors.badOption({ call, option: 'the threshold', expected: 'a positive int' });
  }
  if (!(resetMs >= 0)) {
    throw syncErrors.badOption({ call, option: 'reset_ms', expected: '0 or more' });
  }
  const fresh = { threshold, resetMs, failures: 0, openedAtMs: undefined };
  ctx.get(circuitsKey).set(name, fresh);
  return name;
}

export function circuitCheck(ctx: RunContext, name: string): CircuitState {
  use(ctx, 'circuit_check');
  return stateOf(ctx, circuitOf(ctx, name));
}

/** Reports a failure; true when it opened the circuit. A failed trial opens it again at once. */
export function circuitFailure(ctx: RunContext, name: string): boolean {
  use(ctx, 'circuit_record');
  const circuit = circuitOf(ctx, name);
  const state = stateOf(ctx, circuit);
  circuit.failures += 1;
  if (state === 'open') return false;
  if (state === 'closed' && circuit.failures < circuit.threshold) return false;
  circuit.openedAtMs = nowMs(ctx);
  return true;
}

/** Reports a success, which closes the circuit. */
export function circuitSuccess(ctx: RunContext, name: string): void {
  use(ctx, 'circuit_record');
  close(circuitOf(ctx, name));
}

/** Closes the circuit whatever was reported. */
export function circuitReset(ctx: RunContext, name: string): void {
  use(ctx, 'circuit_reset');
  close(circuitOf(ctx, name));
}

function close(circuit: Circuit): void {
  circuit.failures = 0;
  circuit.openedAtMs = undefined;
}

function circuitOf(ctx: RunContext, name: string): Circuit {
  const circuit = ctx.get(circuitsKey).get(name);
  if (circuit === undefined) throw syncErrors.unknownCircuit({ name });
  return circuit;
}

/** Time is asked for only while the circuit is not closed. */
function stateOf(ctx: RunContext, circuit: Circuit): CircuitState {
  if (circuit.openedAtMs === undefined) return 'closed';
  return nowMs(ctx) - circuit.openedAtMs >= circuit.resetMs ? 'half_open' : 'open';
}
