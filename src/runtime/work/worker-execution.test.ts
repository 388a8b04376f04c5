// Where workers work: paths, processes, variables and what reports them; who inherits it and who does not.
import { describe, expect, it } from 'vitest';
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { createMockHost, type MockHost, type ProcessRequest } from '../host/index.ts';
import { envEffects, fsEffects, processEffects } from '../io/index.ts';
import { performUnit, type RunContext, type Suspending } from '../run/index.ts';
import {
  poolCreate,
  poolResult,
  poolSubmit,
  resumeAgent,
  spawnAgent,
  subAgentRun,
  suspendAgent,
  type WorkerKind,
  waitAgent,
} from './index.ts';
import { body, live, newStore, pauses, resultOf, returned } from './worker-run.fixture.ts';

const FILES = {
  '/work/note.txt': 'root',
  '/work/a/note.txt': 'a',
  '/work/a/deep/note.txt': 'deep',
  '/work/b/note.txt': 'b',
};

/** A host whose command `where` answers with its directory and two variables. */
function hostOf(): MockHost {
  const host = createMockHost({ files: FILES, env: { COLOR: 'plain', SHAPE: 'round' } });
  host.onCommand('where', (request: ProcessRequest) => ({
    stdout: `${request.cwd ?? '-'} ${request.env?.['COLOR'] ?? '-'} ${request.env?.['SIZE'] ?? '-'}`,
  }));
  return host;
}

/** Everything that follows the place of a task. */
function* look(ctx: RunContext): Suspending<JsonObject> {
  const { stdout } = yield* ctx.perform(processEffects.run, [{ argv: ['where'] }]);
  return {
    note: yield* ctx.perform(fsEffects.read_text, ['note.txt']),
    cwd: ctx.sync(fsEffects.cwd, []),
    color: ctx.sync(envEffects.get, ['COLOR']),
    shape: ctx.sync(envEffects.get_or, ['SHAPE', 'none']),
    process: stdout,
  };
}

const IN_A = {
  note: 'a',
  cwd: '/work/a',
  color: 'red',
  shape: 'round',
  process: '/work/a red -',
};
const IN_ROOT = { note: 'root', cwd: '/work', color: 'plain', shape: 'round', process: '- - -' };

const looking = body(look);
const inA = { task: 'x', execution: { cwd: 'a', env: { COLOR: 'red' } } };

function* resultIn(ctx: RunContext, config: JsonObject, run = looking): Suspending<Json> {
  const worker = yield* spawnAgent(ctx, { ...config, wait: true }, { body: run });
  return worker['result'] ?? null;
}

