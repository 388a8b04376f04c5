// Builtins about URLs, query strings, CSV and UUIDs: formats of texts that need no model of their own.
import { digest, ownEntry } from '../base/index.ts';
import {
  decodeHex,
  decodeUrl,
  encodeHex,
  encodeUrl,
  encodeUtf8,
  formatCsv,
  parseCsv,
} from '../text/index.ts';
import {
  charCount,
  type Dict,
  dictFrom,
  dictGet,
  dictKeys,
  display,
  isDict,
  isList,
  type List,
  truthy,
  typeOf,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { optionBag } from './option-bag.ts';

function fieldText(dict: Dict, name: string): string | undefined {
  const value = dictGet(dict, name) ?? null;
  return value === null ? undefined : display(value);
}

/** The parts of RFC 3986, none of them decoded; what is absent is nil. */
const URL_PARTS =
  /^([A-Za-z][\w+.-]*):(?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^:/?#]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/;

function parseUrl(text: string): Value {
  const match = URL_PARTS.exec(text);
  if (match === null) throw wrong.decode({ builtin: 'url_parse', what: 'URL' });
  const [, scheme, username, password, host, port, path, query, fragment] = match as (
    | string
    | undefined
  )[];
  return {
    fragment: fragment ?? null,
    host: host ?? null,
    password: password ?? null,
    path: path ?? '',
    port: port === undefined ? null : Number(port),
    query: query ?? null,
    scheme: (scheme ?? '').toLowerCase(),
    username: username ?? null,
  };
}

/** What cannot stand in a URL, and what would end the part; escapes that are there stay. */
function escaped(part: string, ends: string): string {
  const bytesOf = (char: string) =>
    [...encodeUtf8(char)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`);
  return part.replace(/[^!-~]|["<>\\^`{|}?#]/gu, (char) =>
    /[?#]/.test(char) && !ends.includes(char) ? char : bytesOf(char).join(''),
  );
}

function buildUrl(parts: Dict): string {
  const text = (name: string) => fieldText(parts, name);
  const user = text('username');
  const password = text('password');
  const login = user === undefined ? '' : `${user}${password === undefined ? '' : `:${password}`}@`;
  const port = text('port');
  const host = text('host');
  const authority =
    host === undefined ? '' : `//${login}${host}${port === undefined ? '' : `:${port}`}`;
  const path = escaped(text('path') ?? '', '?#');
  const rooted = host !== undefined && path !== '' && !path.startsWith('/') ? `/${path}` : path;
  const [query, fragment] = [text('query'), text('fragment')];
  return [
    `${text('scheme') ?? 'https'}:${authority}${rooted}`,
    query === undefined ? '' : `?${escaped(query, '#')}`,
    fragment === undefined ? '' : `#${escaped(fragment, '')}`,
  ].join('');
}

function parseQuery(text: string): List {
  const decode = (part: string) => decodeUrl(part) ?? part;
  return text
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [key, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return { key: decode(key), value: decode(value) };
    });
}

/** Of `{key, value}` entries, of pairs, or of a dict. Spaces become `+`. */
function formatQuery(value: Value): string {
  const encode = (part: Value) => encodeUrl(display(part)).replaceAll('%20', '+');
  const entries: (readonly [Value, Value])[] = [];
  if (isDict(value)) for (const key of dictKeys(value)) entries.push([key, value[key] as Value]);
  else if (isList(value)) {
    for (const item of value) {
      if (isDict(item)) entries.push([dictGet(item, 'key') ?? '', dictGet(item, 'value') ?? null]);
      else if (isList(item)) entries.push([item[0] ?? '', item[1] ?? null]);
    }
  }
  // A value that is missing is no entry: its text would be read back as the word `nil`.
  const there = entries.filter(([, each]) => each !== null);
  return there.map(([key, each]) => `${encode(key)}=${encode(each)}`).join('&');
}

interface CsvOptions {
  readonly headers: boolean;
  readonly separator: string;
}

function csvOptions(builtin: string, options: Value): CsvOptions {
  const dict = optionBag(builtin, options, ['headers', 'delimiter']);
  const separator = fieldText(dict, 'delimiter') ?? ',';
  if (charCount(separator) !== 1 || /["\r\n]/.test(separator)) {
    const detail = 'delimiter must be one character, and no quote or line break';
    throw wrong.argument({ builtin, detail });
  }
  return { headers: truthy(dictGet(dict, 'headers') ?? null), separator };
}

function csvValues(text: string, { headers, separator }: CsvOptions): Value {
  const rows = parseCsv(text, separator);
  if (!headers) return rows;
  const [names = [], ...rest] = rows;
  return rest.map((row) => dictFrom(names.map((name, i) => [name, row[i] ?? ''])));
}

/** Dicts become columns, one for each key that any of them has, in order. Nil is an empty cell. */
function csvText(rows: Value, { headers, separator }: CsvOptions): string {
  if (!isList(rows)) {
    const detail = `rows must be a list, got ${typeOf(rows)}`;
    throw wrong.argument({ builtin: 'csv_stringify', detail });
  }
  const dicts = rows.filter(isDict);
  const names = dictKeys(dictFrom(dicts.flatMap((row) => dictKeys(row).map((key) => [key, null]))));
  const cellOf = (value: Value) => (value === null ? '' : display(value));
  const cells = rows.map((row) => {
    if (isList(row)) return row.map(cellOf);
    return isDict(row) ? names.map((name) => fieldText(row, name) ?? '') : [cellOf(row)];
  });
  return formatCsv(headers && dicts.length > 0 ? [[...names], ...cells] : cells, separator);
}

const NAMESPACES: { readonly [name: string]: string } = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
};
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

function parseUuid(text: string): string | null {
  const lower = text
    .trim()
    .toLowerCase()
    .replace(/^urn:uuid:|^\{(.*)\}$/, '$1');
  const dashed = /^[\da-f]{32}$/.test(lower) ? dashedUuid(lower) : lower;
  return UUID.test(dashed) ? dashed : null;
}

function dashedUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A UUID made of a name: the same name in the same namespace gives the same one everywhere. */
function uuidV5(namespace: string, name: string): string {
  const parent = parseUuid(ownEntry(NAMESPACES, namespace) ?? namespace);
  const space = parent === null ? undefined : decodeHex(parent.replaceAll('-', ''));
  if (space === undefined) throw wrong.decode({ builtin: 'uuid_v5', what: 'namespace' });
  const hash = digest('sha1', Uint8Array.from([...space, ...encodeUtf8(name)])).slice(0, 16);
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  return dashedUuid(encodeHex(hash));
}

function csvRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'csv_parse(text: string, options: dict?) -> list',
      {
        doc: 'The rows of a CSV text, empty lines left out; with `{headers: true}` as dicts under the names of the first. `delimiter` is another separator.',
      },
      (_, text, options = null) => csvValues(display(text), csvOptions('csv_parse', options)),
    ),
    builtin(
      'csv_stringify(rows: list, options: dict?) -> string',
      {
        doc: 'Rows as CSV, nil as an empty cell. Dicts become columns, one for each key that any of them has; with `{headers: true}` the keys come first.',
      },
      (_, rows, options = null) => csvText(rows, csvOptions('csv_stringify', options)),
    ),
  ];
}

