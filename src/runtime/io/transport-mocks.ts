// Event streams and sockets for programs under test: by address (with `*`), the newest first. Memory of the run.
import { isJsonObject, type Json } from '../../base/index.ts';
import { defineSyncEffect, globMatches, type ServiceKey } from '../run/index.ts';

/** What a connection to a prepared address was asked for. */
export type TransportCall = {
  readonly kind: 'sse' | 'websocket';
  readonly operation: 'connect' | 'send' | 'close';
  readonly url: string;
  readonly data?: Json;
};

/** A prepared stream: its events or messages; `echo` sends back what it gets, and stays open. */
export type TransportMock = {
  readonly kind: TransportCall['kind'];
  readonly pattern: string;
  readonly items: readonly Json[];
  readonly echo: boolean;
};

export class TransportMocks {
  readonly #mocks: TransportMock[] = [];
  readonly calls: TransportCall[] = [];

  add(mock: TransportMock): void {
    const old = this.#mocks.findIndex(
      ({ kind, pattern }) => kind === mock.kind && pattern === mock.pattern,
    );
    if (old !== -1) this.#mocks.splice(old, 1);
    this.#mocks.unshift(mock);
  }

  find(kind: TransportCall['kind'], url: string): TransportMock | undefined {
    return this.#mocks.find((each) => each.kind === kind && globMatches(each.pattern, url));
  }

  clear(): void {
    this.#mocks.length = 0;
    this.calls.length = 0;
  }
}

export const transportMocksKey: ServiceKey<TransportMocks> = {
  name: 'io.transport_mocks',
  create: () => new TransportMocks(),
};

const local = { class: 'local', access: 'write' } as const;

/** A list, or `{events | messages, echo}`. */
function mockOf(kind: TransportCall['kind'], pattern: string, given: Json): TransportMock {
  const config = isJsonObject(given) ? given : {};
  const items = Array.isArray(given) ? given : (config['events'] ?? config['messages'] ?? []);
  return {
    kind,
    pattern,
    items: Array.isArray(items) ? items : [items],
    echo: config['echo'] === true,
  };
}

export const testTransportEffects = {
  /** Prepares an event stream: texts, or `{event, data, id, retry_ms}`. */
  sse_mock: defineSyncEffect(
    { name: 'testing.sse_mock', ...local },
    (env, pattern: string, events: Json) => {
      env.get(transportMocksKey).add(mockOf('sse', pattern, events));
      return null;
    },
  ),
  /** Prepares a socket: the messages it will send, texts or `{type, data}`. */
  websocket_mock: defineSyncEffect(
    { name: 'testing.websocket_mock', ...local },
    (env, pattern: string, messages: Json) => {
      env.get(transportMocksKey).add(mockOf('websocket', pattern, messages));
      return null;
    },
  ),
  /** What prepared streams and sockets were asked, in order. */
  transport_mock_calls: defineSyncEffect(
    { name: 'testing.transport_mock_calls', ...local },
    (env): TransportCall[] => [...env.get(transportMocksKey).calls],
  ),
  transport_mock_clear: defineSyncEffect(
    { name: 'testing.transport_mock_clear', ...local },
    (env) => {
      env.get(transportMocksKey).clear();
      return null;
    },
  ),
};
