// What programs do with models besides asking them: budgets, limits, the catalog, capabilities, mocks.
import { llmCapabilityEffects } from './catalog/capabilities.ts';
import { llmCatalogEffects } from './catalog/catalog-effects.ts';
import { llmMockEffects } from './mock.ts';
import { llmRateEffects } from './rate.ts';
import { llmSpendEffects } from './spend-effects.ts';

export const llmEffects = {
  ...llmMockEffects,
  ...llmSpendEffects,
  ...llmRateEffects,
  ...llmCatalogEffects,
  ...llmCapabilityEffects,
};