export function formatRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'url_parse(url: string) -> dict',
      { doc: 'A URL as `{scheme, host, port, path, query, fragment, username, password}`.' },
      (_, url) => parseUrl(display(url)),
    ),
    builtin(
      'url_build(parts: dict) -> string',
      { doc: 'The URL of such parts as url_parse gives.' },
      (_, parts) => buildUrl(isDict(parts) ? parts : {}),
    ),
    builtin(
      'query_parse(text: string) -> list<dict>',
      { doc: 'The `{key, value}` entries of a query string, decoded.' },
      (_, text) => parseQuery(display(text)),
    ),
    builtin(
      'query_stringify(entries: any) -> string',
      {
        doc: 'A query string of `{key, value}` entries, pairs or a dict. An entry whose value is nil is left out.',
      },
      (_, entries) => formatQuery(entries),
    ),
    ...csvRows(),
    builtin(
      'uuid_v5(namespace: string, name: string) -> string',
      { doc: 'The UUID of a name in a namespace: dns, url, oid, x500 or a UUID.' },
      (_, namespace, name) => uuidV5(display(namespace), display(name)),
    ),
    builtin(
      'uuid_parse(text: string) -> string | nil',
      { doc: 'A UUID in its usual spelling; nil when the text is none.' },
      (_, text) => parseUuid(display(text)),
    ),
    builtin('uuid_nil() -> string', { doc: 'The UUID of zeros only.' }, () =>
      dashedUuid('0'.repeat(32)),
    ),
  ];
}
