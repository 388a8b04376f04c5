// What travels through JavaScript when a Harn program fails: HarnThrow carries a thrown value, HarnError (of base)
// an error of the language or of the runtime, HarnAbort a signal no program may catch. `caught` is the single place
// that decides what `catch (e)` receives.
import { HarnError, isOvertaken, type JsonObject } from '../base/index.ts';
import { display } from './display.ts';
import { fail } from './errors.ts';
import { fromJson } from './json.ts';
import type { Value } from './value.ts';

const THROW_BRAND = Symbol.for('harn.throw');
const ABORT_BRAND = Symbol.for('harn.abort');

/** A place in a generated module: what the emitter's table maps to file, line and column. */
export type Site = number;

/** Thrown values that still take a stack. A stack costs twenty times the throw, and programs throw in loops. */
let stacksLeft = 0;

/** How many throws of a program are remembered with their callers; those after them know their own place only. */
const STACKS_PER_PROGRAM = 1000;

/** A program is linked: its first throws take a stack again. */
export function renewThrowStacks(): void {
  stacksLeft = STACKS_PER_PROGRAM;
}

/** The stack of a `throw` of the program, while there is one to spare. */
function stackOfThrow(): Error | undefined {
  if (stacksLeft === 0) return undefined;
  stacksLeft -= 1;
  return new Error('thrown');
}

/** A value thrown by a Harn program: where it happened is `site`, who called is in `origin`. */
export class HarnThrow implements Error {
  readonly [THROW_BRAND] = true;
  readonly name = 'HarnThrow';
  readonly value: Value;
  readonly site: Site | undefined;
  /** Made where it was thrown. When that was not a `throw` of the program, it alone knows the place. */
  readonly origin: Error | undefined;

  constructor(value: Value, site?: Site, origin?: Error) {
    this.value = value;
    this.site = site;
    this.origin = origin ?? (site === undefined ? undefined : stackOfThrow());
  }

  get message(): string {
    return `Thrown: ${display(this.value)}`;
  }

  get stack(): string {
    return this.message;
  }

  /** Recognises a HarnThrow of any copy of this package in the process. */
  static is(error: unknown): error is HarnThrow {
    return typeof error === 'object' && error !== null && THROW_BRAND in error;
  }
}
// An Error to `instanceof` without running Error's constructor, which would capture the stack.
Object.setPrototypeOf(HarnThrow.prototype, Error.prototype);

/** Ends a task from outside: abort, exit, hand-over. Runs through every `catch` untouched. */
export class HarnAbort extends Error {
  readonly [ABORT_BRAND] = true;
  readonly reason: unknown;

  constructor(message: string, reason?: unknown) {
    super(message);
    this.name = 'HarnAbort';
    this.reason = reason;
  }

  static is(error: unknown): error is HarnAbort {
    return typeof error === 'object' && error !== null && ABORT_BRAND in error;
  }
}

/**
 * The value that `catch (e)` binds for a JavaScript exception. A thrown value arrives as it is, an error of the
 * language or the runtime as its text, and one whose data say what a program can do about it (`category`, `kind`,
 * `message`) as a dict of them. Aborts and our own defects are not catchable: they are thrown on.
 */
export function caught(error: unknown): Value {
  if (HarnThrow.is(error)) return error.value;
  if (HarnError.is(error)) return isFailure(error.data) ? fromJson(error.data) : error.message;
  const limit = engineLimit(error);
  if (limit !== undefined) return limit.message;
  throw error;
}

/**
 * For `retry`: an error that a further attempt may help against. What no program may catch is thrown on, and so is what
 * a deadline or a cancellation around the attempts has raised.
 */
export function retried(error: unknown): void {
  caught(error);
  if (isOvertaken(error)) throw error;
}

function isFailure({ category, kind, message }: JsonObject): boolean {
  return [category, kind, message].every((field) => typeof field === 'string');
}

/** The text of an error that nobody caught, without place: `Thrown: boom`, `Division by zero`. */
export function uncaughtText(error: unknown): string {
  if (HarnThrow.is(error)) return error.message;
  const limit = engineLimit(error);
  if (limit !== undefined) return limit.message;
  return error instanceof Error ? error.message : String(error);
}

/** The coded form of a limit of V8 that a program ran into: stack (the net below the counted depth of calls) or length. */
export function engineLimit(error: unknown): HarnError | undefined {
  if (!(error instanceof RangeError)) return undefined;
  if (error.message === 'Maximum call stack size exceeded') return fail.stackOverflow({});
  if (error.message === 'Invalid array length') return fail.tooLong({ what: 'list' });
  // `repeat` has words of its own for what cannot be counted.
  if (/^Invalid (?:string length|count value)/.test(error.message))
    return fail.tooLong({ what: 'text' });
  return undefined;
}
