// Server-sent events as text.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { ioErrors } from './errors.ts';

/** An event `{event, id, retry_ms, data}`; anything else is its data. `options` stand behind its own fields. */
export function sseFields(event: Json, options: Json = null): JsonObject {
  const own = isJsonObject(event) ? event : { data: event };
  const more = isJsonObject(options) ? options : {};
  const field = (name: string): Json => own[name] ?? more[name] ?? null;
  return {
    event: field('event'),
    id: field('id'),
    retry_ms: field('retry_ms') ?? field('retry'),
    data: field('data'),
  };
}

/** Data that is no text as JSON. */
export function sseData(data: Json): string {
  if (data === null) return '';
  return typeof data === 'string' ? data : JSON.stringify(data);
}

/** The lines of an event and the empty one behind it. Text with line breaks becomes several `data` lines. */
export function sseFrame({ event, id, retry_ms, data }: JsonObject): string {
  const lines = data === null ? '' : dataLines(sseData(data ?? null));
  return `${line('event', event)}${line('id', id)}${line('retry', retry_ms)}${lines}\n`;
}

/** A comment, which readers skip. */
export function sseComment(text: string): string {
  return `${text
    .split(/\r\n|\r|\n/)
    .map((each) => `: ${each}\n`)
    .join('')}\n`;
}

function dataLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((each) => `data: ${each}\n`)
    .join('');
}

function line(name: string, value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (/[\r\n\0]/.test(text)) throw ioErrors.badEvent({ field: name });
  return `${name}: ${text}\n`;
}
