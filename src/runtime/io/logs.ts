// Structured log lines: one JSON object per line on stdout, with time, level, message, fields, and the span it was written in.
// Levels below the one in force write nothing. The level is memory of the run.
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineSyncEffect, type RunContext, type ServiceKey, timestamp } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { obsNow, spanStack } from './user-spans.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** How much a line matters; `debug` least. */
export type LogLevel = (typeof LEVELS)[number];

const levelKey: ServiceKey<{ level: LogLevel }> = {
  name: 'io.log_level',
  create: () => ({ level: 'debug' }),
};

function levelOf(text: string): LogLevel {
  const level = text.toLowerCase() === 'warning' ? 'warn' : text.toLowerCase();
  const found = LEVELS.find((each) => each === level);
  if (found === undefined) throw ioErrors.logLevel({ level: text });
  return found;
}

export const logEffects = {
  set_level: defineSyncEffect(
    { name: 'obs.set_level', class: 'local', access: 'write' },
    (env, level: string) => {
      env.get(levelKey).level = levelOf(level);
      return null;
    },
  ),
  level: defineSyncEffect(
    { name: 'obs.level', class: 'local', access: 'read' },
    (env) => env.get(levelKey).level,
  ),
  /** A line of a log as it is. */
  write_line: defineSyncEffect(
    { name: 'obs.log', class: 'output', access: 'write' },
    (env, line: string) => env.write('stdout', `${line}\n`),
  ),
};

/** Writes a log line when its level is in force. */
export function writeLog(ctx: RunContext, level: string, message: string, fields: Json): void {
  const known = levelOf(level);
  const least = ctx.sync(logEffects.level, []);
  if (LEVELS.indexOf(known) < LEVELS.indexOf(least)) return;
  const span = spanStack(ctx).at(-1);
  const line: JsonObject = {
    timestamp: timestamp(ctx.sync(obsNow, [])),
    level: known,
    message,
    ...(isJsonObject(fields) && Object.keys(fields).length > 0 ? { fields } : {}),
    ...(span === undefined ? {} : { trace_id: span.trace_id, span_id: span.span_id }),
  };
  ctx.sync(logEffects.write_line, [JSON.stringify(line)]);
}

/** Writes `{timestamp, key, value}` as a line, whatever the level. */
export function writeJsonLog(ctx: RunContext, key: string, value: Json): void {
  const at = timestamp(ctx.sync(obsNow, []));
  ctx.sync(logEffects.write_line, [
    `{"timestamp":${JSON.stringify(at)},"key":${JSON.stringify(key)},"value":${canonicalJson(value)}}`,
  ]);
}
