// A workflow with everything in it, written in both languages, and the outside that counts what it is asked for: work
// side by side, a map with a quorum, a delegated stage, a repair loop, a condition, a pause, a join that does without
// the last, a question to a person and a handoff.
import type { Json, JsonObject } from '../../src/base/index.ts';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { RECORD_SECTIONS } from '../../src/runtime/compose.ts';
import { pipeline, type StageFn } from '../../src/runtime/harness/index.ts';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { answerQuestion, listQuestions } from '../../src/runtime/human/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { listHandoffs } from '../../src/runtime/lifecycle/index.ts';
import { listRuns, loadJournal, recordOf } from '../../src/runtime/run/index.ts';
import { listWorkers } from '../../src/runtime/work/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { watchCommits } from '../../src/testing/index.ts';

const never = new Promise<never>(() => undefined);
const llm = { mode: 'llm', model_policy: { provider: 'openai', model: 'gpt-4o' } };

export const GRAPH = {
  id: 'release',
  name: 'release',
  entry: 'plan',
  nodes: {
    plan: { ...llm, kind: 'stage', output_contract: { output_kinds: ['plan'] } },
    fan: { kind: 'fork' },
    draft: { kind: 'stage' },
    gather: {
      ...llm,
      kind: 'map',
      map_policy: { items: ['x', 'y', 'hang'], output_kind: 'summary', max_concurrent: 3 },
      join_policy: { strategy: 'quorum', min_completed: 2 },
    },
    help: { ...llm, kind: 'subagent' },
    both: { kind: 'join', join_policy: { require_all_inputs: true } },
    gate: { kind: 'condition', metadata: { contains_text: 'answer' } },
    never: { kind: 'stage' },
    check: { kind: 'verify', verify: { command: 'check' } },
    mend: { kind: 'stage' },
    race: { kind: 'fork' },
    quick: { kind: 'stage' },
    slow: { ...llm, kind: 'subagent', prompt: 'hang' },
    won: { kind: 'join', join_policy: { strategy: 'first' } },
    sign: {
      kind: 'escalation',
      escalation_policy: { mode: 'ask', reason: 'Ship it?', choices: ['ship', 'hold'] },
    },
    tell: {
      kind: 'escalation',
      escalation_policy: { mode: 'handoff', target: 'operations', reason: 'shipped' },
    },
    sum: { kind: 'reduce', context_policy: { include_kinds: ['summary', 'escalation'] } },
  },
  edges: [
    { from: 'plan', to: 'fan' },
    { from: 'fan', to: 'draft' },
    { from: 'fan', to: 'gather' },
    { from: 'fan', to: 'help' },
    { from: 'draft', to: 'both' },
    { from: 'gather', to: 'both' },
    { from: 'help', to: 'both' },
    { from: 'both', to: 'gate' },
    { from: 'gate', to: 'check', branch: 'true' },
    { from: 'gate', to: 'never', branch: 'false' },
    { from: 'check', to: 'mend', branch: 'failed' },
    { from: 'mend', to: 'check', branch: 'retry' },
    { from: 'check', to: 'race', branch: 'passed' },
    { from: 'race', to: 'quick' },
    { from: 'race', to: 'slow' },
    { from: 'quick', to: 'won' },
    { from: 'slow', to: 'won' },
    { from: 'won', to: 'sign' },
    { from: 'sign', to: 'tell', branch: 'ship' },
    { from: 'tell', to: 'sum' },
  ],
} as const satisfies JsonObject;

export const RECORD = '/runs/release.json';
const PAUSED = { persist_path: RECORD, max_steps: 2 };
const ON = { resume_path: RECORD };

