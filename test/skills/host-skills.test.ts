// Skills that the host keeps: found behind those of files, read when they are asked for, and not asked for again by a run
// that is resumed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { type Harness, pipeline } from '../../src/runtime/harness/index.ts';
import { createNodeHost, type Host } from '../../src/runtime/host/index.ts';
import { answerQuestion, listQuestions } from '../../src/runtime/human/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

let dir: string;
let host: Host;
let store: Store;
let set: { [name: string]: string };
let asked: string[];
let output: string;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'harn-host-skills-'));
  mkdirSync(path.join(dir, 'home'));
  writeFileSync(path.join(dir, 'harn.toml'), '');
  const base = createNodeHost({ cwd: dir });
  set = { HOME: path.join(dir, 'home') };
  host = { ...base, env: { ...base.env, get: (name: string) => set[name] } };
  store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  asked = [];
  output = '';
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const KEPT: { readonly [id: string]: JsonObject } = {
  'acme/ship': {
    name: 'ship',
    body: 'Ship $1 for ${HARN_SKILL_DIR}.',
    manifest: { 'when-to-use': 'Somebody wants a release', allowed_tools: ['boat'] },
  },
  rest: { name: 'rest', short: 'Rests', body: 'Sit down.', disable_model_invocation: true },
};

const LIST: Json = {
  skills: [
    { id: 'acme/ship', name: 'ship', description: 'Ships things', source: 'host' },
    { id: 'rest', name: 'rest', short: 'Rests' },
    { id: 'empty', name: 'empty' },
  ],
};

type Work = (harness: Harness) => Promise<Json>;

function runtimeFor(work: Work, list: () => Json = () => LIST) {
  const operation = (name: string, answer: (params: JsonObject) => Json) => ({
    class: 'read' as const,
    call: (params: JsonObject) => {
      asked.push([name, params['id'] ?? ''].join(' ').trim());
      return answer(params);
    },
  });
  const main = pipeline('main', (harness: Harness) => work(harness));
  const runtime = createRuntime({
    store,
    host,
    pipelines: [main],
    sink: {
      write: (_stream, text) => {
        output += text;
      },
    },
    llm: { mocks: [{ text: 'done' }] },
    hostCapabilities: {
      skill: {
        operations: {
          match: operation('match', () => {
            throw new Error('no model for that');
          }),
        },
      },
      skills: {
        operations: {
          list: operation('list', list),
          fetch: operation('fetch', ({ id }) => KEPT[String(id)] ?? null),
        },
      },
    },
  });
  return { runtime, main };
}

async function returned(work: Work, list?: () => Json): Promise<Json> {
  const { runtime, main } = runtimeFor(work, list);
  const result = await runtime.start(main, null).done;
  if (result.status === 'failed') throw result.error;
  return result.record.returned;
}

const found: Work = async (harness) =>
  (await harness.skills.find()).map(({ name, namespace = null, source, short }) => ({
    name: name ?? null,
    namespace,
    source: source ?? null,
    short: short ?? null,
  }));

function file(name: string, short: string): void {
  const folder = path.join(dir, '.harn/skills', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'SKILL.md'), `---\nshort: ${short}\n---\nText of a file.\n`);
}

describe('skills that the host keeps', () => {
  it('are found behind those of files, with what the host says of them', async () => {
    file('rest', 'Rests by a file');
    expect(await returned(found)).toEqual([
      { name: 'rest', namespace: null, source: 'project', short: 'Rests by a file' },
      { name: 'ship', namespace: 'acme', source: 'host', short: 'Ships things' },
    ]);
    // What only names a skill is fetched, so that its card is whole; what says more is not.
    expect(asked).toEqual(['list', 'fetch acme/ship', 'fetch empty']);
    const [, ship] = (await returned(async (harness) => await harness.skills.find())) as [
      Json,
      JsonObject,
    ];
    expect(ship).toMatchObject({
      when_to_use: 'Somebody wants a release',
      allowed_tools: ['boat'],
    });
    expect(ship).not.toHaveProperty('body');
  });

  it('come where harn.toml puts their layer, or not at all', async () => {
    file('rest', 'Rests by a file');
    const settings = (text: string) => writeFileSync(path.join(dir, 'harn.toml'), text);
    settings('[skills]\nlookup_order = ["host", "project"]\n');
    expect(await returned(found)).toContainEqual(
      expect.objectContaining({ name: 'rest', source: 'host' }),
    );
    settings('[skills]\ndisable = ["host"]\n');
    asked = [];
    expect(await returned(found)).toMatchObject([{ name: 'rest', source: 'project' }]);
    expect(asked).toEqual([]);
  });

  it('are read when they are loaded, with arguments, and never where a signature is required', async () => {
    const load: Work = (harness) => harness.skills.load('acme/ship', { args: ['tea'] });
    expect(await returned(load)).toBe('Ship tea for ${HARN_SKILL_DIR}.');
    set['HARN_REQUIRE_SIGNED_SKILLS'] = '1';
    await expect(returned(load)).rejects.toMatchObject({ code: 'HARN-SKL-002' });
  });

  it('narrow a loop like others', async () => {
    const work: Work = async (harness) => {
      const tool = (name: string) => ({
        name,
        description: name,
        parameters: {},
        handler: async () => name,
      });
      const skills = await harness.skills.find();
      const result = await harness.agent.loop({
        task: 'we want a release, ship it',
        provider: 'mock',
        tools: [tool('boat')],
        skills,
        // A host that fails at it leaves it to the cards.
        skill_match: { strategy: 'host' },
      });
      return JSON.parse(JSON.stringify(result.transcript)) as Json;
    };
    const { events = [] } = (await returned(work)) as { readonly events?: readonly JsonObject[] };
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'skill_scope_tools',
        metadata: expect.objectContaining({ name: 'acme/ship', allowed_tools: ['boat'] }),
      }),
    );
    expect(output).toContain('skill.match failed');
  });

  it('are missed, not fatal, when the host cannot say', async () => {
    file('rest', 'Rests by a file');
    const broken = () => {
      throw new Error('the shelf is locked');
    };
    expect(await returned(found, broken)).toMatchObject([{ name: 'rest' }]);
    expect(output).toContain('[skills] skills.list of the host failed');
  });

  it('are not asked for again by a run that is resumed', async () => {
    const work: Work = async (harness) => {
      const cards = await harness.skills.find();
      const text = await harness.skills.load('rest');
      const answer = await harness.interaction.askUser('go on?', { timeout: 3_600_000 });
      return [cards.length, text, answer];
    };
    const first = runtimeFor(work);
    const run = first.runtime.start(first.main, null);
    const asks = () => listQuestions(store, { runId: run.id, status: 'open', limit: 1 });
    await expect.poll(asks, { timeout: 10_000 }).toHaveLength(1);
    await run.park('test');
    await run.done;
    const [question] = await asks();
    const before = asked.length;
    const said = { answer: 'yes', reviewer: undefined, reason: undefined, nowMs: Date.now() };
    await answerQuestion(store, question?.request_id ?? '', said);
    const second = runtimeFor(work, () => []);
    const resumed = await (await second.runtime.resume(run.id)).done;
    expect(resumed.record.returned).toEqual([2, 'Sit down.', 'yes']);
    expect(asked).toHaveLength(before);
  });
});
