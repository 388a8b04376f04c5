// Chance for short runs. Loading the platform's generator takes longer than a small program runs, and all it needs are some
// ids and a key: their bytes are read from the kernel's device, which is as good; whoever needs more gets the generator.
import { closeSync, openSync, readSync } from 'node:fs';
import { type Random, systemRandom } from '../../base/index.ts';

const DEVICE = '/dev/urandom';
const FIRST_BYTES = 1024;

/** The real source of chance of a host. */
export function createNodeRandom(readDevice: (count: number) => Uint8Array = readKernel): Random {
  let left: Uint8Array | undefined;
  return {
    next: () => systemRandom.next(),
    bytes(count) {
      left ??= readDevice(FIRST_BYTES);
      if (count > left.length) return systemRandom.bytes(count);
      const taken = left.slice(0, count);
      left = left.subarray(count);
      return taken;
    },
  };
}

/** Nothing where there is no such device. */
function readKernel(count: number): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(DEVICE, 'r');
    const bytes = new Uint8Array(count);
    return bytes.subarray(0, readSync(file, bytes, 0, count, null));
  } catch {
    return new Uint8Array(0);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