const SOURCE = `
fn post(harness: Harness, stage) { harness.net.post("https://out.test/\${stage.node_id}", stage.task).body }

pipeline main(harness: Harness) {
  let work = { stage -> post(harness, stage) }
  let flow = json_parse(argv[0])
  let nodes = flow.nodes
  let graph = flow.merge({nodes: nodes.merge({
    draft: nodes.draft.merge({handler: work}),
    mend: nodes.mend.merge({handler: work}),
    quick: nodes.quick.merge({handler: work}),
  })})
  let paused = harness.agent.workflow_execute("make it", graph, [], json_parse(argv[1]))
  let ended = harness.agent.workflow_execute("make it", graph, [], json_parse(argv[2]))
  {paused: paused.status, status: ended.status, path: ended.path}
}`;

const work: StageFn = async (harness, { node_id, task }) =>
  (await harness.net.post(`https://out.test/${node_id}`, task)).body;

const twin = pipeline('main', async (harness) => {
  const nodes = { draft: work, mend: work, quick: work };
  const call = { task: 'make it', graph: GRAPH as Json, nodes };
  const paused = await harness.agent.workflowExecute({ ...call, options: PAUSED });
  const ended = await harness.agent.workflowExecute({ ...call, options: ON });
  return { paused: paused.status, status: ended.status, path: ended.path };
});

/** What the outside was asked for, over all lives. */
export class World {
  readonly host: MockHost;
  readonly store: Store;
  /** Questions to the model that were answered, by their text. */
  readonly bought = new Map<string, number>();
  /** POSTs by address: the keys they came with. */
  readonly posts = new Map<string, Set<string>>();
  lives = 0;
  #alive = true;

  constructor(store: Store) {
    this.store = store;
    this.host = createMockHost({ seed: 3, env: { OPENAI_API_KEY: 'k' } });
    this.host.onRequest('POST', 'https://api.openai.com/*', ({ body }) => {
      const asked = JSON.parse(textOf(body)) as { messages: readonly { content: string }[] };
      const text = String(asked.messages.at(-1)?.content);
      if (!this.#alive || /\bhang\b/.test(text)) return never;
      const what = hashOf(text);
      this.bought.set(what, (this.bought.get(what) ?? 0) + 1);
      return { json: completion(`answer ${what}`) };
    });
    this.host.onRequest('POST', 'https://out.test/*', ({ url, headers }) => {
      if (!this.#alive) return never;
      const keys = this.posts.get(url) ?? new Set();
      this.posts.set(url, keys.add(keyOf(headers)));
      return { body: `posted ${url}` };
    });
    this.host.onCommand('check', () => {
      const mended = this.posts.has('https://out.test/mend');
      return { exitCode: mended ? 0 : 1, stdout: mended ? 'fine' : 'broken' };
    });
  }

  static async open(): Promise<World> {
    return new World(await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS }));
  }

  /** Lives until the run has ended; the first life may be killed around its nth commit. False: it was not reached. */
  async play(
    form: 'harn' | 'ts',
    kill?: { readonly when: 'before' | 'after'; readonly n: number },
  ) {
    let asked = 0;
    const refuse = (n: number) => {
      asked = Math.max(asked, n);
      if (n === kill?.n) this.#alive = false;
      return this.#alive;
    };
    const dying = watchCommits(
      this.store,
      kill === undefined ? {} : kill.when === 'before' ? { before: refuse } : { after: refuse },
    );
    let value = await this.#life(form, dying);
    const wasKilled = !this.#alive;
    const lost = this.answers - (await this.keptAnswers());
    for (let life = 0; value === undefined && life < 6; life += 1) {
      this.#alive = true;
      value = await this.#life(form, this.store);
    }
    return { value, wasKilled, lost };
  }

  /** The saved record of the workflow. */
  async record(): Promise<JsonObject> {
    return JSON.parse(await this.host.fs.readText(RECORD)) as JsonObject;
  }

