// Long-running tools in TypeScript, on this machine: what a handle is, what a run does about those that are left, and that the
// processes are really gone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { onFinishDrain } from '../lifecycle/index.ts';
import { type Harness, type PipelineFn, pipeline } from './index.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'harn-tools-'));
  folders.push(folder);
  return folder;
}

async function run(body: PipelineFn<null, Json>): Promise<JsonObject> {
  const program = pipeline('test', body as never);
  await using store = await openStore('memory:');
  const runtime = createRuntime({ store, pipelines: [program], sink: { write: () => undefined } });
  return (await runtime.start(program as never, null as never).done) as unknown as JsonObject;
}

/** A line that starts another process beside its shell and says who that is. */
const parentAndChild = (file: string) => `sleep 300 & echo $! > ${file}; wait`;

async function childOf(harness: Harness, file: string): Promise<number> {
  for (let look = 0; look < 400; look += 1) {
    if (await harness.fs.exists(file)) {
      const pid = Number(readFileSync(file, 'utf8'));
      if (pid > 0) return pid;
    }
    await harness.clock.sleepMs(25);
  }
  throw new Error('the command did not begin');
}

function isAlive(pid: number): boolean {
  try {
    // A process that has ended and that nobody has collected is gone, too.
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
    return state !== 'Z';
  } catch {
    return false;
  }
}

describe('a command in the background', () => {
  it('is waited for like any, with its output', async () => {
    const { returned } = await run(async ({ tools }) => {
      const handle = await tools.runCommand({ command: 'echo built; exit 3', long_running: true });
      if (!('handle_id' in handle)) throw new Error('no handle');
      return (await tools.waitHandle(handle)) as unknown as Json;
    });
    expect(returned).toMatchObject({
      status: 'completed',
      operation: 'run_command',
      result: { exit_code: 3, stdout: 'built\n', success: false },
    });
  });

  it('is awaited without being asked to be in the background', async () => {
    const { returned } = await run(
      async ({ tools }) => (await tools.runCommand({ argv: ['echo', 'hi'] })) as unknown as Json,
    );
    expect(returned).toMatchObject({ status: 'completed', stdout: 'hi\n' });
  });

  it('is cancelled with all it has started', async () => {
    const file = join(newFolder(), 'pid');
    const seen: boolean[] = [];
    await run(async (harness) => {
      const handle = await harness.tools.runCommand({
        command: parentAndChild(file),
        long_running: true,
      });
      if (!('handle_id' in handle)) throw new Error('no handle');
      const pid = await childOf(harness, file);
      seen.push(isAlive(pid));
      seen.push(await harness.tools.cancelHandle(handle));
      seen.push(isAlive(pid), await harness.tools.cancelHandle(handle));
      expect(await harness.tools.waitHandle(handle)).toBeNull();
      return null;
    });
    expect(seen).toEqual([true, true, false, false]);
  });

  it('is named in the receipt of a run that leaves it, and does not outlive the run', async () => {
    const file = join(newFolder(), 'pid');
    let pid = 0;
    const { receipt } = await run(async (harness) => {
      await harness.tools.runCommand({ command: parentAndChild(file), long_running: true });
      pid = await childOf(harness, file);
      const state = harness.unsettledState() as unknown as JsonObject;
      expect(await state).toMatchObject({
        pool_pending_tasks: [{ kind: 'long_running_tool', operation: 'run_command' }],
      });
      return null;
    });
    expect(receipt).toMatchObject({
      status: 'partial',
      items: [
        {
          bucket: 'pool_pending_tasks',
          id: expect.stringMatching(/^hso-/),
          disposition: 'abandoned',
        },
      ],
    });
    expect(isAlive(pid)).toBe(false);
  });

  it('is let end by a settlement', async () => {
    const { receipt } = await run(async (harness) => {
      await harness.tools.runCommand({ command: 'sleep 0.2', long_running: true });
      harness.agent.pipelineOnFinish(onFinishDrain);
      return null;
    });
    expect(receipt).toMatchObject({ status: 'settled', items: [{ disposition: 'drained' }] });
  });
});

describe('files in the background', () => {
  it('are walked and matched beside the caller', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'a.md'), 'a');
    const { returned } = await run(async ({ tools }) => {
      const walk = await tools.walkDir(folder);
      const glob = await tools.glob('*.md', folder);
      expect([walk.operation, glob.operation]).toEqual(['walk_dir', 'glob']);
      const [walked, matched] = [await tools.waitHandle(walk), await tools.waitHandle(glob)];
      return [walked?.result ?? null, matched?.result ?? null];
    });
    expect(returned).toMatchObject([[{ is_dir: true }, { name: 'a.md' }], ['a.md']]);
  });

  it('fail as data', async () => {
    const { returned } = await run(async ({ tools }) => {
      const handle = await tools.walkDir('/does/not/exist');
      return (await tools.waitHandle(handle)) as unknown as Json;
    });
    expect(returned).toMatchObject({ status: 'failed', error_category: 'tool_error' });
  });
});
