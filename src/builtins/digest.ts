// Builtins that digest and sign. Digests are lower-case hex.
import { digest, hmac } from '../base/index.ts';
import { blake3, encodeHex } from '../text/index.ts';
import { encodeBase64, type Value } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { bytesOf, strictBytesOf } from './encoding.ts';

const DIGESTS = [
  ['sha256', 'SHA-256', 'sha256'],
  ['sha224', 'SHA-224', 'sha224'],
  ['sha384', 'SHA-384', 'sha384'],
  ['sha512', 'SHA-512', 'sha512'],
  ['sha3_256', 'SHA3-256', 'sha3-256'],
  ['sha3_512', 'SHA3-512', 'sha3-512'],
  ['sha1', 'SHA-1; broken, for compatibility only', 'sha1'],
  ['md5', 'MD5; broken, for compatibility only', 'md5'],
] as const;

function hmacOf(name: string, key: Value, message: Value): Uint8Array {
  const secret = strictBytesOf(name, 'the key', key);
  return hmac('sha256', secret, strictBytesOf(name, 'the message', message));
}

export function digestRows(): readonly BuiltinRow[] {
  return [
    ...DIGESTS.map(([name, title, algorithm]) =>
      builtin(
        `${name}(value: any) -> string`,
        { doc: `The digest of a text or bytes: ${title}.` },
        (_, value) => encodeHex(digest(algorithm, bytesOf(value))),
      ),
    ),
    builtin(
      'blake3(value: any) -> string',
      {
        doc: 'The digest of a text or bytes: BLAKE3.',
      },
      (_, value) => encodeHex(blake3(bytesOf(value))),
    ),
    builtin(
      'hmac_sha256(key: any, message: any) -> string',
      { doc: 'HMAC-SHA256 in hex. Key and message are texts or bytes; nil is refused.' },
      (_, key, message) => encodeHex(hmacOf('hmac_sha256', key, message)),
    ),
    builtin(
      'hmac_sha256_base64(key: any, message: any) -> string',
      { doc: 'HMAC-SHA256 in base64. Key and message are texts or bytes; nil is refused.' },
      (_, key, message) => encodeBase64(hmacOf('hmac_sha256_base64', key, message)),
    ),
  ];
}
