// The scheduler: one per run. It holds the turn and drives each task's generator; lanes (async TypeScript) get the
// turn for as long as their micro-tasks drain. A task keeps its turn until it is really blocked.
//
// The order of everything follows from two queues: `ready` (woken inside this process, first in first out) and
// deliveries (outcomes from the outside, in journal order). A delivery is made only when no task is ready, one at a
// time; while recorded deliveries remain, new effects are held back. So a journal fixes the whole schedule.
import { bug } from '../../base/index.ts';
import { describeEffect } from './effect-record.ts';
import { journalErrors, runErrors } from './errors.ts';
import type { Op, Outcome } from './op.ts';
import { notInside } from './opaque.ts';
import { Queue } from './queue.ts';
import { type InterruptEntry, type OutcomeEntry, ordinalOf, type ReplayLog } from './replay-log.ts';
import { type OpenOp, Task } from './task.ts';

/** What the scheduler leaves to whoever performs effects (perform.ts). */
export interface Performer {
  /** Begins an operation: an outcome when it is there at once, undefined when `op.resume` will be called. */
  begin(task: Task, op: Op): Outcome | undefined;
  /** The outcome a recorded delivery stands for; a promise when it must be read again first. */
  recorded(open: OpenOp, entry: OutcomeEntry): Outcome | Promise<Outcome>;
  /** The error an interrupt raises in its task. */
  interruptError(task: Task, entry: InterruptEntry): unknown;
  /** Writes down that an open operation was dropped. */
  dropped(open: OpenOp): void;
  /** Called once when the program outruns its recorded past. */
  live(): void;
  /** How many of the operations that something outside will answer only people can move. */
  readonly awaitingPeople: number;
}

interface Ready {
  readonly task: Task;
  readonly go: () => void;
}

/** How many outcomes a task may take in one turn before the event loop gets one of its own. */
const INLINE_BURST = 256;

export class Scheduler {
  readonly #replay: ReplayLog;
  readonly #performer: Performer;
  readonly #tasks = new Map<string, Task>();
  readonly #ready = new Queue<Ready>();
  readonly #deliveries = new Queue<Ready>();
  readonly #held = new Queue<() => void>();
  readonly #onFatal: (error: unknown) => void;
  /** Called when nothing goes on any more until a person does something. */
  onlyPeople: () => void = () => undefined;
  #turn: Task | undefined;
  #pumping = false;
  #halted = false;
  #isLive = false;
  /** Operations given up while replaying: their recorded deliveries reach nobody, as the first time. */
  readonly #droppedInReplay = new Set<string>();
  /** Operations that something outside will answer. */
  #external = 0;

  constructor(replay: ReplayLog, performer: Performer, onFatal: (error: unknown) => void) {
    this.#replay = replay;
    this.#performer = performer;
    this.#onFatal = onFatal;
  }

  get halted(): boolean {
    return this.#halted;
  }

  /** True while part of the past has not been met again: new effects must be held. */
  get isReplaying(): boolean {
    return !this.#isLive && this.#replay.hasRest;
  }

  /** True while new effects must queue: the past is not used up, or others that had to wait for it go first. */
  get holdsBack(): boolean {
    return this.isReplaying || this.#held.length > 0;
  }

