// Builtins that turn texts and bytes into other spellings of themselves and back.
import {
  decodeBase32,
  decodeHex,
  decodeUrl,
  decodeUtf8,
  encodeBase32,
  encodeHex,
  encodeUrl,
  encodeUtf8,
} from '../text/index.ts';
import {
  asDouble,
  decodeBase64,
  display,
  encodeBase64,
  isBytes,
  type SyncFunction,
  slice,
  typeOf,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

/** Bytes as they are, anything else as the UTF-8 of its text. */
export function bytesOf(value: Value): Uint8Array {
  return isBytes(value) ? value : encodeUtf8(display(value));
}

/** Text or bytes where anything else is a mistake: the text of nil is a secret that everybody knows. */
export function strictBytesOf(builtin: string, what: string, value: Value): Uint8Array {
  if (typeof value === 'string' || isBytes(value)) return bytesOf(value);
  throw wrong.argument({
    builtin,
    detail: `${what} must be a string or bytes, got ${typeOf(value)}`,
  });
}

/** A key to sign with, which is not empty. */
export function secretOf(builtin: string, value: Value): Uint8Array {
  const secret = strictBytesOf(builtin, 'the secret', value);
  if (secret.length > 0) return secret;
  throw wrong.argument({ builtin, detail: 'the secret must not be empty' });
}

interface Encoding {
  readonly name: string;
  readonly what: string;
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Uint8Array | undefined;
}

const ENCODINGS: readonly Encoding[] = [
  {
    name: 'base64',
    what: 'base64',
    encode: (b) => encodeBase64(b),
    decode: (t) => decodeBase64(t),
  },
  {
    name: 'base64url',
    what: 'URL-safe base64 without padding',
    encode: (bytes) => encodeBase64(bytes, { urlSafe: true }),
    decode: (text) => decodeBase64(text, { urlSafe: true }),
  },
  { name: 'base32', what: 'base32', encode: encodeBase32, decode: decodeBase32 },
  { name: 'hex', what: 'hex digits', encode: encodeHex, decode: decodeHex },
];

function decoded<T>(name: string, what: string, value: T | undefined): T {
  if (value === undefined) throw wrong.decode({ builtin: name, what });
  return value;
}

/** Decodes to bytes, then to text. */
function decodeText({ name, what, decode }: Encoding): SyncFunction {
  const builtinName = `${name}_decode`;
  return (_, text) => {
    const bytes = decoded(builtinName, what, decode(display(text ?? '')));
    return decoded(builtinName, 'UTF-8', decodeUtf8(bytes));
  };
}

function textRows(): readonly BuiltinRow[] {
  return ENCODINGS.flatMap((encoding) => [
    builtin(
      `${encoding.name}_encode(value: any) -> string`,
      { doc: `A text or bytes as ${encoding.what}.` },
      (_, value) => encoding.encode(bytesOf(value)),
    ),
    builtin(
      `${encoding.name}_decode(text: string) -> string`,
      { doc: `The text that was written as ${encoding.what}.` },
      decodeText(encoding),
    ),
  ]);
}

/** To and from bytes values, for the encodings that have such functions. */
function bytesConversionRows(): readonly BuiltinRow[] {
  return ENCODINGS.filter(({ name }) => name === 'base64' || name === 'hex').flatMap(
    ({ name, what, encode, decode }) => [
      builtin(
        `bytes_from_${name}(text: string) -> bytes`,
        { doc: `The bytes that were written as ${what}.` },
        (_, text) => decoded(`bytes_from_${name}`, what, decode(display(text))),
      ),
      builtin(
        `bytes_to_${name}(value: bytes) -> string`,
        { doc: `Bytes as ${what}.` },
        (_, value) => encode(bytesOf(value)),
      ),
    ],
  );
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function both(name: string, a: Value, b: Value): [Uint8Array, Uint8Array] {
  return [strictBytesOf(name, 'each of both', a), strictBytesOf(name, 'each of both', b)];
}

/** Takes the same time wherever the difference is. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] as number) ^ (b[i] ?? 0);
  return difference === 0;
}

function bytesRows(): readonly BuiltinRow[] {
  return [
    ...bytesConversionRows(),
    builtin(
      'bytes_from_string(text: string) -> bytes',
      { doc: 'The UTF-8 of a text.' },
      (_, text) => encodeUtf8(display(text)),
    ),
    builtin(
      'bytes_to_string(value: bytes) -> string',
      { doc: 'The text of UTF-8 bytes; fails when they are not UTF-8.' },
      (_, value) => decoded('bytes_to_string', 'UTF-8', decodeUtf8(bytesOf(value))),
    ),
    builtin(
      'bytes_to_string_lossy(value: bytes) -> string',
      { doc: 'The text of bytes, with � for what is not UTF-8.' },
      (_, value) => decodeUtf8(bytesOf(value), { lossy: true }) ?? '',
    ),
    builtin(
      'bytes_len(value: bytes) -> int',
      { doc: 'How many bytes.' },
      (_, value) => bytesOf(value).length,
    ),
    builtin(
      'bytes_concat(a: bytes, b: bytes) -> bytes',
      { doc: 'Both, one after the other.' },
      (_, a, b) => concat(...both('bytes_concat', a, b)),
    ),
    builtin(
      'bytes_slice(value: bytes, start: int, end: int?) -> bytes',
      { doc: 'A part of bytes, end exclusive, cut to what there is.' },
      (_, value, start, end = null) =>
        slice(bytesOf(value), Math.max(0, asDouble(start) ?? 0), end),
    ),
    builtin(
      'bytes_eq(a: bytes, b: bytes) -> bool',
      { doc: 'Equality in a time that does not depend on the contents.' },
      (_, a, b) => equalInConstantTime(...both('bytes_eq', a, b)),
    ),
    builtin(
      'constant_time_eq(a: string, b: string) -> bool',
      {
        doc: 'Equality in a time that does not depend on the contents. For signatures and tokens.',
      },
      (_, a, b) => equalInConstantTime(...both('constant_time_eq', a, b)),
    ),
  ];
}

export function encodingRows(): readonly BuiltinRow[] {
  return [
    ...textRows(),
    ...bytesRows(),
    builtin(
      'url_encode(text: string) -> string',
      { doc: 'Percent encoding of all but letters, digits and `-_.~`.' },
      (_, text) => encodeUrl(display(text)),
    ),
    builtin(
      'url_decode(text: string) -> string',
      { doc: 'Undoes percent encoding; `+` is a space.' },
      (_, text) => decoded('url_decode', 'UTF-8', decodeUrl(display(text))),
    ),
  ];
}
