// Builtins about cookies: what requests carry, what answers set, and what a client sends next.
import { readSetCookie } from '../text/index.ts';
import { type Dict, dictFrom, dictMerge, display, type Value } from '../values/index.ts';
import {
  cookiePairs,
  headerLines,
  parsedCookies,
  setCookie,
  withSafeAttributes,
} from './cookie-headers.ts';
import { signedCookieRows } from './cookie-sessions.ts';
import { type BuiltinRow, builtin } from './define.ts';

function deletion(name: string, options: Value): string {
  const gone: Dict = { expires: 'Thu, 01 Jan 1970 00:00:00 GMT', max_age: 0 };
  return setCookie('cookie_delete', name, '', dictMerge(withSafeAttributes(options), gone));
}

/** What a browser sends next after these Set-Cookie headers. With one argument it had no cookies before. */
function roundTrip(first: Value, second: Value | undefined): Dict {
  const [before, answer] = second === undefined ? [null, first] : [first, second];
  const order = new Map<string, string>();
  for (const [name, value] of cookiePairs(before).pairs)
    if (!order.has(name)) order.set(name, value);
  for (const line of headerLines(answer, 'set-cookie')) {
    const cookie = readSetCookie(line);
    if (cookie === undefined) continue;
    if (cookie.deleted) order.delete(cookie.name);
    else order.set(cookie.name, cookie.value);
  }
  const header = [...order].map(([name, value]) => `${name}=${value}`).join('; ');
  return { cookie_header: header, cookies: dictFrom([...order]) };
}

export function cookieRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'cookie_parse(headers: any) -> dict',
      {
        doc: 'Cookie headers (a text, a list or a dict of headers) as `{cookies, pairs, duplicates, invalid}`.',
      },
      (_, headers) => parsedCookies(headers),
    ),
    builtin(
      'cookie_serialize(name: string, value: string, options: dict?) -> string',
      {
        doc: 'A Set-Cookie value. Options: http_only, secure, same_site, path, domain, max_age, expires.',
      },
      (_, name, value, options = null) =>
        setCookie('cookie_serialize', display(name), display(value), options),
    ),
    builtin(
      'cookie_delete(name: string, options: dict?) -> string',
      {
        doc: 'The Set-Cookie value that takes a cookie away. Path and domain must be those it was set with.',
      },
      (_, name, options = null) => deletion(display(name), options),
    ),
    builtin(
      'cookie_round_trip(request_cookie: any, set_cookie: any?) -> dict',
      {
        doc: 'What a client sends next: `{cookie_header, cookies}` after Set-Cookie headers. For tests.',
      },
      (_, request, answer) => roundTrip(request ?? null, answer),
    ),
    ...signedCookieRows(),
  ];
}
