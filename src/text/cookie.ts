// Cookies (RFC 6265): the pairs of a Cookie header, and Set-Cookie values.

/** What a Cookie header says: its pairs in order, and the segments that are none. */
export interface CookiePairs {
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly invalid: readonly string[];
}

const NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** Without controls, space, quotes, comma, semicolon and backslash. */
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

export function isCookieName(name: string): boolean {
  return NAME.test(name);
}

export function isCookieValue(value: string): boolean {
  return VALUE.test(value);
}

/** Reads the value of a Cookie header. Quotes around a value are not part of it. */
export function parseCookies(header: string): CookiePairs {
  const pairs: (readonly [string, string])[] = [];
  const invalid: string[] = [];
  for (const segment of header.split(';').map((part) => part.trim())) {
    if (segment === '') continue;
    const equals = segment.indexOf('=');
    const name = segment.slice(0, Math.max(0, equals)).trim();
    const value = segment
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    if (equals > 0 && isCookieName(name) && isCookieValue(value)) pairs.push([name, value]);
    else invalid.push(segment);
  }
  return { pairs, invalid };
}

/** What a Set-Cookie value may say beside name and value. */
export interface CookieAttributes {
  readonly path?: string | undefined;
  readonly domain?: string | undefined;
  readonly maxAge?: number | undefined;
  readonly expires?: string | undefined;
  readonly httpOnly?: boolean | undefined;
  readonly secure?: boolean | undefined;
  readonly sameSite?: string | undefined;
}

/** A Set-Cookie value; what it is made of has been checked. */
export function formatCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { path, domain, maxAge, expires, httpOnly, secure, sameSite } = attributes;
  const parts = [`${name}=${value}`];
  if (path !== undefined) parts.push(`Path=${path}`);
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  if (maxAge !== undefined) parts.push(`Max-Age=${maxAge}`);
  if (expires !== undefined) parts.push(`Expires=${expires}`);
  if (httpOnly === true) parts.push('HttpOnly');
  if (secure === true) parts.push('Secure');
  if (sameSite !== undefined) parts.push(`SameSite=${sameSite}`);
  return parts.join('; ');
}

/** A Set-Cookie value as a client reads it; undefined when it is none. `deleted` says that it takes a cookie away. */
export function readSetCookie(
  header: string,
): { readonly name: string; readonly value: string; readonly deleted: boolean } | undefined {
  const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
  const [found] = parseCookies(pair).pairs;
  if (found === undefined) return undefined;
  const [name, value] = found;
  const age = attributes.find((each) => /^max-age=/i.test(each))?.slice('max-age='.length);
  const deleted = age !== undefined && Number(age) <= 0;
  return { name, value, deleted };
}
