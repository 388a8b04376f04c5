// RunCore: the parts of one living run, joined. Owns the wiring of journal, replay, scheduler and performer and the
// run's services; run.ts owns its life (start, finish, park, resume).
import { bug, type Json } from '../../base/index.ts';
import type { Host } from '../host/index.ts';
import type { Authority } from './authority.ts';
import { CallEnv } from './call-env.ts';
import type { RunServices, ServiceKey } from './effect.ts';
import { Interrupts } from './interrupt.ts';
import type { Journal, OutputCounts } from './journal.ts';
import type { RunStart, Site } from './journal-entry.ts';
import { type OutputSink, RunOutput } from './output.ts';
import { EffectPerformer } from './perform.ts';
import type { ThrownCodec } from './recorded-error.ts';
import type { ReplayLog } from './replay-log.ts';
import { RunClock } from './run-clock.ts';
import { RunEvents } from './run-events.ts';
import { Scheduler } from './scheduler.ts';
import { unknownAskerKey } from './unknown-outcome.ts';

export interface RunCoreOptions {
  readonly id: string;
  readonly start: RunStart;
  readonly host: Host;
  readonly journal: Journal;
  readonly replay: ReplayLog;
  readonly authority: Authority;
  readonly sink: OutputSink;
  readonly already: OutputCounts;
  readonly blobs: ReadonlyMap<string, Json>;
  readonly codec: ThrownCodec | undefined;
  readonly secretKey: string;
  readonly onFatal: (error: unknown) => void;
}

export class RunCore implements RunServices {
  readonly id: string;
  readonly start: RunStart;
  readonly host: Host;
  readonly clock: RunClock;
  readonly journal: Journal;
  readonly replay: ReplayLog;
  readonly authority: Authority;
  readonly events: RunEvents;
  readonly output: RunOutput;
  readonly scheduler: Scheduler;
  readonly performer: EffectPerformer;
  readonly interrupts: Interrupts;
  readonly codec: ThrownCodec | undefined;
  /** What a numbered place of compiled code stands for; set by whoever runs such code. */
  siteOf: ((at: number) => Site | undefined) | undefined;
  /** The exit code that the program asked for; written with the receipt. */
  exitCode: number | undefined;
  /** Told of every call of an effect, for tests that look at what is asked. */
  seen: ((name: string, args: readonly unknown[]) => void) | undefined;
  /** Called in order when the lifecycle has settled everything, before the receipt is written. */
  readonly endings: (() => void)[] = [];
  /** What is open outside for this run, closed when this process lets go of it. */
  readonly #open: (() => Promise<void>)[] = [];
  readonly #services = new Map<ServiceKey<unknown>, unknown>();
  readonly #later = new Map<string, () => readonly [ServiceKey<unknown>, unknown]>();
  readonly #made = new Set<string>();

  constructor(options: RunCoreOptions) {
    const { id, host, journal, replay } = options;
    this.id = id;
    this.start = options.start;
    this.host = host;
    this.clock = new RunClock(host.clock);
    this.journal = journal;
    this.replay = replay;
    this.authority = options.authority;
    this.codec = options.codec;
    this.events = new RunEvents(journal.counts, options.already);
    this.output = new RunOutput(options.sink, this.events, journal.counts, options.already);
    this.performer = new EffectPerformer({
      runId: id,
      pipeline: options.start.pipeline,
      rootRunId: options.start.root_run_id,
      asker: () => this.service(unknownAskerKey),
      nowMs: () => this.clock.nowMs(),
      journal,
      replay,
      scheduler: () => this.scheduler,
      interrupts: () => this.interrupts,
      envFor: (call) => new CallEnv(this, call),
      seen: () => this.seen,
      blobs: options.blobs,
      codec: options.codec,
      secretKey: options.secretKey,
    });
    this.scheduler = new Scheduler(replay, this.performer, options.onFatal);
    this.interrupts = new Interrupts({
      clock: host.clock,
      journal,
      replay,
      scheduler: this.scheduler,
    });
  }

  get runId(): string {
    return this.id;
  }

  /** The one instance of a service in this run, made on first use. */
  service<T>(key: ServiceKey<T>): T {
    if (!this.#services.has(key)) {
      const [own, value] = this.#later.get(key.name)?.() ?? [key, key.create(this)];
      if (own !== key) bug(`two services are called ${key.name}`);
      this.#put(key, value);
    }
    return this.#services.get(key) as T;
  }

  /** Whether the service of this name is in place already, without making it. */
  has(name: string): boolean {
    return this.#made.has(name);
  }

  get<T>(key: ServiceKey<T>): T {
    return this.service(key);
  }

  /** Puts a ready-made instance in place (composition, tests). */
  provide<T>(key: ServiceKey<T>, value: T): void {
    if (this.#services.has(key)) bug(`service ${key.name} is already in use`);
    this.#put(key, value);
  }

  /** Says how the service of this name is made. Whoever is asked late is loaded late: most runs need few services. */
  provideLater<T>(name: string, make: () => readonly [ServiceKey<T>, T]): void {
    this.#later.set(name, make as () => readonly [ServiceKey<unknown>, unknown]);
  }

  onRelease(close: () => Promise<void>): void {
    this.#open.push(close);
  }

  /** Closes what is open outside. A failure to close is nobody's result. */
  async release(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((close) => close().catch(() => undefined)));
  }

  #put(key: ServiceKey<unknown>, value: unknown): void {
    this.#services.set(key, value);
    this.#made.add(key.name);
  }
}