  async #life(form: 'harn' | 'ts', store: Store): Promise<Json | undefined> {
    this.lives += 1;
    const known = await listRuns(this.store, { limit: 10 });
    const id = known.find((row) => row.parent_run_id === null)?.run_id;
    const over = id === undefined ? undefined : await this.#returned(id);
    if (over !== undefined) return over;
    let ended: { readonly value: Json | undefined } | undefined;
    let failed: { readonly error: unknown } | undefined;
    void (form === 'harn' ? harnLife : typescriptLife)(this.host, store, id).then(
      (value) => {
        ended = { value };
      },
      (error: unknown) => {
        failed = { error };
      },
    );
    for (let turn = 0; turn < 20_000 && ended === undefined && this.#alive; turn += 1) {
      await new Promise((ok) => setImmediate(ok));
      if (failed !== undefined) throw failed.error;
      if (turn % 50 === 49) await this.#answer();
    }
    for (let turn = 0; turn < 20; turn += 1) await new Promise((ok) => setImmediate(ok));
    return ended?.value;
  }

  /** What a run returned that has ended. */
  async #returned(id: string): Promise<Json | undefined> {
    const { entries } = await loadJournal(this.store, id);
    if (!entries.some(({ kind }) => kind === 'settled')) return undefined;
    return (recordOf(id, entries, RECORD_SECTIONS) as unknown as { returned: Json }).returned;
  }

  /** How many answers of the model the run has kept. */
  async keptAnswers(): Promise<number> {
    const known = await listRuns(this.store, { limit: 10 });
    const id = known.find((row) => row.parent_run_id === null)?.run_id;
    if (id === undefined) return 0;
    const { entries } = await loadJournal(this.store, id);
    return entries.filter(
      (entry) => entry.kind === 'outcome' && entry.effect === 'llm.call' && entry.status === 'ok',
    ).length;
  }

  get answers(): number {
    return [...this.bought.values()].reduce((a, b) => a + b, 0);
  }

  /** Who has been handed work. */
  async handedOver(): Promise<readonly string[]> {
    return (await listHandoffs(this.store, {})).map(({ target_pipeline: target }) => target);
  }

  async workers(): Promise<readonly string[]> {
    const rows = await listWorkers(this.store, {});
    return rows.map(({ name, status }) => `${name} ${status}`).sort();
  }

  async #answer(): Promise<void> {
    for (const { request_id: id } of await listQuestions(this.store, { status: 'open' })) {
      await answerQuestion(this.store, id, {
        answer: 'ship',
        reviewer: 'Ada',
        nowMs: this.host.clock.nowMs(),
      });
    }
  }
}

async function harnLife(host: MockHost, store: Store, id: string | undefined) {
  const { program } = await loadProgram({ code: SOURCE, name: 'flow.harn' }, { cwd: '/work' });
  if (program === undefined) throw new Error('the program does not compile');
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: { write: () => undefined },
  });
  const argv = [GRAPH, PAUSED, ON].map((one) => JSON.stringify(one));
  const run =
    id === undefined ? engine.start(program, { argv }) : await engine.resume(id, { force: true });
  const result = await run.done;
  if (result.status === 'broken') throw result.error;
  if (result.status === 'parked') return undefined;
  if (!result.main.ok) throw result.main.error;
  return result.record.returned as Json;
}

async function typescriptLife(host: MockHost, store: Store, id: string | undefined) {
  const runtime = createRuntime({ store, host, pipelines: [twin] });
  const run =
    id === undefined ? runtime.start(twin, null) : await runtime.resume(id, { force: true });
  const result = await run.done;
  if (result.status === 'parked') return undefined;
  return (result as unknown as { readonly returned: Json }).returned;
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
}

/** Enough of a text to know it by. */
function hashOf(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replace(/\s+/g, ' ')
    .slice(-60);
}

function keyOf(headers: { readonly [name: string]: string } | undefined): string {
  const found = Object.entries(headers ?? {}).find(([name]) => /^idempotency-key$/i.test(name));
  return found?.[1] ?? 'none';
}

function completion(content: string): JsonObject {
  return {
    id: 'cmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  };
}
