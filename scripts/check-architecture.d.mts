// Types of check-architecture.mjs, for the tests.
export interface Violation {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export function checkArchitecture(root: string): Violation[];
export function roomTable(): string;
