// Archives that no writer of ours makes, byte by byte.

/** A tar header with a right checksum and anything else one wants. */
export function tarHeader({
  path,
  size,
  type = '0',
}: {
  path: string;
  size: number;
  type?: string;
}) {
  const block = Buffer.alloc(512);
  block.write(path, 0, 100);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar  \0', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const BLOCK = 128 * 1024;

function blockHeader(size: number, type: number, isLast: boolean): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3);
  return head;
}

/** A Zstandard frame that repeats one byte, block after block, and does not say how often. */
export function rleFrame(blocks: number): Buffer {
  const parts: Buffer[] = [MAGIC, Buffer.from([0, 0x58])];
  for (let i = 1; i <= blocks; i += 1) {
    parts.push(blockHeader(BLOCK, 1, i === blocks), Buffer.from([0]));
  }
  return Buffer.concat(parts);
}

/** A Zstandard frame of uncompressed blocks, which claims some size or none. */
export function rawFrame(bytes: Uint8Array, claimed?: number): Buffer {
  const parts: Uint8Array[] = [MAGIC];
  if (claimed === undefined) parts.push(Buffer.from([0, 0x58]));
  else {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(claimed));
    parts.push(Buffer.from([0xe0]), size);
  }
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const piece = bytes.subarray(at, at + BLOCK);
    parts.push(blockHeader(piece.length, 0, at + BLOCK >= bytes.length), piece);
  }
  return Buffer.concat(parts);
}
