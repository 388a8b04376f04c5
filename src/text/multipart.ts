// multipart/form-data (RFC 7578), as far as a buffered body needs it: the parts of a body, and a body made of parts.
import { decodeUtf8, encodeUtf8 } from './encoding.ts';
import { FormatError } from './format-error.ts';

/** One part of a form. Header names are in lower case. */
export interface FormPart {
  readonly name: string;
  readonly filename: string | undefined;
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Uint8Array;
}

/** What a body may be; what goes beyond is refused. */
export interface FormLimits {
  readonly maxTotalBytes: number;
  readonly maxFieldBytes: number;
  readonly maxFields: number;
}

/** The boundary that a content type names. */
export function boundaryOf(contentType: string): string {
  const match = /^\s*multipart\/form-data\s*(?:;|$)/i.test(contentType)
    ? /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType)
    : null;
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined || boundary.length > 70) {
    throw new FormatError('the content type is not multipart/form-data with a boundary');
  }
  return boundary;
}

/** The parts of a body, in order. */
export function parseForm(body: Uint8Array, boundary: string, limits: FormLimits): FormPart[] {
  if (body.length > limits.maxTotalBytes) {
    throw new FormatError(`the body is larger than ${limits.maxTotalBytes} bytes`);
  }
  // Latin-1 keeps one character per byte, so that places in the text are places in the bytes.
  const text = latin1(body);
  const parts: FormPart[] = [];
  let at = openingOf(text, boundary);
  for (;;) {
    const mark = text.slice(at, at + 2);
    if (mark === '--') return parts;
    if (mark !== '\r\n') throw new FormatError('a boundary is followed by other text');
    const end = text.indexOf(`\r\n--${boundary}`, at);
    if (end === -1) throw new FormatError('the last boundary is missing');
    if (parts.length >= limits.maxFields) {
      throw new FormatError(`there are more than ${limits.maxFields} fields`);
    }
    parts.push(partOf(body, text, at + 2, end, limits.maxFieldBytes));
    at = end + 4 + boundary.length;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Behind the first boundary; text before it is a preamble that nobody reads. */
function openingOf(text: string, boundary: string): number {
  if (text.startsWith(`--${boundary}`)) return 2 + boundary.length;
  const at = text.indexOf(`\r\n--${boundary}`);
  if (at === -1) throw new FormatError('the boundary is not in the body');
  return at + 4 + boundary.length;
}

function partOf(
  body: Uint8Array,
  text: string,
  start: number,
  end: number,
  most: number,
): FormPart {
  const blank =
    text.slice(start, start + 2) === '\r\n' ? start - 2 : text.indexOf('\r\n\r\n', start);
  if (blank === -1 || blank > end)
    throw new FormatError('a part has no blank line after its headers');
  const headers = headersOf(body.slice(start, Math.max(start, blank)));
  const content = body.slice(Math.min(blank + 4, end), end);
  if (content.length > most) throw new FormatError(`a field is larger than ${most} bytes`);
  const disposition = headers.get('content-disposition') ?? '';
  const name = parameterOf(disposition, 'name');
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) {
    throw new FormatError('a part has no name');
  }
  return { name, filename: parameterOf(disposition, 'filename'), headers, content };
}

function headersOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of (decodeUtf8(bytes, { lossy: true }) ?? '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

function parameterOf(disposition: string, name: string): string | undefined {
  const pattern = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i');
  const match = pattern.exec(disposition);
  const quoted = match?.[1]?.replace(/\\(["\\])/g, '$1').replace(/%(22|0D|0A)/gi, percentChar);
  return quoted ?? match?.[2];
}

function percentChar(_: string, code: string): string {
  return String.fromCharCode(Number.parseInt(code, 16));
}

/** A body of parts. The boundary must not be in any of them. */
export function formatForm(parts: readonly FormPart[], boundary: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const { name, filename, headers, content } of parts) {
    if (latin1(content).includes(`--${boundary}`)) {
      throw new FormatError('the boundary is in the content of a field');
    }
    const file = filename === undefined ? '' : `; filename="${escaped(filename)}"`;
    const lines = [`content-disposition: form-data; name="${escaped(name)}"${file}`];
    for (const [key, value] of headers) lines.push(`${key}: ${value}`);
    if (lines.some((line) => /[\r\n]/.test(line)))
      throw new FormatError('a header has a line break');
    pieces.push(encodeUtf8(`--${boundary}\r\n${lines.join('\r\n')}\r\n\r\n`), content);
    pieces.push(encodeUtf8('\r\n'));
  }
  pieces.push(encodeUtf8(`--${boundary}--\r\n`));
  return Uint8Array.from(Buffer.concat(pieces));
}

/** As browsers do it: percent escapes for what would end the quoted text. */
function escaped(text: string): string {
  return text.replace(/[\r\n"]/g, (char) => (char === '"' ? '%22' : char === '\r' ? '%0D' : '%0A'));
}
