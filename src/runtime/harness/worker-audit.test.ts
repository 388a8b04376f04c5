// Whose changes a worker's changes are: what it is told, what it inherits from the worker, workflow or loop around it, and
// that an approval policy it is given holds.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { defineTool, type Harness, pipeline } from './index.ts';

const ASK = { require_approval: ['edit_*'] };

async function told(
  body: (harness: Harness) => Promise<unknown>,
  { store, mocks = [] }: { readonly store?: Store; readonly mocks?: readonly JsonObject[] } = {},
): Promise<{ readonly id: string; readonly returned: Record<string, JsonObject> }> {
  const own = store ?? (await openStore('memory:'));
  const main = pipeline('main', async (harness) => (await body(harness)) as Json);
  const runtime = createRuntime({
    store: own,
    pipelines: [main],
    host: createMockHost({ seed: 1 }),
    llm: { mocks },
    sink: { write: () => undefined },
  });
  const run = runtime.start(main, null as never);
  const ended = await run.done;
  if (ended.status !== 'settled') throw new Error(JSON.stringify(ended));
  return { id: run.id, returned: ended.returned as Record<string, JsonObject> };
}

const auditOf = async (handle: Promise<JsonObject>) => (await handle)['audit'] as JsonObject;

/** A worker that starts one of its own and gives the audit of it. */
const parent = (harness: Harness, audit: JsonObject, below: JsonObject = {}) =>
  harness.agent.workerSpawn({ task: 'p', name: 'parent', audit }, async (own) =>
    auditOf(own.agent.workerSpawn({ task: 'c', ...below }, async () => null)),
  );

