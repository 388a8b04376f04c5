// DBOS Transact on Postgres, with the server's own defaults (`fsync` and `synchronous_commit` on): a step's outcome is on
// disk before the next one begins.
import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { ANSWERS, each, median, PARKED, parts, STEPS, tell, timed } from '../shared.mjs';

const url = process.argv[2];
const wanted = parts();
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, logLevel: 'error' });

const steps = DBOS.registerWorkflow(
  async () => {
    let n = 0;
    while (n < STEPS) {
      const now = n;
      n = await DBOS.runStep(async () => now + 1, { name: 'step' });
    }
    return n;
  },
  { name: 'steps' },
);

const asking = DBOS.registerWorkflow(
  async (n) => {
    await DBOS.runStep(async () => n + 1, { name: 'step' });
    return DBOS.recv('approve', 3600);
  },
  { name: 'asking' },
);

await DBOS.launch();
const client = new pg.Client({ connectionString: url });
await client.connect();

/** Bytes of everything that DBOS keeps. */
async function bytes() {
  await client.query('CHECKPOINT');
  const { rows } = await client.query(
    "SELECT sum(pg_total_relation_size(c.oid))::float AS size FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'dbos' AND c.relkind = 'r'",
  );
  return rows[0].size;
}

async function syncs() {
  const { rows } = await client.query('SELECT wal_sync::float AS syncs FROM pg_stat_wal');
  return rows[0].syncs;
}

/** Until so many workflows have written the deadline of their wait. */
async function untilWaiting(count) {
  for (;;) {
    const { rows } = await client.query(
      "SELECT count(*)::int AS count FROM dbos.operation_outputs o JOIN dbos.workflow_status w USING (workflow_uuid) WHERE w.status = 'PENDING' AND o.function_name = 'DBOS.sleep'",
    );
    if (rows[0].count >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const result = {};
if (wanted.has('steps')) {
  await steps();
  const before = await syncs();
  result.stepUs = ((await timed(() => steps())) * 1e3) / STEPS;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  result.syncsPerStep = ((await syncs()) - before) / STEPS;
}
if (wanted.has('answers')) {
  const times = [];
  for (let n = 0; n < ANSWERS; n += 1) {
    const handle = await DBOS.startWorkflow(asking)(n);
    await new Promise((resolve) => setTimeout(resolve, 100));
    let answer;
    times.push(
      await timed(async () => {
        await DBOS.send(handle.workflowID, 'approved', 'approve');
        answer = await handle.getResult();
      }),
    );
    if (answer !== 'approved') throw new Error('not answered');
  }
  result.liveAnswerMs = median(times);
}
if (wanted.has('parked')) {
  const { rows } = await client.query(
    "SELECT count(*)::int AS count FROM dbos.workflow_status WHERE status = 'PENDING'",
  );
  if (rows[0].count !== 0) throw new Error('not a fresh database');
  const before = await bytes();
  result.parkMs =
    (await timed(async () => {
      await each(PARKED, (n) => DBOS.startWorkflow(asking)(n));
      await untilWaiting(PARKED);
    })) / PARKED;
  result.parkedBytes = ((await bytes()) - before) / PARKED;
  let total = 0;
  result.listMs = await timed(async () => {
    const listed = await DBOS.listWorkflows({ status: 'PENDING', limit: PARKED });
    total = listed.length;
  });
  if (total !== PARKED) throw new Error(`${total} workflows wait`);
}
tell(result);
process.exit(0);
