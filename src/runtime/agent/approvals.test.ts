// Approval policies of loops: what is called without asking, never, or only when somebody agrees; below a loop, on paths
// that are links, by hosts and by people, and under every kill.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { type HostOffer, hostOfferKey } from '../boundary/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { equipHuman, listQuestions, questionIndex, respondToRequest } from '../human/index.ts';
import type { RunCore, Suspending } from '../run/index.ts';
import { type Lived, live, newStore, returnedBy } from './agent-run.fixture.ts';
import { agentLoop, type LoopOptions, type Tool, toTool } from './index.ts';

interface World {
  readonly called: string[];
  readonly asked: JsonObject[];
}

function tool(world: World, name: string, more: JsonObject = {}): Tool {
  const parameters = { path: { type: 'string', required: false } };
  return toTool(
    { name, description: name, parameters, annotations: { path_params: ['path'] }, ...more },
    {
      kind: 'program',
      *run(_ctx, args) {
        yield* [];
        world.called.push(`${name} ${String(args['path'])}`);
        return 'done';
      },
    },
  );
}

const turn = (...list: readonly (readonly [string, string])[]): JsonObject => ({
  text: '',
  tool_calls: list.map(([name, path], k) => ({ id: `c${k}`, name, arguments: { path } })),
});

/** What `session.request_permission` of the embedding program answers. */
const hostThat = (world: World, answer: (request: JsonObject) => Json): HostOffer => ({
  capabilities: {
    session: {
      operations: {
        request_permission: {
          call: (request) => {
            world.asked.push(request);
            return answer(request);
          },
        },
      },
    },
  },
});

interface Scene {
  readonly options: LoopOptions;
  readonly calls: readonly (readonly [string, string])[];
  readonly offer?: HostOffer;
  readonly host?: MockHost;
  readonly world?: World;
  readonly store?: Store;
  readonly resume?: string;
  readonly killAfter?: number;
  /** Options of a loop around the one that has the tools. */
  readonly around?: LoopOptions;
  readonly people?: boolean;
  readonly turns?: number;
  readonly abandon?: boolean;
}

const newWorld = (): World => ({ called: [], asked: [] });

async function liveIn(scene: Scene): Promise<Lived> {
  const { options, calls, offer, around, people = false, world = newWorld(), ...life } = scene;
  const tools = [tool(world, 'write_note'), tool(world, 'read_note', { mutates: false })];
  const inner = (ctx: Parameters<typeof agentLoop>[0]) =>
    agentLoop(ctx, 'go', null, options, { tools }) as Suspending<Json>;
  const delegate = toTool({ name: 'delegate', parameters: {} }, { kind: 'program', run: inner });
  const mocks = [turn(...calls), { text: 'done' }];
  const asksForIt = { text: '', tool_calls: [{ id: 'd', name: 'delegate', arguments: {} }] };
  return live({
    ...life,
    store: life.store ?? (await newStore()),
    body: (ctx) =>
      around === undefined
        ? inner(ctx)
        : (agentLoop(ctx, 'go', null, around, { tools: [delegate] }) as Suspending<Json>),
    mocks: around === undefined ? mocks : [asksForIt, ...mocks, { text: 'all done' }],
    equip: (core: RunCore) => {
      if (offer !== undefined) core.provide(hostOfferKey, offer);
      if (people) equipHuman(core);
    },
  });
}

interface Seen extends World {
  readonly rejected: readonly string[];
  readonly answers: readonly JsonObject[];
  readonly events: readonly string[];
}

function seenIn(result: Lived['result'], world: World): Seen {
  const { transcript, tools } = returnedBy(result) as unknown as {
    readonly transcript: {
      readonly messages: readonly JsonObject[];
      readonly events: readonly JsonObject[];
    };
    readonly tools: { readonly rejected: readonly string[] };
  };
  const answers = transcript.messages
    .filter(({ role, content }) => role === 'tool' && String(content).startsWith('{'))
    .map(({ content }) => JSON.parse(String(content)) as JsonObject);
  const events = transcript.events.map(({ kind }) => String(kind));
  return {
    ...world,
    rejected: tools.rejected,
    answers,
    events: events.filter((kind) => kind.startsWith('Permission')),
  };
}

async function seen(scene: Scene): Promise<Seen> {
  const world = newWorld();
  const { result } = await liveIn({ ...scene, world });
  return seenIn(result, world);
}

const both = [
  ['read_note', 'a'],
  ['write_note', 'b'],
] as const;

