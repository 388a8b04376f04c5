// Lifecycle receipts: signed facts about who suspended, resumed and settled what, in `agent.lifecycle.receipts`.
//
// A signature covers kind, instant, subject and initiator with HMAC-SHA-256. The key is `$HARN_RECEIPT_KEY` when it is
// set (key id "env": anyone who has it can verify), else a key of the run's own, drawn once and kept in its journal
// (key id "local-session": the run can verify its own receipts, also after a resume). Hashes are made of the content
// before anything is redacted.
import {
  bug,
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  keyedHash,
  sha256,
} from '../../base/index.ts';
import { defineTopic } from '../../store/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  timestamp,
} from '../run/index.ts';
import { RECEIPT_EFFECT } from './receipts-section.ts';
import { objectOf } from './worker-config.ts';
import { susErrors, workerErrors } from './worker-errors.ts';
import { bookkeeping } from './worker-record.ts';
import type { LiveWorker, ResumeContinuity } from './worker-registry.ts';
import type { Suspension } from './worker-state.ts';
import { sessionOf } from './worker-view.ts';

export const receiptTopic = defineTopic<JsonObject>({
  name: 'agent.lifecycle.receipts',
  version: 1,
});

export type ReceiptKind = 'suspension_receipt' | 'resumption_receipt' | 'drain_decision_receipt';

/** A receipt of this run, in the order they were made. */
export type ReceiptEntry = {
  readonly seq: number;
  readonly kind: ReceiptKind;
  readonly payload: JsonObject;
};

/** An instant that says who wrote it. */
export type SignedTimestamp = {
  readonly at_ms: number;
  readonly at: string;
  readonly algorithm: 'hmac-sha256';
  readonly key_id: string;
  readonly signature: string;
};

interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

interface Log {
  key: SigningKey | undefined;
  readonly entries: ReceiptEntry[];
}

const receiptsKey: ServiceKey<Log> = {
  name: 'work.receipts',
  create: () => ({ key: undefined, entries: [] }),
};

const drawKey = defineSyncEffect(
  { name: 'agent.receipt_key', class: 'ambient', access: 'read' },
  (env) => Array.from(env.host.random.bytes(32), (b) => b.toString(16).padStart(2, '0')).join(''),
);

const sharedKey = defineSyncEffect(
  { name: 'agent.receipt_env_key', class: 'local', access: 'read' },
  (env) => env.host.env.get('HARN_RECEIPT_KEY') ?? '',
);

const hasSharedKey = defineSyncEffect(
  { name: 'agent.receipt_has_env_key', class: 'ambient', access: 'read' },
  (env) => (env.host.env.get('HARN_RECEIPT_KEY') ?? '') !== '',
);

/** Signs and keeps one receipt. The signed form is the outcome, so a replay has the same one. */
const appendReceipt = defineEffect(
  {
    name: RECEIPT_EFFECT,
    class: 'store',
    access: 'write',
    identity: ([kind, seq]: readonly [ReceiptKind, number, JsonObject]) => [kind, seq],
  },
  (env, kind: ReceiptKind, seq: number, facts: JsonObject): ReceiptEntry => {
    const { key } = env.get(receiptsKey);
    const atMs = Math.floor(env.clock.nowMs());
    const signed = { kind, atMs, ...subjectOf(kind, facts) };
    const stamp = signWith(key ?? bug('a receipt without a key'), signed);
    const entry = { seq, kind, payload: { ...facts, [STAMP_FIELD[kind]]: stamp } };
    const payload = receiptTopic.encode({ ...entry, run_id: env.runId });
    const headers = { kind, seq: String(seq) };
    env.inTx((tx) => tx.append(receiptTopic.name, { kind, payload, headers }));
    return entry;
  },
);

/** `sha256:` and the hash of the content with sorted keys. */
export function contentHash(content: Json): string {
  return `sha256:${sha256(canonicalJson(content))}`;
}

function keyOf(ctx: RunContext): SigningKey {
  const log = ctx.get(receiptsKey);
  if (log.key === undefined) {
    const own = bookkeeping(ctx);
    log.key = own.sync(hasSharedKey, [])
      ? { id: 'env', secret: own.sync(sharedKey, []) }
      : { id: 'local-session', secret: own.sync(drawKey, []) };
  }
  return log.key;
}

