// Token budgets on random trees of work: lanes beside each other, workers, agent loops and workflows, each perhaps with a
// budget of its own. Whatever ran first and whenever it was killed: nobody spends more than one call over a budget.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { completion, loadSdk, wireCall } from '../agent/agent-run.fixture.ts';
import { agentLoop, toTool } from '../agent/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { isBudgetSpent, llmCall } from '../llm/index.ts';
import {
  accountOf,
  type Handler,
  journalTopic,
  loadJournal,
  payingFrom,
  type RunBody,
  type RunContext,
  SpendAccount,
  type Suspending,
} from '../run/index.ts';
import { parallelAll, spawnAgent, waitAgent } from '../work/index.ts';
import { workflowExecute } from './execute.ts';
import { live, newStore, returnedBy } from './workflow-run.fixture.ts';

/** A call that may get `most` tokens as its answer and gets `cost`. */
type Call = { readonly kind: 'call'; readonly most: number; readonly cost: number };
type Group = {
  readonly kind: 'lanes' | 'worker' | 'loop' | 'workflow';
  readonly budget: number | null;
  readonly parts: readonly Node[];
};
type Node = Call | Group;

const call = fc
  .record({ most: fc.integer({ min: 1, max: 60 }), part: fc.integer({ min: 80, max: 100 }) })
  .map(({ most, part }): Node => ({ kind: 'call', most, cost: Math.ceil((most * part) / 100) }));
const budget = fc.option(fc.integer({ min: 10, max: 120 }), { nil: null, freq: 2 });
const { tree } = fc.letrec<{ tree: Group; node: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, depthSize: 'small' }, call, tie('tree')),
  tree: fc.record({
    kind: fc.constantFrom(
      'lanes' as const,
      'worker' as const,
      'loop' as const,
      'workflow' as const,
    ),
    budget,
    parts: fc.array(tie('node'), { minLength: 1, maxLength: 6 }),
  }),
}));

interface Scope {
  readonly limit: number;
  spent: number;
  most: number;
}

/** What was spent in each scope that has a budget, and the most that one call there could cost. */
type Ledger = Map<string, Scope>;

class Play {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  *node(ctx: RunContext, node: Node, path: readonly string[]): Suspending<Json> {
    try {
      return node.kind === 'call'
        ? yield* this.#call(ctx, node, path)
        : yield* this.#group(ctx, node, path);
    } catch (error) {
      const isRefused =
        isBudgetSpent(error) || (HarnError.is(error) && error.code === 'HARN-WRK-016');
      if (!isRefused) throw error;
      return 'refused';
    }
  }

  *#call(ctx: RunContext, { most, cost }: Call, path: readonly string[]): Suspending<Json> {
    const options = { provider: 'local', model: 'm', max_tokens: most };
    const answer = yield* llmCall(ctx, `cost ${cost}.`, null, options);
    this.#spend(path, answer.output_tokens, most);
    return answer.output_tokens;
  }

  #spend(path: readonly string[], tokens: number, most: number): void {
    for (const at of path) {
      const scope = this.#ledger.get(at);
      if (scope === undefined) continue;
      scope.spent += tokens;
      scope.most = Math.max(scope.most, most);
    }
  }

  *#group(ctx: RunContext, node: Group, above: readonly string[]): Suspending<Json> {
    const { kind, budget: limit } = node;
    const own = [...above, `${above.at(-1) ?? ''}/${kind}`];
    const path = own.at(-1) as string;
    if (kind === 'lanes') return yield* this.#lanes(ctx, node, own);
    if (limit !== null) this.#ledger.set(path, { limit, spent: 0, most: 0 });
    const given: JsonObject = limit === null ? {} : { token_budget: limit };
    const code: Handler = {
      kind: 'generator',
      name: 'body',
      run: (inner) => this.#lanes(inner, node, own),
    };
    if (kind === 'worker') {
      const worker = yield* spawnAgent(ctx, { task: 'x', ...given }, { body: code });
      return (yield* waitAgent(ctx, worker['id']))['result'] ?? null;
    }
    if (kind === 'loop') {
      const run = (inner: RunContext) => this.#lanes(inner, node, own);
      const tools = [toTool(GO, { kind: 'program', run })];
      const loop = { provider: 'local', model: 'm', max_tokens: 9, max_iterations: 2 };
      const { status, llm } = yield* agentLoop(
        ctx,
        'go on',
        null,
        { ...loop, ...given },
        { tools },
      );
      this.#spend(own, llm.output_tokens, 9);
      return status;
    }
    const graph = {
      entry: 'first',
      nodes: { first: { kind: 'stage' }, second: { kind: 'stage' } },
      edges: [{ from: 'first', to: 'second' }],
    };
    const nodes = { first: { handler: code }, second: { handler: code } };
    return (yield* workflowExecute(ctx, 't', graph, [], given, { nodes })).status;
  }

  *#lanes(ctx: RunContext, { parts }: Group, path: readonly string[]): Suspending<Json> {
    const lane: Handler = {
      kind: 'generator',
      name: 'lane',
      run: (inner, [k]) =>
        this.node(inner, parts[k as number] as Node, [...path, `${path.at(-1)}.${k as number}`]),
    };
    const order = parts.map((_, k) => k);
    return (yield* parallelAll(ctx, order, lane, { form: 'parallel' })) as Json;
  }
}

