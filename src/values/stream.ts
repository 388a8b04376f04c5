// Generators (`yield` in a fn) and streams (`gen fn` with `emit`): bodies that run only when someone pulls. The body
// is one JavaScript generator; a value for the consumer leaves it wrapped in Emit, everything else it yields is a
// suspension and is passed on to whoever drives the consumer.
import { bug } from '../base/index.ts';
import { END, HarnSource, type Pulled } from './source.ts';
import { type Ctx, DISPLAY, KIND, type Steps, type Value } from './value.ts';

/** What `yield v` and `emit v` hand to the JavaScript `yield` of the body. */
export class Emit {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** A running or finished body. An error surfaces at the pull that meets it; afterwards the source has ended. */
export class HarnGenerator extends HarnSource {
  readonly suspends: boolean;
  readonly #kind: 'generator' | 'stream';
  #body: Steps<unknown> | undefined;

  constructor(kind: 'generator' | 'stream', body: Steps<unknown>, suspends: boolean) {
    super();
    this.#kind = kind;
    this.#body = body;
    this.suspends = suspends;
  }

  next(_ctx: Ctx): Pulled {
    const step = this.#advance(undefined);
    if (step === END || step instanceof Emit) return step === END ? END : step.value;
    return bug('a generator suspended while pulled by code that cannot');
  }

  *nextSteps(_ctx: Ctx): Steps<Pulled> {
    let sent: unknown;
    for (;;) {
      const step = this.#advance(sent);
      if (step === END) return END;
      if (step instanceof Emit) return step.value;
      // An error thrown into the consumer while it waits here belongs to the consumer, not to the body.
      sent = yield step;
    }
  }

  /** Runs the body to its next yield; END when it is over. */
  #advance(sent: unknown): unknown {
    const body = this.#body;
    if (body === undefined) return END;
    try {
      const step = body.next(sent);
      if (step.done !== true) return step.value;
    } catch (error) {
      this.#body = undefined;
      throw error;
    }
    this.#body = undefined;
    return END;
  }

  get [KIND](): string {
    return this.#kind;
  }

  override [DISPLAY](): string {
    if (this.#kind === 'stream') return '<stream>';
    return this.#body === undefined ? '<generator (done)>' : '<generator>';
  }
}

/** The value of calling a `fn` that yields. */
export function makeGenerator(body: Steps<unknown>, suspends: boolean): HarnGenerator {
  return new HarnGenerator('generator', body, suspends);
}

/** The value of calling a `gen fn`. */
export function makeStream(body: Steps<unknown>, suspends: boolean): HarnGenerator {
  return new HarnGenerator('stream', body, suspends);
}
