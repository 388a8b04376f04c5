// `--deny`: from what people write to refusals that a run enforces. A word that names nothing is an error, because a
// refusal that silently refuses nothing is worse than none. In doubt more is refused than was asked for.
import { createRegistry, EFFECT_GROUPS } from '../builtins/index.ts';
import { usageErrors } from './errors.ts';
import { runtimeValues } from './runtime-doors.ts';
import { nearest } from './suggest.ts';

const ACCESS: ReadonlySet<string> = new Set(['read', 'write', 'mutate']);

/** Refusals for the words given: capabilities, methods, `capability:access`, and the older names of builtins. */
export function resolveDenied(words: readonly string[]): readonly string[] {
  const names = effectNames();
  const registry = createRegistry(EFFECT_GROUPS);
  const rows = registry
    .rows()
    .filter(({ name, effect }) => name.includes('.') && effect !== 'pure');
  const capabilities = new Set([...names, ...rows.map(({ name }) => name)].map(capabilityOf));
  return words.map((word) => {
    const [capability = '', access] = word.split(':');
    if (access !== undefined && ACCESS.has(access) && capabilities.has(capability)) return word;
    if (capabilities.has(word) || names.has(word)) return word;
    const row = rows.find(({ name }) => name === word) ?? registry.find(word);
    if (row !== undefined && names.has(row.name)) return row.name;
    // A method that shares its effect with others: the capability as a whole goes.
    if (row !== undefined && capabilities.has(capabilityOf(row.name)))
      return capabilityOf(row.name);
    throw usageErrors.unknownCapability({
      word,
      suggestion: nearest(word, [...capabilities, ...names]),
      capabilities: [...capabilities].sort().join(', '),
    });
  });
}

function capabilityOf(name: string): string {
  return name.split('.', 1)[0] as string;
}

/** Names of the effects at the runtime's front doors, which list them in tables. */
function effectNames(): ReadonlySet<string> {
  const tables = runtimeValues().filter(isObject);
  const effects = tables.flatMap((table) => Object.values(table)).filter(isEffect);
  return new Set(effects.map(({ spec }) => spec.name));
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

function isEffect(value: unknown): value is { readonly spec: { readonly name: string } } {
  if (!isObject(value) && typeof value !== 'function') return false;
  const { spec } = value as { readonly spec?: unknown };
  return isObject(spec) && typeof spec['name'] === 'string' && typeof spec['class'] === 'string';
}
