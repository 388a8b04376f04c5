// IP addresses as bytes, and whether one is in a range.

/** The bytes of an address, 4 or 16; undefined when the text is none. An IPv4 address written as IPv6 is that of IPv4. */
export function parseAddress(text: string): Uint8Array | undefined {
  const bytes = text.includes(':') ? parseV6(text) : parseV4(text);
  const isMapped =
    bytes?.length === 16 &&
    bytes.subarray(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255;
  return isMapped ? bytes.slice(12) : bytes;
}

/** Whether the first `bits` of two addresses of one kind are the same. */
export function isInRange(
  address: Uint8Array | undefined,
  base: Uint8Array,
  bits: number,
): boolean {
  if (address === undefined || address.length !== base.length) return false;
  return base.every((byte, i) => {
    const left = Math.min(8, Math.max(0, bits - i * 8));
    const mask = (0xff << (8 - left)) & 0xff;
    return (byte & mask) === ((address[i] ?? 0) & mask);
  });
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): Uint8Array | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...new Array<number>(Math.max(0, missing)).fill(0), ...after];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined)
      groups.push(((v4[0] ?? 0) << 8) | (v4[1] ?? 0), ((v4[2] ?? 0) << 8) | (v4[3] ?? 0));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
