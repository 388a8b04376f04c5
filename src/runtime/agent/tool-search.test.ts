// Loops that keep tools back: what is visible when, what a search finds, and what a kill leaves of it.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { llmMockEffects } from '../llm/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { newStore, resultOf } from './agent-run.fixture.ts';
import { agentLoop, type LoopOptions, readAgentEvents, type Tool, toTool } from './index.ts';
import { rankTools } from './tool-index.ts';
import { matchTools } from './tool-pattern.ts';

const SEARCH = '__harn_tool_search';

const tool = (name: string, description: string, more: JsonObject = {}): Tool =>
  toTool(
    { name, description, parameters: { x: { type: 'string', required: false } }, ...more },
    { kind: 'native', run: () => `${name} ran` },
  );

const TOOLS = [
  tool('look', 'Reads a file'),
  tool('deploy_service', 'Ships the release', { defer_loading: true }),
  tool('queryMetrics', 'Numbers of the service', { defer_loading: true }),
];

const calling = (name: string, args: Json = {}): JsonObject => ({
  tool_calls: [{ id: `call_${name}`, name, arguments: args }],
});

interface Seen {
  readonly result: JsonObject;
  readonly calls: readonly { readonly tools: readonly JsonObject[]; readonly system: string }[];
}

const run = (
  mocks: readonly Json[],
  options: LoopOptions,
  tools = TOOLS,
  store?: Awaited<ReturnType<typeof newStore>>,
) =>
  resultOf<Seen & JsonObject>(
    function* (ctx: RunContext): Suspending<Json> {
      for (const mock of mocks) ctx.sync(llmMockEffects.mock_enqueue, [mock]);
      const result = yield* agentLoop(ctx, 'go', null, { provider: 'mock', ...options }, { tools });
      return { result, calls: ctx.sync(llmMockEffects.mock_calls, []) } as unknown as Json;
    },
    store === undefined ? {} : { store },
  );

/** Without the tool that every loop brings. */
const names = ({ calls }: Seen, turn: number) =>
  calls[turn]?.tools
    .map((one) => (one['function'] as JsonObject | undefined)?.['name'] ?? one['name'])
    .filter((name) => name !== 'agent_await_resumption');

const lastResult = (result: JsonObject) =>
  ((result['transcript'] as JsonObject)['messages'] as JsonObject[]).findLast(
    ({ role }) => role === 'tool',
  );

describe('a loop with tool_search', () => {
  it('shows what a search found from the next turn on, and tells followers and the history', async () => {
    const store = await newStore();
    const seen = await run(
      [calling(SEARCH, { query: 'ship a release' }), calling('deploy_service'), { text: 'ok' }],
      { tool_search: 'bm25', session_id: 's' },
      TOOLS,
      store,
    );
    expect(names(seen, 0)).toEqual(['look', SEARCH]);
    expect(names(seen, 1)).toEqual(['look', 'deploy_service', SEARCH]);
    expect(names(seen, 2)).toEqual(['look', 'deploy_service', SEARCH]);
    expect(seen.calls[0]?.system).toContain(SEARCH);
    expect(seen.calls[0]?.system).not.toContain('deploy_service');
    expect(seen.result).toMatchObject({ tools: { successful: [SEARCH, 'deploy_service'] } });
    const about = { strategy: 'bm25', mode: 'client' };
    const events = await readAgentEvents(store, 's');
    expect(
      events.filter(({ kind }) => kind.startsWith('tool_search')).map(({ event }) => event),
    ).toEqual([
      expect.objectContaining({
        type: 'tool_search_query',
        query: { query: 'ship a release' },
        ...about,
      }),
      expect.objectContaining({
        type: 'tool_search_result',
        promoted: ['deploy_service'],
        ...about,
      }),
    ]);
    const history = (seen.result['transcript'] as { events: JsonObject[] }).events;
    expect(history.filter(({ kind }) => kind === 'tool_search_result')).toMatchObject([
      { metadata: { promoted: ['deploy_service'], mode: 'client' } },
    ]);
  });

  it('does not call what was not found, and says how to find it', async () => {
    const { result } = await run([calling('deploy_service'), { text: 'ok' }], {
      tool_search: true,
    });
    expect(String(lastResult(result)?.['content'])).toContain(`find it with ${SEARCH} first`);
  });

  it('keeps tools back also where nothing searches', async () => {
    const seen = await run([{ text: 'ok' }], {});
    expect(names(seen, 0)).toEqual(['look']);
  });

  it('gives the oldest up where the budget of tokens ends', async () => {
    const seen = await run(
      [
        calling(SEARCH, { query: 'release' }),
        calling(SEARCH, { query: 'metrics' }),
        { text: 'ok' },
      ],
      { tool_search: { budget_tokens: 30 } },
    );
    expect(names(seen, 1)).toContain('deploy_service');
    expect(names(seen, 2)).toEqual(['look', 'queryMetrics', SEARCH]);
  });

  it('pins tools, renames the search, and lists what there is to find', async () => {
    const seen = await run([{ text: 'ok' }], {
      tool_search: { name: 'find', always_loaded: ['queryMetrics'], include_stub_listing: true },
    });
    expect(names(seen, 0)).toEqual(['look', 'queryMetrics', 'find']);
    expect(seen.calls[0]?.system).toContain('- deploy_service: Ships the release');
  });

  it('lets a provider search that can', async () => {
    const seen = await run([{ text: 'ok' }], { model: 'gpt-5.4', tool_search: { mode: 'native' } });
    expect(seen.calls[0]?.tools[0]).toEqual({ type: 'tool_search', mode: 'hosted' });
    expect(seen.calls[0]?.tools[2]).toMatchObject({ type: 'function', defer_loading: true });
  });

  it.each<[string, LoopOptions, string]>([
    [
      'native where there is none',
      { model: 'gpt-4o', tool_search: { mode: 'native' } },
      'HARN-LLM-195',
    ],
    ['a host that is not there', { tool_search: { strategy: 'semantic' } }, 'HARN-LLM-196'],
    ['a name that nobody knows', { tool_search: { budget: 3 } }, 'HARN-LLM-140'],
  ])('refuses %s', async (_name, options, code) => {
    await expect(run([{ text: 'x' }], options)).rejects.toMatchObject({ code });
  });

  it('refuses to keep everything back', async () => {
    const ended = run([{ text: 'x' }], { tool_search: true }, TOOLS.slice(1));
    await expect(ended).rejects.toMatchObject({ code: 'HARN-LLM-197' });
  });
});

