// Skills of files: where they are found, what their text becomes, whom they are trusted from, and that a run which is resumed
// does not read them again.
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/base/index.ts';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import { createNodeHost, type Host } from '../../src/runtime/host/index.ts';
import { answerQuestion, listQuestions } from '../../src/runtime/human/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

let dir: string;
let host: Host;
let store: Store;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'harn-skills-'));
  mkdirSync(path.join(dir, 'app'));
  mkdirSync(path.join(dir, 'home'));
  writeFileSync(path.join(dir, 'app', 'harn.toml'), '');
  const base = createNodeHost({ cwd: path.join(dir, 'app') });
  const set: { [name: string]: string } = { HOME: path.join(dir, 'home'), SHIP_TO: 'the moon' };
  const env = { ...base.env, get: (name: string) => set[name] };
  host = { ...base, env };
  store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const CARD = `---
name: ship
short: Ships a release
when-to-use: somebody says ship
allowed-tools: [bash, git]
---
`;

function skill(at: string, text: string): string {
  const file = path.join(dir, at, 'SKILL.md');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

async function start(body: string, skillDirs?: string[]) {
  const file = path.join(dir, 'app', 'main.harn');
  writeFileSync(file, `pipeline main() {\n${body}\n}`);
  const cwd = path.join(dir, 'app');
  const { program, diagnostics } = await loadProgram({ path: file }, { cwd });
  if (program === undefined) throw new Error(diagnostics[0]?.message);
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: { write: () => undefined },
  });
  return { engine, started: engine.start(program, skillDirs === undefined ? {} : { skillDirs }) };
}

async function returned(body: string, skillDirs?: string[]): Promise<unknown> {
  const { started } = await start(body, skillDirs);
  const result = await started.done;
  if (result.status !== 'settled') throw new Error(result.status);
  if (!result.main.ok) throw result.main.error;
  return result.record.returned;
}

describe('skills of files', () => {
  it('are cards without their text, in one spelling', async () => {
    skill('app/.harn/skills/ship', `${CARD}secret text`);
    const body =
      'let s = skill_find(skills, "ship")\nreturn [skill_count(skills), s.short, s.when_to_use, s.allowed_tools, s.source, s.body, contains(json_stringify(skills), "secret")]';
    expect(await returned(body)).toEqual([
      ...[1, 'Ships a release', 'somebody says ship', ['bash', 'git'], 'project', null, false],
    ]);
  });

  it('are the higher layer’s where a name is found twice', async () => {
    const named = (layer: string) => `---\nname: ship\nshort: of ${layer}\n---\n`;
    const layers = ['elsewhere', 'app/.harn/skills', 'shared', 'home/.harn/skills'];
    for (const layer of layers) skill(`${layer}/ship`, named(layer));
    skill('app/.harn/packages/ops/skills/page', '---\nshort: Pages somebody\n---\n');
    writeFileSync(path.join(dir, 'app', 'harn.toml'), '[skills]\npaths = ["../shared"]\n');
    const shorts = 'return skills.skills.map({ s -> s.name + " " + s.short + " " + s.source })';
    expect(await returned(shorts)).toEqual([
      'ship of app/.harn/skills project',
      'page Pages somebody package',
    ]);
    expect(await returned(shorts, [path.join(dir, 'elsewhere')])).toContain(
      'ship of elsewhere cli',
    );
    const settings =
      '[skills]\npaths = ["../shared"]\nlookup_order = ["user"]\ndisable = ["package"]\n';
    writeFileSync(path.join(dir, 'app', 'harn.toml'), settings);
    expect(await returned(shorts)).toEqual(['ship of home/.harn/skills user']);
  });

  it('have a text into which arguments are put', async () => {
    skill(
      'app/.harn/skills/ship',
      `${CARD}to $1 and $2: $ARGUMENTS, \${SHIP_TO}, \${NO_SUCH}, $$5 in \${HARN_SKILL_DIR}`,
    );
    const text = await returned('return load_skill({name: "ship", args: ["prod"]})');
    const folder = path.join(dir, 'app/.harn/skills/ship');
    expect(text).toBe(`to prod and $2: prod, the moon, \${NO_SUCH}, $5 in ${folder}`);
    await expect(returned('return load_skill("no-such")')).rejects.toThrow('skill_not_found');
  });

  it('are not read again by a run that is resumed', async () => {
    const file = skill('app/.harn/skills/ship', `${CARD}first text`);
    const { engine, started } = await start(
      'let text = load_skill("ship")\nwrite_file("mark", "x")\nlet a = ask_user("go on?")\nreturn [text, skill_count(skills)]',
    );
    started.run.parkForPeople();
    expect((await started.done).status).toBe('parked');
    writeFileSync(file, `${CARD}other text`);
    skill('app/.harn/skills/new', '---\nshort: New\n---\n');
    const [asked] = await listQuestions(store, {});
    await answerQuestion(store, asked?.request_id ?? '', {
      answer: 'yes',
      reviewer: 'me',
      reason: null,
      nowMs: host.clock.nowMs(),
    } as never);
    const result = await (await engine.resume(started.run.id)).done;
    expect(result.record.returned).toEqual(['first text', 1]);
  });

  it('are the same in TypeScript', async () => {
    skill('app/.harn/skills/ship', `${CARD}to $1`);
    const work = pipeline('work', async (harness) => [
      (await harness.skills.find()).map(({ name }) => name ?? null),
      await harness.skills.load('ship', { args: ['prod'] }),
    ]);
    const runtime = createRuntime({ store, pipelines: [work], host });
    const result = await runtime.start(work, null).done;
    expect(result.record.returned).toEqual([['ship'], 'to prod']);
  });
});