interface Signed {
  readonly kind: ReceiptKind;
  readonly atMs: number;
  readonly subject: string;
  readonly initiator: string;
}

function signatureOf(secret: string, { kind, atMs, subject, initiator }: Signed): string {
  const lines = [
    'harn.lifecycle.timestamp.v1',
    `kind=${kind}`,
    `at_ms=${atMs}`,
    `subject=${subject}`,
    `initiator=${initiator}`,
  ];
  return `sha256:${keyedHash(secret, lines.map((line) => `${line}\n`).join(''))}`;
}

function signWith(key: SigningKey, signed: Signed): SignedTimestamp {
  const { atMs } = signed;
  return {
    at_ms: atMs,
    at: timestamp(atMs),
    algorithm: 'hmac-sha256',
    key_id: key.id,
    signature: signatureOf(key.secret, signed),
  };
}

function* record(ctx: RunContext, kind: ReceiptKind, facts: JsonObject): Suspending<JsonObject> {
  keyOf(ctx);
  const { entries } = ctx.get(receiptsKey);
  const entry = yield* bookkeeping(ctx).perform(appendReceipt, [kind, entries.length + 1, facts]);
  entries.push(entry);
  return entry.payload;
}

/** The receipts of this run so far. */
export function receiptsSnapshot(ctx: RunContext): readonly ReceiptEntry[] {
  return [...ctx.get(receiptsKey).entries];
}

/** Signs and keeps that a worker was suspended. */
export function* recordSuspension(
  ctx: RunContext,
  { worker }: LiveWorker,
  suspension: Suspension,
): Suspending<void> {
  const { initiator, reason, conditions } = suspension;
  yield* recordSuspensionReceipt(ctx, {
    handle: worker.id,
    session_id: sessionOf(worker),
    initiator,
    initiator_id: ctx.runId,
    reason,
    ...(conditions === null ? {} : { conditions }),
    ...spanIdOf(suspension.priorSpanLink, 'span_id'),
  });
}

/** Signs and keeps that a worker was resumed. */
export function* recordResumption(
  ctx: RunContext,
  { worker }: LiveWorker,
  about: { readonly suspension: Suspension; readonly continuity: ResumeContinuity } & {
    readonly options: { readonly initiator: string; readonly trigger?: Json | undefined };
  },
): Suspending<void> {
  const { suspension, continuity, options } = about;
  const trigger = objectOf(options.trigger);
  const match =
    options.trigger === undefined || options.trigger === null
      ? {}
      : {
          trigger_match: {
            source: trigger['source'] ?? trigger['provider'] ?? null,
            event_id: trigger['event_id'] ?? null,
            filter_summary: trigger['filter_summary'] ?? null,
          },
        };
  yield* recordResumptionReceipt(ctx, {
    handle: worker.id,
    session_id: sessionOf(worker),
    initiator: options.initiator,
    initiator_id: ctx.runId,
    ...(continuity.input_present ? { input: continuity.input } : {}),
    continue_transcript: continuity.continue_transcript,
    ...spanIdOf(suspension.priorSpanLink, 'linked_suspension_span_id'),
    ...match,
  });
}

/** `lifecycle_receipt_record_suspension`: facts in, the signed receipt out. */
export function* recordSuspensionReceipt(ctx: RunContext, facts: Json): Suspending<JsonObject> {
  const given = factsOf(facts, 'lifecycle_receipt_record_suspension');
  const { redact, ...rest } = given;
  return yield* record(ctx, 'suspension_receipt', redacted(rest, redact));
}

/** `lifecycle_receipt_record_resumption`. */
export function* recordResumptionReceipt(ctx: RunContext, facts: Json): Suspending<JsonObject> {
  const given = factsOf(facts, 'lifecycle_receipt_record_resumption');
  const { redact, ...rest } = given;
  const input_hash = contentHash(given['input'] ?? null);
  return yield* record(ctx, 'resumption_receipt', {
    ...redacted(rest, redact),
    input_hash,
  });
}

