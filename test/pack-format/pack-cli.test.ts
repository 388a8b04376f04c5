// Packs as people use them: packed, checked and run on the command line, and what it takes to be trusted.
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, eventsOf, type Project } from '../cli/cli.ts';

let cli: Cli;
let here: Project;
const KEYS = ['ours', 'theirs'].map((name) => ({ name, ...generateKeyPairSync('ed25519') }));

beforeAll(async () => {
  cli = await Cli.build();
  here = cli.project({
    'main.harn': 'import "lib/greet"\nprintln(greet(argv[0]))\nreturn 3\n',
    'typo.harn': 'let x = unknwon(1)\n',
    'plain.harn': 'println("plain")\n',
  });
  mkdirSync(here.path('lib'));
  writeFileSync(here.path('lib/greet.harn'), 'pub fn greet(name) { return "hello ${name}" }\n');
  for (const { name, privateKey, publicKey } of KEYS) {
    const pem = { format: 'pem' } as const;
    writeFileSync(here.path(`${name}.pem`), privateKey.export({ ...pem, type: 'pkcs8' }));
    writeFileSync(here.path(`${name}.pub`), publicKey.export({ ...pem, type: 'spki' }));
  }
  for (const args of [[], ['--sign', '--key', 'ours.pem', '--out', 'signed.harnpack']]) {
    expect(here.harn('pack', 'main.harn', ...args)).toMatchObject({ status: 0, stderr: '' });
  }
}, 60_000);
afterAll(() => cli.remove());

const bytes = (name: string) => readFileSync(here.path(name));

describe('making a pack', () => {
  it('gives the same file again, and in another folder', () => {
    expect(here.harn('pack', 'main.harn', '-o', 'again.harnpack').stdout).toMatch(
      /^wrote again\.harnpack \(\d+ bytes, bundle_hash blake3:[0-9a-f]{64}\)\n$/,
    );
    const other = cli.project();
    cpSync(here.path('main.harn'), other.path('main.harn'));
    cpSync(here.path('lib'), other.path('lib'), { recursive: true });
    other.harn('pack', 'main.harn');
    const first = bytes('main.harnpack');
    expect(Buffer.compare(bytes('again.harnpack'), first)).toBe(0);
    expect(Buffer.compare(readFileSync(other.path('main.harnpack')), first)).toBe(0);
  });

  it('tells programs what it made', () => {
    expect(here.data('pack', 'main.harn', '--out', 'x.harnpack')).toMatchObject({
      output_path: here.path('x.harnpack'),
      size_bytes: bytes('x.harnpack').length,
      signature: { present: false, algorithm: null, key_id: null },
      sbom_summary: { stdlib_modules: 0, providers: 0, tools: 0 },
      debug_symbol_metadata: { harnbc_count: 0, total_bytes: 0 },
      manifest: { entrypoint: 'main.harn', transitive_modules: [{ path: 'lib/greet.harn' }, {}] },
    });
  });

  it.each<[string, readonly string[], number, string]>([
    ['errors in it', ['pack', 'typo.harn'], 1, 'HARN-PAK-005'],
    ['a key but no --sign', ['pack', 'main.harn', '--key', 'ours.pem'], 2, 'HARN-CLI-041'],
    ['--sign but no key', ['pack', 'main.harn', '--sign'], 2, 'HARN-CLI-041'],
    ['a public key', ['pack', 'main.harn', '--sign', '--key', 'ours.pub'], 1, 'HARN-PAK-002'],
    ['a key that is not there', ['pack', 'main.harn', '--sign', '--key', 'x'], 1, 'HARN-PAK-003'],
    ['no place to write', ['pack', 'main.harn', '--out', 'no/x.harnpack'], 1, 'HARN-PAK-004'],
  ])('with %s fails', (_what, args, status, text) => {
    const done = here.harn(...args);
    expect(done.status).toBe(status);
    expect(done.stderr).toContain(text);
    const error = here.harn(...args, '--json').stdout;
    expect(JSON.parse(error)).toMatchObject({ ok: false, error: { code: text } });
  });

  it('takes nothing from outside of the project', () => {
    const inner = cli.project({ 'lib.harn': 'pub fn f() { return 1 }\n' });
    mkdirSync(inner.path('app'));
    writeFileSync(inner.path('app/main.harn'), 'import "../lib"\nprintln(f())\n');
    expect(inner.harn('pack', 'app/main.harn').stderr).toContain('HARN-PAK-001');
    writeFileSync(inner.path('harn.toml'), '');
    expect(inner.harn('pack', 'app/main.harn').status).toBe(0);
    expect(inner.harn('run', '--allow-unsigned', 'app/main.harnpack').stdout).toBe('1\n');
  });
});

