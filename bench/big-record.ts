// Question: what does a large run record cost to save and to load? A record of 5,000 stages is written to disk (fsync
// included) and read back; medians of several rounds, beside plain JSON of the same size.
// Aims: <= 3x of JSON alone with the disk; far below a second.
// Usage: npm run bench -- big-record
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../src/base/index.ts';
import { createNodeHost } from '../src/runtime/host/index.ts';
import {
  documentJson,
  loadRecordFile,
  readDocument,
  saveRecord,
} from '../src/runtime/records/index.ts';

const ROUNDS = 9;
const STAGES = 5_000;

function stage(n: number): Json {
  return {
    id: `r1:node${n % 50}:${n}`,
    node_id: `node${n % 50}`,
    kind: n % 7 === 0 ? 'verify' : 'stage',
    status: 'completed',
    outcome: 'success',
    started_at: '2026-01-01T00:00:00Z',
    visible_text: 'What the model said, in a sentence or two. '.repeat(6),
    artifacts: [{ id: `a${n}`, kind: 'note', text: 'x'.repeat(200), data: { n } }],
    attempts: [{ attempt: 1, status: 'completed', outcome: 'success', started_at: '1' }],
    metadata: { prompt: 'p'.repeat(300) },
  };
}

const run = readDocument({
  id: 'r1',
  workflow_id: 'bench',
  status: 'completed',
  stages: Array.from({ length: STAGES }, (_, n) => stage(n)),
});
const folder = mkdtempSync(join(tmpdir(), 'harn-bench-'));
const path = join(folder, 'r1.json');
const host = createNodeHost();

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const times = {
  save: [] as number[],
  load: [] as number[],
  write: [] as number[],
  read: [] as number[],
};
await saveRecord(host, run, { path });
const saved = documentJson(await loadRecordFile(host.fs, path));
for (let round = 0; round < ROUNDS; round += 1) {
  times.save.push(await time(() => saveRecord(host, run, { path })));
  times.load.push(await time(() => loadRecordFile(host.fs, path)));
  const plain = join(folder, 'plain.json');
  times.write.push(
    await time(() => writeFileSync(plain, JSON.stringify(saved, null, 2), { flush: true })),
  );
  times.read.push(await time(() => JSON.parse(readFileSync(plain, 'utf8')) as unknown));
}
const megabytes = readFileSync(path).length / 1e6;
rmSync(folder, { recursive: true });
process.stdout.write(`${STAGES} stages, ${megabytes.toFixed(1)} MB\n`);
const beside = { save: times.write, load: times.read, write: times.write, read: times.read };
for (const [name, values] of Object.entries(times)) {
  const ratio = median(values) / median(beside[name as keyof typeof beside]);
  const least = Math.min(...values).toFixed(1);
  process.stdout.write(
    `${name.padEnd(8)}${median(values).toFixed(1).padStart(8)} ms${ratio.toFixed(2).padStart(8)}x   least ${least} ms\n`,
  );
}
