// Packs as data: equal programs give equal bytes, what is read is checked to the last byte, and hostile files are refused
// with a code before anything of them is used.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/base/index.ts';
import { loadBlake3 } from '../../src/engine/pack/blake3.ts';
import { packErrors } from '../../src/engine/pack/errors.ts';
import { createManifest } from '../../src/engine/pack/manifest.ts';
import { checkPack, makePack, unpack } from '../../src/engine/pack/pack.ts';
import { packSourceFs } from '../../src/engine/pack/pack-files.ts';
import { parseTrustedKeys } from '../../src/engine/pack/signature.ts';
import { type PackEntry, readTar, writeTar } from '../../src/engine/pack/tar.ts';
import { compress, decompress } from '../../src/engine/pack/zstd.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { rawFrame, rleFrame, tarHeader } from './hostile.ts';

const FILES = {
  'main.harn': 'import "lib/greet"\nimport "std/lifecycle"\nprintln(greet("you"))\n',
  'lib/greet.harn': 'pub fn greet(name) { return "hello " + name }\n',
};
const TAR_HASH = '2df38a9c0847a09c11a5fcdab9e3e13ce9aa06a1a1e1a913201ab654dc88dc2d';
const ZSTD_HASH = '96df6cf4155270df5b1699b56200281c6664b7ffb1986d8c5d14cbfcc60eada0';
const PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });

const entriesOf = (files: Readonly<Record<string, string>>, prefix = 'sources/'): PackEntry[] =>
  Object.entries(files).map(([path, text]) => ({ path: prefix + path, bytes: Buffer.from(text) }));

async function programOf(files: Readonly<Record<string, string>>) {
  const fs = packSourceFs(entriesOf(files), '/project');
  const { program } = await loadProgram({ path: 'main.harn' }, { cwd: '/project', fs });
  if (program === undefined) throw new Error('the program has errors');
  return program;
}

async function packOf(files: Readonly<Record<string, string>>, sign = false) {
  const options = sign ? { sign: { pem: String(PEM), path: 'key.pem' } } : {};
  return makePack(await programOf(files), { harnVersion: '0.1.0', root: '/project', ...options });
}

const read = async (bytes: Uint8Array) => checkPack(await unpack(bytes));

/** The code that something is refused with. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const row = packErrors.$docs.find((doc) => doc.code === code);
    return row?.name ?? String(error);
  }
  return 'taken';
}

/** The pack with its files changed by somebody who knows the format. */
async function tampered(bytes: Uint8Array, change: (entries: PackEntry[]) => PackEntry[]) {
  const entries = change([...(await unpack(bytes))]);
  return compress(writeTar(entries));
}

const asJson = ({ bytes }: PackEntry) => JSON.parse(Buffer.from(bytes).toString());
const withJson = (path: string, json: unknown): PackEntry => ({
  path,
  bytes: Buffer.from(JSON.stringify(json)),
});

