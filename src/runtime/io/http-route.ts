// Paths of routes, and a request as handlers see it.
import { isJsonObject } from '../../base/index.ts';
import { ioErrors } from './errors.ts';

/** A request in normal form: method in upper case, names of headers in lower case. */
export type IncomingRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: { readonly [name: string]: string };
  readonly headers: { readonly [name: string]: string };
  /** The body as text; bytes that are not UTF-8 become U+FFFD. */
  readonly body: string;
  readonly bytes: Uint8Array;
  readonly remote_addr: string | null;
  readonly client_ip: string | null;
};

/** The parts of a path; a name stands for one part. */
export type Template = readonly ({ readonly text: string } | { readonly name: string })[];

/** Reads `/hooks/{name}` or `/hooks/:name`. */
export function readTemplate(path: string): Template {
  if (!path.startsWith('/')) throw ioErrors.badRoute({ path, problem: 'it begins with `/`' });
  const names = new Set<string>();
  return partsOf(path).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1] ?? /^:(\w+)$/.exec(part)?.[1];
    if (name === undefined) {
      if (/[{}]/.test(part)) throw ioErrors.badRoute({ path, problem: 'a name is a whole part' });
      return { text: part };
    }
    if (names.has(name)) throw ioErrors.badRoute({ path, problem: `${name} stands there twice` });
    names.add(name);
    return { name };
  });
}

/** What the names of a template stand for in a path; undefined when it does not fit. */
export function matchRoute(
  template: Template,
  path: string,
): { readonly [name: string]: string } | undefined {
  const parts = partsOf(path);
  if (parts.length !== template.length) return undefined;
  const found: [string, string][] = [];
  for (const [i, expected] of template.entries()) {
    const part = decoded(parts[i] ?? '');
    if ('name' in expected) {
      if (part === '') return undefined;
      found.push([expected.name, part]);
    } else if (decoded(expected.text) !== part) return undefined;
  }
  return Object.fromEntries(found);
}

/** A request from what a program or an adapter has: `{method, path, query, headers, body, remote_addr, client_ip}`. */
export function readRequest(given: { readonly [name: string]: unknown }): IncomingRequest {
  const [path = '/', search = ''] = splitOnce(textOf(given['path'] ?? '/'), '?');
  const bytes = bytesOf(given['raw_body'] ?? given['body'] ?? '');
  const { body } = given;
  const remote = given['remote_addr'] ?? null;
  return {
    method: textOf(given['method'] ?? 'GET').toUpperCase(),
    path,
    query: {
      ...Object.fromEntries(new URLSearchParams(search)),
      ...textsOf(given['query'], false),
    },
    headers: textsOf(given['headers'], true),
    body: typeof body === 'string' ? body : new TextDecoder().decode(bytes),
    bytes,
    remote_addr: remote === null ? null : textOf(remote),
    client_ip: given['client_ip'] == null ? hostOf(remote) : textOf(given['client_ip']),
  };
}

function hostOf(remote: unknown): string | null {
  if (typeof remote !== 'string') return null;
  return remote.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function partsOf(path: string): readonly string[] {
  return path.replace(/^\//, '').replace(/\/$/, '').split('/');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function splitOnce(text: string, at: string): readonly [string, string?] {
  const i = text.indexOf(at);
  return i === -1 ? [text] : [text.slice(0, i), text.slice(i + 1)];
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return new TextEncoder().encode(textOf(value));
}

function textsOf(value: unknown, isLower: boolean): { readonly [name: string]: string } {
  if (!isJsonObject(value as never)) return {};
  return Object.fromEntries(
    Object.entries(value as object).map(([name, each]) => [
      isLower ? name.toLowerCase() : name,
      textOf(each),
    ]),
  );
}
