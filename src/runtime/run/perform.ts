// Performs effects for the scheduler: looks into the recorded past first, then does the thing by its class, and writes
// down what came of it. The rules are those of the effect classes in effect.ts; nothing here knows a single effect.
import { canonicalJson, type Json, type JsonObject } from '../../base/index.ts';
import type { Tx } from '../../store/index.ts';
import { type EffectEnv, type EffectSpec, type OnUnknown, policyFor } from './effect.ts';
import { argsHash, assertSame } from './effect-record.ts';
import { EffectWriter, outcomeOf } from './effect-writer.ts';
import { journalErrors, runErrors } from './errors.ts';
import { type Interrupts, isGivingWay } from './interrupt.ts';
import type { Journal } from './journal.ts';
import type { How } from './journal-entry.ts';
import type { BlockOp, EffectOp, Op, Outcome } from './op.ts';
import { type Identity, identityOf, keyOf, neverAborted, openOp, signalOf } from './open-op.ts';
import { dropWait, openWait } from './open-wait.ts';
import { type ThrownCodec, toRecordedError } from './recorded-error.ts';
import type { InterruptEntry, OutcomeEntry, ReplayLog } from './replay-log.ts';
import type { Performer, Scheduler } from './scheduler.ts';
import type { OpenOp, Task } from './task.ts';
import { enterUnit, unitOf } from './unit-state.ts';
import { resolveUnknown, type UnknownAsker, unknownOutcome } from './unknown-outcome.ts';

type AnySpec = EffectSpec<readonly unknown[], unknown>;

/** What performing needs from its run. */
export interface PerformPorts {
  readonly runId: string;
  readonly pipeline: string;
  readonly rootRunId: string;
  readonly nowMs: () => number;
  readonly journal: Journal;
  readonly replay: ReplayLog;
  readonly asker: () => UnknownAsker | undefined;
  readonly scheduler: () => Scheduler;
  readonly interrupts: () => Interrupts;
  /** Everything an implementation may use, for one call. */
  readonly envFor: (call: CallSite) => EffectEnv;
  /** Told of every call, when somebody watches. */
  readonly seen: () => ((name: string, args: readonly unknown[]) => void) | undefined;
  /** Values of outcomes that were too large for their entry, by hash. */
  readonly blobs: ReadonlyMap<string, Json>;
  readonly codec: ThrownCodec | undefined;
  /** Key for hashes of secret values: never stored. */
  readonly secretKey: string;
}

/** One call of an effect, as its environment sees it. */
export interface CallSite {
  readonly task: Task;
  readonly id: string;
  readonly ordinal: number;
  /** Aborted when the call is given up; made when asked for. */
  readonly signal: () => AbortSignal;
  readonly ops: ((tx: Tx) => void)[];
  /** The operation, once it is open; calls that answer at once have none. */
  readonly open: OpenOp | undefined;
}

export class EffectPerformer implements Performer {
  readonly #ports: PerformPorts;
  readonly #mutating = new Set<Promise<void>>();
  readonly #writer: EffectWriter;
  #awaitingPeople = 0;

  constructor(ports: PerformPorts) {
    this.#ports = ports;
    this.#writer = new EffectWriter(ports);
  }

  begin(task: Task, op: Op): Outcome | undefined {
    if (op.kind === 'block') return this.#beginBlock(task, op);
    if (op.kind === 'effect') return this.#beginEffect(task, op, identityOf(task, op), undefined);
    return { ok: true, value: undefined };
  }

