// Long-running tools: what their starter gets, who hears of their end, and that nothing of them is left behind.
import { describe, expect, it } from 'vitest';
import { createDeferred, type Json, type JsonObject } from '../../base/index.ts';
import { furtherCapabilitiesKey, hostCalls } from '../boundary/index.ts';
import { createMockHost, type MockHost, type ProcessResult } from '../host/index.ts';
import { clockEffects } from '../io/index.ts';
import {
  journalTopic,
  loadJournal,
  type RunBody,
  type RunContext,
  type RunCore,
} from '../run/index.ts';
import { type Lived, live, newStore, resultOf, returnedBy } from './agent-run.fixture.ts';
import { agentLoop, longRunning, ownTools, sessionCalls, type Tool, toTool } from './index.ts';

const equip = (core: RunCore) => core.provide(furtherCapabilitiesKey, ownTools);

const runCommand: Tool = toTool(
  {
    name: 'run_command',
    executor: 'host_bridge',
    host_capability: 'tools.run_command',
    parameters: { type: 'object', properties: { argv: { type: 'array' } } },
  },
  undefined,
);

/** A command that ends when it is told to. */
function hostWithBuild(): {
  readonly host: MockHost;
  readonly end: (result: Partial<ProcessResult>) => void;
} {
  const host = createMockHost();
  const ended = createDeferred<Partial<ProcessResult>>();
  host.onCommand('build', () => ended.promise);
  return { host, end: ended.resolve };
}

const calls = (...names: readonly string[]): Json => ({
  text: '',
  tool_calls: names.map((name, k) => ({ id: `${name}_${k}`, name, arguments: {} })),
});

const startBuild: Json = {
  text: '',
  tool_calls: [
    { id: 'c1', name: 'run_command', arguments: { argv: ['build'], long_running: true } },
  ],
};

/** A tool that lets the command end and gives the run time to notice. */
const finishing = (end: () => void): Tool =>
  toTool(
    { name: 'go_on', parameters: {} },
    {
      kind: 'program',
      *run(ctx) {
        end();
        yield* ctx.perform(clockEffects.sleep_ms, [5]);
        return 'went on';
      },
    },
  );

const said = (result: JsonObject) => (result['transcript'] as { messages: JsonObject[] }).messages;

