// Methods of bytes.
import { slice } from '../access.ts';
import { toIter } from '../source.ts';
import { arg, intArg, type PlainMethods, plainMethods } from './method.ts';

export const bytesMethods: PlainMethods<Uint8Array> = plainMethods<Uint8Array>(
  {
    count: (bytes) => bytes.length,
    empty: (bytes) => bytes.length === 0,
    slice: (bytes, args) => slice(bytes, intArg(args, 0, 0), arg(args, 1)),
    to_list: (bytes) => [...bytes],
    iter: (bytes) => toIter(bytes),
  },
  { len: 'count', size: 'count' },
);
