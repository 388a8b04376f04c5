// How the options of builtins get loaded: they are no part of a start.
import type { BuiltinSpec } from '../../lang/builtin-spec.ts';
import { EFFECT_GROUPS } from '../effectful.ts';
import { createRegistry } from '../registry.ts';

let loaded: Promise<readonly BuiltinSpec[]> | undefined;

/** The specs of all builtins with their options, for tools: no run asks for them. */
export function specsWithOptions(): Promise<readonly BuiltinSpec[]> {
  loaded ??= loadSpecs();
  return loaded;
}

async function loadSpecs(): Promise<readonly BuiltinSpec[]> {
  const { OPTIONS } = await import('./all.ts');
  return createRegistry(EFFECT_GROUPS)
    .specs()
    .map((spec) => {
      const options = Object.hasOwn(OPTIONS, spec.name) ? OPTIONS[spec.name] : undefined;
      return options === undefined ? spec : { ...spec, options };
    });
}
