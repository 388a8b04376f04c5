// Builtins about key pairs: signatures, agreement on a secret, and signed claims. Keys, signatures and secrets are hex;
// JSON Web Tokens take PEM keys.
import {
  agreeX25519,
  type JwsAlgorithm,
  KEY_BYTES,
  signEd25519,
  signJws,
  verifyEd25519,
  verifyJws,
} from '../base/index.ts';
import { decodeHex, decodeUtf8, encodeHex, encodeUtf8 } from '../text/index.ts';
import {
  decodeBase64,
  display,
  encodeBase64,
  err,
  isDict,
  jsonParse,
  jsonStringify,
  ok,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { bytesOf } from './encoding.ts';
import { wrong } from './errors.ts';

const SIGNATURE_BYTES = 64;

function keyBytes(name: string, key: Value): Uint8Array {
  const bytes = decodeHex(display(key));
  if (bytes?.length !== KEY_BYTES) throw wrong.decode({ builtin: name, what: 'key' });
  return bytes;
}

/** A signature that is none at all is a wrong one, not an error. */
function verified(key: Value, message: Value, signature: Value): boolean {
  const given = decodeHex(display(signature));
  if (given?.length !== SIGNATURE_BYTES) return false;
  return verifyEd25519(keyBytes('ed25519_verify', key), bytesOf(message), given);
}

function agreed(secret: Value, key: Value): string {
  const name = 'x25519_agree';
  const shared = agreeX25519(keyBytes(name, secret), keyBytes(name, key));
  if (shared === undefined) throw wrong.decode({ builtin: name, what: 'public key' });
  return encodeHex(shared);
}

const ALGORITHMS: readonly string[] = ['ES256', 'RS256'];

function isAlgorithm(name: Value): name is JwsAlgorithm {
  return typeof name === 'string' && ALGORITHMS.includes(name);
}

function base64url(text: string): string {
  return encodeBase64(encodeUtf8(text), { urlSafe: true });
}

function signToken(algorithm: Value, claims: Value, key: Value): string {
  const refuse = (detail: string) => wrong.argument({ builtin: 'jwt_sign', detail });
  if (!isAlgorithm(algorithm)) {
    throw refuse(`unsupported algorithm ${display(algorithm)}, use ES256 or RS256`);
  }
  if (!isDict(claims)) throw refuse('claims must be a dict');
  const header = base64url(jsonStringify({ alg: algorithm, typ: 'JWT' }));
  const signed = `${header}.${base64url(jsonStringify(claims))}`;
  const signature = signJws(algorithm, display(key), encodeUtf8(signed));
  if (signature === undefined) throw refuse(`the key is no PEM private key for ${algorithm}`);
  return `${signed}.${encodeBase64(signature, { urlSafe: true })}`;
}

/** Ok with the claims, or Err with a word for what is wrong. Says nothing about times: those are claims. */
function verifyToken(algorithm: Value, token: string, key: Value): Value {
  if (!isAlgorithm(algorithm)) return err('unsupported_algorithm');
  const [header = '', claims = '', mark = '', ...rest] = token.split('.');
  const head = jsonPart(header);
  const payload = jsonPart(claims);
  const signature = decodeBase64(mark, { urlSafe: true });
  if (rest.length > 0 || head === undefined || payload === undefined || signature === undefined) {
    return err('malformed');
  }
  // The caller names the algorithm: a token must not choose how it is checked.
  if (!isDict(head) || head['alg'] !== algorithm) return err('algorithm_mismatch');
  const message = encodeUtf8(`${header}.${claims}`);
  const fits = verifyJws(algorithm, display(key), message, signature);
  if (fits === undefined) return err('invalid_key');
  return fits ? ok(payload) : err('invalid_signature');
}

function jsonPart(part: string): Value | undefined {
  const bytes = decodeBase64(part, { urlSafe: true });
  const text = bytes === undefined ? undefined : decodeUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    return jsonParse(text);
  } catch {
    return undefined;
  }
}

function tokenRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'jwt_sign(algorithm: string, claims: dict, private_key: string) -> string',
      {
        doc: 'Claims as a signed JSON Web Token. ES256 and RS256, with a PEM private key.',
      },
      (_, algorithm, claims, key) => signToken(algorithm, claims, key),
    ),
    builtin(
      'jwt_verify(algorithm: string, token: string, public_key: string) -> Result<dict, string>',
      {
        doc: 'Ok with the claims of a token whose signature fits, else Err with what is wrong. Check `exp` yourself.',
        since: '0.1',
      },
      (_, algorithm, token, key) => verifyToken(algorithm, display(token), key),
    ),
  ];
}

export function keyRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'ed25519_sign(private_key: string, message: any) -> string',
      {
        doc: 'The Ed25519 signature of a text or bytes, in hex.',
      },
      (_, key, message) => encodeHex(signEd25519(keyBytes('ed25519_sign', key), bytesOf(message))),
    ),
    builtin(
      'ed25519_verify(public_key: string, message: any, signature: string) -> bool',
      {
        doc: 'Whether a signature is that of the message by the owner of the key.',
      },
      (_, key, message, signature) => verified(key, message, signature),
    ),
    builtin(
      'x25519_agree(private_key: string, public_key: string) -> string',
      {
        doc: 'The secret that the owners of both keys share, in hex. Derive a key from it; it is none itself.',
      },
      (_, secret, key) => agreed(secret, key),
    ),
    ...tokenRows(),
  ];
}
