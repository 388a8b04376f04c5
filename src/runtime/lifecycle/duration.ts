// Durations as callers of the lifecycle give them, and as audits show them.
import { isJsonObject, type Json, parseDuration } from '../../base/index.ts';

/** Milliseconds of `1500`, `"30s"`, `{ms}`, `{duration_ms}` or `{seconds}`; undefined when it is none of these. */
export function durationMs(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined;
  if (typeof value === 'string') return parseDuration(value);
  if (!isJsonObject(value)) return undefined;
  const ms = value['ms'] ?? value['duration_ms'];
  if (ms !== undefined) return durationMs(ms);
  const seconds = value['seconds'];
  return typeof seconds === 'number' ? Math.trunc(seconds * 1000) : undefined;
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `1h`, `2m`, `15s`, otherwise `250ms`: how the language shows a duration. */
export function durationText(ms: number): string {
  for (const [unit, size] of UNITS) if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}
