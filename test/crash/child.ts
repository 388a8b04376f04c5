// One life of a scenario in a process of its own. Program output goes where a program's output goes; what the test wants
// to know goes to descriptor 3, one line of JSON each. The argument is an Order.
import { writeSync } from 'node:fs';
import { argv, exit } from 'node:process';
import { HarnError, type JsonObject } from '../../src/base/index.ts';
import { type CompiledProgram, Engine, loadProgram } from '../../src/engine/index.ts';
import type { RunHandle } from '../../src/runtime/harness/index.ts';
import { createNodeHost, type Host } from '../../src/runtime/host/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { listRuns, type RunEventListener, type RunRecord } from '../../src/runtime/run/index.ts';
import type { Store } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { killAfterCommits, killBeforeCommit } from '../../src/testing/index.ts';
import { fastClock } from './fast-clock.ts';
import { pipelines, scenario } from './scenario.ts';

/** What a life does. */
export interface Order {
  readonly form: 'harn' | 'ts';
  readonly database: string;
  readonly directory: string;
  readonly url: string;
  readonly program: string;
  readonly kill?: { readonly when: 'before' | 'after'; readonly n: number } | undefined;
  readonly force?: boolean | undefined;
  /** Pack events so early that it happens many times while the run goes on. */
  readonly packed?: boolean | undefined;
  /** Resume with the code of this file. */
  readonly with?: string | undefined;
}

/** What it says, line by line. */
export type Report =
  | { readonly kind: 'began'; readonly run: string; readonly resumed: boolean }
  | { readonly kind: 'event'; readonly run: string; readonly event: JsonObject }
  | { readonly kind: 'ended'; readonly run: string; readonly record: RunRecord }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly data: JsonObject;
    };

interface Started {
  readonly id: string;
  readonly done: Promise<RunRecord>;
}

/** The two languages, as one thing that starts and resumes. */
interface Form {
  start(): Promise<Started>;
  resume(id: string): Promise<Started>;
}

const order = JSON.parse(argv[2] ?? '{}') as Order;

function report(line: Report): void {
  writeSync(3, `${JSON.stringify(line)}\n`);
}

function harnForm(host: Host, store: Store): Form {
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: {
      write: (stream, text) =>
        stream === 'stdout' ? host.stdio.writeOut(text) : host.stdio.writeErr(text),
    },
    equip: (run) => {
      run.events.listen(eventsOf(run.id));
    },
  });
  const load = async (path: string): Promise<CompiledProgram> => {
    const { program, diagnostics } = await loadProgram({ path }, { cwd: order.directory });
    if (program === undefined) throw new Error(diagnostics.map((d) => d.message).join('; '));
    return program;
  };
  const handle = (started: ReturnType<Engine['start']>) => ({
    id: started.run.id,
    done: started.done.then((result) => {
      if (result.status === 'broken') throw result.error;
      return result.record;
    }),
  });
  return {
    start: async () => handle(engine.start(await load(order.program), { argv: [order.url] })),
    async resume(id) {
      const other = order.with === undefined ? {} : { with: await load(order.with) };
      return handle(await engine.resume(id, { force: order.force === true, ...other }));
    },
  };
}

function typescriptForm(host: Host, store: Store): Form {
  const runtime = createRuntime({ store, host, pipelines });
  const handle = (run: RunHandle<unknown>) => {
    run.listen(eventsOf(run.id));
    return { id: run.id, done: run.done.then(({ record }) => record) };
  };
  return {
    start: async () => handle(runtime.start(scenario, { url: order.url })),
    resume: async (id) => handle(await runtime.resume(id, { force: order.force === true })),
  };
}

function eventsOf(run: string): RunEventListener {
  return (event) => report({ kind: 'event', run, event: event as unknown as JsonObject });
}

async function live(form: Form, id: string | undefined): Promise<string> {
  const run = id === undefined ? await form.start() : await form.resume(id);
  report({ kind: 'began', run: run.id, resumed: id !== undefined });
  const record = await run.done;
  report({ kind: 'ended', run: run.id, record });
  return run.id;
}

async function main(): Promise<void> {
  const host = createNodeHost({ clock: fastClock, cwd: order.directory });
  const opened = await openSqliteStore({
    path: order.database,
    projections: RUNTIME_PROJECTIONS,
    ...(order.packed === true ? { packing: { waiting: 8, newest: 4, most: 8 } } : {}),
  });
  const { kill } = order;
  const killed = kill?.when === 'before' ? killBeforeCommit : killAfterCommits;
  const store = kill === undefined ? opened : killed(opened, kill.n);
  const form = (order.form === 'harn' ? harnForm : typescriptForm)(host, store);
  const known = await listRuns(store, { limit: 100 });
  const main = known.find((row) => row.parent_run_id === null);
  const id =
    main !== undefined && isOver(main.status) ? main.run_id : await live(form, main?.run_id);
  for (const row of await listRuns(store, { parent: id })) {
    if (!isOver(row.status)) await live(form, row.run_id);
  }
  await host.stdio.flush();
  await store.close();
}

function isOver(status: string): boolean {
  return status === 'completed' || status === 'failed';
}

try {
  await main();
} catch (error) {
  const { code, message, data } = HarnError.is(error)
    ? error
    : { code: 'unexpected', message: String((error as Error).stack), data: {} };
  report({ kind: 'failed', code, message, data: data as JsonObject });
}
exit(0);