describe('an approval policy', () => {
  it('denies by pattern before it approves, and the model is told which pattern it was', async () => {
    const approval_policy = { auto_approve: ['*'], auto_deny: ['write*'] };
    const found = await seen({ options: { approval_policy }, calls: both });
    expect(found.called).toEqual(['read_note a']);
    expect(found.rejected).toEqual(['write_note']);
    expect(found.answers).toEqual([
      {
        error: 'permission_denied',
        tool: 'write_note',
        reason: '"write_note" matches the deny pattern "write*" of the approval policy',
      },
    ]);
    expect(found.events).toEqual(['PermissionDeny']);
  });

  it('lets pass what no pattern names', async () => {
    const approval_policy = { auto_approve: ['list*'], require_approval: ['edit*'] };
    const found = await seen({ options: { approval_policy }, calls: both });
    expect(found.called).toEqual(['read_note a', 'write_note b']);
  });

  it('approves what it also would ask for, in one policy', async () => {
    const world = newWorld();
    const offer = hostThat(world, () => false);
    const approval_policy = { auto_approve: ['write*'], require_approval: ['*note'] };
    const found = await seen({ options: { approval_policy }, calls: both, offer });
    expect(found.called).toEqual(['write_note b']);
    expect(world.asked).toHaveLength(1);
  });

  it('refuses what it does not know, before anything is paid for', async () => {
    const cases: readonly Json[] = ['all', { auto: [] }, { auto_deny: 'x' }, { auto_deny: [1] }];
    for (const approval_policy of cases) {
      const given = { approval_policy } as LoopOptions;
      await expect(seen({ options: given, calls: both })).rejects.toThrow('approval_policy');
    }
  });

  it('lets calls write only where its list says, as paths really lead', async () => {
    const host = createMockHost({ files: { '/in/a': '', '/out/secret': '' }, cwd: '/in' });
    const real = host.fs.realPath.bind(host.fs);
    Object.assign(host.fs, {
      realPath: (path: string) => real(path.replace(/^\/in\/link(?=\/|$)/, '/out')),
    });
    const calls = [
      ['write_note', '/in/new'],
      ['write_note', 'sub/new'],
      ['write_note', '/out/new'],
      ['write_note', '../out/new'],
      ['write_note', '/in/link/secret'],
      ['read_note', '/out/secret'],
    ] as const;
    for (const place of ['/in/*', '**', './**']) {
      const options = { approval_policy: { write_path_allowlist: [place] }, loop_detect_skip: 0 };
      const found = await seen({ options, calls, host });
      expect(found.called).toEqual([
        'write_note /in/new',
        'write_note sub/new',
        'read_note /out/secret',
      ]);
    }
    const none = { approval_policy: { write_path_allowlist: [] } };
    expect((await seen({ options: none, calls, host })).called).toEqual(['read_note /out/secret']);
  });

  it('holds below the loop, where another one can only be stricter', async () => {
    const loose = { approval_policy: { auto_approve: ['*'], write_path_allowlist: ['/**'] } };
    const world = newWorld();
    const denying = { approval_policy: { auto_deny: ['write*'] } };
    await liveIn({ options: loose, calls: both, around: denying, world });
    expect(world.called).toEqual(['read_note a']);
    const asking = { approval_policy: { require_approval: ['write*'] } };
    const asked = newWorld();
    const offer = hostThat(asked, () => false);
    await liveIn({ options: loose, calls: both, around: asking, world: asked, offer });
    expect(asked.called).toEqual(['read_note a']);
    expect(asked.asked).toHaveLength(1);
  });
});