describe('trust', () => {
  const verify = (...args: string[]) => here.harn('pack', 'verify', ...args);

  it('is not given to a pack that nobody has signed, nor to a key that came with it', () => {
    expect(verify('main.harnpack')).toMatchObject({ status: 1, stdout: '' });
    expect(verify('main.harnpack').stderr).toContain('HARN-PAK-051');
    expect(verify('signed.harnpack').stderr).toContain('HARN-PAK-052');
    expect(verify('signed.harnpack', '--trust', 'theirs.pub').stderr).toContain('HARN-PAK-052');
    expect(verify('signed.harnpack', '--trust', 'ours.pem').stderr).toContain('HARN-PAK-002');
  });

  it('comes from a key file that was named, from the list of the user, or is waived', () => {
    const trusted = ['signed.harnpack', '--trust', 'theirs.pub', '--trust', 'ours.pub'];
    expect(verify(...trusted)).toMatchObject({ status: 0, stderr: '' });
    expect(here.data('pack', 'verify', ...trusted)).toMatchObject({
      signature_present: true,
      signature_verified: true,
      entrypoint: 'main.harn',
      module_count: 2,
    });
    const config = here.path('config/harn');
    mkdirSync(config, { recursive: true });
    cpSync(here.path('ours.pub'), path.join(config, 'trusted-keys'));
    const user = here.with({ XDG_CONFIG_HOME: here.path('config') });
    expect(user.harn('pack', 'verify', 'signed.harnpack').status).toBe(0);
    const waived = ['pack', 'verify', 'signed.harnpack', '--allow-unsigned'];
    expect(here.data(...waived)).toMatchObject({
      signature_valid: true,
      signature_verified: false,
    });
  });

  it('does not help a pack that was changed', () => {
    const changed = bytes('signed.harnpack');
    changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1;
    writeFileSync(here.path('changed.harnpack'), changed);
    const done = verify('changed.harnpack', '--trust', 'ours.pub', '--allow-unsigned');
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/HARN-PAK-0(2|3|50)/);
    expect(here.harn('run', '--allow-unsigned', 'changed.harnpack').status).toBe(1);
  });
});

describe('running a pack', () => {
  const run = (...args: string[]) => here.harn('run', '--trust', 'ours.pub', ...args);
  const cache = () => path.join(cli.folder, 'cache/harn/packs');

  it('is refused as its check is', () => {
    expect(here.harn('main.harnpack').stderr).toContain('HARN-PAK-051');
    expect(here.harn('run', 'signed.harnpack').stderr).toContain('HARN-PAK-052');
    const events = eventsOf(here.harn('run', '--json', 'main.harnpack').stdout);
    expect(events).toMatchObject([{ event_type: 'error', error: { code: 'HARN-PAK-051' } }]);
    expect(here.harn('run', '--allow-unsigned', 'plain.harn').stderr).toContain('HARN-CLI-040');
    expect(here.harn('run', 'nowhere.harnpack').stderr).toContain('HARN-PAK-020');
  });

  it('does what the program does, wherever it lies and whatever it is called', () => {
    const elsewhere = cli.project();
    cpSync(here.path('signed.harnpack'), elsewhere.path('greeter'));
    cpSync(here.path('ours.pub'), elsewhere.path('k'));
    const done = elsewhere.harn('run', '--trust', 'k', 'greeter', '--', 'you');
    expect(done).toEqual({ status: 3, signal: null, stdout: 'hello you\n', stderr: '' });
  });

  it('tells the stream about the pack first, and numbers go on from there', () => {
    const events = eventsOf(run('--json', 'signed.harnpack', '--', 'you').stdout);
    expect(events[0]).toMatchObject({
      event_type: 'pack_run',
      signature_verified: true,
      dry_run_verify: false,
    });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.at(-1)).toMatchObject({ event_type: 'result', value: 3 });
  });

  it('uses the cache, and does not believe it', () => {
    const hit = () =>
      eventsOf(run('--json', 'signed.harnpack', '--', 'you').stdout)[0]?.['cache_hit'];
    rmSync(cache(), { recursive: true, force: true });
    expect([hit(), hit()]).toEqual([false, true]);
    const [folder = ''] = readdirSync(cache());
    writeFileSync(path.join(cache(), folder, 'sources/lib/greet.harn'), 'pub fn greet(x) { 1 }\n');
    expect(run('signed.harnpack', '--', 'you').stdout).toBe('hello you\n');
    expect(hit()).toBe(true);
    rmSync(cache(), { recursive: true });
    writeFileSync(cache(), 'no folder');
    expect([hit(), hit()]).toEqual([false, false]);
    rmSync(cache());
  });

  it('can stop after the check, which writes nothing', () => {
    rmSync(cache(), { recursive: true, force: true });
    const { status, stdout, stderr } = run('--dry-run-verify', 'signed.harnpack');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^\[harn\] harnpack verify ok: bundle_hash=blake3:\w+, signature_/);
    expect(() => readdirSync(cache())).toThrow('ENOENT');
    const events = eventsOf(run('--json', '--dry-run-verify', 'signed.harnpack').stdout);
    expect(events).toMatchObject([
      { event_type: 'pack_run', dry_run_verify: true },
      { event_type: 'result', value: { signature_verified: true }, exit_code: 0 },
    ]);
  });

  it('reaches no module that is not in the pack', () => {
    const trap = cli.project({ 'main.harn': 'import "extra"\nprintln(extra())\n' });
    writeFileSync(trap.path('extra.harn'), 'pub fn extra() { return "packed" }\n');
    trap.harn('pack', 'main.harn');
    writeFileSync(trap.path('extra.harn'), 'pub fn extra() { return "from disk" }\n');
    expect(trap.harn('run', '--allow-unsigned', 'main.harnpack').stdout).toBe('packed\n');
  });
});
