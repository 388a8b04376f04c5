// The way to the checker of many files that loads the compiler, and what options builtins have, only then.
import { specsWithOptions } from '../builtins/index.ts';
import type { Checker, CheckerOptions } from './checker.ts';

/** A checker of many files; see `Checker`. */
export async function createChecker(options: CheckerOptions): Promise<Checker> {
  const { Checker } = await import('./checker.ts');
  return new Checker(options, await specsWithOptions());
}
