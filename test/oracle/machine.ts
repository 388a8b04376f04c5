// The machine of the reference interpreter: tasks take turns, a task keeps its turn until it waits for another one.
// Each task is a JavaScript generator; what it yields is the condition that it waits for. Frames are activations of
// functions. `Language` is how the parts of the interpreter reach each other.
import type { Block, Expression } from '../../src/lang/ast.ts';
import type { Steps, Value } from '../../src/values/index.ts';
import type { Scope } from './environment.ts';
import { OutOfSteps } from './signals.ts';

/** What a task yields: it goes on once `ready` holds. */
export class Blocked {
  readonly ready: () => boolean;

  constructor(ready: () => boolean) {
    this.ready = ready;
  }
}

export interface Language {
  readonly expression: (node: Expression, scope: Scope, frame: Frame) => Steps;
  /** Runs a block in a scope of its own, below `scope`. */
  readonly block: (block: Block, scope: Scope, frame: Frame) => Steps;
  /** Runs the statements of a block directly in `scope`: bodies of functions share the scope of the parameters. */
  readonly statements: (block: Block, scope: Scope, frame: Frame) => Steps;
}

type Outcome =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'failed'; readonly error: unknown };

/** A logical task. It is also the ctx that Harn functions hand on. */
export class Task {
  readonly machine: Machine;
  /** What it printed; joined to its parent's when the parent takes its result. */
  readonly output: string[] = [];
  outcome: Outcome | undefined;
  /** Set when nobody wants the rest of it: it is never resumed. */
  dropped = false;
  /** Nested direct calls. */
  depth = 0;
  /** Calls that compiled code has counted. */
  calls = 0;
  readonly #steps: Steps;
  #waitsFor: Blocked | undefined;

  constructor(machine: Machine, start: (task: Task) => Steps) {
    this.machine = machine;
    this.#steps = start(this);
  }

  get canRun(): boolean {
    return this.#waitsFor === undefined || this.#waitsFor.ready();
  }

  /** What compiled code calls after every so many rounds of a loop. */
  tick(): undefined {
    this.machine.tick(1024);
  }

  /** Runs until it waits or ends. */
  advance(): void {
    this.#waitsFor = undefined;
    try {
      const step = this.#steps.next();
      if (step.done === true) this.outcome = { status: 'done', value: step.value };
      else this.#waitsFor = step.value as Blocked;
    } catch (error) {
      if (error instanceof OutOfSteps) throw error;
      this.outcome = { status: 'failed', error };
    }
  }
}

export interface MachineOptions {
  readonly language: Language;
  readonly builtins: ReadonlyMap<string, Value>;
  /** How many expressions and statements may be evaluated. */
  readonly steps: number;
}

export class Machine {
  readonly language: Language;
  readonly builtins: ReadonlyMap<string, Value>;
  /** Keys of `mutex` blocks that are held. */
  readonly held = new Set<string>();
  #stepsLeft: number;
  #queue: Task[] = [];

  constructor(options: MachineOptions) {
    this.language = options.language;
    this.builtins = options.builtins;
    this.#stepsLeft = options.steps;
  }

  tick(steps = 1): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw new OutOfSteps('the program runs too long');
  }

  /** Makes a task ready to run; it starts when the tasks before it wait. */
  start(run: (task: Task) => Steps): Task {
    const task = new Task(this, run);
    this.#queue.push(task);
    return task;
  }

  /** Runs tasks in turn until `root` has ended. The others are forgotten, as they are at the end of a run. */
  drive(root: Task): void {
    while (root.outcome === undefined) {
      const task = this.#queue.find((candidate) => candidate.canRun);
      if (task === undefined) throw new Error('every task waits for another one');
      this.#queue = this.#queue.filter((other) => other !== task);
      task.advance();
      if (task.outcome === undefined) this.#queue.push(task);
      this.#queue = this.#queue.filter((other) => !other.dropped);
    }
  }
}

/** One activation of a function, or of a module body. */
export class Frame {
  readonly task: Task;
  /** More than zero while something must happen before the frame is left, so that a call cannot be a tail call. */
  pending = 0;
  /** Whether `yield` and `emit` hand values to a consumer. */
  readonly emits: boolean;
  /** Whether a `return` ended it. */
  returned = false;

  constructor(task: Task, emits = false) {
    this.task = task;
    this.emits = emits;
  }

  evaluate(node: Expression, scope: Scope): Steps {
    this.task.machine.tick();
    return this.task.machine.language.expression(node, scope, this);
  }

  run(block: Block, scope: Scope): Steps {
    return this.task.machine.language.block(block, scope, this);
  }

  /** Runs `body` with calls in it kept from being tail calls. */
  *guarded<T>(body: () => Steps<T>): Steps<T> {
    this.pending += 1;
    try {
      return yield* body();
    } finally {
      this.pending -= 1;
    }
  }
}
