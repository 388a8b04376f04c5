// A loop with skills under every kill, while the files of its skills change: it goes on with what was in force. The card, the
// text that stands in the prompt and the text that the model loaded are those that were read first.
import { beforeAll, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import type { RunBody } from '../run/index.ts';
import { readSkillFile, skillCalls, skillsOf } from '../skills/index.ts';
import {
  completion,
  type Lived,
  live,
  loadSdk,
  newStore,
  returnedBy,
  wireCall,
} from './agent-run.fixture.ts';
import { agentLoop, readAgentEvents, readSession, toTool } from './index.ts';

/** What a model was asked with, in one life. */
interface Asked {
  readonly turn: number;
  readonly system: string;
  readonly tools: readonly string[];
  readonly loaded: string;
}

const SCRIPT: readonly JsonObject[] = [
  completion(wireCall('c1', 'look', { at: 'here' })),
  completion(wireCall('c2', 'load_skill', { name: 'checks', args: ['twice'] })),
  completion(wireCall('c3', 'send', { to: 'Ada' })),
  completion({ content: 'Done.' }),
];

const textOfBody = (body: unknown) =>
  typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);

/** The files of the skills, as they are in one life. Each version lets through another tool. */
function files(version: string): { readonly [path: string]: string } {
  const tool = version === 'old' ? 'look' : 'send';
  return {
    '/work/.harn/skills/deploy/SKILL.md': `---\nshort: Deploys the service\nallowed-tools: [${tool}]\n---\nThe ${version} way.`,
    '/work/.harn/skills/checks/SKILL.md': `---\nshort: Checks things\nallowed-tools: [send]\n---\nThe ${version} checks, $1.`,
  };
}

interface Life {
  readonly store: Store;
  readonly version: string;
  readonly resume?: string;
  readonly killAfter?: number;
}

async function liveWith({ store, version, ...more }: Life) {
  const asked: Asked[] = [];
  const host = createMockHost({
    cwd: '/work',
    env: { OPENAI_API_KEY: 'k' },
    files: files(version),
  });
  host.onRequest('POST', 'https://api.openai.com/*', (request) => {
    const { messages, tools } = JSON.parse(textOfBody(request.body)) as {
      messages: { role: string; content: string }[];
      tools: { function: { name: string } }[];
    };
    const results = messages.filter(({ role }) => role === 'tool');
    asked.push({
      turn: results.length,
      system: messages.find(({ role }) => role === 'system')?.content ?? '',
      tools: tools
        .map((tool) => tool.function.name)
        .filter((name) => name !== 'agent_await_resumption')
        .sort(),
      loaded: results[1]?.content ?? '',
    });
    return { json: SCRIPT[results.length] as JsonObject };
  });
  const tools = ['look', 'send'].map((name) =>
    toTool({ name, parameters: {}, mutates: false }, { kind: 'native', run: () => 'ok' }),
  );
  const body: RunBody = function* (ctx) {
    yield* skillCalls.prepare(ctx, '/work');
    const cards = skillCalls.cards(ctx);
    const options = { session_id: 's', model: 'gpt-4o', provider: 'openai' };
    const skills = skillsOf(cards as Json) ?? [];
    yield* agentLoop(ctx, 'deploy the service', 'Be good.', options, { tools, skills });
    return cards as Json;
  };
  const life: Lived = await live({ store, host, body, ...more });
  return { life, asked };
}

const VERSION = /The (old|new) (?:way|checks)/;
const versionIn = (text: string) => VERSION.exec(text)?.[1];

// What is loaded when it is first needed takes longer than a life waits in turns of the loop.
beforeAll(async () => {
  await loadSdk();
  await readSkillFile('---\nshort: x\n---\n', '/x');
}, 30_000);

it('goes on with the skills that were in force, whatever has become of their files', async () => {
  const whole = await liveWith({ store: await newStore(), version: 'old' });
  returnedBy(whole.life.result);
  expect(whole.asked.map(({ tools }) => tools)).toEqual([
    ['load_skill', 'look'],
    ['load_skill', 'look'],
    ['load_skill', 'look', 'send'],
    ['load_skill', 'look', 'send'],
  ]);
  expect(whole.asked[2]?.loaded).toContain('The old checks, twice.');

  let stayed = 0;
  let kinds: readonly string[] | undefined;
  for (let commit = 1; ; commit += 1) {
    const store = await newStore();
    const first = await liveWith({ store, version: 'old', killAfter: commit });
    if (first.life.result !== undefined) break;
    const { id } = first.life.run;
    const second = await liveWith({ store, version: 'new', resume: id });
    const cards = returnedBy<readonly JsonObject[]>(second.life.result);
    const events = await readAgentEvents(store, 's');
    kinds ??= events.map(({ kind }) => kind);
    expect([commit, events.map(({ kind }) => kind)]).toEqual([commit, kinds]);
    const kept = (await readSession(store, 's'))?.transcript.metadata['active_skills'];
    const [deploy] = kept as readonly { prompt: string }[];
    const inForce = versionIn(deploy?.prompt ?? '');
    const card = cards.find(({ name }) => name === 'deploy');
    const own = (card?.['allowed_tools'] as readonly string[]) ?? [];
    for (const { turn, system, tools, loaded } of second.asked) {
      expect([commit, turn, versionIn(system)]).toEqual([commit, turn, inForce]);
      const through = turn < 2 ? own : [...own, 'send'];
      expect([commit, turn, tools]).toEqual([
        commit,
        turn,
        [...new Set(['load_skill', ...through])].sort(),
      ]);
      if (turn > 2) expect(loaded).toContain('checks, twice.');
    }
    if (inForce === 'old' && second.asked.length > 0) stayed += 1;
  }
  expect(stayed).toBeGreaterThan(3);
}, 60_000);