describe('a long-running command of a model', () => {
  it('gives a handle at once, and its result is said on a later turn', async () => {
    const { host, end } = hostWithBuild();
    const tools = [runCommand, finishing(() => end({ stdout: 'built', exitCode: 0 }))];
    const result = await resultOf((ctx) => agentLoop(ctx, 'build it', null, {}, { tools }), {
      host,
      equip,
      mocks: [startBuild, calls('go_on'), { text: 'done' }],
    });
    const messages = said(result);
    const handle = JSON.parse(String(messages[2]?.['content'])) as JsonObject;
    expect(handle).toMatchObject({
      handle_id: expect.stringMatching(/^hso-/),
      status: 'running',
      command_or_op_descriptor: 'build',
      pid: expect.any(Number),
    });
    const told = JSON.parse(String(messages[5]?.['content'])) as JsonObject;
    expect(messages[5]?.['role']).toBe('user');
    expect(told).toMatchObject({
      handle_id: handle['handle_id'],
      status: 'completed',
      operation: 'run_command',
      result: { status: 'completed', exit_code: 0, stdout: 'built' },
    });
  });

  it('is cut like the result of any tool, and read on with the tool for that', async () => {
    const { host, end } = hostWithBuild();
    const tools = [runCommand, finishing(() => end({ stdout: 'x'.repeat(60_000) }))];
    const reading: string[] = [];
    const result = await resultOf(
      function* (ctx) {
        const first = yield* agentLoop(ctx, 'build it', null, { session_id: 's' }, { tools });
        const assets = sessionCalls.snapshot(ctx, 's')?.['assets'] as JsonObject[];
        reading.push(
          ...assets.map(({ id, chars }) => `${String(id).slice(0, 11)} ${String(chars)}`),
        );
        return first;
      },
      { host, equip, mocks: [startBuild, calls('go_on'), { text: 'done' }] },
    );
    const told = String(said(result)[5]?.['content']);
    expect(told.length).toBeLessThan(51_000);
    expect(told).toContain('read_tool_output');
    expect(reading).toEqual([expect.stringMatching(/^output_hso- 12\d{4}$/)]);
  });

  it('is ended with the session of a loop that has no name', async () => {
    const { host } = hostWithBuild();
    const left: number[] = [];
    await resultOf(
      function* (ctx) {
        yield* agentLoop(ctx, 'build it', null, {}, { tools: [runCommand] });
        yield* ctx.perform(clockEffects.sleep_ms, [5]);
        left.push(host.processes.living.length, longRunning.list(ctx).length);
        return null;
      },
      { host, equip, mocks: [startBuild, { text: 'done' }] },
    );
    expect(left).toEqual([0, 0]);
  });

  it('goes on for a loop without a name that is suspended, and is heard of where that goes on', async () => {
    const { host, end } = hostWithBuild();
    const tools = [runCommand];
    const gate = {
      *next(_ctx: RunContext, { iteration }: { iteration: number }) {
        yield* [];
        return iteration === 2
          ? ({ kind: 'suspend', reason: 'wait for Ada', initiator: 'operator' } as const)
          : ({ kind: 'continue' } as const);
      },
    };
    const result = await resultOf(
      function* (ctx) {
        const first = yield* agentLoop(ctx, 'build it', null, {}, { tools, gate });
        expect(first.status).toBe('suspended');
        expect(longRunning.list(ctx)).toHaveLength(1);
        end({ exitCode: 2 });
        yield* ctx.perform(clockEffects.sleep_ms, [5]);
        const { session_id } = first;
        return yield* agentLoop(ctx, 'go on', null, { session_id }, { tools });
      },
      { host, equip, mocks: [startBuild, { text: 'it failed' }] },
    );
    expect(said(result).at(-2)?.['content']).toContain('"exit_code":2');
  });

  it('goes on between the loops of a session with a name, and the next one hears of it', async () => {
    const { host, end } = hostWithBuild();
    const tools = [runCommand];
    const result = await resultOf(
      function* (ctx) {
        yield* agentLoop(ctx, 'build it', null, { session_id: 's' }, { tools });
        expect(longRunning.list(ctx)).toHaveLength(1);
        end({ exitCode: 2 });
        yield* ctx.perform(clockEffects.sleep_ms, [5]);
        return yield* agentLoop(ctx, 'and?', null, { session_id: 's' }, { tools });
      },
      { host, equip, mocks: [startBuild, { text: 'started' }, { text: 'it failed' }] },
    );
    expect(said(result).at(-2)?.['content']).toContain('"exit_code":2');
  });

  it('is not given a handle when it cannot be started', async () => {
    const host = createMockHost();
    const result = await resultOf(
      (ctx) => agentLoop(ctx, 'build it', null, {}, { tools: [runCommand] }),
      { host, equip, mocks: [startBuild, { text: 'done' }] },
    );
    expect(said(result)[2]?.['content']).toContain('"error":"tool_error"');
  });
});

