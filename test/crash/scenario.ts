// The TypeScript twin of scenario.harn.
import type { JsonObject } from '../../src/base/index.ts';
import { type Harness, type Pipeline, pipeline } from '../../src/runtime/harness/index.ts';

async function act<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const ask = { provider: 'local', model: 'm' };

async function main(harness: Harness, { url }: { readonly url: string }): Promise<JsonObject> {
  const { clock, random, stdio, net, fs, llm } = harness;
  const began = clock.nowMs();
  const chance = random.u64();
  const id = random.uuid();
  stdio.println(`began ${chance}`);
  const early = (await net.get(`${url}/early`)).body;
  const config = await fs.readText('input.txt');
  await fs.writeText('out.txt', `${config} ${chance}`);
  stdio.println(`written ${early}`);

  const order: string[] = [];
  const slow = await harness.parallel(['a', 'b', 'c'], async (lane, name) => {
    const { body } = await lane.net.get(`${url}/slow/${name}`);
    order.push(name);
    await lane.fs.append(`log-${name}.txt`, `${body} ${chance}\n`);
    return body;
  });
  stdio.println(`order ${order.join(' ')}`);
  const pair = await Promise.all([net.get(`${url}/slow/pair/b`), net.get(`${url}/slow/pair/c`)]);

  const posted = (await net.post(`${url}/orders`, `${chance} ${id}`)).body;
  const run = (shell: string, policy: object) => harness.process.run({ shell, ...policy });
  const ran = await act(async () => (await run('echo ran >> runs.txt', {})).exit_code);
  const again = (await run('echo again >> again.txt', { on_unknown: 'retry' })).exit_code;
  stdio.eprintln('processes done');
  await fs.append('log.txt', `one ${chance}\n`);
  await fs.append('log.txt', `two ${id}\n`);

  const helper = harness.spawn(async (lane) => {
    await lane.clock.sleepMs(20);
    return (await lane.net.get(`${url}/helper`)).body;
  });
  const race = await Promise.race([
    harness.step('left', async () => (await fetch(`${url}/step/left`)).text()),
    harness.step('right', async () => (await fetch(`${url}/step/right`)).text()),
  ]);
  await clock.sleepMs(1000);
  const helped = await helper.join();
  const bought = (await llm.call('first question', ask)).text;
  stdio.println(`bought ${bought}`);

  const pool = harness.agent.poolCreate({ name: 'work', max_concurrent: 1 });
  const first = await pool.submit(async (lane) => (await lane.net.get(`${url}/pool/first`)).body);
  const pooled = (await harness.agent.poolWait(first)).result ?? null;
  await pool.submit(async (lane) => {
    const { body } = await lane.net.get(`${url}/held`);
    return lane.fs.append('pool.txt', `${body} ${chance}\n`);
  });
  await pool.submit((lane) => lane.fs.append('pool.txt', `queued ${id}\n`));

  harness.spawn(async (lane) => (await lane.llm.call('slow question', ask)).text);
  await harness.handoffTo('follow_up', { chance, url });
  await harness.handoffTo('elsewhere', { chance });
  harness.agent.pipelineOnFinish(async (h, value) => {
    await h.net.get(`${url}/release`);
    const wait = await h.waitForAnySettlement('60s');
    h.stdio.println(`waited ${wait['status']}`);
    if (wait['timed_out']) await h.spawnSettlementAgent(await h.unsettledState(), value);
    await h.fs.append('log.txt', `finished ${chance}\n`);
    return value;
  });
  stdio.println(`end ${clock.nowMs() >= began}`);
  return {
    ...{ chance, id, early, config, slow, order, posted },
    ...{ ran, again, race, helped, bought, pooled, pair: pair.map(({ body }) => body) },
  };
}

interface Handed {
  readonly chance: number;
  readonly url: string;
}

async function followUp(harness: Harness, { chance, url }: Handed): Promise<JsonObject> {
  const seen = (await harness.net.get(`${url}/followed`)).body;
  await harness.fs.append('followed.txt', `followed ${chance}\n`);
  harness.stdio.println(`followed ${seen}`);
  return { chance, seen };
}

export const scenario = pipeline('default', main);
export const pipelines = [scenario, pipeline('follow_up', followUp)] as readonly Pipeline<
  never,
  unknown
>[];
