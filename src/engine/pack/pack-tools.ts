// What the rest of the program may use of packs; loaded by `loadPackTools` when somebody makes, checks or runs one.
export { packErrors } from './errors.ts';
export { checkPack, type MadePack, makePack, type Pack, type PackOptions, unpack } from './pack.ts';
export { PackCache } from './pack-cache.ts';
export { packSourceFs } from './pack-files.ts';
export { keyId, parseTrustedKeys } from './signature.ts';
