// What a program's options make of a request: address, headers, body; and when it is made again.
import { isJsonObject, type Json } from '../../base/index.ts';
import { baseName, isHostError } from '../host/index.ts';
import { ioErrors } from './errors.ts';
import type { ConnectingOptions } from './http-connecting.ts';

export type HttpOptions = ConnectingOptions & {
  readonly headers?: { readonly [name: string]: string } | null;
  /** Added to the address; null values are left out. */
  readonly query?: { readonly [name: string]: Json } | null;
  /** For one attempt as a whole. `timeout` and `total_timeout_ms` are older names. */
  readonly timeout_ms?: number | null;
  readonly timeout?: number | null;
  readonly total_timeout_ms?: number | null;
  readonly follow_redirects?: boolean | null;
  readonly max_redirects?: number | null;
  /** A bearer token, `{bearer}`, or `{basic: {user, password}}`. */
  readonly auth?: Json;
  /** `{max, backoff_ms}`: attempts after the first, and the first pause, which doubles. */
  readonly retry?: { readonly max?: number; readonly backoff_ms?: number } | null;
  readonly retries?: number | null;
  readonly backoff?: number | null;
  /** Statuses that are tried again. */
  readonly retry_on?: readonly number[] | null;
  /** Methods that are tried again. */
  readonly retry_methods?: readonly string[] | null;
  readonly body?: string | null;
  /** Parts of a form: `{name, value | value_base64, filename?, content_type?}`. */
  readonly multipart?: readonly { readonly [name: string]: string }[] | null;
  /** The longest body taken, in bytes. */
  readonly max_body_bytes?: number | null;
  /** A session whose options stand behind these. */
  readonly session?: string | null;
  /** `retry` (the default: the key makes it safe), or `fail`. */
  readonly on_unknown?: string | null;
};

const BOUNDARY = 'harn-boundary';
const RETRIED_STATUSES = [408, 429, 500, 502, 503, 504];
const RETRIED_METHODS = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'];
const RETRIED_ERRORS = [
  'connectionRefused',
  'connectionLost',
  'httpTimeout',
  'hostUnknown',
  'noConnection',
  'silent',
] as const;
const DEFAULT_BACKOFF_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/** The address with what `query` adds. */
export function withQuery(url: string, query: { readonly [name: string]: Json }): string {
  const entries = Object.entries(query).filter(([, value]) => value !== null);
  if (entries.length === 0) return url;
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw ioErrors.badUrl({ url });
  }
  for (const [name, value] of entries) {
    target.searchParams.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return target.toString();
}

/** Headers with names in lower case, with what `auth` and a form add. */
export function headersOf(options: HttpOptions): { [name: string]: string } {
  const given = Object.entries(options.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    ...authOf(options.auth ?? null),
    ...(options.multipart == null
      ? {}
      : { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }),
    ...Object.fromEntries(given),
  };
}

function authOf(auth: Json): { readonly authorization?: string } {
  if (typeof auth === 'string') return { authorization: `Bearer ${auth}` };
  if (!isJsonObject(auth)) return {};
  if (typeof auth['bearer'] === 'string') return { authorization: `Bearer ${auth['bearer']}` };
  const basic = auth['basic'];
  if (!isJsonObject(basic)) return {};
  const pair = new TextEncoder().encode(`${basic['user'] ?? ''}:${basic['password'] ?? ''}`);
  return { authorization: `Basic ${btoa(String.fromCharCode(...pair))}` };
}

type Part = { readonly [name: string]: string };

/** The parts of a form; undefined where a request is none. */
function partsOf({ multipart }: HttpOptions): readonly Part[] | undefined {
  const given: unknown = multipart ?? null;
  if (given === null) return undefined;
  if (Array.isArray(given) && given.every(isPart)) return given;
  const expected = 'a list of {name, value | value_base64 | path}, all of them texts';
  throw ioErrors.badHttpOption({ option: 'multipart', expected });
}

function isPart(part: unknown): part is Part {
  if (!isJsonObject(part) || !Object.values(part).every((value) => typeof value === 'string')) {
    return false;
  }
  const { value_base64: base64 = '' } = part as Part;
  return /^[A-Za-z\d+/]*={0,2}$/.test(base64) && base64.replace(/=+$/, '').length % 4 !== 1;
}

/** The options with the content of parts that are given by the `path` of a file; `read` gives it in base64. */
export async function withFiles(
  options: HttpOptions,
  read: (path: string) => Promise<string>,
): Promise<HttpOptions> {
  const parts = partsOf(options) ?? [];
  if (!parts.some(({ path }) => path !== undefined)) return options;
  const multipart: Part[] = [];
  for (const part of parts) {
    const { path, ...rest } = part;
    if (path === undefined) multipart.push(part);
    else multipart.push({ filename: baseName(path), ...rest, value_base64: await read(path) });
  }
  return { ...options, multipart };
}

/** The body: what was given, or the parts of a form. */
export function bodyOf(body: string | null, options: HttpOptions): string | Uint8Array | null {
  const parts = partsOf(options);
  if (parts === undefined) return body;
  const encoder = new TextEncoder();
  const pieces = parts.flatMap((part) => {
    const file = part['filename'] === undefined ? '' : `; filename="${quoted(part['filename'])}"`;
    const type =
      part['content_type'] === undefined ? '' : `Content-Type: ${part['content_type']}\r\n`;
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${quoted(part['name'] ?? '')}"${file}\r\n${type}\r\n`;
    return [encoder.encode(head), contentOf(part), encoder.encode('\r\n')];
  });
  const all = [...pieces, encoder.encode(`--${BOUNDARY}--\r\n`)];
  const out = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of all) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

function contentOf(part: { readonly [name: string]: string }): Uint8Array {
  const base64 = part['value_base64'];
  if (base64 === undefined) return new TextEncoder().encode(part['value'] ?? '');
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

function quoted(text: string): string {
  return text.replace(/["\r\n]/g, (char) => encodeURIComponent(char));
}

/** When a request is made again. */
export interface RetryPlan {
  readonly max: number;
  /** Whether this status is worth another attempt. */
  status(status: number): boolean;
  error(error: unknown): boolean;
  /** The pause after attempt `n` (from 0), in ms. */
  pauseMs(n: number, headers: { readonly [name: string]: string }, nowMs: number): number;
}

export function retryPlan(method: string, options: HttpOptions): RetryPlan {
  const methods = (options.retry_methods ?? RETRIED_METHODS).map((each) => each.toUpperCase());
  const max = methods.includes(method) ? (options.retry?.max ?? options.retries ?? 0) : 0;
  const backoff = options.retry?.backoff_ms ?? options.backoff ?? DEFAULT_BACKOFF_MS;
  const statuses = options.retry_on ?? RETRIED_STATUSES;
  return {
    max,
    status: (status) => statuses.includes(status),
    error: (error) => RETRIED_ERRORS.some((name) => isHostError(error, name)),
    pauseMs: (n, headers, nowMs) =>
      Math.min(retryAfterMs(headers['retry-after'], nowMs) ?? backoff * 2 ** n, LONGEST_PAUSE_MS),
  };
}

/** `Retry-After`: seconds, or a date. */
function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
