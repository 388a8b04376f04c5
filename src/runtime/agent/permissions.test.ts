// What an agent may call: permissions, the policy in force, hooks of tools; what the model and the history are told.
import { describe, expect, it } from 'vitest';
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { fsEffects } from '../io/index.ts';
import type { Handler, RunBody, RunContext, Suspending } from '../run/index.ts';
import { spawnAgent, waitAgent } from '../work/index.ts';
import { live, newStore, resultOf, returnedBy } from './agent-run.fixture.ts';
import {
  agentLoop,
  CODE_PLACE,
  clearToolHooks,
  type LoopOptions,
  registerToolHook,
  type Tool,
  toTool,
} from './index.ts';

/** A tool that says what it was called with, and whether it was. */
function tool(name: string, called: string[] = [], more: JsonObject = {}): Tool {
  const parameters = { path: { type: 'string', required: false } };
  return toTool(
    { name, description: name, parameters, ...more },
    {
      kind: 'program',
      *run(_ctx, args) {
        yield* [];
        called.push(`${name} ${String(args['path'])}`);
        return `${name} ${String(args['path'])}`;
      },
    },
  );
}

const calls = (...list: readonly (readonly [string, string])[]): JsonObject => ({
  text: '',
  tool_calls: list.map(([name, path], k) => ({ id: `c${k}`, name, arguments: { path } })),
});

const code = (run: (...args: readonly Json[]) => Json): Handler => ({
  kind: 'generator',
  name: 'code',
  *run(_ctx, args) {
    yield* [];
    return run(...(args as readonly Json[]));
  },
});

interface Seen {
  readonly called: readonly string[];
  /** What the model was answered, by call. */
  readonly answers: readonly string[];
  readonly rejected: readonly string[];
  /** Decisions in the history. */
  readonly events: readonly string[];
}

const DECISIONS = /^Permission/;

async function seen(
  asked: readonly (readonly [string, string])[],
  options: LoopOptions,
  more: {
    readonly code?: readonly Handler[];
    readonly tools?: readonly Tool[];
    readonly before?: (ctx: RunContext) => void;
  } = {},
): Promise<Seen> {
  const called: string[] = [];
  const tools = more.tools ?? [tool('read_note', called), tool('write_note', called)];
  const result = await resultOf(
    (ctx) => {
      more.before?.(ctx);
      const parts = { tools, permissionCode: more.code ?? [] };
      return agentLoop(ctx, 'go', null, options, parts) as Suspending<unknown>;
    },
    { mocks: [calls(...asked), { text: 'done' }] },
  );
  const { transcript, tools: facts } = result as unknown as {
    readonly transcript: {
      readonly messages: readonly JsonObject[];
      readonly events: readonly JsonObject[];
    };
    readonly tools: { readonly rejected: readonly string[] };
  };
  return {
    called,
    answers: transcript.messages
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => String(content)),
    rejected: facts.rejected,
    events: transcript.events
      .filter(({ kind }) => DECISIONS.test(String(kind)))
      .map(({ kind, text }) => `${String(kind).slice('Permission'.length)} ${String(text)}`),
  };
}

