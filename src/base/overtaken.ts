// Errors by which something around the work that is under way has ended it: a deadline, a cancellation. They can be
// caught like others, but what tries again by itself must let them pass: its next attempt would run without a limit.
const overtaken = new WeakSet<object>();

/** Marks an error as one that ends every attempt on its way. */
export function overtake<T extends object>(error: T): T {
  overtaken.add(error);
  return error;
}

/** The error has reached what raised it: from here on it is one like any other. */
export function letGo(error: object): void {
  overtaken.delete(error);
}

/** Whether trying again must not be thought of. */
export function isOvertaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && overtaken.has(error);
}
