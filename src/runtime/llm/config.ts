// What a host sets for the model calls of one run. Composition provides it; without it a run has the defaults.
import type { Json } from '../../base/index.ts';
import type { ServiceKey } from '../run/index.ts';
import type { LlmTables } from './catalog/tables.ts';
import type { LlmDelta } from './delta.ts';
import type { LlmRoute } from './route.ts';

export interface LlmConfig {
  /**
   * Own providers, aliases, models, prices, fallbacks and capabilities: what `[llm]` of harn.toml holds, with `capabilities`
   * beside it (`loadLlmTables` reads them). Kept with every run that begins.
   */
  readonly tables?: LlmTables | undefined;
  /** Answer from this tape instead of asking a provider. */
  readonly tape?: string | undefined;
  /** Write every answer of a real provider to this tape. */
  readonly recordTape?: string | undefined;
  /** Used when neither the call nor the environment names a provider. */
  readonly defaultProvider?: string | undefined;
  /** Prepared answers for every call, whatever provider it names; a call that none fits is refused. */
  readonly mocks?: readonly Json[] | undefined;
  /**
   * Hears the answers of calls while they arrive, for people who watch: nothing of it is recorded, a resumed run does not
   * hear again what is recorded already, and a call that is asked again is heard again under the same id. Calls are made as
   * streams then. It must take the piece and return.
   */
  readonly onPiece?:
    | ((piece: LlmDelta, call: Pick<LlmRoute, 'call_id' | 'provider' | 'model'>) => void)
    | undefined;
}

/** The settings of this run. */
export const llmConfigKey: ServiceKey<LlmConfig> = { name: 'llm.config', create: () => ({}) };
