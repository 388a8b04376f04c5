// Between a run of the chat and its front: hands what is typed to the run as answers to its questions, and shows what the
// run does. Everything that has to last goes through the store; this can be killed at any moment.
import type { Json } from '../../base/index.ts';
import type { Result, RunHandle } from '../../runtime/harness/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { answerQuestion, listQuestions, type QuestionRow } from '../../runtime/human/index.ts';
import type { LlmDelta } from '../../runtime/llm/index.ts';
import { completeWaitpoint } from '../../runtime/waitpoint/index.ts';
import type { Store } from '../../store/index.ts';
import { type ChatPlace, runCommand, toModel } from './commands.ts';
import type { ChatSkill, Front } from './front.ts';
import { namesProblem } from './model-names.ts';
import { type ChatSaid, type ChatState, NEXT_MESSAGE, stopPoint } from './pipeline.ts';

interface Parts extends ChatPlace {
  readonly host: Host;
  readonly store: Store;
  readonly front: Front;
  readonly toolNames: readonly string[];
  readonly skills?: readonly ChatSkill[];
  /** Approve whatever is asked, without asking. */
  readonly yes: boolean;
  /** In whose name answers are given. */
  readonly reviewer: string | undefined;
  /** Said before anything is typed. */
  readonly queue?: readonly ChatSaid[];
}

