// The durable side of waits: a row of the store that says what a call waits for and until when, written before anyone
// waits, kept over a resume, and taken away with the outcome or with the call that is given up.
import type { Tx } from '../../store/index.ts';
import type { EffectSpec, WaitFacts, WaitSite } from './effect.ts';
import { argsHash } from './effect-record.ts';
import type { Journal } from './journal.ts';
import type { ReplayLog } from './replay-log.ts';
import type { OpenOp } from './task.ts';

type AnySpec = EffectSpec<readonly unknown[], unknown>;
type Ops = ((tx: Tx) => void)[];

/** What opening a wait needs from its run. */
export interface WaitPorts {
  readonly runId: string;
  readonly journal: Journal;
  readonly replay: ReplayLog;
  readonly nowMs: () => number;
}

/** The key of a call: the same on every re-issue, different for every other call of every run. */
export function idempotencyKey(
  runId: string,
  at: { readonly id: string; readonly ordinal: number },
): string {
  return `${runId}/${at.id}/${at.ordinal}`;
}

/** A call as the rows of its wait see it. */
export function waitSite(
  { runId, nowMs }: Pick<WaitPorts, 'runId' | 'nowMs'>,
  { id, ordinal }: OpenOp,
): WaitSite {
  const key = idempotencyKey(runId, { id, ordinal });
  return { key, runId, taskId: id, nowMs: Math.floor(nowMs()) };
}

/** Opens the wait that the effect declares, or goes on with the one of an earlier life. */
export function openWait(ports: WaitPorts, open: OpenOp, ops: Ops): void {
  const { replay } = ports;
  const op = open.effect;
  if (op === undefined) return;
  const spec = op.effect.spec as AnySpec;
  const site = waitSite(ports, open);
  const past = replay.wait(open.id, open.ordinal)?.wait;
  const declared = past ?? spec.wait?.(op.args, site.nowMs, site);
  if (declared === undefined) return;
  const wait = withInstant(declared, site.nowMs);
  const rows =
    past === undefined ? (tx: Tx) => spec.waitRows?.open(tx, wait, site, op.args) : undefined;
  holdWait(ports, open, wait, rows);
  ops.push((tx) => tx.deleteTimer(site.key));
}

/** The last instant that a date can tell, in milliseconds; what is due later is due then. */
const LAST_MS = 8.64e15;

/** The facts of a wait with a due time that clocks and stores can hold, whatever a program asked for. */
function withInstant(wait: WaitFacts, nowMs: number): WaitFacts {
  const due = wait.due_ms;
  if (due === undefined || Math.abs(due) <= LAST_MS) return wait;
  return { ...wait, due_ms: Number.isNaN(due) ? nowMs : Math.sign(due) * LAST_MS };
}

/** Keeps a wait with the call; with `rows` it is new and is written down together with them. */
export function holdWait(
  ports: WaitPorts,
  open: OpenOp,
  wait: WaitFacts,
  rows: ((tx: Tx) => void) | undefined,
): void {
  open.wait = wait;
  if (rows === undefined || open.effect === undefined) return;
  const { key, runId } = waitSite(ports, open);
  const dueMs = wait.due_ms;
  ports.journal.append(
    open.id,
    { kind: 'wait_opened', ordinal: open.ordinal, wait, args_hash: argsHash(open.effect) },
    {
      ops: (tx) => {
        if (dueMs !== undefined) tx.putTimer({ id: key, dueMs, ref: runId, payload: null });
        rows(tx);
      },
    },
  );
}

/** What takes the wait of a call that is given up out of the store; undefined when it has none. */
export function dropWait(ports: WaitPorts, open: OpenOp): ((tx: Tx) => void) | undefined {
  const wait = open.wait ?? ports.replay.wait(open.id, open.ordinal)?.wait;
  if (wait === undefined) return undefined;
  const site = waitSite(ports, open);
  const rows = open.waitRows ?? (open.effect?.effect.spec as AnySpec | undefined)?.waitRows;
  return (tx) => {
    tx.deleteTimer(site.key);
    rows?.drop(tx, wait, site);
  };
}
