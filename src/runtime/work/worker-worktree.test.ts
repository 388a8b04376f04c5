// Worktrees of workers with the real git: made, reused, removed at every end, and found again after a kill.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { createNodeHost, type Host } from '../host/index.ts';
import { fsEffects } from '../io/index.ts';
import type { RunBody, RunContext, Suspending } from '../run/index.ts';
import {
  agentStop,
  closeAgent,
  listAgents,
  sendInput,
  spawnAgent,
  subAgentRun,
  suspendAgent,
  type WorkerKind,
  waitAgent,
  workerTrigger,
} from './index.ts';
import { body, live, newStore, pauses, resultOf, returned } from './worker-run.fixture.ts';

let base: string;
let places = 0;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'harn-worktree-'));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

const git = (directory: string, ...args: string[]) =>
  execFileSync('git', ['-C', directory, ...args], { encoding: 'utf8' }).trim();

/** A fresh directory with a repository of one commit in it. */
function newPlace() {
  places += 1;
  const cwd = join(base, `place${places}`);
  const repo = join(cwd, 'repo');
  mkdirSync(repo, { recursive: true });
  git(repo, 'init', '-q', '-b', 'main');
  writeFileSync(join(repo, 'README.md'), 'hello\n');
  git(repo, 'add', '.');
  git(repo, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-qm', 'one');
  return { cwd, repo, host: createNodeHost({ cwd }) };
}

const worktrees = (repo: string) =>
  git(repo, 'worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.startsWith('worktree ')).length - 1;

const config = (worktree: JsonObject, more: JsonObject = {}) => ({
  task: 'x',
  execution: { worktree: { repo: 'repo', ...worktree } },
  ...more,
});

const editing = body(function* (ctx) {
  yield* ctx.perform(fsEffects.append, ['README.md', 'more\n']);
  return [ctx.sync(fsEffects.cwd, []), yield* ctx.perform(fsEffects.read_text, ['README.md'])];
});

describe('the worktree of a worker', () => {
  it('is made with a branch of its own, and what was decided is in the execution', async () => {
    const { cwd, repo, host } = newPlace();
    const worker = (await resultOf(
      function* (ctx) {
        return yield* spawnAgent(ctx, { ...config({}), wait: true }, { body: editing });
      },
      { host },
    )) as JsonObject;
    const path = join(cwd, '.harn/worktrees/repo', String(worker['id']));
    expect(worker['execution']).toEqual({
      cwd: path,
      env: {},
      worktree: {
        repo,
        path,
        branch: `harn-${worker['id']}`,
        base_ref: 'HEAD',
        cleanup: null,
      },
    });
    expect(worker['result']).toEqual([path, 'hello\nmore\n']);
    expect(git(path, 'branch', '--show-current')).toBe(`harn-${worker['id']}`);
    expect(readFileSync(join(repo, 'README.md'), 'utf8')).toBe('hello\n');
  });

  it('goes where the program or the environment says, and a directory that is there is used', async () => {
    const { cwd, repo, host } = newPlace();
    mkdirSync(join(cwd, 'there'));
    writeFileSync(join(cwd, 'there/README.md'), 'mine\n');
    const env = {
      ...host.env,
      get: (name: string) => (name === 'HARN_WORKTREE_DIR' ? 'trees' : host.env.get(name)),
    };
    const found = await resultOf(
      function* (ctx) {
        const paths: Json[] = [];
        for (const worktree of [{ path: 'sub/tree', branch: 'topic' }, { path: 'there' }, {}]) {
          const asked = { ...config(worktree), wait: true };
          const worker = yield* spawnAgent(ctx, asked, { body: editing });
          paths.push(worker['result'] ?? null);
        }
        return paths;
      },
      { host: { ...host, fs: host.fs, process: host.process, http: host.http, env } },
    );
    const [given, there, named] = found as readonly (readonly string[])[];
    expect(given).toEqual([join(cwd, 'sub/tree'), 'hello\nmore\n']);
    expect(git(join(cwd, 'sub/tree'), 'branch', '--show-current')).toBe('topic');
    expect(there).toEqual([join(cwd, 'there'), 'mine\nmore\n']);
    expect(named?.[0]).toMatch(new RegExp(`^${cwd}/trees/repo/worker_`));
    expect(worktrees(repo)).toBe(2);
  });

  it('fails the worker with the words of git when it cannot be made', async () => {
    const { cwd, host } = newPlace();
    writeFileSync(join(cwd, 'file'), '');
    const refusal = async (worktree: JsonObject) => {
      try {
        await resultOf(
          function* (ctx) {
            return yield* spawnAgent(ctx, { ...config(worktree), wait: true }, { body: editing });
          },
          { host },
        );
      } catch (error) {
        if (HarnError.is(error)) return `${error.code} ${error.message}`;
        throw error;
      }
      return '';
    };
    expect(await refusal({ base_ref: 'nowhere' })).toMatch(
      /^HARN-WRK-019 worker worktree add failed: .*\n?.*nowhere/,
    );
    expect(await refusal({ repo: 'none' })).toMatch(/^HARN-WRK-019 worker worktree add failed: /);
    expect(await refusal({ path: 'file/tree' })).toMatch(
      /^HARN-WRK-018 worker worktree mkdir error: /,
    );
  });
});

const removed = config({ path: 'tree', cleanup: 'remove' });

/** A body that goes on until its worker is ended from outside. */
const endless = body(function* (ctx) {
  yield* pauses(ctx, 100_000);
});

/** Lets the others run until the condition holds; git takes its time. */
function* reached(ctx: RunContext, condition: () => boolean): Suspending<void> {
  for (let i = 0; i < 100_000 && !condition(); i += 1) yield* pauses(ctx, 1);
}

/** Runs until the worktree is there. */
const begun = (ctx: RunContext, path: string) =>
  reached(ctx, () => existsSync(join(path, 'README.md')));

const ENDS: { readonly [end: string]: (ctx: RunContext, path: string) => Suspending<JsonObject> } =
  {
    *completed(ctx) {
      return yield* spawnAgent(ctx, { ...removed, wait: true }, { body: editing });
    },
    *failed(ctx) {
      const failing = body(function* (inner) {
        yield* inner.perform(fsEffects.read_text, ['missing.txt']);
      });
      const worker = yield* spawnAgent(ctx, removed, { body: failing });
      try {
        yield* waitAgent(ctx, worker);
      } catch {
        // Its status is what counts here.
      }
      return yield* waitAgent(ctx, worker);
    },
    *cancelled(ctx, path) {
      const worker = yield* spawnAgent(ctx, removed, { body: endless });
      yield* begun(ctx, path);
      return yield* closeAgent(ctx, worker);
    },
    *stopped(ctx, path) {
      const worker = yield* spawnAgent(ctx, removed, { body: endless });
      yield* begun(ctx, path);
      yield* agentStop(ctx, worker, { graceful: true });
      return yield* waitAgent(ctx, worker);
    },
  };

describe('a worktree with cleanup "remove"', () => {
  for (const [end, run] of Object.entries(ENDS)) {
    it(`is gone when its worker is ${end}`, async () => {
      const { cwd, repo, host } = newPlace();
      const path = join(cwd, 'tree');
      const found = await resultOf(
        function* (ctx) {
          const worker = yield* run(ctx, path);
          return [worker['status'] ?? null, existsSync(path), worktrees(repo)];
        },
        { host },
      );
      expect(found).toEqual([end, false, 0]);
    });
  }

  it('is gone when its worker ends while git is still at work', async () => {
    const { cwd, repo, host } = newPlace();
    const path = join(cwd, 'tree');
    // A file whose checkout takes its time, and a git that comes to its end although it was asked to stop.
    const stubborn: Host = {
      ...host,
      process: {
        ...host.process,
        run: async ({ signal, ...request }) => {
          const result = await host.process.run(request);
          signal?.throwIfAborted();
          return result;
        },
      },
    };
    const mark = join(cwd, 'mark');
    git(repo, 'config', 'filter.slow.smudge', `touch ${mark}; sleep 0.5; cat`);
    writeFileSync(join(repo, '.gitattributes'), 'slow.txt filter=slow\n');
    writeFileSync(join(repo, 'slow.txt'), 'slow\n');
    git(repo, 'add', '.');
    git(repo, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-qm', 'two');
    const found = await resultOf(
      function* (ctx) {
        const worker = yield* spawnAgent(ctx, removed, { body: endless });
        yield* reached(ctx, () => existsSync(mark));
        const { status = null } = yield* closeAgent(ctx, worker);
        return [status, existsSync(path), worktrees(repo)];
      },
      { host: stubborn },
    );
    expect(found).toEqual(['cancelled', false, 0]);
  });

  it('stays while its worker awaits work or is suspended, and comes back with the next piece of work', async () => {
    const { cwd, repo, host } = newPlace();
    const path = join(cwd, 'tree');
    const kind: WorkerKind = {
      mode: 'parking',
      *run(_ctx, { resume, gate }) {
        while (resume === undefined && gate.requested() === undefined) yield* pauses(_ctx, 1);
        if (resume === undefined) return { status: 'parked', payload: null };
        return { status: 'completed', payload: 'done' };
      },
    };
    const seen = await resultOf(
      function* (ctx) {
        const found: Json[] = [];
        const look = (status: Json | undefined) => found.push([status ?? null, worktrees(repo)]);
        const again = { ...removed, carry: { retriggerable: true } };
        const worker = yield* spawnAgent(ctx, again, { body: editing });
        yield* begun(ctx, path);
        yield* reached(ctx, () => listAgents(ctx)[0]?.['status'] === 'awaiting');
        look('awaiting');
        yield* workerTrigger(ctx, worker, 'more');
        look((yield* closeAgent(ctx, worker))['status']);
        const parking = yield* spawnAgent(ctx, { ...removed, mode: 'parking' });
        yield* begun(ctx, path);
        yield* suspendAgent(ctx, parking);
        look((yield* waitAgent(ctx, parking))['status']);
        look((yield* closeAgent(ctx, parking))['status']);
        const last = yield* spawnAgent(ctx, { ...removed, wait: true }, { body: editing });
        look(last['status']);
        yield* sendInput(ctx, last, 'again');
        const { result = null } = yield* waitAgent(ctx, last);
        return [...found, (result as readonly Json[])[1] ?? null, worktrees(repo)];
      },
      { host, kinds: [kind] },
    );
    expect(seen).toEqual([
      ['awaiting', 1],
      ['cancelled', 0],
      ['suspended', 1],
      ['cancelled', 0],
      ['completed', 0],
      'hello\nmore\n',
      0,
    ]);
  });

  it('is gone after a sub-agent in the foreground, however it ends', async () => {
    const { cwd, repo, host } = newPlace();
    const kind: WorkerKind = {
      mode: 'sub_agent',
      *run(ctx, { task }) {
        const text = yield* ctx.perform(fsEffects.read_text, [`${task}.md`]);
        return { status: 'completed', payload: [text, existsSync(join(cwd, 'tree'))] };
      },
    };
    const seen = await resultOf(
      function* (ctx) {
        const { execution } = removed;
        const good = yield* subAgentRun(ctx, 'README', { execution });
        let code = '';
        try {
          yield* subAgentRun(ctx, 'missing', { execution });
        } catch (error) {
          code = HarnError.is(error) ? error.code.slice(0, 8) : '';
        }
        return [good, code, existsSync(join(cwd, 'tree')), worktrees(repo)];
      },
      { host, kinds: [kind] },
    );
    expect(seen).toEqual([['hello\n', true], 'HARN-HST', false, 0]);
  });
});

/** One run in several lives: the first is gone before commit `killAfter + 1`. */
async function killed(
  run: RunBody,
  killAfter: number,
  { cwd, between }: { readonly cwd: string; readonly between?: () => void },
): Promise<Json | undefined> {
  const store = await newStore();
  let gone: () => void = () => undefined;
  const isGone = new Promise<'gone'>((ok) => {
    gone = () => ok('gone');
  });
  // Each life is a process with a host of its own.
  const first = await live(run, { store, host: createNodeHost({ cwd }), killAfter, onKill: gone });
  const ended = await Promise.race([first.result, isGone]);
  if (ended !== 'gone') {
    expect(returned(ended)).toBeDefined();
    return undefined;
  }
  between?.();
  const known = (await store.latest(`runs.${first.run.id}`)) !== undefined;
  const host = createNodeHost({ cwd });
  const next = await live(run, { store, host, ...(known ? { resume: first.run.id } : {}) });
  return returned(await next.result);
}

const whole: RunBody = function* (ctx) {
  const worker = yield* spawnAgent(
    ctx,
    { ...config({ path: 'tree', branch: 'topic' }), wait: true },
    { body: editing },
  );
  return worker['result'] ?? null;
};

describe('a run that is killed', () => {
  it('has its worktree made once and edited once, whatever it was doing', async () => {
    let lives = 0;
    for (let killAfter = 0; ; killAfter += 1) {
      const { cwd, repo } = newPlace();
      const result = await killed(whole, killAfter, { cwd });
      if (result === undefined) break;
      lives += 1;
      expect(result).toEqual([join(cwd, 'tree'), 'hello\nmore\n']);
      expect(worktrees(repo)).toBe(1);
    }
    expect(lives).toBeGreaterThan(6);
  });

  it('makes a worktree again that git had not finished', async () => {
    let halves = 0;
    for (let killAfter = 0; ; killAfter += 1) {
      const { cwd, repo } = newPlace();
      const between = () => {
        const admin = join(repo, '.git/worktrees/tree');
        // Before the body has begun, what git leaves behind when it is killed as well.
        if (!existsSync(admin) || readFileSync(join(cwd, 'tree/README.md'), 'utf8') !== 'hello\n')
          return;
        halves += 1;
        writeFileSync(join(admin, 'locked'), 'initializing');
        rmSync(join(cwd, 'tree/README.md'));
      };
      const result = await killed(whole, killAfter, { cwd, between });
      if (result === undefined) break;
      if (halves > 0) {
        expect(result).toEqual([join(cwd, 'tree'), 'hello\nmore\n']);
        expect(worktrees(repo)).toBe(1);
        expect(existsSync(join(repo, '.git/worktrees/tree/locked'))).toBe(false);
        break;
      }
    }
    expect(halves).toBe(1);
  });
});
