// The environment of one call of an effect. Made for every call, so everything that most calls do not use (an abort
// signal above all) comes into being when it is asked for.
import type { JsonObject } from '../../base/index.ts';
import type { Store, Tx } from '../../store/index.ts';
import { type Host, hostErrors } from '../host/index.ts';
import type { Authority } from './authority.ts';
import { boundHost } from './bound-host.ts';
import type { EffectEnv, ServiceKey, WaitFacts } from './effect.ts';
import { idempotencyKey } from './open-wait.ts';
import type { OutputStream } from './output.ts';
import type { CallSite } from './perform.ts';
import type { RunClock } from './run-clock.ts';
import type { RunCore } from './run-core.ts';
import type { Task } from './task.ts';

export class CallEnv implements EffectEnv {
  readonly #run: RunCore;
  readonly #call: CallSite;

  constructor(run: RunCore, call: CallSite) {
    this.#run = run;
    this.#call = call;
  }

  get host(): Host {
    const roots = this.#call.open?.effect?.roots;
    return roots === undefined ? this.#run.host : boundHost(this.#run.host, roots);
  }

  get authority(): Authority {
    return this.#call.open?.effect?.authority ?? this.#run.authority;
  }

  get clock(): RunClock {
    return this.#run.clock;
  }

  get signal(): AbortSignal {
    return this.#call.signal();
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.#run.id, this.#call);
  }

  get runId(): string {
    return this.#run.id;
  }

  get taskId(): string {
    return this.#call.id;
  }

  get ordinal(): number {
    return this.#call.ordinal;
  }

  get reissued(): boolean {
    return this.#run.replay.intent(this.#call.id, this.#call.ordinal) !== undefined;
  }

  get task(): Task {
    return this.#call.task;
  }

  get dueMs(): number | undefined {
    return this.#call.open?.wait?.due_ms;
  }

  get wait(): WaitFacts | undefined {
    return this.#call.open?.wait;
  }

  async store(): Promise<Store> {
    return (await this.#run.journal.ready()).store;
  }

  awaitPeople(): () => void {
    const { open } = this.#call;
    if (open === undefined) return () => undefined;
    this.#run.performer.awaitPeople(open);
    return () => this.#run.performer.peopleAnswered(open);
  }

  write(stream: OutputStream, text: string): void {
    this.#call.task.ctx.write(stream, text);
  }

  async note(facts: JsonObject): Promise<void> {
    const { journal } = this.#run;
    const { open } = this.#call;
    // Given up, the call has its outcome, and its run may be over: what is still under way stops here.
    if (open?.settled === true) throw hostErrors.aborted({ operation: open.what });
    journal.append(this.#call.id, { kind: 'intent_noted', ordinal: this.#call.ordinal, facts });
    await journal.barrier();
  }

  inTx(ops: (tx: Tx) => void): void {
    this.#call.ops.push(ops);
  }

  get<T>(key: ServiceKey<T>): T {
    return this.#run.service(key);
  }
}
