// What became of a mutation that was begun in an earlier life and has no recorded outcome: its declared policy decides.
// `ask` leaves it to a person; the room that knows people (human) provides the asker.
import type { Json, JsonObject } from '../../base/index.ts';
import type { Tx } from '../../store/index.ts';
import type {
  EffectEnv,
  EffectSpec,
  OnUnknown,
  ServiceKey,
  WaitFacts,
  WaitSite,
} from './effect.ts';
import { journalErrors } from './errors.ts';
import type { Outcome } from './op.ts';
import { holdWait, type WaitPorts, waitSite } from './open-wait.ts';
import type { OpenOp } from './task.ts';

type AnySpec = EffectSpec<readonly unknown[], unknown>;

/** What a person found out: it was done (with this result), it was not, or nobody can tell. */
export type Verdict =
  | { readonly status: 'done'; readonly value: Json }
  | { readonly status: 'not_done' }
  | { readonly status: 'give_up' };

/** Which call is asked about. */
export interface UnknownCall extends WaitSite {
  readonly effect: string;
  readonly args: readonly unknown[];
  /** How often it was issued again before: each time is a question of its own. */
  readonly reissued: number;
  readonly pipeline: string;
  readonly rootRunId: string;
}

/** Asks people about calls whose end is not known. */
export interface UnknownAsker {
  /** The wait of this question; the same however often it is asked for. */
  wait(call: UnknownCall): WaitFacts;
  readonly rows: NonNullable<AnySpec['waitRows']>;
  /** Waits for the answer; rejects when the call is given up. */
  answer(env: EffectEnv, wait: WaitFacts): Promise<Verdict>;
}

/** The asker of the run; without one the policy `ask` is refused. */
export const unknownAskerKey: ServiceKey<UnknownAsker | undefined> = {
  name: 'run.unknown_asker',
  create: () => undefined,
};

/** How resolving a call gets at its run. */
export interface ResolvePorts extends WaitPorts {
  readonly asker: () => UnknownAsker | undefined;
  readonly pipeline: string;
  readonly rootRunId: string;
  readonly env: EffectEnv;
  /** Committed with the outcome. */
  readonly ops: ((tx: Tx) => void)[];
}

/** What became of the call; undefined means: issue it (again). */
export async function resolveUnknown(
  ports: ResolvePorts,
  open: OpenOp,
  policy: OnUnknown,
  facts: JsonObject,
): Promise<Outcome | undefined> {
  if (policy === 'retry' || open.effect === undefined) return undefined;
  const { effect, args } = open.effect;
  const { spec } = effect;
  if (policy === 'probe' && spec.probe !== undefined) {
    const found = await spec.probe(ports.env, args, facts);
    if (found.status === 'done') return { ok: true, value: found.value };
    if (found.status === 'not_done') return undefined;
  }
  const asker = policy === 'ask' ? ports.asker() : undefined;
  if (asker !== undefined) {
    const verdict = await ask(ports, asker, open, Number(facts['reissued'] ?? 0));
    if (verdict.status === 'done') return { ok: true, value: verdict.value };
    if (verdict.status === 'not_done') return undefined;
  }
  return { ok: false, error: unknownOutcome(open, spec.name) };
}

async function ask(
  ports: ResolvePorts,
  asker: UnknownAsker,
  open: OpenOp,
  reissued: number,
): Promise<Verdict> {
  const { replay, pipeline, rootRunId } = ports;
  const site = waitSite(ports, open);
  const { effect, args } = open.effect as NonNullable<OpenOp['effect']>;
  const call = { ...site, effect: effect.spec.name, args, reissued, pipeline, rootRunId };
  const wanted = asker.wait(call);
  const past = replay.wait(open.id, open.ordinal)?.wait;
  const wait = past?.['request_id'] === wanted['request_id'] && past !== undefined ? past : wanted;
  open.waitRows = asker.rows;
  ports.ops.push((tx) => tx.deleteTimer(site.key));
  const rows = wait === past ? undefined : (tx: Tx) => asker.rows.open(tx, wait, site, args);
  holdWait(ports, open, wait, rows);
  return await asker.answer(ports.env, wait);
}

/** The error of a call whose end nobody knows. */
export function unknownOutcome(
  at: { readonly id: string; readonly ordinal: number },
  effect: string,
): Error {
  return journalErrors.outcomeUnknown({ effect, task: at.id, ordinal: at.ordinal });
}
