import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { loadStoredSession } from '../../runtime/agent/index.ts';
import { type AgentTool, defineTool } from '../../runtime/harness/index.ts';
import { createMockHost } from '../../runtime/host/index.ts';
import { listQuestions, respondToRequest } from '../../runtime/human/index.ts';
import { createRuntime } from '../../runtime/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { Driver } from './driver.ts';
import { handOver } from './earlier.ts';
import type { ChatEvent, Front, Typed } from './front.ts';
import { type ChatInput, type ChatState, chatPipeline } from './pipeline.ts';

const INPUT: ChatInput = {
  session_id: 's',
  root: '/work',
  system: 'You work.',
  model: null,
  provider: 'mock',
  seed: [],
  spent: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  first: { say: 'begin' },
};

const message = (text: string): Typed => ({ kind: 'message', text });
const LEAVE: Typed = { kind: 'leave' };

/** Says what was prepared, in order, and remembers what it was shown and asked. */
class FakeFront implements Front {
  readonly events: ChatEvent[] = [];
  readonly questions: string[] = [];
  readonly #typed: Typed[];
  readonly #decisions: (string | undefined)[];
  stop: () => void = () => undefined;

  constructor(typed: readonly Typed[], decisions: readonly (string | undefined)[] = []) {
    this.#typed = [...typed];
    this.#decisions = [...decisions];
  }

  async next(): Promise<Typed> {
    return this.#typed.shift() ?? LEAVE;
  }

  async approve(question: string): Promise<string | undefined> {
    this.questions.push(question);
    return this.#decisions.shift();
  }

  show(event: ChatEvent): void {
    this.events.push(event);
  }

  onStop(stop: () => void): void {
    this.stop = stop;
  }

  close(): void {
    return;
  }

  get notes(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  }
}

interface World {
  readonly front: FakeFront;
  readonly mocks: readonly Json[];
  readonly tools?: readonly AgentTool[];
  readonly store?: Store;
  readonly input?: ChatInput;
}

async function drive({ front, mocks, tools = [], input = INPUT, ...given }: World) {
  const store = given.store ?? (await openStore('memory:'));
  const host = createMockHost({ cwd: '/work' });
  const driver = new Driver({ host, store, front, toolNames: [], yes: false, reviewer: 'ada' });
  const pipeline = chatPipeline({ tools, onState: driver.stand });
  const sink = { write: () => undefined };
  const llm = { mocks, onPiece: driver.hear };
  const runtime = createRuntime({ store, host, pipelines: [pipeline], sink, llm });
  const result = await driver.follow(runtime.start(pipeline, input));
  if (result.status !== 'settled') throw new Error(result.status);
  return { store, state: result.returned as ChatState };
}

const said = async (store: Store, id = 's') =>
  (await loadStoredSession(store, id))?.transcript.messages
    .toArray()
    .map(({ role, content }) => `${role}: ${String(content)}`);

const call = (name: string, args: Json = {}) => ({ tool_calls: [{ name, arguments: args }] });

