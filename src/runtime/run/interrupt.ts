// Interrupts: a deadline or cancellation that reaches into a task from outside. Each is an entry of the journal, with
// the place where it struck, so that replay raises it at the same place:
// - `delivered`: the task was blocked on operation `at_n`; it arrives in journal order like an outcome;
// - `inline`: the task began, or held the turn for, operation `at_n`;
// - `tick`: the task was computing and had counted `at_n` ticks.
// A task that computes for long also gives way to others who wait for the turn: so what it looks at in a loop can change,
// and who wants to cancel it gets to do so. That is an entry, too (`turn`), with an operation that ends when its turn comes.
// Time counts only while a process holds the run: deadlines are kept in the run's own monotonic time.
import { type Clock, letGo, overtake } from '../../base/index.ts';
import { defineEffect } from './effect.ts';
import { runErrors } from './errors.ts';
import type { Journal } from './journal.ts';
import type { How } from './journal-entry.ts';
import { type EffectOp, TICK, type TickOp } from './op.ts';
import type { InterruptEntry, ReplayLog } from './replay-log.ts';
import type { Scheduler } from './scheduler.ts';
import type { Deadline, OpenOp, Task } from './task.ts';

/** After so long without a turn of the event loop, a computing task gives it one. */
const SLICE_MS = 50;

/** The same where time stands still, as clocks of tests do. */
const SLICE_TICKS = 1024;

const GIVE_WAY: EffectOp = {
  kind: 'effect',
  effect: defineEffect(
    { name: 'run.give_way', class: 'ambient', access: 'observe' },
    async () => undefined,
  ) as unknown as EffectOp['effect'],
  args: [],
};

/** Whether an operation is there only to let others go first. */
export const isGivingWay = (op: EffectOp): boolean => op === GIVE_WAY;

export interface InterruptPorts {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly replay: ReplayLog;
  readonly scheduler: Scheduler;
}

export class Interrupts {
  readonly #ports: InterruptPorts;
  readonly #armed = new Map<Deadline, Task>();
  readonly #onLive: (() => void)[] = [];
  #live = false;
  #sliceStart: number;
  #sliceTicks = 0;

  constructor(ports: InterruptPorts) {
    this.#ports = ports;
    this.#sliceStart = ports.clock.monotonicMs();
  }

