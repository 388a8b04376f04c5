// Encodings of bytes as text: hex, base32 (RFC 4648), percent encoding and UTF-8. Decoders give undefined for text
// that is not in the encoding.

export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[\da-fA-F]*$/.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function encodeBase32(bytes: Uint8Array): string {
  let out = '';
  let word = 0;
  let bits = 0;
  for (const byte of bytes) {
    word = ((word << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += BASE32[(word >> bits) & 31];
    }
  }
  if (bits > 0) out += BASE32[(word << (5 - bits)) & 31];
  return out + '='.repeat((8 - (out.length % 8)) % 8);
}

export function decodeBase32(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, '');
  if (text.length % 8 !== 0 || !/^[A-Z2-7]*$/.test(digits)) return undefined;
  const out: number[] = [];
  let word = 0;
  let bits = 0;
  for (const digit of digits) {
    word = ((word << 5) | BASE32.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((word >> bits) & 0xff);
    }
  }
  return Uint8Array.from(out);
}

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of UTF-8 bytes. Without `lossy`, undefined when they are not UTF-8. */
export function decodeUtf8(
  bytes: Uint8Array,
  { lossy = false }: { readonly lossy?: boolean } = {},
): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: !lossy, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Percent encoding of all but the unreserved characters of RFC 3986. */
export function encodeUrl(text: string): string {
  return Array.from(encodeUtf8(text), (byte) => {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z\d\-_.~]/.test(char)) return char;
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** `%XX` sequences as bytes and `+` as a space; a `%` that starts no sequence stays. */
export function decodeUrl(text: string): string | undefined {
  const bytes: number[] = [];
  const source = encodeUtf8(text.replaceAll('+', ' '));
  for (let i = 0; i < source.length; i += 1) {
    const hex = String.fromCharCode(source[i + 1] ?? 0, source[i + 2] ?? 0);
    if (source[i] === 0x25 && /^[\da-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    } else bytes.push(source[i] as number);
  }
  return decodeUtf8(Uint8Array.from(bytes));
}