describe('permissions of an agent', () => {
  it('say yes and no by the name of a tool, and the model is told why', async () => {
    const found = await seen(
      [
        ['read_note', 'a'],
        ['write_note', 'b'],
      ],
      { permissions: { deny: ['write_*'] } },
    );
    expect(found.called).toEqual(['read_note a']);
    expect(found.rejected).toEqual(['write_note']);
    expect(found.answers[0]).toBe('read_note a');
    expect(JSON.parse(found.answers[1] as string)).toEqual({
      error: 'permission_denied',
      tool: 'write_note',
      reason: '"write_note" is denied by its permissions',
    });
    expect(found.events).toEqual([
      'Grant read_note',
      'Deny write_note: "write_note" is denied by its permissions',
    ]);
  });

  it('allow only what they name once they name something, and deny wins', async () => {
    const both = { permissions: { allow: ['*_note'], deny: ['write_note'] } };
    const one = { permissions: { allow: ['read_note'] } };
    for (const options of [both, one]) {
      const found = await seen(
        [
          ['read_note', 'a'],
          ['write_note', 'b'],
        ],
        options,
      );
      expect(found.called).toEqual(['read_note a']);
    }
  });

  it('look at arguments, by pattern and by function', async () => {
    const asked = [
      ['read_note', '/in/a'],
      ['read_note', '/out/b'],
      ['write_note', '/in/c'],
      ['write_note', 'keep'],
    ] as const;
    const rules = {
      allow: { read_note: ['/in/*'], write_note: { [CODE_PLACE]: 0 } },
      deny: { write_note: 'keep' },
    };
    const long = code((args) => String((args as JsonObject)['path']).length > 3);
    const found = await seen(asked, { permissions: rules }, { code: [long] });
    expect(found.called).toEqual(['read_note /in/a', 'write_note /in/c']);
  });

  it('hold where their code did not come along, and where it fails', async () => {
    const place = { [CODE_PLACE]: 0 };
    const asked = [['write_note', 'a']] as const;
    const failing = code(() => {
      throw new Error('no idea');
    });
    expect((await seen(asked, { permissions: { deny: { write_note: place } } })).called).toEqual(
      [],
    );
    expect((await seen(asked, { permissions: { allow: { write_note: place } } })).called).toEqual(
      [],
    );
    const found = await seen(
      asked,
      { permissions: { deny: { write_note: place } } },
      { code: [failing] },
    );
    expect(found.called).toEqual([]);
    expect(found.answers[0]).toContain('no idea');
  });

  it('can be escalated, once or for the session', async () => {
    const twice = [
      ['write_note', 'a'],
      ['write_note', 'a'],
      ['write_note', 'b'],
    ] as const;
    const permissions = { deny: ['write_note'], on_escalation: { [CODE_PLACE]: 0 } };
    const requests: Json[] = [];
    const answering = (grant: Json) =>
      code((request) => {
        requests.push(request ?? null);
        return (request as { args: JsonObject }).args['path'] === 'a' ? grant : false;
      });
    const session = await seen(
      twice,
      { permissions },
      { code: [answering({ grant: 'session', approver: 'ann', reason: 'fine' })] },
    );
    expect(session.called).toEqual(['write_note a', 'write_note a']);
    expect(session.events.map((event) => event.split(' ')[0])).toEqual([
      'Escalation',
      'Grant',
      'Grant',
      'Escalation',
      'Deny',
    ]);
    expect(session.events[1]).toBe('Grant write_note: fine');
    expect(requests[0]).toMatchObject({
      tool: 'write_note',
      args: { path: 'a' },
      reason: '"write_note" is denied by its permissions',
    });
    const once = await seen(twice, { permissions }, { code: [answering(true)] });
    expect(once.events.filter((event) => event.startsWith('Escalation'))).toHaveLength(3);
  });

  it('are refused when they make no sense', async () => {
    const refusal = async (permissions: Json) => {
      try {
        await seen([], { permissions });
      } catch (error) {
        return HarnError.is(error) ? error.code : 'other';
      }
      return 'none';
    };
    expect(await refusal('all')).toBe('HARN-AGL-001');
    expect(await refusal({ alow: [] })).toBe('HARN-AGL-001');
    expect(await refusal({ deny: [1] })).toBe('HARN-AGL-001');
    expect(await refusal({ deny: { x: {} } })).toBe('HARN-AGL-001');
  });

  it('decide the same, and ask once, when the run is killed after any commit', async () => {
    let asked = 0;
    const permissions = { deny: ['write_note'], on_escalation: { [CODE_PLACE]: 0 } };
    const grant = code(() => {
      asked += 1;
      return { grant: 'session' };
    });
    // A mutation per call: something to be durable about.
    const parameters = { path: { type: 'string' } };
    const writing = toTool(
      { name: 'write_note', parameters, mutates: true },
      { kind: 'native', run: () => 'written' },
    );
    const body: RunBody = function* (ctx) {
      const parts = { tools: [writing], permissionCode: [grant] };
      const { transcript } = yield* agentLoop(ctx, 'go', null, { permissions }, parts);
      return (transcript['events'] as readonly JsonObject[]).map(({ kind }) => kind) as Json;
    };
    const mocks = [calls(['write_note', 'a']), calls(['write_note', 'a']), { text: 'done' }];
    const whole = await resultOf<Json>(body, { mocks });
    expect(asked).toBe(1);
    expect(whole).toEqual(expect.arrayContaining(['PermissionEscalation', 'PermissionGrant']));
    let kills = 0;
    for (let killAfter = 0; killAfter < 40; killAfter += 1) {
      const store = await newStore();
      const first = await live({ body, store, mocks, killAfter });
      if (first.result !== undefined && first.alive()) break;
      kills += 1;
      const known = (await store.latest(`runs.${first.run.id}`)) !== undefined;
      const next = { body, store, mocks, ...(known ? { resume: first.run.id } : {}) };
      expect(returnedBy<Json>((await live(next)).result), `after ${killAfter}`).toEqual(whole);
    }
    expect(kills).toBeGreaterThan(2);
  });
});

