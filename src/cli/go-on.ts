// How to go on with a run, for people: programs in TypeScript bring their own process.
import type { RunRow } from '../runtime/index.ts';

/** The command or the words that come after "go on with:". */
export function goOnWith(row: Pick<RunRow, 'run_id' | 'program'>): string {
  return goOnCommand(row) ?? 'its own program, which calls runtime.resume(id) or runtime.recover()';
}

/** The command, where there is one. */
export function goOnCommand(row: Pick<RunRow, 'run_id' | 'program'>): string | null {
  return row.program === null ? null : `harn resume ${row.run_id}`;
}
