// What the journal records as a whole (steps, handlers of tools) and what it looks into (`run` of a tool): a harness is refused
// in the former, and the latter does each effect once whatever the run is killed after.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { defineTool, type Harness, pipeline, type Result } from './index.ts';

const asked = (text: string, id: string): JsonObject => ({
  text: '',
  tool_calls: [{ id, name: 'note', arguments: { text } }],
});
const MOCKS: readonly JsonObject[] = [asked('one', 'c1'), asked('two', 'c2'), { text: 'noted' }];

const coded = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

async function outcome(body: (harness: Harness) => Promise<unknown>): Promise<unknown> {
  await using store = await openStore('memory:');
  const told = pipeline('told', body);
  const host = createMockHost();
  const runtime = createRuntime({ store, pipelines: [told], host, llm: { mocks: MOCKS } });
  const result = await runtime.start(told, null).done;
  return result.status === 'settled' ? result.returned : result;
}

describe('a body that is recorded as a whole', () => {
  it('refuses the harness inside of a step: effects, output, calls and steps', async () => {
    const codes = await outcome((harness) =>
      harness.step('one', async () => [
        await coded(() => harness.fs.append('a.txt', 'a')),
        await coded(async () => harness.clock.nowMs()),
        await coded(async () => harness.stdio.println('said')),
        await coded(() => harness.llm.call('hi')),
        await coded(() => harness.step('two', () => 1)),
      ]),
    );
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'HARN-RUN-024'));
  });

  it('refuses the harness of the pipeline inside of the handler of a tool, and tells the model', async () => {
    const loop = (harness: Harness) => {
      const handler = async ({ text }: JsonObject) => harness.fs.append('a.txt', String(text));
      const note = { name: 'note', description: 'notes', parameters: { text: 'string' } };
      return harness.agent.loop({
        task: 'go',
        tools: [defineTool({ ...note, handler: handler as never })],
      });
    };
    const result = (await outcome(loop)) as { readonly transcript: JsonObject };
    expect(JSON.stringify(result.transcript)).toContain('asked for inside tool');
  });

  it('leaves alone what goes on beside a step, and runs that the step starts', async () => {
    await using store = await openStore('memory:');
    const inner = pipeline('inner', async (harness) => harness.step('deep', () => 2));
    const outer = pipeline('outer', async (harness) => {
      const beside = harness.spawn(async (lane) => {
        await lane.fs.writeText('b.txt', 'b');
        return lane.fs.readText('b.txt');
      });
      const of = await harness.step('start', async () => {
        const done = await runtime.start(inner, null).done;
        return done.status === 'settled' ? done.returned : done.status;
      });
      return [of, await beside.join(), await harness.fs.exists('b.txt')];
    });
    const host = createMockHost();
    const runtime = createRuntime({ store, pipelines: [outer, inner], host });
    const result = await runtime.start(outer, null).done;
    expect(result).toMatchObject({ status: 'settled', returned: [2, 'b', true] });
  });
});

describe('the gate of a loop', () => {
  it('is an ordinary function: it lets turns through with messages, and suspends', async () => {
    const told = await outcome(async (harness) => {
      const marks: number[] = [];
      const note = { name: 'note', description: 'notes', parameters: { text: 'string' } } as const;
      const { status } = await harness.agent.loop({
        task: 'go',
        tools: [defineTool({ ...note, mutates: false, handler: () => 'noted' })],
        gate: async ({ iteration }, own) => {
          marks.push(iteration);
          await own.fs.append('gate.txt', `${iteration}\n`);
          if (iteration === 1) return { kind: 'continue' };
          return { kind: 'suspend', reason: 'enough', initiator: 'tests' };
        },
      });
      return { status, marks, text: await harness.fs.readText('gate.txt') };
    });
    expect(told).toEqual({ status: 'suspended', marks: [1, 2], text: '1\n2\n' });
  });
});

describe('a tool with `run`', () => {
  const noting = () =>
    pipeline('noting', async (harness) => {
      const note = defineTool<{ text: string }>({
        name: 'note',
        description: 'notes something down',
        parameters: { text: 'string' },
        run: async ({ text }, own, { idempotencyKey }) => {
          const at = own.clock.nowMs();
          await own.fs.append('notes.txt', `${text}\n`);
          return { at, keyed: idempotencyKey !== '' };
        },
      });
      const { text } = await harness.agent.loop({ task: 'note it', tools: [note] });
      await harness.fs.append('notes.txt', 'end\n');
      return text;
    });

  it('does each of its effects once, whatever the run is killed after', async () => {
    let kills = 0;
    for (let n = 0; ; n += 1) {
      await using store = await openStore('memory:');
      const host = createMockHost();
      const options = { host, llm: { mocks: MOCKS } };
      const { store: dying, alive } = stoppingStore(store, n);
      const first = createRuntime({ store: dying, pipelines: [noting()], ...options });
      const run = first.start(noting(), null);
      let result: Result<unknown> | undefined;
      void run.done.then((done) => {
        result = done;
      });
      while (alive() && result === undefined) await new Promise((ok) => setImmediate(ok));
      const wasKilled = result === undefined;
      if (wasKilled) {
        kills += 1;
        if ((await store.latest(`runs.${run.id}`)) === undefined) continue;
        const second = createRuntime({ store, pipelines: [noting()], ...options });
        result = await (await second.resume(run.id, { force: true })).done;
      }
      expect(result, `killed after ${n}`).toMatchObject({ status: 'settled', returned: 'noted' });
      const { '/work/notes.txt': notes } = host.files.snapshot();
      expect(notes, `killed after ${n}`).toBe('one\ntwo\nend\n');
      if (!wasKilled) break;
    }
    expect(kills).toBeGreaterThan(4);
  });

  it('is under the policy of its loop', async () => {
    const told = await outcome(async (harness) => {
      const note = defineTool<{ text: string }>({
        name: 'note',
        description: 'notes',
        parameters: { text: 'string' },
        run: (_args, own) => own.fs.writeText('/elsewhere/a.txt', 'x').then(() => 'written'),
      });
      const policy = { workspace_roots: ['in'] };
      const { tools, transcript } = await harness.agent.loop({ task: 'go', tools: [note], policy });
      return {
        tools,
        text: JSON.stringify(transcript),
        there: await harness.fs.exists('/elsewhere/a.txt'),
      };
    });
    expect(told).toMatchObject({ there: false });
    expect((told as { text: string }).text).toContain('outside of the workspace roots');
  });
});
