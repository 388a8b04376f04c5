// Base64 (RFC 4648) of bytes, in both alphabets. Own code, because this room may not use Node's Buffer.

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

export interface Base64Options {
  /** `-` and `_` for `+` and `/`, and no padding. */
  readonly urlSafe?: boolean;
}

export function encodeBase64(bytes: Uint8Array, { urlSafe = false }: Base64Options = {}): string {
  const alphabet = urlSafe ? URL_SAFE : STANDARD;
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = Math.min(3, bytes.length - i);
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let digit = 0; digit <= left; digit += 1) {
      out += alphabet[(word >> (18 - 6 * digit)) & 63];
    }
    if (!urlSafe) out += '='.repeat(3 - left);
  }
  return out;
}

/** The bytes of a base64 text; undefined when it is not one. Padding may be absent only in the URL alphabet. */
export function decodeBase64(
  text: string,
  { urlSafe = false }: Base64Options = {},
): Uint8Array | undefined {
  const digits = text.replace(/={1,2}$/, '');
  const wellFormed = urlSafe ? /^[\w-]*$/.test(digits) : /^[A-Za-z\d+/]*$/.test(digits);
  if (!wellFormed || digits.length % 4 === 1) return undefined;
  if (!urlSafe && text.length % 4 !== 0) return undefined;
  const alphabet = urlSafe ? URL_SAFE : STANDARD;
  const out = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const digit of digits) {
    word = ((word << 6) | alphabet.indexOf(digit)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at] = (word >> bits) & 0xff;
      at += 1;
    }
  }
  return out;
}