describe('a chat that has become long', () => {
  const mocks = Array.from({ length: 12 }, (_, k) => ({ text: `answer ${k}` }));

  it('goes on with a summary of its older part, and says so', async () => {
    const front = new FakeFront([
      message('x'.repeat(4000)),
      ...Array.from({ length: 7 }, () => message('more')),
    ]);
    const { store } = await drive({ front, mocks, input: { ...INPUT, compact_at: 900 } });
    expect(front.notes.join()).toContain('summarized');
    expect(front.events.filter(({ type }) => type === 'error')).toEqual([]);
    const kept = await loadStoredSession(store, 's');
    expect(kept?.transcript.summary).toMatch(/^(answer|\[)/);
    expect(kept?.transcript.messages.length).toBeLessThan(18);
    // Who goes on with the chat in another run hears of it.
    expect((await handOver(store, 's')).seed[0]?.['content']).toBe(kept?.transcript.summary);
  });

  it('is left as it is where that is wanted', async () => {
    const front = new FakeFront([message('x'.repeat(400_000)), message('more')]);
    const { store } = await drive({ front, mocks, input: { ...INPUT, compact_at: 0 } });
    expect(front.notes).toEqual([]);
    expect((await said(store))?.length).toBe(6);
  });
});

describe('a chat', () => {
  it('takes messages until it is left, and shows text as it arrives', async () => {
    const front = new FakeFront([
      message('and then?'),
      { kind: 'command', name: 'cost', rest: '' },
    ]);
    const { store, state } = await drive({
      front,
      mocks: [
        { text: 'one two', input_tokens: 1000, output_tokens: 2 },
        { text: 'three', input_tokens: 5, output_tokens: 1 },
      ],
    });
    const texts = front.events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    expect(texts).toEqual(['one', ' two', 'three']);
    expect(front.notes).toEqual(['1,005 tokens in, 3 out']);
    expect(await said(store)).toEqual([
      'user: begin',
      'assistant: one two',
      'user: and then?',
      'assistant: three',
    ]);
    expect(state).toMatchObject({ session_id: 's', messages: 4, last: { status: 'done' } });
  });

  it('asks before a tool changes something, by call or once for all of its calls', async () => {
    const done: Json[] = [];
    const change = defineTool({
      name: 'change',
      description: 'changes',
      parameters: { n: 'int' },
      handler: (args) => {
        done.push(args['n'] ?? null);
        return 'changed';
      },
    });
    const look = defineTool({
      name: 'look',
      description: 'looks',
      mutates: false,
      handler: () => 'seen',
    });
    const front = new FakeFront([], ['n', 'y', 'always']);
    const ns = [1, 2, 3, 4];
    const { store } = await drive({
      front,
      tools: [look, change],
      mocks: [call('look'), ...ns.map((n) => call('change', { n })), { text: 'ok' }],
    });
    expect(front.questions).toEqual([1, 2, 3].map((n) => `change {"n":${n}}: yes, no or always?`));
    expect(done).toEqual([2, 3, 4]);
    expect((await said(store))?.[4]).toContain('the user said no');
  });

  it('stopped in the middle of a call, keeps what was said and goes on with the next message', async () => {
    const front = new FakeFront([message('go on')]);
    let aborted = false;
    const wait = defineTool({
      name: 'wait',
      description: 'waits',
      mutates: false,
      handler: (_args, { signal }) =>
        new Promise<string>((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve('');
          });
          front.stop();
        }),
    });
    const { store, state } = await drive({
      front,
      tools: [wait],
      mocks: [call('wait'), { text: 'going on' }],
    });
    expect(aborted).toBe(true);
    expect(await said(store)).toEqual([
      'user: begin',
      'user: [I stopped you here.]',
      'user: go on',
      'assistant: going on',
    ]);
    expect(state.last).toMatchObject({ status: 'done' });
    const ends = front.events.flatMap((event) =>
      event.type === 'turn' ? [event.state.last?.status] : [],
    );
    expect(ends).toEqual(['stopped', 'done']);
  });

  it('goes on in a fork at a message, and with another model, when told so', async () => {
    const front = new FakeFront([
      { kind: 'command', name: 'fork', rest: '1' },
      { kind: 'command', name: 'model', rest: 'mock:small' },
      message('otherwise'),
    ]);
    const { store, state } = await drive({ front, mocks: [{ text: 'one' }, { text: 'two' }] });
    expect(state).toMatchObject({ model: 'small', provider: 'mock', messages: 3 });
    expect(state.session_id).not.toBe('s');
    expect(await said(store)).toEqual(['user: begin', 'assistant: one']);
    const fork = await said(store, state.session_id);
    expect(fork).toEqual(['user: begin', 'user: otherwise', 'assistant: two']);
    expect((await loadStoredSession(store, state.session_id))?.row.parent_id).toBe('s');
  });

  it('does not wait for its front when somebody else has answered', async () => {
    const store = await openStore('memory:');
    const front = new FakeFront([]);
    let left = false;
    front.next = async () => {
      if (left) return LEAVE;
      left = true;
      const [open] = await listQuestions(store, { status: 'open' });
      const id = open?.request_id ?? '';
      await expect(
        respondToRequest(store, id, { approved: true, reviewer: 'x', reason: undefined, nowMs: 1 }),
      ).rejects.toThrow();
      const { answerQuestion } = await import('../../runtime/human/index.ts');
      const by = { reviewer: 'grace', reason: undefined, nowMs: 1 };
      await answerQuestion(store, id, { answer: 'from elsewhere', ...by });
      return new Promise<Typed>(() => undefined);
    };
    const aborted = new Promise<void>((resolve) => {
      const { next } = front;
      front.next = (...[signal]: readonly AbortSignal[]) => {
        signal?.addEventListener('abort', () => resolve(), { once: true });
        return Promise.race([next.call(front), aborts(signal)]);
      };
    });
    await drive({ front, store, mocks: [{ text: 'one' }, { text: 'two' }] });
    await aborted;
    expect((await said(store))?.[2]).toBe('user: from elsewhere');
  });
});

function aborts(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
