// What can be wrong with a pack: while it is made, when its file is read, and when somebody wants to run it.
import { defineErrors, row } from '../../base/index.ts';

const NOT_FROM_HERE = 'Do not use this file. Get it again from whoever made it.';

/** Codes 1 to 19: making one. 20 to 49: the file. 50 and above: whether it may run. */
export const packErrors = defineErrors('PAK', {
  outsideRoot: row<{ module: string; root: string }>({
    number: 1,
    message: ({ module, root }) => `${module} lies outside of ${root} and cannot be packed`,
    hint: 'Everything a pack needs lies at or below the folder with harn.toml (else: the folder of the entry).',
  }),
  notAKey: row<{ path: string; wanted: string }>({
    number: 2,
    message: ({ path, wanted }) => `${path} holds no ${wanted}`,
    hint: 'Make a pair with `openssl genpkey -algorithm ed25519 -out key.pem` and `openssl pkey -in key.pem -pubout`.',
  }),
  keyUnreadable: row<{ path: string; reason: string }>({
    number: 3,
    message: ({ path, reason }) => `cannot read the key file ${path}: ${reason}`,
  }),
  notWritten: row<{ path: string; reason: string }>({
    number: 4,
    message: ({ path, reason }) => `cannot write ${path}: ${reason}`,
  }),
  notCompiled: row<{ entry: string; first: string }>({
    number: 5,
    message: ({ entry, first }) => `${entry} has errors and cannot be packed: ${first}`,
    hint: ({ entry }) => `See them with \`harn check ${entry}\`.`,
  }),
  unreadable: row<{ path: string; reason: string }>({
    number: 20,
    message: ({ path, reason }) => `cannot read the pack ${path}: ${reason}`,
  }),
  notAPack: row<{ reason: string }>({
    number: 21,
    message: ({ reason }) => `this is not a pack: ${reason}`,
  }),
  truncated: row<{ reason: string }>({
    number: 22,
    message: ({ reason }) => `the pack is cut off: ${reason}`,
    hint: NOT_FROM_HERE,
  }),
  trailing: row<{ bytes: number; where: string }>({
    number: 23,
    message: ({ bytes, where }) => `${bytes} bytes too many stand behind the ${where} of the pack`,
    hint: NOT_FROM_HERE,
  }),
  tooBig: row<{ what: string; limit: string }>({
    number: 24,
    message: ({ what, limit }) => `the pack is too big: ${what} (the limit is ${limit})`,
    hint: NOT_FROM_HERE,
  }),
  badPath: row<{ path: string; reason: string }>({
    number: 25,
    message: ({ path, reason }) => `the pack has an entry with a bad path, ${path}: ${reason}`,
    hint: NOT_FROM_HERE,
  }),
  notAFile: row<{ path: string; kind: string }>({
    number: 26,
    message: ({ path, kind }) =>
      `the entry ${path} of the pack is ${kind}; only plain files may be`,
    hint: NOT_FROM_HERE,
  }),
  duplicate: row<{ path: string; other: string }>({
    number: 27,
    message: ({ path, other }) => `two entries of the pack would be one file: ${path} and ${other}`,
    hint: NOT_FROM_HERE,
  }),
  damaged: row<{ reason: string }>({
    number: 28,
    message: ({ reason }) => `the pack is damaged: ${reason}`,
    hint: NOT_FROM_HERE,
  }),
  badManifest: row<{ reason: string }>({
    number: 29,
    message: ({ reason }) => `the manifest of the pack is not right: ${reason}`,
  }),
  unknownVersion: row<{ found: number; known: number }>({
    number: 30,
    message: ({ found, known }) =>
      `the manifest of the pack has version ${found}, this harn reads ${known}`,
    hint: 'Make the pack again, or run it with the version of harn that made it.',
  }),
  contentMismatch: row<{ path: string; expected: string; found: string }>({
    number: 31,
    message: ({ path }) => `${path} is not what the manifest of the pack says it is`,
    hint: NOT_FROM_HERE,
  }),
  missingEntry: row<{ path: string }>({
    number: 32,
    message: ({ path }) => `the manifest of the pack names ${path}, which is not in it`,
    hint: NOT_FROM_HERE,
  }),
  unlistedEntry: row<{ path: string }>({
    number: 33,
    message: ({ path }) => `the manifest of the pack does not name ${path}, which is in it`,
    hint: NOT_FROM_HERE,
  }),
  secretInside: row<{ path: string; line: number; reason: string }>({
    number: 34,
    message: ({ path, line, reason }) => `${path}:${line} contains a secret in clear (${reason})`,
    hint: 'Read it from the environment when the program runs. Nothing was written.',
  }),
  badSignature: row<{ reason: string }>({
    number: 50,
    message: ({ reason }) => `the signature of the pack does not hold: ${reason}`,
    hint: NOT_FROM_HERE,
  }),
  unsigned: row<{ path: string }>({
    number: 51,
    message: ({ path }) => `${path} is not signed by anybody`,
    hint: 'Ask for a signed pack, or add --allow-unsigned if you know where it comes from.',
  }),
  untrusted: row<{ path: string; key_id: string; public_key: string }>({
    number: 52,
    message: ({ path, key_id }) => `${path} is signed by a key that you do not trust: ${key_id}`,
    hint: ({ public_key }) =>
      `If you know whose key it is, put ${public_key} into a file and name it with --trust FILE, or add it to the trusted-keys file of this user.`,
  }),
  otherVersion: row<{ pack: string; here: string }>({
    number: 53,
    message: ({ pack, here }) => `the pack was made with harn ${pack}; this is harn ${here}`,
    hint: 'Packs run with the major and minor version they were made with. Make it again.',
  }),
});
