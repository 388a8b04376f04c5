// What the journal keeps of an effect: the shape of its outcome entry, the hash that checks its arguments, and the
// comparison of a recorded effect with the one that is asked for now.
import {
  canonicalJson,
  checkHash,
  copyPlain,
  isLongerThan,
  type Json,
  keyedHash,
  sha256,
} from '../../base/index.ts';
import type { EffectSpec } from './effect.ts';
import { journalErrors, runErrors } from './errors.ts';
import type { EntryBody, How, Site } from './journal-entry.ts';
import type { EffectOp, Outcome } from './op.ts';
import { type ThrownCodec, toRecordedError } from './recorded-error.ts';
import type { OutcomeEntry } from './replay-log.ts';

/** Outcomes above this go into a blob of the same transaction. */
const INLINE_LIMIT_BYTES = 16 * 1024;

/** The code of an error that says: begun, end unknown. */
export const UNKNOWN_CODE = journalErrors.$code('outcomeUnknown');

type AnySpec = EffectSpec<readonly unknown[], unknown>;
type OutcomeBody = Extract<EntryBody, { kind: 'outcome' }>;

/** How an outcome is written down. */
export interface OutcomeOptions {
  readonly how: How;
  readonly codec: ThrownCodec | undefined;
  readonly secretKey: string;
}

/** The entry for an outcome, and the text of the blob it names when the value is large. */
export function outcomeBody(
  op: EffectOp,
  ordinal: number,
  outcome: Outcome,
  { how, codec, secretKey }: OutcomeOptions,
): { readonly body: OutcomeBody; readonly blob?: string } {
  const spec = op.effect.spec as AnySpec;
  const head = {
    kind: 'outcome' as const,
    ordinal,
    effect: spec.name,
    args_hash: argsHash(op),
    ...(op.site === undefined ? {} : { site: op.site }),
    how,
    ...(op.step === undefined ? {} : { unit: true as const }),
  };
  if (!outcome.ok) {
    const error = toRecordedError(outcome.error, codec);
    const status = error.code === UNKNOWN_CODE ? 'unknown' : 'error';
    return { body: { ...head, status, error } };
  }
  const value = jsonOf(outcome.value, spec.name);
  if (spec.secret?.(op.args) === true) {
    const secret = keyedHash(secretKey, JSON.stringify(value));
    return { body: { ...head, status: 'ok', secret } };
  }
  const reread = spec.reread?.(outcome.value);
  if (reread !== undefined) return { body: { ...head, status: 'ok', reread } };
  const large = largeText(value);
  if (large === undefined) return { body: { ...head, status: 'ok', value } };
  return { body: { ...head, status: 'ok', blob: sha256(large) }, blob: large };
}

/** A check that the arguments are still the same; empty for calls without arguments. */
export function argsHash(op: EffectOp): string {
  op.argsHash ??= hashOf(op);
  return op.argsHash;
}

function hashOf({ effect, args }: EffectOp): string {
  const spec = effect.spec as AnySpec;
  if (spec.identityHash !== undefined) return spec.identityHash(args);
  const identity = spec.identity === undefined ? args : spec.identity(args);
  if (Array.isArray(identity) && identity.length === 0) return '';
  return checkHash(canonicalJson(identity as Json));
}

/** Refuses to go on when the program asks for something else than it did the first time. */
export function assertSame(past: OutcomeEntry, op: EffectOp, hash: string): void {
  const name = op.effect.spec.name;
  if (past.effect === name && past.args_hash === hash && sameSite(past.site, op.site)) return;
  throw journalErrors.mismatch({
    task: past.task,
    ordinal: past.ordinal,
    recorded: describeEffect(past.effect, past.site),
    asked: describeEffect(name, op.site, past.effect === name && past.args_hash !== hash),
  });
}

/** A copy of what a program gave, which may be anything; what is no plain data is refused. */
export function plainOf(value: unknown, what: string): Json {
  return copyPlain(value, ({ path, type }) => {
    throw runErrors.notJson({ what, type, at: path });
  });
}

/** A value as JSON data; what cannot be kept is refused by name. */
export function jsonOf(value: unknown, what: string): Json {
  if (value === undefined || value === null) return null;
  const type = typeof value;
  if (type === 'function' || type === 'symbol' || type === 'bigint') {
    throw runErrors.notJson({ what: `the result of ${what}`, type });
  }
  return value as Json;
}

/** The JSON text of a value that is too large for its entry. */
function largeText(value: Json): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return undefined;
  if (typeof value === 'string' && value.length * 3 < INLINE_LIMIT_BYTES) return undefined;
  return isLongerThan(value, INLINE_LIMIT_BYTES) ? JSON.stringify(value) : undefined;
}

function sameSite(a: Site | undefined, b: Site | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return a.module === b.module && a.line === b.line;
}

/** An effect with its place, as people read it. */
export function describeEffect(effect: string, site: Site | undefined, otherArgs = false): string {
  const at = site === undefined ? '' : ` at ${site.module.replace(/@[0-9a-f]+$/, '')}:${site.line}`;
  return `${effect}${at}${otherArgs ? ' with other arguments' : ''}`;
}