describe('making packs', () => {
  it('gives the same bytes for the same program, on every machine', async () => {
    const one = await packOf(FILES);
    const reversed = Object.fromEntries(Object.entries(FILES).reverse()) as typeof FILES;
    const two = await packOf(reversed);
    expect(Buffer.compare(one.bytes, two.bytes)).toBe(0);
    expect(
      (await packOf({ ...FILES, 'lib/greet.harn': 'pub fn greet(x) { return x }\n' })).bundleHash,
    ).not.toBe(one.bundleHash);
    // The codec is pinned, so the bytes are, too: a change here makes every pack new.
    const tar = writeTar([{ path: 'harnpack.json', bytes: Buffer.from('{}'.repeat(999)) }]);
    expect(sha256(tar)).toBe(TAR_HASH);
    expect(sha256(await compress(tar))).toBe(ZSTD_HASH);
  });

  it('packs modules with their hashes and leaves the standard library to harn', async () => {
    const pack = await read((await packOf(FILES)).bytes);
    const blake3 = await loadBlake3();
    expect(pack.entries.map(({ path }) => path)).toEqual([
      'sources/lib/greet.harn',
      'sources/main.harn',
    ]);
    expect(pack.manifest.modules).toEqual([
      { path: 'lib/greet.harn', source_hash_blake3: blake3(FILES['lib/greet.harn']) },
      { path: 'main.harn', source_hash_blake3: blake3(FILES['main.harn']) },
    ]);
    expect(pack.signer).toBeUndefined();
    const { packages } = pack.manifest.json['sbom'] as { packages: { name: string }[] };
    expect(packages.map(({ name }) => name)).toContain('std/lifecycle');
  });

  it('hashes as BLAKE3 does', async () => {
    expect((await loadBlake3())('')).toBe(
      'blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
    );
  });

  it('does not pack what lies outside of the root', async () => {
    const program = await programOf(FILES);
    const outside = { ...program, sources: [...program.sources, { id: '/etc/x.harn', text: '' }] };
    const options = { harnVersion: '0.1.0', root: '/project' };
    expect(await refusal(() => makePack(outside, options))).toBe('outsideRoot');
    const above = { ...program, sources: [...program.sources, { id: '../x.harn', text: '' }] };
    expect(await refusal(() => makePack(above, options))).toBe('badPath');
  });

  it('reads back every set of files it can write', async () => {
    const part = fc.stringMatching(/^[a-z0-9_äß-]{1,60}$/);
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const entry = fc.record({ path, bytes: fc.uint8Array({ maxLength: 1500 }) });
    await fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const back = readTar(writeTar(entries));
        expect(back.map((each) => [each.path, ...each.bytes])).toEqual(
          entries.map((each) => [each.path, ...each.bytes]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('signatures', () => {
  it('hold for the pack they were made for and name the key that was used', async () => {
    const pack = await read((await packOf(FILES, true)).bytes);
    const pub = createPublicKey(createPrivateKey(String(PEM)));
    const pem = String(pub.export({ format: 'pem', type: 'spki' }));
    const [trusted] = parseTrustedKeys(`# the team\n${pem}`, 'keys');
    expect(pack.signer?.publicKey).toBe(trusted);
    expect(pack.signer?.keyId).toBe(`sha256:${sha256(Buffer.from(trusted ?? '', 'hex'))}`);
    expect(pack.bundleHash).toBe((await packOf(FILES)).bundleHash);
  });

  it('do not hold for anything else', async () => {
    const { bytes } = await packOf(FILES, true);
    const other = await packOf(
      { ...FILES, 'lib/greet.harn': 'pub fn greet(x) { return "x" }\n' },
      true,
    );
    const signature = (asJson((await unpack(other.bytes))[0] as PackEntry) as { signature: object })
      .signature;
    const change = (patch: object) => async () =>
      read(
        await tampered(bytes, ([head, ...rest]) => {
          const json = asJson(head as PackEntry);
          return [withJson('harnpack.json', { ...json, ...patch }), ...rest];
        }),
      );
    const own = (asJson((await unpack(bytes))[0] as PackEntry) as { signature: object }).signature;
    expect(await refusal(change({ id: 'other' }))).toBe('badSignature');
    expect(await refusal(change({ signature }))).toBe('badSignature');
    expect(await refusal(change({ signature: { ...own, algorithm: 'rsa' } }))).toBe('badSignature');
    expect(await refusal(change({ signature: { ...own, public_key: '00' } }))).toBe('badSignature');
    expect(await refusal(change({ signature: { ...own, signature: 'ab'.repeat(64) } }))).toBe(
      'badSignature',
    );
    expect(await refusal(change({ signature: { ...own, key_id: 'sha256:me' } }))).toBe('taken');
    const key = `${'11'.repeat(32)}`;
    expect(await refusal(change({ signature: { ...own, public_key: key } }))).toBe('badSignature');
  });

  it('are made and trusted only with keys of the right kind', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const rsaPem = String(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    const program = await programOf(FILES);
    const make = (pem: string) => () =>
      makePack(program, { harnVersion: '0.1.0', root: '/', sign: { pem, path: 'k' } });
    expect(await refusal(make(rsaPem))).toBe('notAKey');
    expect(await refusal(make('nothing'))).toBe('notAKey');
    expect(await refusal(() => parseTrustedKeys(String(PEM), 'k'))).toBe('notAKey');
    expect(await refusal(() => parseTrustedKeys('abc', 'k'))).toBe('notAKey');
    expect(parseTrustedKeys(`\n${'AB'.repeat(32)} # a remark\n`, 'k')).toEqual(['ab'.repeat(32)]);
  });
});

describe('hostile packs', () => {
  it.each([
    ['../evil.harn', 'badPath'],
    ['sources/../../evil.harn', 'badPath'],
    ['/etc/passwd', 'badPath'],
    ['C:/evil.harn', 'badPath'],
    ['sources\\..\\evil.harn', 'badPath'],
    ['sources//evil.harn', 'badPath'],
    ['sources/./evil.harn', 'badPath'],
    ['sources/evil.harn ', 'badPath'],
    ['', 'badPath'],
  ])('with the path %j are refused', async (path, code) => {
    const tar = Buffer.concat([tarHeader({ path, size: 0 }), Buffer.alloc(1024)]);
    expect(await refusal(async () => unpack(await compress(tar)))).toBe(code);
  });

  it.each(['1', '2', '3', '5', '6', 'x', 'g', 'S'])(
    'with an entry of the type %s are refused',
    async (type) => {
      const tar = Buffer.concat([tarHeader({ path: 'a', size: 0, type }), Buffer.alloc(1024)]);
      expect(await refusal(() => readTar(tar))).toBe('notAFile');
    },
  );

  it.each([
    ['sources/main.harn'],
    ['sources/MAIN.harn'],
    ['sources/main.harn/x'],
    ['harnpack.json'],
    ['Harnpack.json'],
  ])('with a second file for one place (%s) are refused', async (path) => {
    const { bytes } = await packOf(FILES);
    const double = await tampered(bytes, (all) => [...all, { path, bytes: Buffer.from('x') }]);
    expect(await refusal(() => read(double))).toBe('duplicate');
  });

  it('that unpack to far more than they are, or claim to, are refused before that happens', async () => {
    // 4 bytes for each 128 KiB, with no word about the whole size.
    expect(await refusal(() => decompress(rleFrame(1000)))).toBe('tooBig');
    expect(await refusal(() => decompress(rleFrame(200)))).toBe('tooBig');
    expect(await refusal(() => decompress(rawFrame(Buffer.from('x'), 2 ** 40)))).toBe('tooBig');
    const window = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, 1, 0, 0]);
    expect(await refusal(() => decompress(window))).toBe('tooBig');
    const many = Buffer.concat([
      ...Array.from({ length: 10_001 }, (_, i) => tarHeader({ path: `f${i}`, size: 0 })),
      Buffer.alloc(1024),
    ]);
    expect(await refusal(() => readTar(many))).toBe('tooBig');
  });

  it('cut off anywhere are refused', async () => {
    const { bytes } = await packOf(FILES);
    for (let length = 0; length < bytes.length; length += 7) {
      const code = await refusal(() => read(bytes.subarray(0, length)));
      expect(['truncated', 'notAPack', 'damaged']).toContain(code);
    }
    const tar = await decompress(bytes);
    for (let length = 0; length < tar.length; length += 512) {
      expect(await refusal(() => readTar(tar.subarray(0, length)))).toBe('truncated');
    }
  });

  it('with anything behind their end are refused', async () => {
    const { bytes } = await packOf(FILES);
    const tar = await decompress(bytes);
    expect(await refusal(() => read(Buffer.concat([bytes, Buffer.from('x')])))).toBe('trailing');
    expect(await refusal(() => read(Buffer.concat([bytes, bytes])))).toBe('trailing');
    expect(await refusal(() => readTar(Buffer.concat([tar, Buffer.from('x')])))).toBe('trailing');
    expect(await refusal(() => readTar(Buffer.concat([tar, Buffer.alloc(20_000)])))).toBe(
      'trailing',
    );
    expect(await refusal(() => readTar(Buffer.concat([tar, Buffer.alloc(512)])))).toBe('taken');
  });

  it('with content that is not what the manifest says are refused', async () => {
    const { bytes } = await packOf(FILES);
    const swapped = await tampered(bytes, ([head, a, b]) => {
      const [one, two] = [a as PackEntry, b as PackEntry];
      return [head as PackEntry, { ...one, bytes: two.bytes }, { ...two, bytes: one.bytes }];
    });
    expect(await refusal(() => read(swapped))).toBe('contentMismatch');
    const missing = await tampered(bytes, (all) => all.slice(0, 2));
    expect(await refusal(() => read(missing))).toBe('missingEntry');
    const more = { path: 'sources/more.harn', bytes: Buffer.from('x') };
    expect(await refusal(async () => read(await tampered(bytes, (all) => [...all, more])))).toBe(
      'unlistedEntry',
    );
    const late = await tampered(bytes, ([head, ...rest]) => [...rest, head as PackEntry]);
    expect(await refusal(() => read(late))).toBe('notAPack');
  });

  it('with any byte changed are refused, or are the same, or are signed by nobody', async () => {
    const { bytes, bundleHash } = await packOf(FILES, true);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, xor) => {
          const changed = Uint8Array.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ xor;
          const code = await refusal(() => read(changed));
          // A flipped bit may say the same in other words, or make the signature something else's name: then nobody has
          // signed the pack.
          if (code === 'taken') {
            const pack = await read(changed);
            expect(pack.signer === undefined || pack.bundleHash === bundleHash).toBe(true);
          } else expect(packErrors.$docs.map(({ name }) => name)).toContain(code);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('with a manifest that is none are refused', async () => {
    const { bytes } = await packOf(FILES);
    const [head] = await unpack(bytes);
    const json = asJson(head as PackEntry);
    const withManifest = (manifest: unknown) => async () =>
      read(await tampered(bytes, ([, ...rest]) => [withJson('harnpack.json', manifest), ...rest]));
    expect(await refusal(withManifest([]))).toBe('badManifest');
    expect(await refusal(withManifest({}))).toBe('badManifest');
    expect(await refusal(withManifest({ ...json, schema_version: 3 }))).toBe('unknownVersion');
    expect(await refusal(withManifest({ ...json, entrypoint: 'other.harn' }))).toBe('badManifest');
    expect(await refusal(withManifest({ ...json, entrypoint: '../x' }))).toBe('badPath');
    expect(await refusal(withManifest({ ...json, signature: 7 }))).toBe('badManifest');
  });
});

describe('packs of other writers', () => {
  it('are read when every source is among their modules; what is not read here may be more', async () => {
    const blake3 = await loadBlake3();
    const modules = entriesOf(FILES, '');
    const ours = createManifest(
      { entrypoint: 'main.harn', harnVersion: '0.10.2', edition: '2026', modules, std: [] },
      blake3,
    );
    const theirs = withJson('harnpack.json', { ...ours, metadata: {} });
    const bytecode = { path: 'bytecode/main.harnbc', bytes: Buffer.from([1, 2, 3]) };
    const archive = (more: readonly PackEntry[]) =>
      rawFrame(writeTar([theirs, bytecode, ...entriesOf(FILES), ...more]));
    expect((await read(archive([]))).manifest).toMatchObject({ harnVersion: '0.10.2' });
    const asset = { path: 'sources/prompt.md', bytes: Buffer.from('hi') };
    expect(await refusal(() => read(archive([asset])))).toBe('unlistedEntry');
  });
});
