// Builtins about values and sessions that are signed, so that nobody else can have written them. Sessions keep
// everything in the cookie; the server keeps nothing.
import { hmac } from '../base/index.ts';
import { decodeUtf8, encodeUtf8 } from '../text/index.ts';
import {
  type Dict,
  decodeBase64,
  dictGet,
  display,
  encodeBase64,
  isDict,
  jsonParse,
  jsonStringify,
  type Value,
} from '../values/index.ts';
import { parsedCookies, setCookie, withSafeAttributes } from './cookie-headers.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { equalInConstantTime, secretOf } from './encoding.ts';

/** Of a text under a secret; the purpose keeps a signature of one kind from passing for another. */
function signatureOf(purpose: string, text: string, secret: Uint8Array): string {
  const mark = hmac('sha256', secret, encodeUtf8(`${purpose}\n${text}`));
  return encodeBase64(mark, { urlSafe: true });
}

/** The text in front of the last dot, when what stands behind it is its signature. */
function signedText(purpose: string, signed: string, secret: Uint8Array): string | undefined {
  const dot = signed.lastIndexOf('.');
  if (dot === -1) return undefined;
  const text = signed.slice(0, dot);
  const expected = encodeUtf8(signatureOf(purpose, text, secret));
  return equalInConstantTime(encodeUtf8(signed.slice(dot + 1)), expected) ? text : undefined;
}

const COOKIE = 'harn.cookie.v1';
const SESSION = 'harn.session.v1';

function verifiedCookie(signed: string, secret: Uint8Array): Dict {
  const isSigned = signed.includes('.');
  const value = signedText(COOKIE, signed, secret);
  if (value !== undefined) return { error: null, ok: true, value };
  return { error: isSigned ? 'invalid_signature' : 'malformed', ok: false, value: null };
}

/** `v1.payload.signature`; the payload is JSON in URL-safe base64. */
function signedSession(payload: Value, secret: Uint8Array): string {
  const body = encodeBase64(encodeUtf8(jsonStringify(payload)), { urlSafe: true });
  const text = `v1.${body}`;
  return `${text}.${signatureOf(SESSION, text, secret)}`;
}

function verifiedSession(token: string, secret: Uint8Array): Dict {
  const failed = (error: string): Dict => ({ error, ok: false, payload: null });
  if (!/^v1\.[\w-]*\.[^.]+$/.test(token)) return failed('malformed');
  const text = signedText(SESSION, token, secret);
  if (text === undefined) return failed('invalid_signature');
  const bytes = decodeBase64(text.slice('v1.'.length), { urlSafe: true });
  const json = bytes === undefined ? undefined : decodeUtf8(bytes);
  if (json === undefined) return failed('malformed');
  return { error: null, ok: true, payload: jsonParse(json) };
}

function sessionOf(headers: Value, name: string, secret: Uint8Array): Dict {
  const { cookies } = parsedCookies(headers);
  const token = isDict(cookies ?? null) ? dictGet(cookies as Dict, name) : undefined;
  if (token === undefined) return { error: 'missing', ok: false, payload: null };
  return verifiedSession(display(token), secret);
}

function sessionCookie(name: string, payload: Value, secret: Uint8Array, options: Value): string {
  const token = signedSession(payload, secret);
  return setCookie('session_cookie', name, token, withSafeAttributes(options));
}

function sessionRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'session_sign(payload: any, secret: any) -> string',
      {
        doc: 'A token with a JSON payload and its signature. Who has it can read it, and only the secret writes it.',
      },
      (_, payload, secret) => signedSession(payload, secretOf('session_sign', secret)),
    ),
    builtin(
      'session_verify(token: string, secret: any) -> dict',
      {
        doc: 'A session token as `{ok, payload, error}`; fails only without a secret.',
      },
      (_, token, secret) => verifiedSession(display(token), secretOf('session_verify', secret)),
    ),
    builtin(
      'session_cookie(name: string, payload: any, secret: any, options: dict?) -> string',
      {
        doc: 'A Set-Cookie value with a session token: Path=/, HttpOnly, Secure, SameSite=Lax unless options differ.',
      },
      (_, name, payload, secret, options = null) =>
        sessionCookie(display(name), payload, secretOf('session_cookie', secret), options),
    ),
    builtin(
      'session_from_cookies(headers: any, name: string, secret: any) -> dict',
      {
        doc: 'The session in the Cookie headers of a request as `{ok, payload, error}`.',
      },
      (_, headers, name, secret) =>
        sessionOf(headers, display(name), secretOf('session_from_cookies', secret)),
    ),
  ];
}

export function signedCookieRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'cookie_sign(value: string, secret: any) -> string',
      {
        doc: 'A value with its signature behind a dot: who has not the secret cannot change it. It can be read.',
      },
      (_, value, secret) => {
        const text = display(value);
        return `${text}.${signatureOf(COOKIE, text, secretOf('cookie_sign', secret))}`;
      },
    ),
    builtin(
      'cookie_verify(signed_value: string, secret: any) -> dict',
      {
        doc: 'A signed value as `{ok, value, error}`; fails only without a secret.',
      },
      (_, signed, secret) => verifiedCookie(display(signed), secretOf('cookie_verify', secret)),
    ),
    ...sessionRows(),
  ];
}
