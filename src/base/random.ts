// The Random port: chance and the ids made of it.

/** A source of chance. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** `count` bytes. */
  bytes(count: number): Uint8Array;
}

/** The real source: the platform's cryptographic generator. */
export const systemRandom: Random = {
  next() {
    const words = crypto.getRandomValues(new Uint32Array(2));
    return ((words[0] as number) >>> 5) * 2 ** -27 + ((words[1] as number) >>> 6) * 2 ** -53;
  },
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

/** A repeatable source (splitmix32): equal seeds give equal sequences on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return {
    next: () => (word() >>> 5) * 2 ** -27 + (word() >>> 6) * 2 ** -53,
    bytes: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
  };
}

/** A UUID version 7: 48 bits of time, then chance, so that ids sort by creation. */
export function uuidV7(nowMs: number, random: Random): string {
  const bytes = random.bytes(16);
  let time = Math.floor(nowMs);
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return formatUuid(bytes);
}

/** A UUID version 4: all chance. */
export function uuidV4(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return formatUuid(bytes);
}

function formatUuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
