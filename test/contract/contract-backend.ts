// What the store contract asks of a backend, and what its cases share.
import { HarnError, type ManualClock } from '../../src/base/index.ts';
import { type Holder, type Projection, type Store, sto } from '../../src/store/index.ts';

/** What the contract needs of a backend. */
export interface ContractBackend {
  readonly name: string;
  /** A store at a place that nobody else uses. */
  open(options: ContractOptions): Promise<Store>;
  /** Closes the store and opens the same place; absent when nothing outlives the store. */
  readonly reopen?: (store: Store, options: ContractOptions) => Promise<Store>;
}

export interface ContractOptions {
  readonly clock?: ManualClock;
  readonly projections?: readonly Projection[];
}

export const alice: Holder = { host: 'a', bootId: 'b1', pid: 10, startTime: '1' };
export const bob: Holder = { host: 'a', bootId: 'b1', pid: 11, startTime: '2' };

/** The code a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (HarnError.is(error)) return error.code;
    throw error;
  }
  throw new Error('expected a refusal');
}

/** The code of a refusal by its name. */
export const refused = (name: Parameters<typeof sto.$code>[0]) => sto.$code(name);

/** Opens a store that is closed after the case. */
export type Open = (options?: ContractOptions) => Promise<Store>;
