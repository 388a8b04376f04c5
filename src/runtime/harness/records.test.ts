// Records of TypeScript runs: written as the command line writes them, before the end is told, without secrets.
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { deliverHandoff, listHandoffs } from '../lifecycle/index.ts';
import { loadRecordFile, loadRunTree } from '../records/index.ts';
import { loadJournal } from '../run/index.ts';
import { pipeline, type RuntimeOptions } from './index.ts';

const child = pipeline('child', async (harness) => {
  await harness.fs.writeText('/work/child.txt', 'c');
  return 'child';
});
const parent = pipeline('parent', async (harness) => {
  await harness.fs.writeText('/work/out.txt', 'hunter2-hunter2');
  await harness.handoffTo('child', { n: 1 });
  return 'parent hunter2-hunter2';
});
const idle = pipeline('idle', async () => 1);

async function world(options: Partial<RuntimeOptions> = {}) {
  const store = await openStore('memory:');
  const env = { APP_PASSWORD: 'hunter2-hunter2' };
  const host = createMockHost({ env });
  const sink = { write: () => undefined };
  const pipelines = [parent, child, idle];
  const runtime = createRuntime({ store, host, sink, pipelines, ...options });
  return { store, host, runtime };
}

describe('records of TypeScript runs', () => {
  it('are there when the end is told, with handoffs, receipt and child runs', async () => {
    const { store, host, runtime } = await world({ records: { folder: '/runs' } });
    const run = runtime.start(parent, null as never);
    const seen: boolean[] = [];
    run.listen(({ event_type }) => {
      if (event_type === 'run_settled') {
        void host.fs.exists(`/runs/${run.id}.json`).then((there) => seen.push(there));
      }
    });
    await run.done;
    const file = `/runs/${run.id}.json`;
    expect(await host.fs.readText(file)).not.toContain('hunter2');
    const record = await loadRecordFile(host.fs, file);
    expect(seen).toEqual([true]);
    expect(record).toMatchObject({ id: run.id, workflow_name: 'parent', status: 'completed' });
    expect(record.returned).toBe('parent [redacted env APP_PASSWORD]');
    expect(record.handoffs).toMatchObject([{ target_persona_or_human: { id: 'child' } }]);
    expect(record.receipt).toMatchObject({ run_id: run.id });

    const [handoff] = await listHandoffs(store, { runId: run.id });
    const { start } = await loadJournal(store, run.id);
    const { child_run_id } = await deliverHandoff(store, handoff?.handoff_id ?? '', {
      start: () => ({ ...start, pipeline: 'child', version: child.version, parent_run_id: run.id }),
      nowMs: host.clock.nowMs(),
    });
    for (const handle of await runtime.recover()) await handle.done;
    const childRecord = await loadRecordFile(host.fs, `/runs/${child_run_id}.json`);
    expect(childRecord).toMatchObject({ status: 'completed', parent_run_id: run.id });
    const tree = await loadRunTree(host.fs, `/runs/${child_run_id}.json`);
    expect(tree).toMatchObject({ run: { id: child_run_id }, children: [] });
  });

  it('are not written unless asked for, nor for a run that kept nothing', async () => {
    const plain = await world();
    await plain.runtime.start(parent, null as never).done;
    expect(await plain.host.fs.exists('/work/.harn-runs')).toBe(false);
    const asked = await world({ records: true });
    await asked.runtime.start(idle, null as never).done;
    const { id, done } = asked.runtime.start(parent, null as never);
    await done;
    const root = `${asked.host.system.cwd()}/.harn-runs`;
    expect((await asked.host.fs.listDir(root)).map(({ name }) => name)).toEqual([`${id}.json`]);
  });

  it('say when they could not be written, and the run ends as it would', async () => {
    const lost: string[] = [];
    const onError = (error: unknown, runId: string) => void lost.push(`${runId} ${String(error)}`);
    const { host, runtime } = await world({ records: { folder: '/runs', onError } });
    await host.fs.writeFile('/runs', 'a file');
    const run = runtime.start(parent, null as never);
    expect(await run.done).toMatchObject({ status: 'settled' });
    expect(lost).toMatchObject([expect.stringContaining(run.id)]);
  });

  it('follow the redaction policy of the runtime', async () => {
    const { host, runtime } = await world({
      records: { folder: '/runs' },
      redaction: { pointers: ['/returned'] },
    });
    const run = runtime.start(parent, null as never);
    await run.done;
    const text = await host.fs.readText(`/runs/${run.id}.json`);
    expect(JSON.parse(text)).toMatchObject({ returned: { $harn_redacted: 'pointer' } });
  });
});
