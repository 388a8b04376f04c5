// Values that outlive a run, by key: the store of a project (`store.json`) and the checkpoints of a pipeline
// (`checkpoints/<pipeline>.json`). Setting and removing end in the same state however often they are done.
import type { Json, JsonObject } from '../../base/index.ts';
import { defineEffect, type EffectEnv, type RunCore, type ServiceKey } from '../run/index.ts';
import { changeState, fileNameOf, readState, stateFile } from './state-file.ts';

const reading = { class: 'read', access: 'read' } as const;
const writing = { class: 'mutation', access: 'write', onUnknown: 'retry' } as const;

const pipelineKey: ServiceKey<string> = {
  name: 'io.pipeline_name',
  create: (services) => (services as RunCore).start.pipeline,
};

type FileOf = (env: EffectEnv) => Promise<string>;

const storeFile: FileOf = (env) => stateFile(env, 'store.json');
const checkpointFile: FileOf = (env) =>
  stateFile(env, 'checkpoints', `${fileNameOf(env.get(pipelineKey))}.json`);

function without(state: JsonObject, key: string): JsonObject {
  if (!Object.hasOwn(state, key)) return state;
  return Object.fromEntries(Object.entries(state).filter(([each]) => each !== key));
}

const keysOf = (state: JsonObject) => Object.keys(state).sort();

/** The effects of one file of values. */
function valuesIn(capability: string, file: FileOf) {
  return {
    get: defineEffect(
      { name: `${capability}_get`, ...reading },
      async (env, key: string): Promise<Json> => {
        const state = await readState(env, await file(env));
        return Object.hasOwn(state, key) ? (state[key] ?? null) : null;
      },
    ),
    exists: defineEffect({ name: `${capability}_exists`, ...reading }, async (env, key: string) =>
      Object.hasOwn(await readState(env, await file(env)), key),
    ),
    list: defineEffect({ name: `${capability}_list`, ...reading }, async (env) =>
      keysOf(await readState(env, await file(env))),
    ),
    set: defineEffect(
      { name: `${capability}_set`, ...writing },
      async (env, key: string, value: Json) => {
        await changeState(env, await file(env), (state) => ({ ...state, [key]: value }));
        return null;
      },
    ),
    delete: defineEffect({ name: `${capability}_delete`, ...writing }, async (env, key: string) => {
      await changeState(env, await file(env), (state) => without(state, key));
      return null;
    }),
    clear: defineEffect({ name: `${capability}_clear`, ...writing }, async (env) => {
      await changeState(env, await file(env), (state) =>
        Object.keys(state).length === 0 ? state : {},
      );
      return null;
    }),
  };
}

const store = valuesIn('runtime.store', storeFile);
const checkpoint = valuesIn('runtime.checkpoint', checkpointFile);

export const storeEffects = {
  /** The value of a key in the store of the project; null when there is none. */
  store_get: store.get,
  /** Keeps a value in the store of the project. */
  store_set: store.set,
  store_delete: store.delete,
  /** The keys, sorted. */
  store_list: store.list,
  store_clear: store.clear,
};

export const checkpointEffects = {
  /** Keeps a value of this pipeline, for runs of it to come. */
  checkpoint: checkpoint.set,
  /** The value that was kept; null when there is none. */
  checkpoint_get: checkpoint.get,
  /** Whether a value was kept, null included. */
  checkpoint_exists: checkpoint.exists,
  checkpoint_delete: checkpoint.delete,
  checkpoint_list: checkpoint.list,
  /** Removes every checkpoint of this pipeline. */
  checkpoint_clear: checkpoint.clear,
};
