// The tar inside of a pack: plain files with fixed owner, time and mode, so equal content gives equal bytes. Reading takes
// nothing else: no links, no devices, no folders, no extended headers but that of a long name.
import { checkEntryPath } from './entry-path.ts';
import { packErrors } from './errors.ts';

/** A file of a pack. */
export interface PackEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
const NAME = 100;
const MAX_ENTRIES = 10_000;
/** Other writers fill their last record up to this size. */
const RECORD = 20 * BLOCK;
const MODE = 0o644;
const LONG_NAME = '././@LongLink';

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Entries in the order given. */
export function writeTar(entries: readonly PackEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { path, bytes } of entries) {
    checkEntryPath(path);
    const name = ENCODER.encode(path);
    if (name.length > NAME) {
      const long = new Uint8Array([...name, 0]);
      parts.push(header(ENCODER.encode(LONG_NAME), long.length, 'L'), padded(long));
    }
    parts.push(header(name.subarray(0, NAME), bytes.length, '0'), padded(bytes));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return Buffer.concat(parts);
}

function header(name: Uint8Array, size: number, type: '0' | 'L'): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(ENCODER.encode(text), at);
  block.set(name, 0);
  put(100, `${octal(MODE, 7)}\0`);
  put(108, `${octal(0, 7)}\0`);
  put(116, `${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)}\0`);
  put(136, `${octal(0, 11)}\0`);
  put(156, type);
  put(257, 'ustar  \0');
  put(148, `${octal(checksum(block), 6)}\0 `);
  return block;
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width, '0');
}

/** The sum of a header whose own checksum field counts as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
  return sum;
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK);
  out.set(bytes);
  return out;
}

/** Every entry, in order. Paths are checked one by one; whether they go together is for the caller. */
export function readTar(tar: Uint8Array): readonly PackEntry[] {
  const entries: PackEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; ; ) {
    const block = tar.subarray(at, at + BLOCK);
    if (block.length < BLOCK) throw packErrors.truncated({ reason: 'its archive has no end' });
    if (isZero(block)) {
      if (longName !== undefined) throw packErrors.damaged({ reason: 'a long name has no file' });
      checkEnd(tar, at);
      return entries;
    }
    if (entries.length === MAX_ENTRIES) {
      throw packErrors.tooBig({ what: 'its number of files', limit: String(MAX_ENTRIES) });
    }
    const { name, size, type } = readHeader(block);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) {
      throw packErrors.truncated({ reason: `it ends inside of ${JSON.stringify(name)}` });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L') {
      if (longName !== undefined || size > 2 * 1024) {
        throw packErrors.damaged({ reason: 'a long name is malformed' });
      }
      longName = textOf(content.at(-1) === 0 ? content.subarray(0, -1) : content);
      continue;
    }
    const path = longName ?? name;
    longName = undefined;
    if (type !== '0' && type !== '\0') throw packErrors.notAFile({ path, kind: kindOf(type) });
    checkEntryPath(path);
    entries.push({ path, bytes: content.slice() });
  }
}

/** Two zero blocks end the archive; behind them, zeros that fill a record and nothing else. */
function checkEnd(tar: Uint8Array, at: number): void {
  const rest = tar.subarray(at);
  if (rest.length < 2 * BLOCK) throw packErrors.truncated({ reason: 'its archive has no end' });
  const extra = rest.length - 2 * BLOCK;
  if (extra >= RECORD || !isZero(rest)) {
    throw packErrors.trailing({ bytes: extra, where: 'archive' });
  }
}

function readHeader(block: Uint8Array) {
  const name = textOf(until0(block.subarray(0, NAME)));
  const magic = Buffer.from(block.subarray(257, 263)).toString('latin1');
  if (!magic.startsWith('ustar')) throw packErrors.damaged({ reason: 'a header is malformed' });
  if (readOctal(block.subarray(148, 156)) !== checksum(block)) {
    throw packErrors.damaged({ reason: `the header of ${JSON.stringify(name)} does not add up` });
  }
  // POSIX tar continues names in a prefix field; GNU tar, which packs are, keeps other things there.
  const prefix = magic === 'ustar\0' ? textOf(until0(block.subarray(345, 500))) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: readOctal(block.subarray(124, 136)),
    type: String.fromCharCode(block[156] ?? 0),
  };
}

function readOctal(field: Uint8Array): number {
  const text = Buffer.from(field)
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (!/^[0-7]{1,12}$/.test(text)) throw packErrors.damaged({ reason: 'a header is malformed' });
  return Number.parseInt(text, 8);
}

function until0(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

function textOf(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch (error) {
    const path = JSON.stringify(Buffer.from(bytes).toString('latin1'));
    throw packErrors.badPath({ path, reason: 'it is no UTF-8 text' }, { cause: error });
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

const KINDS: { readonly [type: string]: string } = {
  1: 'a hard link',
  2: 'a symbolic link',
  3: 'a device',
  4: 'a device',
  5: 'a folder',
  6: 'a pipe',
  x: 'an extended header',
  g: 'an extended header',
};

function kindOf(type: string): string {
  return KINDS[type] ?? 'of an unknown kind';
}
