// HTTP, as `harness.net` and the older globals; prepared answers as `harness.testing`.
import {
  type HttpMockResponse,
  type HttpOptions,
  netEffects,
  testHttpEffects,
} from '../runtime/io/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Ctx,
  dictGet,
  display,
  fromJson,
  isDict,
  type List,
  type Steps,
  truthy,
  type Value,
} from '../values/index.ts';
import { optionsOf, toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';
import { optionBag } from './option-bag.ts';

const text = (value: Value | undefined) => display(value ?? null);

const NAMES: { readonly [name in keyof Required<HttpOptions>]: true } = {
  headers: true,
  query: true,
  timeout_ms: true,
  timeout: true,
  total_timeout_ms: true,
  follow_redirects: true,
  max_redirects: true,
  auth: true,
  retry: true,
  retries: true,
  backoff: true,
  retry_on: true,
  retry_methods: true,
  body: true,
  multipart: true,
  max_body_bytes: true,
  session: true,
  on_unknown: true,
  connect_timeout_ms: true,
  read_timeout_ms: true,
  decompress: true,
  tls: true,
  proxy: true,
  proxy_auth: true,
};

/** The options of a request; those that nobody knows are refused. */
export function httpOptions(value: Value | undefined): HttpOptions {
  return optionsOf<HttpOptions>(optionBag('http', value ?? null, Object.keys(NAMES)));
}

/** A body that is data is sent as JSON text. */
function bodyOf(value: Value | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(toData(value));
}

/** A form stands where the body would, when there are no other options. */
function bodyAndOptions([url, body, options]: List): [string, string | null, HttpOptions] {
  const isForm =
    options === undefined && isDict(body ?? null) && dictGet(body as never, 'multipart') != null;
  return isForm
    ? [text(url), null, httpOptions(body)]
    : [text(url), bodyOf(body), httpOptions(options)];
}

const READS = { GET: netEffects.get, HEAD: netEffects.head, OPTIONS: netEffects.options };
const SENDS = {
  POST: netEffects.post,
  PUT: netEffects.put,
  PATCH: netEffects.patch,
  DELETE: netEffects.delete,
};

function* request(ctx: Ctx, method: Value, url: Value, options: Value = null): Steps {
  const name = display(method).toUpperCase();
  const run = ctx as RunContext;
  const given = httpOptions(options);
  if (Object.hasOwn(READS, name)) {
    const effect = READS[name as keyof typeof READS];
    return fromJson((yield* run.perform(effect, [display(url), given])) as never);
  }
  if (Object.hasOwn(SENDS, name)) {
    const effect = SENDS[name as keyof typeof SENDS];
    return fromJson((yield* run.perform(effect, [display(url), null, given])) as never);
  }
  throw wrong.argument({ builtin: 'http_request', detail: `there is no method ${name}` });
}

export function netRows(): readonly BuiltinRow[] {
  const sending = (name: 'post' | 'put' | 'patch') =>
    effectRow(`net.${name}(url: string, body: any?, options: dict?) -> dict`, netEffects[name], {
      doc: `${name.toUpperCase()} with an idempotency key: \`{status, headers, body, ok}\`. A dict with \`multipart\` is a form.`,
      aliases: [`http_${name}`],
      args: bodyAndOptions,
    });
  return [
    effectRow('net.get(url: string, options: dict?) -> dict', netEffects.get, {
      doc: 'GET: `{status, headers, body, ok}`. Every status is a result.',
      aliases: ['http_get'],
      args: ([url, options]) => [text(url), httpOptions(options)],
    }),
    effectRow('net.head(url: string, options: dict?) -> dict', netEffects.head, {
      doc: 'HEAD: the answer without its body.',
      args: ([url, options]) => [text(url), httpOptions(options)],
    }),
    sending('post'),
    sending('put'),
    sending('patch'),
    effectRow('net.delete(url: string, options: dict?) -> dict', netEffects.delete, {
      doc: 'DELETE with an idempotency key: `{status, headers, body, ok}`.',
      aliases: ['http_delete'],
      args: ([url, options]) => [text(url), null, httpOptions(options)],
    }),
    builtin(
      'net.request(method: string, url: string, options: dict?) -> dict',
      {
        doc: 'A request of any method; the body is `options.body`.',
        effect: 'mutation',
        aliases: ['http_request'],
      },
      request,
    ),
    effectRow(
      'net.download(url: string, path: string, options: dict?) -> dict',
      netEffects.download,
      {
        doc: 'GETs an address into a file, all of it or nothing: `{bytes_written, status, headers, ok}`.',
        aliases: ['http_download'],
        args: ([url, path, options]) => [text(url), text(path), httpOptions(options)],
      },
    ),
    builtin(
      'net.session_request(session: string, method: string, url: string, options: dict?) -> dict',
      {
        doc: 'A request with the options of a session behind its own.',
        effect: 'mutation',
        aliases: ['http_session_request'],
      },
      function* (
        ctx: Ctx,
        session: Value,
        method: Value,
        url: Value,
        options: Value = null,
      ): Steps {
        const given = isDict(options) ? options : {};
        const own = { ...given, session } as Value;
        return yield* request(ctx, method, url, own);
      },
    ),
    ...mockRows(),
  ];
}

function mockRows(): readonly BuiltinRow[] {
  return [
    effectRow(
      'testing.http_mock(method: string, url_pattern: string, response: dict) -> nil',
      testHttpEffects.http_mock,
      {
        doc: 'Prepares the answer to requests: `{status, body, headers}`, or `{responses: [...]}` for one after the other. `*` in the address matches anything.',
        aliases: ['http_mock'],
        args: ([method, pattern, response]) => [
          text(method),
          text(pattern),
          optionsOf<HttpMockResponse>(response),
        ],
      },
    ),
    effectRow('testing.http_mock_calls(options: dict?) -> list', testHttpEffects.http_mock_calls, {
      doc: 'The requests that were given prepared answers: `{method, url, headers, body}`. Secrets are shown with `{include_sensitive: true}`.',
      aliases: ['http_mock_calls'],
      args: ([options]) => [showsSecrets(options)],
    }),
    effectRow('testing.http_mock_clear() -> nil', testHttpEffects.http_mock_clear, {
      doc: 'Forgets the prepared answers and the requests so far.',
      aliases: ['http_mock_clear'],
      args: () => [],
    }),
  ];
}

function showsSecrets(options: Value | undefined): boolean {
  if (options === undefined || !isDict(options)) return false;
  return (
    truthy(dictGet(options, 'include_sensitive') ?? null) ||
    dictGet(options, 'redact_sensitive') === false
  );
}
