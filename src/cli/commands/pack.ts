// `harn pack`: a program and everything it imports becomes one file, signed when asked for.
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Json } from '../../base/index.ts';
import { type LoadedProgram, loadPackTools, type MadePack } from '../../engine/index.ts';
import { findProjectDir, type Host } from '../../runtime/host/index.ts';
import { knownSecrets } from '../../runtime/records/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { readRedactionPolicy } from '../redaction-policy.ts';
import { editionOf, loadTarget, printDiagnostics } from '../source-files.ts';
import { codeOf, readKeyFile } from './pack-open.ts';

const EXTENSION = '.harnpack';

export const pack: Command = {
  async run(args, { host: getHost, output, version }) {
    const host = await getHost();
    const entry = args.at(0);
    const cwd = host.system.cwd();
    const sign = await signingKey(host, args);
    const full = path.resolve(cwd, entry);
    const root = (await findProjectDir(host, path.dirname(full))) ?? path.dirname(full);
    const edition = editionOf(host, args.value('edition'));
    const loaded = await loadTarget(host, { path: entry }, { edition });
    printDiagnostics(output, loaded.diagnostics, loaded.sources);
    if (loaded.program === undefined) throw await notCompiled(entry, loaded);
    // Again from the root: what is packed is named relative to it.
    const target = { path: path.relative(root, full) };
    const { program } = await loadTarget(host, target, { edition, cwd: root });
    if (program === undefined) throw await notCompiled(entry, loaded);
    const { makePack } = await loadPackTools();
    const secrets = knownSecrets(host.env, await readRedactionPolicy(host, root));
    const made = await makePack(program, { harnVersion: version, root, sign, secrets });
    const out = args.value('out') ?? full.replace(/\.harn$/, '') + EXTENSION;
    await write(path.resolve(cwd, out), made.bytes);
    const shown = path.relative(cwd, path.resolve(cwd, out));
    if (args.has('json')) output.json(toJson(made, path.resolve(cwd, out)));
    else {
      const { length } = made.bytes;
      output.line(`wrote ${shown} (${length} bytes, bundle_hash ${made.bundleHash})`);
      if (made.keyId !== undefined) output.line(`signed by ${made.keyId}`);
    }
    return 0;
  },
};

async function notCompiled(entry: string, { diagnostics }: LoadedProgram) {
  const { packErrors } = await loadPackTools();
  const first = diagnostics.find(({ severity }) => severity === 'error')?.message ?? '';
  return packErrors.notCompiled({ entry, first });
}

async function signingKey(host: Host, args: Arguments) {
  const key = args.value('key');
  if (args.has('sign') !== (key !== undefined)) throw usageErrors.signNeedsKey({});
  return key === undefined ? undefined : { pem: await readKeyFile(host, key), path: key };
}

/** All of the file or nothing: whoever is reading the old one goes on reading it. */
async function write(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    const { packErrors } = await loadPackTools();
    throw packErrors.notWritten({ path: file, reason: codeOf(error) }, { cause: error });
  }
}

function toJson({ bytes, bundleHash, manifest, keyId }: MadePack, file: string): Json {
  const { packages } = manifest['sbom'] as { readonly packages: readonly Json[] };
  return {
    bundle_hash: bundleHash,
    output_path: file,
    size_bytes: bytes.length,
    signature: {
      present: keyId !== undefined,
      algorithm: keyId === undefined ? null : 'ed25519',
      key_id: keyId ?? null,
    },
    sbom_summary: {
      components: packages.length,
      stdlib_modules: packages.length - 1,
      providers: 0,
      tools: 0,
    },
    // Packs of this writer hold sources; there is no compiled code whose symbols could be counted.
    debug_symbol_metadata: { harnbc_count: 0, total_bytes: 0 },
    manifest,
  };
}
