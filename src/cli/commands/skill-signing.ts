// `harn skill key | sign | verify | trust`: who has written a skill, and whom that is believed from.
import type { JsonObject } from '../../base/index.ts';
import { type Host, joinPath, responseText } from '../../runtime/host/index.ts';
import {
  assertTrusted,
  findSkills,
  fingerprintOf,
  provenanceOf,
  readSkillFile,
  signerKeys,
  signSkill,
  skillErrors,
} from '../../runtime/skills/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';

const SECRET_BYTES = 32;

function required(args: Arguments, option: string, command: string): string {
  const value = args.value(option);
  if (value !== undefined) return value;
  throw usageErrors.missingArgument({ argument: `--${option} FILE`, command });
}

export const skillKeyGenerate: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const path = required(args, 'out', 'skill key generate');
    const { privatePem, publicPem, fingerprint } = signerKeys(host.random.bytes(SECRET_BYTES));
    for (const one of [path, `${path}.pub`]) {
      if (await host.fs.exists(one))
        throw skillErrors.badKey({ path: one, reason: 'it is there already' });
    }
    await host.fs.writeFile(path, privatePem, { exclusive: true, mode: 0o600 });
    await host.fs.writeFile(`${path}.pub`, publicPem, { exclusive: true });
    const facts = { private_key: path, public_key: `${path}.pub`, fingerprint };
    if (args.has('json')) output.json(facts);
    else output.line(fingerprint);
    return 0;
  },
};

export const skillSign: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const path = args.at(0);
    const keyPath = required(args, 'key', 'skill sign');
    const { bytes } = await readSkill(host, path);
    const signature = signSkill(bytes, {
      privatePem: await host.fs.readText(keyPath),
      path: keyPath,
      signedAt: new Date(host.clock.nowMs()).toISOString(),
    });
    await host.fs.writeFile(`${path}.sig`, `${JSON.stringify(signature, null, 2)}\n`);
    if (args.has('json')) output.json({ path: `${path}.sig`, ...signature });
    else output.line(`${path}.sig by ${String(signature['signer_fingerprint'])}`);
    return 0;
  },
};

export const skillVerify: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const path = args.at(0);
    const { bytes, card } = await readSkill(host, path);
    const { signers } = await findSkills(host, { from: host.system.cwd(), dirs: [] });
    const { signal } = new AbortController();
    const provenance = await provenanceOf(host, path, bytes, signers, signal);
    assertTrusted(path, card, provenance);
    if (args.has('json')) output.json({ path, ...provenance });
    else output.line(`${path} is as ${provenance.signer_fingerprint} signed it, who is trusted.`);
    return 0;
  },
};

/** A skill to sign or to check; what is none is refused. */
async function readSkill(
  host: Host,
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly card: JsonObject }> {
  const bytes = await host.fs.readBytes(path);
  const file = await readSkillFile(new TextDecoder().decode(bytes), path.replace(/\/[^/]*$/, ''));
  if (typeof file === 'string') throw skillErrors.notRead({ path, reason: file });
  return { bytes, card: file.card };
}

export const skillTrustAdd: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const from = required(args, 'from', 'skill trust add');
    const pem = await readKey(host, from);
    const fingerprint = fingerprintOf(pem, from);
    const folder = trustedFolder(host);
    await host.fs.mkdir(folder);
    await host.fs.writeFile(joinPath(folder, `${fingerprint}.pub`), pem);
    if (args.has('json'))
      output.json({ fingerprint, path: joinPath(folder, `${fingerprint}.pub`) });
    else output.line(`${fingerprint} is trusted.`);
    return 0;
  },
};

export const skillTrustList: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const folder = trustedFolder(host);
    const entries = (await host.fs.exists(folder)) ? await host.fs.listDir(folder) : [];
    const signers = entries
      .map(({ name }) => name)
      .filter((name) => /^[0-9a-f]{64}\.pub$/.test(name))
      .map((name) => name.slice(0, -'.pub'.length))
      .sort();
    if (args.has('json')) output.json({ signers });
    else if (signers.length === 0) output.line('You trust no signer yet.');
    else for (const signer of signers) output.line(signer);
    return 0;
  },
};

function trustedFolder(host: Host): string {
  const home = host.env.get('HOME');
  if (home === undefined || home === '') {
    throw skillErrors.badKey({ path: '~/.harn/trusted-signers', reason: 'HOME is not set' });
  }
  return joinPath(home, '.harn/trusted-signers');
}

async function readKey(host: Host, from: string): Promise<string> {
  if (!/^https?:/.test(from)) return host.fs.readText(from);
  const { signal } = new AbortController();
  const answer = await host.http.request({ method: 'GET', url: from, signal });
  if (answer.status === 200) return responseText(answer);
  throw skillErrors.badKey({ path: from, reason: `the answer was ${answer.status}` });
}
