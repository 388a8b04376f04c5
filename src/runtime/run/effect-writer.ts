// What performing an effect leaves in the journal: intents, notes on them, outcomes, and how often a call was made again.
import type { Json, JsonObject } from '../../base/index.ts';
import type { Tx } from '../../store/index.ts';
import type { EffectSpec } from './effect.ts';
import { outcomeBody, UNKNOWN_CODE } from './effect-record.ts';
import type { Journal } from './journal.ts';
import type { How } from './journal-entry.ts';
import type { EffectOp, Outcome } from './op.ts';
import { type Identity, keyOf } from './open-op.ts';
import { idempotencyKey } from './open-wait.ts';
import { fromRecordedError, type ThrownCodec } from './recorded-error.ts';
import type { OutcomeEntry, ReplayLog } from './replay-log.ts';
import type { OpenOp } from './task.ts';
import { unitMark } from './unit-state.ts';

type AnySpec = EffectSpec<readonly unknown[], unknown>;

/** What writing needs from its run. */
export interface WriterPorts {
  readonly runId: string;
  readonly journal: Journal;
  readonly replay: ReplayLog;
  readonly codec: ThrownCodec | undefined;
  /** Key for hashes of secret values: never stored. */
  readonly secretKey: string;
}

export class EffectWriter {
  readonly #ports: WriterPorts;
  /** How often calls that are open now were issued again, by identity; all lives together. */
  readonly #reissues = new Map<string, number>();

  constructor(ports: WriterPorts) {
    this.#ports = ports;
  }

  record(
    at: Identity,
    op: EffectOp,
    outcome: Outcome,
    options: { how: How; urgent: boolean; ops?: readonly ((tx: Tx) => void)[] },
  ): void {
    const { journal, codec, secretKey } = this.#ports;
    const { body, blob } = outcomeBody(op, at.ordinal, outcome, {
      how: options.how,
      codec,
      secretKey,
    });
    const reissued = this.#reissues.get(keyOf(at));
    this.#reissues.delete(keyOf(at));
    const ops = options.ops ?? [];
    const child = outcome.ok ? (op.effect.spec as AnySpec).child?.(outcome.value) : undefined;
    if (child !== undefined) {
      journal.append(
        at.id,
        { kind: 'child_started', ordinal: at.ordinal, ...child },
        { urgent: false },
      );
    }
    const mark = unitMark(op);
    const entry = mark === undefined ? body : { ...body, ...mark };
    journal.append(at.id, reissued === undefined ? entry : { ...entry, reissued }, {
      urgent: options.urgent,
      ...(ops.length === 0 ? {} : { ops: (tx: Tx) => addAll(ops, tx) }),
      ...(blob === undefined ? {} : { blob }),
    });
  }

  writeIntent(open: OpenOp, op: EffectOp, hash: string): void {
    const { journal, runId } = this.#ports;
    const spec = op.effect.spec as AnySpec;
    const facts = spec.intent?.(op.args);
    journal.append(open.id, {
      kind: 'intent',
      ordinal: open.ordinal,
      effect: spec.name,
      args_hash: hash,
      ...(op.site === undefined ? {} : { site: op.site }),
      key: idempotencyKey(runId, open),
      ...(facts === undefined ? {} : { facts }),
    });
    journal.makeDurable();
  }

  /** Says durably that a call of an earlier life is made again. */
  noteReissue(open: OpenOp): void {
    const times = Number(this.intent(open)?.facts['reissued'] ?? 0) + 1;
    this.#reissues.set(keyOf(open), times);
    this.note(open, { reissued: times });
  }

  note({ id, ordinal }: Identity, facts: JsonObject): void {
    this.#ports.journal.append(id, { kind: 'intent_noted', ordinal, facts });
  }

  intent(at: Identity): { readonly facts: JsonObject } | undefined {
    return this.#ports.replay.intent(at.id, at.ordinal);
  }
}

/** What the journal says an effect came to. `blobs` holds the values that were too large for their entry. */
export function outcomeOf(
  { blobs, codec }: { blobs: ReadonlyMap<string, Json>; codec: ThrownCodec | undefined },
  entry: OutcomeEntry,
): Outcome {
  if (entry.status === 'ok') {
    const value = entry.blob === undefined ? entry.value : blobs.get(entry.blob);
    return { ok: true, value: value ?? null };
  }
  const error = entry.error ?? { code: UNKNOWN_CODE, message: `${entry.effect} was dropped` };
  return { ok: false, error: fromRecordedError(error, codec) };
}

function addAll(ops: readonly ((tx: Tx) => void)[], tx: Tx): void {
  for (const add of ops) add(tx);
}