describe('the mutation session of a worker', () => {
  it('belongs to the run, and changes nothing, where nobody says more', async () => {
    const { id, returned } = await told(async ({ agent }) =>
      agent.workerSpawn({ task: 't' }, async () => null),
    );
    expect(returned).toMatchObject({
      audit: {
        session_id: expect.stringMatching(/^session_/) as string,
        parent_session_id: null,
        run_id: id,
        worker_id: returned['id'],
        execution_kind: 'function',
        mutation_scope: 'read_only',
        approval_policy: null,
      },
    });
  });

  it('stands below that of the worker that started it', async () => {
    const given = {
      session_id: 'session_p',
      run_id: 'run_p',
      mutation_scope: 'apply_worktree',
      approval_policy: ASK,
    };
    const { returned } = await told(async (harness) => {
      const { id } = await parent(harness, given);
      return (await harness.agent.workerWait(id as string))['result'];
    });
    expect(returned).toMatchObject({
      parent_session_id: 'session_p',
      run_id: 'run_p',
      mutation_scope: 'apply_worktree',
      approval_policy: ASK,
    });
    expect(returned['session_id']).not.toBe('session_p');
  });

  it('says of itself what it is given', async () => {
    const own = { parent_session_id: 'session_x', run_id: 'run_x', mutation_scope: 'read_only' };
    const { returned } = await told(async (harness) => {
      const given = { session_id: 'session_p', mutation_scope: 'apply_worktree' };
      const { id } = await parent(harness, given, { audit: own });
      return (await harness.agent.workerWait(id as string))['result'];
    });
    expect(returned).toMatchObject(own);
  });

  it('stands below that of the workflow whose stage started it', async () => {
    const { returned } = await told(async ({ agent }) => {
      const { run } = await agent.workflowExecute({
        task: 't',
        graph: { entry: 'a', nodes: { a: { kind: 'stage' } }, edges: [] },
        options: { audit: { session_id: 'session_w' }, mutation_scope: 'apply_workspace' },
        nodes: {
          a: async (harness) => {
            const audit = await auditOf(harness.agent.workerSpawn({ task: 'c' }, async () => null));
            return { text: 'x', data: audit };
          },
        },
      });
      const { metadata, artifacts, id } = run as unknown as {
        metadata: JsonObject;
        artifacts: { data: JsonObject }[];
        id: string;
      };
      return { session: metadata['mutation_session'], below: artifacts[0]?.data, run: { id } };
    });
    expect(returned['session']).toMatchObject({
      session_id: 'session_w',
      run_id: returned['run']?.['id'],
      execution_kind: 'workflow',
      mutation_scope: 'apply_workspace',
    });
    expect(returned['below']).toMatchObject({
      parent_session_id: 'session_w',
      run_id: returned['run']?.['id'],
      mutation_scope: 'apply_workspace',
      execution_kind: 'function',
    });
  });

  it('reaches the record of the workflow that is its body', async () => {
    const { id, returned } = await told(async ({ agent }) => {
      const graph = { entry: 'a', nodes: { a: { kind: 'stage' } }, edges: [] };
      const nodes = { a: () => 'x' };
      const audit = { session_id: 'session_p', mutation_scope: 'apply_worktree' };
      const worker = await agent.workerSpawn({ task: 't', graph, nodes, audit });
      return (await agent.workerWait(worker['id'] as string))['result'];
    });
    expect(returned['run']).toMatchObject({
      parent_run_id: id,
      metadata: {
        mutation_session: { parent_session_id: 'session_p', mutation_scope: 'apply_worktree' },
      },
    });
  });

  it('stands below the conversation in whose loop it is started', async () => {
    const mocks = [
      { text: '', tool_calls: [{ id: 'c', name: 'go', arguments: {} }] },
      { text: 'ok' },
      { text: 'ok' },
    ];
    const { returned } = await told(
      async ({ agent }) => {
        const run = async (own: Harness) =>
          own.agent.subAgentRun('look', { background: true, session_id: 'child' });
        let found: Json = null;
        const go = defineTool({
          name: 'go',
          description: 'Goes',
          handler: () => 'went',
        });
        const session_id = agent.open('talk');
        await agent.loop({
          task: 't',
          tools: [go],
          session_id,
          permissions: {
            allow: [],
            on_escalation: async (_request, own) => {
              found = await run(own);
              return true;
            },
          },
        });
        return found;
      },
      { mocks },
    );
    expect(returned['audit']).toMatchObject({ session_id: 'child', parent_session_id: 'talk' });
  });

  it('is what it was when its run is killed and resumed', async () => {
    const whole = await told(async (harness) => {
      const { id } = await parent(harness, { session_id: 'session_p', approval_policy: ASK });
      return (await harness.agent.workerWait(id as string))['result'];
    });
    let kills = 0;
    for (let n = 0; n < 40; n += 1) {
      await using store = await openStore('memory:');
      const { store: dying, alive } = stoppingStore(store, n);
      const main = pipeline('main', async (harness) => {
        const { id } = await parent(harness, { session_id: 'session_p', approval_policy: ASK });
        return (await harness.agent.workerWait(id as string))['result'] as Json;
      });
      const runtimeOn = (on: Store) =>
        createRuntime({
          store: on,
          pipelines: [main],
          host: createMockHost({ seed: 1 }),
          sink: { write: () => undefined },
        });
      const started = runtimeOn(dying).start(main, null as never);
      let ended = false;
      void started.done.then(() => {
        ended = true;
      });
      while (alive() && !ended) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (ended) break;
      kills += 1;
      if ((await store.latest(`runs.${started.id}`)) === undefined) continue;
      const result = await (await runtimeOn(store).resume(started.id, { force: true })).done;
      const { parent_session_id, approval_policy } = whole.returned;
      expect(result, `killed after ${n}`).toMatchObject({
        returned: { parent_session_id, approval_policy, run_id: started.id },
      });
    }
    expect(kills).toBeGreaterThan(2);
  });
});

describe('the approval policy of an audit', () => {
  const calls = (name: string) => ({
    text: '',
    tool_calls: [{ id: `call_${name}`, name, arguments: {} }],
  });

  it('holds for what the worker calls', async () => {
    const made: string[] = [];
    const wipe = defineTool({
      name: 'wipe',
      description: 'Wipes',
      handler: () => {
        made.push('wiped');
        return 'wiped';
      },
    });
    const { returned } = await told(
      async ({ agent }) => {
        const worker = await agent.workerSpawn({
          task: 't',
          node: { kind: 'stage', mode: 'agent' },
          tools: [wipe],
          audit: { approval_policy: { auto_deny: ['wipe'] } },
        });
        return agent.workerWait(worker['id'] as string);
      },
      { mocks: [calls('wipe'), { text: 'Could not.' }] },
    );
    expect(returned['audit']).toMatchObject({ approval_policy: { auto_deny: ['wipe'] } });
    expect(made).toEqual([]);
  });

  it('is refused before there is a worker when it means nothing', async () => {
    const { returned } = await told(async ({ agent }) => {
      const audit = { approval_policy: { approve_all: true } };
      const problem = await agent
        .workerSpawn({ task: 't', audit }, async () => null)
        .catch((error: { code: string }) => error.code);
      return { problem, workers: agent.workerList().length };
    });
    expect(returned).toEqual({ problem: 'HARN-AGL-001', workers: 0 });
  });
});