describe('a handle of a program', () => {
  it('is heard by the loop that it runs next', async () => {
    const host = createMockHost({ files: { '/w/a.md': 'a', '/w/b.md': 'b' }, cwd: '/w' });
    const result = await resultOf(
      function* (ctx) {
        yield* longRunning.glob(ctx, '*.md');
        yield* ctx.perform(clockEffects.sleep_ms, [5]);
        return yield* agentLoop(ctx, 'look', null, {});
      },
      { host, equip, mocks: [{ text: 'done' }] },
    );
    const told = JSON.parse(String(said(result)[1]?.['content'])) as JsonObject;
    expect(told).toMatchObject({
      status: 'completed',
      operation: 'glob',
      result: ['a.md', 'b.md'],
    });
  });

  it('can be waited for, and then no model hears of it', async () => {
    const { host, end } = hostWithBuild();
    const result = await resultOf<{ first: JsonObject; second: JsonObject; messages: number }>(
      function* (ctx) {
        const handle = yield* hostCalls.call(ctx, 'tools.run_command', {
          argv: ['build'],
          background: true,
        });
        const first = yield* longRunning.wait(ctx, handle, 10);
        end({ stdout: 'built' });
        const second = yield* longRunning.wait(ctx, handle);
        const { transcript } = yield* agentLoop(ctx, 'look', null, {});
        const { messages } = transcript as unknown as { messages: Json[] };
        return { first, second, messages: messages.length };
      },
      { host, equip, mocks: [{ text: 'done' }] },
    );
    expect(result.first['status']).toBe('running');
    expect(result.second).toMatchObject({ status: 'completed', result: { stdout: 'built' } });
    expect(result.messages).toBe(2);
  });

  it('is cancelled once, and its process is gone when that is said', async () => {
    const { host } = hostWithBuild();
    const seen: Json[] = [];
    await resultOf(
      function* (ctx) {
        const handle = yield* longRunning.command(ctx, 'run_command', {
          argv: ['build'],
          long_running: true,
        });
        seen.push(host.processes.living.length);
        seen.push(yield* hostCalls.callTool(ctx, 'cancel_handle', handle));
        seen.push(host.processes.living.length);
        seen.push(yield* longRunning.cancel(ctx, handle));
        return null;
      },
      { host, equip },
    );
    expect(seen).toMatchObject([
      1,
      { cancelled: true },
      0,
      { cancelled: false, status: 'cancelled' },
    ]);
  });

  it('runs the usual tests of the project, and says so where none are known', async () => {
    const host = createMockHost({
      files: { '/w/Cargo.toml': '[package]\nname = "x"\n' },
      cwd: '/w',
    });
    host.onCommand((request) => request.argv?.join(' ') === 'cargo test', { stdout: 'ok' });
    const result = await resultOf((ctx) => longRunning.command(ctx, 'run_test', {}) as never, {
      host,
      equip,
    });
    expect(result).toMatchObject({ status: 'completed', stdout: 'ok' });
    await expect(
      resultOf((ctx) => longRunning.command(ctx, 'run_build_command', {}) as never, {
        host: createMockHost(),
        equip,
      }),
    ).rejects.toMatchObject({ code: 'HARN-HDL-003' });
  });

  it('is not left by a run that ends', async () => {
    const { host } = hostWithBuild();
    await resultOf(
      function* (ctx) {
        yield* longRunning.command(ctx, 'run_command', { argv: ['build'], long_running: true });
        return null;
      },
      { host, equip },
    );
    expect(host.processes.living).toEqual([]);
  });

  it('is ended by a run that parks, and a resume tells that its end is not known', async () => {
    const { host } = hostWithBuild();
    const store = await newStore();
    const body: RunBody = function* (ctx) {
      const handle = yield* longRunning.command(ctx, 'run_command', {
        argv: ['build'],
        long_running: true,
      });
      return yield* longRunning.wait(ctx, handle);
    };
    const first = live({ host, store, body, equip, turns: 400 });
    const { run } = await first;
    const parked = await run.park('asked to');
    expect(parked.status).toBe('parked');
    expect(host.processes.living).toEqual([]);
    const second: Lived = await live({ host, store, body, equip, resume: run.id });
    expect(returnedBy(second.result)).toMatchObject({
      status: 'failed',
      error_category: 'unknown',
    });
    const { entries } = await loadJournal(store, run.id);
    expect(entries.length).toBeGreaterThan(0);
    expect(await store.latest(journalTopic(run.id))).toBeDefined();
  });
});