/** `lifecycle_receipt_record_drain_decision`. A `prompt` is kept as its hash only. */
export function* recordDrainDecisionReceipt(ctx: RunContext, facts: Json): Suspending<JsonObject> {
  const given = factsOf(facts, 'lifecycle_receipt_record_drain_decision');
  const { redact, prompt, ...rest } = given;
  const hash = prompt === undefined ? {} : { prompt_hash: contentHash(prompt) };
  const kept = { ...redacted(rest, redact), ...hash };
  return yield* record(ctx, 'drain_decision_receipt', kept);
}

/** Whether a receipt says what was signed; HARN-SUS-013 when not. */
export function verifyReceipt(ctx: RunContext, kind: ReceiptKind, receipt: Json): void {
  const given = objectOf(receipt);
  const stamp = objectOf(given[STAMP_FIELD[kind]]);
  const { id, secret } = keyOf(ctx);
  if (stamp['algorithm'] !== 'hmac-sha256') {
    throw susErrors.badSignature({ problem: `algorithm ${stamp['algorithm'] ?? 'none'}` });
  }
  if (stamp['key_id'] !== id) {
    throw susErrors.badSignature({ problem: `key ${stamp['key_id'] ?? 'none'}` });
  }
  const signed = { kind, atMs: Number(stamp['at_ms']), ...subjectOf(kind, given) };
  if (stamp['signature'] !== signatureOf(secret, signed)) {
    throw susErrors.badSignature({ problem: 'signature' });
  }
}

/** The input to resume with on a replay; HARN-SUS-011 when it is not the one that was signed for. */
export function replayResumeInput(receipt: Json, input: Json): Json {
  const recorded = String(objectOf(receipt)['input_hash'] ?? '');
  const actual = contentHash(input);
  if (recorded !== actual) throw susErrors.inputChanged({ recorded, actual });
  return input;
}

/** The action that was decided; HARN-SUS-012 when it was decided for another prompt. */
export function replayDrainDecision(receipt: Json, prompt: Json): Json {
  const given = objectOf(receipt);
  const recorded = given['prompt_hash'];
  const actual = contentHash(prompt);
  if (typeof recorded === 'string' && recorded !== actual) {
    throw susErrors.promptChanged({ recorded, actual });
  }
  return given['action'] ?? null;
}

const STAMP_FIELD: { readonly [K in ReceiptKind]: string } = {
  suspension_receipt: 'suspended_at',
  resumption_receipt: 'resumed_at',
  drain_decision_receipt: 'decided_at',
};

function subjectOf(
  kind: ReceiptKind,
  facts: JsonObject,
): { readonly subject: string; readonly initiator: string } {
  if (kind !== 'drain_decision_receipt') {
    return {
      subject: String(facts['handle'] ?? ''),
      initiator: String(facts['initiator'] ?? ''),
    };
  }
  const item = objectOf(facts['item']);
  return {
    subject: String(item['id'] ?? ''),
    initiator: String(facts['decided_by'] ?? ''),
  };
}

function factsOf(facts: Json, call: string): JsonObject {
  if (isJsonObject(facts)) return facts;
  throw workerErrors.badConfig({ problem: `${call}: receipt must be a dict` });
}

/** Replaces what `redact` ({"/input": "why"}) points at; what was there is in the hash only. */
function redacted(facts: JsonObject, redact: Json | undefined): JsonObject {
  let result: Json = facts;
  for (const [pointer, reason] of Object.entries(objectOf(redact))) {
    const path = pointer.split('/').slice(1).map(unescapePointer);
    result = replaceAt(result, path, { $harn_redacted: reason });
  }
  return objectOf(result);
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function replaceAt(value: Json, path: readonly string[], by: Json): Json {
  const [head, ...rest] = path;
  if (head === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((item: Json, at) => (String(at) === head ? replaceAt(item, rest, by) : item));
  }
  if (!isJsonObject(value) || value[head] === undefined) return value;
  return { ...value, [head]: replaceAt(value[head] as Json, rest, by) };
}

function spanIdOf(link: Json, field: string): JsonObject {
  const id = objectOf(link)['span_id'];
  return typeof id === 'string' ? { [field]: id } : {};
}