  /** Puts a deadline on the task. `startMono` is a recorded reading of the run's monotonic time. */
  push(task: Task, ms: number, startMono: number): Deadline {
    const deadline: Deadline = {
      ms,
      dueMono: startMono + ms,
      expired: false,
      raised: false,
      disarm: () => this.#armed.delete(deadline),
    };
    task.deadlines.push(deadline);
    this.#armed.set(deadline, task);
    if (this.#live) this.#arm(deadline, task);
    return deadline;
  }

  /** Takes a deadline off again. */
  pop(task: Task, deadline: Deadline): void {
    deadline.disarm();
    if (deadline.error !== undefined) letGo(deadline.error);
    const at = task.deadlines.indexOf(deadline);
    if (at !== -1) task.deadlines.splice(at, 1);
  }

  /** Calls `fn` when the past is used up; at once when it is. */
  onLive(fn: () => void): void {
    if (this.#live) fn();
    else this.#onLive.push(fn);
  }

  /** From here on deadlines run; while replaying, the recorded interrupts speak. */
  goLive(): void {
    this.#live = true;
    for (const fn of this.#onLive.splice(0)) fn();
    for (const [deadline, task] of [...this.#armed]) this.#arm(deadline, task);
  }

  /** The error to raise because a deadline of the computing task passed before it began operation `ordinal`. */
  raiseAt(task: Task, ordinal: number): unknown {
    const deadline = this.#live ? expiredOf(task, this.#ports.journal.monoMs()) : undefined;
    if (deadline === undefined) return undefined;
    return this.#record(task, deadline, 'inline', ordinal);
  }

  /** Called by loops: counts, raises what is due, and now and then asks for a turn of the event loop. */
  tick(task: Task): TickOp | undefined {
    task.ticks += 1;
    const recorded = this.#ports.replay.tickInterrupt(task.id, task.ticks);
    if (recorded?.reason === 'turn') return givingWay(() => undefined);
    if (recorded !== undefined) throw this.again(task, recorded);
    if (!this.#live) this.#ports.scheduler.liveIfDone();
    if (this.#live && task.deadlines.length > 0) {
      const deadline = expiredOf(task, this.#ports.journal.monoMs());
      if (deadline !== undefined) throw this.#record(task, deadline, 'tick', task.ticks);
    }
    const now = this.#ports.clock.monotonicMs();
    this.#sliceTicks += 1;
    if (now - this.#sliceStart < SLICE_MS && this.#sliceTicks < SLICE_TICKS) return undefined;
    this.#sliceStart = now;
    this.#sliceTicks = 0;
    if (!this.#mustGiveWay()) return TICK;
    const at = task.ticks;
    return givingWay(() => {
      const entry = { kind: 'interrupt', reason: 'turn', how: 'tick', at_n: at } as const;
      this.#ports.journal.append(task.id, entry);
    });
  }

  /**
   * Others wait. In the past it is known who gave way when; only where the past ends while this task computes, and others
   * have yet to be given what they asked for, may that have been in no entry: the process ended before it gave way.
   */
  #mustGiveWay(): boolean {
    const { scheduler } = this.#ports;
    return this.#live ? scheduler.othersWait : scheduler.pastOnlyDelivers;
  }

  #arm(deadline: Deadline, task: Task): void {
    const { clock, journal, scheduler } = this.#ports;
    const left = Math.max(0, deadline.dueMono - journal.monoMs());
    scheduler.expectExternal(1);
    let waiting = true;
    const done = () => {
      if (!waiting) return;
      waiting = false;
      scheduler.expectExternal(-1);
    };
    const cancel = clock.after(left, () => {
      done();
      this.#fire(task, deadline);
    });
    deadline.disarm = () => {
      this.#armed.delete(deadline);
      cancel();
      done();
    };
  }

  #fire(task: Task, deadline: Deadline): void {
    const { scheduler } = this.#ports;
    deadline.expired = true;
    if (!task.alive || scheduler.halted) return;
    const open = [...task.open.values()].find((op) => !op.settled);
    if (open === undefined) return;
    scheduler.dropOpen(open);
    const error = this.#record(task, deadline, open.given ? 'delivered' : 'inline', open.ordinal);
    if (open.given) scheduler.deliver(task, () => open.resume({ ok: false, error }));
    else open.resume({ ok: false, error });
  }

  /** Cancels what a blocked task waits for, as an operator or a parent may. */
  cancelBlocked(task: Task, open: OpenOp, reason: string): void {
    const { scheduler, journal } = this.#ports;
    scheduler.dropOpen(open);
    journal.append(task.id, {
      kind: 'interrupt',
      reason: 'cancel',
      how: 'delivered',
      at_n: open.ordinal,
      data: { reason },
    });
    const error = overtake(runErrors.cancelled({ reason }));
    scheduler.deliver(task, () => open.resume({ ok: false, error }));
  }

  #record(task: Task, deadline: Deadline, how: How | 'tick', at_n: number): unknown {
    const { ms } = deadline;
    const data = { ms, at: task.deadlines.indexOf(deadline) };
    this.#ports.journal.append(task.id, { kind: 'interrupt', reason: 'deadline', how, at_n, data });
    return raise(deadline, ms);
  }

  /** The error of an interrupt of the past. A deadline that raised one then has done so: it does not strike again. */
  again(task: Task, { reason, data }: Pick<InterruptEntry, 'reason' | 'data'>): unknown {
    if (reason !== 'deadline')
      return overtake(runErrors.cancelled({ reason: String(data?.['reason'] ?? reason) }));
    const ms = Number(data?.['ms'] ?? 0);
    const at = data?.['at'];
    // Entries of earlier versions say how long it was only.
    const deadline =
      typeof at === 'number'
        ? task.deadlines[at]
        : task.deadlines.find((each) => !each.raised && each.ms === ms);
    return raise(deadline, ms);
  }
}

function raise(deadline: Deadline | undefined, ms: number): unknown {
  const error = overtake(runErrors.deadline({ ms }));
  if (deadline === undefined) return error;
  deadline.raised = true;
  deadline.error = error;
  deadline.disarm();
  return error;
}

function givingWay(begin: () => void): TickOp {
  return { kind: 'tick', turn: { begin, op: GIVE_WAY } };
}

function expiredOf(task: Task, monoMs: number): Deadline | undefined {
  return task.deadlines.find((d) => !d.raised && (d.expired || monoMs >= d.dueMono));
}
