// What programs do with models besides asking them: budgets, limits, the catalog, capabilities, mocks.
import { llmCapabilityEffects } from './catalog/capabilities.ts';
import { llmCatalogEffects } from './catalog/catalog-effects.ts';
import { llmHealthEffects } from './healthcheck.ts';
import { llmMockEffects } from './mock.ts';
import { llmRateEffects } from './rate.ts';
import { llmSpendEffects } from './spend-effects.ts';
import { llmTraceEffects } from './trace.ts';

export const llmEffects = {
  ...llmMockEffects,
  ...llmSpendEffects,
  ...llmRateEffects,
  ...llmCatalogEffects,
  ...llmCapabilityEffects,
  ...llmHealthEffects,
  ...llmTraceEffects,
};