  /** A lane asks: the outcome always comes as a delivery. */
  request(task: Task, op: EffectOp): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const resume = (outcome: Outcome) => {
        this.#ports.scheduler().lendTurn(task, () => {
          if (outcome.ok) resolve(outcome.value);
          else reject(outcome.error);
        });
      };
      const at = identityOf(task, op);
      if (op.step !== undefined && task.open.has(`${at.id}#${at.ordinal - 1}`)) {
        reject(runErrors.openStepTwice({ step: op.step, lane: task.id }));
        return;
      }
      this.#beginEffect(task, op, at, resume);
    });
  }

  /** An effect that answers at once, from either colour. Ambient values are recorded; the rest is re-made. */
  sync(task: Task, op: EffectOp): unknown {
    const { effect, args } = op;
    const spec = effect.spec as AnySpec;
    this.#ports.seen()?.(spec.name, args);
    const recorded = spec.class === 'ambient';
    if (spec.class === 'local') unitOf(task)?.enterOnReplay();
    const at = { id: task.id, ordinal: recorded ? task.nextOrdinal() : task.lastOrdinal };
    const past = recorded ? this.#ports.replay.outcome(at.id, at.ordinal) : undefined;
    if (past !== undefined) {
      assertSame(past, op, argsHash(op));
      this.#ports.replay.use(past);
      if (past.secret === undefined) return unwrap(outcomeOf(this.#ports, past));
    }
    const env = this.#env({ task, ...at });
    if (!recorded) return effect.run(env, ...args);
    let outcome: Outcome;
    try {
      outcome = { ok: true, value: effect.run(env, ...args) };
    } catch (error) {
      outcome = { ok: false, error };
    }
    if (past === undefined) this.#writer.record(at, op, outcome, { how: 'inline', urgent: false });
    return unwrap(outcome);
  }

  recorded(open: OpenOp, entry: OutcomeEntry): Outcome | Promise<Outcome> {
    const outcome = open.reread ?? open.rereading ?? outcomeOf(this.#ports, entry);
    this.#remake(open, outcome);
    return outcome;
  }

  interruptError(task: Task, entry: InterruptEntry): unknown {
    return this.#ports.interrupts().again(task, entry);
  }

  dropped(open: OpenOp): void {
    const op = open.effect;
    if (op === undefined || this.#ports.replay.outcome(open.id, open.ordinal) !== undefined) return;
    const { spec } = op.effect;
    const touched =
      spec.class === 'mutation' && (open.started || this.#writer.intent(open) !== undefined);
    const wait = dropWait(this.#ports, open);
    this.#ports.journal.append(
      open.id,
      {
        kind: 'outcome',
        ordinal: open.ordinal,
        effect: spec.name,
        args_hash: argsHash(op),
        how: 'delivered',
        status: touched ? 'unknown' : 'dropped',
        dropped: true,
        ...(touched ? { error: toRecordedError(unknownOutcome(open, spec.name)) } : {}),
      },
      wait === undefined ? {} : { ops: wait },
    );
    this.#endExternal(open);
  }

  get awaitingPeople(): number {
    return this.#awaitingPeople;
  }

  /** Only people can move this operation from here on. */
  awaitPeople(open: OpenOp): void {
    if (open.awaitsPeople || open.settled || !open.started) return;
    open.awaitsPeople = true;
    this.#awaitingPeople += 1;
    this.#ports.scheduler().poke();
  }

  #endExternal(open: OpenOp): void {
    if (!open.started) return;
    this.#ports.scheduler().expectExternal(-1);
    this.peopleAnswered(open);
  }

  /** It may move by itself again. */
  peopleAnswered(open: OpenOp): void {
    if (open.awaitsPeople) this.#awaitingPeople -= 1;
    open.awaitsPeople = false;
  }

  live(): void {
    this.#ports.replay.assertUsed();
    this.#ports.interrupts().goLive();
  }

  /** The operations that something outside is still working on, for parking. */
  openMutations(): readonly OpenOp[] {
    const open: OpenOp[] = [];
    for (const task of this.#ports.scheduler().tasks) {
      for (const op of task.open.values()) {
        if (op.started && !op.resolving && op.effect?.effect.spec.class === 'mutation') {
          open.push(op);
        }
      }
    }
    return open;
  }

  /** Resolves when every mutation that was under way has its outcome written down. */
  async mutationsDone(): Promise<void> {
    while (this.#mutating.size > 0) await Promise.race(this.#mutating);
  }

  #beginBlock(task: Task, op: BlockOp): Outcome | undefined {
    const at = { id: task.id, ordinal: task.nextOrdinal() };
    const interrupt = this.#ports.replay.inlineInterrupt(at.id, at.ordinal);
    if (interrupt !== undefined) return { ok: false, error: this.interruptError(task, interrupt) };
    const scheduler = this.#ports.scheduler();
    const late = this.#ports.interrupts().raiseAt(task, at.ordinal);
    if (late !== undefined) return { ok: false, error: late };
    let early: Outcome | undefined;
    let began = false;
    const open = openOp(task, at, {
      what: op.what,
      describe: op.describe,
      effect: undefined,
      resume: (outcome) => scheduler.drive(task, outcome),
    });
    open.cancel = op.start((outcome) => {
      if (open.settled) return;
      open.settled = true;
      task.open.delete(keyOf(at));
      if (!began) early = outcome;
      else scheduler.wake(task, () => open.resume(outcome));
    });
    began = true;
    if (early !== undefined) return early;
    open.given = true;
    scheduler.giveUpTurn(task);
    return undefined;
  }

  #beginEffect(
    task: Task,
    op: EffectOp,
    at: Identity,
    laneResume: ((outcome: Outcome) => void) | undefined,
  ): Outcome | undefined {
    const { replay } = this.#ports;
    const scheduler = this.#ports.scheduler();
    this.#ports.seen()?.(op.effect.spec.name, op.args);
    const hash = argsHash(op);
    const resume = laneResume ?? ((outcome: Outcome) => scheduler.drive(task, outcome));
    replay.asked(at.id, at.ordinal);
    const interrupt = replay.inlineInterrupt(at.id, at.ordinal);
    const past = replay.outcome(at.id, at.ordinal);
    if (past !== undefined) {
      assertSame(past, op, hash);
      replay.use(past);
    }
    if (interrupt !== undefined) return { ok: false, error: this.interruptError(task, interrupt) };
    const open = openOp(task, at, { what: op.effect.spec.name, effect: op, resume });
    open.given = laneResume !== undefined;
    const isEntered = op.unit !== undefined && past?.unit !== true;
    if (past !== undefined && !isEntered) return this.#replayOutcome(open, past);
    if (isEntered && scheduler.holdsBack) return this.#enter(open, past);
    if (scheduler.holdsBack) {
      open.given = true;
      scheduler.whenLive(() => this.#start(open, op, hash));
      scheduler.giveUpTurn(task);
      return undefined;
    }
    scheduler.whenLive(() => undefined);
    const late = this.#ports.interrupts().raiseAt(task, at.ordinal);
    if (late !== undefined) {
      // Begun by an earlier life, it has rows to take along.
      const began = this.#writer.intent(open) ?? replay.wait(at.id, at.ordinal);
      if (began !== undefined) this.dropped(open);
      open.settled = true;
      task.open.delete(keyOf(at));
      return { ok: false, error: late };
    }
    return isEntered ? this.#enter(open, past) : this.#start(open, op, hash);
  }

  #enter(open: OpenOp, past: OutcomeEntry | undefined): undefined {
    return enterUnit(this.#ports.scheduler(), open, past, (state, outcome) =>
      this.#settle(open, outcome, state.ops),
    );
  }

  /** The past knows how this ended: at once, later in journal order, or never. */
  #replayOutcome(open: OpenOp, past: OutcomeEntry): Outcome | undefined {
    const scheduler = this.#ports.scheduler();
    const key = keyOf(open);
    open.effect?.unit?.skipped(past.events ?? 0, past.spent, past.notes ?? []);
    if (past.how === 'inline') {
      if (!isReadAgain(past)) {
        open.settled = true;
        open.task.open.delete(key);
        const outcome = outcomeOf(this.#ports, past);
        this.#remake(open, outcome);
        return outcome;
      }
      void this.#readAgain(open, past).then((outcome) => {
        open.settled = true;
        open.task.open.delete(key);
        open.resume(outcome);
      });
      return undefined;
    }
    if (past.dropped !== true && isReadAgain(past)) open.rereading = this.#readAgain(open, past);
    open.given = true;
    scheduler.giveUpTurn(open.task);
    return undefined;
  }

  async #readAgain(open: OpenOp, past: OutcomeEntry): Promise<Outcome> {
    const op = open.effect as EffectOp;
    try {
      const value = await op.effect.run(this.#env(open), ...op.args);
      const now = past.reread === undefined ? undefined : op.effect.spec.reread?.(value);
      if (canonicalJson(now ?? null) !== canonicalJson(past.reread ?? null)) {
        throw journalErrors.fileChanged({
          path: String(past.reread?.['path'] ?? op.effect.spec.name),
        });
      }
      open.reread = { ok: true, value };
    } catch (error) {
      open.reread = { ok: false, error };
    }
    return open.reread;
  }

  #start(open: OpenOp, op: EffectOp, hash: string): Outcome | undefined {
    if (open.settled || this.#ports.scheduler().halted) return undefined;
    const spec = op.effect.spec as AnySpec;
    open.started = true;
    this.#ports.scheduler().expectExternal(1);
    const ops: ((tx: Tx) => void)[] = [];
    openWait(this.#ports, open, ops);
    const call = () => op.effect.run(this.#env(open, ops), ...op.args);
    if (spec.class === 'mutation') {
      const mutating = this.#mutate(open, op, hash, call);
      this.#mutating.add(mutating);
      void mutating.finally(() => this.#mutating.delete(mutating));
      return undefined;
    }
    let result: unknown;
    try {
      result = spec.paid?.(op.args) === true ? this.#pay(open, op, hash, call) : call();
    } catch (error) {
      return this.#settle(open, { ok: false, error }, ops, true);
    }
    if (!(result instanceof Promise) && !this.#isGreedy(open))
      return this.#settle(open, { ok: true, value: result }, ops, true);
    this.#follow(open, Promise.resolve(result), ops);
    return undefined;
  }

  /** Whether others go first: the task asks for that, or has taken one outcome after the other while they wait. */
  #isGreedy({ task, effect }: OpenOp): boolean {
    if (effect !== undefined && isGivingWay(effect)) return true;
    return task.inline >= MOST_INLINE && this.#ports.scheduler().othersWait;
  }

  /** What costs something is asked for when its intent is durable, so only by whoever holds the run. */
  async #pay(open: OpenOp, op: EffectOp, hash: string, call: () => unknown): Promise<unknown> {
    if (this.#writer.intent(open) === undefined) this.#writer.writeIntent(open, op, hash);
    else this.#writer.noteReissue(open);
    await this.#ports.journal.barrier();
    return open.settled || this.#ports.scheduler().halted ? undefined : call();
  }

  /** A mutation: the intent is on disk before the call; an old intent without outcome follows its policy. */
  async #mutate(open: OpenOp, op: EffectOp, hash: string, call: () => unknown): Promise<void> {
    const ops: ((tx: Tx) => void)[] = [];
    try {
      const policy = policyFor(op.effect, op.args, this.#ports.asker() !== undefined);
      const past = this.#writer.intent(open);
      if (past !== undefined && past.facts['withdrawn'] !== true) {
        const outcome = await this.#resolve(open, { policy, facts: past.facts, ops });
        if (open.settled || (this.#ports.scheduler().halted && outcome === PARKED)) return;
        if (outcome !== undefined) {
          this.#settle(open, outcome, ops);
          return;
        }
        this.#writer.noteReissue(open);
      } else if (past === undefined) this.#writer.writeIntent(open, op, hash);
      else this.#writer.note(open, { withdrawn: false });
      await this.#ports.journal.barrier();
    } catch (error) {
      this.#settle(open, { ok: false, error }, []);
      return;
    }
    if (open.settled) return;
    if (this.#ports.scheduler().halted) {
      // The run parks before the call was made: say so, and no policy is needed on resume.
      this.#writer.note(open, { withdrawn: true });
      return;
    }
    const result = (async () => call())();
    this.#follow(open, result, ops);
    await result.catch(() => undefined);
  }

  /** What became of a mutation that was begun in an earlier life; undefined means: issue it (again). */
  async #resolve(
    open: OpenOp,
    { policy, facts, ops }: { policy: OnUnknown; facts: JsonObject; ops: ((tx: Tx) => void)[] },
  ): Promise<Outcome | undefined> {
    const ports = { ...this.#ports, env: this.#env(open), ops };
    open.resolving = true;
    if (policy === 'ask') {
      // People take their time: the other tasks go on meanwhile.
      open.given = true;
      this.#ports.scheduler().giveUpTurn(open.task);
    }
    try {
      return await resolveUnknown(ports, open, policy, facts);
    } catch (error) {
      // A run that parks takes the question along: no outcome, and the next life asks for the answer again.
      if (this.#ports.scheduler().halted) return PARKED;
      throw error;
    } finally {
      open.resolving = false;
      this.peopleAnswered(open);
    }
  }

  /** Waits for a result; the task keeps its turn as long as micro-tasks alone bring it. */
  #follow(open: OpenOp, result: Promise<unknown>, ops: ((tx: Tx) => void)[]): void {
    result.then(
      (value) => this.#settle(open, { ok: true, value }, ops),
      (error: unknown) => this.#settle(open, { ok: false, error }, ops),
    );
    if (open.given) return;
    const give = () => {
      if (open.settled) return;
      open.given = true;
      this.#ports.scheduler().giveUpTurn(open.task);
    };
    if (this.#isGreedy(open)) give();
    else setImmediate(give);
  }

  /** Writes the outcome down and lets the task have it. Returned instead of resumed when `direct` and inline. */
  #settle(
    open: OpenOp,
    outcome: Outcome,
    ops: readonly ((tx: Tx) => void)[],
    direct = false,
  ): Outcome | undefined {
    const op = open.effect as EffectOp;
    const scheduler = this.#ports.scheduler();
    if (open.settled) return undefined;
    if (scheduler.halted && op.effect.spec.class !== 'mutation') return undefined;
    if (scheduler.halted && isEndedByParking(open, outcome)) return undefined;
    open.settled = true;
    open.task.open.delete(keyOf(open));
    this.#endExternal(open);
    const how: How = open.given ? 'delivered' : 'inline';
    let given = outcome.ok && outcome.value === undefined ? NIL : outcome;
    try {
      this.#writer.record(open, op, outcome, {
        how,
        urgent: op.effect.spec.class !== 'ambient',
        ops,
      });
    } catch (error) {
      given = { ok: false, error };
      this.#writer.record(open, op, given, { how, urgent: true });
    }
    if (scheduler.halted) return undefined;
    if (!open.given) open.task.inline += 1;
    if (open.given) scheduler.deliver(open.task, () => open.resume(given));
    else if (direct) return given;
    else open.resume(given);
    return undefined;
  }

  #env(at: OpenOp | (Identity & { readonly task: Task }), ops: ((tx: Tx) => void)[] = []) {
    const { task, id, ordinal } = at;
    const open = 'settled' in at ? at : undefined;
    const signal = open === undefined ? neverAborted : () => signalOf(open);
    return this.#ports.envFor({ task, id, ordinal, signal, ops, open });
  }

  #remake(open: OpenOp, outcome: Outcome | Promise<Outcome>): void {
    const op = open.effect;
    if (op?.effect.spec.replayed === undefined) return;
    const value = 'ok' in outcome && outcome.ok ? outcome.value : undefined;
    op.effect.spec.replayed(this.#env(open), op.args, value);
  }
}

/** Whether it was the parking that ended the operation: what it would have come to is not known. */
function isEndedByParking({ effect, controller }: OpenOp, { ok }: Outcome): boolean {
  const { endedByParking = false } = effect?.effect.spec ?? {};
  return endedByParking && !ok && controller?.signal.aborted === true;
}

/** So many outcomes a task may take before it lets others go first. */
const MOST_INLINE = 64;

const NIL: Outcome = { ok: true, value: null };

/** Stands for: the run parks before anyone answered. */
const PARKED: Outcome = { ok: false, error: undefined };

/** Whether the journal kept a mark instead of the value: a secret, or a file too large to keep. */
function isReadAgain(entry: OutcomeEntry): boolean {
  return entry.secret !== undefined || entry.reread !== undefined;
}

function unwrap(outcome: Outcome): unknown {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
}
