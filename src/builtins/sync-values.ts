// What tasks share, as values of the language: channels, atomics, permits, cells, maps and mailboxes. A value only holds
// the thing of the runtime; what can be done with it are builtins.
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Atomic,
  type Channel,
  type Mailbox,
  type Permit,
  receive,
  type SharedCell,
  type SharedMap,
} from '../runtime/work/index.ts';
import {
  type Ctx,
  DISPLAY,
  display,
  END,
  HarnObject,
  HarnSource,
  KIND,
  PROPERTY,
  type Pulled,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';

/** `for x in channel` takes values until the channel is closed and empty. */
export class HarnChannel extends HarnSource {
  readonly suspends = true;
  readonly channel: Channel;
  readonly #isForOne: boolean;

  /** `isForOne`: a loop that leaves it closes it, because what fills it works for that loop alone. */
  constructor(channel: Channel, isForOne = false) {
    super();
    this.channel = channel;
    this.#isForOne = isForOne;
  }

  override leave(): void {
    if (this.#isForOne) this.channel.close();
  }

  /** For code that cannot wait: what is there now. */
  next(_ctx: Ctx): Pulled {
    const taken = this.channel.poll();
    if (taken !== undefined) return taken.value as Value;
    this.channel.throwFailure();
    if (this.channel.isClosed) return END;
    throw wrong.argument({ builtin: 'channel', detail: 'this code cannot wait for a value' });
  }

  *nextSteps(ctx: Ctx): Steps<Pulled> {
    const taken = yield* receive(ctx as RunContext, this.channel);
    return taken === undefined ? END : (taken.value as Value);
  }

  get [KIND](): string {
    return 'channel';
  }

  override [DISPLAY](): string {
    return `<channel:${this.channel.name}>`;
  }

  override [PROPERTY](name: string): Value | undefined {
    if (name === 'name') return this.channel.name;
    if (name === 'capacity') return this.channel.capacity;
    return undefined;
  }
}

/** A holder of one thing of the runtime; equal to itself only. */
class HarnShared<T> extends HarnObject {
  readonly it: T;
  readonly #kind: string;

  constructor(kind: string, it: T) {
    super();
    this.#kind = kind;
    this.it = it;
  }

  get [KIND](): string {
    return this.#kind;
  }

  override [DISPLAY](): string {
    return `<${this.#kind}>`;
  }
}

export class HarnAtomic extends HarnShared<Atomic<Value>> {
  constructor(atomic: Atomic<Value>) {
    super('atomic', atomic);
  }

  /** What is inside may hold the atomic itself: only plain values are shown. */
  override [DISPLAY](): string {
    const { value } = this.it;
    const isPlain = value === null || typeof value !== 'object';
    return `<atomic:${isPlain ? display(value) : typeOf(value)}>`;
  }
}

export class HarnPermit extends HarnShared<Permit> {
  constructor(permit: Permit) {
    super('sync_permit', permit);
  }
}

export class HarnSharedCell extends HarnShared<SharedCell<Value>> {
  constructor(cell: SharedCell<Value>) {
    super('shared_cell', cell);
  }
}

export class HarnSharedMap extends HarnShared<SharedMap<Value>> {
  constructor(map: SharedMap<Value>) {
    super('shared_map', map);
  }
}

export class HarnMailbox extends HarnShared<Mailbox> {
  constructor(box: Mailbox) {
    super('mailbox', box);
  }

  override [PROPERTY](name: string): Value | undefined {
    return name === 'name' ? this.it.name : undefined;
  }
}
