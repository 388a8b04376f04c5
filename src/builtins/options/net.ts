// Options of requests, and of what listens for them.
import type { HttpOptions } from '../../runtime/io/index.ts';
import { bag, type OptionTexts, type RowOptions, rows, type TextsOf } from './option.ts';

const MS = 'int | float | duration';

const CONNECTION: OptionTexts = {
  auth: ['any', 'A bearer token, `{bearer}`, or `{basic: {user, password}}`.'],
};

const REQUEST: TextsOf<HttpOptions> = {
  headers: ['dict', 'Headers by name.'],
  query: ['dict', 'Added to the address; nil values are left out.'],
  body: ['any', 'What is sent where the call has no argument for it.'],
  multipart: [
    'list',
    'Parts of a form: `{name, value | value_base64 | path, filename?, content_type?}`.',
  ],
  auth: CONNECTION['auth'] as TextsOf<HttpOptions>['auth'],
  timeout_ms: [MS, 'The time for one attempt as a whole, in milliseconds.'],
  timeout: [MS, 'An older name of `timeout_ms`.'],
  total_timeout_ms: [MS, 'An older name of `timeout_ms`.'],
  connect_timeout_ms: [MS, 'Until a connection stands.'],
  read_timeout_ms: [MS, 'The longest silence, before the answer and within it.'],
  retry: ['dict', '`{max, backoff_ms}`: attempts after the first, and the first pause.'],
  retries: ['int', 'An older form of `retry.max`.'],
  backoff: [MS, 'An older form of `retry.backoff_ms`.'],
  retry_on: ['list', 'Statuses that are tried again.'],
  retry_methods: ['list', 'Methods that are tried again.'],
  follow_redirects: ['bool', 'False: a redirect is the answer.'],
  max_redirects: ['int', 'How many redirects are followed.'],
  max_body_bytes: ['int', 'The longest body that is taken.'],
  decompress: ['bool', 'False leaves the body as it came.'],
  proxy: ['any', 'An address, or `{url, no_proxy}`; false: none.'],
  proxy_auth: ['any', '`{user, pass}`.'],
  tls: [
    'dict',
    '`{ca_bundle_path, client_cert_path, client_key_path, client_identity_path, pinned_sha256}`.',
  ],
  session: ['string', 'A session whose options stand behind these.'],
  on_unknown: [
    'string',
    'When nobody knows whether it was made: `retry` (the key makes it safe) or `fail`.',
  ],
};

const REQUESTS = ['get', 'head', 'delete', 'post', 'put', 'patch', 'request', 'download'];

export const NET_OPTIONS: RowOptions = {
  ...rows(
    [...REQUESTS, 'session_request', 'session_open', 'stream_open'].map((name) => `net.${name}`),
    bag(REQUEST),
  ),
};
