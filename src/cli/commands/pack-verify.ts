// `harn pack verify`: is this pack whole and unchanged, and has somebody signed it whom we trust? Writes nothing.
import { loadPackTools } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { judgePack, readArchive } from './pack-open.ts';

export const packVerify: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const file = args.at(0);
    const { checkPack, unpack } = await loadPackTools();
    const pack = await checkPack(await unpack(await readArchive(host, file)));
    const isTrusted = await judgePack(host, pack, { file, args });
    const { manifest, bundleHash, signer, entries } = pack;
    if (args.has('json')) {
      output.json({
        bundle: file,
        bundle_hash: bundleHash,
        recorded_bundle_hash: manifest.signature?.manifest_hash_blake3 ?? null,
        signature_present: signer !== undefined,
        signature_valid: signer !== undefined,
        signature_verified: isTrusted,
        key_id: signer?.keyId ?? null,
        schema_version: 2,
        entrypoint: manifest.entrypoint,
        harn_version: manifest.harnVersion,
        module_count: manifest.modules.length,
        content_entry_count: entries.length,
      });
      return 0;
    }
    const signed = isTrusted ? 'by a key you trust' : 'by a key you do not trust';
    output.facts([
      ['pack', file],
      ['bundle hash', bundleHash],
      ['signed', signer === undefined ? 'no' : `${signed}, ${signer.keyId}`],
      ['entry', manifest.entrypoint],
      ['modules', String(manifest.modules.length)],
      ['made with', `harn ${manifest.harnVersion}`],
    ]);
    return 0;
  },
};
