// For the tests of this room: stages whose work ends when the test says so, in the order it says.
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import {
  defineEffect,
  type Effect,
  type Handler,
  type RunBody,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { type WorkflowResult, workflowExecute } from './execute.ts';
import { live, newStore, returnedBy } from './workflow-run.fixture.ts';

export const turnOfLoop = () => new Promise<void>((ok) => setImmediate(ok));

/** Work that ends when the test says so. */
export class Works {
  readonly begun: string[] = [];
  readonly aborted: string[] = [];
  most = 0;
  readonly #open = new Map<string, () => void>();
  readonly effect: Effect<[string], string> = defineEffect(
    { name: 'test.work', class: 'read', access: 'read' },
    (env, what: string) =>
      new Promise<string>((resolve) => {
        this.begun.push(what);
        env.signal.addEventListener('abort', () => this.aborted.push(what));
        this.#open.set(what, () => resolve(`${what} done`));
        this.most = Math.max(this.most, this.#open.size);
      }),
  );

  /** Ends everything, whenever it begins, in this order; what is not named stays. */
  async endAll(order: readonly string[]): Promise<void> {
    for (const what of order) {
      for (let turn = 0; turn < 500 && !this.#open.has(what); turn += 1) await turnOfLoop();
      // Those that begin with it begin now.
      for (let turn = 0; turn < 20; turn += 1) await turnOfLoop();
      const end = this.#open.get(what);
      this.#open.delete(what);
      end?.();
    }
  }
}

export interface Scene {
  readonly graph: JsonObject;
  readonly order: readonly string[];
  readonly options?: JsonObject;
  /** Nodes that fail. */
  readonly broken?: readonly string[];
  /** Around the execution. */
  readonly within?: (ctx: RunContext, body: () => Suspending<Json>) => Suspending<unknown>;
}

/** Runs a graph; work that is not in `order` never ends. */
export async function run({
  graph,
  order,
  options = {},
  broken = ['boom'],
  within = (_ctx, body) => body(),
}: Scene) {
  const works = new Works();
  const nodes = Object.fromEntries(
    Object.keys(graph['nodes'] as JsonObject).map((id): [string, { handler: Handler }] => [
      id,
      {
        handler: {
          kind: 'generator',
          name: id,
          run: function* (ctx: RunContext, [input]) {
            const { item } = input as { item: string | null };
            const seen = (input as { artifacts: { text: string }[] }).artifacts;
            if (broken.includes(id)) throw new Error(`${id} is broken`);
            const text = yield* ctx.perform(works.effect, [item ?? id]);
            return { text, artifacts: [{ kind: 'part', text, metadata: { saw: seen.length } }] };
          },
        },
      },
    ]),
  );
  const host = createMockHost({ seed: 5 });
  const body: RunBody = function* (ctx) {
    return (yield* within(ctx, function* () {
      return (yield* workflowExecute(ctx, 't', graph, [], options, { nodes })) as unknown as Json;
    })) as Json;
  };
  const [life] = await Promise.all([
    live(() => body, { store: await newStore(), host }),
    works.endAll(order),
  ]);
  return { works, result: returnedBy(life) as WorkflowResult };
}

export const stages = ({ run: { stages: all } }: WorkflowResult) =>
  all as unknown as readonly {
    readonly id: string;
    readonly node_id: string;
    readonly status: string;
    readonly artifacts: readonly { readonly id: string; readonly metadata: JsonObject }[];
    readonly metadata: JsonObject;
  }[];
/** A result without ids and times that differ from run to run. */
export function timeless({ run: record, artifacts }: WorkflowResult): string {
  return JSON.stringify({ record, artifacts })
    .replaceAll(String(record['id']), 'RUN')
    .replace(/"(?:created_at|persisted_at|timestamp|started_at|finished_at)":"[^"]*"/g, '""');
}

export const path = (result: WorkflowResult) => stages(result).map(({ node_id }) => node_id);

/** fan -> ways -> j -> end */
export const fork = (join: Json, ways = ['a', 'b', 'c']): JsonObject => ({
  entry: 'fan',
  nodes: {
    fan: { kind: 'fork' },
    ...Object.fromEntries(ways.map((id) => [id, { kind: 'stage' }])),
    j: { kind: 'join', join_policy: join },
    end: { kind: 'reduce', context_policy: { include_kinds: ['part'] } },
  },
  edges: [
    ...ways.map((to) => ({ from: 'fan', to })),
    ...ways.map((from) => ({ from, to: 'j' })),
    { from: 'j', to: 'end' },
  ],
});
