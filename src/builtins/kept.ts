// Values that outlive a run: the store of a project, the checkpoints of a pipeline, facts about directories.
import { checkpointEffects, metadataEffects, storeEffects } from '../runtime/io/index.ts';
import { display, type List } from '../values/index.ts';
import { toKept } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';

const none = () => [];
const namespaceOrAll = ([namespace = null]: List) => [
  namespace === null ? null : display(namespace),
];
const key = ([first]: List) => [display(first ?? null)];
const keyAndValue = ([first, value]: List) => [display(first ?? null), toKept(value)];
const dirAndNamespace = ([dir, namespace]: List) => [
  display(dir ?? '.'),
  namespace === undefined || namespace === null ? null : display(namespace),
];

export function storeRows(): readonly BuiltinRow[] {
  return [
    effectRow('runtime.store_get(key: string) -> any', storeEffects.store_get, {
      doc: 'A value of the store of the project; nil when there is none.',
      aliases: ['store_get'],
      args: key,
    }),
    effectRow('runtime.store_set(key: string, value: any) -> nil', storeEffects.store_set, {
      doc: 'Keeps a value in the store of the project, `store.json` of the state folder.',
      aliases: ['store_set'],
      args: keyAndValue,
    }),
    effectRow('runtime.store_delete(key: string) -> nil', storeEffects.store_delete, {
      doc: 'Removes a key from the store.',
      aliases: ['store_delete'],
      args: key,
    }),
    effectRow('runtime.store_list() -> list<string>', storeEffects.store_list, {
      doc: 'The keys of the store, sorted.',
      aliases: ['store_list'],
      args: none,
    }),
    effectRow('runtime.store_clear() -> nil', storeEffects.store_clear, {
      doc: 'Removes every key from the store.',
      aliases: ['store_clear'],
      args: none,
    }),
    builtin(
      'runtime.store_save() -> nil',
      {
        doc: 'Does nothing more: every change of the store is on disk when it returns.',
        effect: 'ambient',
        aliases: ['store_save'],
      },
      () => null,
    ),
  ];
}

export function checkpointRows(): readonly BuiltinRow[] {
  const effects = checkpointEffects;
  return [
    effectRow('runtime.checkpoint(key: string, value: any) -> nil', effects.checkpoint, {
      doc: 'Keeps a value of this pipeline for its later runs, on disk when it returns.',
      aliases: ['checkpoint'],
      args: keyAndValue,
    }),
    effectRow('runtime.checkpoint_get(key: string) -> any', effects.checkpoint_get, {
      doc: 'The value that was kept; nil when there is none.',
      aliases: ['checkpoint_get'],
      args: key,
    }),
    effectRow('runtime.checkpoint_exists(key: string) -> bool', effects.checkpoint_exists, {
      doc: 'Whether a value was kept, be it nil.',
      aliases: ['checkpoint_exists'],
      args: key,
    }),
    effectRow('runtime.checkpoint_delete(key: string) -> nil', effects.checkpoint_delete, {
      doc: 'Removes a checkpoint; nothing happens when there is none.',
      aliases: ['checkpoint_delete'],
      args: key,
    }),
    effectRow('runtime.checkpoint_list() -> list<string>', effects.checkpoint_list, {
      doc: 'The keys of the checkpoints of this pipeline, sorted.',
      aliases: ['checkpoint_list'],
      args: none,
    }),
    effectRow('runtime.checkpoint_clear() -> nil', effects.checkpoint_clear, {
      doc: 'Removes every checkpoint of this pipeline.',
      aliases: ['checkpoint_clear'],
      args: none,
    }),
  ];
}

export function metadataRows(): readonly BuiltinRow[] {
  const effects = metadataEffects;
  return [
    effectRow(
      'project.metadata_get(dir: string, namespace: string?) -> dict | nil',
      effects.metadata_get,
      {
        doc: 'The facts about a directory, with what it has from those above it.',
        aliases: ['metadata_get'],
        args: dirAndNamespace,
      },
    ),
    effectRow(
      'project.metadata_resolve(dir: string, namespace: string?) -> dict | nil',
      effects.metadata_resolve,
      {
        doc: 'The facts about a directory by namespace, with what it has from those above it; with a namespace only those of it.',
        aliases: ['metadata_resolve'],
        args: dirAndNamespace,
      },
    ),
    effectRow(
      'project.metadata_set(dir: string, namespace: string, data: dict) -> nil',
      effects.metadata_set,
      {
        doc: 'Adds facts to a directory, on disk when it returns.',
        aliases: ['metadata_set'],
        args: ([dir, namespace, data]) => [
          display(dir ?? null),
          display(namespace ?? null),
          toKept(data) ?? {},
        ],
      },
    ),
    effectRow('project.metadata_put(namespace: string, facts: dict) -> nil', effects.metadata_put, {
      doc: 'Replaces the facts of many directories, `{dir: data}`, by one change of the file.',
      args: ([namespace, facts]) => [display(namespace ?? null), toKept(facts) ?? {}],
    }),
    effectRow('project.metadata_entries(namespace: string?) -> list', effects.metadata_entries, {
      doc: '`{dir, namespace, local, resolved}` of every directory that has facts.',
      aliases: ['metadata_entries'],
      args: namespaceOrAll,
    }),
    effectRow('project.metadata_stale(project: string?) -> dict', effects.metadata_stale, {
      doc: '`{any_stale, tier1, tier2}`: directories with other names in them than then, and those with other content.',
      aliases: ['metadata_stale'],
      args: ([project]) => [display(project ?? '.')],
    }),
    effectRow('project.metadata_status(namespace: string?) -> dict', effects.metadata_status, {
      doc: 'How the facts stand: `{directory_count, namespace_count, namespaces, missing_structure_hash, missing_content_hash, stale}`.',
      aliases: ['metadata_status'],
      args: namespaceOrAll,
    }),
    effectRow('project.metadata_refresh_hashes() -> nil', effects.metadata_refresh_hashes, {
      doc: 'Remembers what the directories with facts hold now.',
      aliases: ['metadata_refresh_hashes'],
      args: none,
    }),
    effectRow('project.invalidate_facts(dir: string) -> nil', effects.invalidate_facts, {
      doc: 'Says that the facts about a directory are stale.',
      aliases: ['invalidate_facts'],
      args: key,
    }),
    effectRow('project.content_hash(dir: string) -> string', effects.content_hash, {
      doc: 'A hash of what a directory holds, not of what is below it.',
      aliases: ['compute_content_hash'],
      args: key,
    }),
    builtin(
      'project.metadata_save() -> nil',
      {
        doc: 'Does nothing more: every change is on disk when it returns.',
        effect: 'ambient',
        aliases: ['metadata_save'],
      },
      () => null,
    ),
  ];
}