  /** Goes live once nothing of the past is left, although no task has asked for anything new yet. */
  liveIfDone(): void {
    if (!this.#isLive && !this.#replay.hasRest) this.#goLive();
  }

  get tasks(): Iterable<Task> {
    return this.#tasks.values();
  }

  find(taskId: string): Task | undefined {
    return this.#tasks.get(taskId);
  }

  /** Adds a generator task; it starts when its turn comes. */
  addTask(
    id: string,
    parent: Task | undefined,
    body: (task: Task) => Generator<Op, unknown, unknown>,
  ): Task {
    const task = this.#register(new Task(id, parent, false));
    this.#enqueue(task, () => {
      try {
        task.gen = body(task);
      } catch (error) {
        this.#finish(task, { ok: false, error });
        return;
      }
      this.#drive(task, undefined);
    });
    return task;
  }

  /** Adds a lane: an async function that asks for effects through `perform`. */
  addLane(id: string, parent: Task | undefined, body: (task: Task) => Promise<unknown>): Task {
    const task = this.#register(new Task(id, parent, true));
    this.#enqueue(task, () => {
      this.#lendTurn(task, () => {
        const end = (outcome: Outcome) => {
          if (!task.alive) return;
          if (this.#turn === task) this.#finish(task, outcome);
          else this.#enqueue(task, () => this.#finish(task, outcome));
        };
        Promise.resolve()
          .then(() => body(task))
          .then(
            (value) => end({ ok: true, value }),
            (error: unknown) => end({ ok: false, error }),
          );
      });
    });
    return task;
  }

  /** Goes on with a task that was woken inside this process. */
  wake(task: Task, go: () => void): void {
    if (!task.alive) return;
    this.#enqueue(task, go);
  }

  /** Queues an outcome from the outside, already in the journal. */
  deliver(task: Task, go: () => void): void {
    this.#deliveries.push({ task, go });
    this.#pump();
  }

  /** Begins something that the past does not know, now or when the past is used up. */
  whenLive(start: () => void): void {
    if (this.holdsBack) this.#held.push(start);
    else {
      this.#goLive();
      start();
    }
  }

  /** The driver's continuation of a generator task: with its turn. */
  drive(task: Task, outcome: Outcome | undefined): void {
    this.#drive(task, outcome);
  }

  /** Gives a lane the turn until its micro-tasks have drained. */
  lendTurn(task: Task, go: () => void): void {
    this.#lendTurn(task, go);
  }

  /** Whether a task could go on, or begin what it asked for, if the one that computes gave up its turn. */
  get othersWait(): boolean {
    return this.#ready.length + this.#deliveries.length + this.#held.length > 0;
  }

  /** Whether the past goes no further than to what open operations still have to be given. */
  get pastOnlyDelivers(): boolean {
    return this.#replay.hasOnlyDeliveries((taskId, ordinal) => {
      const id = `${taskId}#${ordinal}`;
      const task = this.#tasks.get(rootOfStep(taskId));
      return this.#droppedInReplay.has(id) || task?.open.has(id) === true;
    });
  }

  hasTurn(task: Task): boolean {
    return this.#turn === task;
  }

  /** The task is really blocked: someone else may go on. A lane may ask for more; its turn ends when it has drained. */
  giveUpTurn(task: Task): void {
    if (this.#turn !== task || task.isLane) return;
    this.#turn = undefined;
    task.status = 'blocked';
    task.inline = 0;
    this.#pump();
  }

  /** True while nothing can go on until a person does something. */
  get awaitsOnlyPeople(): boolean {
    if (this.#external === 0 || this.#external !== this.#performer.awaitingPeople) return false;
    if (this.#turn !== undefined || this.#halted || !this.#isLive) return false;
    if (this.#ready.length + this.#held.length + this.#deliveries.length > 0) return false;
    for (const task of this.#tasks.values()) {
      // A lane that awaits neither an operation nor a task of ours: we cannot know when it goes on.
      if (task.isLane && task.open.size === 0 && task.children.size === 0) return false;
    }
    return true;
  }

  expectExternal(by: 1 | -1): void {
    this.#external += by;
  }

  /** Looks for work after something outside changed (a re-read finished). */
  poke(): void {
    this.#pump();
  }

  /** Ends a task and everything below it without running its clean-up: race losers, cancels, a parent's end. */
  drop(task: Task): void {
    if (!task.alive) return;
    for (const child of [...task.children]) this.drop(child);
    for (const open of [...task.open.values()]) this.#dropOpen(open);
    task.status = 'dropped';
    task.parent?.children.delete(task);
    this.#tasks.delete(task.id);
    task.release();
    if (this.#turn === task) this.#turn = undefined;
  }

  /** Gives up on one open operation of a task that itself goes on. */
  dropOpen(open: OpenOp): void {
    this.#dropOpen(open);
  }

  /** Nothing starts or goes on from here. Open operations stay for whoever parks the run. */
  halt(): void {
    this.#halted = true;
  }

  fatal(error: unknown): void {
    if (this.#halted) return;
    this.halt();
    this.#onFatal(error);
  }

  #register(task: Task): Task {
    if (this.#tasks.has(task.id)) bug(`two tasks with the id ${task.id}`);
    this.#tasks.set(task.id, task);
    return task;
  }

  #dropOpen(open: OpenOp): void {
    if (open.settled) return;
    open.settled = true;
    if (this.isReplaying) this.#droppedInReplay.add(`${open.id}#${open.ordinal}`);
    open.task.open.delete(`${open.id}#${open.ordinal}`);
    this.#performer.dropped(open);
    open.cancel?.();
    open.controller?.abort();
  }

  #enqueue(task: Task, go: () => void): void {
    this.#ready.push({ task, go });
    if (!this.#pumping && this.#turn === undefined) queueMicrotask(() => this.#pump());
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      notInside(() => {
        while (this.#turn === undefined && !this.#halted && this.#next());
      });
    } catch (error) {
      this.fatal(error);
    } finally {
      this.#pumping = false;
    }
  }

  /** Lets one task go on; false when nothing can. */
  #next(): boolean {
    const ready = this.#ready.shift();
    if (ready !== undefined) {
      if (ready.task.alive) ready.go();
      return true;
    }
    if (this.#replay.hasDeliveries && !this.#isLive) return this.#deliverRecorded();
    if (!this.#isLive) this.#goLive();
    const start = this.#held.shift();
    if (start !== undefined) {
      start();
      return true;
    }
    const delivery = this.#deliveries.shift();
    if (delivery !== undefined) {
      if (delivery.task.alive) delivery.go();
      return true;
    }
    return this.#wakeStuck();
  }

  #deliverRecorded(): boolean {
    const entry = this.#replay.peekDelivery() ?? bug('no recorded delivery');
    const task = this.#tasks.get(rootOfStep(entry.task));
    const ordinal = ordinalOf(entry);
    const open = task?.open.get(`${entry.task}#${ordinal}`);
    if (open === undefined && this.#droppedInReplay.has(`${entry.task}#${ordinal}`)) {
      this.#replay.takeDelivery();
      return true;
    }
    if (task === undefined || open === undefined) {
      throw journalErrors.leftover({
        task: entry.task,
        ordinal,
        recorded:
          entry.kind === 'outcome'
            ? describeEffect(entry.effect, entry.site)
            : `an interrupt (${entry.reason})`,
      });
    }
    if (entry.kind === 'interrupt') {
      this.#replay.takeDelivery();
      const error = this.#performer.interruptError(task, entry);
      this.#dropOpen(open);
      open.resume({ ok: false, error });
      return true;
    }
    const outcome = this.#performer.recorded(open, entry);
    if (outcome instanceof Promise) {
      void outcome.then(() => this.#pump());
      return false;
    }
    this.#replay.takeDelivery();
    open.settled = true;
    task.open.delete(`${open.id}#${open.ordinal}`);
    open.resume(outcome);
    return true;
  }

  #goLive(): void {
    if (this.#isLive) return;
    this.#isLive = true;
    this.#performer.live();
  }

  #lendTurn(task: Task, go: () => void): void {
    this.#turn = task;
    task.status = 'running';
    go();
    setImmediate(() => {
      if (this.#turn === task) this.#turn = undefined;
      if (task.status === 'running') task.status = 'blocked';
      this.#pump();
    });
  }

  #drive(task: Task, outcome: Outcome | undefined): void {
    if (this.#halted || !task.alive) return;
    this.#turn = task;
    task.status = 'running';
    const gen = task.gen ?? bug(`task ${task.id} has no generator`);
    let next = outcome;
    for (let burst = 0; ; burst += 1) {
      if (burst === INLINE_BURST) {
        const resumeWith = next;
        setImmediate(() => this.#drive(task, resumeWith));
        return;
      }
      let step: IteratorResult<Op, unknown>;
      try {
        if (next === undefined) step = gen.next();
        else step = next.ok ? gen.next(next.value) : gen.throw(next.error);
      } catch (error) {
        this.#finish(task, { ok: false, error });
        return;
      }
      if (step.done === true) {
        this.#finish(task, { ok: true, value: step.value });
        return;
      }
      next = this.#begin(task, step.value);
      if (next === undefined) return;
    }
  }

  #begin(task: Task, op: Op): Outcome | undefined {
    if (op.kind === 'tick' && op.turn === undefined) {
      setImmediate(() => this.#drive(task, { ok: true, value: undefined }));
      return undefined;
    }
    try {
      if (op.kind !== 'tick') return this.#performer.begin(task, op);
      op.turn?.begin();
      return this.#performer.begin(task, op.turn?.op ?? bug('a tick without its turn'));
    } catch (error) {
      this.fatal(error);
      return undefined;
    }
  }

  #finish(task: Task, outcome: Outcome): void {
    if (this.#turn === task) this.#turn = undefined;
    this.#tasks.delete(task.id);
    task.finish(outcome);
    this.#pump();
  }

  /** Nothing is ready, nothing from outside will come: tell the root task rather than hang. */
  #wakeStuck(): boolean {
    if (this.#external > 0) {
      if (this.awaitsOnlyPeople) this.onlyPeople();
      return false;
    }
    const waiting: Task[] = [];
    for (const task of this.#tasks.values()) {
      // A lane without an open operation awaits something that is not ours; we cannot know when it ends.
      if (task.isLane && task.open.size === 0 && !waitsForCall(task)) return false;
      if (task.open.size > 0) waiting.push(task);
    }
    const root = waiting.find((task) => task.parent !== undefined) ?? waiting[0];
    if (root === undefined) return false;
    const text = waiting
      .filter((task) => task.parent !== undefined || waiting.length === 1)
      .map((task) => `${task.id} (${waitOf([...task.open.values()][0])})`)
      .join(', ');
    const open = [...root.open.values()][0] ?? bug('a waiting task without an operation');
    this.#dropOpen(open);
    const error = runErrors.stuck({ tasks: text });
    this.wake(root, () => open.resume({ ok: false, error }));
    return true;
  }
}

function waitOf(open: OpenOp | undefined): string | undefined {
  return open?.describe?.() ?? open?.what;
}

/** Whether a lane waits for a call of its own that runs as a task. */
function waitsForCall(lane: Task): boolean {
  for (const child of lane.children) if (child.isCall) return true;
  return false;
}

/** Named steps live under `<lane>~<name>`; their task is the lane. */
function rootOfStep(taskId: string): string {
  const at = taskId.indexOf('~');
  return at === -1 ? taskId : taskId.slice(0, at);
}
