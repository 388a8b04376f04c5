// Builtins about links that carry their own permission: claims, an expiry and a signature in the query. What is signed
// is a version mark, the resource and the query in one canonical form, each on a line.
import { hmac } from '../base/index.ts';
import { decodeUrl, encodeUrl, encodeUtf8 } from '../text/index.ts';
import {
  asDouble,
  type Dict,
  dictFrom,
  dictGet,
  dictKeys,
  display,
  encodeBase64,
  isDict,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { equalInConstantTime, secretOf } from './encoding.ts';
import { wrong } from './errors.ts';
import { optionBag } from './option-bag.ts';

const VERSION = 'harn-signed-url-v1';

/** A URL or path in its canonical form, the query apart. */
interface Target {
  readonly resource: string;
  readonly query: string;
  readonly fragment: string;
}

interface Names {
  readonly expires: string;
  readonly kid: string;
  readonly signature: string;
}

type Pair = readonly [name: string, value: string];

/** Undefined when it is neither a URL with a host nor an absolute path. */
function targetOf(text: string): Target | undefined {
  const match =
    /^(?:([A-Za-z][\w+.-]*):\/\/([^/?#\s]+)(\/[^?#]*)?|(\/[^?#]*))(?:\?([^#]*))?(#.*)?$/.exec(text);
  if (match === null || text.startsWith('//')) return undefined;
  const [, scheme, host, path, alone, query = '', fragment = ''] = match as (string | undefined)[];
  const origin = scheme === undefined ? '' : `${scheme.toLowerCase()}://${host?.toLowerCase()}`;
  return { resource: origin + canonicalPath(path ?? alone ?? '/'), query, fragment };
}

/** Slashes stay, escapes that are there stay in capitals, all else but unreserved characters is escaped. */
function canonicalPath(path: string): string {
  return path
    .split(/(%[\da-fA-F]{2}|\/)/)
    .map((part, i) => (i % 2 === 1 ? part.toUpperCase() : encodeUrl(part)))
    .join('');
}

function pairsOf(query: string): Pair[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const [name, value] =
        equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return [decodeUrl(name) ?? name, decodeUrl(value) ?? value];
    });
}

function canonicalQuery(pairs: readonly Pair[]): string {
  return pairs
    .map(([name, value]) => `${encodeUrl(name)}=${encodeUrl(value)}`)
    .sort()
    .join('&');
}

function signatureOf(resource: string, query: string, secret: Uint8Array): string {
  const payload = encodeUtf8(`${VERSION}\n${resource}\n${query}`);
  return encodeBase64(hmac('sha256', secret, payload), { urlSafe: true });
}

const NAMES = ['expires_param', 'kid_param', 'signature_param'];

function namesOf(options: Dict): Names {
  const name = (key: string, otherwise: string) => {
    const value = dictGet(options, key) ?? null;
    return value === null ? otherwise : display(value);
  };
  return {
    expires: name('expires_param', 'exp'),
    kid: name('kid_param', 'kid'),
    signature: name('signature_param', 'sig'),
  };
}

function signed(base: string, claims: Value, secret: Value, expires: Value, given: Value): string {
  const refuse = (detail: string) => wrong.argument({ builtin: 'signed_url', detail });
  const target = targetOf(base);
  if (target === undefined) throw refuse('the base must be an absolute URL or an absolute path');
  const key = secretOf('signed_url', secret);
  const at = asDouble(expires);
  if (at === undefined) throw refuse('expires_at must be a number of seconds');
  const options = optionBag('signed_url', given, [...NAMES, 'kid']);
  const names = namesOf(options);
  const pairs = pairsOf(target.query);
  if (isDict(claims)) {
    for (const key of dictKeys(claims)) pairs.push([key, display(claims[key] as Value)]);
  }
  const reserved = new Set(Object.values(names));
  const taken = pairs.find(([name]) => reserved.has(name));
  if (taken !== undefined) throw refuse(`the parameter ${taken[0]} is reserved`);
  pairs.push([names.expires, String(Math.floor(at))]);
  const kid = dictGet(options, 'kid') ?? null;
  if (kid !== null) pairs.push([names.kid, display(kid)]);
  const query = canonicalQuery(pairs);
  const mark = signatureOf(target.resource, query, key);
  return `${target.resource}?${query}&${encodeUrl(names.signature)}=${mark}${target.fragment}`;
}

/** The secret for a link: the only one, or the one that its key id names. */
function secretFor(keys: Value, kid: string | undefined): Uint8Array | undefined {
  const secret = !isDict(keys) ? keys : kid === undefined ? undefined : dictGet(keys, kid);
  return secret === undefined ? undefined : secretOf('verify_signed_url', secret);
}

interface Reading {
  readonly target: Target;
  readonly pairs: readonly Pair[];
  readonly only: (name: string) => string | undefined;
}

function readLink(url: string, names: Names): Reading | 'malformed' | 'missing_signature' {
  const target = targetOf(url);
  if (target === undefined) return 'malformed';
  const pairs = pairsOf(target.query);
  const valuesOf = (name: string) => pairs.filter(([each]) => each === name);
  // A reserved parameter that comes twice could be read in two ways.
  if (Object.values(names).some((name) => valuesOf(name).length > 1)) return 'malformed';
  const only = (name: string) => valuesOf(name)[0]?.[1];
  return only(names.signature) === undefined ? 'missing_signature' : { target, pairs, only };
}

function verified(url: string, keys: Value, now: Value, given: Value): Dict {
  const options = optionBag('verify_signed_url', given, [...NAMES, 'skew_seconds']);
  const names = namesOf(options);
  const link = readLink(url, names);
  if (typeof link === 'string') return verdict(link, {});
  const kid = link.only(names.kid);
  const expires = Number(link.only(names.expires) ?? Number.NaN);
  const secret = secretFor(keys, kid);
  const facts = { kid: kid ?? null, expires_at: Number.isFinite(expires) ? expires : null };
  if (secret === undefined) return verdict('unknown_key', facts);
  const query = canonicalQuery(link.pairs.filter(([name]) => name !== names.signature));
  const expected = encodeUtf8(signatureOf(link.target.resource, query, secret));
  if (!equalInConstantTime(encodeUtf8(link.only(names.signature) ?? ''), expected)) {
    return verdict('bad_signature', facts);
  }
  const reserved = new Set(Object.values(names));
  const claims = dictFrom(link.pairs.filter(([name]) => !reserved.has(name)));
  const known = { ...facts, claims, signature_valid: true };
  if (facts.expires_at === null) return verdict('missing_expiry', known);
  const skew = asDouble(dictGet(options, 'skew_seconds') ?? null) ?? 0;
  const isExpired = (asDouble(now) ?? Number.POSITIVE_INFINITY) > expires + skew;
  return verdict(isExpired ? 'expired' : 'ok', { ...known, expired: isExpired });
}

/** Claims are told only when the signature fits: until then anybody may have written them. */
function verdict(reason: string, facts: Dict): Dict {
  return {
    claims: {},
    expired: false,
    expires_at: null,
    kid: null,
    signature_valid: false,
    ...facts,
    reason,
    valid: reason === 'ok',
  };
}

export function signedUrlRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'signed_url(base: string, claims: dict, secret: any, expires_at: number, options: dict?) -> string',
      {
        doc: 'A URL or absolute path with claims, expiry and signature in its query. Options: kid, expires_param, kid_param, signature_param.',
      },
      (_, base, claims, secret, expires, options = null) =>
        signed(display(base), claims, secret, expires, options),
    ),
    builtin(
      'verify_signed_url(url: string, secret_or_keys: any, now: number, options: dict?) -> dict',
      {
        doc: 'A signed link as `{valid, reason, signature_valid, expired, expires_at, kid, claims}`. Keys: one secret, or a dict by key id.',
      },
      (_, url, keys, now, options = null) => verified(display(url), keys, now, options),
    ),
  ];
}
