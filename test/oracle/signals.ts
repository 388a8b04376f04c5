// How control leaves a construct in the reference interpreter. Each signal is thrown as a JavaScript exception; a
// Harn `throw` is the HarnThrow of values. Signals are not errors: no Harn `catch` sees them.
import type { HarnFunction, Value } from '../../src/values/index.ts';

/** `return`, and `?` on an Err. */
export class ReturnSignal {
  readonly result: Value | TailCall;

  constructor(result: Value | TailCall) {
    this.result = result;
  }
}

export class BreakSignal {}

export class ContinueSignal {}

/** What `return f(x)` gives when nothing is pending in the frame: the caller's loop makes the call. */
export class TailCall {
  readonly callee: HarnFunction;
  readonly args: readonly Value[];

  constructor(callee: HarnFunction, args: readonly Value[]) {
    this.callee = callee;
    this.args = args;
  }
}

/** The program used more steps than it was given. Not catchable. */
export class OutOfSteps extends Error {}

/** The program uses something the reference interpreter does not model. Not catchable. */
export class NotModelled extends Error {}
