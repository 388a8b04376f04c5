// Brings in what is known about manifests, with their schema, when somebody asks.

export function loadManifestTools(): Promise<typeof import('./manifest-tools.ts')> {
  return import('./manifest-tools.ts');
}