describe('a host that decides on permissions', () => {
  const options = { approval_policy: { require_approval: ['write*'] }, session_id: 's' };

  it('is told what is to be called by whom, and its yes is in the history', async () => {
    const world = newWorld();
    const offer = hostThat(world, () => ({ outcome: { outcome: 'selected' } }));
    const found = await seen({ options, calls: both, offer });
    expect(found.called).toEqual(['read_note a', 'write_note b']);
    expect(found.events).toEqual(['PermissionEscalation', 'PermissionGrant']);
    expect(world.asked).toMatchObject([
      {
        sessionId: 's',
        approvalRequest: { id: 'c1', action: 'write_note', principal: 'p', approvers_required: 1 },
        toolCall: { toolCallId: 'c1', toolName: 'write_note', rawInput: { path: 'b' } },
        mutation: { session_id: 's', mutation_scope: 'apply_workspace' },
        declaredPaths: ['b'],
      },
    ]);
  });

  it('says no with its reason; what is no answer is a no', async () => {
    const answers: readonly [Json, string][] = [
      [{ granted: false, reason: 'not now' }, 'not now'],
      [{ outcome: { outcome: 'cancelled' } }, 'the host said no'],
      [{ outcome: { outcome: 'selected', optionId: 'reject_once' } }, 'the host said no'],
      ['yes', 'the host said no'],
      [null, 'the host said no'],
    ];
    for (const [answer, reason] of answers) {
      const found = await seen({ options, calls: both, offer: hostThat(newWorld(), () => answer) });
      expect(found.called).toEqual(['read_note a']);
      expect(found.answers).toMatchObject([{ error: 'permission_denied', reason }]);
    }
  });

  it('may put other arguments in place, which have to be allowed like any', async () => {
    const host = createMockHost({ files: { '/in/a': '', '/out/b': '' }, cwd: '/in' });
    const rules = { require_approval: ['write*'], write_path_allowlist: ['/in/*'] };
    const cases: readonly [JsonObject, readonly string[]][] = [
      [{ path: '/in/c' }, ['write_note /in/c']],
      [{ path: '/out/c' }, []],
      [{ path: { wrong: true } }, []],
    ];
    for (const [args, called] of cases) {
      const world = newWorld();
      const offer = hostThat(world, () => ({ granted: true, args }));
      const calls = [['write_note', '/in/b']] as const;
      const found = await seen({ options: { approval_policy: rules }, calls, offer, host });
      expect(found.called).toEqual(called);
      expect(world.asked).toHaveLength(1);
    }
  });
});

describe('people who approve calls', () => {
  const options = { approval_policy: { require_approval: ['write*'] } };
  const scene = { options, calls: both, people: true } as const;

  const peopleStore = async (): Promise<Store> => {
    const store = await newStore();
    await store.declare(questionIndex);
    return store;
  };

  /** Answers what is asked while a life goes on. */
  async function answering<T>(store: Store, approved: boolean, life: Promise<T>): Promise<T> {
    let isOver = false;
    const ended = life.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise((ok) => setImmediate(ok));
      const [open] = await listQuestions(store, { status: 'open' });
      if (open === undefined) continue;
      expect(open).toMatchObject({ request_kind: 'approval', prompt: 'write_note' });
      const vote = { approved, reviewer: 'ada', reason: 'because', nowMs: 5 };
      await respondToRequest(store, open.request_id, vote);
    }
    return ended;
  }

  async function answeredBy(approved: boolean): Promise<Seen> {
    const [store, world] = [await peopleStore(), newWorld()];
    const { result } = await answering(store, approved, liveIn({ ...scene, store, world }));
    return seenIn(result, world);
  }

  it('say yes, and it is in the history', async () => {
    const found = await answeredBy(true);
    expect(found.called).toEqual(['read_note a', 'write_note b']);
    expect(found.events).toEqual(['PermissionEscalation', 'PermissionGrant']);
  });

  it('say no, and the model reads why', async () => {
    const found = await answeredBy(false);
    expect(found.rejected).toEqual(['write_note']);
    expect(String(found.answers[0]?.['reason'])).toContain('because');
  });

  /** Killed after so many commits, or where it waits when nobody answers; then resumed to its end. */
  async function killedAt(kill: number, isAnswered: boolean): Promise<boolean> {
    const store = await peopleStore();
    const turns = isAnswered ? 6000 : 400;
    const life = liveIn({ ...scene, store, killAfter: kill, turns, abandon: true });
    const first = isAnswered ? await answering(store, true, life) : await life;
    if (first.alive()) return false;
    const asked = await listQuestions(store, {});
    if (kill > 0) expect(asked).toMatchObject([{ status: isAnswered ? 'approved' : 'open' }]);
    const world = newWorld();
    const resume = kill === 0 ? {} : { resume: first.run.id };
    const life2 = liveIn({ ...scene, store, world, ...resume });
    const { result } = await answering(store, true, life2);
    expect(returnedBy(result)).toMatchObject({ tools: { rejected: [] }, status: 'done' });
    expect(world.called).toContain('write_note b');
    const all = await listQuestions(store, {});
    expect(all).toHaveLength(1);
    for (const { request_id: id } of asked) expect(id).toBe(all[0]?.request_id);
    return true;
  }

  it('are asked once, when the process is killed at any commit or while it waits', async () => {
    let kill = 0;
    while (await killedAt(kill, true)) kill += 1;
    expect(kill).toBeGreaterThan(2);
    expect(await killedAt(Number.POSITIVE_INFINITY, false)).toBe(true);
  });
});
