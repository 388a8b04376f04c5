// Writes the records of runs as they end or park: what every host of runs hands to them. The record is a copy of what the
// journal holds, so losing one is told and hurts nothing.
import type { Store } from '../../store/index.ts';
import { type Host, joinPath } from '../host/index.ts';
import { journalTopic, type RunRecord, type ServiceKey } from '../run/index.ts';
import { documentOf, factsOf } from './from-journal.ts';
import { saveRecord } from './record-file.ts';
import { createRedactor, type Redactor } from './redaction.ts';

/** The redactor of a run, for what its program writes itself; composition may provide another. */
export const redactorKey: ServiceKey<() => Promise<Redactor>> = {
  name: 'records.redactor',
  create: (run) => async () => createRedactor(run.host.env),
};

export interface RecordSaverOptions {
  readonly host: Host;
  readonly openStore: () => Promise<Store>;
  /** Where records go: `<folder>/<run id>.json`. */
  readonly folder: () => Promise<string>;
  readonly redactor: () => Promise<Redactor>;
  /** Told when a record could not be written. */
  readonly onError: (error: unknown, runId: string) => void;
}

/** Saves the record of a run that is in the store; a run that needed no store leaves no file. Never rejects. */
export function createRecordSaver(
  options: RecordSaverOptions,
): (record: RunRecord) => Promise<void> {
  const { host, openStore, folder, redactor, onError } = options;
  return async (record) => {
    try {
      const store = await openStore();
      if ((await store.latest(journalTopic(record.id))) === undefined) return;
      const path = joinPath(await folder(), `${record.id}.json`);
      const run = documentOf(record, await factsOf(store, record.id));
      await saveRecord(host, run, { path, announce: store, redactor: await redactor() });
    } catch (error) {
      onError(error, record.id);
    }
  };
}
