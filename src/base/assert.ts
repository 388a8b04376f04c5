// Assertions about our own code. User mistakes never come here; they are Diagnostics or coded HarnErrors.

/** Marks the end of an exhaustive `switch`: a new union member becomes a compile error at the call. */
export function assertNever(value: never): never {
  return bug(`unhandled case: ${JSON.stringify(value)}`);
}

/** Reports the impossible. The text asks for a report because only a defect of ours leads here. */
export function bug(what: string): never {
  throw new Error(`This is a bug in Harn: ${what}. Please report it.`);
}
