// The way to what debuggers need that costs nothing until somebody debugs.

/** Loads what gives generated code its source map. */
export function loadDebugCode(): Promise<typeof import('./debug-code.ts')> {
  return import('./debug-code.ts');
}
