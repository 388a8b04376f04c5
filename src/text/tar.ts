// Tar archives: written as ustar, with a pax header where a name does not fit; read as ustar, GNU and pax. Only files
// and folders matter; links and devices are passed over.
import { decodeUtf8, encodeUtf8 } from './encoding.ts';
import { FormatError } from './format-error.ts';

/** One file of an archive. */
export interface TarEntry {
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

const BLOCK = 512;

/** An archive of files, in this order. */
export function createTar(entries: readonly TarEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const place = placeOf(entry.path);
    if (place === undefined) {
      const pax = encodeUtf8(paxRecord('path', entry.path));
      parts.push(header('././@PaxHeader', '', { ...entry, content: pax }, 'x'), padded(pax));
    }
    const { name, prefix } = place ?? { name: `long/${parts.length}`, prefix: '' };
    const type = entry.path.endsWith('/') ? '5' : '0';
    parts.push(header(name, prefix, entry, type), padded(entry.content));
  }
  return joined([...parts, new Uint8Array(2 * BLOCK)]);
}

/** The files of an archive, in its order. */
export function extractTar(bytes: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  let at = 0;
  // Some writers leave out the blocks of zeros at the end; less than one block is no archive at all.
  if (bytes.length > 0 && bytes.length < BLOCK) throw new FormatError('this is not a tar archive');
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const head = bytes.subarray(at, at + BLOCK);
    checkSum(head);
    const size = octal(head, 124, 12);
    const content = bytes.slice(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new FormatError('the archive ends inside of a file');
    const type = String.fromCharCode(head[156] ?? 0);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x') longName = paxPath(content) ?? longName;
    else if (type === 'L') longName = text(content, 0, content.length);
    else {
      if (type === '0' || type === '\0' || type === '7') {
        const { mode, mtime } = { mode: octal(head, 100, 8), mtime: octal(head, 136, 12) };
        entries.push({ path: longName ?? nameOf(head), content, mode, mtime });
      }
      if (type !== 'g') longName = undefined;
    }
  }
  return entries;
}

/** Name and prefix of a path; undefined when it does not fit both. */
function placeOf(path: string): { name: string; prefix: string } | undefined {
  if (encodeUtf8(path).length <= 100) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (name === '' || encodeUtf8(prefix).length > 155) break;
    if (encodeUtf8(name).length <= 100) return { name, prefix };
  }
  return undefined;
}

function header(name: string, prefix: string, entry: TarEntry, type: string): Uint8Array {
  const head = new Uint8Array(BLOCK);
  const put = (value: string, at: number) => head.set(encodeUtf8(value), at);
  const number = (value: number, width: number) => value.toString(8).padStart(width - 1, '0');
  put(name, 0);
  put(number(entry.mode, 8), 100);
  put(number(0, 8), 108);
  put(number(0, 8), 116);
  put(number(entry.content.length, 12), 124);
  put(number(entry.mtime, 12), 136);
  put(type, 156);
  put('ustar', 257);
  put('00', 263);
  put(prefix, 345);
  put(`${number(sumOf(head), 7)}\0 `, 148);
  return head;
}

/** The sum of the header's bytes, its own field counted as spaces. */
function sumOf(head: Uint8Array): number {
  return head.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
}

function checkSum(head: Uint8Array): void {
  if (octal(head, 148, 8) !== sumOf(head)) throw new FormatError('this is not a tar archive');
}

/** Octal digits; GNU writes what is too large for them as a big-endian number with the first bit set. */
function octal(head: Uint8Array, at: number, width: number): number {
  if (((head[at] ?? 0) & 0x80) !== 0) {
    let value = 0;
    for (let i = at + 1; i < at + width; i += 1) value = value * 256 + (head[i] ?? 0);
    return value;
  }
  const digits = text(head, at, width).trim();
  if (!/^[0-7]*$/.test(digits)) throw new FormatError('this is not a tar archive');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function nameOf(head: Uint8Array): string {
  const name = text(head, 0, 100);
  const prefix = text(head, 257, 5) === 'ustar' ? text(head, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(bytes: Uint8Array, at: number, width: number): string {
  const field = bytes.subarray(at, at + width);
  const end = field.indexOf(0);
  return decodeUtf8(end === -1 ? field : field.subarray(0, end), { lossy: true }) ?? '';
}

/** `length key=value`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = encodeUtf8(rest).length;
  let length = bytes + String(bytes).length;
  if (String(length).length !== String(bytes).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function paxPath(content: Uint8Array): string | undefined {
  let at = 0;
  let path: string | undefined;
  while (at < content.length) {
    const space = content.indexOf(32, at);
    const length = Number(text(content, at, space - at));
    if (space === -1 || !(length > 0)) throw new FormatError('a pax header is broken');
    const record = decodeUtf8(content.slice(space + 1, at + length - 1), { lossy: true }) ?? '';
    if (record.startsWith('path=')) path = record.slice('path='.length);
    at += length;
  }
  return path;
}

function padded(content: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(content.length / BLOCK) * BLOCK);
  out.set(content);
  return out;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
