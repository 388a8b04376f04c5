// Examples of builtins: bytes, the texts they are written as, and digests.
import type { Examples } from './example.ts';

export const BYTES_EXAMPLES: Examples = {
  base32_encode: { source: 'println(base32_encode("hello"))', prints: 'NBSWY3DP' },
  base32_decode: { source: 'println(base32_decode("NBSWY3DP"))', prints: 'hello' },
  base64_encode: { source: 'println(base64_encode("hello"))', prints: 'aGVsbG8=' },
  base64_decode: { source: 'println(base64_decode("aGVsbG8="))', prints: 'hello' },
  base64url_encode: {
    source:
      'let raw = bytes_from_hex("fbff")\nprintln([base64_encode(raw), base64url_encode(raw)])',
    prints: '[+/8=, -_8]',
  },
  base64url_decode: {
    source: 'println(base64url_decode("eyJpZCI6N30"))',
    prints: '{"id":7}',
  },
  hex_encode: { source: 'println(hex_encode("Hi!"))', prints: '486921' },
  hex_decode: { source: 'println(hex_decode("486921"))', prints: 'Hi!' },
  bytes_concat: {
    source: 'println(bytes_to_hex(bytes_concat(bytes_from_hex("00"), bytes_from_string("A"))))',
    prints: '0041',
  },
  bytes_eq: {
    source: 'println(bytes_eq(bytes_from_string("A"), bytes_from_hex("41")))',
    prints: 'true',
  },
  bytes_from_base64: {
    source: 'println(bytes_to_hex(bytes_from_base64("+/8=")))',
    prints: 'fbff',
  },
  bytes_from_hex: {
    source: 'println(bytes_to_base64(bytes_from_hex("fbff")))',
    prints: '+/8=',
  },
  bytes_from_string: {
    source: 'println(bytes_to_hex(bytes_from_string("é")))',
    prints: 'c3a9',
  },
  bytes_len: {
    source: 'println([len("né"), bytes_len(bytes_from_string("né"))])',
    prints: '[2, 3]',
  },
  bytes_slice: {
    source: 'println(bytes_to_string(bytes_slice(bytes_from_string("header:body"), 7)))',
    prints: 'body',
  },
  bytes_to_base64: {
    source: 'println(bytes_to_base64(bytes_from_string("hello")))',
    prints: 'aGVsbG8=',
  },
  bytes_to_hex: { source: 'println(bytes_to_hex(bytes_from_string("AZ")))', prints: '415a' },
  bytes_to_string: {
    source:
      'println(bytes_to_string(bytes_from_hex("c3a9")))\nprintln(is_err(try { bytes_to_string(bytes_from_hex("ff")) }))',
    prints: 'é\ntrue',
  },
  bytes_to_string_lossy: {
    source: 'println(bytes_to_string_lossy(bytes_from_hex("41ff42")))',
    prints: 'A�B',
  },
  constant_time_eq: {
    source:
      'let given = hmac_sha256("key", "body")\nprintln(constant_time_eq(given, hmac_sha256("key", "body")))',
    prints: 'true',
  },
  hmac_sha256: {
    source: 'println(hmac_sha256("key", "The quick brown fox jumps over the lazy dog"))',
    prints: 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
  },
  hmac_sha256_base64: {
    source: 'println(hmac_sha256_base64("key", "The quick brown fox jumps over the lazy dog"))',
    prints: '97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=',
  },
  md5: { source: 'println(md5("hello"))', prints: '5d41402abc4b2a76b9719d911017c592' },
};
