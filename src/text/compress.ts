// Compression of bytes: gzip, deflate, brotli and zstd. What was compressed may not grow beyond a bound when it is
// unpacked, because a few bytes can stand for gigabytes.
import * as zlib from 'node:zlib';
import { decompress as inflateZstd } from 'fzstd';
import { FormatError } from './format-error.ts';
import { storeZstd, zstdContentSize } from './zstd-frame.ts';

export type Compression = 'gzip' | 'deflate' | 'brotli' | 'zstd';

/** The levels of each format: least, most, and what is used when none is given. */
export const COMPRESSION_LEVELS: {
  readonly [K in Compression]: { readonly least: number; readonly most: number };
} = {
  gzip: { least: 0, most: 9 },
  deflate: { least: 0, most: 9 },
  brotli: { least: 0, most: 11 },
  zstd: { least: 1, most: 22 },
};

/** What unpacked bytes may come to. */
export const MOST_UNPACKED = 256 * 1024 * 1024;

/** Zstandard in `node:zlib`, which Node has since 22.15. */
interface NativeZstd {
  zstdCompressSync?(bytes: Uint8Array, options: { params: { [key: number]: number } }): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}
const native: NativeZstd = zlib as NativeZstd;
const ZSTD_COMPRESSION_LEVEL = 100;

/** Compressed bytes. The level is one of the format's own; each has a default. */
export function compress(format: Compression, bytes: Uint8Array, level?: number): Uint8Array {
  switch (format) {
    case 'gzip':
      return plain(zlib.gzipSync(bytes, level === undefined ? {} : { level }));
    case 'deflate':
      return plain(zlib.deflateSync(bytes, level === undefined ? {} : { level }));
    case 'brotli':
      return plain(
        zlib.brotliCompressSync(
          bytes,
          level === undefined ? {} : { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: level } },
        ),
      );
    case 'zstd':
      return compressZstd(bytes, level ?? 3);
  }
}

/** The bytes that were compressed. */
export function decompress(
  format: Compression,
  bytes: Uint8Array,
  maxOutputLength = MOST_UNPACKED,
): Uint8Array {
  try {
    switch (format) {
      case 'gzip':
        return plain(zlib.gunzipSync(bytes, { maxOutputLength }));
      case 'deflate':
        return plain(zlib.inflateSync(bytes, { maxOutputLength }));
      case 'brotli':
        return plain(zlib.brotliDecompressSync(bytes, { maxOutputLength }));
      case 'zstd':
        return decompressZstd(bytes, maxOutputLength);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(error instanceof Error ? error.message : String(error));
  }
}

/** Without zstd in Node a frame is written that holds the bytes as they are: correct, and no smaller. */
function compressZstd(bytes: Uint8Array, level: number): Uint8Array {
  const options = { params: { [ZSTD_COMPRESSION_LEVEL]: level } };
  const packed = native.zstdCompressSync?.(bytes, options);
  return packed === undefined ? storeZstd(bytes) : plain(packed);
}

function decompressZstd(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  if (native.zstdDecompressSync !== undefined) {
    return plain(native.zstdDecompressSync(bytes, { maxOutputLength }));
  }
  const size = zstdContentSize(bytes);
  if (size !== undefined && size > maxOutputLength) {
    throw new FormatError(`the content is larger than ${maxOutputLength} bytes`);
  }
  const content = inflateZstd(bytes);
  if (content.length > maxOutputLength) {
    throw new FormatError(`the content is larger than ${maxOutputLength} bytes`);
  }
  return content;
}

/** Node's Buffers print and compare in their own way; programs get bytes. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