describe('a skill that has to be signed', () => {
  const REQUIRED = CARD.replace('allowed-tools', 'require-signature: true\nallowed-tools');

  function signed(file: string, text: string): { pub: string; signer: string } {
    const pair = generateKeyPairSync('ed25519');
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const der = pair.publicKey.export({ type: 'spki', format: 'der' });
    const signer = sha256(Uint8Array.from(der.subarray(-32)));
    const signature = sign(null, Buffer.from(text), createPrivateKey(pem)).toString('base64');
    const facts = {
      schema: 'harn-skill-sig/v1',
      signed_at: '2026-01-01T00:00:00Z',
      signer_fingerprint: signer,
      ed25519_sig_base64: signature,
      skill_sha256: sha256(text),
    };
    writeFileSync(`${file}.sig`, JSON.stringify(facts));
    return { pub: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), signer };
  }

  it('is loaded when its signer is trusted, and not otherwise', async () => {
    const text = `${REQUIRED}do it`;
    const file = skill('app/.harn/skills/ship', text);
    const load = 'return load_skill("ship")';
    await expect(returned(load)).rejects.toThrow('UnsignedSkillError');
    const { pub, signer } = signed(file, text);
    await expect(returned(load)).rejects.toThrow('UntrustedSignerError');
    const trusted = path.join(dir, 'home/.harn/trusted-signers');
    mkdirSync(trusted, { recursive: true });
    writeFileSync(path.join(trusted, `${signer}.pub`), pub);
    expect(await returned(load)).toBe('do it');
    writeFileSync(file, `${text} and more`);
    await expect(returned(load)).rejects.toThrow('it was changed after it was signed');
  });

  it('is loaded from signers of the project, and refused to signers that it does not name', async () => {
    const text = `${CARD.replace('allowed-tools', 'trusted-signers: [someone]\nallowed-tools')}do it`;
    const file = skill('app/.harn/skills/ship', text);
    const { pub, signer } = signed(file, text);
    mkdirSync(path.join(dir, 'app/signers'));
    writeFileSync(path.join(dir, 'app/signers', `${signer}.pub`), pub);
    writeFileSync(path.join(dir, 'app/harn.toml'), '[skills]\nsigner_registry_url = "./signers"\n');
    expect(await returned('return load_skill("ship")')).toBe('do it');
    await expect(
      returned('return load_skill({name: "ship", require_signature: true})'),
    ).rejects.toThrow('trusted_signers');
  });
});

describe('a loop with skills', () => {
  it('has a tool that loads them, and not those that models may not load', async () => {
    skill('app/.harn/skills/ship', `${CARD}the runbook`);
    skill(
      'app/.harn/skills/hidden',
      '---\nname: hidden\nshort: Hidden\ndisable-model-invocation: true\n---\nthe secret',
    );
    const ask = (name: string) =>
      `llm_mock({tool_calls: [{id: "c_${name}", name: "load_skill", arguments: {name: "${name}"}}]})`;
    const seen = await returned(`
      ${ask('ship')}
      ${ask('hidden')}
      ${ask('nothing')}
      llm_mock({text: "##DONE##"})
      agent_loop("x", render_always_on_catalog(skills_catalog_entries(skills)), {provider: "mock", skills: skills})
      return json_stringify(llm_mock_calls()[3].messages)`);
    expect(seen).toContain('the runbook');
    expect(seen).toContain('skill_model_invocation_disabled');
    expect(seen).not.toContain('the secret');
    expect(seen).toContain('skill_not_found');
  });
});
