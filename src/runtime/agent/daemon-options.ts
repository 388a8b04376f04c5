// The options by which a loop is a daemon: idle instead of over when there is nothing to do.
import type { Json } from '../../base/index.ts';
import type { LlmOptions } from '../llm/index.ts';
import type { CompactParts, CompactPlan } from './compact-options.ts';
import { loopCompaction } from './loop-compaction.ts';
import {
  badOption,
  flagOption,
  type Given,
  intOption,
  namesOption,
  textOption,
} from './option-readers.ts';

export interface DaemonPlan {
  readonly persistPath: string | undefined;
  readonly resumePath: string | undefined;
  readonly wakeMs: number | null;
  readonly watchPaths: readonly string[];
  readonly watchdogAttempts: number | undefined;
  /** How the conversation is compacted whenever the daemon is idle. */
  readonly consolidation: CompactPlan | undefined;
  /** Whether messages of other processes wake it. */
  readonly listens: boolean;
}

/** Options that mean nothing without `daemon: true`. */
const ONLY_DAEMON = [
  ...['persist_path', 'resume_path', 'wake_interval_ms', 'watch_paths', 'consolidate_on_idle'],
  'idle_watchdog_attempts',
];

export const DAEMON_OPTIONS: readonly string[] = ['daemon', 'host_messages', ...ONLY_DAEMON];

/** Reads them; undefined: the loop is none. */
export function parseDaemon(
  given: Given,
  llm: LlmOptions,
  parts: CompactParts,
): DaemonPlan | undefined {
  if (flagOption(given, 'daemon') !== true) {
    const stray = ONLY_DAEMON.find(
      (option) => given[option] !== undefined && given[option] !== false,
    );
    if (stray !== undefined) throw badOption(stray, 'left out where `daemon: true` is not given');
    return undefined;
  }
  const watchdogAttempts = intOption(given, 'idle_watchdog_attempts', 1);
  const hasAddress = Boolean(given['session_id']);
  return {
    persistPath: textOption(given, 'persist_path') || undefined,
    resumePath: textOption(given, 'resume_path') || undefined,
    wakeMs: intOption(given, 'wake_interval_ms', 1) ?? null,
    watchPaths: pathsOption(given['watch_paths']),
    watchdogAttempts,
    consolidation:
      flagOption(given, 'consolidate_on_idle') === true
        ? loopCompaction(given, llm, parts)
        : undefined,
    // Somebody has to know where to speak to, or to wait for.
    listens: flagOption(given, 'host_messages') ?? (hasAddress || watchdogAttempts !== undefined),
  };
}

function pathsOption(value: Json | undefined): readonly string[] {
  const list = typeof value === 'string' ? [value] : value;
  return list === undefined ? [] : namesOption({ watch_paths: list }, 'watch_paths', 'paths');
}