describe('a search', () => {
  const corpus = TOOLS.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }));

  it('by words ranks names, descriptions and parameters', () => {
    expect(rankTools('query metrics', corpus, 5)).toEqual(['queryMetrics']);
    expect(rankTools('service', corpus, 5)).toEqual(['deploy_service', 'queryMetrics']);
    expect(rankTools('service', corpus, 1)).toEqual(['deploy_service']);
    expect(rankTools('nothing like it', corpus, 5)).toEqual([]);
  });

  it('by an expression takes no longer the nastier it is', () => {
    expect(matchTools('DEPLOY|look', corpus, 5).found).toEqual(['look', 'deploy_service']);
    expect(matchTools('(', corpus, 5).problem).toContain('regular expression');
    const long = [{ name: 'a', description: 'a'.repeat(5000), parameters: {} }];
    expect(matchTools('(a+)+$b', long, 5).found).toEqual([]);
  });
});

describe('identical calls in a row', () => {
  const same = calling('look', { x: 'a' });
  const results = ({ result }: Seen) =>
    ((result['transcript'] as JsonObject)['messages'] as JsonObject[])
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => String(content));

  it('are hinted at, then not shown, then not made', async () => {
    let made = 0;
    const counting = toTool(
      { name: 'look', parameters: { x: 'string' }, mutates: false },
      {
        kind: 'native',
        run: () => {
          made += 1;
          return 'seen';
        },
      },
    );
    const seen = await run([same, same, same, same, same, { text: 'ok' }], {}, [counting]);
    const told = results(seen);
    expect(told[0]).toBe('seen');
    expect(told[1]).toMatch(/^seen\n\[This call/);
    expect(told[2]).toContain('3 times in a row');
    expect(told[3]).toContain('rejected_loop');
    expect(told[4]).toContain('5 times in a row');
    expect(made).toBe(3);
  });

  it('whose results change are let be, and limits can be moved or taken away', async () => {
    let made = 0;
    const poll = toTool(
      { name: 'look', parameters: { x: 'string' }, mutates: false },
      {
        kind: 'native',
        run: () => {
          made += 1;
          return `seen ${made}`;
        },
      },
    );
    const five = [same, same, same, same, same, { text: 'ok' }];
    expect(results(await run(five, {}, [poll]))).toEqual([1, 2, 3, 4, 5].map((n) => `seen ${n}`));
    const quiet = { loop_detect_warn: 0, loop_detect_block: 0, loop_detect_skip: 0 };
    const look = tool('look', '');
    expect(new Set(results(await run(five, quiet, [look])))).toEqual(new Set(['look ran']));
  });
});

describe('a result that is too long', () => {
  it('is shown from its beginning, kept with the conversation, and can be read on', async () => {
    const long = `${'a'.repeat(40)}the end`;
    const dump = toTool(
      { name: 'dump', parameters: {}, mutates: false, max_output_chars: 20 },
      { kind: 'native', run: () => long },
    );
    const id = 'output_1_call_dump';
    const seen = await run(
      [
        calling('dump'),
        calling('read_tool_output', { id, offset: 40, limit: 3 }),
        calling('read_tool_output', { id: 'other' }),
        { text: 'ok' },
      ],
      {},
      [dump],
    );
    expect(names(seen, 0)).toEqual(['dump']);
    expect(names(seen, 1)).toEqual(['dump', 'read_tool_output']);
    const { messages, assets } = seen.result['transcript'] as {
      messages: JsonObject[];
      assets: JsonObject[];
    };
    const told = messages
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => String(content));
    expect(told[0]).toMatch(/^a{20}\n/);
    expect(told[0]).toContain(`all 47 characters: read_tool_output({"id":"${id}"})`);
    expect(told[1]).toBe('the\n[to 43 of 47]');
    expect(told[2]).toContain('no kept output');
    expect(assets).toMatchObject([{ id, kind: 'tool_output', title: 'dump', text: long }]);
  });
});
