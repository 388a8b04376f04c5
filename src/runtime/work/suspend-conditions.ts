// Resume conditions: what may wake a suspended worker. Parsed before anything happens, so that a worker is never
// suspended with conditions that cannot be kept.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { susErrors } from './worker-errors.ts';

export type TimeoutAction = 'resume_with_summary' | 'fail' | 'resume_with_input';

/** Parsed: what was left out is left out. */
export type ResumeConditions = {
  readonly trigger?: JsonObject;
  readonly timeout?: { readonly duration_minutes: number; readonly on_timeout: TimeoutAction };
  readonly on_event?: string;
};

const ACTIONS: readonly string[] = ['resume_with_summary', 'fail', 'resume_with_input'];
const KEYS: readonly string[] = ['trigger', 'timeout', 'on_event'];

/** Checks and completes conditions; null stays null: only by hand. */
export function parseResumeConditions(given: Json): ResumeConditions | null {
  if (given === null) return null;
  if (!isJsonObject(given)) throw bad('root', `expected dict or nil, got ${typeName(given)}`);
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key))
      throw bad(key, 'unknown field; expected trigger, timeout, or on_event');
  }
  const trigger = parseTrigger(given['trigger'] ?? null);
  const timeout = parseTimeout(given['timeout'] ?? null);
  const onEvent = parseEvent(given['on_event'] ?? null);
  return {
    ...(trigger === undefined ? {} : { trigger }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(onEvent === undefined ? {} : { on_event: onEvent }),
  };
}

function parseTrigger(given: Json): JsonObject | undefined {
  if (given === null) return undefined;
  if (!isJsonObject(given)) throw bad('trigger', `expected dict or nil, got ${typeName(given)}`);
  return given;
}

function parseTimeout(given: Json): ResumeConditions['timeout'] {
  if (given === null) return undefined;
  if (!isJsonObject(given)) throw bad('timeout', `expected dict or nil, got ${typeName(given)}`);
  for (const key of Object.keys(given)) {
    if (key === 'duration_minutes' || key === 'on_timeout') continue;
    throw bad(`timeout.${key}`, 'unknown field; expected duration_minutes or on_timeout');
  }
  const minutes = given['duration_minutes'];
  if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes <= 0) {
    throw bad('timeout.duration_minutes', 'must be a positive int');
  }
  const action = given['on_timeout'] ?? 'resume_with_summary';
  const field = 'timeout.on_timeout';
  if (typeof action !== 'string') throw bad(field, `expected string, got ${typeName(action)}`);
  if (!ACTIONS.includes(action)) {
    const expected = 'expected resume_with_summary|fail|resume_with_input';
    throw bad(field, `unsupported action \`${action}\`, ${expected}`);
  }
  return { duration_minutes: minutes, on_timeout: action as TimeoutAction };
}

function parseEvent(given: Json): string | undefined {
  if (given === null) return undefined;
  if (typeof given !== 'string') {
    throw bad('on_event', `expected string or nil, got ${typeName(given)}`);
  }
  const topic = given.trim();
  if (topic === '') throw bad('on_event', 'must be a non-empty string');
  if (!/^[A-Za-z0-9._-]+$/.test(topic)) {
    throw bad('on_event', `invalid runtime event channel: ${topic}`);
  }
  return topic;
}

function bad(field: string, problem: string) {
  return susErrors.badConditions({ field, problem });
}

function typeName(value: Json): string {
  if (value === null) return 'nil';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'list' : 'dict';
}
