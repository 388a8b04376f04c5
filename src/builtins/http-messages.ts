// HTTP messages as data: responses, their headers, and frames of server-sent events. Nothing here connects to anything.
import { sseFields, sseFrame } from '../runtime/io/index.ts';
import {
  asDouble,
  type Dict,
  dictFrom,
  dictGet,
  dictKeys,
  dictSet,
  display,
  isBytes,
  isDict,
  jsonStringify,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { optionBag } from './option-bag.ts';

/** Names in lower case, values as text. */
function headersOf(given: Value): Dict {
  if (!isDict(given)) return dictFrom([]);
  return dictFrom(
    dictKeys(given).map((name) => [name.toLowerCase(), display(dictGet(given, name) ?? null)]),
  );
}

function response(status: Value, body: Value, headers: Value, type?: string): Dict {
  const named = headersOf(headers);
  const typed =
    type === undefined || dictGet(named, 'content-type') !== undefined
      ? named
      : dictSet(named, 'content-type', type);
  const code = status === null ? 200 : asDouble(status);
  if (code === undefined || !Number.isInteger(code) || code < 100 || code > 599) {
    throw wrong.argument({
      builtin: 'http_response',
      detail: 'the status is a number from 100 to 599',
    });
  }
  return dictFrom([
    ['status', code],
    ['headers', typed],
    ['body', body],
  ]);
}

const option = (builtin: string, options: Value, name: string): Value =>
  dictGet(optionBag(builtin, options, ['status', 'headers']), name) ?? null;

/** A header of a message, or of the headers themselves, whatever the case of its name. */
function header(message: Value, name: string): Value {
  if (!isDict(message)) return null;
  const inner = dictGet(message, 'headers');
  const headers = isDict(inner ?? null) ? (inner as Dict) : message;
  const found = dictKeys(headers).find((each) => each.toLowerCase() === name.toLowerCase());
  return found === undefined ? null : (dictGet(headers, found) ?? null);
}

export function httpMessageRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'http_response(status: int, body: any?, headers: dict?) -> dict',
      { doc: 'A response as data: `{status, headers, body}`. Names of headers are in lower case.' },
      (_, status, body = null, headers = null) => response(status, body, headers),
    ),
    builtin(
      'http_response_text(text: any, options: dict?) -> dict',
      { doc: 'A response with text. Options: `status` (200), `headers`.' },
      (_, text, options = null) =>
        response(
          option('http_response_text', options, 'status'),
          display(text),
          option('http_response_text', options, 'headers'),
          'text/plain; charset=utf-8',
        ),
    ),
    builtin(
      'http_response_json(value: any, options: dict?) -> dict',
      {
        doc: 'A response with JSON. Options: `status` (200), `headers`.',
      },
      (_, value, options = null) =>
        response(
          option('http_response_json', options, 'status'),
          jsonStringify(value),
          option('http_response_json', options, 'headers'),
          'application/json',
        ),
    ),
    builtin(
      'http_response_bytes(content: any, options: dict?) -> dict',
      { doc: 'A response with bytes; text is taken as UTF-8. Options: `status` (200), `headers`.' },
      (_, content, options = null) =>
        response(
          option('http_response_bytes', options, 'status'),
          isBytes(content) ? content : new TextEncoder().encode(display(content)),
          option('http_response_bytes', options, 'headers'),
          'application/octet-stream',
        ),
    ),
    builtin(
      'http_header(message: dict, name: string) -> any',
      {
        doc: 'A header of a request, a response or a dict of headers, whatever the case of its name; nil when there is none.',
      },
      (_, message, name) => header(message, display(name)),
    ),
    builtin(
      'sse_event(event: any, options: dict?) -> string',
      {
        doc: 'A frame of server-sent events, of a text or of `{event, id, retry_ms, data}`; data that is no text as JSON.',
      },
      (_, event, options = null) => sseFrame(sseFields(toData(event), toData(options))),
    ),
  ];
}