describe('the policy in force', () => {
  const write = [['write_note', 'a']] as const;

  it('comes before permissions and is not escalated', async () => {
    const options = {
      policy: { tools: ['read_note'] },
      permissions: { allow: ['*'], deny: [], on_escalation: { [CODE_PLACE]: 0 } },
    };
    const found = await seen(write, options, { code: [code(() => true)] });
    expect(found.called).toEqual([]);
    expect(found.events).toEqual(['Deny write_note: the policy in force has no tool "write_note"']);
  });

  it('limits side effects and arguments', async () => {
    const called: string[] = [];
    const danger = tool('run', called, { annotations: { side_effect_level: 'process_exec' } });
    // A tool that can never be called ends the loop before a model is asked.
    const levels = seen(
      [['run', 'x']],
      { policy: { side_effect_level: 'read_only' } },
      { tools: [danger] },
    );
    await expect(levels).rejects.toMatchObject({
      code: 'HARN-AGL-005',
      message: expect.stringContaining('TOOL_SURFACE_SIDE_EFFECT_CEILING_EXCEEDED'),
    });
    expect(called).toEqual([]);
    const constraint = { tool: 'read_note', arg_key: 'path', arg_patterns: ['src/*'] };
    const args = await seen(
      [
        ['read_note', 'src/a'],
        ['read_note', 'etc/b'],
      ],
      { policy: { tool_arg_constraints: [constraint] } },
    );
    expect(args.called).toEqual(['read_note src/a']);
    expect(args.answers[1]).toContain('does not match allowed patterns');
    const climbing = await seen(
      [
        ['read_note', 'src/../etc/b'],
        ['read_note', 'src/x/../a'],
      ],
      { policy: { tool_arg_constraints: [constraint] } },
    );
    expect(climbing.called).toEqual(['read_note src/x/../a']);
  });

  it('holds for what tools do, whoever starts it from there, and ends with the loop', async () => {
    const host = createMockHost({ files: { '/work/a.txt': 'a' } });
    const trying = function* (ctx: RunContext): Suspending<Json> {
      const found: Json[] = [];
      const attempt = function* (work: Suspending<unknown>) {
        try {
          yield* work;
          found.push('yes');
        } catch (error) {
          found.push(HarnError.is(error) ? error.code : String(error));
        }
      };
      yield* attempt(ctx.perform(fsEffects.read_text, ['a.txt']));
      yield* attempt(ctx.perform(fsEffects.write_text, ['b.txt', 'b']));
      return found;
    };
    const outcome: Json[] = [];
    const probe = toTool(
      { name: 'probe', parameters: {} },
      {
        kind: 'program',
        *run(ctx) {
          outcome.push(yield* trying(ctx));
          const body: Handler = { kind: 'generator', name: 'body', run: (inner) => trying(inner) };
          const worker = yield* spawnAgent(ctx, { task: 'x' }, { body });
          outcome.push((yield* waitAgent(ctx, worker))['result'] ?? null);
          return null;
        },
      },
    );
    await resultOf(
      function* (ctx) {
        const options = { policy: { side_effect_level: 'read_only' } };
        yield* agentLoop(ctx, 'go', null, options, { tools: [probe] });
        outcome.push(yield* trying(ctx));
        return null;
      },
      { host, mocks: [calls(['probe', '']), { text: 'done' }] },
    );
    const refused = ['yes', 'HARN-CAP-201'];
    expect(outcome).toEqual([refused, refused, ['yes', 'yes']]);
  });

  it('is not widened by what is asked for below it', async () => {
    const inner = toTool(
      { name: 'inner', parameters: {} },
      {
        kind: 'program',
        *run(ctx) {
          yield* agentLoop(ctx, 'go', null, { policy: { tools: ['inner', 'more'] } });
          return null;
        },
      },
    );
    const found = await seen([['inner', '']], { policy: { tools: ['inner'] } }, { tools: [inner] });
    expect(found.answers[0]).toContain('requested tools exceed host ceiling: more');
  });
});

