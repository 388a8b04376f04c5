// The same triage in TypeScript: the same steps, the same numbers, the same report. The language is not loaded; the
// runtime below is the one that Harn programs run on, so a run is parked, resumed and settled in the same way.
//
//   node examples/run-ts.mjs examples/log-triage/triage.ts [--log FILE] [--out FOLDER] [--tape FILE] [--pause SECONDS]
//   node examples/run-ts.mjs examples/log-triage/triage.ts --resume RUN
import { parseArgs } from 'node:util';
import {
  createRuntime,
  type Harness,
  onFinishBlockUntilSettled,
  onFinishDrain,
  openStore,
  pipeline,
  type RunHandle,
} from 'harn';
import { parseLog } from './triage/access-log.ts';
import { findIncidents } from './triage/detect.ts';
import {
  ANALYST,
  type Described,
  describe,
  questionAbout,
  reportOf,
  type TicketItem,
  ticketOf,
} from './triage/report.ts';

/** A type, not an interface: what a run is given has to be JSON. */
type Options = {
  readonly log: string;
  readonly out: string;
  readonly tape: string;
  readonly pause: number;
};

const PARKED = 124;

/** Whether somebody is there to ask; without, a tape beside this file answers. */
function hasModel(env: Harness['env']): boolean {
  const names = [
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'HARN_LLM_PROVIDER',
    'HARN_LLM_BASE_URL',
    'HARN_LLM_TAPE',
  ];
  return names.some((name) => (env.get(name) ?? '') !== '');
}

async function explain(
  harness: Harness,
  incident: Described,
  { tape, pause }: Options,
  asking: boolean,
): Promise<string> {
  if (pause > 0) await harness.clock.sleepMs(pause * 1000);
  const options = asking ? {} : { provider: 'tape', tape };
  const asked = await harness.llm.callSafe(questionAbout(incident), {
    system: ANALYST,
    ...options,
  });
  return asked.ok ? asked.response.text.trim() : `(No summary: ${asked.error.message})`;
}

const triage = pipeline('triage', async (harness, options: Options) => {
  const { log: logPath, out, tape } = options;
  const { stdio, fs } = harness;
  const asking = hasModel(harness.env);

  const lines = (await fs.readText(logPath)).replace(/\n$/, '').split('\n');
  const log = parseLog(lines);
  const incidents = findIncidents(log.entries).map((incident, index) =>
    describe(incident, index + 1, log.entries),
  );

  stdio.println(
    `${logPath}: ${lines.length} lines, ${log.entries.length} requests, ${log.malformed} lines that are no entries`,
  );
  stdio.println(`${incidents.length} incidents:`);
  for (const { number, start, end, title } of incidents) {
    stdio.println(`  ${number}  ${start} to ${end}  ${title}`);
  }

  // Two questions at a time. What has been answered is never asked again, whatever happens to this process.
  const answers = await harness.parallel(
    incidents,
    (lane, incident) => explain(lane, incident, options, asking),
    { maxConcurrent: 2 },
  );

  await fs.mkdir(`${out}/evidence`);
  await fs.mkdir(`${out}/tickets`);
  const logName = logPath.split('/').at(-1) ?? logPath;
  await fs.writeText(`${out}/report.md`, reportOf(logName, log, incidents, answers));
  stdio.println(
    `Summaries: ${asking ? 'from the model of your environment' : `from the tape ${tape}; no model was asked`}`,
  );
  stdio.println(`Report: ${out}/report.md`);

  // From here on nothing is waited for: the evidence is pool work, the tickets are another pipeline's.
  const pool = harness.agent.poolCreate({ name: 'evidence', max_concurrent: 2 });
  for (const { name, evidence } of incidents) {
    await pool.submit((lane) =>
      lane.fs.writeText(`${out}/evidence/${name}.log`, `${evidence.join('\n')}\n`),
    );
  }
  for (const [index, { number, title, start, end, name }] of incidents.entries()) {
    await harness.handoffTo('follow_up', {
      number,
      title,
      start,
      end,
      log: logPath,
      summary: answers[index] ?? '',
      evidence: `${out}/evidence/${name}.log`,
      ticket: `${out}/tickets/${name}.md`,
    });
  }
  harness.agent.pipelineOnFinish(onFinishBlockUntilSettled('10s', onFinishDrain));
  return {
    requests: log.entries.length,
    malformed: log.malformed,
    incidents: incidents.map(({ title }) => title),
  };
});

/** Opens a ticket for one incident: a run of its own, begun when the first pipeline has settled. */
const followUp = pipeline('follow_up', async (harness, item: TicketItem) => {
  await harness.fs.writeText(item.ticket, ticketOf(item));
  harness.stdio.println(`Ticket: ${item.ticket}`);
  return item.ticket;
});

function readOptions(args: readonly string[]): Options & { readonly resume: string | undefined } {
  const text = { type: 'string' } as const;
  const options = { log: text, out: text, tape: text, pause: text, resume: text };
  const { values } = parseArgs({ args: [...args], options });
  const here = 'examples/log-triage';
  return {
    log: values.log ?? `${here}/access.log`,
    out: values.out ?? `${here}/out`,
    tape: values.tape ?? `${here}/answers.tape.jsonl`,
    pause: Number(values.pause ?? '0'),
    resume: values.resume,
  };
}

/** Follows a run to its end; Ctrl-C parks it. */
async function follow(run: RunHandle<unknown>): Promise<number> {
  const park = () => void run.park('SIGINT');
  process.once('SIGINT', park);
  const result = await run.done.finally(() => process.off('SIGINT', park));
  if (result.status === 'parked') {
    process.stderr.write(`run ${run.id} is parked. Go on with: --resume ${run.id}\n`);
    return PARKED;
  }
  const { items } = result.receipt as {
    items: { bucket: string; id: string; disposition: string }[];
  };
  for (const { bucket, id, disposition } of items) {
    process.stderr.write(`${bucket} ${id}: ${disposition}\n`);
  }
  if (result.status === 'settled') return 0;
  process.stderr.write(`error: ${result.error.message}\n`);
  return 1;
}

async function main(args: readonly string[]): Promise<number> {
  const { resume, ...options } = readOptions(args);
  // The database of the command line: `harn runs ls` and `harn why` know these runs, too.
  await using store = await openStore('.harn/harn.sqlite');
  const runtime = createRuntime({ store, pipelines: [triage, followUp] });
  const run = resume === undefined ? runtime.start(triage, options) : await runtime.resume(resume);
  const code = await follow(run);
  if (code === PARKED) return code;
  // What was handed over has become runs of their own, which nobody has begun yet.
  for (const child of await runtime.recover()) await follow(child);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
