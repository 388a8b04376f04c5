// Context packs: what is to be known before an agent starts, as a manifest that people review. Secrets are named in it, and
// never held.
import { isJsonObject, type Json } from '../../base/index.ts';
import { recErrors } from './errors.ts';
import {
  flag,
  json,
  listOf,
  mapOf,
  maybe,
  number,
  record,
  text,
  textOr,
  type ValueOf,
} from './shape.ts';

const texts = listOf(text);

export const contextPackShape = record({
  _type: textOr('context_pack_manifest'),
  version: number,
  id: text,
  name: text,
  description: maybe(text),
  owner: maybe(text),
  triggers: listOf(record({ kind: text, source: maybe(text), match_hint: maybe(text) })),
  inputs: listOf(record({ name: text, description: maybe(text), required: flag })),
  included_queries: listOf(
    record({ id: text, provider: maybe(text), query: text, output_slot: maybe(text) }),
  ),
  included_docs: listOf(
    record({ id: text, title: maybe(text), url: maybe(text), path: maybe(text) }),
  ),
  included_tools: listOf(
    record({ name: text, capability: maybe(text), purpose: maybe(text), deterministic: flag }),
  ),
  refresh_policy: record({ mode: textOr('on_demand'), stale_after: maybe(text) }),
  secrets: listOf(record({ name: text, capability: maybe(text), required: flag })),
  capabilities: texts,
  output_slots: listOf(
    record({ name: text, description: maybe(text), artifact_kind: textOr('context') }),
  ),
  fallback_instructions: maybe(text),
  metadata: mapOf(json),
});

/** What gathers context before an agent starts. */
export type ContextPack = ValueOf<typeof contextPackShape>;

/** Reads a manifest: what is missing gets its default, an id comes from the name. Throws HARN-REC-023. */
export function readContextPack(given: Json): ContextPack {
  if (!isJsonObject(given)) throw recErrors.badContextPack({ reason: 'it is not a dict' });
  const read = contextPackShape(given, '');
  const name = read.name.trim() === '' ? read.id : read.name;
  if (name.trim() === '') throw bad('it has neither a name nor an id');
  if (read.version > 1 || read.version < 0) throw bad(`version ${read.version} is not known`);
  const id = read.id.trim() === '' ? slugOf(name) : read.id;
  if (id === '') throw bad('its name gives no id');
  const pack = { ...read, version: 1, id, name };
  needed(pack);
  return pack;
}

/** A name as an identifier: `Checkout context` gives `checkout_context`. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

const NEEDED = [
  ['triggers', ['kind']],
  ['inputs', ['name']],
  ['included_queries', ['id', 'query']],
  ['included_docs', ['id']],
  ['included_tools', ['name']],
  ['secrets', ['name']],
  ['output_slots', ['name']],
] as const;

function needed(pack: ContextPack): void {
  for (const [list, fields] of NEEDED) {
    for (const [i, item] of pack[list].entries()) {
      const held = item as unknown as { readonly [name: string]: Json };
      const empty = fields.find((field) => String(held[field] ?? '').trim() === '');
      if (empty !== undefined) throw bad(`${list}[${i}] has no ${empty}`);
      if (list !== 'secrets') continue;
      const value = ['value', 'token', 'secret'].find((field) => held[field] !== undefined);
      if (value !== undefined)
        throw bad(`${list}[${i}] holds a ${value}; only its name belongs here`);
    }
  }
  const slots = new Set(pack.output_slots.map(({ name }) => name));
  if (slots.size < pack.output_slots.length) throw bad('two output slots have one name');
  for (const { id, output_slot } of pack.included_queries) {
    if (output_slot === null || slots.has(output_slot)) continue;
    throw bad(`query ${id} fills the slot ${output_slot}, which is not declared`);
  }
}

function bad(reason: string): Error {
  return recErrors.badContextPack({ reason });
}
