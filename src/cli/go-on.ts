// How to go on with a run, for people: programs in TypeScript bring their own process.
import type { RunRow } from '../runtime/run/index.ts';

/** The pipeline of `harn chat`. */
export const CHAT_PIPELINE = 'harn.chat';

/** Where a run came from, for people: `origin` is as rows have it. */
export function fromText(row: Pick<RunRow, 'program' | 'pipeline'>, origin: string): string {
  if (row.program !== null) return origin;
  if (row.pipeline === CHAT_PIPELINE) return 'harn chat';
  return origin === 'typescript' ? 'TypeScript' : origin;
}

/** The command or the words that come after "go on with:". */
type Row = Pick<RunRow, 'run_id' | 'program'> & { readonly pipeline?: string };

export function goOnWith(row: Row): string {
  return goOnCommand(row) ?? 'its own program, which calls runtime.resume(id) or runtime.recover()';
}

/** The command, where there is one. */
export function goOnCommand(row: Row): string | null {
  if (row.program === null && row.pipeline === CHAT_PIPELINE) return 'harn chat --continue';
  return row.program === null ? null : `harn resume ${row.run_id}`;
}
