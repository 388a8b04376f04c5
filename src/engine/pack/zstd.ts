// Zstandard, whose reader is never led by what a file claims: the frame is walked first, so its end is known to the
// byte, and it is unpacked block by block, so its size is known before it hurts. The codec is the reference one, as WebAssembly; it loads
// when a pack is made or read, and writes the same bytes on every version of Node.
import { HarnError } from '../../base/index.ts';
import { packErrors } from './errors.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;
const LEVEL = 19;
const MIB = 1024 * 1024;
const BLOCK = 128 * 1024;
/** What a whole archive may come to. */
export const MAX_UNPACKED = 100 * MIB;
/** What a pack of ours may come to: far from what a reader refuses. */
const MAX_PACKED = 32 * MIB;
/** Below this size any ratio is harmless; above it, text does not shrink more than this. */
const FREE_OF_RATIO = 8 * MIB;
const MAX_RATIO = 200;
/** The largest window of the usual levels of compression. */
const MAX_WINDOW = 128 * MIB;

/** Whether bytes begin as a Zstandard frame does. */
export function isZstd(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** One frame. What is bigger than can be read again is not made. */
export async function compress(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length > MAX_PACKED) {
    throw packErrors.tooBig({ what: 'unpacked', limit: `${MAX_PACKED / MIB} MiB` });
  }
  return (await codec()).compress(bytes, LEVEL);
}

/** The content of exactly one frame; anything less, more, or bigger than the limits is refused. */
export async function decompress(bytes: Uint8Array): Promise<Uint8Array> {
  const { contentSize, ends } = walkFrame(bytes);
  if (contentSize !== undefined) checkSize(contentSize, bytes.length);
  const zstd = await codec();
  const parts: Uint8Array[] = [];
  let size = 0;
  let from = 0;
  try {
    zstd.reset();
    // Block by block: no claim decides how much memory is used, and too much shows as soon as it is there.
    for (const end of ends) {
      const part = zstd.decompressChunk(bytes.subarray(from, end), BLOCK);
      from = end;
      size += part.length;
      checkSize(size, bytes.length);
      parts.push(part);
    }
  } catch (error) {
    if (HarnError.is(error)) throw error;
    throw packErrors.damaged({ reason: 'it cannot be unpacked' }, { cause: error });
  }
  if (contentSize !== undefined && size !== contentSize) {
    throw packErrors.damaged({ reason: 'it does not unpack to the size it names' });
  }
  return Buffer.concat(parts, size);
}

function checkSize(unpacked: number, packed: number): void {
  if (unpacked > MAX_UNPACKED) {
    throw packErrors.tooBig({ what: 'unpacked', limit: `${MAX_UNPACKED / MIB} MiB` });
  }
  if (unpacked > FREE_OF_RATIO && unpacked > packed * MAX_RATIO) {
    const what = `it unpacks to ${Math.round(unpacked / packed)} times its size`;
    throw packErrors.tooBig({ what, limit: `${MAX_RATIO} times above ${FREE_OF_RATIO / MIB} MiB` });
  }
}

/** What the headers say: the size of the content where the frame names it, and where each block ends. */
function walkFrame(bytes: Uint8Array): { contentSize: number | undefined; ends: number[] } {
  if (!isZstd(bytes)) throw packErrors.notAPack({ reason: 'it is no Zstandard file' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { contentSize, blocksAt, checksum } = readHeader(view);
  const ends: number[] = [];
  for (let at = blocksAt; ; ) {
    need(view, at + 3);
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (head >> 1) & 3;
    const size = head >> 3;
    if (type === 3 || size > BLOCK) throw packErrors.damaged({ reason: 'a block is malformed' });
    // Type 1 repeats one byte.
    at += 3 + (type === 1 ? 1 : size);
    const isLast = (head & 1) === 1;
    if (isLast) at += checksum;
    need(view, at);
    ends.push(at);
    if (!isLast) continue;
    if (at < bytes.length) throw packErrors.trailing({ bytes: bytes.length - at, where: 'end' });
    return { contentSize, ends };
  }
}

function readHeader(view: DataView) {
  need(view, 6);
  const flags = view.getUint8(4);
  if ((flags & 8) !== 0 || (flags & 3) !== 0) {
    throw packErrors.damaged({ reason: 'it asks for a dictionary or a later format' });
  }
  const isSingle = (flags & 32) !== 0;
  let at = 5;
  if (!isSingle) {
    const window = view.getUint8(at);
    const base = 2 ** (10 + (window >> 3));
    if (base + (base / 8) * (window & 7) > MAX_WINDOW) {
      throw packErrors.tooBig({ what: 'its window', limit: `${MAX_WINDOW / MIB} MiB` });
    }
    at += 1;
  }
  const sizeFlag = flags >> 6;
  const sizeBytes = sizeFlag === 0 ? Number(isSingle) : 1 << sizeFlag;
  need(view, at + sizeBytes);
  return {
    contentSize: sizeBytes === 0 ? undefined : readSize(view, at, sizeBytes),
    blocksAt: at + sizeBytes,
    checksum: (flags & 4) === 0 ? 0 : 4,
  };
}

function readSize(view: DataView, at: number, bytes: number): number {
  switch (bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}

function need(view: DataView, end: number): void {
  if (end > view.byteLength) {
    throw packErrors.truncated({ reason: `it has ${view.byteLength} bytes and goes on` });
  }
}

async function codec() {
  const { Zstd } = await import('@hpcc-js/wasm-zstd');
  return Zstd.load();
}
