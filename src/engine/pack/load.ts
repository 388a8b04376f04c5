// The way to packs that costs nothing until somebody takes it.

/** Loads what makes, checks and opens packs. */
export function loadPackTools(): Promise<typeof import('./pack-tools.ts')> {
  return import('./pack-tools.ts');
}
