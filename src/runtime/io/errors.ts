// Errors of the io room: calls that make no sense before the outside is touched.
import { defineErrors, row } from '../../base/index.ts';

export const ioErrors = defineErrors('IOE', {
  emptyRange: row<{ min: number | string; max: number | string }>({
    number: 1,
    message: ({ min, max }) => `there is no number between ${min} and ${max}`,
    hint: 'give the smaller bound first',
  }),
  notInt: row<{ bound: number }>({
    number: 35,
    message: ({ bound }) => `the bounds of a random int have to be ints, one is ${bound}`,
  }),
  notDigits: row<{ bound: string }>({
    number: 46,
    message: ({ bound }) => `the bounds of a random int have to be ints in digits, one is ${bound}`,
    hint: 'write them like "-9007199254740993"',
  }),
  badByteCount: row<{ count: number; most: number }>({
    number: 43,
    message: ({ count, most }) =>
      `${count} is no number of random bytes; it has to be an int from 0 to ${most}`,
  }),
  noMachine: row<{ fact: string }>({
    number: 44,
    message: ({ fact }) => `this host does not tell about ${fact}`,
  }),
  noStream: row<{ stream: string }>({
    number: 45,
    message: ({ stream }) => `there is no stream ${JSON.stringify(stream)}`,
    hint: 'use "stdin", "stdout" or "stderr"',
  }),
  noCommand: row<Record<string, never>>({
    number: 2,
    message: () => 'exec: command is required',
    hint: 'give `argv` with at least the program, or `shell` with a line',
  }),
  badUrl: row<{ url: string }>({
    number: 3,
    message: ({ url }) => `${JSON.stringify(url)} is not a URL`,
    hint: 'an absolute address is needed, such as https://example.com/path',
  }),
  badManifest: row<{ path: string; reason: string }>({
    number: 4,
    message: ({ path, reason }) => `cannot read ${path} as TOML: ${reason}`,
  }),
  assetEscapes: row<{ path: string }>({
    number: 5,
    message: ({ path }) => `the asset path ${JSON.stringify(path)} leaves its project`,
    hint: 'write it without `..` and without a second root; roots of `[asset_roots]` are relative to harn.toml',
  }),
  assetNoProject: row<{ path: string; from: string }>({
    number: 6,
    message: ({ path, from }) =>
      `${JSON.stringify(path)} needs a project, and there is no harn.toml at or above ${from}`,
    hint: 'make a harn.toml at the root of the project, or write a path relative to the file',
  }),
  assetNoAlias: row<{ path: string; alias: string }>({
    number: 7,
    message: ({ path, alias }) =>
      `${JSON.stringify(path)}: [asset_roots] of harn.toml has no \`${alias}\``,
    hint: 'declare it there: `[asset_roots]` with a line `name = "folder"`',
  }),
  colorMode: row<{ mode: string }>({
    number: 8,
    message: ({ mode }) => `there is no colour mode ${JSON.stringify(mode)}`,
    hint: 'use "auto", "always" or "never"',
  }),
  logLevel: row<{ level: string }>({
    number: 9,
    message: ({ level }) => `there is no log level ${JSON.stringify(level)}`,
    hint: 'use "debug", "info", "warn" or "error"',
  }),
  badStateFile: row<{ path: string; reason: string }>({
    number: 10,
    message: ({ path, reason }) => `${path} cannot be used: ${reason}`,
    hint: 'mend it, or move it away; nothing was changed',
  }),
  egressBlocked: row<{
    type: 'EgressBlocked';
    category: 'egress_blocked';
    kind: 'terminal';
    message: string;
    host: string;
    port: number;
    reason: string;
    url: string;
  }>({
    number: 12,
    message: ({ message }) => message,
    hint: 'the egress policy (egress_policy, HARN_EGRESS_ALLOW, HARN_EGRESS_DENY, HARN_EGRESS_DEFAULT) decides what may be reached',
  }),
  badEgress: row<{ rule: string }>({
    number: 13,
    message: ({ rule }) => `${JSON.stringify(rule)} is no egress rule`,
    hint: 'write a host, `*.domain`, an IP address or a range such as `10.0.0.0/8`, each with or without `:port`',
  }),
  noConnection: row<{ handle: string; kind: string }>({
    number: 14,
    message: ({ handle, kind }) => `there is no open ${kind} ${JSON.stringify(handle)}`,
    hint: 'handles are what the opening call gave; a closed one is gone',
  }),
  connectionGone: row<{ url: string }>({
    number: 15,
    message: ({ url }) => `the connection to ${url} ended with the process that held it`,
    hint: 'the run was resumed: what was received before is recorded; open it again for the rest',
  }),
  refusedStream: row<{ url: string; status: number }>({
    number: 16,
    message: ({ url, status }) => `${url} answered with status ${status} instead of events`,
  }),
  tooLong: row<{ what: string; limit: number }>({
    number: 17,
    message: ({ what, limit }) => `${what} is longer than ${limit} bytes`,
    hint: 'raise max_message_bytes if such messages are expected',
  }),
  noSockets: row<Record<string, never>>({
    number: 18,
    message: () => 'this host has no WebSockets',
    hint: 'prepare messages with websocket_mock, or run on a host with a network',
  }),
  badHttpOption: row<{ option: string; expected: string }>({
    number: 30,
    message: ({ option, expected }) => `the option ${option} of a request must be ${expected}`,
  }),
  noSession: row<{ session: string }>({
    number: 19,
    message: ({ session }) => `there is no HTTP session ${JSON.stringify(session)}`,
    hint: 'sessions are what http_session gave; a closed one is gone',
  }),
  notBase64: row<Record<string, never>>({
    number: 20,
    message: () => 'the content of a file of bytes must be base64',
  }),
  badRoute: row<{ path: string; problem: string }>({
    number: 21,
    message: ({ path, problem }) => `${JSON.stringify(path)} is no path of a route: ${problem}`,
    hint: 'write it like `/hooks/{name}` or `/hooks/:name`',
  }),
  badResponse: row<{ status: string }>({
    number: 22,
    message: ({ status }) => `a response cannot have the status ${status}`,
    hint: 'the status is a number from 100 to 599',
  }),
  slowReader: row<{ what: string; limit: number }>({
    number: 23,
    message: ({ what, limit }) => `${what} has ${limit} messages that nobody has taken yet`,
    hint: 'wait until the other side reads, or raise the limit',
  }),
  badBind: row<{ bind: string }>({
    number: 24,
    message: ({ bind }) => `${JSON.stringify(bind)} is no address to listen at`,
    hint: 'write `127.0.0.1:8080`, `[::1]:8080`, or port 0 for any free one',
  }),
  badEvent: row<{ field: string }>({
    number: 26,
    message: ({ field }) => `the ${field} of a server-sent event cannot have line breaks`,
  }),
  badSecretId: row<{ id: string }>({
    number: 27,
    message: ({ id }) => `${JSON.stringify(id)} is no id of a secret`,
    hint: 'write it like `github/webhook-secret`',
  }),
  noSecret: row<{ id: string; variable: string }>({
    number: 28,
    message: ({ id }) => `there is no secret ${id}`,
    hint: (p) =>
      `set ${p.variable}, or put a file ${p.id} into the folder that HARN_SECRETS_DIR names`,
  }),
  noSecretProvider: row<{ provider: string }>({
    number: 29,
    message: ({ provider }) => `there is no provider of secrets ${JSON.stringify(provider)}`,
    hint: 'HARN_SECRET_PROVIDERS can name `env` and `file`',
  }),
  noOcr: row<Record<string, never>>({
    number: 31,
    message: () => 'there is no program `tesseract` on this machine',
    hint: 'install Tesseract OCR, and see that its folder is on PATH',
  }),
  ocrFailed: row<{ reason: string }>({
    number: 32,
    message: ({ reason }) => `tesseract could not read the image: ${reason}`,
    hint: 'it reads PNG, JPEG, TIFF, WebP and BMP; `tesseract --list-langs` tells its languages',
  }),
  badImage: row<{ reason: string }>({
    number: 33,
    message: ({ reason }) => `this is no image to read text from: ${reason}`,
    hint: 'give a path, {path}, {storage: {path}}, {bytes_base64, mime_type} or {data_url}',
  }),
  badOcrLanguage: row<{ language: string }>({
    number: 34,
    message: ({ language }) => `${JSON.stringify(language)} is no language of Tesseract`,
    hint: 'write it like `eng` or `eng+deu`',
  }),
  badCommand: row<{ field: string; expected: string }>({
    number: 39,
    message: ({ field, expected }) => `a command's \`${field}\` has to be ${expected}`,
    hint: 'a command is {argv | shell, cwd?, env?, stdin?, timeout_ms?, on_unknown?}',
  }),
  badPattern: row<{ got: string }>({
    number: 36,
    message: ({ got }) => `the pattern of a directory listing has to be a text, got ${got}`,
  }),
  badMockAnswer: row<{ field: string; expected: string }>({
    number: 37,
    message: ({ field, expected }) => `http_mock: \`${field}\` of an answer has to be ${expected}`,
    hint: 'an answer is {status?, body?, headers?}; json_stringify makes a text of other values',
  }),
  noInstant: row<{ ms: string }>({
    number: 38,
    message: ({ ms }) => `${ms} milliseconds are no instant that a clock can show`,
    hint: 'time is in milliseconds since 1970, within 8.64e15 of it',
  }),
  badServerTls: row<{ mode: string }>({
    number: 40,
    message: ({ mode }) => `${JSON.stringify(mode)} is no way to speak TLS that has all it needs`,
    hint: 'give what http_server_tls_plain, _edge, _pem or _self_signed_dev made',
  }),
  badCertificateHost: row<{ host: string }>({
    number: 41,
    message: ({ host }) => `a certificate cannot be for the host ${JSON.stringify(host)}`,
    hint: 'give names like `localhost` or `*.tea.test` and IP addresses, at least one',
  }),
  noCertificates: row<Record<string, never>>({
    number: 42,
    message: () => 'this host makes no certificates',
    hint: 'use http_server_tls_pem, or run on a host with a network',
  }),
  badMemory: row<{ detail: string }>({
    number: 11,
    message: ({ detail }) => `memory: ${detail}`,
  }),
});
