// Hashes as packs write them: `blake3:` and 64 hex digits.

/** Hashes texts and bytes; loaded before use because it is no part of Node. */
export type Blake3 = (content: string | Uint8Array) => string;

export async function loadBlake3(): Promise<Blake3> {
  const { blake3 } = await import('@noble/hashes/blake3.js');
  return (content) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return `blake3:${Buffer.from(blake3(bytes)).toString('hex')}`;
  };
}
