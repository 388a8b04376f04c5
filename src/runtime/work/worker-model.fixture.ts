// Workers as simply as they can be said: a table of statuses with no tasks, no store and no time. The property test
// drives it and the real thing with the same histories.

export type ModelStatus =
  | 'running'
  | 'suspending'
  | 'suspended'
  | 'awaiting'
  | 'completed'
  | 'cancelled'
  | 'stopped';

interface ModelWorker {
  readonly holdsBody: boolean;
  readonly retriggerable: boolean;
  /** Whether its body has the one checkpoint before it: behind that nothing can suspend it, and it ends. */
  hasCheckpoint: boolean;
  status: ModelStatus;
  task: string;
  /** The task its body was begun with: one that waits at a checkpoint does not hear of a later one. */
  bodyTask: string;
  history: string[];
  result: string | null;
}

/** One step of a history. Workers are named by their number. */
export type Step =
  | { readonly do: 'spawn'; readonly body: 'turns' | 'function'; readonly retriggerable: boolean }
  | { readonly do: 'suspend' | 'wait' | 'close' | 'stop' | 'resume'; readonly worker: number }
  | { readonly do: 'tell' | 'send' | 'trigger'; readonly worker: number };

/** What a step says: `ok`, or the code of its refusal. */
export type Answer = string;

export class WorkerModel {
  readonly #workers: ModelWorker[] = [];
  #begun: ModelWorker | undefined;

  /** Does a step. A worker that the last step began is still at work; all others have come to rest. */
  step(step: Step, text: string): Answer {
    const begun = this.#begun;
    this.#begun = undefined;
    const target = step.do === 'spawn' ? undefined : this.#workers[step.worker];
    if (begun !== undefined && begun !== target) settle(begun);
    if (step.do === 'spawn') {
      const { body, retriggerable } = step;
      this.#begun = newWorker(text, body === 'function', retriggerable);
      this.#workers.push(this.#begun);
      return 'ok';
    }
    if (target === undefined) {
      if (step.do === 'wait') return 'ok';
      // A stranger might be in the store; there it is not either.
      return step.do === 'resume' || step.do === 'tell' ? 'HARN-SUS-004' : 'HARN-WRK-002';
    }
    const answer = this.#act(step.do, target, text);
    if (target.status === 'running') this.#begun = target;
    else settle(target);
    return answer;
  }

  #act(what: Exclude<Step['do'], 'spawn'>, worker: ModelWorker, text: string): Answer {
    const { status } = worker;
    switch (what) {
      case 'wait':
        // Waiting for one that awaits input would wait for ever; the driver does not.
        settle(worker);
        return 'ok';
      case 'suspend':
        if (status === 'suspended') return 'ok';
        if (status !== 'running') return 'HARN-SUS-001';
        worker.status = 'suspending';
        return 'ok';
      case 'resume':
      case 'tell':
        if (status === 'cancelled') return 'HARN-SUS-010';
        if (status !== 'suspended') return 'HARN-SUS-003';
        goOn(worker, what === 'tell' ? text : undefined);
        return 'ok';
      case 'trigger':
        if (!worker.retriggerable) return 'HARN-WRK-006';
        if (status === 'running') return 'HARN-WRK-005';
        if (status !== 'awaiting') return 'HARN-WRK-007';
        begin(worker, text);
        return 'ok';
      case 'send':
        if (status === 'running') return 'HARN-WRK-005';
        worker.result = null;
        begin(worker, text);
        return 'ok';
      case 'close':
        worker.status = 'cancelled';
        return 'ok';
      case 'stop':
        worker.status = 'stopped';
        worker.result = 'stopped';
        return 'ok';
    }
  }

  /** Every worker at rest: what the program can see of it. */
  end(): readonly (readonly [ModelStatus, string, readonly string[], string | null])[] {
    return this.#workers.map((worker) => {
      settle(worker);
      return [worker.status, worker.task, worker.history, worker.result];
    });
  }
}

function newWorker(task: string, holdsBody: boolean, retriggerable: boolean): ModelWorker {
  const status = 'running' as const;
  const head = { holdsBody, retriggerable, hasCheckpoint: true };
  return { ...head, status, task, bodyTask: task, history: [task], result: null };
}

function begin(worker: ModelWorker, task: string): void {
  worker.status = 'running';
  worker.hasCheckpoint = true;
  worker.task = task;
  worker.bodyTask = task;
  worker.history = [...worker.history, task];
}

function goOn(worker: ModelWorker, input: string | undefined): void {
  worker.status = 'running';
  if (input !== undefined) {
    worker.task = input;
    worker.history = [...worker.history, input];
  }
  if (worker.holdsBody) worker.hasCheckpoint = false;
  else worker.bodyTask = worker.task;
}

function settle(worker: ModelWorker): void {
  if (worker.status === 'suspending' && !worker.hasCheckpoint) worker.status = 'running';
  if (worker.status === 'suspending') {
    worker.status = 'suspended';
    // A body that ends its cycle by parking hands over what it has, and that is no result yet.
    if (!worker.holdsBody) worker.result = null;
  }
  if (worker.status !== 'running') return;
  worker.status = worker.retriggerable ? 'awaiting' : 'completed';
  worker.result = `${worker.bodyTask} done`;
}
