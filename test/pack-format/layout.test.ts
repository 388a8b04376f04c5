// The layout of a pack, byte by byte, as it is documented, put together here without any of the code that makes packs.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import * as zlib from 'node:zlib';
import { blake3 } from '@noble/hashes/blake3.js';
import { expect, it } from 'vitest';
import { makePack } from '../../src/engine/pack/pack.ts';
import { packSourceFs } from '../../src/engine/pack/pack-files.ts';
import { decompress } from '../../src/engine/pack/zstd.ts';
import { loadProgram } from '../../src/engine/program.ts';

const FILES: Readonly<Record<string, string>> = {
  'main.harn': 'import "lib/shout"\nprintln(shout("you"))\n',
  'lib/shout.harn': 'pub fn shout(name) { return name + "!" }\n',
};
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

async function packed() {
  const entries = Object.entries(FILES).map(([path, text]) => ({
    path: `sources/${path}`,
    bytes: Buffer.from(text),
  }));
  const fs = packSourceFs(entries, '/project');
  const { program } = await loadProgram({ path: 'main.harn' }, { cwd: '/project', fs });
  if (program === undefined) throw new Error('the program has errors');
  const sign = { pem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })), path: 'k' };
  return makePack(program, { harnVersion: '0.1.0', root: '/project', sign });
}

const hashOf = (content: string | Uint8Array) =>
  `blake3:${Buffer.from(blake3(Buffer.from(content))).toString('hex')}`;

/** A GNU tar header of a plain file: mode 0644, nobody's, at the beginning of time. */
function headerOf(name: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const fields: readonly (readonly [number, string])[] = [
    [0, name],
    [100, '0000644\0'],
    [108, '0000000\0'],
    [116, '0000000\0'],
    [124, `${size.toString(8).padStart(11, '0')}\0`],
    [136, '00000000000\0'],
    [148, '        '],
    [156, '0'],
    [257, 'ustar  \0'],
  ];
  for (const [at, text] of fields) block.write(text, at, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function tarOf(files: readonly (readonly [string, string])[]): Buffer {
  const parts = files.flatMap(([name, text]) => {
    const bytes = Buffer.from(text);
    return [headerOf(name, bytes.length), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

it('is a tar of the manifest and the sources in the order of their paths, compressed with zstd', async () => {
  const { bytes, manifest } = await packed();
  expect([...bytes.subarray(0, 4)]).toEqual([0x28, 0xb5, 0x2f, 0xfd]);
  const expected = tarOf([
    ['harnpack.json', JSON.stringify(manifest)],
    ['sources/lib/shout.harn', FILES['lib/shout.harn'] as string],
    ['sources/main.harn', FILES['main.harn'] as string],
  ]);
  const tar = Buffer.from(await decompress(bytes));
  expect(tar.equals(expected)).toBe(true);
  // Another reader of the compression comes to the same, where this Node has one.
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer };
  const other = zstdDecompressSync?.(bytes);
  expect(other === undefined || other.equals(expected)).toBe(true);
});

it('is known by a hash of its manifest without the signature and of its content, which is what is signed', async () => {
  const { bundleHash, manifest } = await packed();
  const contents = Object.values(FILES).map((text) => `\n${hashOf(text)}`);
  const unsigned = JSON.stringify({ ...manifest, signature: null });
  expect(bundleHash).toBe(hashOf(unsigned + contents.sort().join('')));
  const signature = manifest['signature'] as Readonly<Record<string, string>>;
  expect(Object.keys(signature)).toEqual([
    'key_id',
    'public_key',
    'signature',
    'manifest_hash_blake3',
    'algorithm',
  ]);
  expect(signature).toMatchObject({ algorithm: 'ed25519', manifest_hash_blake3: bundleHash });
  expect(signature['public_key']).toMatch(/^[0-9a-f]{64}$/);
  expect(signature['signature']).toMatch(/^[0-9a-f]{128}$/);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  expect(signature['public_key']).toBe(der.subarray(-32).toString('hex'));
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const bytes = Buffer.from(signature['signature'] as string, 'hex');
  expect(verify(null, Buffer.from(bundleHash), key, bytes)).toBe(true);
});

it('has every field of the published manifest, in its order', async () => {
  const { manifest } = await packed();
  expect(Object.keys(manifest)).toEqual([
    'schema_version',
    'entrypoint',
    'transitive_modules',
    'stdlib_version',
    'harn_version',
    'provider_catalog_hash',
    'tool_manifest',
    'sbom',
    'signature',
    'parent_trust_record_id',
    'id',
    'name',
    'version',
    'triggers',
    'workflow',
    'prompt_capsules',
    'policy',
    'connectors',
    'environment',
    'receipts',
    'metadata',
  ]);
  expect(manifest).toMatchObject({
    schema_version: 2,
    entrypoint: 'main.harn',
    transitive_modules: Object.entries(FILES)
      .map(([path, text]) => ({ path, source_hash_blake3: hashOf(text), harnbc_hash_blake3: '' }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    sbom: {
      format: 'spdx-lite',
      version: '2.3',
      packages: [
        {
          name: 'main',
          version: null,
          package_hash_blake3: expect.any(String) as string,
          license: null,
        },
      ],
      relationships: [],
    },
    policy: {
      autonomy_tier: 'act_with_approval',
      approval_required: [],
      retry: { max_attempts: 1, backoff: 'none' },
      catchup: { mode: 'latest', max_events: 1 },
    },
    environment: { repo_setup_profile: null, worktree_policy: 'host_managed', command_gates: [] },
    receipts: { run_id: null, event_ids: [], workflow_version: null, graph_digest: null },
  });
});