async function codeOf(run: (ctx: RunContext) => Suspending<unknown>): Promise<string> {
  try {
    await resultOf(
      function* (ctx) {
        yield* run(ctx);
        return null;
      },
      { host: hostOf() },
    );
  } catch (error) {
    if (HarnError.is(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'nothing was refused';
}

describe('the execution of a worker', () => {
  it('is where its body works, and nowhere else', async () => {
    const found = await resultOf(
      function* (ctx) {
        const first = yield* spawnAgent(ctx, inA, { body: looking });
        const second = yield* spawnAgent(
          ctx,
          { task: 'y', execution: { cwd: '/work/b' } },
          { body: looking },
        );
        const mine = yield* look(ctx);
        const [a, b] = [yield* waitAgent(ctx, first), yield* waitAgent(ctx, second)];
        return [a['result'], b['result'], mine, yield* look(ctx)] as Json;
      },
      { host: hostOf() },
    );
    const inB = { ...IN_ROOT, note: 'b', cwd: '/work/b', process: '/work/b - -' };
    expect(found).toEqual([IN_A, inB, IN_ROOT, IN_ROOT]);
  });

  it('goes on to workers, tasks, units and pool tasks below, which can only add to it', async () => {
    const found = await resultOf(
      function* (ctx) {
        const pool = poolCreate(ctx, { name: 'p' });
        const run = body(function* (inner) {
          const child = yield* resultIn(inner, { task: 'y' });
          const deeper = yield* resultIn(inner, {
            task: 'z',
            execution: { cwd: 'deep', env: { SIZE: 'big' } },
          });
          const task = inner.startTask(inner.task.nextGroup('spawn'), look);
          const unit = yield* performUnit(inner, { name: 'test.unit', access: 'read' }, [], look);
          const pooled = yield* poolSubmit(inner, pool, looking);
          return [child, deeper, yield* inner.join(task), unit, yield* poolResult(inner, pooled)];
        });
        return yield* resultIn(ctx, inA, run);
      },
      { host: hostOf() },
    );
    const deeper = { ...IN_A, note: 'deep', cwd: '/work/a/deep', process: '/work/a/deep red big' };
    expect(found).toEqual([IN_A, deeper, IN_A, IN_A, IN_A]);
  });

  it('is kept with whole paths and all variables, also where it was inherited', async () => {
    const found = await resultOf(
      function* (ctx) {
        const run = body(function* (inner) {
          const child = yield* spawnAgent(
            inner,
            { task: 'y', execution: { env: { SIZE: 'big' } } },
            { body: looking },
          );
          return child['execution'];
        });
        const worker = yield* spawnAgent(ctx, { ...inA, wait: true }, { body: run });
        return [worker['execution'] ?? null, worker['result'] ?? null];
      },
      { host: hostOf() },
    );
    const own = { cwd: '/work/a', env: { COLOR: 'red' }, worktree: null };
    expect(found).toEqual([own, { ...own, env: { COLOR: 'red', SIZE: 'big' } }]);
  });

  it('holds for every effect of files', async () => {
    const host = hostOf();
    const made = await resultOf(
      function* (ctx) {
        const run = body(function* (inner) {
          yield* inner.perform(fsEffects.write_text, ['new.txt', 'one']);
          yield* inner.perform(fsEffects.append, ['new.txt', ' two']);
          yield* inner.perform(fsEffects.mkdir, ['sub']);
          yield* inner.perform(fsEffects.copy, ['new.txt', 'sub/copy.txt']);
          yield* inner.perform(fsEffects.rename, ['new.txt', '../b/moved.txt']);
          yield* inner.perform(fsEffects.delete, ['deep']);
          return [
            yield* inner.perform(fsEffects.list_dir, []),
            yield* inner.perform(fsEffects.glob, ['**/*.txt']),
            yield* inner.perform(fsEffects.exists, ['sub']),
            (yield* inner.perform(fsEffects.stat, ['sub/copy.txt'])).size,
            yield* inner.perform(fsEffects.read_base64, ['sub/copy.txt']),
          ];
        });
        return yield* resultIn(ctx, inA, run);
      },
      { host },
    );
    expect(made).toEqual([
      ['note.txt', 'sub'],
      ['note.txt', 'sub/copy.txt'],
      true,
      7,
      btoa('one two'),
    ]);
    expect(await host.fs.readText('/work/b/moved.txt')).toBe('one two');
  });

  it('is that of a sub-agent too, in the foreground and as a worker', async () => {
    const kind: WorkerKind = {
      mode: 'sub_agent',
      *run(ctx) {
        return { status: 'completed', payload: yield* look(ctx) };
      },
    };
    const found = await resultOf(
      function* (ctx) {
        const { execution } = inA;
        const near = yield* subAgentRun(ctx, 'x', { execution });
        const far = (yield* subAgentRun(ctx, 'x', { execution, background: true })) as JsonObject;
        return [near, (yield* waitAgent(ctx, far))['result'], yield* look(ctx)] as Json;
      },
      { host: hostOf(), kinds: [kind] },
    );
    expect(found).toEqual([IN_A, IN_A, IN_ROOT]);
  });

  it('is the same after a suspension, in another run of another directory', async () => {
    const store = await newStore();
    const kind: WorkerKind = {
      mode: 'placed',
      *run(ctx, { resume, gate }) {
        while (resume === undefined && gate.requested() === undefined) yield* pauses(ctx, 1);
        if (resume === undefined) return { status: 'parked', payload: null };
        return { status: 'completed', payload: yield* look(ctx) };
      },
    };
    const first = await live(
      function* (ctx) {
        const handle = yield* spawnAgent(ctx, { ...inA, mode: 'placed' });
        yield* pauses(ctx, 2);
        yield* suspendAgent(ctx, handle);
        yield* waitAgent(ctx, handle);
        return handle['id'] as Json;
      },
      { store, kinds: [kind], host: hostOf() },
    );
    const id = returned(await first.result);
    const elsewhere = createMockHost({ files: FILES, cwd: '/work/b', seed: 77 });
    elsewhere.onCommand('where', (request) => ({
      stdout: `${request.cwd} ${request.env?.['COLOR']} -`,
    }));
    const second = await live(
      function* (ctx) {
        yield* resumeAgent(ctx, id);
        return (yield* waitAgent(ctx, id))['result'] as Json;
      },
      { store, kinds: [kind], host: elsewhere },
    );
    expect(returned(await second.result)).toEqual({ ...IN_A, shape: 'none' });
  });

  it('is refused when it makes no sense, before a worker is made', async () => {
    const refusal = (execution: Json) =>
      codeOf((ctx) => spawnAgent(ctx, { task: 'x', execution }, { body: looking }));
    const parse = 'HARN-WRK-001 worker execution parse error:';
    expect(await refusal('a')).toBe(`${parse} expected dict`);
    expect(await refusal({ cwd: 1 })).toBe(`${parse} cwd: expected string`);
    expect(await refusal({ env: { A: 1 } })).toBe(`${parse} env.A: expected string`);
    expect(await refusal({ where: 'a' })).toBe(`${parse} unknown field where`);
    expect(await refusal({ worktree: { repo: 'r', from: 'x' } })).toBe(
      `${parse} worktree: unknown field from`,
    );
    expect(await refusal({ worktree: { path: 'x' } })).toBe(
      'HARN-WRK-017 worker execution.worktree.repo must not be empty',
    );
  });
});

describe('limits of a worker', () => {
  const reads = (path: string) =>
    body(function* (ctx) {
      return yield* ctx.perform(fsEffects.read_text, [path]);
    });
  const bound = { task: 'x', policy: { workspace_roots: ['a'] } };

  it('keep its paths inside of its workspace roots', async () => {
    const refused = (config: JsonObject, path: string) =>
      codeOf((ctx) => resultIn(ctx, config, reads(path)));
    const said = await refused(bound, '/work/a/../b/note.txt');
    expect(said).toBe('HARN-CAP-203 /work/b/note.txt is outside of the workspace roots: /work/a');
    expect(await refused(bound, 'note.txt')).toMatch(/^HARN-CAP-203 \/work\/note.txt /);
    expect(await refused({ ...bound, execution: { cwd: 'b' } }, 'x')).toMatch(/^HARN-CAP-203 /);
    expect(await refused(bound, 'a/note.txt')).toBe('nothing was refused');
  });

  it('keep those of whoever started it', async () => {
    const nested = (config: JsonObject, path: string) =>
      codeOf((ctx) =>
        resultIn(
          ctx,
          bound,
          body((inner) => resultIn(inner, config, reads(path))),
        ),
      );
    expect(await nested({ task: 'y' }, '/work/b/note.txt')).toMatch(/^HARN-CAP-203 /);
    expect(await nested({ task: 'y', execution: { cwd: 'a' } }, 'deep/note.txt')).toBe(
      'nothing was refused',
    );
    expect(await nested({ task: 'y', execution: { cwd: '/work/b' } }, 'x')).toMatch(
      /^HARN-CAP-203/,
    );
    expect(await nested({ task: 'y', policy: { workspace_roots: ['b'] } }, 'x')).toBe(
      'HARN-WRK-015 spawn_agent: requested workspace roots exceed host ceiling: /work/b',
    );
  });

  it('refuse a worktree to who may not start processes', async () => {
    const worktree = { repo: 'a' };
    const said = await codeOf((ctx) =>
      spawnAgent(
        ctx.withAuthority(ctx.authority.without(['process'], 'a test')),
        { task: 'x', execution: { worktree } },
        { body: looking },
      ),
    );
    expect(said).toBe('HARN-CAP-201 harness.process.worktree_add is denied by a test');
  });
});