export class Driver {
  readonly #parts: Parts;
  readonly #queue: ChatSaid[];
  readonly #open = new Map<string, { readonly name: string; readonly atMs: number }>();
  #run: RunHandle<ChatState> | undefined;
  #state: ChatState | undefined;
  /** Turns that the run has begun; the stop of the next one has this number. */
  #turns = 0;
  #shown: ChatState | undefined;
  #ended = false;
  /** Whether a turn is under way, as far as is known here. */
  #isWorking = true;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#queue = [...(parts.queue ?? [])];
    parts.front.onStop(() => void this.stop());
  }

  get state(): ChatState | undefined {
    return this.#state;
  }

  /** A piece of an answer. */
  readonly hear = (piece: LlmDelta): void => {
    const { front } = this.#parts;
    if (piece.type === 'text') front.show({ type: 'text', text: piece.text });
    else if (piece.type === 'reasoning') front.show({ type: 'thinking', text: piece.text });
  };

  /** How the chat stands, told by its pipeline. */
  readonly stand = (state: ChatState): void => {
    this.#state = state;
    this.#isWorking = false;
    if (state.last !== null) this.#turns += 1;
  };

  /** Follows the run until it has ended or parked. */
  async follow(run: RunHandle<ChatState>): Promise<Result<ChatState>> {
    const { store } = this.#parts;
    this.#run = run;
    this.#listen(run);
    const over = new AbortController();
    const done = run.done.finally(() => {
      this.#ended = true;
      over.abort();
    });
    done.catch(() => undefined);
    while (!this.#ended) {
      const mark = store.changeMark();
      const [question] = await listQuestions(store, { runId: run.id, status: 'open', limit: 1 });
      if (question === undefined || this.#ended) {
        await Promise.race([done, store.waitForChange(mark, { signal: over.signal })]);
      } else await this.#answer(question, over.signal);
    }
    return done;
  }

  /** Stops the turn that is under way; the session stays. */
  async stop(): Promise<void> {
    const { store, host } = this.#parts;
    if (this.#run === undefined || this.#ended || !this.#isWorking) return;
    const doing = { by: null, nowMs: Math.floor(host.clock.nowMs()) };
    await completeWaitpoint(store, stopPoint(this.#run.id, this.#turns), { value: null, ...doing });
  }

  #listen(run: RunHandle<ChatState>): void {
    const { front, host } = this.#parts;
    run.listen((event) => {
      if (event.event_type === 'tool_call') {
        const { call_id: id, name, args } = event;
        this.#open.set(id, { name, atMs: host.clock.monotonicMs() });
        front.show({ type: 'tool_call', id, name, arguments: args });
      } else if (event.event_type === 'tool_result') {
        const { call_id: id, ok, result } = event;
        const open = this.#open.get(id);
        this.#open.delete(id);
        const ms = open === undefined ? 0 : Math.round(host.clock.monotonicMs() - open.atMs);
        front.show({ type: 'tool_result', id, name: open?.name ?? '', ok, result, ms });
      }
    });
  }

  async #answer(question: QuestionRow, over: AbortSignal): Promise<void> {
    const { front } = this.#parts;
    const elsewhere = new AbortController();
    const signal = AbortSignal.any([elsewhere.signal, over]);
    const watching = this.#watch(question, elsewhere, over);
    try {
      if (question.prompt === NEXT_MESSAGE) await this.#answerMessage(question, signal);
      else {
        const askedMs = this.#parts.host.clock.monotonicMs();
        const answer = this.#parts.yes ? 'yes' : await front.approve(question.prompt, signal);
        this.#didNotWork(this.#parts.host.clock.monotonicMs() - askedMs);
        if (answer === undefined) await this.stop();
        else {
          await this.#tell(question, answer);
          front.show({ type: 'approval', question: question.prompt, answer });
        }
        if (answer === undefined) await this.#gone(question, over);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      elsewhere.abort();
      await watching;
    }
  }

  /** The time that somebody thought about a call is not time that it took. */
  #didNotWork(ms: number): void {
    for (const [id, { name, atMs }] of this.#open) this.#open.set(id, { name, atMs: atMs + ms });
  }

  async #answerMessage(question: QuestionRow, signal: AbortSignal): Promise<void> {
    this.#showState();
    for (;;) {
      const asked = this.#queue.shift() ?? (await this.#ask(signal));
      if (asked === undefined) continue;
      const said = toModel(asked, this.#parts, this.#state);
      this.#isWorking = 'say' in said;
      await this.#tell(question, said as unknown as Json);
      return;
    }
  }

  /** What the user says next; commands that change nothing are carried out, and give undefined. */
  async #ask(signal: AbortSignal): Promise<ChatSaid | undefined> {
    const { front, toolNames, skills = [] } = this.#parts;
    const typed = await front.next(signal);
    if (typed.kind === 'leave') return { quit: true };
    if (typed.kind === 'message') return typed.text.trim() === '' ? undefined : { say: typed.text };
    return runCommand(typed, {
      state: this.#state,
      toolNames,
      skills,
      note: (text) => front.show({ type: 'note', text }),
      look: (to) => namesProblem(this.#parts, to),
    });
  }

  #showState(): void {
    const state = this.#state;
    if (state === undefined || state === this.#shown) return;
    this.#shown = state;
    if (state.last?.compactions !== undefined) {
      const text =
        'the older part of this chat was summarized; the model sees the summary in its place';
      this.#parts.front.show({ type: 'note', text });
    }
    this.#parts.front.show({ type: 'turn', state });
  }

  async #tell({ request_id: id }: QuestionRow, answer: Json): Promise<void> {
    const { store, host, reviewer } = this.#parts;
    await answerQuestion(store, id, {
      answer,
      reviewer,
      reason: undefined,
      nowMs: host.clock.nowMs(),
    });
  }

  /** Aborts when somebody else has answered. */
  async #watch(
    question: QuestionRow,
    elsewhere: AbortController,
    over: AbortSignal,
  ): Promise<void> {
    const signal = AbortSignal.any([elsewhere.signal, over]);
    const { store } = this.#parts;
    while (!signal.aborted) {
      const mark = store.changeMark();
      if (!(await this.#isOpen(question))) elsewhere.abort();
      else await store.waitForChange(mark, { signal });
    }
  }

  async #gone(question: QuestionRow, over: AbortSignal): Promise<void> {
    const { store } = this.#parts;
    for (let mark = store.changeMark(); !over.aborted; mark = store.changeMark()) {
      if (!(await this.#isOpen(question))) return;
      await store.waitForChange(mark, { signal: over });
    }
  }

  async #isOpen({ request_id: id, run_id: runId }: QuestionRow): Promise<boolean> {
    const rows = await listQuestions(this.#parts.store, {
      runId: runId ?? undefined,
      status: 'open',
      limit: 100,
    });
    return rows.some((row) => row.request_id === id);
  }
}