describe('hooks of tools', () => {
  const asked = [
    ['read_note', 'a'],
    ['write_note', 'b'],
  ] as const;

  it('deny by pattern until they are forgotten', async () => {
    const deny = { pattern: 'write_*', deny: 'not today' };
    const found = await seen(asked, {}, { before: (ctx) => registerToolHook(ctx, deny) });
    expect(found.called).toEqual(['read_note a']);
    expect(found.answers[1]).toContain('not today');
    expect(found.rejected).toEqual(['write_note']);
    const cleared = await seen(
      asked,
      {},
      {
        before: (ctx) => {
          registerToolHook(ctx, deny);
          clearToolHooks(ctx);
        },
      },
    );
    expect(cleared.called).toEqual(['read_note a', 'write_note b']);
  });

  it('change arguments before a call and what the model reads after it', async () => {
    const events: Json[] = [];
    const pre = code((event) => {
      events.push(event ?? null);
      const { tool: about } = event as { tool: { name: string; args: JsonObject } };
      return about.name === 'write_note' ? { args: { path: 'changed' } } : null;
    });
    const post = code((event) => {
      const { result } = event as { result: { text: string } };
      return `seen: ${result.text}`;
    });
    const found = await seen(
      asked,
      {},
      { before: (ctx) => registerToolHook(ctx, {}, { pre, post }) },
    );
    expect(found.called).toEqual(['read_note a', 'write_note changed']);
    expect(found.answers).toEqual(['seen: read_note a', 'seen: write_note changed']);
    expect(events[0]).toMatchObject({
      event: 'PreToolUse',
      tool: { name: 'read_note', args: { path: 'a' } },
      tool_call_id: 'c0',
    });
  });

  it('shorten long results, and show nothing when they fail', async () => {
    const long = [['read_note', 'x'.repeat(500)]] as const;
    const short = await seen(
      long,
      {},
      { before: (ctx) => registerToolHook(ctx, { max_output: 200 }) },
    );
    expect(short.answers[0]?.length).toBeLessThan(260);
    expect(short.answers[0]).toContain('snipped');
    const post = code(() => {
      throw new Error('cannot redact');
    });
    const failed = await seen(asked, {}, { before: (ctx) => registerToolHook(ctx, {}, { post }) });
    expect(failed.answers[0]).toContain('cannot redact');
    expect(failed.answers[0]).not.toContain('read_note a');
  });

  it('are refused when they make no sense', async () => {
    for (const bad of [null, { pattern: '' }, { deny: 1 }, { max_output: 0 }] as const) {
      const problem = await seen([], {}, { before: (ctx) => registerToolHook(ctx, bad) }).catch(
        (error: unknown) => error,
      );
      expect(HarnError.is(problem) && problem.code).toBe('HARN-TOL-011');
    }
  });
});
