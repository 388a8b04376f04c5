// Entries as the store keeps them, version 2: short names, and nothing that the event beside the payload says already
// (kind, number, time) or that goes without saying. Version 1 had everything spelt out; both are read.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { StoredEvent } from '../../store/index.ts';
import { journalErrors } from './errors.ts';
import { isEntryKind, type JournalEntry } from './journal-entry.ts';

/** Short names of the fields that most entries have. */
const SHORT: { readonly [field: string]: string | undefined } = {
  epoch: 'p',
  task: 't',
  mono: 'm',
  ordinal: 'n',
  effect: 'f',
  args_hash: 'a',
  site: 's',
  value: 'x',
};

const LONG: { readonly [short: string]: string | undefined } = Object.fromEntries(
  Object.entries(SHORT).map(([long, short]) => [short, long]),
);

/** What an outcome has instead of a value. */
const INSTEAD = ['blob', 'secret', 'reread'];

/** An entry as the payload of its event. */
export function packEntry(runId: string, entry: JournalEntry): JsonObject {
  const fields = entry as unknown as JsonObject;
  const packed: { [field: string]: Json } = { v: 2 };
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined || BESIDE.has(name) || isImplied(runId, fields, name, value)) continue;
    packed[SHORT[name] ?? name] = name === 'site' ? packSite(value) : value;
  }
  return packed;
}

/** What the event says beside its payload. */
const BESIDE: ReadonlySet<string> = new Set(['v', 'seq', 'kind', 'at']);

/** Whether a field has the value that `impliedOf` gives it. */
function isImplied(runId: string, fields: JsonObject, name: string, value: Json): boolean {
  const { kind, task, ordinal } = fields;
  switch (name) {
    case 'epoch':
      return value === 1;
    case 'args_hash':
      return value === '' && (kind === 'outcome' || kind === 'intent' || kind === 'wait_opened');
    case 'key':
      return kind === 'intent' && value === `${runId}/${String(task)}/${String(ordinal)}`;
    case 'how':
      return kind === 'outcome' && value === 'inline';
    case 'status':
      return kind === 'outcome' && value === 'ok';
    case 'value':
      if (kind !== 'outcome' || value !== null || (fields['status'] ?? 'ok') !== 'ok') return false;
      return !INSTEAD.some((other) => other in fields);
    default:
      return false;
  }
}

/** Reads a stored payload as an entry; refuses shapes of a newer version. */
export function readEntry(runId: string, event: StoredEvent): JournalEntry {
  const { id: seq, kind, payload, occurredAtMs: at } = event;
  if (!isJsonObject(payload) || !isEntryKind(payload['v'] === 1 ? payload['kind'] : kind)) {
    throw journalErrors.unreadable({ run: runId, seq });
  }
  if (payload['v'] === 1) return payload as unknown as JournalEntry;
  if (payload['v'] !== 2) throw journalErrors.unreadable({ run: runId, seq });
  const fields: { [field: string]: Json } = {};
  for (const [name, value] of Object.entries(payload)) {
    if (name === 'v') continue;
    fields[LONG[name] ?? name] = name === 's' ? siteOf(value as Json) : (value as Json);
  }
  const entry = { ...impliedOf(runId, kind, fields), ...fields, v: 1, seq, kind, at };
  return entry as unknown as JournalEntry;
}

/** What a projection over journals needs of every entry. */
export function entryHead({ payload, occurredAtMs }: StoredEvent): {
  readonly at: number;
  readonly epoch: number;
} {
  const { at, epoch, p } = payload as JsonObject;
  return { at: Number(at ?? occurredAtMs), epoch: Number(epoch ?? p ?? 1) };
}

/** The values that fields have when nothing is said. */
function impliedOf(runId: string, kind: string, fields: JsonObject): { [field: string]: Json } {
  const implied: { [field: string]: Json } = { epoch: 1 };
  if (kind === 'intent') {
    implied['args_hash'] = '';
    implied['key'] = `${runId}/${String(fields['task'])}/${String(fields['ordinal'])}`;
  } else if (kind === 'outcome') {
    Object.assign(implied, { args_hash: '', how: 'inline', status: 'ok' });
    const status = fields['status'] ?? 'ok';
    if (status === 'ok' && !INSTEAD.some((name) => name in fields)) implied['value'] = null;
  } else if (kind === 'wait_opened') implied['args_hash'] = '';
  return implied;
}

function packSite(site: Json): Json {
  return isJsonObject(site) ? [site['module'] ?? '', site['line'] ?? 0] : site;
}

function siteOf(packed: Json): Json {
  if (!Array.isArray(packed)) return packed;
  const [module = '', line = 0] = packed as readonly Json[];
  return { module, line };
}