const GO = { name: 'go', description: 'goes on', parameters: {} };

/** A model whose answers cost what they are asked to, and take their time. */
function newHost(): MockHost {
  const host = createMockHost({ seed: 9, env: { LOCAL_LLM_BASE_URL: 'http://model.test/v1' } });
  host.onRequest('POST', 'http://model.test/*', async ({ body }) => {
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
    const cost = Number(/cost (\d+)\./.exec(text)?.[1] ?? 7);
    for (let turn = 0; turn < 5 + (cost % 7); turn += 1)
      await new Promise((ok) => setImmediate(ok));
    const message = text.includes('cost ') ? { content: 'ok' } : wireCall('call', 'go', {});
    const usage = { prompt_tokens: 0, completion_tokens: cost, total_tokens: cost };
    return { json: { ...completion(message), usage } };
  });
  return host;
}

/** What a tree came to, and what was spent; killed before a commit and resumed when asked. */
async function play(tree: Node, kill?: number) {
  const store = await newStore();
  const host = newHost();
  let ledger: Ledger = new Map();
  const makeBody = (): RunBody => {
    ledger = new Map([[ALL, { limit: LIMIT, spent: 0, most: 0 }]]);
    const own = ledger;
    return function* (ctx) {
      const account = new SpendAccount(accountOf(ctx), LIMIT);
      const result = yield* new Play(own).node(payingFrom(ctx, account), tree, [ALL]);
      return [result, account.spent];
    };
  };
  const first = await live(makeBody, { store, host, killAfter: kill ?? Number.POSITIVE_INFINITY });
  let ended = first;
  if (first.result === undefined) {
    const isKnown = (await store.latest(journalTopic(first.run.id))) !== undefined;
    ended = await live(makeBody, { store, host, ...(isKnown ? { resume: first.run.id } : {}) });
  }
  const [result, spent] = returnedBy(ended) as readonly [Json, number];
  const { entries } = await loadJournal(store, ended.run.id);
  const lost = entries.some((one) => one.kind === 'outcome' && one.error?.code === LOST);
  return { ledger, text: JSON.stringify(result), spent, lost };
}

/** A call that was under way when its life ended. */
const LOST = 'HARN-LLM-118';

/** The scope of everything, and its budget. */
const ALL = 'all';
const LIMIT = 500;

function check({ ledger, spent, lost }: Awaited<ReturnType<typeof play>>): void {
  for (const [name, { limit, spent: used, most }] of ledger) {
    expect(used, name).toBeLessThan(limit + Math.max(1, most));
  }
  const seen = ledger.get(ALL)?.spent;
  // Nobody saw the answers of calls that were lost; they count.
  if (lost) expect(spent).toBeGreaterThan(seen as number);
  else expect(spent).toBe(seen);
}

describe('token budgets', () => {
  beforeAll(loadSdk);

  it('let calls wait for what others beside them may still cost', async () => {
    const parts = Array.from({ length: 6 }, (): Node => ({ kind: 'call', most: 60, cost: 60 }));
    for (const kind of ['worker', 'loop', 'workflow'] as const) {
      const whole: Node = { kind, budget: 100, parts };
      const { ledger } = await play({ kind: 'lanes', budget: null, parts: [whole] });
      const scope = [...ledger.values()].at(-1);
      expect(scope?.spent, kind).toBeGreaterThanOrEqual(100);
      expect(scope?.spent, kind).toBeLessThan(160);
    }
  });

  it('are overspent by one call at most, in any tree of work', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(tree, async (whole) => {
        const played = await play(whole);
        if (/refused|paused|exhausted/.test(played.text)) refused += 1;
        check(played);
      }),
      { numRuns: 25 },
    );
    expect(refused).toBeGreaterThan(5);
  }, 120_000);

  it('are what they were when the run was killed, with the calls that were lost', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.integer({ min: 1, max: 60 }), async (whole, kill) => {
        check(await play(whole, kill));
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
