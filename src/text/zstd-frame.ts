// Zstandard frames (RFC 8878) as far as Node without zstd needs them: one that stores its bytes, and the size that a
// frame says its content has.
import { FormatError } from './format-error.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const MOST_IN_BLOCK = 128 * 1024;
/** A single segment with an eight-byte content size and no checksum. */
const DESCRIPTOR = 0xe0;

/** A frame of raw blocks. */
export function storeZstd(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / MOST_IN_BLOCK));
  const out = new Uint8Array(13 + blocks * 3 + bytes.length);
  const view = new DataView(out.buffer);
  out.set(MAGIC);
  out[4] = DESCRIPTOR;
  view.setBigUint64(5, BigInt(bytes.length), true);
  let at = 13;
  for (let block = 0; block < blocks; block += 1) {
    const part = bytes.subarray(block * MOST_IN_BLOCK, (block + 1) * MOST_IN_BLOCK);
    const header = (part.length << 3) | (block === blocks - 1 ? 1 : 0);
    out.set([header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff], at);
    out.set(part, at + 3);
    at += 3 + part.length;
  }
  return out;
}

/** What the first frame says of its content; undefined when it does not say. */
export function zstdContentSize(bytes: Uint8Array): number | undefined {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new FormatError('this is not a zstd frame');
  }
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const width = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  if (width === 0) return undefined;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  let size = width === 2 ? 256 : 0;
  const start = 5 + (isSingle ? 0 : 1) + dictionary;
  for (let i = 0; i < width; i += 1) size += (bytes[start + i] ?? 0) * 2 ** (8 * i);
  return size;
}
