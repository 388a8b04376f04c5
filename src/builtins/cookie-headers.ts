// Cookies as dicts of a program: what request headers say, and checked Set-Cookie values.
import { ownEntry } from '../base/index.ts';
import {
  type CookieAttributes,
  type CookiePairs,
  formatCookie,
  isCookieName,
  isCookieValue,
  parseCookies,
} from '../text/index.ts';
import {
  asDouble,
  type Dict,
  dictFrom,
  dictGet,
  dictKeys,
  dictMerge,
  display,
  isDict,
  isInt,
  isList,
  truthy,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';

/** The lines of a header: one text, a list of them, or the headers of a request. */
export function headerLines(headers: Value, name: string): readonly string[] {
  if (isList(headers)) return headers.flatMap((each) => headerLines(each, name));
  if (isDict(headers)) {
    return dictKeys(headers)
      .filter((key) => key.toLowerCase() === name)
      .flatMap((key) => headerLines(headers[key] as Value, name));
  }
  return headers === null ? [] : [display(headers)];
}

/** The pairs of all the Cookie headers of a request. */
export function cookiePairs(headers: Value): CookiePairs {
  const read = headerLines(headers, 'cookie').map(parseCookies);
  return {
    pairs: read.flatMap(({ pairs }) => pairs),
    invalid: read.flatMap(({ invalid }) => invalid),
  };
}

/** The first value of each name wins; a name that comes again has all its values in `duplicates`. */
export function parsedCookies(headers: Value): Dict {
  const { pairs, invalid } = cookiePairs(headers);
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  const entries = [...values];
  return {
    cookies: dictFrom(entries.map(([name, [first = '']]) => [name, first])),
    duplicates: dictFrom(entries.filter(([, all]) => all.length > 1)),
    invalid,
    pairs: pairs.map(([name, value]) => ({ name, value })),
  };
}

const SAME_SITE: { readonly [name: string]: string } = {
  lax: 'Lax',
  strict: 'Strict',
  none: 'None',
};
const KNOWN = new Set(['http_only', 'secure', 'same_site', 'path', 'domain', 'max_age', 'expires']);

function attributesOf(name: string, options: Dict): CookieAttributes {
  const refuse = (detail: string) => wrong.argument({ builtin: name, detail });
  const unknown = dictKeys(options).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw refuse(`unknown option ${unknown}`);
  const text = (key: string) => {
    const value = dictGet(options, key) ?? null;
    if (value === null) return undefined;
    const shown = display(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    if (/[;\x00-\x1f\x7f]/.test(shown)) throw refuse(`${key} has a character that ends it`);
    return shown;
  };
  const flag = (key: string) => truthy(dictGet(options, key) ?? null);
  const age = dictGet(options, 'max_age') ?? null;
  if (age !== null && !isInt(age)) throw refuse('max_age must be an int of seconds');
  const asked = text('same_site');
  const sameSite = asked === undefined ? undefined : ownEntry(SAME_SITE, asked.toLowerCase());
  if (asked !== undefined && sameSite === undefined) {
    throw refuse('same_site must be Lax, Strict or None');
  }
  const secure = flag('secure');
  if (sameSite === 'None' && !secure) throw refuse('same_site None requires secure');
  return {
    path: text('path'),
    domain: text('domain'),
    maxAge: age === null ? undefined : asDouble(age),
    expires: text('expires'),
    httpOnly: flag('http_only'),
    secure,
    sameSite,
  };
}

/** A checked Set-Cookie value. */
export function setCookie(
  builtinName: string,
  name: string,
  value: string,
  options: Value,
): string {
  if (!isCookieName(name)) {
    throw wrong.argument({ builtin: builtinName, detail: 'invalid cookie name' });
  }
  if (!isCookieValue(value)) {
    throw wrong.argument({ builtin: builtinName, detail: 'invalid cookie value' });
  }
  return formatCookie(name, value, attributesOf(builtinName, isDict(options) ? options : {}));
}

/** What a cookie that carries a session has unless it says otherwise. */
export const SAFE_ATTRIBUTES: Dict = { http_only: true, path: '/', same_site: 'Lax', secure: true };

export function withSafeAttributes(options: Value): Dict {
  return dictMerge(SAFE_ATTRIBUTES, isDict(options) ? options : {});
}
