// Prepared answers of the host for programs under test, in nested scopes: only the innermost one is looked at. Memory of
// the run, and re-made by replay: taking an answer is a local effect, so a call that was answered so leaves no entry.
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineSyncEffect, type RunContext, type ServiceKey } from '../run/index.ts';
import { boundaryErrors } from './errors.ts';

/** A prepared answer: for calls whose arguments have at least `params`. `error` goes before `result`. */
export type HostMock = {
  readonly capability: string;
  readonly operation: string;
  readonly params: JsonObject;
  readonly result: Json;
  readonly error: string | null;
  /** Given once, then gone. */
  readonly once?: boolean;
};

/** A call that a prepared answer was given to. */
export type HostMockCall = {
  readonly capability: string;
  readonly operation: string;
  readonly params: JsonObject;
};

interface Scope {
  mocks: readonly HostMock[];
  calls: readonly HostMockCall[];
}

/** The prepared answers of a run. */
export class HostMocks {
  #scopes: readonly Scope[] = [{ mocks: [], calls: [] }];
  readonly #used = new Set<HostMock>();

  get mocks(): readonly HostMock[] {
    return this.#top.mocks;
  }

  get calls(): readonly HostMockCall[] {
    return this.#top.calls;
  }

  /** The latest mock is asked first. */
  add(mock: HostMock): void {
    this.#top.mocks = [mock, ...this.#top.mocks];
  }

  clear(): void {
    this.#top.mocks = [];
    this.#top.calls = [];
  }

  push(): void {
    this.#scopes = [...this.#scopes, { mocks: [], calls: [] }];
  }

  pop(): void {
    if (this.#scopes.length === 1) throw boundaryErrors.noMockScope({});
    this.#scopes = this.#scopes.slice(0, -1);
  }

  /** The answer for a call, which is noted; undefined when none was prepared. */
  take(call: HostMockCall): HostMock | undefined {
    const { capability, operation, params } = call;
    const found = this.#top.mocks.find(
      (mock) =>
        mock.capability === capability &&
        mock.operation === operation &&
        Object.entries(mock.params).every(([key, value]) => isSame(params[key], value)),
    );
    if (found === undefined) return undefined;
    this.#used.add(found);
    this.#top.calls = [...this.#top.calls, call];
    if (found.once === true) this.#top.mocks = this.#top.mocks.filter((mock) => mock !== found);
    return found;
  }

  /** Whether an answer was given at least once. */
  wasUsed(mock: HostMock): boolean {
    return this.#used.has(mock);
  }

  get #top(): Scope {
    return this.#scopes.at(-1) as Scope;
  }
}

function isSame(given: Json | undefined, wanted: Json): boolean {
  return canonicalJson(given ?? null) === canonicalJson(wanted);
}

/** The prepared answers of this run. */
export const hostMocksKey: ServiceKey<HostMocks> = {
  name: 'boundary.mocks',
  create: () => new HostMocks(),
};

const local = { class: 'local', access: 'write' } as const;

/** What programs under test do with the host. */
export const testHostEffects = {
  /**
   * Prepares an answer: `answer` is the result, or `{result?, error?, params?}`. It is given to calls whose arguments have at
   * least `params`; what was prepared last is asked first.
   */
  host_mock: defineSyncEffect(
    { name: 'testing.host_mock', ...local },
    (
      env,
      capability: string,
      operation: string,
      answer: Json,
      params: JsonObject | null = null,
    ) => {
      env.get(hostMocksKey).add(mockOf(capability, operation, answer, params));
      return null;
    },
  ),
  /** Forgets the prepared answers and the calls so far, of this scope. */
  host_mock_clear: defineSyncEffect({ name: 'testing.host_mock_clear', ...local }, (env) => {
    env.get(hostMocksKey).clear();
    return null;
  }),
  /** The calls of this scope that were given prepared answers. */
  host_mock_calls: defineSyncEffect(
    { name: 'testing.host_mock_calls', ...local },
    (env): readonly HostMockCall[] => env.get(hostMocksKey).calls,
  ),
  /** Begins a scope without prepared answers and without calls. */
  host_mock_push_scope: defineSyncEffect(
    { name: 'testing.host_mock_push_scope', ...local },
    (env) => {
      env.get(hostMocksKey).push();
      return null;
    },
  ),
  /** Ends a scope; what was there before is there again. */
  host_mock_pop_scope: defineSyncEffect(
    { name: 'testing.host_mock_pop_scope', ...local },
    (env) => {
      env.get(hostMocksKey).pop();
      return null;
    },
  ),
};

const CONFIG_KEYS: ReadonlySet<string> = new Set(['result', 'error', 'params']);

/** Reads an answer as programs write it. */
export function mockOf(
  capability: string,
  operation: string,
  answer: Json,
  params: JsonObject | null,
): HostMock {
  if (capability === '' || operation === '') {
    throw boundaryErrors.badMock({ detail: 'a capability and an operation are needed' });
  }
  const keys = isJsonObject(answer) ? Object.keys(answer) : [];
  // A dict with other keys, or none, is the result itself.
  const isConfig = keys.length > 0 && keys.every((key) => CONFIG_KEYS.has(key));
  const config: JsonObject = isConfig ? (answer as JsonObject) : { result: answer };
  const wanted = params ?? config['params'] ?? {};
  const error = config['error'] ?? null;
  if (!isJsonObject(wanted)) throw boundaryErrors.badMock({ detail: 'params must be a dict' });
  if (error !== null && typeof error !== 'string') {
    throw boundaryErrors.badMock({ detail: 'error must be a text' });
  }
  return { capability, operation, params: wanted, result: config['result'] ?? null, error };
}

const takeMock = defineSyncEffect(
  { name: 'testing.host_mock_take', ...local },
  (env, call: HostMockCall): HostMock | null => env.get(hostMocksKey).take(call) ?? null,
);

/** What was prepared for a call; undefined when nothing was. A prepared error is thrown. */
export function mockedAnswer(
  ctx: RunContext,
  call: HostMockCall,
): { readonly value: Json } | undefined {
  // Most runs have no mocks, and then there is nothing to make again.
  if (!ctx.run.has(hostMocksKey.name)) return undefined;
  const mock = ctx.sync(takeMock, [call]);
  if (mock === null) return undefined;
  if (mock.error !== null) throw boundaryErrors.mocked({ text: mock.error });
  return { value: mock.result };
}
