// What a provider of models is to the rest of the room: one request, one answer or one categorised error.
import type { Host } from '../../host/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LlmDelta } from '../delta.ts';
import type { LlmRequest } from '../request.ts';
import type { LlmAnswer } from '../result.ts';
import type { ProviderConfig } from './known.ts';

/** One call of a provider. */
export interface ProviderCall {
  readonly host: Host;
  readonly request: LlmRequest;
  readonly provider: ProviderConfig;
  readonly model: string;
  /** What is known of models: prices. */
  readonly catalog: Catalog;
  /** Fires when the call is given up: its connection must close. */
  readonly signal: AbortSignal;
  /** Set when somebody listens: the answer is then asked for as a stream, and every piece told. */
  readonly onDelta?: ((delta: LlmDelta) => void) | undefined;
}

/** Asks a provider. Rejects with a coded error of the llm family, never with a library's. */
export type ProviderFunction = (call: ProviderCall) => Promise<LlmAnswer>;
