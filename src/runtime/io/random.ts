// Chance as a program sees it: drawn from the host, recorded, so that a replay draws the same.
import {
  KEY_BYTES,
  type KeyCurve,
  publicKey,
  type Random,
  seededRandom,
  uuidV4,
  uuidV7,
} from '../../base/index.ts';
import { defineSyncEffect, type EffectEnv, type ServiceKey } from '../run/index.ts';
import { ioErrors } from './errors.ts';

/** The source in use: the host's until a program seeds its own. */
const sourceKey: ServiceKey<{ seeded: Random | undefined }> = {
  name: 'io.random',
  create: () => ({ seeded: undefined }),
};

const drawn = { class: 'ambient', access: 'read' } as const;

function sourceOf(env: EffectEnv): Random {
  return env.get(sourceKey).seeded ?? env.host.random;
}

/** A key pair in hex. The private key is in the journal, as a replay needs it. */
function keyPair(env: EffectEnv, curve: KeyCurve): { private: string; public: string } {
  const secret = sourceOf(env).bytes(KEY_BYTES);
  return { private: hex(secret), public: hex(publicKey(curve, secret)) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** An int between both bounds, bounds included. */
export function drawInt(source: Random, min: number, max: number): number {
  for (const bound of [min, max]) if (!Number.isInteger(bound)) throw ioErrors.notInt({ bound });
  if (max < min) throw ioErrors.emptyRange({ min, max });
  return min + Math.floor(source.next() * (max - min + 1));
}

/** The same for bounds of any size. 64 bits more than the range has make every number as likely as any other. */
export function drawBigInt(source: Random, min: bigint, max: bigint): bigint {
  if (max < min) throw ioErrors.emptyRange({ min: String(min), max: String(max) });
  const width = max - min + 1n;
  const bytes = source.bytes(Math.ceil(width.toString(16).length / 2) + 8);
  return min + (BigInt(`0x${hex(bytes)}`) % width);
}

/** More bytes than anybody needs at once. */
const MOST_BYTES = 1024 * 1024;

function countOf(count: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= MOST_BYTES) return count;
  throw ioErrors.badByteCount({ count, most: MOST_BYTES });
}

function boundOf(bound: string): bigint {
  if (typeof bound === 'string' && /^-?\d{1,1000}$/.test(bound)) return BigInt(bound);
  throw ioErrors.notDigits({ bound: String(bound) });
}

/** An index below `length`; null when there is none. */
export function drawIndex(source: Random, length: number): number | null {
  return length <= 0 ? null : Math.floor(source.next() * length);
}

/** A permutation of 0..length-1 (Fisher and Yates). */
export function drawOrder(source: Random, length: number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i -= 1) {
    const j = Math.floor(source.next() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

export const randomEffects = {
  /** A float in [0, 1). */
  f64: defineSyncEffect({ name: 'random.f64', ...drawn }, (env) => sourceOf(env).next()),
  /** 53 bits of chance as an int: what fits every number of both languages. */
  u64: defineSyncEffect({ name: 'random.u64', ...drawn }, (env) =>
    Math.floor(sourceOf(env).next() * 2 ** 53),
  ),
  /** An int between both bounds, bounds included. */
  range: defineSyncEffect({ name: 'random.range', ...drawn }, (env, min: number, max: number) =>
    drawInt(sourceOf(env), min, max),
  ),
  /** The same for bounds that a double cannot hold, in decimal digits. */
  range_big: defineSyncEffect({ name: 'random.range', ...drawn }, (env, min: string, max: string) =>
    String(drawBigInt(sourceOf(env), boundOf(min), boundOf(max))),
  ),
  /** An index below `length`, for choosing. */
  index: defineSyncEffect({ name: 'random.index', ...drawn }, (env, length: number) =>
    drawIndex(sourceOf(env), length),
  ),
  /** The order of a shuffle: a permutation of 0..length-1. */
  permutation: defineSyncEffect({ name: 'random.permutation', ...drawn }, (env, length: number) =>
    drawOrder(sourceOf(env), length),
  ),
  uuid: defineSyncEffect({ name: 'random.uuid', ...drawn }, (env) => uuidV4(sourceOf(env))),
  uuid_v7: defineSyncEffect({ name: 'random.uuid_v7', ...drawn }, (env) =>
    uuidV7(env.clock.nowMs(), sourceOf(env)),
  ),
  /** `count` bytes (1 MiB at most) as lower-case hex. */
  bytes_hex: defineSyncEffect({ name: 'random.bytes_hex', ...drawn }, (env, count: number) =>
    hex(sourceOf(env).bytes(countOf(count))),
  ),
  /** A new pair of keys for signatures: `{private, public}` in hex. */
  ed25519_keypair: defineSyncEffect({ name: 'random.ed25519_keypair', ...drawn }, (env) =>
    keyPair(env, 'ed25519'),
  ),
  /** A new pair of keys for agreeing on a secret: `{private, public}` in hex. */
  x25519_keypair: defineSyncEffect({ name: 'random.x25519_keypair', ...drawn }, (env) =>
    keyPair(env, 'x25519'),
  ),
  /** From here on this run draws a repeatable sequence. */
  seed: defineSyncEffect(
    { name: 'random.seed', class: 'local', access: 'write' },
    (env, seed: number) => {
      env.get(sourceKey).seeded = seededRandom(seed);
      return null;
    },
  ),
};
