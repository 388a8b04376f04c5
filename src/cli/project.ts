// The project's state as commands see it: where the store is, opening it, where records of runs are written.
import { findStateRoot, type Host } from '../runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../runtime/index.ts';
import {
  createRecordSaver,
  createRedactor,
  type RedactionPolicy,
  type Redactor,
  runRoot,
} from '../runtime/records/index.ts';
import type { RunRecord } from '../runtime/run/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { cliErrors, warningOf } from './errors.ts';
import type { Warning } from './output.ts';
import { readRedactionPolicy } from './redaction-policy.ts';

type StateRoot = Awaited<ReturnType<typeof findStateRoot>>;

/** One project's store, opened when first asked for and closed once. */
export class Project {
  readonly host: Host;
  readonly #durability: 'power' | 'process';
  #root: Promise<StateRoot> | undefined;
  #store: Promise<Store> | undefined;
  #redactor: Promise<Redactor> | undefined;

  constructor(host: Host, durability: 'power' | 'process' = 'power') {
    this.host = host;
    this.#durability = durability;
  }

  root(): Promise<StateRoot> {
    this.#root ??= findStateRoot(this.host);
    return this.#root;
  }

  /** The store, made when it is not there yet. */
  store(): Promise<Store> {
    this.#store ??= this.#open();
    return this.#store;
  }

  /** The store, or undefined when nothing was ever kept here. Reading commands make no files. */
  async existingStore(): Promise<Store | undefined> {
    const { databasePath } = await this.root();
    return (await this.host.fs.exists(databasePath)) ? this.store() : undefined;
  }

  /** The store if something in this process has opened it. */
  async openedStore(): Promise<Store | undefined> {
    return this.#store;
  }

  /** The store of a command that names something in it: without a store there is nothing of that name. */
  async requireStore(): Promise<Store> {
    const store = await this.existingStore();
    if (store !== undefined) return store;
    throw cliErrors.noStore({ path: (await this.root()).databasePath });
  }

  /** The folder of run records: `$HARN_RUN_DIR`, else `.harn-runs` in the project. */
  async recordFolder(): Promise<string> {
    return runRoot(this.host, (await this.root()).projectDir);
  }

  /** What keeps the secrets of this environment, and what `harn.toml` declares, out of what is written for others. */
  redactor(): Promise<Redactor> {
    this.#redactor ??= this.#makeRedactor();
    return this.#redactor;
  }

  async redactionPolicy(): Promise<RedactionPolicy> {
    return readRedactionPolicy(this.host, (await this.root()).projectDir);
  }

  async #makeRedactor(): Promise<Redactor> {
    return createRedactor(this.host.env, await this.redactionPolicy());
  }

  /** Where the record of a run is written. */
  async recordPath(runId: string): Promise<string> {
    return `${await this.recordFolder()}/${runId}.json`;
  }

  /**
   * Writes a run's record: all of it or nothing. A run that needed no store leaves nothing in the project. The record is
   * a copy for people and tools: losing it must be said, which the caller does with the answer, and must not hurt the run.
   */
  async saveRecord(record: RunRecord): Promise<Warning | undefined> {
    const opened = this.#store;
    if (opened === undefined) return undefined;
    let warning: Warning | undefined;
    const save = createRecordSaver({
      host: this.host,
      openStore: () => opened,
      folder: () => this.recordFolder(),
      redactor: () => this.redactor(),
      onError: (error) => {
        warning = warningOf('the record of this run could not be written', error);
      },
    });
    await save(record);
    return warning;
  }

  async close(): Promise<void> {
    const opened = this.#store;
    this.#store = undefined;
    // A store that could not be opened has nothing to close; who opened it has seen the error.
    const store = await opened?.catch(() => undefined);
    await store?.close();
  }

  async #open(): Promise<Store> {
    const { databasePath } = await this.root();
    return openStore({
      url: `sqlite:${databasePath}`,
      clock: this.host.clock,
      durability: this.#durability,
      projections: RUNTIME_PROJECTIONS,
    });
  }
}

/** Does something with a project and closes it, whatever happens. */
export async function withProject<T>(
  host: Host,
  use: (project: Project) => Promise<T>,
  durability?: 'power' | 'process',
): Promise<T> {
  const project = new Project(host, durability);
  try {
    return await use(project);
  } finally {
    await project.close();
  }
}
